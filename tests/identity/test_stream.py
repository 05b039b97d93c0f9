"""Links that come in micro-batches give the people that all of them at once give."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from support_identity import SETTINGS, named_after_the_oldest

from ltv import sql
from ltv.contract import INPUTS
from ltv.errors import DataRefusedError, UsageError
from ltv.identity import ledger, people
from ltv.identity.stream import LinkStream
from ltv.warehouse.duck import DuckEngine

GOLDEN = Path(__file__).parent / "golden"
LINKS = pd.read_csv(GOLDEN / "links.csv", parse_dates=["ts"], keep_default_na=False)
LATE = pd.Timestamp("2030-01-01").to_pydatetime()


def golden():
    missing = {"valid_to": [""]}
    path = GOLDEN / "people.csv"
    return pd.read_csv(path, parse_dates=["valid_from", "valid_to"], keep_default_na=False, na_values=missing)


def same(found, wanted=None):
    wanted = golden() if wanted is None else wanted
    pd.testing.assert_frame_equal(named_after_the_oldest(found), wanted, check_dtype=False, rtol=1e-12)


def arrow(frame):
    return pa.Table.from_pandas(frame, preserve_index=False)


def in_batch(folder):
    """Put all links together at once, as a daily run does."""
    with DuckEngine() as engine:
        engine.register("said", arrow(LINKS))
        ledger.assign(engine, {"said": INPUTS["links"]}, folder=folder)
        engine.define("identifiers", sql.load("ltv.identity", "numbered"))
        engine.define("links", sql.load("ltv.identity.state", "numbered_links"))
        return people.user_ids(engine, LATE, SETTINGS).to_pandas()


def test_all_at_once_gives_the_golden_people(tmp_path):
    same(in_batch(tmp_path))


@pytest.mark.parametrize("size", [1, 7, 50, 1000])
def test_batches_of_any_size_give_the_golden_people(tmp_path, size):
    rows = LINKS if size > 1 else LINKS.head(30)
    stream = LinkStream(tmp_path, SETTINGS)
    for at in range(0, len(rows), size):
        stream.take(arrow(rows.iloc[at : at + size]))
    if size > 1:
        same(stream.user_ids().to_pandas())
    assert stream.take(arrow(rows)).added.observations == 0


def test_spark_structured_streaming_gives_the_golden_people(tmp_path: Path, spark: Any) -> None:
    """Files one a micro-batch, the last ones first; the query is stopped and goes on, and a batch comes again."""
    source = tmp_path / "source"
    source.mkdir()
    told: list = []
    follow = LinkStream(tmp_path / "identity", SETTINGS, told=lambda number, taken: told.append((number, taken)))

    def arrive(*parts: int) -> None:
        for part in parts:
            LINKS.iloc[part * 40 : part * 40 + 40].assign(ts=lambda f: f["ts"].astype(str)).to_json(
                source / f"{9 - part}.json", orient="records", lines=True
            )
        schema = "ts TIMESTAMP, id_type STRING, id_value STRING, linked_type STRING, linked_value STRING"
        stream = spark.readStream.schema(schema).option("maxFilesPerTrigger", 1).json(str(source))
        writer = stream.writeStream.foreachBatch(follow).option("checkpointLocation", str(tmp_path / "checkpoint"))
        writer.trigger(availableNow=True).start().awaitTermination(120)

    arrive(3, 1)
    arrive(2, 0)
    assert [number for number, _ in told] == [0, 1, 2, 3]
    assert sum(taken.rows for _, taken in told) == len(LINKS)
    same(follow.user_ids().to_pandas())
    follow(spark.createDataFrame(LINKS.head(20)), 0)
    assert told[-1][1].added.moved == 0
    same(follow.user_ids().to_pandas())


def test_raw_numbers_are_hashed_and_without_a_key_refused(tmp_path):
    raw = LINKS.head(2).assign(linked_type=["phone", "email"], linked_value=["138 0013 8000", "a@b.cn"])
    with pytest.raises(DataRefusedError, match="links: found raw phone numbers or e-mail addresses"):
        LinkStream(tmp_path, SETTINGS).take(arrow(raw))
    stream = LinkStream(tmp_path, SETTINGS, key=b"secret")
    assert stream.take(arrow(raw)).refused == 0
    found = stream.user_ids().to_pandas()
    assert {"phone_hmac", "email_hmac"} < set(found["id_type"])
    assert not found["id_value"].isin(["138 0013 8000", "a@b.cn", "13800138000"]).any()


def test_what_has_no_moment_or_no_identifier_is_refused_and_counted(tmp_path):
    bad = LINKS.head(4).astype({"id_value": object})
    bad.loc[0, "ts"] = pd.NaT
    bad.loc[1, "id_value"] = None
    taken = LinkStream(tmp_path, SETTINGS).take(arrow(bad))
    assert (taken.rows, taken.refused, taken.added.observations) == (4, 2, 2)


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (LINKS.drop(columns="linked_value"), "columns of links: found .*, allowed: also linked_value"),
        (LINKS.astype({"ts": str}), "links.ts: found '(large_)?string', allowed: a moment"),
    ],
)
def test_a_batch_that_is_none_is_refused_in_one_line(tmp_path, batch, said):
    with pytest.raises(UsageError, match=said):
        LinkStream(tmp_path, SETTINGS).take(arrow(batch))


def test_an_empty_batch_is_no_trouble(tmp_path):
    stream = LinkStream(tmp_path, SETTINGS)
    assert stream.take(arrow(LINKS.head(0))).added.moved == 0
    assert stream.user_ids().num_rows == 0


ENDLESS = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}, {here!r}]
from test_stream import LINKS, SETTINGS, LinkStream, arrow
stream = LinkStream(Path({folder!r}), SETTINGS)
for at in range(0, len(LINKS), 10):
    stream.take(arrow(LINKS.iloc[at : at + 10]))
    print(at, flush=True)
"""


def test_a_stream_that_is_killed_goes_on_where_it_was(tmp_path):
    here = Path(__file__).parent
    code = ENDLESS.format(tests=str(here.parent), here=str(here), folder=str(tmp_path))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    for batches in (2, 3):
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment
        ) as process:
            for _ in range(batches):
                assert process.stdout.readline()
            process.send_signal(signal.SIGKILL)
    stream = LinkStream(tmp_path, SETTINGS)
    stream.take(arrow(LINKS))
    same(stream.user_ids().to_pandas())
