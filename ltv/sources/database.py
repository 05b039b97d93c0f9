"""Tables of a PostgreSQL, MySQL or SQLite database, read through the engine's own extensions, never written."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

import duckdb
from sqlglot import exp

from ltv import sql
from ltv.errors import DataRefusedError, UsageError, found
from ltv.sources.pieces import FILE, LINE, Piece

if TYPE_CHECKING:
    from pathlib import Path

    from ltv.settings import Source
    from ltv.warehouse.duck import DuckEngine

Kind = Literal["postgres", "mysql", "sqlite"]
_SCHEMES: dict[str, Kind] = {"postgresql": "postgres", "postgres": "postgres", "mysql": "mysql", "sqlite": "sqlite"}


def read(engine: DuckEngine, table: str, source: Source, *, workspace: Path) -> Piece:
    """Copy the rows of a database source into the engine.

    Raises:
        UsageError: the address is not one of a database that can be read.
        DataRefusedError: the database cannot be reached or refuses the query.
    """
    url = filled(source.url or "", table)
    kind = scheme(url, table)
    engine.load(kind)
    try:
        _attach(engine, url, kind, workspace)
        engine.materialise("database rows", _rows(table, source, kind, hidden(url)))
    except duckdb.Error as error:
        raise DataRefusedError(f"[sources.{table}] {hidden(url)}: {_first_line(str(error), url)}") from None
    finally:
        _detach(engine)
    columns = {k: v for k, v in engine.columns("database rows").items() if k not in (FILE, LINE)}
    return Piece("database rows", columns, label=hidden(url))


def _first_line(message: str, url: str) -> str:
    password = urlsplit(url).password
    line = " ".join(message.split())[:300]
    return line.replace(unquote(password), "***").replace(password, "***") if password else line


def filled(url: str, table: str) -> str:
    """Put environment variables into an address, so that no password stands in a file.

    Raises:
        UsageError: a variable is not set.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise UsageError(found(f"[sources.{table}] url", "${" + match[1] + "}", "a variable that is set"))
        return os.environ[match[1]]

    return re.sub(r"\$\{(\w+)\}", value, url)


def scheme(url: str, table: str) -> Kind:
    """The kind of database of an address.

    Raises:
        UsageError: none that can be read.
    """
    kind = _SCHEMES.get(urlsplit(url).scheme)
    if kind is None:
        raise UsageError(found(f"[sources.{table}] url", hidden(url), "postgresql://…, mysql://… or sqlite:///file"))
    return kind


def hidden(url: str) -> str:
    """The address without its password.

    >>> hidden("postgresql://ann:secret@db/shop")
    'postgresql://ann:***@db/shop'
    """
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":***@") if parts.password else url


def _attach(engine: DuckEngine, url: str, kind: Kind, workspace: Path) -> None:
    statement = sql.statement("ATTACH 'address' AS shop (READ_ONLY)")
    address = exp.Literal.string(_address(url, kind, workspace))
    alias = statement.find(exp.Alias)
    assert alias is not None  # noqa: S101
    alias.set("this", address)
    statement.args["expressions"].append(exp.AttachOption(this=exp.var("TYPE"), expression=exp.to_identifier(kind)))
    engine.connection.execute(sql.render(statement))


def _address(url: str, kind: Kind, workspace: Path) -> str:
    parts = urlsplit(url)
    if kind == "sqlite":
        return str(workspace / parts.path.removeprefix("/")) if not parts.path.startswith("//") else parts.path[1:]
    if kind == "postgres":
        return url
    given = {"host": parts.hostname, "port": parts.port, "user": parts.username, "password": parts.password}
    given["database"] = parts.path.lstrip("/")
    return " ".join(f"{k}={unquote(str(v))}" for k, v in given.items() if v)


def _rows(table: str, source: Source, kind: Kind, label: str) -> exp.Query:
    origin = exp.alias_(exp.Literal.string(label), FILE)
    lines = exp.select("*", "ROW_NUMBER() OVER () AS _line", origin)
    if not source.query:
        relation = exp.table_(table, db="shop", quoted=True)
        return lines.from_(relation)
    sql.query(source.query)
    if kind == "sqlite":
        raise UsageError(found(f"[sources.{table}] query", source.query, "sql (over `source`) for SQLite"))
    call = sql.function(f"{kind}_query", exp.Literal.string("shop"), exp.Literal.string(source.query))
    return lines.from_(call)


def _detach(engine: DuckEngine) -> None:
    engine.connection.execute("DETACH DATABASE IF EXISTS shop")
