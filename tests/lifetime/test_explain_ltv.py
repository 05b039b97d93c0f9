"""Why one person is expected to bring what they are, from what a workspace has published."""

import shutil

import numpy as np
import pytest
from support_value import AS_OF, bought, few_trees, registered, seen
from support_workspace import at, put, workspace

import ltv
from ltv.cli import main
from ltv.errors import CorruptError, MissingTableError, UsageError
from ltv.lifetime.feature_catalogue import FEATURE
from ltv.workspace.store import published_folder, store


def member(rows, column="user_id"):
    return rows.assign(id_type="member", id_value="M" + rows[column].astype(str)).drop(columns=column)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A workspace with one published date, as its page would have made it."""
    root = workspace(tmp_path_factory.mktemp("shop"))
    orders = bought(300)
    people = registered(orders, 220)
    visits = seen(people)
    put(
        root,
        "orders/a.parquet",
        member(orders.assign(order_id="A" + orders["order_id"].astype(str), source="shop", status="paid")),
    )
    put(root, "members/a.parquet", member(people))
    put(root, "events/a.parquet", member(visits.assign(event_id=[f"e{n}" for n in range(len(visits))], source="app")))
    ws = at(root, str(AS_OF))
    given = {"events": ws.events, "members": ws.members, "window_days": 120, "horizons_days": [10, 30]}
    with few_trees(8, 10, cutoffs=0):
        told = ltv.lifetime_value(ws.orders, as_of=ws.date, models=ws.models, **given)
    store("ltv_scores", told.table, folder=published_folder(root, AS_OF), run_id="r1")
    ws.models.adopt(told.versions)
    return root


@pytest.fixture(scope="module")
def ws(root):
    return at(root, str(AS_OF))


@pytest.fixture(scope="module")
def scores(ws):
    rows = ws.result("ltv_scores")
    return rows[rows["horizon_days"] == 30].set_index("user_id")


def test_effects_make_up_the_distance_from_the_typical_customer(ws, scores):
    customers = scores[scores["churn_risk"].notna()]
    typical = np.exp(np.log(np.maximum(customers["expected"], 0.01)).mean())
    for who in (customers["expected"].idxmax(), customers["expected"].idxmin()):
        told = ltv.explain_ltv(int(who), workspace=ws)
        assert told.typical == pytest.approx(typical) and told.horizon_days == 30 and told.why == ""
        assert told.score["expected"] == scores.loc[who, "expected"]
        wanted = np.log(scores.loc[who, "expected"] / typical)
        assert told.table["effect"].sum() == pytest.approx(wanted, rel=0.1)
        assert told.table["factor"].to_numpy() == pytest.approx(np.exp(told.table["effect"]))
        assert told.table["effect"].abs().is_monotonic_decreasing and told.table["feature"].is_unique
        assert set(told.table["feature"]) & set(FEATURE)
        for lang in ("zh", "en"):
            assert str(who) in told.takeaways(lang)[0] and "nan" not in " ".join(told.takeaways(lang))
        assert len(told.views["features"].data) == len(told.table)


def test_a_person_who_has_not_bought_is_compared_with_their_like(ws, scores):
    waiting = scores[scores["churn_risk"].isna()]
    told = ltv.explain_ltv(int(waiting["expected"].idxmax()), workspace=ws)
    assert told.typical < scores.loc[scores["churn_risk"].notna(), "expected"].mean()
    assert told.takeaways("en") and set(told.table["feature"]) <= set(FEATURE)


def test_the_window_is_that_of_the_model(ws, scores):
    who = int(scores["days_known"].idxmax())
    told = ltv.explain_ltv(who, workspace=ws).table.set_index("feature")["value"]
    ages = told[[f for f in told.index if f == "age_days"]]
    assert (ages <= 120).all()


def test_another_horizon_and_a_folder_will_do(root, ws, scores):
    who = int(scores.index[0])
    told = ltv.explain_ltv(who, workspace=root, date=str(AS_OF), horizon_days=10)
    assert told.horizon_days == 10 and told.score["horizon_days"] == 10


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"user_id": 10**9}, "user_id: found 1000000000, allowed: one of the 520 people"),
        ({"user_id": "M1"}, "user_id: found 'M1'"),
        ({"horizon_days": 77}, "horizon_days: found 77, allowed: 10, 30"),
    ],
)
def test_who_or_what_is_unknown_is_one_line(ws, scores, given, found):
    with pytest.raises(UsageError, match=found) as error:
        ltv.explain_ltv(**{"user_id": int(scores.index[0]), "workspace": ws} | given)
    assert "\n" not in str(error.value)


def test_a_date_without_scores_says_so(root):
    with pytest.raises(MissingTableError):
        ltv.explain_ltv(1, workspace=at(root, "2026-05-01"))


@pytest.fixture
def copy(root, tmp_path):
    shutil.copytree(root, tmp_path / "copy")
    return tmp_path / "copy"


def test_a_model_that_was_changed_is_not_read(copy, scores):
    model = next((copy / "data" / "state" / "models").glob("*/*.ubj"))
    model.write_bytes(model.read_bytes()[:-1])
    with pytest.raises(CorruptError):
        ltv.explain_ltv(int(scores.index[0]), workspace=at(copy, str(AS_OF)))


def test_a_table_that_is_gone_since_is_one_line(copy, scores):
    for table in ("events", "members"):
        shutil.rmtree(copy / "data" / table)
    with pytest.raises(UsageError, match="tables: found"):
        ltv.explain_ltv(int(scores[scores["churn_risk"].notna()].index[0]), workspace=at(copy, str(AS_OF)))


def test_the_command_says_it_too(root, scores, capsys):
    who = int(scores["expected"].idxmax())
    assert main(["explain", str(who), "--workspace", str(root)]) == 0
    assert "is expected to bring" in capsys.readouterr().out
