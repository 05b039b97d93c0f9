"""Playbooks and pools of offers in `ltv.toml`: what cannot be meant is refused in one line that names it."""

import pytest

from ltv.errors import UsageError
from ltv.settings import parse

ENDPOINTS = [{"name": "crm", "kind": "file", "path": "data/crm"}]
BOOK = {"name": "winback", "actions": ["coupon"], "who": "orders > 0", "channel": "sms", "endpoint": "crm", "budget": 9}
OFTEN = BOOK | {"actions": ["contact_frequency"], "frequency": [1, 1, 2, 2, 3, 3, 4, 4, 6, 8]}
POOL = {"offer_id": "V1", "name": "券", "starts": "2026-01-01", "ends": "2026-12-31"}


def playbook(**other: object) -> dict[str, object]:
    return {"endpoints": ENDPOINTS, "playbooks": [BOOK | other]}


@pytest.mark.parametrize(
    ("other", "line"),
    [
        ({"actions": ["fax"]}, r"ltv.toml \[\[playbooks\]\] winback actions: found 'fax', allowed: personal_voucher,"),
        ({"segment": "students"}, "winback segment: found 'students', allowed: kind/segment such as"),
        ({"who": "income > 3"}, "winback who: found 'income'"),
        ({"order_by": "income"}, "winback order_by: found 'income', allowed: "),
        ({"budget": 0}, "winback budget: found 0, allowed: an amount of money above 0"),
        ({"when": "mood"}, "winback when: found 'mood', allowed: every_day, churn_risk"),
        ({"endpoint": "fax"}, "winback endpoint: found 'fax', allowed: crm"),
        ({"control": 0}, "winback control: found 0, allowed: 0.01 to 0.9"),
        ({"colour": "red"}, r"\[\[playbooks\]\]: found 'colour', allowed: "),
        ({"costs": {"call": 3}}, "winback costs: found 'call', allowed: coupon"),
        ({"frequency": [1] * 10}, "winback frequency: found .*, allowed: only with contact_frequency"),
        ({"actions": ["coupon", "contact_frequency"]}, "winback actions: found .*, allowed: contact_frequency alone"),
        (
            {"actions": ["contact_frequency"]},
            r"winback frequency: found \[\], allowed: 10 numbers, for deciles 1 to 10",
        ),
    ],
)
def test_a_playbook_that_cannot_be_meant_is_refused(other, line):
    with pytest.raises(UsageError, match=line) as refused:
        parse(playbook(**other))
    assert len(str(refused.value).splitlines()) == 1


def test_two_playbooks_have_two_names():
    with pytest.raises(UsageError, match=r"\[\[playbooks\]\] name: found 'winback', allowed: each name once"):
        parse({"endpoints": ENDPOINTS, "playbooks": [BOOK, BOOK]})


def test_a_frequency_stays_under_the_contact_cap():
    assert parse(playbook(**OFTEN)).playbooks[0].frequency[-1] == 8
    with pytest.raises(UsageError, match="frequency: found 8, allowed: at most 4: contact_cap is 1 in 7 days"):
        parse(playbook(**OFTEN) | {"strategy": {"contact_cap": 1}})


@pytest.mark.parametrize(
    ("other", "line"),
    [
        ({"ends": "2025-12-31"}, "V1 ends: found '2025-12-31', allowed: a day not before starts, 2026-01-01"),
        ({"starts": "soon"}, r"\[\[offers\]\] starts: found 'soon', allowed: a date such as"),
        ({"stock": -1}, "stock: found -1, allowed: a number that is not negative"),
        ({"stackable": "yes"}, "stackable: found 'yes', allowed: true, false"),
        ({"stok": 3}, r"\[\[offers\]\]: found 'stok', allowed: stock"),
    ],
)
def test_a_pool_that_cannot_be_meant_is_refused(other, line):
    with pytest.raises(UsageError, match=line):
        parse({"offers": [POOL | other]})


def test_a_pool_needs_its_days_and_comes_once():
    with pytest.raises(UsageError, match="also ends"):
        parse({"offers": [{k: v for k, v in POOL.items() if k != "ends"}]})
    with pytest.raises(UsageError, match=r"\[\[offers\]\] offer_id: found 'V1', allowed: each offer once"):
        parse({"offers": [POOL, POOL]})
    assert parse({"offers": [POOL]}).offers[0].stock is None
