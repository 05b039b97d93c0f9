"""A new marketer answers the five questions from the text of the overview alone, and what they say is what the tables say."""

import re

import pytest
from support_marketer import QUESTIONS, NotTold, amount, fact, meaning, read, visible_text
from support_overview import bad, calm, only_tested, page_of, told

LANGS = ["zh", "en"]
DAYS = {"calm": calm, "bad": bad, "only_tested": only_tested, "nothing": dict}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("overviews")
    return {name: page_of(told(tables()), folder) for name, tables in DAYS.items()}


@pytest.fixture
def cards(pages):
    return lambda name, lang: read(visible_text(pages[name], lang), lang)


def states(cards, name, lang):
    return {question: meaning(card, lang) for question, card in cards(name, lang).items()}


@pytest.mark.parametrize("lang", LANGS)
def test_the_lights_of_a_good_day_of_a_bad_one_and_of_none(cards, lang):
    good = {"health": "good", "change": "good", "people": "people", "channel": "good", "effect": "good"}
    assert states(cards, "calm", lang) == good
    worse = {"health": "bad", "change": "bad", "people": "watch", "channel": "watch", "effect": "bad"}
    assert states(cards, "bad", lang) == worse
    tested = {"health": "good", "change": "good", "people": "good", "channel": "good", "effect": "watch"}
    assert states(cards, "only_tested", lang) == tested
    assert set(states(cards, "nothing", lang).values()) == {"none"}


@pytest.mark.parametrize("name", DAYS)
@pytest.mark.parametrize("lang", LANGS)
def test_each_answer_says_what_to_do_next_and_where_to_read_on(cards, name, lang):
    for card in cards(name, lang).values():
        assert len(card.action) > 4
        assert card.page
    assert len({card.action for card in cards(name, lang).values()}) == len(QUESTIONS[lang])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["calm", "bad"])
def test_health_is_told_by_churn_risk_against_its_threshold(cards, name, lang):
    last = DAYS[name]()["health"].query("indicator == 'churn_risk'").iloc[-1]
    found = fact(cards(name, lang)["health"], "health", lang)
    assert amount(found["value"]) == pytest.approx(last["value"], abs=5e-4)
    assert amount(found["held"]) == pytest.approx(last["threshold"], abs=5e-4)


@pytest.mark.parametrize("lang", LANGS)
def test_the_change_of_a_bad_day_names_the_figure_the_amount_and_the_part_that_made_it(cards, lang):
    card, rows = cards("bad", lang)["change"], bad()["change_parts"]
    found, cause = fact(card, "change", lang), fact(card, "cause", lang)
    whole, first = rows.iloc[0], rows[rows["accused"]].iloc[0]
    assert found["who"] == whole[f"figure_{lang}"]
    assert amount(found["by"]) == pytest.approx(-whole["total_change"] / whole["before"], abs=5e-4)
    assert (found["way"], found["side"]) == (("低", "低于") if lang == "zh" else ("down", "below"))
    assert cause["who"] == first[f"part_{lang}"]
    assert amount(cause["value"]) == pytest.approx(first["contribution"], rel=0.02)
    assert first[f"part_{lang}"] in card.action


@pytest.mark.parametrize("lang", LANGS)
def test_whom_to_win_back_is_a_number_of_people_their_value_and_the_plan_that_waits(cards, lang):
    card, tables = cards("bad", lang)["people"], bad()
    rows = tables["value_lists"].query("list == 'high_value_at_risk'")
    found = fact(card, "people", lang)
    assert (int(found["n"]), amount(found["value"])) == (len(rows), rows["expected"].sum())
    plan = tables["strategy_plans"].query("state == 'waits'").iloc[0]
    assert fact(card, "plan", lang)["who"] == plan[f"title_{lang}"]
    assert f"ltv strategy approve {plan['plan']}" in card.action


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["calm", "bad"])
def test_the_channel_is_named_with_what_a_yuan_more_brings_and_its_interval(cards, name, lang):
    card = cards(name, lang)["channel"]
    row = DAYS[name]()["budget_plan"].query("change > 0").iloc[0]
    found = fact(card, "channel", lang)
    assert found["who"] == row["channel"]
    for told_as, column in (("value", "expected_gain"), ("low", "gain_low"), ("high", "gain_high")):
        assert amount(found[told_as]) == pytest.approx(row[column] / row["change"])
    assert ("holdout/wechat" in card.action) and (name == "calm") == bool(re.search("500", card.action))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["calm", "bad"])
def test_what_worked_is_told_as_net_value_with_its_interval_and_cost(cards, name, lang):
    row = DAYS[name]()["strategy_effects"].query("action == 'all'").iloc[0]
    found = fact(cards(name, lang)["effect"], "net", lang)
    told_of = [amount(found[x]) for x in ("value", "low", "high", "cost")]
    ends = [row["n"] * row[end] - row["cost"] for end in ("low", "high")]
    assert told_of == pytest.approx([row["net"], *ends, row["cost"]])


@pytest.mark.parametrize("lang", LANGS)
def test_where_only_an_experiment_has_a_verdict_it_is_the_answer(cards, lang):
    row = only_tested()["experiment_results"].query("verdict == 'ship'").iloc[0]
    found = fact(cards("only_tested", lang)["effect"], "ship", lang)
    assert found["who"] == row["experiment"]
    assert [amount(found[x]) for x in ("value", "low", "high")] == pytest.approx([row["lift"], row["low"], row["high"]])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("part", ["answer", "action", "page", "verdict"])
def test_a_text_that_lacks_a_part_of_an_answer_is_noticed(pages, part, lang):
    text = visible_text(pages["bad"], lang)
    for card in read(text, lang).values():
        gone = getattr(card, part)
        lines = [line for line in text.split("\n") if gone not in line]
        with pytest.raises((NotTold, KeyError)):
            found = read("\n".join(lines), lang)
            [meaning(one, lang) for one in found.values()]
            [fact(found[name], name, lang) for name in ("health", "change", "people", "channel")]
            fact(found["effect"], "net", lang)


@pytest.mark.parametrize("lang", LANGS)
def test_a_text_that_lacks_a_question_is_noticed(pages, lang):
    text = visible_text(pages["calm"], lang)
    for question in QUESTIONS[lang].values():
        with pytest.raises(NotTold):
            read(text.replace(question, ""), lang)


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_of_the_other_language_is_visible(pages, lang):
    text = visible_text(pages["bad"], lang)
    assert not any(question in text for question in QUESTIONS["en" if lang == "zh" else "zh"].values())
