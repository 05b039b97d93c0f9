"""Trained on Spark: the trees of one machine where the rows have one order or the cuts are the same, near them elsewhere."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import xgboost as xgb
from scipy.stats import spearmanr

from ltv.errors import UsageError
from ltv.lifetime import objective
from ltv.lifetime.blend import RISING, Blend, capped
from ltv.lifetime.boosters import FOLDS, TWEEDIE, ZILN, Tweedie, ZilnTrees, folds
from ltv.lifetime.btyd import fit_btyd
from ltv.lifetime.ground import Ground
from ltv.lifetime.snapshots import past
from ltv.lifetime.spark_training import tweedie_on_spark, ziln_on_spark
from ltv.lifetime.summaries import Ledger, day_number, histories, movements, summaries

NAMES = list("abcdef")
OFFSETS = ["offset"] * FOLDS
FEW = {"rounds": 12}
STOPPED = {"rounds": 60, "eta": 0.3}  # so fast that fewer trees are better
ALL = {"rows": 1.0, "columns": 1.0}
START, CUTOFF, HORIZON = date(2026, 1, 1), date(2026, 7, 20), 90


def rows(people=800, *, steps=None, seed=1):
    """Two rows a person, features with gaps; rounded to `steps` a unit they have so few values that every cut is one."""
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(2 * people, len(NAMES)))
    x = x if steps is None else np.round(np.clip(x, -3, 3) * steps) / steps
    pays = draw.random(len(x)) < 1 / (1 + np.exp(1 - x[:, 0]))
    value = np.exp(x[:, 1] + x[:, 2] * x[:, 3] / 2 + draw.normal(size=len(x)) / 2)
    offset = x[:, 1] / 2
    x[draw.random(x.shape) < 0.1] = np.nan
    who = {"user_id": np.repeat(np.arange(people) * 7 + 3, 2), "label": np.where(pays, value, 0.0), "offset": offset}
    who["latest"] = np.arange(len(x)) % 2 == 1
    frame = pd.DataFrame(who | dict(zip(NAMES, x.T, strict=True)))
    # as the workers put them, so that one of them sees them as one machine does
    return frame.sort_values(["user_id", "label", "latest", "offset", *NAMES], ignore_index=True)


def table(spark, frame):
    """Put a frame onto Spark; what is missing becomes NULL."""
    return spark.createDataFrame(pa.Table.from_pandas(frame, preserve_index=False))


def on_one_machine(frame, *, stops=False, **trees):
    x, y, offset = frame[NAMES].to_numpy(), frame["label"].to_numpy(), frame["offset"].to_numpy()
    how = {
        "fold": folds(frame["user_id"].to_numpy()),
        "seed": 4,
        "latest": frame["latest"].to_numpy() if stops else None,
    }
    tweedie = Tweedie.train(x, y, offsets=[offset] * FOLDS, trees=replace(TWEEDIE, **trees), **how)
    return tweedie, ZilnTrees.train(x, y, offset=offset, trees=replace(ZILN, **trees), **how)


def on_spark(given, workers, *, stops=False, **trees):
    how = {"features": NAMES, "label": "label", "seed": 4, "workers": workers, "latest": "latest" if stops else None}
    tweedie = tweedie_on_spark(given, **how, offsets=OFFSETS, trees=replace(TWEEDIE, **trees))
    return tweedie, ziln_on_spark(given, **how, offset="offset", trees=replace(ZILN, **trees))


def raw(*models):
    return [booster.save_raw() for model in models for booster in model.boosters]


def outputs(ziln, frame):
    x, offset = frame[NAMES].to_numpy(), frame["offset"].to_numpy()
    return np.stack([ziln.outputs(k, x, offset) for k in range(FOLDS)])


def log_expected(tweedie, frame):
    x, offset = frame[NAMES].to_numpy(), frame["offset"].to_numpy()
    return np.stack([tweedie.log_expected(k, x, offset) for k in range(FOLDS)])


def lengths(*models):
    return [booster.num_boosted_rounds() for model in models for booster in model.boosters]


def test_one_worker_grows_the_very_trees_of_one_machine_draws_and_early_stop_included(spark):
    frame = rows()
    given = table(spark, frame)
    found, wanted = on_spark(given, 1, stops=True, **STOPPED), on_one_machine(frame, stops=True, **STOPPED)
    assert raw(*found) == raw(*wanted)
    assert min(lengths(*found)) < STOPPED["rounds"]
    assert found[1].start == pytest.approx(wanted[1].start, abs=1e-12)
    assert found[1].highest == wanted[1].highest


def test_two_workers_stop_and_predict_the_same_where_features_have_few_values_and_no_rows_are_drawn(spark):
    frame = rows(steps=6)
    rising = {"rising": (0, 1, 0, 0, 0, 0)}
    found = on_spark(table(spark, frame), 2, stops=True, **STOPPED, **ALL, **rising)
    wanted = on_one_machine(frame, stops=True, **STOPPED, **ALL, **rising)
    assert lengths(*found) == lengths(*wanted)
    assert log_expected(found[0], frame) == pytest.approx(log_expected(wanted[0], frame), abs=1e-5)
    assert outputs(found[1], frame) == pytest.approx(outputs(wanted[1], frame), abs=1e-5)


def test_the_same_rows_give_the_same_trees_however_they_are_stored(spark, tmp_path):
    frame = rows(200)
    how = {"features": NAMES, "label": "label", "offset": "offset", "trees": replace(ZILN, **FEW), "workers": 2}
    once = ziln_on_spark(table(spark, frame), **how)
    shuffled = table(spark, frame.sample(frac=1, random_state=3)).fillna(float("nan"), subset=["a", "b", "c"])
    shuffled.repartition(5).write.parquet(str(tmp_path / "stored"))
    again = ziln_on_spark(spark.read.parquet(str(tmp_path / "stored")), **how)
    assert raw(again) == raw(once)


def test_a_worker_without_rows_changes_nothing(spark):
    given = table(spark, rows(600, steps=6)).where("pmod(hash(user_id), 2) = 0")
    frame = given.toPandas()
    assert 400 < len(frame) < 800  # enough to stop by, and far from all
    (_, found), (_, wanted) = (
        on_spark(given, 2, stops=True, **FEW, **ALL),
        on_one_machine(frame, stops=True, **FEW, **ALL),
    )
    assert outputs(found, frame) == pytest.approx(outputs(wanted, frame), abs=1e-5)


def test_the_estimator_of_xgboost_spark_predicts_as_the_tweedie_trees_do(spark):
    from xgboost.spark import SparkXGBRegressor

    frame, trees = rows(steps=6), replace(TWEEDIE, **FEW, **ALL)
    given = table(spark, frame)
    parameters = trees.parameters(0)
    known = {"nthread", "subsample", "colsample_bytree", "tree_method", "seed", "eta", "lambda"}
    estimator = SparkXGBRegressor(
        features_col=NAMES,
        label_col="label",
        base_margin_col="offset",
        num_workers=2,
        objective="reg:tweedie",
        tweedie_variance_power=1.5,
        n_estimators=trees.rounds,
        learning_rate=trees.eta,
        reg_lambda=trees.reg_lambda,
        **{name: value for name, value in parameters.items() if name not in known},
    )
    peer = estimator.fit(given.where(f"pmod(user_id, {FOLDS}) <> 0")).get_booster()
    alone, _ = on_one_machine(frame, **FEW, **ALL)
    data = xgb.DMatrix(frame[NAMES], base_margin=frame["offset"])
    assert log_expected(alone, frame)[0] == pytest.approx(peer.predict(data, output_margin=True), abs=1e-6)


def shop(people, days=290):
    """Orders of people with own rates, values and ends."""
    draw = np.random.default_rng(1)
    first, rate, worth = draw.integers(0, 120, people), draw.gamma(0.8, 0.05, people), draw.lognormal(3, 0.7, people)
    span = np.minimum(draw.exponential(250, people), days - first)
    count = 1 + draw.poisson(rate * span)
    who = np.repeat(np.arange(people), count)
    at = first[who] + draw.random(len(who)) * span[who]
    ts = (pd.Timestamp(START) + pd.to_timedelta(at, unit="D")).floor("s")
    return pd.DataFrame(
        {"user_id": who, "ts": ts, "amount": np.round(worth[who] * draw.lognormal(0, 0.4, len(who)), 2)}
    )


def stored(taken, names):
    """What a blend is trained on, as a table."""
    expected = [s.features.expected for s in taken]
    labels = [np.maximum(s.spent, 0) for s in taken]
    x = np.concatenate([np.column_stack([s.features.columns[name] for name in names]) for s in taken])
    return pd.DataFrame(x, columns=names).assign(
        user_id=np.concatenate([s.features.user_id for s in taken]),
        label=capped(np.concatenate([y / y.mean() for y in labels])),
        anchor=np.log(np.concatenate([e / e.mean() for e in expected])),
        latest=np.concatenate([np.full(len(s.spent), s is taken[-1]) for s in taken]),
    )


def told_by(model, of):
    """Expectations of each part of a blend, and the score of the whole."""
    x, expected = np.column_stack([of.features.columns[name] for name in model.names]), of.features.expected
    anchor, lines = np.log(expected / expected.mean()), [b.log_expected(x) for b in model.backbones]
    anchored = np.mean([model.anchored.outputs(k, x, anchor) for k in range(FOLDS)], axis=0)
    return {
        "tweedie": np.exp(np.mean([model.tweedie.log_expected(k, x, lines[k]) for k in range(FOLDS)], axis=0)),
        "anchored": objective.Ziln.of(anchored, model.anchored.highest).mean,
        "blend": np.exp(model.predict(of.features, total=1.0).score),
    }


def test_a_model_of_4000_people_ranks_and_sums_alike_on_spark_with_its_own_parameters(spark):
    moved, cutoff = movements(shop(4_000)), day_number(CUTOFF)
    fitted = fit_btyd(histories(summaries(moved, cutoff=CUTOFF)))
    ground = Ground(Ledger.of(moved), None, cutoff, "UTC")
    taken, now = past(ground, fitted, cutoff, HORIZON)[-2:], ground.look(fitted, cutoff, HORIZON)
    alone = Blend.train(taken)
    names = list(alone.names)
    frame = stored(taken, names)
    lines = {f"line_{k}": alone.backbones[k].log_expected(frame[names].to_numpy()) for k in range(FOLDS)}
    given = table(spark, frame.assign(**lines)).repartition(4)
    how = {"features": names, "label": "label", "latest": "latest", "workers": 2}
    rising = replace(TWEEDIE, rising=tuple(int(name in RISING) for name in names))
    as_many = replace(ZILN, rounds=alone.ziln.boosters[0].num_boosted_rounds())
    together = replace(
        alone,
        tweedie=tweedie_on_spark(given, **how, offsets=list(lines), trees=rising),
        anchored=ziln_on_spark(given, **how | {"latest": None}, offset="anchor", trees=as_many),
    )
    wanted = told_by(alone, now)
    for name, found in told_by(together, now).items():
        rank, total = spearmanr(found, wanted[name]).statistic, found.sum() / wanted[name].sum()
        assert rank > 0.99
        assert total == pytest.approx(1, abs=0.01)


def with_value(column, value):
    def change(frame):
        frame.loc[3, column] = value
        return frame

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.drop(columns="b"), "columns: found .* allowed: also b"),
        (
            lambda f: f.assign(user_id=f["user_id"].astype(str)),
            "type of user_id: found 'string', allowed: a whole number",
        ),
        (lambda f: f.assign(c="x"), "type of c: found 'string', allowed: a number"),
        (with_value("label", -1.0), "label of 1 rows: found .* allowed: a number that is not negative"),
        (with_value("label", np.nan), "label of 1 rows"),
        (with_value("offset", np.inf), "offset of 1 rows: found .* allowed: a finite number"),
        (with_value("d", -np.inf), "d: found 'infinite', allowed: a finite number or missing"),
        (lambda f: f.assign(latest=1), "type of latest: found 'bigint', allowed: true or false"),
        (lambda f: f.assign(latest=pd.array([None, *[True] * 19], "boolean")), "latest of 1 rows"),
        (lambda f: f.assign(label=0.0), "label above 0: found 'none'"),
        (lambda f: f.assign(user_id=f["user_id"] * FOLDS), f"user_id modulo {FOLDS}: found '0 only'"),
    ],
)
def test_rows_that_cannot_be_trained_on_are_refused_before_training(spark, change, message):
    given = table(spark, change(rows(10)))
    with pytest.raises(UsageError, match=message):
        ziln_on_spark(given, features=NAMES, label="label", offset="offset", latest="latest")


def test_arguments_that_do_not_fit_are_refused(spark):
    given = table(spark, rows(10))
    with pytest.raises(UsageError, match="folds: found 1, allowed: at least 2"):
        tweedie_on_spark(given, features=NAMES, label="label", offsets=["offset"])
    with pytest.raises(UsageError, match="features: found "):
        ziln_on_spark(given, features=[], label="label")
    with pytest.raises(UsageError, match="label above 0: found 'none'"):
        ziln_on_spark(given.limit(0), features=NAMES, label="label")
    for workers in (0, 3):
        with pytest.raises(UsageError, match=f"workers: found {workers}, allowed: 1 to 2, the task slots"):
            ziln_on_spark(given, features=NAMES, label="label", workers=workers)
