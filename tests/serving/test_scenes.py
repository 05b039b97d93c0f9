"""Lists for the scenes, judged offline: a case by hand, a slow double of all figures, what may not be looked at, little data."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from support_mall import Mall

import ltv
from ltv.errors import UsageError
from ltv.serving import scene_ground
from ltv.serving.scene_ground import Ground
from ltv.serving.scenes import METRICS

AS_OF = date(2026, 6, 30)
SPLIT = pd.Timestamp("2026-06-03")  # 28 days before the end
COLUMNS = ["user_id", "ts", "event", "sku", "session_id", "category", "dwell_ms", "query"]


def act(user, ts, event, sku=None, session="s", **more):
    return {"user_id": user, "ts": pd.Timestamp(ts), "event": event, "sku": sku, "session_id": session, **more}


def frame(rows):
    return pd.DataFrame(rows, columns=COLUMNS)


def judged(rows, **terms):
    return ltv.scene_recommendation(frame(rows) if isinstance(rows, list) else rows, **{"as_of": AS_OF, "k": 1} | terms)


def value(found, scene, name, metric="hit_rate"):
    rows = found.table
    return rows[(rows["scene"] == scene) & (rows["list"] == name) & (rows["metric"] == metric)]["value"].item()


# Before the split A and B go together, C is popular; after it somebody who has seen A takes B.
LEARNED = [
    *[act(n, "2026-05-01", "view", sku, category="x") for n in (1, 2, 3) for sku in ("A", "B")],
    *[act(n, "2026-05-01", "add_to_cart", "C", category="y") for n in (4, 5, 6, 7)],
    act(1, "2026-05-02", "add_to_cart", "B", category="x"),
]
DETAIL = [
    act(9, "2026-06-10 10:00", "view", "A", "t", category="x"),
    act(9, "2026-06-10 10:05", "add_to_cart", "B", "t", category="x"),
]


def test_similar_articles_meet_what_the_popular_miss():
    found = judged(LEARNED + DETAIL)
    assert [value(found, "detail", name) for name in ("popular", "category", "together")] == [0.0, 1.0, 1.0]
    assert found.occasions == {"home": (0, 0), "search": (0, 0), "detail": (1, 1)}


def test_scenes_are_told_by_a_long_first_page_long_words_and_an_article():
    scenes = [
        act(9, "2026-06-10 10:00", "visit", None, "a", dwell_ms=20_001),
        act(9, "2026-06-11 10:00", "visit", None, "b", dwell_ms=20_000),
        act(9, "2026-06-12 10:00", "search", None, "c", query="abc"),
        act(9, "2026-06-13 10:00", "search", None, "d", query="ab"),
        act(9, "2026-06-14 10:00", "search", None, "e", query="奶粉一"),
        act(9, "2026-06-15 10:00", "view", "A", "f", category="x"),
        act(9, "2026-06-15 10:01", "view", "B", "f", category="x"),
        act(9, "2026-06-16 10:00", "view", "C", "g", category="y"),
        act(9, "2026-06-16 10:01", "visit", None, "g", dwell_ms=90_000),
    ]
    assert judged(LEARNED + scenes).occasions == {"home": (1, 0), "search": (2, 0), "detail": (2, 0)}
    found = judged(LEARNED + scenes, detail_categories=("y",), home_seconds=10, search_letters=2)
    assert found.occasions == {"home": (2, 0), "search": (3, 0), "detail": (1, 0)}


def test_what_was_seen_in_the_session_is_neither_recommended_nor_counted():
    again = [*DETAIL[:1], act(9, "2026-06-10 10:05", "add_to_cart", "A", "t", category="x")]
    assert judged(LEARNED + again).occasions["detail"] == (1, 0)
    found = judged(
        [*LEARNED, *DETAIL, act(8, "2026-06-10", "view", "C", "u"), act(8, "2026-06-10 01:00", "add_to_cart", "B", "u")]
    )
    assert value(found, "detail", "popular") == 0.5  # with C hidden, B is the most popular that is left: one of two


@pytest.mark.parametrize("later", ["2026-06-11 10:00:00.000001", "2026-07-01"])
def test_what_is_taken_too_late_or_after_the_day_does_not_count(later):
    rows = [*LEARNED, *DETAIL[:1], act(9, later, "add_to_cart", "B", "t")]
    assert judged(rows).occasions["detail"] == (1, 0)


def test_nothing_after_the_split_is_learned():
    crowd = [act(n, "2026-06-20", "add_to_cart", "D", category="x") for n in range(50, 90)]
    crowd += [act(n, "2026-06-20", "view", "D", f"v{n}", category="x") for n in range(50, 90)]
    plain, more = judged(LEARNED + DETAIL), judged(LEARNED + DETAIL + crowd)
    for name in ("popular", "category", "together"):
        assert value(plain, "detail", name) == value(more, "detail", name)


def made(people=80, seed=0):
    """Two tastes; everybody looks at and takes articles of their own."""
    rng = np.random.default_rng(seed)
    rows = []
    for user in range(people):
        for visit in range(8):
            at = pd.Timestamp("2026-05-20") + pd.Timedelta(days=5 * visit, seconds=int(rng.integers(80_000)))
            of = rng.choice(20, 5, replace=False) + 20 * (user % 2)
            session = f"{user}-{visit}"
            rows.append(act(user, at, "visit", None, session, dwell_ms=float(rng.choice([5_000, 50_000]))))
            rows += [
                act(user, at + pd.Timedelta(minutes=n + 1), "view", f"A{s}", session, category="x")
                for n, s in enumerate(of[:3])
            ]
            rows += [
                act(user, at + pd.Timedelta(minutes=9 + n), "add_to_cart", f"A{s}", session, category="x")
                for n, s in enumerate(of[2:])
            ]
    return frame(rows)


def test_every_figure_is_that_of_a_slow_double():
    events = made(30)
    found = judged(events, k=5)
    acts = events.sort_values(["user_id", "ts", "event", "sku"])
    early = acts[acts["ts"] < SPLIT]
    articles = sorted(early["sku"].dropna().unique())
    by = {a: set(early.loc[early["sku"] == a, "user_id"]) for a in articles}
    popular = early[early["event"] == "add_to_cart"]["sku"].value_counts().reindex(articles).fillna(0)
    popular /= popular.sum()

    def like(a, b):
        return 0.0 if a == b else len(by[a] & by[b]) / np.sqrt(len(by[a]) * len(by[b]))

    told = []
    for _, session in acts[acts["ts"] >= SPLIT].groupby(["user_id", "session_id"]):
        first = session.iloc[0]
        if first["event"] != "visit" or not first["dwell_ms"] > 20_000:
            continue
        mine = acts[(acts["user_id"] == first["user_id"]) & acts["sku"].notna()]
        before = mine[mine["ts"] <= first["ts"]]["sku"].tolist()[::-1][:20]
        after = mine[(mine["ts"] > first["ts"]) & (mine["ts"] <= first["ts"] + pd.Timedelta(hours=24))]
        wanted = set(after.loc[after["event"] == "add_to_cart", "sku"])
        if wanted:
            near = {a: sum(0.85**n * like(b, a) for n, b in enumerate(before)) + 1e-6 * popular[a] for a in articles}
            for name, score in (("popular", popular), ("together", near)):
                shown = sorted(articles, key=lambda a: -score[a])[:5]
                hits = [a in wanted for a in shown]
                gain = sum(h / np.log2(n + 2) for n, h in enumerate(hits))
                best = sum(1 / np.log2(n + 2) for n in range(min(5, len(wanted))))
                told.append((name, float(any(hits)), sum(hits) / len(wanted), gain / best))
    double = pd.DataFrame(told, columns=["list", *METRICS]).groupby("list").mean()
    for name in ("popular", "together"):
        for metric in METRICS:
            assert value(found, "home", name, metric) == pytest.approx(double.loc[name, metric], abs=1e-6)


def test_with_enough_data_it_says_which_list_is_better_and_what_that_is_not():
    found = judged(made(), k=10)
    rows = found.hits[found.hits["scene"] == "home"].set_index("list")
    assert rows.loc["together", "verdict"] == "better"
    assert rows.loc["popular", "verdict"] == "base"
    assert 0 < rows.loc["together", "difference_low"] < rows.loc["together", "difference"]
    assert (rows["low"] <= rows["value"]).all()
    assert "The 10 products of “similar products”" in found.takeaways("en")[0]
    assert found.takeaways("zh")[-1].startswith("离线只比较列表")
    assert found.takeaways("en")[1].startswith("Not enough data: of 0 occasions (Search) only 0 led")
    assert found.figure().data


def test_of_little_nothing_is_said():
    found = judged(LEARNED + DETAIL)
    assert set(found.table["verdict"]) == {"unknown"}
    assert all(line.startswith("Not enough data") for line in found.takeaways("en"))
    assert list(found.views) == ["figures"]
    nothing = frame(LEARNED).head(0).astype({"category": "str", "query": "str", "dwell_ms": "float"})
    assert judged(nothing).occasions == {"home": (0, 0), "search": (0, 0), "detail": (0, 0)}


def test_columns_that_are_not_there_cost_their_scene_alone():
    plain = frame(LEARNED + DETAIL)[["user_id", "ts", "event", "sku"]]
    assert value(judged(plain), "detail", "together") == 1.0
    with pytest.raises(UsageError, match="sku"):
        judged(plain.drop(columns="sku"))


@pytest.mark.parametrize(("name", "given"), [("k", 0), ("test_days", 0), ("history_days", 1.5)])
def test_bad_numbers_are_told(name, given):
    with pytest.raises(UsageError, match=f"{name}: found {given}, allowed: a whole number from 1 to 1,000"):
        judged(LEARNED, **{name: given})


def test_in_the_mall_similar_articles_are_better_than_the_popular(mall: Mall):
    """Everybody there has a taste that does not change."""
    events = mall.db.execute(
        "SELECT o.person AS user_id, e.ts, e.event, e.sku, e.session_id, e.category, e.dwell_ms, e.query FROM events e "
        "JOIN owners o USING (id_type, id_value) WHERE e.ts >= '2026-01-01'"
    ).df()
    found = ltv.scene_recommendation(events, as_of=AS_OF, timezone="Asia/Shanghai")
    detail = found.hits[found.hits["scene"] == "detail"].set_index("list")
    assert detail.loc["together", "verdict"] == "better"


def test_of_each_article_the_nearest_are_kept_whatever_is_compared_at_a_time(monkeypatch):
    draw = np.random.default_rng(4)
    people, articles = 60, 40
    busy = draw.random((people, articles)) < draw.uniform(0.05, 0.5, articles)
    user, sku = np.nonzero(busy)
    rows = {
        "user_id": user,
        "us": np.arange(len(user)),
        "event": "view",
        "session": "s",
        "sku": [f"{k:02d}" for k in sku],
    }
    acts = pd.DataFrame(rows | {"category": None, "dwell_ms": 0.0, "letters": 0})
    norm = np.sqrt(busy.sum(0))
    cosine = (busy.T.astype(float) @ busy) / np.outer(norm, norm)
    np.fill_diagonal(cosine, 0)
    monkeypatch.setattr(scene_ground, "_AT_ONCE", 7)
    np.testing.assert_allclose(Ground(acts, 10**9).likeness.toarray(), cosine, atol=1e-12)
    monkeypatch.setattr(scene_ground, "NEAREST", 5)
    kept = Ground(acts, 10**9).likeness.toarray()
    assert ((kept > 0).sum(1) <= 5).all()
    np.testing.assert_allclose(np.sort(kept, 1)[:, -5:], np.sort(cosine, 1)[:, -5:], atol=1e-12)


def test_of_somebody_busy_with_everything_only_the_last_articles_count(monkeypatch):
    monkeypatch.setattr(scene_ground, "MOST_OF_ONE", 3)
    rows = {"user_id": 1, "us": np.arange(6), "event": "view", "session": "s", "sku": [f"{k}" for k in range(6)]}
    ground = Ground(pd.DataFrame(rows | {"category": None, "dwell_ms": 0.0, "letters": 0}), 10**9)
    assert (ground.likeness.toarray() > 0).tolist() == [[False] * 6] * 3 + [
        [False] * 3 + [j != i for j in range(3)] for i in range(3)
    ]
