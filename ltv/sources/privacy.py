"""Raw phone numbers and e-mail addresses become keyed hashes before anything is stored.

HMAC-SHA256 with the key of the workspace: without the key nobody can rebuild the table of all phone numbers, and the
same number gives the same value in every table.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import unicodedata
from contextlib import suppress
from typing import TYPE_CHECKING

import pyarrow as pa
from duckdb.func import ARROW, SPECIAL
from duckdb.sqltypes import VARCHAR

from ltv import sql
from ltv.errors import DataRefusedError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlglot import exp

    from ltv.warehouse.duck import DuckEngine

RAW = ("phone", "email")
MALL_MARK = "mall.json"  # a simulated mall brings its key along: nobody's number is in it
KEY_VARIABLE = "LTV_HMAC_KEY"
_FUNCTION = "ltv_hmac"
_CHINA_DIGITS = 13
_LEAST_DIGITS = 5  # with fewer it is no number that a person can be called on


def normal(kind: str, value: str) -> str:
    """The one spelling of a phone number or an e-mail address; empty for what is neither, such as `n/a`.

    >>> normal("phone", "+86 138-0013-8000"), normal("phone", "１３８00138000"), normal("email", " A@B.cn ")
    ('13800138000', '13800138000', 'a@b.cn')
    >>> normal("phone", "unknown"), normal("email", "none")
    ('', '')
    """
    value = unicodedata.normalize("NFKC", value)
    if kind == "email":
        return value.strip().lower() if "@" in value else ""
    digits = "".join(c for c in value if c.isdigit()).removeprefix("00")
    if len(digits) == _CHINA_DIGITS and digits.startswith("86"):
        return digits[2:]
    return digits if len(digits) >= _LEAST_DIGITS else ""


def keyed_hash(kind: str, value: str, key: bytes) -> str:
    """HMAC-SHA256 of the normal spelling, in hex (source: RFC 2104).

    >>> keyed_hash("email", "a@b.cn", b"k") == keyed_hash("email", "A@B.CN", b"k")
    True
    """
    return hmac.new(key, f"{kind}:{normal(kind, value)}".encode(), hashlib.sha256).hexdigest()


def key_of(workspace: Path) -> bytes | None:
    """The secret of a workspace: from the environment, or the one that a simulated mall brings along."""
    value = os.environ.get(KEY_VARIABLE)
    mark = workspace / MALL_MARK
    if not value and mark.is_file():
        from ltv.sources.mall.folder import foreign_files

        with suppress(ValueError, KeyError, TypeError, UsageError):
            known = json.loads(mark.read_text(encoding="utf-8"))["arguments"]["hmac_key"]
            value = None if foreign_files(workspace) else known  # everybody knows it: never for real numbers
    return value.encode() if value else None


class Hasher:
    """Makes the hash callable from SQL; it remembers when a key was wanted and none was there."""

    def __init__(self, key: bytes | None) -> None:
        self.key = key
        self.wanted = False

    def install(self, engine: DuckEngine) -> None:
        """Register the function in an engine."""
        engine.connection.create_function(
            _FUNCTION, self._batch, [VARCHAR, VARCHAR], VARCHAR, type=ARROW, null_handling=SPECIAL
        )

    def _batch(self, kinds: pa.Array, values: pa.Array) -> pa.Array:
        pairs = zip(kinds.to_pylist(), values.to_pylist(), strict=True)
        return pa.array([self._one(k, v) for k, v in pairs], pa.string())

    def _one(self, kind: str | None, value: str | None) -> str | None:
        name = (kind or "").strip().lower()
        if name not in RAW or value is None or not normal(name, value):
            return None  # one hash for all that is no number would make one person of many
        if not self.key:
            self.wanted = True
            return None
        return keyed_hash(name, value, self.key)

    def refuse_without_key(self, table: str) -> None:
        """Stop when raw numbers arrived and no key was there.

        Raises:
            DataRefusedError: raw values arrived and the key is missing.
        """
        if self.wanted:
            raise DataRefusedError(
                f"{table}: found raw phone numbers or e-mail addresses, allowed only with the environment variable "
                f"{KEY_VARIABLE} set to a secret key"
            )


def hashed_value(kind: exp.Expr, value: exp.Expr) -> exp.Expr:
    """The value of an identifier, hashed where its kind is raw."""
    call = sql.function(_FUNCTION, kind, value)
    template = "CASE WHEN LOWER(TRIM(k)) IN ('phone', 'email') THEN h ELSE v END"
    return sql.expression(template, k=kind, h=call, v=value)


def hashed_kind(kind: exp.Expr) -> exp.Expr:
    """The kind of an identifier, renamed where its value is hashed."""
    template = "CASE LOWER(TRIM(k)) WHEN 'phone' THEN 'phone_hmac' WHEN 'email' THEN 'email_hmac' ELSE k END"
    return sql.expression(template, k=kind)
