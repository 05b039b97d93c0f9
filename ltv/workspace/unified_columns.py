"""The columns of the tables on the page of people."""

from __future__ import annotations

from ltv.result import Column
from ltv.workspace.unified_figures import table_name
from ltv.workspace.unified_words import ACCURACIES, LINKS, QUANTILES, RULES, WORDS

_MEASURED = (
    Column("hidden", WORDS["hidden"], "count"),
    Column("given", WORDS["given"], "count"),
    Column("precision", WORDS["precision"], "rate"),
    Column("precision_interval", WORDS["interval"]),
    Column("recall", WORDS["recall"], "rate"),
    Column("recall_interval", WORDS["interval"]),
)
COVERAGE = (
    Column("source", WORDS["source"]),
    Column("table", WORDS["table"], words={name: table_name(name) for name in ("orders", "events", "touches")}),
    Column("n", WORDS["rows"], "count"),
    Column("with_identifier", WORDS["with_identifier"], "count"),
    Column("of_people", WORDS["of_people"], "count"),
    Column("of_accounts", WORDS["of_accounts"], "count"),
)
GROWTH = (
    Column("start", WORDS["start"], "date"),
    Column("days", WORDS["days"], "count"),
    Column("new_identifiers", WORDS["new_identifiers"], "count"),
    Column("new_people", WORDS["new_people"], "count"),
    Column("new_accounts", WORDS["new_accounts"], "count"),
    Column("identifiers", WORDS["all_identifiers"], "count"),
    Column("people", WORDS["all_people"], "count"),
    Column("accounts", WORDS["all_accounts"], "count"),
)
QUALITY = (Column("kind", WORDS["kind"], words={"all": WORDS["all"]}), *_MEASURED)
SOURCES = (
    Column("source", WORDS["source"], words={"all": WORDS["all"]}),
    Column("n", WORDS["rows"], "count"),
    Column("people_rate", WORDS["people_rate"], "rate"),
    Column("account_rate", WORDS["account_rate"], "rate"),
    Column("links", WORDS["links"], "count"),
    *[column for column in _MEASURED if column.name != "given"],
)
SIZES = (
    Column("size", WORDS["size"], words=QUANTILES),
    Column("identifiers", WORDS["identifiers"], "count"),
    Column("rows", WORDS["rows"], "count"),
)
ACCURACY = (
    Column("way", WORDS["way"], words=ACCURACIES),
    Column("accuracy", WORDS["over_pairs"], "rate"),
    Column("precision", WORDS["right_of_joined"], "rate"),
    Column("recall", WORDS["recall"], "rate"),
)
REFUSED = (
    Column("reason", WORDS["reason"], words=LINKS),
    Column("links", WORDS["links"], "count"),
    Column("share", WORDS["share"], "rate"),
    Column("pairs", WORDS["pairs"], "count"),
)
BY_RULE = (
    Column("id_type", WORDS["kind"]),
    Column("rule", WORDS["rule"], words=RULES),
    Column("spans", WORDS["spans"], "count"),
    Column("confidence", WORDS["confidence"], "rate"),
)
STRANGE = (
    Column("user_id", WORDS["user_id"]),
    Column("identifiers", WORDS["identifiers"], "count"),
    Column("kinds", WORDS["kinds"], "count"),
    Column("since", WORDS["since"], "date"),
    Column("examples", WORDS["examples"]),
)
CHANGES = (
    Column("date", WORDS["date"], "date"),
    Column("old_user_id", WORDS["old"]),
    Column("new_user_id", WORDS["new_user"]),
    Column("kind", WORDS["change"], words={"merge": WORDS["merge"], "split": WORDS["split"]}),
    Column("why", WORDS["why"]),
)
