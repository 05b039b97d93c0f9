"""An earlier day's results under today's numbers, as runs publish them."""

import datetime as dt

import pytest
from support_people import TOML, bond, event, shop, who
from support_workspace import at

import ltv
from ltv.errors import MissingTableError
from ltv.runs.runner import Request, run

FIRST, LAST = dt.date(2026, 6, 4), dt.date(2026, 6, 6)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A device that becomes a member's on the 5th, and a cookie that becomes the device's on the 6th."""
    events = [event(1, "2026-05-02 10:00:00", "device", "d"), event(2, "2026-05-01 10:00:00", "cookie", "c")]
    links = [bond("05", "device:d", "member:M1"), bond("06", "cookie:c", "device:d")]
    root = shop(tmp_path_factory.mktemp("shop"), events=events, links=links, toml=TOML)
    for day in range(FIRST.day, LAST.day + 1):
        done = run(Request(root, dt.date(2026, 6, day), only=("03_unified_id",)))
        assert (done.exit_code, done.why) == (0, "")
    return root


def test_a_merge_of_two_days_is_followed_to_the_last_number(root):
    ws = ltv.open(root, date=LAST)
    then = ws.result("user_ids", FIRST)
    assert then["user_id"].nunique() == 4
    now = ltv.restated(ws, "user_ids", FIRST)
    assert now.unmapped.empty
    today = ws.user_ids.frame().set_index("id_value")["user_id"]
    assert now.table["user_id"].tolist() == today[now.table["id_value"]].tolist()
    assert now.table["user_id"].nunique() == 2
    assert now.table.drop(columns="user_id").equals(then.drop(columns="user_id"))


def test_seen_from_a_day_in_between_later_merges_are_not_known(root):
    assert ltv.restated(ltv.open(root, date="2026-06-05"), "user_ids", FIRST).table["user_id"].nunique() == 3


def test_a_day_without_that_table_is_an_error(root):
    ws = at(root, str(LAST))
    assert who(ws)["M1"]
    with pytest.raises(MissingTableError, match="retention"):
        ltv.restated(ws, "retention", FIRST)


def test_what_was_said_so_many_days_ago_has_todays_numbers_and_days_without_it_are_left_out(root):
    ws = ltv.open(root, date=LAST)
    ((day, (then,)),) = ws.said("user_ids", days_ago=[2, 90])
    assert day == FIRST
    assert then["user_id"].nunique() == 2  # four people of then are two now
    assert ws.said("user_ids", "retention", days_ago=[1, 2]) == []
