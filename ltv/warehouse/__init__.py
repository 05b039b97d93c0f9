"""The engine: open, read, write atomically; embedded by default, Spark where one machine ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ltv.warehouse.engine import Engine
    from ltv.warehouse.table import Table, TableLike

__all__ = ["Engine", "Table", "TableLike"]
