"""Merges and splits between two days."""

from datetime import date

import pandas as pd

from ltv.identity.changes import changes

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
