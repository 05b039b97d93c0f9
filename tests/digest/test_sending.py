"""From a published date to the outbox and out of it: once, the newest date alone, and never at the cost of a run."""

import datetime as dt
import json

import pytest
from dispatch.test_email import smtp
from support_digest import DATE, MAIL, ROBOT, board, plans, published, robot_receiver, settings_of
from support_dispatch import START, Clock
from support_runs import notebook, shop

from benchmarks._receiver import serving
from ltv.cli import main
from ltv.digest import picture, sending
from ltv.digest.sending import send
from ltv.dispatch import Outbox, Worker
from ltv.dispatch.sinks import sink_of
from ltv.errors import UsageError
from ltv.report import browser
from ltv.runs.runner import Request, run
from ltv.settings import load, parse

EVE = "2026-06-29"
QUEUED = f"{DATE}: digest: 2 queued for team, mail"
NO_PAGE = f"{DATE}: digest: no picture: there is no page 12_health"
HEALTH = ["told = ltv.health_board(ws.orders, as_of=ws.date)\nws.save('health', told)", "ltv.show(told, 'key_figures')"]


@pytest.fixture(autouse=True)
def no_browser(monkeypatch):
    monkeypatch.setattr(browser, "BROWSERS", ())


def go(root, settings=None, **more):
    return send(root, settings or settings_of(), DATE, now=Clock(), **more)


def messages(root, settings=None):
    outbox = Outbox.open(root, settings or settings_of(), now=Clock())
    with outbox.database.reading() as tx:
        rows = tx.rows("SELECT endpoint, topic, body, expires_ms FROM messages ORDER BY endpoint, queued_ms")
    outbox.close()
    return rows


def test_a_date_is_told_once(tmp_path):
    root = published(tmp_path)
    assert go(root) == [QUEUED, NO_PAGE]
    assert go(root) == [f"{DATE}: digest: 2 told before"]
    rows = messages(root)
    assert [(r["endpoint"], r["topic"]) for r in rows] == [("mail", "digest"), ("team", "digest")]
    assert json.loads(rows[0]["body"])["subject"] == "健康度 2026-06-30：没有变化，都在阈值以内"
    assert {r["expires_ms"] for r in rows} == {
        int((START + dt.timedelta(hours=24)).replace(tzinfo=dt.UTC).timestamp() * 1000)
    }


def test_nobody_is_told_by_default(tmp_path):
    assert go(published(tmp_path), parse({})) == []
    assert not (tmp_path / "data" / "state").exists()


def test_nobody_is_told_of_a_date_that_is_not_the_newest(tmp_path):
    root = published(published(tmp_path), date="2026-07-01")
    assert go(root) == []


@pytest.mark.parametrize("when", ["change", "always"])
def test_a_day_without_news_is_told_only_where_that_is_asked_for(tmp_path, when):
    root = published(published(tmp_path, date=EVE))
    told = go(root, settings_of(digest_when=when))
    quiet = [f"{DATE}: digest: nothing has changed since {EVE}, nobody is told"]
    assert told == (quiet if when == "change" else [QUEUED, NO_PAGE])


def test_a_date_without_a_board_is_one_line(tmp_path):
    (tmp_path / "data" / "results" / DATE).mkdir(parents=True)
    assert go(tmp_path) == [f"{DATE}: digest: this date has no health board"]


def test_whatever_goes_wrong_is_one_line(tmp_path, monkeypatch):
    root = published(tmp_path)
    (root / "data" / "results" / DATE / "health.parquet").write_bytes(b"x")
    (line,) = go(root)
    assert line.startswith(f"{DATE}: no digest: ")
    monkeypatch.setattr(sending, "told", lambda *_: 1 / 0)
    assert go(root) == [f"{DATE}: no digest: division by zero"]


def test_a_full_queue_is_told(tmp_path):
    root = published(tmp_path)
    told = go(root, settings_of(queue_limit=1))
    assert told[0] == f"{DATE}: digest: 1 queued for team, mail"
    assert "queue" in told[1]


def test_robot_and_mail_server_take_it(tmp_path, monkeypatch):
    page = tmp_path / "reports" / DATE / "12_health.html"
    page.parent.mkdir(parents=True)
    page.touch()
    monkeypatch.setattr(sending, "top_of", lambda *_: picture.PNG + b"x")
    receiver, taken = robot_receiver()
    root = published(tmp_path, board(segments=["<script>"], bad=["churn_risk"]), plans(("winback", "waits", 600)))
    with serving(receiver) as url, smtp() as (port, server):
        endpoints = (ROBOT | {"url": f"{url}/send"}, MAIL | {"port": port, "starttls": "never"})
        settings = settings_of(*endpoints)
        assert go(root, settings) == [QUEUED]
        outbox = Outbox.open(root, settings, now=Clock())
        Worker(outbox, sinks={e.name: sink_of(e, outbox) for e in settings.endpoints}).run(once=True)
        assert outbox.depths() == {("mail", "ACKED"): 1, ("team", "ACKED"): 2}
        outbox.close()
    assert {t["msgtype"] for t in taken} == {"markdown", "image"}
    (text,) = [t["markdown"]["content"] for t in taken if t["msgtype"] == "markdown"]
    assert "`ltv strategy approve 2026-06-30/winback`" in text
    ((envelope, _, _),) = server.taken
    assert len(envelope.content) < 100_000


def shop_with(root, **more):
    shop(root)
    notebook(root, "12_health", HEALTH)
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in ({"digest": ["team"]} | more).items())
    toml = f'timezone = "UTC"\n[[endpoints]]\nname = "team"\nkind = "robot"\nurl = "http://127.0.0.1:9/send"\n[dispatch]\n{lines}\n'
    (root / "ltv.toml").write_text(toml)
    return root


def test_a_run_of_the_newest_date_tells_it_once_and_a_backfill_or_a_restatement_does_not(tmp_path):
    root = shop_with(tmp_path, digest_when="always")
    run(Request(root, dt.date(2026, 6, 29), releases=False))
    assert not (root / "data" / "state" / "outbox.sqlite").exists()
    assert run(Request(root, dt.date(2026, 6, 30))).exit_code == 0
    assert run(Request(root, dt.date(2026, 6, 30), force=True)).exit_code == 0
    assert run(Request(root, dt.date(2026, 6, 29), force=True)).exit_code == 0
    rows = messages(root, load(root))
    assert len(rows) == 1
    assert "2026-06-30" in rows[0]["body"]


def test_a_digest_that_fails_leaves_the_run_good(tmp_path, monkeypatch):
    root = shop_with(tmp_path)
    monkeypatch.setattr(sending, "told", lambda *_: 1 / 0)
    done = run(Request(root, dt.date(2026, 6, 30)))
    assert (done.exit_code, done.published, done.why) == (0, True, "")


def test_the_command_shows_the_digest_and_sends_nothing(tmp_path, capsys):
    root = published(published(tmp_path, date=EVE), board(bad=["churn_risk"]))
    (root / "ltv.toml").write_text('timezone = "UTC"\n')
    for arguments, date in (([], DATE), ([EVE], EVE)):
        assert main(["dispatch", "--digest", *arguments, "--workspace", str(root)]) == 0
        assert capsys.readouterr().out.startswith(f"健康度 {date}：")
    assert not (root / "data" / "state").exists()
    assert main(["dispatch", "--digest", "2026-06-01", "--workspace", str(root)]) != 0
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"digest": ["fax"]}, "ltv.toml dispatch.digest: found 'fax', allowed: team, mail"),
        ({"digest": "team"}, "dispatch.digest: found 'team', allowed: a list of texts"),
        ({"digest_when": "daily"}, "dispatch.digest_when: found 'daily', allowed: change, always"),
        ({"pages_url": "javascript:alert(1)"}, "dispatch.pages_url: found 'javascript:alert.1.', allowed: https"),
        ({"pages_url": "https://a.example/)x"}, "dispatch.pages_url: found"),
        ({"pages_url": "https://user:pw@a.example/"}, "dispatch.pages_url: found"),
        ({"pages_url": "http://a.example/"}, "dispatch.pages_url: found"),
        ({"pages_url": "/" + "a" * 300}, "dispatch.pages_url: found"),
    ],
)
def test_bad_settings_are_refused_in_one_line(given, words):
    with pytest.raises(UsageError, match=words) as error:
        parse({"endpoints": [ROBOT, MAIL], "dispatch": given})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "place", ["https://a.example/ltv/", "file:///srv/ltv/reports", "/srv/ltv/reports", r"\\nas\ltv", "D:/ltv"]
)
def test_pages_may_be_at_an_address_or_in_a_folder(place):
    assert parse({"dispatch": {"pages_url": place}}).dispatch.pages_url == place.rstrip("/")


def test_a_digest_to_what_is_neither_robot_nor_mail_is_refused():
    crm = {"name": "crm", "kind": "file", "path": "data/crm"}
    with pytest.raises(UsageError, match=r"dispatch\.digest: found 'crm', allowed: no robot or email is declared"):
        parse({"endpoints": [crm], "dispatch": {"digest": ["crm"]}})
