"""Stitching: what must hold of any links, and what becomes of the cases in which naive stitching joins strangers."""

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_identity import DEVICE, MEMBER, OPENID, PHONE, worlds

from ltv.identity.graph import OPEN, RULES, Kinds, Links, People, stitch

LIMITS = (1, 0, 0, 0)
PUBLIC_US = 1_800_000_000


def kinds(caps=(10_000, 10_000, 100, 1_000)):
    contact = np.array([False, False, True, False])
    return Kinds(np.array([7, 5, 4, 2]), np.array(LIMITS), np.array(caps), contact)


def links(rows):
    columns = np.array(rows, np.int64).reshape(-1, 3).T
    return Links(*columns)


def people(kind, rows, *, first_seen=None, junk=(), caps=(10_000, 10_000, 100, 1_000), public_after=6):
    seen = np.zeros(len(kind), np.int64) if first_seen is None else np.array(first_seen, np.int64)
    nobody = np.isin(np.arange(len(kind)), list(junk))
    return stitch(np.array(kind, np.int64), seen, links(rows), kinds(caps), junk=nobody, public_after=public_after)


def table(found: People):
    columns = (found.node, found.since, found.until, found.person, found.confidence, found.rule)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def spans(found: People, node):
    """Give (since, until, person, rule) of one identifier in order."""
    return [(since, until, who, RULES[rule]) for n, since, until, who, _, rule in table(found) if n == node]


def owner(found: People, node, at):
    (who,) = [person for since, until, person, _ in spans(found, node) if since <= at < until]
    return who


def whole(found: People):
    """Give the person of each identifier that is one person's all the time."""
    lasting = ("account", "alone", "linked", "strongest")
    return {row[0]: row[3] for row in table(found) if RULES[row[5]] in lasting}


@given(worlds(), st.data())
def test_any_order_and_any_repeated_delivery_of_the_same_links_gives_the_same_people(world, data):
    again = data.draw(st.lists(st.sampled_from(world["rows"]))) if world["rows"] else []
    shuffled = data.draw(st.permutations(world["rows"] + again))
    turned = [(b, a, ts) if data.draw(st.booleans()) else (a, b, ts) for a, b, ts in shuffled]
    assert table(people(**world)) == table(people(**world | {"rows": turned}))


@given(worlds())
def test_the_spans_of_an_identifier_never_overlap_and_leave_no_hole(world):
    found = people(**world)
    for node, first in enumerate(world["first_seen"]):
        rows = spans(found, node)
        assert bool(rows) == (node not in world["junk"])
        for (_, until, *_), (since, *_) in pairwise(rows):
            assert until == since
        if rows:
            assert all(since < until for since, until, *_ in rows)
            earliest = min([first] + [ts for a, b, ts in world["rows"] if node in (a, b)])
            assert earliest <= rows[0][0] <= first
            assert rows[-1][1] == OPEN


@given(worlds())
def test_nobody_has_more_accounts_than_the_limit_at_any_moment(world):
    found = table(people(**world))
    for moment in {row[1] for row in found}:
        held = Counter(row[3] for row in found if row[1] <= moment < row[2] and LIMITS[world["kind"][row[0]]])
        assert max(held.values(), default=0) <= 1


@given(worlds())
def test_a_person_is_the_oldest_of_the_identifiers_that_are_its_own(world):
    found = people(**world)
    mine = defaultdict(set)
    for node, person in whole(found).items():
        mine[person].add(node)
    assert all(min(nodes) == person for person, nodes in mine.items())
    assert all(row[3] in mine or row[3] == row[0] for row in table(found))


@given(worlds())
def test_confidence_is_a_share(world):
    assert all(0 < row[4] <= 1 for row in table(people(**world)))


class Groups:
    """Union-find by relabelling, with nothing in common with the one that is tested."""

    def __init__(self, nodes):
        self.label = {node: node for node in nodes}

    def members(self, node):
        return {other for other, label in self.label.items() if label == self.label[node]}

    def join(self, a, b):
        for node in self.members(b):
            self.label[node] = self.label[a]

    def sets(self):
        grouped = defaultdict(set)
        for node, label in self.label.items():
            grouped[label].add(node)
        return {frozenset(nodes) for nodes in grouped.values()}


def grouped(person):
    sets = defaultdict(set)
    for node, who in person.items():
        sets[who].add(node)
    return {frozenset(nodes) for nodes in sets.values()}


@st.composite
def families_of_identifiers(draw):
    """Draw links that only join identifiers of one of a few people, each with one account at most."""
    owners = draw(st.lists(st.integers(0, 4), min_size=1, max_size=15))
    has_account: set[int] = set()
    kind = []
    for person in owners:
        choice = draw(st.integers(0 if person not in has_account else 1, 3))
        has_account |= {person} if choice == MEMBER else set()
        kind.append(choice)
    pairs = [(a, b) for a, p in enumerate(owners) for b, q in enumerate(owners) if p == q]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=25))
    return kind, [(a, b, draw(st.integers(0, 9))) for a, b in chosen]


@given(families_of_identifiers())
def test_without_limits_broken_people_are_the_connected_components(family):
    kind, rows = family
    groups = Groups(range(len(kind)))
    for a, b, _ in rows:
        groups.join(a, b)
    assert grouped(whole(people(kind, rows))) == groups.sets()


@given(worlds())
def test_only_the_strongest_links_that_keep_the_limit_join(world):
    """One union over everything, strongest first, is what plain components with a replay of the broken ones equals."""
    found = people(**world)
    mine = whole(found)
    moments = defaultdict(set)
    for a, b, ts in world["rows"]:
        moments[min(a, b), max(a, b)].add(ts)
    rank, kind = kinds().rank, world["kind"]
    groups = Groups(mine)
    pairs = [pair for pair in moments if pair[0] != pair[1] and set(pair) <= set(mine) - crowded(world)]
    for a, b in sorted(
        pairs, key=lambda p: (-rank[kind[p[0]]] - rank[kind[p[1]]], -len(moments[p]), min(moments[p]), p)
    ):
        together = groups.members(a) | groups.members(b)
        if sum(kind[node] == MEMBER for node in together) <= 1:
            groups.join(a, b)
    assert grouped(mine) == groups.sets()


def crowded(world):
    neighbours = defaultdict(set)
    for a, b, _ in world["rows"]:
        if a != b and not {a, b} & world["junk"]:
            neighbours[a].add(b)
            neighbours[b].add(a)
    return {node for node, others in neighbours.items() if len(others) > world["caps"][world["kind"][node]]}


@given(worlds())
def test_a_contested_identifier_belongs_to_whoever_was_seen_with_it_last(world):
    found = people(**world)
    mine, hubs = whole(found), crowded(world)
    owners = {person for node, person in mine.items() if world["kind"][node] == MEMBER}
    for node in set(found.node.tolist()) - set(mine):
        seen = [(ts, o) for a, b, ts in world["rows"] for n, o in ((a, b), (b, a)) if n == node and o not in hubs]
        logins = [(ts, mine[other]) for ts, other in seen if mine.get(other) in owners and node not in hubs]
        accounts = {other for _, other in seen if world["kind"][other] == MEMBER} - world["junk"]
        lasts = PUBLIC_US if len(accounts) > world["public_after"] else OPEN
        for at in {ts + late for ts, _ in logins for late in (0, PUBLIC_US - 1, PUBLIC_US)}:
            last = max(login for login in logins if login[0] <= at)
            assert owner(found, node, at) == (last[1] if at - last[0] < lasts else node)


@given(worlds(), worlds())
def test_links_of_strangers_change_nobody_else(world, strangers):
    n = len(world["kind"])
    later = max(world["first_seen"]) + 1
    both = world | {
        "kind": world["kind"] + strangers["kind"],
        "rows": world["rows"] + [(a + n, b + n, ts) for a, b, ts in strangers["rows"]],
        "first_seen": world["first_seen"] + [later + moment for moment in strangers["first_seen"]],
        "junk": world["junk"] | {node + n for node in strangers["junk"]},
    }
    assert [row for row in table(people(**both)) if row[0] < n] == table(people(**world))


def test_nothing_at_all_gives_nobody():
    assert table(people([], [])) == []


def test_identifiers_without_links_are_people_of_their_own():
    found = people([MEMBER, DEVICE], [], first_seen=[3, 5])
    assert table(found) == [(0, 3, OPEN, 0, 1.0, 0), (1, 5, OPEN, 1, 1.0, 1)]


def test_two_people_that_turn_out_to_be_one_keep_the_older_id():
    kind, rows = [OPENID, DEVICE, MEMBER, PHONE], [(0, 1, 5), (2, 3, 6)]
    apart = people(kind, rows)
    joined = people(kind, [*rows, (1, 3, 7)])
    assert whole(apart) == {0: 0, 1: 0, 2: 2, 3: 2}
    assert set(whole(joined).values()) == {0}


def test_a_link_with_itself_is_no_evidence_and_is_counted():
    found = people([MEMBER, DEVICE], [(0, 0, 1), (1, 1, 2), (1, 1, 3)])
    assert found.refused["with_itself"] == 3
    assert whole(found) == {0: 0, 1: 1}


def test_junk_joins_nobody_is_nobody_and_is_counted():
    found = people([MEMBER, PHONE, MEMBER], [(0, 1, 1), (2, 1, 2)], junk=[1])
    assert found.refused["with_junk"] == 2
    assert whole(found) == {0: 0, 2: 2}
    assert spans(found, 1) == []


def test_a_hub_with_five_thousand_neighbours_joins_nobody_and_is_nobodys():
    kind = [DEVICE] + [OPENID] * 5_000
    found = people(kind, [(0, node, node) for node in range(1, 5_001)], first_seen=range(5_001))
    assert found.refused["too_many_neighbours"] == 5_000
    assert spans(found, 0) == [(0, OPEN, 0, "nobody")]
    assert len(set(found.person.tolist())) == 5_001


def test_a_hub_of_accounts_has_no_last_login():
    kind = [DEVICE] + [MEMBER] * 20
    found = people(kind, [(0, node, node) for node in range(1, 21)], caps=(9, 9, 9, 9))
    assert spans(found, 0) == [(0, OPEN, 0, "nobody")]


def test_a_hub_does_not_take_over_a_shared_device():
    kind = [MEMBER, MEMBER, DEVICE, PHONE] + [OPENID] * 9
    hub = [(3, node, 50) for node in range(4, 13)]
    found = people(kind, [(2, 0, 10), (2, 1, 20), (2, 3, 30), *hub], caps=(9, 9, 9, 9))
    assert owner(found, 2, 40) == 1


def test_an_account_with_too_many_neighbours_is_its_own_person():
    found = people([MEMBER] + [DEVICE] * 20, [(0, node, 1) for node in range(1, 21)], caps=(9, 9, 9, 9))
    assert spans(found, 0) == [(0, OPEN, 0, "account")]


def test_a_tablet_of_two_members_follows_the_last_login():
    found = people([MEMBER, MEMBER, DEVICE], [(2, 0, 10), (2, 0, 15), (2, 1, 20), (2, 0, 30)], first_seen=[0, 1, 2])
    assert spans(found, 2) == [
        (2, 10, 2, "nobody"),
        (10, 20, 0, "last_login"),
        (20, 30, 1, "last_login"),
        (30, OPEN, 0, "last_login"),
    ]


def test_what_was_seen_only_with_a_shared_device_stays_out_of_its_members():
    found = people([MEMBER, MEMBER, DEVICE, PHONE], [(2, 0, 10), (2, 1, 20), (2, 3, 5)])
    assert whole(found) == {0: 0, 1: 1, 3: 3}


def test_a_stranger_who_is_seen_with_a_shared_device_does_not_take_it():
    found = people([MEMBER, MEMBER, DEVICE, PHONE], [(2, 0, 10), (2, 1, 20), (2, 3, 25)])
    assert spans(found, 2)[-1] == (20, OPEN, 1, "last_login")
    assert owner(found, 3, 30) == 3


def test_a_phone_number_that_changes_hands_twice_has_three_owners_in_turn():
    rows = [(3, 0, 100), (3, 0, 150), (3, 1, 200), (3, 2, 300)]
    found = people([MEMBER, MEMBER, MEMBER, PHONE], rows, first_seen=[0, 0, 0, 100])
    assert spans(found, 3) == [
        (100, 200, 0, "passed_on"),
        (200, 300, 1, "passed_on"),
        (300, OPEN, 2, "passed_on"),
    ]
    assert whole(found) == {0: 0, 1: 1, 2: 2}


def test_a_kiosk_is_someones_for_half_an_hour_after_a_login_and_its_own_otherwise():
    kind = [MEMBER] * 7 + [DEVICE]
    hour = 3_600_000_000
    found = people(kind, [(7, node, (node + 1) * hour) for node in range(7)])
    assert spans(found, 7)[:3] == [
        (0, hour, 7, "nobody"),
        (hour, hour + PUBLIC_US, 0, "last_login"),
        (hour + PUBLIC_US, 2 * hour, 7, "nobody"),
    ]
    assert spans(found, 7)[-1] == (7 * hour + PUBLIC_US, OPEN, 7, "nobody")


def test_a_login_at_a_kiosk_within_the_half_hour_ends_the_one_before():
    kind = [MEMBER] * 7 + [DEVICE]
    minute = 60_000_000
    found = people(kind, [(7, node, node * 10 * minute) for node in range(7)])
    assert [row[2] for row in spans(found, 7)] == [0, 1, 2, 3, 4, 5, 6, 7]
    assert spans(found, 7)[0] == (0, 10 * minute, 0, "last_login")


def test_logins_at_the_same_moment_leave_one_owner():
    found = people([MEMBER, MEMBER, DEVICE], [(2, 0, 10), (2, 1, 10)])
    assert spans(found, 2) == [(0, 10, 2, "nobody"), (10, OPEN, 1, "last_login")]


def test_a_login_before_the_identifier_was_seen_counts_from_then():
    found = people([MEMBER, MEMBER, DEVICE], [(2, 0, -10), (2, 1, 20)], first_seen=[0, 0, 5])
    assert spans(found, 2) == [(-10, 20, 0, "last_login"), (20, OPEN, 1, "last_login")]


def test_between_two_members_the_stronger_link_wins_and_the_other_is_refused():
    # member 0 - openid 2 - device 3 - phone 4 - member 1: the link of the device with the phone is the weakest but one
    rows = [(0, 2, 1), (2, 3, 2), (3, 4, 3), (4, 1, 4)]
    found = people([MEMBER, MEMBER, OPENID, DEVICE, PHONE], rows)
    assert whole(found) == {0: 0, 2: 0, 3: 0, 1: 1, 4: 1}
    assert spans(found, 3)[0][3] == "strongest"
    assert spans(found, 2)[0][3] == "linked"


def test_links_of_two_members_with_each_other_join_nobody():
    assert whole(people([MEMBER, MEMBER], [(0, 1, 1)])) == {0: 0, 1: 1}


def test_a_batch_delivered_twice_does_not_outweigh_what_was_seen_more_often():
    # device 2 is pulled at by two openids of equal rank: twice seen against once, whatever arrives again
    kind = [MEMBER, MEMBER, OPENID, OPENID, DEVICE]
    rows = [(0, 2, 1), (1, 3, 1), (2, 4, 5), (2, 4, 6), (3, 4, 1)]
    for again in range(4):
        assert whole(people(kind, rows + [(3, 4, 1)] * again))[4] == 0


def test_more_observations_make_a_link_surer():
    once, often = (people([MEMBER, OPENID], [(0, 1, ts) for ts in range(n)]).confidence[1] for n in (1, 5))
    assert 0.9 < once < often < 1


def test_who_stays_is_surer_than_who_alternates():
    stays = people([MEMBER, MEMBER, DEVICE], [(2, 0, ts) for ts in range(9)] + [(2, 1, 9)])
    swaps = people([MEMBER, MEMBER, DEVICE], [(2, ts % 2, ts) for ts in range(10)])
    assert stays.confidence[-1] > 0.7
    assert swaps.confidence[-1] < 0.2


@pytest.mark.drill
def test_a_value_with_ten_million_neighbours_joins_nobody():
    n = 10_000_000
    one, other = np.zeros(n, np.int64), np.arange(1, n + 1)
    kind = np.full(n + 1, OPENID)
    kind[0] = PHONE
    found = stitch(kind, np.zeros(n + 1, np.int64), Links(one, other, other), kinds(), junk=np.zeros(n + 1, bool))
    assert found.refused["too_many_neighbours"] == n
    assert np.array_equal(found.person, np.arange(n + 1))
