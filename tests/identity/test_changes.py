"""Merges and splits between two days."""

from datetime import date

import pandas as pd
import pytest

from ltv.errors import UsageError
from ltv.identity.changes import changes, restate

DAY = date(2026, 6, 30)


def ids(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"id_type": t, "id_value": v, "user_id": u, "valid_to": None, "rule": "linked"} for t, v, u in rows]
    )


def found(before: pd.DataFrame, now: pd.DataFrame) -> list[tuple[int, int, str]]:
    rows = changes(now, before, DAY)
    assert set(rows["date"]) <= {DAY}
    return list(rows[["old_user_id", "new_user_id", "kind"]].itertuples(index=False, name=None))


def test_when_the_old_number_is_gone_two_were_merged():
    before = ids(("device", "d", 1), ("member", "M", 2), ("cookie", "c", 2))
    now = ids(("device", "d", 1), ("member", "M", 1), ("cookie", "c", 1))
    assert found(before, now) == [(2, 1, "merge")]


def test_when_somebody_still_has_it_one_was_split():
    before = ids(("device", "d", 1), ("member", "M", 1), ("member", "N", 3))
    now = ids(("device", "d", 1), ("member", "M", 2), ("member", "N", 3))
    assert found(before, now) == [(1, 2, "split")]


def test_newcomers_and_those_who_stay_are_no_change():
    assert found(ids(("member", "M", 1)), ids(("member", "M", 1), ("member", "N", 2))) == []
    nobody = ids(("member", "M", 1)).iloc[:0]
    assert found(nobody, ids(("member", "N", 2))) == []


def test_what_is_used_in_turn_changes_hands_without_a_change_of_people():
    before = ids(("device", "d", 1), ("member", "M", 1))
    now = ids(("device", "d", 1), ("device", "d", 5), ("member", "M", 1))
    assert found(before, now) == []


def test_the_reason_names_kind_and_rule_and_any_order_gives_the_same():
    before = ids(("device", "d", 1), ("member", "M", 2), ("cookie", "c", 2))
    now = ids(("device", "d", 1), ("member", "M", 1), ("cookie", "c", 1))
    assert changes(now, before, DAY)["why"].tolist() == ["cookie: linked"]
    assert changes(now[::-1], before[::-1], DAY).equals(changes(now, before, DAY))


def since(*rows: tuple[int, int, int, str]) -> pd.DataFrame:
    """`user_id_changes`: day of June, old number, new number, kind."""
    columns = ["date", "old_user_id", "new_user_id", "kind", "why"]
    return pd.DataFrame([[date(2026, 6, d), old, new, kind, "x"] for d, old, new, kind in rows], columns=columns)


def now(who: list[float], changed: pd.DataFrame, **options) -> tuple[list[float], dict[int, list[int]]]:
    done = restate(pd.DataFrame({"user_id": who}), changed, **options)
    return done.table["user_id"].tolist(), dict(zip(done.unmapped["user_id"], done.unmapped["candidates"], strict=True))


def test_merges_are_followed_over_the_days_whatever_the_order_of_the_changes():
    chain = since((1, 7, 5, "merge"), (2, 5, 2, "merge"), (2, 8, 7, "merge"))
    assert now([7, 5, 4], chain) == ([2, 2, 4], {})
    assert now([7, 5, 4], chain[::-1]) == ([2, 2, 4], {})


def test_two_numbers_of_one_day_that_change_places_are_not_followed_in_a_circle():
    assert now([1, 2], since((1, 1, 2, "merge"), (1, 2, 1, "merge"))) == ([2, 1], {})


def test_a_table_of_a_later_day_knows_the_earlier_changes_already():
    changed = since((1, 7, 5, "merge"), (3, 5, 7, "split"))
    assert now([7], changed, after=date(2026, 6, 3)) == ([7], {})
    assert now([5], changed, after=date(2026, 6, 1)) == ([5], {5: [5, 7]})


def test_whoever_was_split_keeps_the_number_and_is_listed_with_all_who_have_a_part():
    changed = since((1, 7, 5, "merge"), (2, 5, 6, "split"), (2, 5, 9, "split"), (3, 5, 1, "merge"))
    assert now([7, 8], changed) == ([5, 8], {5: [5, 6, 9]})  # which part of 5 went to 1 the changes do not say


def test_whoever_went_to_several_at_once_is_nobody_for_sure():
    assert now([7], since((1, 7, 5, "merge"), (1, 7, 2, "merge"))) == ([7], {7: [2, 5]})


def test_a_split_of_somebody_who_is_not_in_the_table_is_not_listed():
    assert now([4], since((1, 7, 5, "split"))) == ([4], {})


def test_rows_of_nobody_and_tables_without_changes_stay_as_they_are():
    assert now([4, 7], since()) == ([4, 7], {})
    who, listed = now([7, float("nan")], since((1, 7, 5, "merge")))
    assert (who[0], pd.isna(who[1]), listed) == (5, True, {})
    table = pd.DataFrame({"user_id": [7], "value": [1.5]})
    assert restate(table, since((1, 7, 5, "merge"))).table.to_dict("records") == [{"user_id": 5, "value": 1.5}]
    assert table["user_id"].tolist() == [7]
    with pytest.raises(UsageError, match="column: found 'who', allowed: user_id, value"):
        restate(table, since(), column="who")


def test_restating_by_the_changes_of_two_days_gives_the_people_of_the_later_one():
    first = ids(("device", "d", 1), ("member", "M", 2), ("cookie", "c", 3), ("member", "N", 4))
    second = ids(("device", "d", 1), ("member", "M", 1), ("cookie", "c", 3), ("member", "N", 4))
    third = ids(("device", "d", 1), ("member", "M", 1), ("cookie", "c", 1), ("member", "N", 4))
    log = pd.concat([changes(second, first, date(2026, 6, 1)), changes(third, second, date(2026, 6, 2))])
    assert restate(first, log).table["user_id"].tolist() == third["user_id"].tolist()
