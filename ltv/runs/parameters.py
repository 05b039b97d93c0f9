"""The parameters that a notebook declares, and the values given for them."""

from __future__ import annotations

import ast
import difflib
import io
import json
import math
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ltv.errors import UsageError, found
from ltv.runs.cells import Cell, tree_of

_SCALARS: dict[str, type] = {"int": int, "float": float, "bool": bool, "str": str}
_TYPES = "int, float, bool, str, list[…] of one of these, and each with `| None`"


@dataclass(frozen=True)
class Parameter:
    """One name of the cell tagged `parameters`.

    Attributes:
        name: the name.
        type: `int`, `float`, `bool`, `str`, `list[…]`, or one of these with ` | None`.
        default: its value where none is given.
        doc: the comment behind it.
    """

    name: str
    type: str
    default: object
    doc: str = ""


def parameters_of(path: Path, cells: list[Cell]) -> dict[str, Parameter]:
    """Return the parameters that the cell tagged `parameters` declares; none where there is no such cell.

    Raises:
        UsageError: the cell holds more than assignments of literals.
    """
    tagged = [cell for cell in cells if cell.kind == "code" and "parameters" in cell.tags]
    if not tagged:
        return {}
    if len(tagged) > 1:
        raise UsageError(found(f"{path}: cells tagged parameters", len(tagged), "one"))
    cell, comments = tagged[0], _comments(tagged[0].source)
    declared = (_parameter(path, cell, statement, comments) for statement in tree_of(path, cell).body)
    return {parameter.name: parameter for parameter in declared}


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    try:
        return {t.start[0]: t.string.lstrip("#").strip() for t in tokens if t.type == tokenize.COMMENT}
    except (tokenize.TokenError, SyntaxError):
        return {}  # the parser says what is wrong


def _parameter(path: Path, cell: Cell, statement: ast.stmt, comments: Mapping[int, str]) -> Parameter:
    where = f"{path}, {cell.place}, line {statement.lineno}"
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            annotation = None
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
            pass
        case _:
            raise UsageError(found(where, ast.unparse(statement), "a parameter: name = literal"))
    try:
        default = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError):
        raise UsageError(found(f"{where}: {name}", ast.unparse(value), "a literal")) from None
    kind = _kind_of(default) if annotation is None else _kind_written(annotation)
    if kind is None:
        given = ast.unparse(value if annotation is None else annotation)
        raise UsageError(found(f"{where}: type of {name}", given, f"{_TYPES}; None and [] need an annotation"))
    try:
        return Parameter(name, kind, _of_kind(default, kind), comments.get(statement.end_lineno or 0, ""))
    except ValueError:
        raise UsageError(found(f"{where}: {name}", default, kind)) from None


def _kind_written(annotation: ast.expr) -> str | None:
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            kind = _kind_written(left)
            return kind and f"{kind} | None"
        case ast.Subscript(value=ast.Name(id="list"), slice=ast.Name(id=item)) if item in _SCALARS:
            return f"list[{item}]"
        case ast.Name(id=name) if name in _SCALARS:
            return name
    return None


def _kind_of(value: object) -> str | None:
    if isinstance(value, list):
        kinds = {_kind_of(item) for item in value}
        return f"list[{kinds.pop()}]" if len(kinds) == 1 and kinds <= _SCALARS.keys() else None
    return next((name for name, scalar in _SCALARS.items() if type(value) is scalar), None)


def check(parameters: Mapping[str, Parameter], given: Mapping[str, object], *, of: str) -> dict[str, object]:
    """Return every parameter with its value: the given one in the declared type, else the default.

    Args:
        parameters: what is declared.
        given: values by name; strings, as a command line has them, are converted: `true` and `false`, `none`,
            lists as `a,b` or in JSON. Dates stay strings.
        of: name of the notebook, for messages.

    Raises:
        UsageError: an unknown name, or a value that is not of the declared type.

    >>> check({"n": Parameter("n", "int", 3), "by": Parameter("by", "list[str]", [])}, {"by": "city,level"}, of="x")
    {'n': 3, 'by': ['city', 'level']}
    """
    for name in given:
        if name not in parameters:
            close = difflib.get_close_matches(name, parameters, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise UsageError(found(f"parameter of {of}", name, ", ".join(parameters) or "none") + hint)
    return {name: _value(p, given[name], of) if name in given else p.default for name, p in parameters.items()}


def _value(parameter: Parameter, value: object, of: str) -> object:
    try:
        return _from_text(value, parameter.type) if isinstance(value, str) else _of_kind(value, parameter.type)
    except ValueError:
        raise UsageError(found(f"parameter {parameter.name} of {of}", value, parameter.type)) from None


def _of_kind(value: object, kind: str) -> object:
    """Return a value that is of this kind exactly: papermill would turn NumPy scalars, Decimals … into strings."""
    if kind.endswith(" | None"):
        return None if value is None else _of_kind(value, kind.removesuffix(" | None"))
    if kind.startswith("list["):
        if type(value) is not list:
            raise ValueError(kind)
        return [_of_kind(item, kind[5:-1]) for item in value]
    if kind == "float" and type(value) is int:
        value = float(value)
    if type(value) is not _SCALARS[kind] or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(kind)
    if isinstance(value, str):
        value.encode()  # a lone surrogate could not be written to the notebook; its error is a ValueError
    return value


def _from_text(text: str, kind: str) -> object:
    if kind.endswith(" | None"):
        return None if text.lower() in ("none", "null") else _from_text(text, kind.removesuffix(" | None"))
    if kind.startswith("list["):
        if text.startswith("["):
            return _of_kind(json.loads(text), kind)
        return [_from_text(item.strip(), kind[5:-1]) for item in text.split(",") if item.strip()]
    if kind == "bool":
        return _of_kind({"true": True, "false": False}.get(text.lower()), kind)
    return _of_kind(_SCALARS[kind](text), kind)
