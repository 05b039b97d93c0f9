"""Every error a user can cause, each with the exit code that CONTRACT gives it.

A message is one line: it names the column or argument, what was found and what is allowed.
"""


class LtvError(Exception):
    """Base of all errors that are told to the user in one line.

    Attributes:
        exit_code: what the `ltv` command ends with when this error reaches it.
    """

    exit_code = 1


class UsageError(LtvError):
    """A bad argument or setting: the command line, a parameter, or `ltv.toml`."""

    exit_code = 2


class DataRefusedError(LtvError):
    """Input that breaks the contract so far that no run can start on it."""

    exit_code = 3


class MissingTableError(LtvError):
    """An analysis asked for a table that this workspace does not have; its page says so, nothing has failed.

    Attributes:
        table: name of the table that is not there.
    """

    def __init__(self, table: str, why: str = "no input for it was found") -> None:
        super().__init__(f"table {table!r} is not there: {why}")
        self.table = table
        self.why = why

    def __reduce__(self) -> tuple[type["MissingTableError"], tuple[str, str]]:
        """Keep both arguments when the error crosses a process boundary."""
        return (type(self), (self.table, self.why))


class LockedError(LtvError):
    """Another run holds the workspace."""

    exit_code = 4


class CorruptError(LtvError):
    """A stored file is not the one that was written: its SHA-256 or its row count differs from the manifest."""


def found(thing: str, value: object, allowed: str) -> str:
    """One line in the form every message has: the thing, what was found, what is allowed.

    >>> found("grain", "hour", "day, week, month")
    "grain: found 'hour', allowed: day, week, month"
    """
    text = repr(value)
    return f"{thing}: found {text if len(text) <= 120 else text[:117] + '...'}, allowed: {allowed}"  # noqa: PLR2004
