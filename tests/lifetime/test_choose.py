"""Which model scores: champion, challenger, damaged ones, those that do not fit, with a real registry."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta

import pandas as pd
import pytest
from support_value import AS_OF, bought, checked, few_trees

from ltv import lifetime_value
from ltv.lifetime import choose as choosing
from ltv.lifetime import gate
from ltv.lifetime.choose import Terms, choose, nearest
from ltv.lifetime.gate import Verdict
from ltv.lifetime.ground import Ground
from ltv.text import Text, same
from ltv.workspace.models import Models

ORDERS = bought(280)
LATER = AS_OF - timedelta(days=40)  # so that there are later days too
PASSES, FAILS = Verdict(True, Text("好", "fine")), Verdict(False, Text("差", "bad"))


@dataclass
class Desk:
    """A registry, and days on which it is asked."""

    root: object
    patch: pytest.MonkeyPatch
    trainings: int = 0

    def ask(self, days=0, *, publish=True, data="d", **given):
        as_of = LATER + timedelta(days=days)
        models = Models(self.root, as_of, data_hash=data)
        of = checked(lifetime_value(ORDERS, as_of=as_of, models=models, **{"horizons_days": [20]} | given))
        if publish:
            assert models.adopt(of.versions) == ()
        return of

    def verdict(self, verdict):
        self.patch.setattr(gate, "judge", lambda *_, **__: verdict)


@pytest.fixture
def desk(tmp_path):
    with few_trees(3, 5, cutoffs=0) as patch:
        made = Desk(tmp_path, patch)
        train = choosing.train

        def counted(*given, **more):
            made.trainings += 1
            return train(*given, **more)

        patch.setattr(choosing, "train", counted)
        yield made


def champion(of):
    (name,) = of.versions.loc[of.versions["champion"], "model_version"]
    return name


def test_the_first_model_is_champion_and_scores_until_it_is_old(desk):
    first = desk.ask(0)
    assert set(first.table["basis"]) == {"model"}
    assert desk.trainings == 1 and first.chosen.version == champion(first) and first.chosen.as_of == LATER
    for days in (1, 6):
        kept = desk.ask(days)
        assert kept.chosen.version == first.chosen.version and kept.chosen.verdict is None
        assert set(kept.table["model_version"]) == {first.chosen.version}
    assert desk.trainings == 1
    desk.verdict(PASSES)
    new = desk.ask(7)
    assert desk.trainings == 2 and new.chosen.version != first.chosen.version and champion(new) == new.chosen.version
    assert new.chosen.as_of == LATER + timedelta(days=7) and len(new.versions) == 2


def test_a_challenger_that_is_rejected_leaves_the_champion_at_work(desk):
    first = desk.ask(0)
    desk.verdict(FAILS)
    of = desk.ask(7)
    assert desk.trainings == 2
    assert of.chosen.version == champion(of) == first.chosen.version and not of.chosen.verdict.passed
    assert len(of.versions) == 2 and of.versions["champion"].sum() == 1
    assert of.versions.loc[~of.versions["champion"], "reason"].tolist() == ["差 · bad"]
    assert any("bad" in t.text.en for t in of.findings)
    again = desk.ask(7)  # the same day again: it has been decided
    assert desk.trainings == 2 and again.chosen.version == first.chosen.version


def test_where_the_first_fails_the_gate_buy_till_you_die_scores_and_says_why_each_time(desk):
    desk.verdict(FAILS)
    told = [desk.ask(0, publish=False) for _ in range(2)]  # a run that was not published, again
    assert desk.trainings == 2  # with trees and without, once
    for of in told:
        assert set(of.table["basis"]) == {"btyd"} and champion(of) == of.chosen.version
        assert of.chosen.verdict.passed and "buy till you die" in of.chosen.verdict.reason.en
        assert any("trees" in t.text.en for t in of.findings)
    pd.testing.assert_frame_equal(told[0].table, told[1].table)
    assert told[0].versions["reason"].tolist() == told[1].versions["reason"].tolist()


def files(desk, of):
    return sorted(
        p for p in (desk.root / "data" / "state" / "models" / of.chosen.version).iterdir() if p.name != "manifest.json"
    )


def cut(path):
    path.write_bytes(path.read_bytes()[:50])


def flip(path):
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(bytes(body))


def other_schema(path):
    manifest = path.parent / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"schema": 99}))


@pytest.mark.parametrize(
    ("harm", "days"),
    [(cut, 0), (flip, 1), (other_schema, 1), (lambda path: path.unlink(), 1)],
    ids=["cut", "flipped", "other_schema", "gone"],
)
def test_a_damaged_champion_is_trained_anew_and_the_page_says_so(desk, harm, days):
    first = desk.ask(0)
    harm(files(desk, first)[0])
    of = desk.ask(days)
    assert desk.trainings == 2 and of.chosen.damaged and "\n" not in of.chosen.damaged
    assert champion(of) == of.chosen.version
    assert [t for t in of.findings if t.state == "bad"]
    assert not desk.ask(days).chosen.damaged and desk.trainings == 2


@pytest.mark.parametrize("version", ["other_numbers", "half_of_the_numbers"])
def test_numbers_that_this_version_does_not_store_are_no_model(desk, version):
    first = desk.ask(0, publish=False)
    models = Models(desk.root, LATER)
    whole = models.load(first.chosen.version)
    numbers = {"level": 1.5} if version == "other_numbers" else {"horizons": whole.numbers["horizons"]}
    models.put(version, replace(whole, numbers=numbers), as_of=LATER, data_hash="x", metrics={}, features=())
    models.adopt(models.row(version, champion=True, reason="by an older release"))
    of = desk.ask(1)
    assert "numbers that cannot be read" in of.chosen.damaged and of.chosen.version == champion(of) != version


MEMBERS = pd.DataFrame({"user_id": ORDERS["user_id"].unique(), "registered_at": pd.Timestamp("2026-01-01")})
ITEMS = pd.DataFrame({"order_id": ORDERS["order_id"], "margin": ORDERS["amount"] / 5})


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"horizons_days": [20]}, {"horizons_days": [20, 10]}),
        ({"members": MEMBERS}, {}),
        ({"members": MEMBERS}, {"members": MEMBERS, "window_days": 60}),
        ({}, {"items": ITEMS}),
    ],
    ids=["more_horizons", "a_table_is_gone", "another_window", "another_money"],
)
def test_a_champion_that_does_not_fit_is_not_used(desk, before, now):
    first, of = desk.ask(0, **before), desk.ask(1, **now)
    assert desk.trainings == 2 and of.chosen.version != first.chosen.version and not of.chosen.damaged
    if "items" in now:
        whole = desk.ask(0, publish=False, data="other").total()["expected"]
        assert of.worth == "margin" and of.total()["expected"] == pytest.approx(whole / 5, rel=0.2)


def test_a_champion_with_a_feature_that_is_no_more_is_not_used(desk):
    desk.ask(0)
    desk.patch.setattr(Ground, "names", property(lambda _: frozenset({"btyd_alive"})))
    desk.ask(1)
    assert desk.trainings == 2


def test_one_that_was_trained_on_fewer_tables_is_used_until_it_is_old(desk):
    first, of = desk.ask(0), desk.ask(1, members=MEMBERS)
    assert of.chosen.version == first.chosen.version and desk.trainings == 1


def test_the_same_terms_give_the_same_name_and_numbers_and_others_another_name(desk, tmp_path):
    one = desk.ask(0, publish=False)
    two = Desk(tmp_path / "elsewhere", desk.patch).ask(0, publish=False)
    pd.testing.assert_frame_equal(one.table, two.table)
    terms = Terms(LATER, (30, 90), 7, "d", 0, 180)
    others = [replace(terms, **change) for change in ({"data_hash": "e"}, {"seed": 1}, {"window_days": 90},
              {"horizons_days": (30,)}, {"as_of": AS_OF})]  # fmt: skip
    assert len({t.version for t in [terms, *others]}) == 6
    assert replace(terms, retrain_days=1).version == terms.version == Terms(LATER, (30, 90), 7, "d", 0, 180).version


def test_without_a_registry_a_model_is_trained_and_not_kept(desk):
    chosen = choose(Ground.of(ORDERS, as_of=LATER), None, Terms(LATER, (20,)))
    assert chosen.versions is None and chosen.version == "not stored" and desk.trainings == 1


def test_the_main_horizon_is_the_nearest():
    assert nearest([30, 90, 180], 90) == 90 and nearest([365], 90) == 365 and nearest([60, 120], 90) == 60
    assert same("x").en == "x"
