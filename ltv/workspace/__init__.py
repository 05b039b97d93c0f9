"""A workspace: its inputs prepared once, its tables as of a date, its results, its models."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ltv.workspace.workspace import Workspace, open  # noqa: A004  the contract's name

__all__ = ["Workspace", "open"]


def __getattr__(name: str) -> object:
    """Load the engine when a workspace is first opened: the registry of models answers without it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ltv.workspace import workspace

    return getattr(workspace, name)
