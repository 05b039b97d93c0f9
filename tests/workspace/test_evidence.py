"""What became of every link: a second opinion on the stitching, from its result."""

import pytest
from support_people import EVERY_END, TIGHT, bond, shop
from support_workspace import at

from ltv.identity.graph import stitch
from ltv.workspace.evidence import REASONS, refused
from ltv.workspace.people import known_identifiers

DAY = "2026-06-30"


def counted(ws) -> dict[str, int]:
    rows = refused(ws)
    assert rows["reason"].tolist() == list(REASONS)
    return dict(zip(rows["reason"], rows["links"], strict=True))


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    return at(shop(tmp_path_factory.mktemp("shop"), links=EVERY_END, toml=TIGHT), DAY)


def test_every_link_is_counted_once_by_what_became_of_it(ws):
    found = counted(ws)
    assert found == {"joined": 7, "in_turn": 2, "with_itself": 1, "with_junk": 2, "too_many_neighbours": 4, "of_nobody": 1,
                     "by_limit": 1}  # fmt: skip
    assert sum(found.values()) == len(ws.links) == len(EVERY_END)
    rows = refused(ws)
    assert rows["share"].sum() == pytest.approx(1)
    assert rows.set_index("reason").loc["joined", "pairs"] == 4  # own, hers, the openid, the phone that came twice


def test_what_the_stitching_says_it_refused_is_what_is_counted(ws):
    there = {name: p for name, p in ws.prepared.items() if p.unified is not None}
    known = known_identifiers(ws.settings, there, ws.as_of)
    said = stitch(known.kind, known.first_seen, known.links, known.kinds, junk=known.junk).refused
    found = counted(ws)
    assert {reason: found[reason] for reason in said if reason in found} == {
        reason: n for reason, n in said.items() if reason in found
    }
    assert {"with_itself", "with_junk", "too_many_neighbours"} <= set(said)


def test_an_earlier_day_counts_the_links_known_by_then(tmp_path):
    root = shop(tmp_path, links=[bond("02", "device:d", "member:M1"), bond("05", "device:d", "member:M2")])
    assert counted(at(root, "2026-06-04"))["joined"] == 1
    assert counted(at(root, "2026-06-05"))["in_turn"] == 2


def test_without_links_there_is_nothing_to_refuse(tmp_path):
    assert set(counted(at(shop(tmp_path), DAY)).values()) == {0}
