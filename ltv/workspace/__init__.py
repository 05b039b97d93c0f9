"""A workspace: its inputs prepared once, its tables as of a date, its results."""

from ltv.workspace.workspace import Workspace, open  # noqa: A004  the contract's name

__all__ = ["Workspace", "open"]
