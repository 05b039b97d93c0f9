"""Identifiers with the warts of real systems, and the truth about whose they are."""

from pathlib import Path

import pytest
from support_mall import Mall, digests, opened

from ltv.sources.mall import simulate
from ltv.sources.privacy import key_of, keyed_hash


def test_systems_know_people_by_seven_kinds_of_identifier(mall: Mall) -> None:
    kinds = {kind for (kind,) in mall.rows("SELECT DISTINCT id_type FROM true_identifiers")}
    assert kinds == {"openid", "unionid", "member", "phone_hmac", "email_hmac", "device", "cookie"}
    seen = {k for (k,) in mall.rows("SELECT id_type FROM links UNION SELECT linked_type FROM links")}
    assert seen == {"openid", "unionid", "member", "phone", "email", "device", "cookie"}


@pytest.mark.parametrize(("kind", "junk"), [("openid", ""), ("device", "0000"), ("cookie", "unknown")])
def test_junk_stands_where_an_identifier_should(mall: Mall, kind: str, junk: str) -> None:
    share = f"SELECT avg((id_value = '{junk}')::INT) FROM events WHERE id_type = '{kind}'"
    assert 0.002 < mall.one(share) < 0.06
    assert mall.one(f"SELECT count(DISTINCT person) FROM events JOIN true_events USING (event_id) "
                    f"WHERE id_type = '{kind}' AND id_value = '{junk}'") > 30  # fmt: skip


def test_new_phones_and_cleared_browsers_give_new_devices_and_cookies(mall: Mall) -> None:
    per_person = "SELECT avg(n) FROM (SELECT person, count(*) AS n FROM owners WHERE id_type = '{}' GROUP BY 1)"
    assert mall.one(per_person.format("device")) > 1.2
    assert mall.one(per_person.format("cookie")) > 2
    overlap = """
        SELECT count(*) FROM true_identifiers a JOIN true_identifiers b USING (person, id_type)
        WHERE id_type IN ('device', 'cookie', 'phone_hmac') AND NOT a.shared AND NOT b.shared
          AND a.id_value <> b.id_value AND a.valid_from < b.valid_from
          AND coalesce(a.valid_to, TIMESTAMP '2100-01-01') > b.valid_from
    """
    assert mall.one(overlap) == 0


def test_an_event_falls_into_the_time_in_which_its_identifier_was_the_persons(mall: Mall) -> None:
    outside = """
        SELECT count(*) FROM events JOIN true_events USING (event_id) JOIN true_identifiers i USING (id_type, id_value, person)
        WHERE NOT shared AND session_id NOT IN (SELECT session_id FROM events WHERE ts < valid_from + INTERVAL 3 HOUR)
          AND (ts < valid_from OR ts >= valid_to + INTERVAL 3 HOUR)
    """  # a session keeps the identifier with which it began
    assert mall.one(outside) == 0


def test_some_numbers_pass_to_another_person(mall: Mall) -> None:
    twice = """
        SELECT count(*), count(*) FILTER (first_until > second_from) FROM (
            SELECT id_value, min(valid_to) AS first_until, max(valid_from) AS second_from
            FROM true_identifiers WHERE id_type = 'phone_hmac' GROUP BY 1 HAVING count(DISTINCT person) = 2)
    """
    recycled, overlapping = mall.rows(twice)[0]
    assert recycled > 50
    assert overlapping == 0


def test_families_share_tablets_and_everybody_the_kiosk(mall: Mall) -> None:
    people = """
        SELECT i.id_value, count(DISTINCT e.person) FROM (SELECT DISTINCT id_type, id_value FROM true_identifiers WHERE shared) i
        JOIN events USING (id_type, id_value) JOIN true_events e USING (event_id) GROUP BY 1 ORDER BY 2
    """
    found = [n for _, n in mall.rows(people)]
    assert found.count(2) + found.count(3) + found.count(4) > 50  # tablets
    assert found[-5] > 20  # a kiosk in each of five communities


def test_the_truth_names_phones_and_mails_as_they_are_after_reading(mall: Mall) -> None:
    key = key_of(mall.out)
    assert key
    raw = mall.rows("SELECT linked_type, linked_value FROM links WHERE linked_type IN ('phone', 'email') LIMIT 200")
    known = {value for (value,) in mall.rows("SELECT id_value FROM true_identifiers WHERE id_type LIKE '%_hmac'")}
    assert {keyed_hash(kind, value, key) for kind, value in raw} <= known


def test_no_number_can_be_called(mall: Mall) -> None:
    assert (
        mall.one("SELECT count(*) FROM links WHERE linked_type = 'phone' AND linked_value NOT LIKE '100________'") == 0
    )
    assert (
        mall.one("SELECT count(*) FROM links WHERE linked_type = 'email' AND linked_value NOT LIKE '%@example.com'")
        == 0
    )


def test_people_browse_before_they_log_in(mall: Mall) -> None:
    before = """
        SELECT avg((id_type <> 'member')::INT) FROM events JOIN true_events USING (event_id) JOIN people USING (person)
        WHERE registered_at IS NOT NULL AND ts >= registered_at
    """
    assert 0.1 < mall.one(before) < 0.4  # members who are not recognised
    assert mall.one(before.replace(">=", "<")) == 1


# --- more of what is shared -----------------------------------------------------------------------------------------

TABLETS = "SELECT count(DISTINCT id_value) FROM true_identifiers WHERE shared AND person IS NOT NULL"
KIOSKS = "SELECT count(DISTINCT id_value) FROM true_identifiers WHERE shared AND person IS NULL"
PASSED = """
    SELECT id_value, min(person), max(person) FROM true_identifiers WHERE id_type = 'phone_hmac'
    GROUP BY 1 HAVING count(DISTINCT person) = 2
"""
RECYCLED = f"SELECT count(*) FROM ({PASSED})"
ON_SHARED = """
    SELECT count(*) FROM links SEMI JOIN (SELECT DISTINCT id_type, id_value FROM true_identifiers WHERE shared) USING (id_type, id_value)
"""


@pytest.fixture(scope="module")
def malls(tmp_path_factory: pytest.TempPathFactory) -> dict[float, Mall]:
    """Make the same mall thrice: nobody shares, as many as usual, two and a half times as many."""
    out = tmp_path_factory.mktemp("shared")
    for shared in (0, 1, 2.5):
        simulate(out / str(shared), users=2_000, days=200, shared=shared)
    return {shared: opened(out / str(shared)) for shared in (0, 1, 2.5)}


@pytest.mark.parametrize("shared", [0, 2.5])
def test_shared_is_how_many_times_as_many_tablets_and_recycled_numbers(malls: dict[float, Mall], shared: float) -> None:
    usual = malls[1].one(RECYCLED)
    assert usual > 10
    assert malls[shared].one(RECYCLED) == pytest.approx(shared * usual, abs=1)  # a community has whole numbers of them
    assert malls[shared].one(TABLETS) == pytest.approx(shared * malls[1].one(TABLETS), rel=0.1)


def test_so_many_times_the_shared_devices_see_so_many_times_the_logins(malls: dict[float, Mall]) -> None:
    rings = malls[0].one(KIOSKS)
    assert [malls[shared].one(KIOSKS) - rings for shared in (1, 2.5)] == [2, 6]  # the third is there half as often
    assert malls[2.5].one(ON_SHARED) == pytest.approx(2.5 * malls[1].one(ON_SHARED), rel=0.15)


def test_more_sharing_changes_nothing_but_identifiers(malls: dict[float, Mall]) -> None:
    acts = "SELECT e.* EXCLUDE (id_type, id_value), person FROM events e JOIN true_events USING (event_id) ORDER BY event_id"
    assert malls[0].rows(acts) == malls[1].rows(acts) == malls[2.5].rows(acts)
    bought = "SELECT * EXCLUDE (id_type, id_value) FROM orders ORDER BY ALL"
    assert malls[0].rows(bought) == malls[1].rows(bought) == malls[2.5].rows(bought)


def test_who_shares_as_usual_still_does_when_more_do(malls: dict[float, Mall]) -> None:
    sharing = "SELECT DISTINCT person FROM true_identifiers WHERE shared AND person IS NOT NULL"
    usual, more = (set(malls[shared].rows(sharing)) for shared in (1, 2.5))
    assert usual < more
    usual, more = (set(malls[shared].rows(PASSED)) for shared in (1, 2.5))
    assert usual < more


def test_the_usual_sharing_is_the_mall_without_the_knob(tmp_path: Path) -> None:
    simulate(tmp_path / "a", users=1_200, days=90)
    simulate(tmp_path / "b", users=1_200, days=90, shared=1.0)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
