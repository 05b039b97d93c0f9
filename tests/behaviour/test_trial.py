"""Trials: hand-built cases, two other implementations of the curve, the sweep under kills, and what is true of the mall."""

import sqlite3
from collections import Counter
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight
from support_mall import Mall

import ltv
from ltv.behaviour.trial_curve import incidence
from ltv.behaviour.trial_result import TrialOutcomes
from ltv.errors import UsageError
from ltv.workspace.store import check_result

AS_OF, END = date(2026, 6, 30), pd.Timestamp("2026-07-01")
Row = tuple[str, str, str | None, str | None]


def trials(rows: list[Row], **more: object) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["trial_id", "started_at", "outcome", "ended_at"])
    times = {c: pd.to_datetime(frame[c], format="ISO8601") for c in ("started_at", "ended_at")}
    return frame.assign(**times, outcome=frame["outcome"].astype("str").where(frame["outcome"].notna()), **more)


def run(rows: list[Row], **options: object) -> TrialOutcomes:
    return ltv.trial_outcomes(trials(rows), **{"as_of": AS_OF} | options)


def states(found: TrialOutcomes) -> dict[str, str]:
    return dict(zip(found.cases["trial_id"], found.cases["state"], strict=True))


# ---- what a trial is at an instant


def test_a_trial_without_an_outcome_is_running_before_its_deadline_and_overdue_from_it_on():
    rows = [("due", "2026-06-28 00:00:00", None, None), ("not yet", "2026-06-28 00:00:00.000001", None, None)]
    assert states(run(rows)) == {"due": "overdue", "not yet": "running"}
    assert states(run(rows, hours=73)) == {"due": "running", "not yet": "running"}


def test_an_outcome_of_a_later_moment_is_not_known_yet():
    rows = [
        ("a", "2026-06-29", "converted", "2026-07-01 00:00:00"),
        ("b", "2026-06-29", "converted", "2026-06-30 23:59:59.999999"),
    ]
    assert states(run(rows)) == {"a": "running", "b": "converted"}


def test_a_planned_end_is_the_deadline_of_a_running_trial():
    rows = [("longer", "2026-06-01", None, "2026-07-05"), ("shorter", "2026-06-30", None, "2026-06-30 12:00:00")]
    found = run(rows)
    assert states(found) == {"longer": "running", "shorter": "overdue"}
    assert found.overdue["overdue_hours"].tolist() == [12.0]
    assert found.table["overdue"].iloc[[11, 12, 72]].tolist() == [0, 1, 1]


def test_an_outcome_without_its_time_is_dated_by_its_version_else_by_the_deadline():
    given = trials([("a", "2026-06-01", "converted", None), ("b", "2026-06-01", "converted", None)])
    given["updated_at"] = [pd.Timestamp("2026-06-02"), pd.NaT]
    assert (ltv.trial_outcomes(given, as_of=AS_OF).cases["seen_us"] / 3.6e9).tolist() == [24.0, 72.0]


def test_of_several_versions_the_last_one_known_counts():
    versions = trials(
        [
            ("a", "2026-06-01", None, None),
            ("a", "2026-06-01", "converted", "2026-06-03"),
            ("a", "2026-06-01", "cancelled", "2026-06-04"),
        ]
    )
    versions["updated_at"] = pd.to_datetime(["2026-06-01", "2026-06-03", "2026-06-20"])
    assert [states(ltv.trial_outcomes(versions, as_of=date(2026, 6, d)))["a"] for d in (2, 3, 18, 19)] == [
        "running",
        "converted",
        "converted",
        "cancelled",
    ]


def test_an_early_outcome_is_shown_and_makes_no_rate():
    rows = [
        ("old", "2026-06-01", "downgraded", "2026-06-04"),
        ("quick", "2026-06-30", "converted", "2026-06-30 02:00:00"),
        ("slow", "2026-06-30", None, None),
    ]
    found = run(rows)
    assert (found.conversion.successes, found.conversion.people) == (0, 1)
    assert found.cohorts[["trials", "matured", "running", "early"]].to_numpy().tolist() == [[1, 1, 0, 0], [2, 0, 1, 1]]


def test_an_overdue_trial_has_not_converted_and_is_listed_with_the_longest_first():
    rows = [
        ("a", "2026-06-20", None, None),
        ("b", "2026-06-10", None, None),
        ("c", "2026-06-10", "converted", "2026-06-12"),
    ]
    found = run(rows)
    assert (found.conversion.successes, found.conversion.people) == (1, 3)
    assert found.overdue["trial_id"].tolist() == ["b", "a"]
    assert found.overdue["overdue_hours"].tolist() == [18 * 24.0, 8 * 24.0]
    tile = next(k for k in found.key_figures if k.label.en == "Overdue trials")
    assert (tile.value, tile.state) == (2, "bad")
    assert "2 个试用已过截止时间" in found.takeaways("zh")[0]
    assert run(rows[2:]).takeaways("en")[0] == "0 trials are overdue."


# ---- weeks


@pytest.mark.parametrize(
    ("zone", "start", "weeks"),
    [
        ("UTC", "monday", ["2026-06-15", "2026-06-15"]),
        ("Asia/Shanghai", "monday", ["2026-06-15", "2026-06-22"]),
        ("Asia/Shanghai", "sunday", ["2026-06-21", "2026-06-21"]),
    ],
)
def test_a_week_is_one_of_the_zone(zone, start, weeks):
    rows = [("a", "2026-06-21 15:59:59", None, None), ("b", "2026-06-21 16:00:00", None, None)]
    found = run(rows, timezone=zone, week_start=start)
    assert [str(w) for w in found.cases["cohort"]] == weeks


def test_a_trial_lasts_its_hours_over_the_change_of_clocks():
    rows = [("a", "2026-03-27 00:00:00", None, None)]  # the clocks of London go forward on the 29th
    ends = {d: states(run(rows, as_of=date(2026, 3, d), timezone="Europe/London"))["a"] for d in (29, 30)}
    assert ends == {29: "running", 30: "overdue"}
    assert states(run(rows, as_of=date(2026, 3, 29), timezone="UTC"))["a"] == "overdue"


# ---- the curve


def sample(seed: int, n: int, *, ties: bool) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    time = draw.exponential(40, n) + 0.01
    outcome = draw.choice([0, 1, 2, 3], n, p=[0.25, 0.35, 0.3, 0.1])
    return (np.ceil(time / 6) * 6 if ties else time), outcome


def by_hand(time: np.ndarray, outcome: np.ndarray, at: float) -> float:
    """The definition, a moment after the other."""
    left, found = 1.0, 0.0
    for moment in sorted({t for t, o in zip(time, outcome, strict=True) if o and t <= at}):
        here = sum(t >= moment for t in time)
        counts = Counter(o for t, o in zip(time, outcome, strict=True) if t == moment)
        found += left * counts[1] / here
        left *= 1 - sum(counts[k] for k in (1, 2, 3)) / here
    return found


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_curve_is_the_one_by_hand(seed, ties):
    time, outcome = sample(seed, 150, ties=ties)
    at = np.array([0.0, 6.0, 24.0, 47.9, 72.0, 500.0])
    found = incidence(time, outcome, at)
    assert found.rate == pytest.approx([by_hand(time, outcome, x) for x in at], abs=1e-12)
    assert found.at_risk.tolist() == [(time >= x).sum() for x in at]


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("of", [1, 2, 3])
def test_the_curve_is_that_of_statsmodels(of, ties):
    time, outcome = sample(9, 400, ties=ties)
    other = CumIncidenceRight(time, outcome)
    found = incidence(time, outcome, other.times, of=of)
    assert found.rate == pytest.approx(other.cinc[of - 1], abs=1e-12)


def test_the_standard_error_is_that_of_many_samples():
    at = np.array([12.0, 36.0, 72.0])
    curves = [incidence(*sample(seed, 200, ties=True), at) for seed in range(1_500)]
    spread = np.std([c.rate for c in curves], axis=0)
    told = np.mean([c.error for c in curves], axis=0)
    assert told == pytest.approx(spread, rel=0.06)


def test_nineteen_bands_of_twenty_cover_the_truth():
    at = np.array([12.0, 36.0, 72.0])
    truth = incidence(*sample(0, 2_000_000, ties=True), at).rate
    curves = [incidence(*sample(seed, 120, ties=True), at) for seed in range(1, 1_500)]
    covered = np.mean([(c.low <= truth) & (truth <= c.high) for c in curves], axis=0)
    assert covered == pytest.approx(np.full(3, 0.95), abs=0.02)


def test_without_censoring_the_curve_is_the_plain_share():
    time, outcome = sample(3, 300, ties=True)
    outcome = np.where(outcome == 0, 2, outcome)
    found = incidence(time, outcome, np.array([30.0, 1e6]))
    assert found.rate == pytest.approx([((time <= 30) & (outcome == 1)).mean(), (outcome == 1).mean()], abs=1e-12)
    p = (outcome == 1).mean()
    assert found.error[1] == pytest.approx(np.sqrt(p * (1 - p) / 300), rel=1e-9)


def test_running_trials_are_censored_at_their_age_and_not_taken_for_failures():
    rows: list[Row] = [(f"c{n}", "2026-06-20", "converted", "2026-06-20 10:00:00") for n in range(5)]
    rows += [(f"d{n}", "2026-06-20", "downgraded", "2026-06-23") for n in range(5)]
    rows += [(f"r{n}", "2026-06-30 20:00:00", None, None) for n in range(10)]  # seen for four hours
    table = run(rows).table.set_index(["plan", "hours_since_start"])
    assert table.loc[("all", 9), ["converted_rate", "at_risk"]].tolist() == [0.0, 10]
    assert table.loc[("all", 10), "converted_rate"] == pytest.approx(0.5)
    assert table.loc[("all", 4), "at_risk"] == 20
    assert (table["trials"] == 20).all()


def test_every_plan_has_its_own_curve_and_one_that_is_called_all_is_told_apart():
    given = trials(
        [
            ("a", "2026-06-01", "converted", "2026-06-02"),
            ("b", "2026-06-01", None, None),
            ("c", "2026-06-01", None, None),
        ]
    )
    given["plan"] = ["month", "all", None]
    table = ltv.trial_outcomes(given, as_of=AS_OF).table
    assert table.drop_duplicates("plan").set_index("plan")["trials"].to_dict() == {
        "all": 3,
        "": 1,
        "all (plan)": 1,
        "month": 1,
    }
    check_result("trial_outcomes", table)


# ---- the sweep


def world(seed: int, n: int = 200) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    start = END - pd.to_timedelta(draw.integers(0, 240 * 3600, n), unit="s")
    outcome = pd.Series(draw.choice(["converted", "downgraded", "cancelled", None], n, p=[0.3, 0.2, 0.1, 0.4]))
    ended = (start + pd.to_timedelta(draw.integers(0, 80 * 3600, n), unit="s")).to_series(index=outcome.index)
    frame = pd.DataFrame({"trial_id": [f"T{k}" for k in range(n)], "user_id": np.arange(n), "started_at": start})
    frame = frame.assign(
        outcome=outcome, ended_at=ended.where(outcome.notna()), plan=draw.choice(["month", "quarter"], n)
    )
    return frame.assign(updated_at=frame["ended_at"].fillna(frame["started_at"]))


def test_a_sweep_gives_what_is_overdue_dated_to_the_deadline():
    given = trials(
        [
            ("a", "2026-06-01", None, None),
            ("b", "2026-06-30", None, None),
            ("c", "2026-06-01", "converted", "2026-06-02"),
        ]
    )
    todo = ltv.sweep_trials(given, as_of=AS_OF)
    assert todo[["trial_id", "outcome"]].to_numpy().tolist() == [["a", "downgraded"]]
    assert todo["ended_at"].tolist() == [pd.Timestamp("2026-06-04")]


def test_with_its_rows_written_the_next_sweep_gives_nothing():
    given = world(1)
    todo = ltv.sweep_trials(given, as_of=AS_OF)
    assert len(todo) == (ltv.trial_outcomes(given, as_of=AS_OF).cases["state"] == "overdue").sum() > 20
    after = pd.concat([given, todo.drop(columns="overdue_hours")])
    assert ltv.sweep_trials(after, as_of=AS_OF).empty
    assert ltv.trial_outcomes(after, as_of=AS_OF).overdue.empty


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.data())
def test_a_sweep_that_was_killed_anywhere_leaves_the_rest_to_the_next(seed, data):
    given = world(seed, n=60)
    whole = ltv.sweep_trials(given, as_of=AS_OF)
    done = data.draw(st.integers(0, len(whole)))
    after = pd.concat([given, whole.head(done).drop(columns="overdue_hours")])
    rest = ltv.sweep_trials(after, as_of=AS_OF)
    pd.testing.assert_frame_equal(rest, whole.iloc[done:].reset_index(drop=True))


def test_a_conversion_that_comes_in_between_is_kept(tmp_path):
    given = world(2)
    db = sqlite3.connect(tmp_path / "shop.db")
    db.execute("CREATE TABLE trials (trial_id TEXT PRIMARY KEY, outcome TEXT, ended_at TEXT)")
    rows = given[["trial_id", "outcome"]].astype("object").where(given[["trial_id", "outcome"]].notna(), None)
    db.executemany("INSERT INTO trials VALUES (?, ?, NULL)", rows.to_numpy().tolist())
    todo = ltv.sweep_trials(given, as_of=AS_OF)
    late = todo["trial_id"].iloc[0]
    db.execute("UPDATE trials SET outcome = 'converted' WHERE trial_id = ?", [late])
    write = "UPDATE trials SET outcome = 'downgraded', ended_at = ? WHERE trial_id = ? AND outcome IS NULL"
    changes = [
        db.executemany(write, [(str(e), t) for e, t in zip(todo["ended_at"], todo["trial_id"], strict=True)]).rowcount
        for _ in range(2)
    ]
    assert changes == [len(todo) - 1, 0]
    assert db.execute("SELECT outcome FROM trials WHERE trial_id = ?", [late]).fetchone() == ("converted",)
    db.close()


def test_an_event_of_expiry_is_only_a_hint():
    given = trials(
        [("due", "2026-06-01", None, None), ("too early", "2026-06-30", None, None), ("lost", "2026-06-02", None, None)]
    )
    assert ltv.sweep_trials(given, as_of=AS_OF, only=["due", "too early", "nobody knows"])["trial_id"].tolist() == [
        "due"
    ]
    assert ltv.sweep_trials(given, as_of=AS_OF)["trial_id"].tolist() == ["due", "lost"]


def test_a_sweep_of_an_instant_goes_by_the_deadline_to_the_microsecond():
    given = trials([("a", "2026-06-01 08:00:00", None, None)])
    deadline = datetime(2026, 6, 4, 8)
    assert ltv.sweep_trials(given, as_of=deadline)["trial_id"].tolist() == ["a"]
    assert ltv.sweep_trials(given, as_of=deadline - timedelta(microseconds=1)).empty


# ---- invariants


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_and_the_weeks_add_up_to_all(seed, chance):
    given = world(seed, n=80).drop(columns="updated_at")
    order = list(range(len(given)))
    chance.shuffle(order)
    one, two = (ltv.trial_outcomes(t, as_of=date(2026, 6, 28)) for t in (given, given.iloc[order]))
    pd.testing.assert_frame_equal(one.table, two.table)
    pd.testing.assert_frame_equal(one.cohorts, two.cohorts)
    pd.testing.assert_frame_equal(one.overdue, two.overdue)
    cohorts = one.cohorts
    assert cohorts["trials"].sum() == (given["started_at"] < pd.Timestamp("2026-06-29")).sum()
    assert (cohorts["matured"] + cohorts["running"] + cohorts["early"] == cohorts["trials"]).all()
    assert (cohorts[["converted", "downgraded", "cancelled", "overdue"]].sum(axis=1) == cohorts["matured"]).all()
    curve = one.table
    assert curve[["converted_rate", "downgraded_rate", "cancelled_rate"]].sum(axis=1).le(1 + 1e-9).all()
    rises = curve.groupby("plan")["converted_rate"].diff().dropna()
    assert (rises >= -1e-12).all()
    assert (curve["low"] <= curve["converted_rate"] + 1e-12).all() and (
        curve["converted_rate"] <= curve["high"] + 1e-12
    ).all()
    last = curve.groupby("plan")[["trials", "overdue"]].last()
    assert last.drop("all").sum().tolist() == last.loc["all"].tolist()
    assert last.loc["all", "overdue"] == len(one.overdue)


def test_what_comes_later_changes_nothing():
    given = world(4)
    day, end = date(2026, 6, 25), pd.Timestamp("2026-06-26")
    later = given[given["updated_at"] <= end].copy()
    decided = later["outcome"].isna() & (later["started_at"] < end)
    versions = later[decided].assign(outcome="converted", ended_at=end, updated_at=end)
    new = later.head(5).assign(
        trial_id=[f"N{k}" for k in range(5)], started_at=end, updated_at=pd.NaT, outcome=None, ended_at=pd.NaT
    )
    before = ltv.trial_outcomes(later, as_of=day)
    after = ltv.trial_outcomes(pd.concat([later, versions, new]), as_of=day)
    pd.testing.assert_frame_equal(before.table, after.table)
    pd.testing.assert_frame_equal(before.cohorts, after.cohorts)


# ---- the mall


def test_trials_of_the_mall_convert_as_often_as_its_truth_says(mall: Mall):
    given = mall.db.execute("SELECT * FROM trials").df()
    found = ltv.trial_outcomes(given.drop(columns=["id_type", "id_value"]), as_of=AS_OF, timezone="Asia/Shanghai")
    assert found.conversion.low < 0.28 < found.conversion.high
    decided = given.dropna(subset=["outcome"])
    decided = decided[decided["ended_at"] < pd.Timestamp("2026-06-30 16:00:00")]
    assert found.conversion.people == len(decided)
    assert found.conversion.successes == (decided["outcome"] == "converted").sum()
    assert found.overdue.empty
    curve = found.table[found.table["plan"] == "all"].set_index("hours_since_start")["converted_rate"]
    assert curve[71] == 0
    assert curve[72] == pytest.approx(found.conversion.rate)
    assert any("到期那一刻" in words for words in found.takeaways("zh"))


# ---- bad input, and the page


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"hours": 0}, "hours: found 0, allowed: a whole number from 1 to 8,784"),
        ({"hours": 1.5}, "hours: found 1.5"),
        ({"timezone": "Mars"}, "timezone: found 'Mars'"),
    ],
)
def test_a_bad_argument_is_one_line(options, said):
    with pytest.raises(UsageError) as error:
        run([("a", "2026-06-01", None, None)], **options)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_bad_table_is_one_line():
    given = trials([("a", "2026-06-01", "won", None)])
    with pytest.raises(
        UsageError, match=r"trials\.outcome: found 'won', allowed: converted, downgraded, cancelled, or null"
    ):
        ltv.trial_outcomes(given, as_of=AS_OF)
    with pytest.raises(UsageError, match=r"trials columns: .* also started_at"):
        ltv.sweep_trials(given.drop(columns="started_at"), as_of=AS_OF)


def test_no_trial_at_all_is_said_plainly():
    found = run([])
    assert found.table.empty
    assert found.takeaways("zh") == ["截至当日没有任何试用。"]
    check_result("trial_outcomes", found.table)
    assert ltv.show(found).blocks


def test_a_first_day_tells_that_nothing_is_known_yet():
    found = run([("a", "2026-06-30", None, None)])
    assert found.conversion.rate is None
    assert "No trial has matured yet" in " ".join(found.takeaways("en"))
    assert ltv.show(found).blocks


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_chart_can_be_drawn(lang):
    found = ltv.trial_outcomes(world(7), as_of=AS_OF)
    for name, view in found.views.items():
        if view.kind == "chart":
            assert found.figure(name, lang=lang).data
    assert ltv.show(found).blocks
    assert all(found.takeaways(lang))


def test_a_change_and_a_gap_between_plans_are_told_only_where_they_are_no_chance():
    def many(name: str, day: str, won: int, n: int, plan: str) -> pd.DataFrame:
        ended = str(pd.Timestamp(day) + pd.Timedelta(hours=70))
        rows = [(f"{name}{k}", day, "converted" if k < won else "downgraded", ended) for k in range(n)]
        return trials(rows).assign(plan=plan)

    given = pd.concat([many("a", "2026-04-01", 120, 200, "month"), many("b", "2026-06-15", 20, 200, "quarter")])
    told = " ".join(ltv.trial_outcomes(given, as_of=AS_OF).takeaways("en"))
    assert "convert worse: 10.0%, 60.0% before" in told
    assert "month converts 60.0%, quarter 10.0%" in told
    assert "100.0% of conversions come in the last 12 hours" in told
