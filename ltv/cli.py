"""The `ltv` command: thin, fast to start; each command loads what it needs when it runs."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from ltv.errors import LtvError, UsageError, found

_EXPORT_EXAMPLE = "example: ltv export lists --list high_value_at_risk --out names.csv"
_PAGES_EXAMPLE = "example: ltv export pages --form pdf --page 12_health --lang zh --out pdf"
_LIST_EXAMPLE = "example: ltv notebooks 02_retention"
_NEW_EXAMPLE = "example: ltv new-notebook weekend_orders --table orders"
_RUN_EXAMPLE = "example: ltv run --date 2026-06-30 --only 02_retention -p grain=week"


class _Parser(argparse.ArgumentParser):
    """Bad usage is one line, and half a name is no name."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  argparse's own
        super().__init__(**options, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{self.prog}: {message}")


def _folder(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError(found("--out", text, "a folder"))
    return text


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(found("-p", text, "NAME=VALUE"))
    return name, value


def _date(text: str) -> str:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"found {text!r}, allowed: a day as YYYY-MM-DD") from None


def _time(text: str) -> str:
    match = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"found {text!r}, allowed: a time as HH:MM, 00:00 to 23:59")
    return f"{int(match[1]):02}:{match[2]}"


def _whole(low: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = low - 1
        if value < low:
            raise argparse.ArgumentTypeError(f"found {text!r}, allowed: a whole number, at least {low}")
        return value

    return read


def _port(text: str) -> int:
    port = _whole(0)(text)
    if port > _HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"found {text!r}, allowed: 0 to {_HIGHEST_PORT}")
    return port


def _person_or_intervention(text: str) -> int | str:
    """An intervention's id has 16 digits at least, more than the number of any person."""
    if len(text) >= _INTERVENTION and not set(text) - set("0123456789abcdef"):
        return text
    return _whole(1)(text)


_INTERVENTION = 16
_HIGHEST_PORT = 65_535


def build() -> argparse.ArgumentParser:
    """The parser with all commands."""
    parser = _Parser(prog="ltv", description="From raw exports to pages that marketing acts on, every morning.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)

    def command(name: str, words: str, example: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words, epilog=example)
        made.add_argument("--workspace", default=".", metavar="DIR", help="folder with ltv.toml (default: here)")
        made.add_argument("--debug", action="store_true", help="show tracebacks")
        return made

    demo = command(
        "demo", "make the simulated mall, then run its last day", "example: ltv demo --users 2000 --days 200"
    )
    _mall_arguments(demo)
    simulate = command(
        "simulate", "make the simulated mall's data only", "example: ltv simulate --users 1000 --days 90 --out mall"
    )
    _mall_arguments(simulate)
    simulate.add_argument("--end", default="2026-06-30", type=_date, metavar="DATE", help="last day")
    simulate.add_argument("--out", required=True, type=_folder, metavar="DIR", help="folder to write into")
    for name, default, words in _KNOBS:
        simulate.add_argument(
            f"--{name}", default=default, type=float, metavar="X", help=f"{words} (default {default})"
        )
    command("check", "check every input table against the contract", "example: ltv check --workspace shop")
    _run_arguments(command("run", "run the notebooks of a date and publish their pages", _RUN_EXAMPLE))
    listed = command("notebooks", "list the notebooks with what they read, write and can be told", _LIST_EXAMPLE)
    listed.add_argument("name", nargs="?", default="", metavar="NAME", help="all of one notebook")
    _scaffold_arguments(command("new-notebook", "start a notebook of your own that runs at once", _NEW_EXAMPLE))
    backfill = command("backfill", "run every date of a span, in order", "example: ltv backfill 2026-06-01 2026-06-30")
    backfill.add_argument("start", type=_date, metavar="FROM", help="first day")
    backfill.add_argument("end", type=_date, metavar="TO", help="last day")
    backfill.add_argument("--jobs", default=1, type=_whole(1), metavar="N", help="notebooks at once")
    words = "run every date that is over and not yet published, in order"
    _daily_arguments(command("daily", words, "example: ltv daily --most 3"))
    words = "print, install or remove a timer or cron line for every morning"
    _schedule_arguments(command("schedule", words, "example: ltv schedule --at 06:30 --install"))
    status = command("status", "show the run ledger", "example: ltv status --date 2026-06-30")
    status.add_argument("--date", type=_date, help="runs of one day, with their notebooks")
    explain = command("explain", "say why a person or an intervention is what it is", "example: ltv explain 12545")
    explain.add_argument("user_id", type=_person_or_intervention, metavar="ID", help="user_id, or intervention_id")
    explain.add_argument("--date", type=_date, help="as known at the end of this day (default: the newest one)")
    assign = command("assign", "say which variant of an experiment an id gets", "example: ltv assign coupon M1 M2")
    assign.add_argument("experiment", metavar="EXPERIMENT", help="its name in ltv.toml")
    assign.add_argument("ids", nargs="+", metavar="ID", help="of the experiment's unit; after -- one may begin with -")
    _model_arguments(command("models", "list the versions of the model, or promote one", "example: ltv models"))
    _export_arguments(command("export", "write lists and pages for elsewhere, or feed a recommender", _EXPORT_EXAMPLE))
    _feature_arguments(command("features", "features for other services", "example: ltv features export"))
    _dispatch_arguments(command("dispatch", "send what the outbox holds", "example: ltv dispatch --once --workers 2"))
    _strategy_arguments(
        command("strategy", "say what is planned, or approve a plan", "example: ltv strategy plan --dry-run")
    )
    rollback = command("rollback", "one step back, at once", "example: ltv rollback models")
    rollback.add_argument("what", choices=("reports", "models", "features"), help="what to roll back")
    return parser


_KNOBS = (
    ("dirty", 0.0, "share of rows that are late, repeated or break the contract"),
    ("confounding", 1.0, "how strongly channels aim at big cities, whose people come more often anyway"),
    ("hidden-confounding", 0.5, "how strongly they aim at the eager, whom no table shows"),
    ("holdout", 0.1, "share of people to whom a channel sends nothing, for each channel"),
    ("shared", 1.0, "how many times as many shared devices and recycled numbers"),
)


def _scaffold_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", metavar="TOPIC", help="letters, digits and _: the file is NN_TOPIC.ipynb")
    parser.add_argument("--after", default="", metavar="NAME", help="build on what this notebook writes")
    parser.add_argument("--table", default="", metavar="TABLE", help="input or result table (default: orders)")
    parser.add_argument("--title", nargs=2, metavar=("ZH", "EN"), help="title in both languages (default: the topic)")


def _mall_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--users", default=5000, type=_whole(1), metavar="N", help="people (default 5000)")
    parser.add_argument("--days", default=540, type=_whole(1), metavar="N", help="days (default 540)")
    parser.add_argument("--seed", default=7, type=_whole(0), metavar="S", help="same seed, same mall (default 7)")


def _model_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", parser_class=_Parser)
    words, example = "make a version champion from now on", "example: ltv models promote 2026-06-30-ab12"
    promote = actions.add_parser("promote", help=words, description=words, epilog=example)
    promote.add_argument("version", metavar="VERSION", help="as `ltv models` lists it")
    promote.add_argument("--reason", default="", metavar="TEXT", help="why, for the record")
    _heard_again(promote)


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="what", metavar="WHAT", required=True, parser_class=_Parser)
    words = "whom to act on, from the page of lifetime value"
    lists = actions.add_parser("lists", help=words, description=words, epilog=_EXPORT_EXAMPLE)
    lists.add_argument("--list", default="", metavar="NAME", help="one list (default: all)")
    lists.add_argument("--out", required=True, metavar="FILE", help="a .csv or .parquet file")
    words, example = "push users, articles and what users did to a Gorse server", "example: ltv export gorse"
    gorse = actions.add_parser("gorse", help=words, description=words, epilog=example)
    gorse.add_argument("--restart", action="store_true", help="send everything again, also what was taken before")
    words, example = "write published pages as a folder, or print them to PDF", _PAGES_EXAMPLE
    pages = actions.add_parser("pages", help=words, description=words, epilog=example)
    pages.add_argument("--form", required=True, choices=("folder", "pdf"), help="small pages that share files; or A4")
    pages.add_argument("--out", required=True, type=_folder, metavar="DIR", help="folder to write into")
    pages.add_argument(
        "--page", default="", metavar="NAME", help="one page, such as 12_health (default: all; PDF only)"
    )
    pages.add_argument("--lang", choices=("zh", "en"), help="language of a PDF (default: the first of ltv.toml)")
    for action in (lists, gorse, pages):
        action.add_argument("--date", type=_date, help="as known at the end of this day (default: the newest one)")
        _heard_again(action)


def _feature_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    words, example = "make the feature version of a date, and use it", "example: ltv features export --out f.parquet"
    export = actions.add_parser("export", help=words, description=words, epilog=example)
    export.add_argument("--date", type=_date, help="as published for this day (default: the newest one)")
    export.add_argument(
        "--out", default="", metavar="FILE", help="a .parquet file to write as well, catalogue beside it"
    )
    export.add_argument(
        "--force", action="store_true", help="use it even where a newer or rolled-back one speaks against"
    )
    words, example = "answer over gRPC from the version in use", "example: ltv features serve --port 50051 --workers 2"
    serve = actions.add_parser("serve", help=words, description=words, epilog=example)
    serve.add_argument("--port", default=50051, type=_port, metavar="P", help="0: a free one (default 50051)")
    serve.add_argument(
        "--address", default="127.0.0.1", metavar="A", help="where it listens, without TLS (default 127.0.0.1)"
    )
    serve.add_argument(
        "--workers", default=1, type=_whole(1), metavar="N", help="processes that share the port (default 1)"
    )
    for action in (export, serve):
        _heard_again(action)


def _strategy_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=_Parser)
    for name, words, example in (
        ("plan", "say what the newest date plans, and hand it to the outbox", "example: ltv strategy plan --dry-run"),
        ("approve", "let a large plan go out", "example: ltv strategy approve 2026-06-30/winback"),
    ):
        action = actions.add_parser(name, help=words, description=words, epilog=example)
        if name == "plan":
            action.add_argument(
                "--dry-run", action="store_true", help="people, cost and expected gain only; hand nothing over"
            )
        else:
            action.add_argument("plan", metavar="PLAN", help="as `ltv strategy plan` lists it")
        _heard_again(action)


def _heard_again(parser: argparse.ArgumentParser) -> None:
    """What was said before a second word holds, unless it is said again."""
    parser.add_argument("--workspace", default=argparse.SUPPRESS, metavar="DIR", help="folder with ltv.toml")
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show tracebacks")


def _dispatch_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="end when nothing is due (default: go on until stopped)")
    parser.add_argument("--workers", default=1, type=_whole(1), metavar="N", help="processes side by side (default 1)")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--status", action="store_true", help="say what waits, is held and was sent, and send nothing")
    instead.add_argument("--list", choices=_STATES, metavar="STATE", help=f"list messages: {', '.join(_STATES)}")
    words = "show the digest of a published date (default: the newest one), and send nothing"
    instead.add_argument("--digest", nargs="?", const=True, type=_date, metavar="DATE", help=words)
    instead.add_argument("--enable", default="", metavar="ENDPOINT", help="take one into use again, its breaker closed")


_STATES = ("enqueued", "processing", "acked", "retryable", "unknown", "dead")


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--date", type=_date, help="day to report on (default: yesterday)")
    parser.add_argument(
        "--only", nargs="+", action="extend", default=[], metavar="NAME", help="these notebooks and what they need"
    )
    parser.add_argument(
        "-p",
        dest="parameters",
        action="append",
        default=[],
        type=_pair,
        metavar="NAME=VALUE",
        help="set a parameter; such a run is kept but not published",
    )
    parser.add_argument("--resume", action="store_true", help="take over what is finished and has not changed")
    parser.add_argument("--force", action="store_true", help="run even where nothing has changed")
    parser.add_argument("--jobs", default=1, type=_whole(1), metavar="N", help="notebooks at once")
    parser.add_argument("--lang", choices=("zh", "en"), help="language in which pages open")


def _daily_arguments(parser: argparse.ArgumentParser) -> None:
    _call_arguments(parser)
    parser.add_argument("--jobs", default=1, type=_whole(1), metavar="N", help="notebooks at once")
    parser.add_argument("--lang", choices=("zh", "en"), help="language in which pages open")


def _call_arguments(parser: argparse.ArgumentParser) -> None:
    words = "missed days to catch up at once, the newest of them (default 7)"
    parser.add_argument("--most", default=7, type=_whole(1), metavar="N", help=words)
    words = "file with secrets as NAME=VALUE, readable by you alone"
    parser.add_argument("--env-file", default="", metavar="FILE", help=words)
    parser.add_argument("--send", action="store_true", help="send what is due in the outbox when the dates are run")


def _schedule_arguments(parser: argparse.ArgumentParser) -> None:
    words = "time in the workspace's zone (default 06:30)"
    parser.add_argument("--at", default="06:30", type=_time, metavar="HH:MM", help=words)
    words = "systemd timer, cron line, or print both (default: what this machine has)"
    parser.add_argument("--system", default="auto", choices=("auto", "systemd", "cron", "print"), help=words)
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--install", action="store_true", help="install it for this user (default: only print it)")
    instead.add_argument("--remove", action="store_true", help="take away what was installed for this workspace")
    instead.add_argument("--status", action="store_true", help="say what is installed, and which dates are due")
    _call_arguments(parser)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    try:
        options = build().parse_args(given)
        from ltv import commands

        return int(getattr(commands, options.command.replace("-", "_"))(options))
    except LtvError as error:
        if debug:
            raise
        print(f"ltv: {error}", file=sys.stderr)  # noqa: T201  this is the terminal
        return error.exit_code
    except KeyboardInterrupt:
        goes_on = "; `ltv run --resume` goes on from here" if given[:1] in (["run"], ["backfill"], ["demo"]) else ""
        print(f"ltv: stopped{goes_on}", file=sys.stderr)  # noqa: T201
        return 130
    except BrokenPipeError:  # `ltv explain … | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if debug:
            raise
        print(f"ltv: {error.filename or 'file system'}: {error.strerror or error}", file=sys.stderr)  # noqa: T201
        return 1
    except Exception as error:  # whatever it is, nobody is shown a traceback who has not asked for it
        if debug:
            raise
        words = " ".join(str(error).split())
        print(f"ltv: {type(error).__name__}: {words} (--debug shows where)", file=sys.stderr)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main())
