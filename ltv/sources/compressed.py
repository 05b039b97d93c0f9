"""The bytes of a file, decompressed: what a file is shows in its first bytes, not in its name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from ltv.errors import DataRefusedError

# Small enough that one odd line slows down little else, large enough that a block costs nothing by itself.
BLOCK_BYTES = 1 << 19

_COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_FOREIGN = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old Excel workbook",
    b"PAR1\x15": "a parquet file",
    b"SQLite format 3\x00": "an SQLite database",
    b"BZh91AY&SY": "a bzip2 file",
    b"\xfd7zXZ\x00": "an xz file",
}


def read_blocks(path: Path, *, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Yield the decompressed bytes of a plain, gzip or zstd file, one block at a time.

    Args:
        path: the file; one that was put together from several gzip members or zstd frames is read to its end.
        block_bytes: how many bytes a block has at most.

    Raises:
        DataRefusedError: the file cannot be opened, is truncated or damaged, or is no text file at all.
    """
    compression = _compression(path)
    try:
        with pa.input_stream(str(path), compression=compression) as stream:
            while block := stream.read(block_bytes):
                yield block
    except OSError as error:
        what = f"its {compression} data is truncated or damaged" if compression else "it cannot be read"
        raise DataRefusedError(f"{path}: {what} ({error}), allowed: a complete file") from error


def _compression(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise DataRefusedError(f"{path}: it cannot be opened ({error.strerror})") from error
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise DataRefusedError(f"{path}: found {what}, allowed: a text file, plain or compressed by gzip or zstd")
    return next((name for magic, name in _COMPRESSIONS.items() if head.startswith(magic)), None)
