"""The shipped notebooks through the real runner on the simulated mall: their pages in a real browser, their figures against the truth."""

import datetime as dt
import json
import re
from dataclasses import replace

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from playwright.sync_api import expect
from support_browser import SCREENS, faults
from support_marketer import amount, fact, meaning, read
from support_words import faults_of_charts, faults_of_language, faults_of_sentence, sentences
from support_workspace import csv, orders, put, workspace

import ltv
from ltv.errors import LtvError
from ltv.identity.quality import pairwise
from ltv.report.blocks import MIME, PLOTLY_MIME
from ltv.runs.kernel import base_environment
from ltv.runs.ledger import Ledger
from ltv.runs.plan import notebooks_folder
from ltv.runs.publish import published_run
from ltv.runs.runner import Request, run
from ltv.sources.mall import simulate
from ltv.sources.mall.assumptions import LACKING_RATE, SOURCES
from ltv.sources.mall.systems import JUNK

DAY = dt.date(2026, 6, 30)
CRM_END = pd.Timestamp("2026-06-30", tz="Asia/Shanghai")  # it exports a day late
SETTINGS = """
timezone = "Asia/Shanghai"
[[segments]]
kind = "age_group"
name = "students"
where = "age between 18 and 24"
[[segments]]
kind = "age_group"
name = "others"
where = "age is not null"
[[experiments]]
name = "first_order_coupon"
salt = "foc"
variants = { control = 0.5, coupon = 0.5 }
control = "control"
hook = true
[[experiments]]
name = "aa_home"
salt = "aa"
variants = { control = 0.5, treatment = 0.5 }
control = "control"
[[experiments]]
name = "planned"
salt = "p"
variants = { control = 0.5, treatment = 0.5 }
control = "control"
"""
NAMES = sorted(p.stem for p in notebooks_folder(__import__("pathlib").Path("nowhere")).glob("*.ipynb"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A small mall whose last day was run."""
    root = tmp_path_factory.mktemp("mall")
    (root / "ltv.toml").write_text(SETTINGS, encoding="utf-8")
    simulate(root, users=600, days=300, end=DAY, seed=11)
    done = run(Request(root, DAY))
    assert (done.exit_code, done.why) == (0, "")
    return root


@pytest.fixture(scope="module")
def results(shop):
    return lambda name: pd.read_parquet(shop / "data" / "results" / str(DAY) / f"{name}.parquet")


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", [*NAMES, "index"])
def test_a_page_asks_for_nothing_complains_of_nothing_and_is_accessible(shop, visit, name, lang, screen):
    opened = visit((shop / "reports" / "latest" / f"{name}.html").resolve(), screen=screen, lang=lang)
    assert faults(opened) == []
    assert opened.page.evaluate("document.documentElement.lang").startswith(lang)
    opened.page.evaluate("theme => { location.hash += (location.hash ? '&' : '') + theme; }", "theme=dark")
    expect(opened.page.locator("html")).to_have_attribute("data-theme", "dark")
    opened.page.evaluate("window.ltvReady")
    assert faults(opened) == []


@pytest.fixture(scope="module")
def named(shop):
    """Names that the data brings along, which both languages show as they are."""
    launches, members = (pd.read_parquet(shop / "data" / t) for t in ("launches", "members"))
    return {*launches["name"], *members["city"].dropna()}


@pytest.mark.parametrize("name", [*NAMES, "index"])
def test_every_visible_word_is_there_in_the_language_it_is_shown_in(shop, named, name):
    page = (shop / "reports" / "latest" / f"{name}.html").read_text(encoding="utf-8")
    assert faults_of_language(page, named) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_has_its_figures_its_next_step_and_its_end_and_axes_their_language(shop, name):
    (run_folder,) = (shop / "data" / "published" / str(DAY)).resolve().glob("notebooks")
    executed = run_folder / f"{name}.ipynb"
    assert [(item["text"], lacks) for item in sentences(executed) if (lacks := faults_of_sentence(item))] == []
    assert faults_of_charts(executed) == []


@pytest.fixture(scope="module")
def corner_shop(tmp_path_factory):
    """One person, one order, one of each of a few other things: where a sentence that counts must count to one."""
    root = tmp_path_factory.mktemp("corner")
    workspace(root, SETTINGS)
    put(root, "orders/a.csv", csv(orders({"order_id": "1", "id_value": "M1", "ts": "2026-06-20 10:00:00"})))
    who = {"id_type": "member", "id_value": "M1"}
    at = {"ts": "2026-06-20 09:30:00"}
    put(root, "members/a.csv", csv([who | {"registered_at": "2026-06-20 09:00:00"}]))
    put(root, "events/a.csv", csv([who | at | {"event_id": "1", "source": "app", "event": "visit"}]))
    put(root, "touches/a.csv", csv([who | at | {"touch_id": "1", "source": "app", "channel": "sms", "kind": "click"}]))
    invited = {"invitee_type": "member", "invitee_value": "M1", "channel": "link"}
    put(root, "invites/a.csv", csv([at | {"inviter_type": "", "inviter_value": ""} | invited]))
    put(root, "trials/a.csv", csv([who | {"trial_id": "1", "started_at": "2026-06-20 10:00:00", "ended_at": ""}]))
    done = run(Request(root, DAY))
    assert (done.exit_code, done.why) == (0, "")
    return root


@pytest.mark.parametrize("name", [n for n in NAMES if n != "00_the_mall"])  # which is of simulated shops alone
def test_of_one_order_of_one_person_every_page_speaks_as_properly(corner_shop, name):
    page = (corner_shop / "reports" / "latest" / f"{name}.html").read_text(encoding="utf-8")
    assert faults_of_language(page, ()) == []
    executed = (corner_shop / "data" / "published" / str(DAY)).resolve() / "notebooks" / f"{name}.ipynb"
    if executed.exists():  # else the page says which table it lacks
        assert [(item["text"], lacks) for item in sentences(executed) if (lacks := faults_of_sentence(item))] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_new_marketer_finds_the_five_answers_above_the_fold_of_the_overview(shop, results, visit, lang):
    page = visit((shop / "reports" / "latest" / "index.html").resolve(), lang=lang).page
    last = page.locator(".question").last.bounding_box()
    assert last["y"] + last["height"] <= SCREENS["desktop"]["height"]
    cards = read(page.locator("main").inner_text(), lang)
    assert {meaning(card, lang) for card in cards.values()} <= {"good", "watch", "bad", "none", "people"}
    board = results("health").query("indicator == 'churn_risk' and segment_kind == 'all' and known").iloc[-1]
    found = fact(cards["health"], "health", lang)
    told = [amount(found["value"]), amount(found["held"])]
    assert told == pytest.approx([board["value"], board["threshold"]], abs=6e-4)
    risky = results("value_lists").query("list == 'high_value_at_risk'")
    if len(risky):
        found = fact(cards["people"], "people", lang)
        assert int(found["n"]) == len(risky)
        assert amount(found["value"]) == pytest.approx(risky["expected"].sum(), rel=0.01)
    plan = results("budget_plan").query("change > 0")
    if len(plan):
        found = fact(cards["channel"], "channel", lang)
        row = plan.set_index("channel").loc[found["who"]]
        assert amount(found["value"]) == pytest.approx(row["expected_gain"] / row["change"], rel=0.01)
        assert amount(found["low"]) == pytest.approx((plan["gain_low"] / plan["change"]).max(), rel=0.01)


def test_the_overview_agrees_with_the_pages_it_rests_on(results):
    told = results("overview").set_index("figure")
    totals = results("ltv_totals").query("segment_kind == 'all'").set_index("expected")
    assert told.loc["ltv_base", "value"] in totals.index
    board = results("health").query("segment_kind == 'all' and known").drop_duplicates("indicator", keep="last")
    for name in ("churn_risk", "benefit_depth", "referral_effective"):
        assert told.loc[name, "value"] == board.set_index("indicator").loc[name, "value"]
    assert set(told["page"]) <= set(NAMES)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_of_dates_is_accessible_too(shop, visit, lang):
    assert faults(visit(shop / "reports" / "index.html", lang=lang, screen="phone")) == []


def test_every_page_weighs_less_than_1_7_mb(shop):
    sizes = {p.name: p.stat().st_size for p in (shop / "reports" / "latest").resolve().glob("*.html")}
    assert max(sizes.values()) <= 1_700_000, sizes


def test_the_other_parameters_give_other_pages_and_publish_nothing(shop):
    done = run(Request(shop, DAY, parameters={"grain": "week", "periods": "8"}))
    assert (done.exit_code, done.published) == (0, False)
    table = pd.read_parquet(shop / "data" / "runs" / done.run_id / "results" / "retention.parquet")
    assert set(table["grain"]) == {"week"}
    assert table["period"].max() == 8


def test_any_person_can_be_explained_and_one_that_nobody_knows_is_one_line(shop, results):
    ids = results("user_ids")
    shared = int(ids.loc[ids["rule"] == "last_login", "user_id"].iloc[0])
    request = Request(shop, DAY, only=("03_unified_id",))
    done = run(replace(request, parameters={"user_id": str(shared)}))
    assert (done.exit_code, done.published) == (0, False)
    page = (shop / "data" / "runs" / done.run_id / "pages" / "03_unified_id.html").read_text(encoding="utf-8")
    assert f"Why user {shared} is one person" in page
    assert "used by several in turn" in page
    assert not [value for value in ids.loc[ids["user_id"] == shared, "id_value"] if value in page]
    done = run(replace(request, parameters={"user_id": "999999999"}))
    assert done.exit_code == 1
    (said,) = [task.why for task in Ledger(shop).tasks(done.run_id) if task.notebook == "03_unified_id"]
    assert f"user_id: found 999999999, allowed: a person known at the end of {DAY}" in said
    assert "\n" not in said


def test_the_mall_is_read_whole_and_its_systems_are_as_complete_as_the_truth_says(shop, results):
    assets = results("data_assets").set_index(["source", "table"])
    assert assets["quarantined"].sum() == 0
    assert (assets.xs("orders", level="table")["id_coverage"] == 1).all()
    people = pd.read_parquet(shop / "truth" / "people")
    assert assets.xs("members", level="table")["users"].tolist() == [(people["registered_at"] < CRM_END).sum()]
    rows = pd.read_parquet(shop / "data" / "events", columns=["event_id", "source", "id_value"])
    known = rows["id_value"].notna() & ~rows["id_value"].isin([value for _, value in JUNK])
    for source, share in known.groupby(rows["source"]).mean().items():
        assert assets.loc[(source, "events"), "id_coverage"] == pytest.approx(share, abs=1e-9)
    covered = [assets.loc[(source, "events"), "field_coverage"] for source in ("mini_program", "web", "app")]
    lacking = [LACKING_RATE[SOURCES.index(source)] for source in ("mini_program", "web", "app")]
    assert covered == sorted(covered)  # the fields that are always sent count too
    assert all(1 - share < found < 1 for share, found in zip(lacking, covered, strict=True))
    assert set(assets["used_for"].str.split(", ").explode()) >= {"02_retention"}


def test_registered_cohorts_are_the_people_of_the_truth(shop, results):
    people = pd.read_parquet(shop / "truth" / "people")
    registered = people.loc[people["registered_at"] < CRM_END, "registered_at"]
    months = registered.dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m").value_counts().to_dict()
    table = results("retention")
    chosen = (table["cohort_kind"] == "registered") & (table["segment_kind"] == "all") & (table["period"] == 0)
    sizes = {str(r.cohort)[:7]: r.cohort_size for r in table[chosen].drop_duplicates("cohort").itertuples()}
    assert sizes == months


def test_retention_counts_the_orders_of_the_mall(shop, results):
    orders = pd.read_parquet(shop / "data" / "orders").sort_values("updated_at", na_position="first")
    known = orders.drop_duplicates("order_id", keep="last")
    paid = known[known["status"].isin(["paid", "refunded"])]
    buyers = paid.groupby("id_value")["ts"].min().dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m")
    table = results("retention")
    first = table[(table["cohort_kind"] == "first_order") & (table["segment_kind"] == "all") & (table["period"] == 0)]
    sizes = {str(r.cohort)[:7]: r.cohort_size for r in first.itertuples()}
    assert sizes == buyers.value_counts().to_dict()


def test_no_identifier_of_a_person_stands_on_a_page(shop):
    members = pd.read_parquet(shop / "data" / "members")["id_value"].drop_duplicates()
    text = "".join(p.read_text(encoding="utf-8") for p in (shop / "reports" / "latest").resolve().glob("*.html"))
    assert not [m for m in members.head(50) if re.search(rf"\b{re.escape(m)}\b", text)]


def test_people_are_those_of_the_truth_as_far_as_can_be_known(shop, results):
    ids = results("user_ids")
    assert not ids.duplicated(["id_type", "id_value", "valid_from"]).any()
    members = ids[ids["id_type"] == "member"]
    assert members["user_id"].is_unique  # nobody has two accounts
    truth = pd.read_parquet(shop / "truth" / "identifiers")
    own = truth[~truth["shared"] & ~truth.duplicated(["id_type", "id_value"], keep=False)]
    settled = ids[~ids.duplicated(["id_type", "id_value"], keep=False)]
    both = settled.merge(own, on=["id_type", "id_value"])
    assert len(both) > 2000
    assert pairwise(both["user_id"].to_numpy(), both["person"].to_numpy()).precision > 0.97
    linked = both[both["rule"] != "alone"]  # nobody can know whose an identifier is that was never seen with another
    assert len(linked) > 0.7 * len(both)
    assert pairwise(linked["user_id"].to_numpy(), linked["person"].to_numpy()).f1 > 0.97


def test_the_first_run_has_no_earlier_day_to_compare_people_with(results):
    assert results("user_id_changes").empty


def test_experiments_are_judged_and_what_is_not_declared_is_said(results):
    told = results("experiment_results").set_index("experiment")["verdict"]
    assert set(told["aa_home"]) <= {"keep_running", "better", "worse", "unclear", "exploratory"}
    assert told.loc["planned"] == "cannot be judged: Nobody has been exposed yet."
    assert told.loc[["checkout_button"]].str.contains("not declared").all()
    assert "first_order_coupon" in told.index


def test_one_experiment_can_be_shown_in_detail_and_another_be_planned(shop):
    parameters = {"experiment": "aa_home", "plan_metric": "value_30d", "plan_entry": "visit", "plan_lift": "0.2"}
    done = run(Request(shop, DAY, only=("11_experiments",), parameters=parameters))
    assert (done.exit_code, done.published) == (0, False)
    page = (shop / "data" / "runs" / done.run_id / "pages" / "11_experiments.html").read_text(encoding="utf-8")
    assert "“aa_home” by every method" in page
    wrong = run(Request(shop, DAY, only=("11_experiments",), parameters={"experiment": "nothing"}))
    assert wrong.exit_code == 1


def told_page(root, run_id: str, name: str) -> str:
    return (root / "data" / "runs" / run_id / "pages" / f"{name}.html").read_text(encoding="utf-8")


def test_invitations_are_those_of_the_truth_and_the_rest_is_told_apart(shop, results):
    truth = pd.read_parquet(shop / "truth" / "referrals")
    genuine = truth[(truth["kind"] == "genuine") & (truth["ts"] < CRM_END)]
    table = results("referral")
    # who a few identifiers belong to cannot be known, and whom they invited not either
    assert table["invitees"].sum() == pytest.approx((genuine["depth"] <= 3).sum(), rel=0.03)
    assert table.groupby("depth")["invitees"].sum().is_monotonic_decreasing
    assert (table["converted"] + table["pending"] <= table["invitees"]).all()
    summary = results("referral_summary")
    assert len(summary) == 90
    assert str(summary["date"].max())[:10] == str(DAY)
    assert (summary["k_factor"].dropna() >= 0).all()


def test_trials_are_those_of_the_mall(shop, results):
    rows = pd.read_parquet(shop / "data" / "trials").sort_values("updated_at").drop_duplicates("trial_id", keep="last")
    table = results("trial_outcomes")
    last = table[table["hours_since_start"] == 72].set_index("plan")
    assert last.loc["all", "trials"] == len(rows)
    assert last.loc[["month", "quarter"], "trials"].to_dict() == rows["plan"].value_counts().to_dict()
    assert last.loc["all", "converted_rate"] == pytest.approx((rows["outcome"].dropna() == "converted").mean())
    assert (table["overdue"] == 0).all()


def test_referral_and_trials_follow_their_parameters(shop):
    request = Request(shop, DAY, only=("06_trial", "07_referral"))
    parameters = {"hours": "24", "depth": "1", "window_days": "7", "users": "registered", "effective_goal": "0.001"}
    done = run(replace(request, parameters=parameters))
    assert (done.exit_code, done.published) == (0, False)
    folder = shop / "data" / "runs" / done.run_id / "results"
    assert pd.read_parquet(folder / "trial_outcomes.parquet")["hours_since_start"].max() == 24
    assert set(pd.read_parquet(folder / "referral.parquet")["depth"]) == {1}
    assert "all members registered by that day" in told_page(shop, done.run_id, "07_referral")
    wrong = run(replace(request, parameters={"users": "everybody"}))
    assert wrong.exit_code == 1
    said = [task.why for task in Ledger(shop).tasks(wrong.run_id) if task.notebook == "07_referral"]
    assert "users: found 'everybody', allowed: active, registered" in said[0]


def test_without_invitations_and_trials_the_pages_say_so(tmp_path):
    workspace(tmp_path, 'timezone = "UTC"')
    put(tmp_path, "orders/a.csv", csv(orders({"order_id": "1", "id_value": "M1", "ts": "2026-06-01 10:00:00"})))
    done = run(Request(tmp_path, dt.date(2026, 6, 2), only=("06_trial", "07_referral")))
    assert (done.exit_code, done.why) == (0, "")
    for name, table in (("06_trial", "trials"), ("07_referral", "invites")):
        assert table in told_page(tmp_path, done.run_id, name)


def test_launches_are_judged_and_new_users_followed(shop, results):
    made = pd.read_parquet(shop / "data" / "launches")
    table = results("golden48")
    assert set(table["launch_id"]) == set(made["launch_id"])
    assert set(table["stage"]) == {"traffic", "reach", "behaviour", "payment", "feedback"}
    assert not table[table["verdict"] != "immature"]["expected_low"].isna().any()
    shares = (
        results("newcomers")
        .query("measure == 'share' and grain == 'all' and segment_kind == 'all'")
        .set_index("branch")
    )
    assert shares.loc[["within", "later", "none"], "hits"].sum() == shares.loc["within", "people"]


def test_golden_hours_follow_their_parameters_and_say_what_is_not_there(shop, tmp_path):
    request = Request(shop, DAY, only=("05_golden48",))
    done = run(replace(request, parameters={"hours": "24", "launch": "spring_campaign", "weeks": "8"}))
    assert (done.exit_code, done.published) == (0, False)
    table = pd.read_parquet(shop / "data" / "runs" / done.run_id / "results" / "golden48.parquet")
    assert table["hours"].max() == 24
    assert table["weeks"].max() <= 8
    assert "春日焕新节" in told_page(shop, done.run_id, "05_golden48")
    workspace(tmp_path, 'timezone = "UTC"')
    put(tmp_path, "orders/a.csv", csv(orders({"order_id": "1", "id_value": "M1", "ts": "2026-06-01 10:00:00"})))
    alone = run(Request(tmp_path, dt.date(2026, 6, 2), only=("05_golden48",)))
    assert (alone.exit_code, alone.why) == (0, "")
    told = told_page(tmp_path, alone.run_id, "05_golden48")
    assert "No launch to judge" in told
    assert "Nobody has registered" in told


def test_the_funnel_counts_the_people_of_the_truth(shop, results):
    events = pd.read_parquet(shop / "data" / "events", columns=["event_id", "ts", "event", "source"])
    true = events.merge(pd.read_parquet(shop / "truth" / "events"), on="event_id").rename(columns={"person": "user_id"})
    known = ltv.funnel(true, as_of=DAY, timezone="Asia/Shanghai", steps=["visit", "register", "activate_trial"]).whole
    found = results("funnel").query("segment_kind == 'all'").set_index("step")
    # what an account is known by is certain; a visit before it may be of an identifier that was never seen with it
    for step, of in (("register", 0.06), ("activate_trial", 0.06)):
        assert found.loc[step, "users"] == pytest.approx(known.loc[known["step"] == step, "users"].item(), rel=of)
    assert found["rate_from_previous"].between(0, 1).all()
    assert found["users"].is_monotonic_decreasing


def test_the_parts_of_the_funnel_add_up_and_its_counters_lie_beside_the_results(shop, results):
    table = results("funnel")
    whole = table[table["segment_kind"] == "all"].set_index("step_index")
    for kind in ("source", "status"):
        parts = table[table["segment_kind"] == kind].groupby("step_index")[["users", "pending", "users_closed"]].sum()
        assert (parts == whole[parts.columns]).all().all()
    run_folder = (shop / "data" / "published" / str(DAY)).resolve()
    (counters,) = run_folder.glob("metrics/*")
    visits = pd.read_parquet(shop / "data" / "events", columns=["event"])["event"].eq("visit").sum()
    lines = counters.read_text(encoding="utf-8").splitlines()
    assert sum(int(line.split()[-1]) for line in lines if 'step="visit"' in line) == visits


def test_another_funnel_can_be_asked_for_and_a_wrong_one_is_one_line(shop):
    request = Request(shop, DAY, only=("04_funnel",))
    done = run(replace(request, parameters={"steps": "visit, search, add_to_cart", "window_days": "0.5"}))
    assert (done.exit_code, done.published) == (0, False)
    table = pd.read_parquet(shop / "data" / "runs" / done.run_id / "results" / "funnel.parquet")
    assert table.query("segment_kind == 'all'")["step"].tolist() == ["visit", "search", "add_to_cart"]
    page = (shop / "data" / "runs" / done.run_id / "pages" / "04_funnel.html").read_text(encoding="utf-8")
    assert "within 12 h" in page and str(shop) not in page
    wrong = run(replace(request, parameters={"steps": "visit, serach"}))
    assert wrong.exit_code == 1
    (said,) = [task.why for task in Ledger(shop).tasks(wrong.run_id) if task.notebook == "04_funnel"]
    assert "steps: found 'serach', allowed: names of events that there are: activate_trial, add_to_cart" in said


def test_health_is_told_of_every_day_and_agrees_with_the_pages_it_rests_on(results):
    table = results("health")
    whole = table[table["segment_kind"] == "all"].set_index(["indicator", "date"])
    assert table["date"].nunique() == 35
    assert {"all", "age_group", "channel", "city", "value_tier"} <= set(table["segment_kind"])
    summary = results("referral_summary").set_index("date")["effective_per_user"]
    mine = whole.loc["referral_effective"]
    known = mine[mine["known"]]
    assert len(known) >= 30
    assert known["value"].to_numpy() == pytest.approx(summary.reindex(known.index).to_numpy())
    people = results("churn_scores")
    last = whole.loc[("churn_risk", DAY)]
    assert last["value"] == pytest.approx(people["probability"].mean())
    assert last["people"] == len(people)
    assert whole.loc[("value_at_risk", DAY), "value"] == pytest.approx(people["value_at_risk"].sum())
    assert set(people["user_id"]) <= set(results("ltv_scores")["user_id"])


def test_what_changed_agrees_with_health_and_its_parts_add_up(results):
    table = results("change_parts")
    whole = table[table["dimension"] == "all"].set_index("figure")
    health = results("health").query("segment_kind == 'all'").set_index(["indicator", "date"])["value"]
    for figure, indicator in (
        ("churn_risk", "churn_risk"),
        ("benefit_depth", "benefit_depth"),
        ("first_order_48h", "first_order_rate_48h"),
    ):
        assert whole.loc[figure, "after"] == pytest.approx(health[indicator, DAY], nan_ok=True)
    told = table.dropna(subset=["total_change"]).groupby(["figure", "dimension"])
    assert (told["contribution"].sum() - told["total_change"].first()).abs().max() < 1e-3
    assert {"age_group", "channel", "city", "value_tier", "cohort", "lifecycle"} <= set(table["dimension"])


def test_health_takes_thresholds_and_indicators_from_the_settings_and_wrong_ones_are_one_line(tmp_path):
    own = '[[indicators]]\nname = "kept"\ntable = "retention"\nvalue = "sum(retained)"\nthreshold = 1\nbad_side = "below"\n'
    own += 'reason_zh = "试"\nreason_en = "a trial of ours"\nowner = "Li"\n'
    workspace(tmp_path, f'timezone = "UTC"\n{own}')
    put(tmp_path, "orders/a.csv", csv(orders({"order_id": "1", "id_value": "M1", "ts": "2026-06-01 10:00:00"})))
    done = run(Request(tmp_path, dt.date(2026, 6, 2), only=("12_health",)))
    assert (done.exit_code, done.why) == (0, "")
    assert "a trial of ours" in told_page(tmp_path, done.run_id, "12_health")
    wrong = own.replace("sum(retained)", "sum(kept)")
    workspace(tmp_path, f'timezone = "UTC"\n{wrong}')
    with pytest.raises(LtvError, match=r"ltv\.toml \[\[indicators\]\] kept value: found 'kept', allowed: activity"):
        run(Request(tmp_path, dt.date(2026, 6, 2), only=("12_health",)))


def drawn(book) -> list[tuple[str, list[str]]]:
    """What each output below a cell is drawn as, with the blocks that the page reads from it."""
    outputs = [o for cell in book.cells if cell.cell_type == "code" for o in cell.outputs]
    assert {o.output_type for o in outputs} <= {"display_data"}, outputs
    return [
        (
            next(m for m in (PLOTLY_MIME, "text/html") if m in o.data),
            [json.dumps(b, sort_keys=True) for b in o.data[MIME]["blocks"]],
        )
        for o in outputs
    ]


@pytest.mark.parametrize("name", NAMES)
def test_below_each_cell_stands_every_chart_of_the_page_as_a_figure(shop, name):
    folder = shop / "data" / "runs" / published_run(shop, str(DAY)) / "notebooks"
    shown = drawn(nbformat.read(folder / f"{name}.ipynb", as_version=4))
    for mime, blocks in shown:
        charts = [b for b in map(json.loads, blocks) if b["kind"] == "chart" and b["csv"]["lines"]]
        assert (mime == PLOTLY_MIME) == bool(charts)


@pytest.mark.parametrize("name", ["02_retention", "12_health"])
def test_a_notebook_opened_by_hand_shows_what_its_page_shows(shop, name):
    """An ordinary kernel in the folder of the notebooks, as JupyterLab starts it."""
    place = shop / "by hand"
    place.mkdir(exist_ok=True)
    book = nbformat.read(notebooks_folder(shop) / f"{name}.ipynb", as_version=4)
    NotebookClient(book, kernel_name="python3", resources={"metadata": {"path": str(place)}}).execute(
        env=base_environment()
    )
    run_id = published_run(shop, str(DAY))
    of_page = nbformat.read(shop / "data" / "runs" / run_id / "notebooks" / f"{name}.ipynb", as_version=4)
    assert drawn(book) == drawn(of_page)
    assert any(mime == PLOTLY_MIME for mime, _ in drawn(book))
