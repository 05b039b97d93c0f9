"""The command as a user meets it: exits, one line an error, no traceback."""

import datetime as dt
import re
from pathlib import Path

import pytest
from support_runs import ltv, order_rows, two_notebooks

from ltv.cli import build, main
from ltv.workspace.model_files import Stored
from ltv.workspace.models import Models


def one_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) == 1, text
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fly"], "fly"),
        (["run", "--date", "yesterday"], "--date: found 'yesterday', allowed: a day as YYYY-MM-DD"),
        (["run", "--jobs", "0"], "--jobs: found '0', allowed: a whole number, at least 1"),
        (["run", "-p", "grain"], "found 'grain', allowed: NAME=VALUE"),
        (["run", "--lang", "fr"], "--lang"),
        (["run", "--workspace", "nowhere"], "--workspace: found 'nowhere', allowed: a folder with an ltv.toml"),
        (["backfill", "2026-06-30", "2026-06-01", "--workspace", "SHOP"], "TO: found '2026-06-01'"),
        (["simulate", "--users", "0", "--out", "x"], "--users: found '0'"),
        (["simulate", "--user", "5", "--out", "x"], "--user"),
        (["simulate", "--out", ""], "--out: found '', allowed: a folder"),
        (["simulate", "--seed", "x", "--out", "x"], "--seed: found 'x'"),
        (["rollback", "everything"], "everything"),
        (["rollback", "reports", "--workspace", "SHOP"], "rollback reports: found 'no published date'"),
        (["rollback", "models", "--workspace", "SHOP"], "rollback models: found 'no champion', allowed: a champion"),
        (["models", "--workspace", "nowhere"], "--workspace: found 'nowhere'"),
        (["models", "demote"], "demote"),
        (["models", "promote"], "VERSION"),
        (
            ["models", "promote", "v1", "--workspace", "SHOP"],
            "model_version: found 'v1', allowed: none, no model was published yet",
        ),
        (["models", "--workspace", "SHOP", "promote", "../v1"], "model_version: found '../v1'"),
        (["assign", "coupon"], "ID"),
        (
            ["assign", "coupon", "M1", "--workspace", "SHOP"],
            "EXPERIMENT: found 'coupon', allowed: none, ltv.toml declares",
        ),
        (["run", "--workspace", "SHOP", "--only", "nothing"], "--only: found 'nothing', allowed: 01_assets, 02_kept"),
        (
            ["run", "--workspace", "SHOP", "-p", "grain=week", "-p", "grain=day"],
            "-p: found 'grain', allowed: each parameter once",
        ),
    ],
)
def test_bad_usage_ends_with_2_and_one_line_that_names_it(tmp_path, monkeypatch, capsys, arguments, words):
    monkeypatch.chdir(tmp_path)
    shop = two_notebooks(tmp_path / "shop")
    assert main([str(shop) if a == "SHOP" else a for a in arguments]) == 2
    assert words in one_line(capsys.readouterr().err)


EXPERIMENTS = """[[experiments]]
name = "first_order_coupon"
salt = "foc-2026"
variants = { control = 0.5, coupon = 0.5 }
control = "control"

[[experiments]]
name = "nobody yet"
salt = "ny-1"
variants = { control = 0.5, blue = 0.5 }
control = "control"
traffic = 0
"""


def test_assign_prints_id_variant_and_bucket(tmp_path, capsys):
    (tmp_path / "ltv.toml").write_text(EXPERIMENTS)
    where = ["--workspace", str(tmp_path)]
    assert main(["assign", "first_order_coupon", "M1", "M3", "用户42", "", *where]) == 0
    assert capsys.readouterr().out == "M1\tcoupon\t8677\nM3\tcoupon\t5559\n用户42\tcontrol\t1525\n\tcontrol\t1343\n"
    assert main(["assign", "nobody yet", *where, "--", "-1"]) == 0
    assert capsys.readouterr().out.split("\t")[:2] == ["-1", "-"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["color", "M1"], "EXPERIMENT: found 'color', allowed: first_order_coupon, nobody yet"),
        (["first_order_coupon", "M1", "\udcff"], "id: found '\\udcff', allowed: a text that can be written"),
    ],
)
def test_what_cannot_be_assigned_is_one_line_and_prints_nothing_else(tmp_path, capsys, arguments, words):
    (tmp_path / "ltv.toml").write_text(EXPERIMENTS)
    assert main(["assign", *arguments, "--workspace", str(tmp_path)]) == 2
    told = capsys.readouterr()
    assert words in one_line(told.err)
    assert told.out == ""


def two_models(root: Path) -> Path:
    """Make a workspace with two published versions, the newer one champion."""
    for version, day in (("v1", dt.date(2026, 5, 31)), ("v2", dt.date(2026, 6, 30))):
        models = Models(root, day, timezone="Asia/Shanghai")
        models.put(version, Stored({"x": b"1"}, {}), as_of=day, data_hash="d", metrics={"mae": 3.5}, features=())
        models.adopt(models.row(version, champion=True, reason="passed"))
    return root


def test_models_lists_promotes_and_goes_back(tmp_path, capsys):
    shop = two_notebooks(tmp_path)
    where = ["--workspace", str(shop)]
    assert main(["models", *where]) == 0
    assert capsys.readouterr().out == "no model yet; a published run that trains one adds it\n"
    two_models(shop)
    assert main(["models", *where]) == 0
    newer, older = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"2026-06-30  \d{4}-\d\d-\d\d \d\d:\d\d  champion  v2  mae 3.5  — passed", newer)
    assert re.fullmatch(r"2026-05-31  .{16}            v1  mae 3.5  — passed", older)
    assert main(["models", *where, "promote", "v1", "--reason", "v2 overshoots"]) == 0
    assert "champion is v1, before it v2; the next run uses it" in one_line(capsys.readouterr().out)
    assert main(["models", "promote", "v1", *where]) == 0
    assert one_line(capsys.readouterr().out) == "champion is v1 already"
    assert main(["models", *where]) == 0
    assert "v1  mae 3.5  — v2 overshoots" in capsys.readouterr().out
    for words in ("champion is v2, before it v1", "champion is v1, before it v2"):
        assert main(["rollback", "models", *where]) == 0
        assert words in one_line(capsys.readouterr().out)
    assert main(["rollback", "models", *where]) == 2
    assert "rollback models: found 'only v1', allowed: a champion" in one_line(capsys.readouterr().err)


def test_a_damaged_model_is_not_promoted_and_one_line_says_which_file(tmp_path, capsys):
    shop = two_models(two_notebooks(tmp_path))
    (shop / "data" / "state" / "models" / "v1" / "x").write_bytes(b"12")
    for command in (["models", "promote", "v1"], ["rollback", "models"]):
        assert main([*command, "--workspace", str(shop)]) == 1
        assert "v1/x: found '2 bytes', allowed: 1 bytes" in one_line(capsys.readouterr().err)


def test_promote_has_help_with_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["models", "promote", "--help"])
    assert ended.value.code == 0
    assert "example: ltv models promote" in capsys.readouterr().out


def test_a_ledger_that_is_none_is_one_line(tmp_path, capsys):
    shop = two_notebooks(tmp_path)
    (shop / "data" / "state").mkdir()
    (shop / "data" / "state" / "ledger.sqlite").write_text("no database" * 100)
    assert main(["status", "--workspace", str(shop)]) == 1
    assert "ledger.sqlite: file is not a database" in one_line(capsys.readouterr().err)


def test_what_nobody_foresaw_is_one_line_and_a_traceback_only_with_debug(tmp_path, capsys):
    shop = two_notebooks(tmp_path)
    run = ["run", "--workspace", str(shop), "--date", "9999-12-31"]
    assert main(run) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("ltv: OverflowError: ")
    assert "--debug" in said
    with pytest.raises(OverflowError):
        main([*run, "--debug"])


def test_every_command_has_help_with_an_example(capsys):
    commands = next(a for a in build()._actions if a.dest == "command").choices
    assert {"demo", "simulate", "check", "run", "backfill", "status", "assign", "models", "rollback"} <= set(commands)
    for name in commands:
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        assert "example: ltv" in capsys.readouterr().out


def test_check_counts_every_table_and_ends_with_0_or_3(tmp_path, capsys):
    shop = two_notebooks(tmp_path)
    assert main(["check", "--workspace", str(shop)]) == 0
    assert "orders         ok       40 read = 40 accepted + 0 quarantined + 0 duplicates" in capsys.readouterr().out
    (shop / "data" / "orders" / "orders.csv").write_text(order_rows("x\n" * 40))
    assert main(["check", "--workspace", str(shop)]) == 3
    assert "row_too_short" in capsys.readouterr().out


def test_the_whole_command_from_run_to_status_and_backfill(tmp_path):
    shop = two_notebooks(tmp_path)
    run = ltv("run", "--date", "2026-06-30", cwd=shop)
    assert (run.returncode, run.stdout.strip()) == (0, str(shop / "reports" / "index.html"))
    assert "02_kept: done" in run.stderr
    backfill = ltv("backfill", "2026-06-29", "2026-06-30", cwd=shop)
    assert backfill.returncode == 0
    assert "nothing has changed" in backfill.stderr
    status = ltv("status", "--date", "2026-06-30", cwd=shop)
    assert "02_kept" in status.stdout
    assert "good" in status.stdout


def test_a_full_disk_is_one_line_and_leaves_what_is_published(tmp_path):
    from support_disk import small_disk

    with small_disk(tmp_path / "disk", kilobytes=200) as disk:
        shop = two_notebooks(disk / "shop")
        done = ltv("run", "--date", "2026-06-30", cwd=shop)
        assert done.returncode == 1
        assert re.search(r"No space left|disk is full", done.stderr)
        assert "Traceback" not in done.stderr
        assert not (shop / "reports" / "2026-06-30").exists()


def test_starting_the_command_loads_nothing_heavy():
    import subprocess
    import sys

    heavy = "pandas", "duckdb", "sqlglot", "plotly", "papermill", "rich", "pyarrow", "numpy"
    code = f"import sys, ltv.cli; ltv.cli.build(); print([m for m in {heavy} if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_promote_and_rollback_load_neither_the_engine_nor_the_pages(tmp_path):
    """Both answer within a second, which importing these alone would take."""
    import subprocess
    import sys

    two_models(two_notebooks(tmp_path))
    heavy = "pandas", "duckdb", "pyarrow", "nbconvert", "nbformat", "xgboost"
    code = (
        "import sys, ltv.cli; ltv.cli.main(sys.argv[1:3] + ['--workspace', sys.argv[3]]);"
        f"ltv.cli.main(['models', '--workspace', sys.argv[3], 'promote', 'v2']);"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    command = [sys.executable, "-c", code, "rollback", "models", str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [line.split(";")[0] for line in told] == [
        "champion is v1, before it v2",
        "champion is v2, before it v1",
        "[]",
    ]
