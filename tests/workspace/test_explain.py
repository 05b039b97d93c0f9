"""A person is explained by what speaks for each identifier, and by why others that were met are not this person's."""

import pandas as pd
import pytest
from support_people import EVERY_END, TIGHT, bond, link, shop, who
from support_workspace import at, csv, orders, put, workspace

from ltv.cli import main
from ltv.errors import UsageError
from ltv.report.blocks import show
from ltv.workspace.explain import explain_user
from ltv.workspace.explain_words import REASONS, WORDS

DAY = "2026-06-30"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return shop(tmp_path_factory.mktemp("shop"), links=EVERY_END, toml=TIGHT)


@pytest.fixture(scope="module")
def ws(root):
    return at(root, DAY)


def cut(told) -> dict[str, str]:
    return dict(zip(told.cut["id_value"], told.cut["reason"], strict=True))


def test_a_person_is_explained_by_identifiers_rules_and_observations(tmp_path):
    ws = at(shop(tmp_path, links=[link(f"2026-06-0{d} 10:00:00", "d", "M1") for d in (5, 6, 7)]), DAY)
    told = explain_user(ws, who(ws)["M1"])
    rows = told.table.set_index("id_type")
    assert rows["seen_with"].to_dict() == {"device": "member", "member": "device"}
    assert set(rows["times"]) == {3}
    assert rows.loc["device", "rule"] == "linked"
    assert told.takeaways("en")[0].endswith("They were seen together 3 times, so they count as one person; first seen on "
                                            "2026-06-01.")  # fmt: skip
    (alone,) = explain_user(ws, who(ws)["M2"]).table.to_dict("records")
    assert (alone["rule"], alone["times"]) == ("account", 0)


def test_each_identifier_that_was_met_and_is_not_this_persons_has_its_reason(ws):
    people = who(ws)
    assert cut(explain_user(ws, people["M1"])) == {
        "tablet": "in_turn",
        "hers": "by_limit",
        "hub": "too_many_neighbours",
        "0000": "with_junk",
        "M1": "with_itself",
        "M2": "met_on_shared",
        "c": "met_on_shared",
    }
    told = explain_user(ws, people["M2"]).cut.set_index("id_value")
    assert told.loc["o", "reason"] == "by_limit"
    assert told.loc["o", ["seen_with", "seen_with_value", "other_user_id"]].tolist() == ["device", "hers", people["M1"]]
    assert told.loc["tablet", ["people", "neighbours"]].tolist() == [2, 3]
    assert pd.isna(told.loc["tablet", "other_user_id"])


def test_of_a_shared_device_only_what_was_seen_in_the_own_time_speaks_for_a_person(ws):
    rows = explain_user(ws, who(ws)["M1"]).table
    tablet = rows[rows["id_value"] == "tablet"]
    assert tablet[["rule", "times"]].to_numpy().tolist() == [["last_login", 1]]
    assert tablet["valid_to"].tolist() == [pd.Timestamp("2026-06-07 10:00:00")]


def test_a_day_before_the_second_login_knows_of_no_sharing(root):
    ws = at(root, "2026-06-06")
    assert "tablet" not in cut(explain_user(ws, who(ws)["M1"]))


def test_every_reason_is_said_in_both_languages(ws):
    told = explain_user(ws, who(ws)["M1"])
    assert set(told.cut["reason"]) == set(REASONS)
    assert told.takeaways("zh")[1].startswith("还有 7 个标识与其一起出现过")
    assert REASONS["by_limit"].en + " (1)" in told.takeaways("en")[1]
    assert "tablet" in told._repr_html_()


def test_a_page_shows_hashes_where_the_table_has_identifiers(ws):
    told = explain_user(ws, who(ws)["M1"])
    blocks = show(told, "identifiers", "cut").blocks
    cells = {cell for block in blocks for row in block["rows"] for cell in row}
    lines = "\n".join(line for block in blocks for line in block["csv"]["lines"])
    assert "tablet" in told.table["id_value"].tolist()
    for value in {*told.table["id_value"], *told.cut["id_value"]}:
        assert value not in cells
        assert f":{value}," not in lines
    assert len(told.views["cut"].data) == len(told.cut) == 7


def test_who_was_seen_with_nobody_has_nothing_cut_off(tmp_path):
    ws = at(shop(tmp_path), DAY)
    told = explain_user(ws, 1)
    assert told.table["times"].tolist() == [0]
    assert told.cut.empty
    assert told.takeaways("en")[1] == WORDS["nothing_cut"].en
    assert show(told).blocks


def test_without_a_number_it_is_the_one_with_most_identifiers(ws):
    assert explain_user(ws).user_id == who(ws)["M1"]


def test_where_nobody_is_known_it_says_so(tmp_path):
    root = workspace(tmp_path, 'timezone = "UTC"')
    put(root, "orders/a.csv", csv(orders({"id_type": "", "id_value": ""})))
    told = explain_user(at(root, DAY))
    assert (told.user_id, len(told.table), told.takeaways("en")) == (0, 0, [WORDS["nobody"].en])
    assert show(told).blocks


def test_a_number_that_nobody_has_is_one_line(ws, root, capsys):
    words = f"user_id: found 99, allowed: a person known at the end of {DAY}"
    with pytest.raises(UsageError, match=words):
        explain_user(ws, 99)
    assert main(["explain", "99", "--workspace", str(root), "--date", DAY]) == 2
    assert capsys.readouterr().err == f"ltv: {words}\n"


def test_the_command_says_what_belongs_together_and_what_was_cut_off(ws, root, capsys):
    assert main(["explain", str(who(ws)["M1"]), "--workspace", str(root), "--date", DAY]) == 0
    said = capsys.readouterr().out
    assert "device      own  2026-06-02 10:00 to now  linked" in said
    assert f"device      hers  {REASONS['by_limit'].en}; seen 1 times with openid o" in said
    assert said.count("\n") == len(explain_user(ws, who(ws)["M1"]).table) + 7 + 1


def test_two_numbers_allowed_are_no_limit_broken(tmp_path):
    links = [bond("02", "device:own", "member:M1"), bond("03", "device:own", "member:M2")]
    ws = at(shop(tmp_path, links=links, toml=TIGHT + "\nlimits = { member = 2 }"), DAY)
    assert explain_user(ws).cut.empty
