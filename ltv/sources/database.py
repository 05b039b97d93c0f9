"""Tables of a PostgreSQL, MySQL or SQLite database, read through the engine's own extensions, never written."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, unquote

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ltv import sql
from ltv.errors import DataRefusedError, UsageError, found
from ltv.sources.pieces import Piece, told, with_origin

if TYPE_CHECKING:
    from pathlib import Path

    from ltv.settings import Source
    from ltv.warehouse.duck import DuckEngine

Kind = Literal["postgres", "mysql", "sqlite"]
_SCHEMES: dict[str, Kind] = {"postgresql": "postgres", "postgres": "postgres", "mysql": "mysql", "sqlite": "sqlite"}
_SECRETS = re.compile(r"(?P<before>^\w+://[^:/@]*:|[?&]password=)(?P<secret>(?<=:).*(?=@)|(?<==)[^&]*)")


def read(engine: DuckEngine, table: str, source: Source, *, workspace: Path) -> Piece:
    """Copy the rows of a database source into the engine.

    Raises:
        UsageError: the address is not one of a database that can be read, or `query` is more than one SELECT.
        DataRefusedError: the database cannot be reached or refuses the query.
    """
    url = filled(source.url or "", table)
    kind = scheme(url, table)
    engine.load(kind)
    try:
        _attach(engine, url, kind, workspace)
        engine.materialise("database", _rows(table, source, kind))
    except duckdb.Error as error:
        raise DataRefusedError(f"[sources.{table}] {hidden(url)}: {told(_without_secret(error, url))}") from None
    finally:
        engine.connection.execute("DETACH DATABASE IF EXISTS shop")
    return with_origin(engine, "database", label=hidden(url))


def filled(url: str, table: str) -> str:
    """Put environment variables into an address, so that no password stands in a file.

    What stands before the last @ (a user, a password) may hold any character; an address that is one variable is
    taken as it is.

    Raises:
        UsageError: a variable is not set.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise UsageError(found(f"[sources.{table}] url", "${" + match[1] + "}", "a variable that is set"))
        text = os.environ[match[1]]
        return quote(text, safe="") if match.end() <= url.rfind("@") else text

    return re.sub(r"\$\{(\w+)\}", value, url)


def scheme(url: str, table: str) -> Kind:
    """The kind of database of an address.

    Raises:
        UsageError: none that can be read.
    """
    kind = _SCHEMES.get(url.partition("://")[0])
    if kind is None:
        raise UsageError(found(f"[sources.{table}] url", hidden(url), "postgresql://…, mysql://… or sqlite:///file"))
    return kind


def hidden(url: str) -> str:
    """The address without its password.

    >>> hidden("postgresql://ann:secret@db/shop"), hidden("postgresql://db/shop?user=ann&password=secret")
    ('postgresql://ann:***@db/shop', 'postgresql://db/shop?user=ann&password=***')
    """
    return _SECRETS.sub(r"\g<before>***", url)


def _without_secret(error: Exception, url: str) -> Exception:
    text = str(error).replace(url, hidden(url))
    for secret in filter(None, (match["secret"] for match in _SECRETS.finditer(url))):
        text = text.replace(secret, "***").replace(unquote(secret), "***")
    return Exception(text)


def _attach(engine: DuckEngine, url: str, kind: Kind, workspace: Path) -> None:
    if kind == "sqlite":  # its columns hold anything: every value is judged on its own
        engine.connection.execute("SET sqlite_all_varchar = true")
    statement = sql.statement("ATTACH 'address' AS shop (READ_ONLY)")
    address = exp.Literal.string(_file(url, workspace) if kind == "sqlite" else url)
    alias = statement.find(exp.Alias)
    assert alias is not None  # noqa: S101
    alias.set("this", address)
    statement.args["expressions"].append(exp.AttachOption(this=exp.var("TYPE"), expression=exp.to_identifier(kind)))
    engine.connection.execute(sql.render(statement))


def _file(url: str, workspace: Path) -> str:
    """`sqlite:///shop.db` is a file of the workspace, `sqlite:////srv/shop.db` one of the machine."""
    return str(workspace / unquote(url.removeprefix("sqlite://")).removeprefix("/"))


def _rows(table: str, source: Source, kind: Kind) -> exp.Query:
    if not source.query:
        return exp.select("*").from_(exp.table_(table, db="shop", quoted=True))
    if kind == "sqlite":
        raise UsageError(found(f"[sources.{table}] query", source.query, "sql (over `source`) for SQLite"))
    if _is_no_select(source.query, kind):
        raise UsageError(found(f"[sources.{table}] query", source.query, "one SELECT"))
    call = sql.function(f"{kind}_query", exp.Literal.string("shop"), exp.Literal.string(source.query))
    return exp.select("*").from_(call)


def _is_no_select(query: str, kind: Kind) -> bool:
    try:
        statements = [s for s in sqlglot.parse(query, dialect=kind) if s is not None]
    except SqlglotError:
        return False  # the server knows its own language best
    return len(statements) != 1 or not isinstance(statements[0], exp.Query)
