"""Offers are never oversold, no rule is passed by, and nothing is spent before all rules have passed."""

import datetime as dt
import threading

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support_dispatch import START, Clock, offer, outbox_of, planned

from ltv.dispatch import OfferEvent, Outbox, id_of

HOUR = dt.timedelta(hours=1)


def refused_by(outbox, *batch):
    return [why.rule for why in outbox.enqueue(batch).refused.values()]


def pool(outbox, offer_id="O1"):
    (found,) = [p for p in outbox.offers.pools() if p.offer_id == offer_id]
    return found.reserved, found.redeemed


def test_when_all_are_gone_the_next_is_refused_with_the_figures(either):
    either.offers.put([offer(2)])
    done = either.enqueue([planned(n, offer_id="O1") for n in range(3)])
    assert done.queued == 2
    (why,) = done.refused.values()
    assert why.words.en == "all 2 are gone: 2 reserved, 0 redeemed"
    assert why.words.zh == "库存 2 份已全部占用：预留 2，核销 0"


def test_an_offer_without_stock_has_no_end(outbox):
    outbox.offers.put([offer(None)])
    assert outbox.enqueue([planned(n, offer_id="O1") for n in range(50)]).queued == 50


@pytest.mark.parametrize(
    ("terms", "person", "rule"),
    [
        ({"starts_at": START + HOUR}, {}, "offer_not_begun"),
        ({"expires_at": START}, {}, "offer_over"),
        ({"registered_within_hours": 72}, {"registered_at": START - 72 * HOUR}, "registered"),
        ({"registered_within_hours": 72}, {"registered_at": START - 71.99 * HOUR}, None),
        ({"registered_within_hours": 72}, {}, "registered_unknown"),
        ({"skus": ("A", "B")}, {"skus": ("A", "C")}, "sku"),
        ({"skus": ("A", "B")}, {"skus": ("A",)}, None),
        ({"skus": ("A", "B")}, {}, None),
        ({}, {"holds": ("O1",)}, "one_per_person"),
        ({}, {"holds": ("O2",)}, "stacking"),
        ({"stackable": True}, {"holds": ("O2",)}, "stacking"),
        ({"stackable": True}, {"holds": ("stackable",)}, None),
        ({}, {"holds": ("stackable",)}, "stacking"),
        ({"stackable": True}, {"holds": ("never heard of",)}, "stacking"),
    ],
)
def test_each_rule_refuses_what_it_is_for_and_spends_nothing(outbox, terms, person, rule):
    outbox.offers.put([offer(**terms), offer(offer_id="O2"), offer(offer_id="stackable", stackable=True)])
    assert refused_by(outbox, planned(offer_id="O1", **person)) == ([rule] if rule else [])
    assert pool(outbox) == ((0, 0) if rule else (1, 0))


def test_the_flag_is_not_spent_before_the_article_is_checked(outbox):
    """The story's shop spends its first-order flag first: who asks for the wrong article gets nothing any more."""
    outbox.offers.put([offer(1, skus=("A",), registered_within_hours=72)])
    new = {"offer_id": "O1", "registered_at": START - HOUR}
    assert refused_by(outbox, planned(1, skus=("C",), **new)) == ["sku"]
    again = planned(1, intervention_id=id_of("next day", 1), skus=("A",), **new)
    assert outbox.enqueue([again]).queued == 1


def test_one_person_has_an_offer_once_and_no_other_that_does_not_stack(either):
    either.offers.put([offer(), offer(offer_id="O2")])
    assert either.enqueue([planned(1, offer_id="O1")]).queued == 1
    others = [planned(1, intervention_id=id_of(o), offer_id=o) for o in ("O1", "O2")]
    assert refused_by(either, *others) == ["one_per_person", "stacking"]


def test_a_reservation_ends_after_thirty_minutes_and_its_stock_is_back(either, clock):
    either.offers.put([offer(1)])
    either.enqueue([planned(1, offer_id="O1")])
    clock.pass_by(minutes=29, seconds=59)
    assert (either.sweep(), pool(either)) == (0, (1, 0))
    clock.pass_by(seconds=1)
    # nobody has swept yet: the deadline is the truth, not who notices it
    assert either.enqueue([planned(2, offer_id="O1")]).queued == 1
    assert (either.sweep(), pool(either)) == (0, (1, 0))
    clock.pass_by(minutes=30)
    assert (either.sweep(), pool(either)) == (1, (0, 0))


def test_redeeming_uses_what_is_reserved_once(either):
    either.offers.put([offer(2, skus=("A",))])
    one = planned(1, offer_id="O1")
    either.enqueue([one])
    assert either.offers.redeem(one.intervention_id, sku="C").rule == "sku"
    assert pool(either) == (1, 0)
    assert either.offers.redeem(one.intervention_id, sku="A") is None
    assert either.offers.redeem(one.intervention_id) is None
    assert pool(either) == (0, 1)
    assert either.offers.redeem(id_of("nobody")).rule == "not_reserved"
    assert not either.offers.release(one.intervention_id)


def test_who_redeems_late_gets_it_only_while_there_is_stock(outbox, clock):
    outbox.offers.put([offer(1)])
    first, second = planned(1, offer_id="O1"), planned(2, offer_id="O1")
    outbox.enqueue([first])
    clock.pass_by(minutes=31)
    outbox.enqueue([second])
    assert outbox.offers.redeem(first.intervention_id).rule == "sold_out"
    assert outbox.offers.release(second.intervention_id)
    assert outbox.offers.redeem(first.intervention_id) is None
    assert pool(outbox) == (0, 1)


def test_a_late_redemption_does_not_give_a_person_two(outbox, clock):
    outbox.offers.put([offer(5)])
    old, new = planned(1, offer_id="O1"), planned(1, intervention_id=id_of("again"), offer_id="O1")
    outbox.enqueue([old])
    clock.pass_by(minutes=31)
    outbox.enqueue([new])
    assert outbox.offers.redeem(old.intervention_id).rule == "one_per_person"
    assert pool(outbox) == (1, 0)


def test_what_the_shop_tells_counts_once_however_often_and_late(either, clock):
    either.offers.put([offer(3)])
    either.enqueue([planned(n, offer_id="O1") for n in (1, 2)])
    told = [
        OfferEvent("O1", 1, "redeemed", START),
        OfferEvent("O1", 2, "released", START),
        OfferEvent("O1", 3, "reserved", START),
    ]
    assert either.offers.settle(told) == 2
    assert either.offers.settle(told) == 0
    assert either.offers.settle([OfferEvent("O1", 1, "redeemed", START + HOUR)]) == 0  # it is redeemed already
    assert pool(either) == (0, 1)


def test_a_redemption_beyond_the_stock_is_told_and_the_floor_holds(outbox):
    from ltv.dispatch.metrics import metrics

    outbox.offers.put([offer(1)])
    shop = [OfferEvent("O1", n, "redeemed", START) for n in (7, 8)]
    assert outbox.offers.settle(shop) == 1
    assert pool(outbox) == (0, 1)
    assert 'ltv_dispatch_redeemed_beyond_stock_total{offer="O1"} 1' in metrics(outbox)


def test_offers_and_events_come_from_the_tables_of_the_contract(outbox):
    import pandas as pd

    from ltv.dispatch import offer_events_of, offers_of
    from ltv.errors import UsageError

    table = pd.DataFrame(
        {
            "offer_id": ["O1", "O2"], "name": ["新客", "限时"], "hook": ["first_order_coupon", "limited"], "stock": [2, None],
            "skus": [["A"], None], "stackable": pd.array([None, True], dtype="boolean"),
            "starts_at": pd.Timestamp(START), "expires_at": pd.Timestamp(START + HOUR),
        }
    )  # fmt: skip
    first, second = offers_of(table, registered_within_hours={"first_order_coupon": 72})
    assert (first.stock, first.skus, first.stackable, first.registered_within_hours) == (2, ("A",), False, 72)
    assert (second.stock, second.skus, second.stackable, second.registered_within_hours) == (None, (), True, None)
    outbox.offers.put([first, second])
    told = pd.DataFrame(
        {
            "ts": pd.Timestamp(START),
            "offer_id": "O1",
            "event": "redeemed",
            "user_id": pd.array([1, None], dtype="Int64"),
        }
    )
    assert outbox.offers.settle(offer_events_of(told)) == 1
    with pytest.raises(UsageError, match=r"offers columns: found 'offer_id, name, .* allowed: also starts_at"):
        offers_of(table.drop(columns="starts_at"))


def test_new_terms_leave_what_is_reserved(outbox):
    outbox.offers.put([offer(5)])
    outbox.enqueue([planned(n, offer_id="O1") for n in range(3)])
    outbox.offers.put([offer(2)])  # less than is reserved: nobody loses theirs, nobody gets more
    assert pool(outbox) == (3, 0)
    assert refused_by(outbox, planned(9, offer_id="O1")) == ["sold_out"]


def test_many_at_once_get_no_more_than_there_are(either, tmp_path):
    either.offers.put([offer(25)])
    queued = []

    def ask(first):
        queued.extend(either.enqueue([planned(n, offer_id="O1")]).queued for n in range(first, first + 10))
        either.close()

    crowd = [threading.Thread(target=ask, args=(10 * k,)) for k in range(6)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert (len(queued), sum(queued), pool(either)) == (60, 25, (25, 0))


STEPS = st.lists(
    st.tuples(st.sampled_from(["enqueue", "redeem", "release", "settle", "wait", "sweep"]), st.integers(1, 5)),
    max_size=30,
)


@given(stock=st.integers(0, 3), steps=STEPS)
@hypothesis_settings(max_examples=40)
def test_whatever_happens_in_whatever_order_the_pool_adds_up(tmp_path_factory, stock, steps):
    clock = Clock()
    outbox: Outbox = outbox_of(tmp_path_factory.mktemp("pool"), clock=clock)
    outbox.offers.put([offer(stock)])
    latest: dict[int, str] = {}
    for number, (what, person) in enumerate(steps):
        if what == "enqueue":
            one = planned(person, intervention_id=id_of(number, person), offer_id="O1")
            if outbox.enqueue([one]).queued:
                latest[person] = one.intervention_id
        elif what == "wait":
            clock.pass_by(minutes=11)
        elif what == "sweep":
            outbox.sweep()
        elif what == "settle":
            outbox.offers.settle([OfferEvent("O1", person, "redeemed", clock())])
        elif person in latest:
            getattr(outbox.offers, what)(latest[person])
        reserved, redeemed = pool(outbox)
        assert reserved + redeemed <= stock
        with outbox.database.reading() as tx:
            counted = {
                r["state"]: r["n"] for r in tx.rows("SELECT state, COUNT(*) AS n FROM reservations GROUP BY state")
            }
        assert counted.get("reserved", 0) == reserved
        assert counted.get("redeemed", 0) <= redeemed  # others were redeemed in the shop without a reservation
    outbox.close()
