"""`ltv.toml` is read once and checked whole: what is unknown or of the wrong type is named in one line."""

import datetime as dt
import json
from dataclasses import FrozenInstanceError, fields, replace

import pytest

from ltv.errors import UsageError
from ltv.settings import _READERS as READERS  # a setting without a reader could be given no value
from ltv.settings import (
    Attribution,
    Dispatch,
    Endpoint,
    Experiment,
    Health,
    Identity,
    Indicator,
    Objective,
    OfferPool,
    Playbook,
    Prometheus,
    Routed,
    Segment,
    Settings,
    Source,
    Strategy,
    load,
    parse,
)
from ltv.settings.serving import Features, Gorse

COUPON = {"name": "coupon", "salt": "c-1", "variants": {"control": 0.5, "coupon": 0.5}, "control": "control"}
CRM = {"name": "crm", "kind": "webhook", "url": "https://crm.example.com/in", "secret_env": "S"}
MAIL = {"name": "mail", "kind": "email", "host": "smtp.x.cn", "sender": "a@x.cn", "recipients": ["b@x.cn"]}
ROUTE = {"release": "v2", "first": 0, "last": 9, "target": "stable", "weight": 0.9}
GOOD = [
    ("timezone", "Europe/London", "Europe/London"),
    ("currency", "GBP", "GBP"),
    ("languages", ["en", "zh"], ("en", "zh")),
    ("languages", ["zh"], ("zh",)),
    ("horizons_days", [7, 30], (7, 30)),
    ("earliest", dt.date(1995, 1, 1), dt.date(1995, 1, 1)),
    ("earliest", "1995-01-01", dt.date(1995, 1, 1)),
    ("max_quarantine_share", 0, 0),
    ("max_quarantine_share", 1.0, 1.0),
    ("freshness_hours", {"orders": 30, "events": 1.5}, {"orders": 30, "events": 1.5}),
    ("memory_mb", 512, 512),
    ("threads", 0, 0),
    ("notebook_timeout_s", 60, 60),
    ("week_start", "sunday", "sunday"),
    ("special_days", ["11-11", "2026-02-15..2026-02-23"], ("11-11", "2026-02-15..2026-02-23")),
    ("sources", {"orders": {"path": "x/*.csv"}}, {"orders": Source(path="x/*.csv")}),
    ("identity", {"limits": {"member": 2}, "junk": ["0*"]}, Identity(limits={"member": 2}, junk=("0*",))),
    ("segments", [{"kind": "a", "name": "b", "where": "age > 1"}], (Segment("a", "b", "age > 1"),)),
    ("experiments", [COUPON], (Experiment("coupon", "c-1", {"control": 0.5, "coupon": 0.5}, "control"),)),
    ("attribution", {"window_days": 30, "floor": {"sms": 5}}, Attribution(window_days=30, floor={"sms": 5})),
    ("health", {"days": 14, "churn_rise": 0.2}, Health(days=14, churn_rise=0.2)),
    ("indicators", [{"name": "churn_risk", "threshold": 0.4}], (Indicator("churn_risk", threshold=0.4),)),
    ("strategy", {"contact_cap": 2, "quiet_hours": []}, Strategy(contact_cap=2, quiet_hours=())),
    ("endpoints", [CRM], (Endpoint("crm", "webhook", url="https://crm.example.com/in", secret_env="S"),)),
    ("endpoints", [{"name": "f", "kind": "file", "path": "data/crm"}], (Endpoint("f", "file", path="data/crm"),)),
    (
        "endpoints",
        [MAIL | {"starttls": "offered"}],
        (Endpoint(**MAIL | {"recipients": ("b@x.cn",)}, starttls="offered"),),
    ),
    ("dispatch", {"batch": 10, "error_share": 0.5}, Dispatch(batch=10, error_share=0.5)),
    ("dispatch", {"database": "postgresql://u@db/x"}, Dispatch(database="postgresql://u@db/x")),
    (
        "offers",
        [{"offer_id": "V1", "name": "券", "starts": "2026-01-01", "ends": "2026-12-31", "stock": 9}],
        (OfferPool("V1", "券", dt.date(2026, 1, 1), dt.date(2026, 12, 31), stock=9),),
    ),
    ("objectives", [{"hook": "payment", "window_days": 28}], (Objective("payment", window_days=28),)),
    ("routes", [ROUTE], (Routed("v2", 0, 9, "stable", 0.9),)),
    ("prometheus", {"url": "http://p:9090", "cache_goal": 0.9}, Prometheus("http://p:9090", cache_goal=0.9)),
    ("features", {"keep": 3, "publish": True}, Features(keep=3, publish=True)),
    ("gorse", {"url": "https://gorse.example.com"}, Gorse(url="https://gorse.example.com")),
    ("gorse", {"feedback": ["click"], "per_second": 0.5}, Gorse(feedback=("click",), per_second=0.5)),
]
BAD = [
    ("offers", [{"offer_id": "V1"}], "allowed: also name, starts, ends"),
    ("objectives", [{"hook": "a", "availability": 1}], "availability: found 1, allowed: a fraction between 0 and 1"),
    ("objectives", [{"availability": 0.9}], "allowed: also hook"),
    ("objectives", [{"hook": "a"}, {"hook": "a"}], "found 'a', allowed: each hook once"),
    ("objectives", [{"hook": "a", "window_days": 91}], "window_days: found 91, allowed: 1 to 90"),
    ("objectives", [{"hook": "a", "latency_ms": 0}], "latency_ms: found 0, allowed: a number above 0"),
    ("routes", [{"release": "v2"}], "allowed: also first, last, target, weight"),
    ("prometheus", {"url": "p:9090"}, "prometheus.url: found 'p:9090', allowed: http://"),
    ("prometheus", {"cache_hits": "a b"}, "prometheus.cache_hits: found 'a b', allowed: the name of a metric"),
    ("timezone", "Europe/Londn", "timezone: found 'Europe/Londn', allowed: an IANA name such as Asia/Shanghai"),
    ("timezone", "../../etc/passwd", "timezone: found '../../etc/passwd', allowed: an IANA name"),
    ("timezone", 8, "ltv.toml timezone: found 8, allowed: a text"),
    ("timezone", "", "ltv.toml timezone: found '', allowed: a text"),
    ("currency", "cny", "ltv.toml currency: found 'cny', allowed: an ISO code of three capitals such as CNY"),
    ("currency", "EURO", "ltv.toml currency: found 'EURO', allowed: an ISO code"),
    ("currency", "元", "ltv.toml currency: found '元', allowed: an ISO code"),
    ("languages", ["fr"], "lang: found 'fr', allowed: zh, en"),
    ("languages", [], r"ltv.toml languages: found \[\], allowed: a list that is not empty"),
    ("languages", "zh", "ltv.toml languages: found 'zh', allowed: a list"),
    ("horizons_days", [30, 0], r"ltv.toml horizons_days: found \[30, 0\], allowed: whole days above 0"),
    ("horizons_days", [30.5], "ltv.toml horizons_days: found 30.5, allowed: a whole number"),
    ("horizons_days", ["30"], "ltv.toml horizons_days: found '30', allowed: a number"),
    ("earliest", "2000", "ltv.toml earliest: found '2000', allowed: a date such as 2000-01-01"),
    ("earliest", 2000, "ltv.toml earliest: found '2000', allowed: a date"),
    ("earliest", dt.datetime(2000, 1, 1, 5), "ltv.toml earliest: found '2000-01-01 05:00:00', allowed: a date"),
    ("max_quarantine_share", 5, "ltv.toml max_quarantine_share: found 5, allowed: a fraction between 0 and 1"),
    ("max_quarantine_share", -0.1, "ltv.toml max_quarantine_share: found -0.1, allowed: a number that is not negative"),
    ("max_quarantine_share", True, "ltv.toml max_quarantine_share: found True, allowed: a number"),
    ("max_quarantine_share", float("nan"), "ltv.toml max_quarantine_share: found nan, allowed: a number"),
    ("freshness_hours", 30, "ltv.toml freshness_hours: found 30, allowed: a section"),
    ("freshness_hours", {"order": 30}, r"ltv.toml \[freshness_hours\]: found 'order', allowed: orders"),
    ("freshness_hours", {"orders": "30h"}, "ltv.toml freshness_hours.orders: found '30h', allowed: a number"),
    ("memory_mb", 1.5, "ltv.toml memory_mb: found 1.5, allowed: a whole number"),
    ("threads", -1, "ltv.toml threads: found -1, allowed: a number that is not negative"),
    ("notebook_timeout_s", "1h", "ltv.toml notebook_timeout_s: found '1h', allowed: a number"),
    ("special_days", ["11-31"], "ltv.toml special_days: found '11-31', allowed: MM-DD of every year"),
    ("special_days", "11-11", "ltv.toml special_days: found '11-11', allowed: a list"),
    ("week_start", "Monday", "ltv.toml week_start: found 'Monday', allowed: monday, sunday"),
    ("sources", [], r"ltv.toml sources: found \[\], allowed: a section"),
    ("sources", {"order": {}}, r"ltv.toml \[sources.…\]: found 'order', allowed: orders"),
    ("sources", {'orders"; DROP TABLE x': {}}, r"ltv.toml \[sources.…\]: found 'orders\"; DROP TABLE x', allowed: "),
    ("sources", {"orders": "x.csv"}, "ltv.toml sources.orders: found 'x.csv', allowed: a section"),
    ("identity", {"limit": {}}, r"ltv.toml \[identity\]: found 'limit', allowed: limits"),
    (
        "identity",
        {"limits": {"member": 0}},
        "ltv.toml identity.limits.member: found 0, allowed: a whole number above 0",
    ),
    ("identity", {"junk": "0000"}, "ltv.toml identity.junk: found '0000', allowed: a list of texts"),
    ("identity", {"public_minutes": -1}, "ltv.toml identity.public_minutes: found -1, allowed: a number that is not"),
    ("segments", [{"kind": "a"}], r"ltv.toml \[\[segments\]\]: found {'kind': 'a'}, allowed: also name, where"),
    (
        "segments",
        [{"kind": "a", "name": "b", "where": "x", "wher": "y"}],
        r"\[\[segments\]\]: found 'wher', allowed: where",
    ),
    (
        "segments",
        [{"kind": "all", "name": "b", "where": "x"}],
        r"\[\[segments\]\] kind: found 'all', allowed: another name",
    ),
    ("segments", [{"kind": "a", "name": 1, "where": "x"}], r"ltv.toml \[\[segments\]\] name: found 1, allowed: a text"),
    ("segments", {"kind": "a"}, "ltv.toml segments: found {'kind': 'a'}, allowed: a list"),
    ("experiments", ["x"], r"ltv.toml \[\[experiments\]\]: found 'x', allowed: a section"),
    ("attribution", {"window": 30}, r"ltv.toml \[attribution\]: found 'window', allowed: window_days"),
    (
        "attribution",
        {"largest_step": 2},
        "ltv.toml attribution.largest_step: found 2, allowed: a fraction between 0 and",
    ),
    (
        "attribution",
        {"lookback_days": 0},
        "ltv.toml attribution.lookback_days: found 0, allowed: a whole number above 0",
    ),
    ("attribution", {"floor": {"sms": "much"}}, "ltv.toml attribution.floor.sms: found 'much', allowed: a number"),
    ("health", {"day": 30}, r"ltv.toml \[health\]: found 'day', allowed: days"),
    ("health", {"season_weeks": 3}, "ltv.toml health.season_weeks: found 3, allowed: 4 to 12"),
    ("health", {"churn_rise": "much"}, "ltv.toml health.churn_rise: found 'much', allowed: a number"),
    ("indicators", {"name": "x"}, "ltv.toml indicators: found {'name': 'x'}, allowed: a list"),
    (
        "indicators",
        [{"name": "churn_risk", "threshold": "high"}],
        r"ltv.toml \[\[indicators\]\] churn_risk threshold: found 'high', allowed: a number",
    ),
    ("strategy", {"cap": 2}, r"ltv.toml \[strategy\]: found 'cap', allowed: "),
    (
        "strategy",
        {"quiet_hours": ["9", "21:00"]},
        r"strategy.quiet_hours: found \['9', '21:00'\], allowed: two times such as",
    ),
    ("offers", [], r"offers: found \[\], allowed: a list that is not empty"),
    ("playbooks", "x", "ltv.toml playbooks: found 'x', allowed: a list"),
    (
        "endpoints",
        [CRM | {"kind": "fax"}],
        r"\[\[endpoints\]\] kind: found 'fax', allowed: webhook, file, robot, email",
    ),
    ("endpoints", [CRM | {"ur": "x"}], r"ltv.toml \[\[endpoints\]\]: found 'ur', allowed: url"),
    ("endpoints", [{"name": "crm", "kind": "webhook"}], "found 'crm', allowed: also url, secret_env"),
    (
        "endpoints",
        [CRM | {"path": "x"}],
        "crm: found 'path', allowed: for webhook: kind, name, secret_env, timeout_ms, u",
    ),
    ("endpoints", [CRM, CRM], "name: found 'crm', allowed: each name once"),
    ("endpoints", [CRM | {"name": "a b"}], "name: found 'a b', allowed: letters, digits"),
    (
        "endpoints",
        [CRM | {"url": "http://crm.example.com/"}],
        "url: found 'http://crm.example.com/', allowed: https, or",
    ),
    (
        "endpoints",
        [CRM | {"url": "ftp://127.0.0.1/"}],
        "url: found 'ftp://127.0.0.1/', allowed: https, or http on this",
    ),
    ("endpoints", [CRM | {"url": "https://u:p@crm.example.com/"}], "https://…@crm.example.com', allowed: no user"),
    (
        "endpoints",
        [CRM | {"url": "https://${HOST}/x?key=1"}],
        r"found 'https://\${HOST}/x', allowed: https://host/…, with",
    ),
    ("endpoints", [CRM | {"url": "https://a b/"}], "url: found 'https://a b/', allowed: https://host"),
    (
        "endpoints",
        [CRM | {"timeout_ms": 40000}],
        "crm timeout_ms: found 40000, allowed: at most 30000, half of dispatch",
    ),
    ("endpoints", [MAIL | {"recipients": []}], r"recipients: found \[\], allowed: a list that is not empty"),
    ("endpoints", [MAIL | {"recipients": ["b"]}], "recipients: found 'b', allowed: an address such as"),
    ("endpoints", [MAIL | {"port": 70000}], "port: found 70000, allowed: at most 65535"),
    ("endpoints", [MAIL | {"starttls": "maybe"}], "starttls: found 'maybe', allowed: required, offered, never"),
    ("endpoints", [MAIL | {"private_network": "yes"}], "private_network: found 'yes', allowed: true, false"),
    (
        "features",
        {"keep": 1},
        "ltv.toml features.keep: found 1, allowed: at least 2: the one in use and the one before",
    ),
    ("features", {"publish": "yes"}, "ltv.toml features.publish: found 'yes', allowed: true, false"),
    ("gorse", {"url": "http://gorse.example.com"}, "gorse.url: found 'http://gorse.example.com', allowed: https, or"),
    (
        "gorse",
        {"url": "https://u:p@gorse.example.com"},
        "gorse.url: found 'https://…@gorse.example.com', allowed: no user",
    ),
    ("gorse", {"feedback": []}, r"gorse.feedback: found \[\], allowed: a list that is not empty"),
    ("gorse", {"per_second": 0}, "gorse.per_second: found 0, allowed: a number above 0"),
    ("dispatch", {"alarm": "team"}, "ltv.toml dispatch.alarm: found 'team', allowed: no robot or email is declared"),
    ("dispatch", {"bach": 1}, r"ltv.toml \[dispatch\]: found 'bach', allowed: batch"),
    ("dispatch", {"batch": 0}, "ltv.toml dispatch.batch: found 0, allowed: a whole number above 0"),
    ("dispatch", {"lease_seconds": 0}, "ltv.toml dispatch.lease_seconds: found 0, allowed: a number above 0"),
    ("dispatch", {"error_share": 5}, "ltv.toml dispatch.error_share: found 5, allowed: a fraction between"),
    (
        "dispatch",
        {"database": "mysql://u:p@db/x"},
        "dispatch.database: found 'mysql', allowed: postgresql://… or nothing",
    ),
]
BAD_SOURCES = [
    ({"pth": "x"}, r"ltv.toml \[sources.orders\]: found 'pth', allowed: path"),
    ({"path": 3}, r"ltv.toml \[sources.orders\] path: found 3, allowed: a text"),
    ({"path": "x", "url": "sqlite:///x"}, r"ltv.toml \[sources.orders\]: found 'path and url', allowed: one of them"),
    ({"query": "select 1"}, r"\[sources.orders\] query: found 'select 1', allowed: only with url"),
    ({"columns": "x"}, r"\[sources.orders\] columns: found 'x', allowed: a section"),
    ({"columns": {"order_id": 3}}, r"\[sources.orders\] columns.order_id: found 3, allowed: a text"),
    ({"constants": {"statu": "paid"}}, r"\[sources.orders\] constants: found 'statu', allowed: status"),
    ({"constants": {"status": ""}}, r"\[sources.orders\] constants.status: found '', allowed: a text"),
    ({"timezone": "Mars/Olympus"}, "timezone: found 'Mars/Olympus', allowed: an IANA name"),
]


BOOK = {"name": "b", "actions": ["coupon"], "who": "orders > 0", "channel": "sms", "endpoint": "crm", "budget": 100}
BAD_BOOKS = [
    ({"actions": ["spam"]}, r"\[\[playbooks\]\] b actions: found 'spam', allowed: personal_voucher, "),
    ({"actions": []}, r"b actions: found \[\], allowed: a list that is not empty"),
    ({"budget": 0}, "b budget: found 0, allowed: an amount of money above 0"),
    ({"control": 0}, "b control: found 0, allowed: 0.01 to 0.9"),
    ({"who": "income > 3"}, "b who: found 'income|found '\"income\"', allowed: acquisition_channel, age"),
    ({"who": "user_id in (select 1)"}, "b who: found .*, allowed: comparisons of columns with values"),
    ({"who": "orders >"}, "b who: found 'orders >', allowed: a condition such as churn_probability > 0.5"),
    ({"order_by": "luck"}, "b order_by: found 'luck', allowed: "),
    ({"when": "moon"}, "b when: found 'moon', allowed: every_day, churn_risk"),
    ({"segment": "all"}, "b segment: found 'all', allowed: kind/segment"),
    ({"endpoint": "fax"}, "b endpoint: found 'fax', allowed: crm"),
    ({"costs": {"call": 3}}, "b costs: found 'call', allowed: coupon"),
    ({"expires_hours": 0}, "b expires_hours: found 0, allowed: hours above 0"),
    ({"colour": "red"}, r"\[\[playbooks\]\]: found 'colour', allowed: "),
]


@pytest.mark.parametrize(("given", "why"), BAD_BOOKS, ids=lambda v: repr(v)[:40])
def test_a_bad_playbook_is_named_with_what_is_wrong(given, why):
    with pytest.raises(UsageError, match=why) as refused:
        parse({"endpoints": [CRM], "playbooks": [BOOK | given]})
    assert len(str(refused.value).splitlines()) == 1


def test_a_playbook_may_speak_of_kinds_of_segments_and_own_indicators():
    own = {"name": "odd", "table": "retention", "value": "avg(rate)", "threshold": 1, "bad_side": "below"}
    own |= {"reason_zh": "一", "reason_en": "one", "owner": "me"}
    groups = [{"kind": "age_group", "name": "students", "where": "age < 25"}]
    book = BOOK | {"who": "age_group = 'students'", "when": "odd"}
    read = parse({"endpoints": [CRM], "segments": groups, "indicators": [own], "playbooks": [book]}).playbooks
    assert read == (Playbook("b", ("coupon",), "age_group = 'students'", "sms", "crm", 100, when="odd"),)
    with pytest.raises(UsageError, match="name: found 'b', allowed: each name once"):
        parse({"endpoints": [CRM], "playbooks": [BOOK, BOOK]})


def test_a_threshold_is_that_of_the_file_where_it_sets_one():
    told = parse(
        {"indicators": [{"name": "referral_effective", "threshold": 0.01}, {"name": "churn_risk", "owner": "me"}]}
    )
    assert told.threshold("referral_effective", otherwise=0.45) == 0.01
    assert told.threshold("churn_risk", otherwise=0.3) == 0.3
    assert parse({}).threshold("referral_effective", otherwise=0.45) == 0.45


@pytest.mark.parametrize(("name", "given", "kept"), GOOD, ids=lambda v: repr(v)[:40])
def test_a_good_value_is_kept(name, given, kept):
    assert getattr(parse({name: given}), name) == kept


@pytest.mark.parametrize(("name", "given", "why"), BAD, ids=lambda v: repr(v)[:40])
def test_a_bad_value_is_named_with_what_is_allowed(name, given, why):
    with pytest.raises(UsageError, match=why) as refused:
        parse({name: given})
    assert refused.value.exit_code == 2
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(("given", "why"), BAD_SOURCES, ids=lambda v: repr(v)[:40])
def test_a_bad_source_is_named_with_its_table(given, why):
    with pytest.raises(UsageError, match=why):
        parse({"sources": {"orders": given}})


@pytest.mark.parametrize("name", ["user_id", "day", "Value", "_file", "_x", "ORDER_ID", "linked_user_id"])
def test_a_column_beyond_the_contract_may_not_take_the_name_of_another(name):
    with pytest.raises(UsageError, match=rf"\[sources.orders\] columns: found '{name}', allowed: "):
        parse({"sources": {"orders": {"columns": {name: "x"}}}})
    assert (
        parse({"sources": {"orders": {"columns": {"user_no": "x", "Phone": "tel"}}}}).sources["orders"].columns["Phone"]
        == "tel"
    )


def test_every_setting_has_a_reader_a_default_and_is_described():
    names = {f.name for f in fields(Settings)}
    assert set(READERS) == names
    assert {name for name, _, _ in GOOD} | {"playbooks"} == {name for name, _, _ in BAD} == names
    assert all(f"{name}: " in str(Settings.__doc__) for name in names)
    assert parse({}) == Settings()


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("timezon", "timezone"),
        ("horizon_days", "horizons_days"),
        ("segment", "segments"),
        ("max_quarantine", "max_quarantine_share"),
    ],
)
def test_an_unknown_setting_is_told_with_those_that_are_like_it(name, close):
    with pytest.raises(UsageError, match=f"ltv.toml: found '{name}', allowed: (.*, )?{close}"):
        parse({name: 1})


def test_an_unknown_setting_like_none_is_told_with_all():
    with pytest.raises(
        UsageError, match=r"ltv\.toml: found 'zzz', allowed: attribution, currency, dispatch, .* week_start"
    ):
        parse({"zzz": 1})


def put(folder, content):
    (folder / "ltv.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_the_file_is_read_as_it_stands_in_the_contract(tmp_path):
    made = load(
        put(
            tmp_path,
            """timezone = "Asia/Shanghai"
[sources.orders]
path = "exports/*.csv"
columns = { order_id = "InvoiceNo", ts = "InvoiceDate", "note \\"x\\"" = "Note" }
constants = { source = "shop", id_type = "member", status = "paid", amount = 3.5, member_benefit = true }
timezone = "Europe/London"
encoding = "gb18030"
delimiter = ";"
[sources.events]
url = "postgresql://${USER}:${PW}@db/shop"
query = "select 1"
[freshness_hours]
orders = 30
""",
        )
    )
    orders = made.sources["orders"]
    assert orders.columns == {"order_id": "InvoiceNo", "ts": "InvoiceDate", 'note "x"': "Note"}
    assert (orders.constants["amount"], orders.constants["member_benefit"]) == ("3.5", "True")
    assert (orders.encoding, orders.delimiter, made.sources["events"].query) == ("gb18030", ";", "select 1")
    assert made.freshness_hours == {"orders": 30}


def test_a_file_that_begins_with_a_byte_order_mark_is_read(tmp_path):
    assert load(put(tmp_path, b'\xef\xbb\xbfcurrency = "GBP"\r\n')).currency == "GBP"


@pytest.mark.parametrize(
    "content",
    ["timezone = ", "[sources.orders\n", "a = 1\na = 2", "x = '\n", b"\xff\xfe\x00", b'currency = "\xe9"', "a = 1 b"],
)
def test_a_file_that_is_no_toml_is_one_line_with_its_name(tmp_path, content):
    with pytest.raises(UsageError, match=r"ltv\.toml: not valid TOML: ") as refused:
        load(put(tmp_path, content))
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize("there", ["nothing", "folder"])
def test_a_folder_without_the_file_is_no_workspace(tmp_path, there):
    if there == "folder":
        (tmp_path / "ltv.toml").mkdir()
    with pytest.raises(UsageError, match=r"workspace: found .*, allowed: a folder with an ltv\.toml"):
        load(tmp_path)


def test_settings_are_frozen_and_their_hash_hangs_on_what_can_change_a_figure():
    made = Settings()
    with pytest.raises(FrozenInstanceError):
        made.currency = "GBP"
    assert made.hash == Settings().hash == replace(made, threads=3, memory_mb=100, notebook_timeout_s=5).hash
    assert made.hash == replace(made, endpoints=parse({"endpoints": [CRM]}).endpoints, dispatch=Dispatch(batch=1)).hash
    changed = [
        replace(made, currency="GBP"),
        replace(made, earliest=dt.date(1999, 1, 1)),
        replace(made, sources={"orders": Source(path="x")}),
        replace(made, sources={"orders": Source(path="y")}),
        replace(made, segments=(Segment("a", "b", "c"),)),
        replace(made, week_start="sunday"),
        replace(made, experiments=(Experiment("a", "a-1", {"control": 0.5, "blue": 0.5}, "control"),)),
        replace(made, experiments=(Experiment("a", "a-1", {"blue": 0.5, "control": 0.5}, "control"),)),
    ]
    assert len({made.hash, *(other.hash for other in changed)}) == 9


def test_what_a_page_shows_of_the_settings_is_text():
    shown = Settings().shown
    assert shown["horizons_days"] == "30, 90, 180, 365"
    assert json.dumps(shown)
    assert "sources" not in shown
