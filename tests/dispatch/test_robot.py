"""A group's robot: at most 2,048 bytes and 2 MB, one attempt where the answer leaves it open."""

import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_dispatch import TEAM

from benchmarks._receiver import Receiver, close_hard, serving
from ltv.dispatch import robot_picture, robot_text
from ltv.dispatch.leases import Message
from ltv.dispatch.sinks.robot import MOST_PICTURE_BYTES, RobotSink, cut
from ltv.errors import UsageError
from ltv.settings import parse

PNG = b"\x89PNG\r\n\x1a\n"


@given(st.text(st.characters(codec="utf-8"), max_size=400), st.integers(4, 200))
def test_cut_text_fits_in_whole_characters(text, most):
    made = cut(text, most)
    assert len(made.encode()) <= most
    assert made == text or (made.endswith("…") and text.startswith(made[:-1]))


def test_text_is_cut_after_a_whole_line():
    text = "\n".join(f"> 第 {n} 行" for n in range(300))
    made = robot_text(text)["markdown"]["content"]
    assert len(made.encode()) <= 2048
    assert set(made.split("\n")[:-1]) <= set(text.split("\n"))
    assert made.endswith("\n…")


def test_a_picture_comes_with_its_md5():
    made = robot_picture(PNG + b"x")
    assert base64.b64decode(made["image"]["base64"]) == PNG + b"x"
    assert made["image"]["md5"] == hashlib.md5(PNG + b"x").hexdigest()


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (b"GIF89a", "allowed: a PNG or JPEG"),
        (PNG + b"x" * MOST_PICTURE_BYTES, "picture: found '2,097,160 bytes', allowed: at"),
    ],
)
def test_another_picture_is_refused(picture, words):
    with pytest.raises(UsageError, match=words):
        robot_picture(picture)


def sent(answer, monkeypatch):
    receiver = Receiver()
    receiver.answer = answer
    with serving(receiver) as url:
        (endpoint,) = parse(
            {"endpoints": [TEAM | {"url": f"{url}/send?key=${{LTV_TEST_KEY}}", "timeout_ms": 300}]}
        ).endpoints
        (told,) = RobotSink(endpoint).send(
            [Message("ab" * 8, "team", json.dumps(robot_text("好")), "digest", 0, 10**15, 0)]
        )
    assert "k-1" not in told.why
    return told.kind


def saying(status, body):
    def answer(handler):
        assert handler.path == "/send?key=k-1"
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
        return True

    return answer


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b'{"errcode":0,"errmsg":"ok"}', "accepted"),
        (200, b'{"errcode":45009,"errmsg":"api freq out of limit"}', "failed"),
        (200, b'{"errcode":93000,"errmsg":"invalid webhook url"}', "refused"),
        (200, b"<html>a proxy's page</html>", "ambiguous"),
        (200, b"", "ambiguous"),
        (200, b"[]", "ambiguous"),
        (302, b"", "refused"),
        (404, b"", "refused"),
        (410, b"", "gone"),
        (429, b"", "failed"),
        (408, b"", "ambiguous"),
        (500, b"", "ambiguous"),
        (502, b'{"errcode":0}', "ambiguous"),
    ],
)
def test_only_the_robots_own_word_is_an_answer(monkeypatch, status, body, kind):
    assert sent(saying(status, body), monkeypatch) == kind


def test_a_robot_that_breaks_off_is_ambiguous(monkeypatch):
    def hang_up(handler):
        close_hard(handler)
        return True

    assert sent(hang_up, monkeypatch) == "ambiguous"


def test_without_its_key_it_is_not_made(monkeypatch):
    monkeypatch.delenv("LTV_TEST_KEY")
    (endpoint,) = parse({"endpoints": [TEAM]}).endpoints
    with pytest.raises(UsageError, match=r"ltv.toml \[\[endpoints\]\] team url: found '\${LTV_TEST_KEY}'"):
        RobotSink(endpoint)
