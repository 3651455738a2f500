"""Tell which column of a table is what."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gatecast.errors import DataError, NotFoundError, UsageError, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SAMPLE_ROWS", "Columns", "Table", "choose_columns", "counts_up", "list_names"]

SAMPLE_ROWS = 200
"""Rows that are looked at to tell which column is what."""

_STEP_NAMES = {"ds", "year", "step", "t", "time", "index", "period", "jahr", "date", "timestamp"}
_COUNTER_NAMES = {"index", "unnamed: 0", "column 1", "row", "nr", "no"}


class Table(Protocol):
    """Tell what the columns of a table could be, from their first rows."""

    names: list[str]

    def holds_dates(self, name: str) -> bool:
        """Whether a column could be one of dates."""
        ...

    def holds_integers(self, name: str) -> bool:
        """Whether a column holds whole numbers."""
        ...

    def holds_numbers(self, name: str) -> bool:
        """Whether most cells of a column are numbers."""
        ...

    def counts_rows(self, name: str) -> bool:
        """Whether a column counts the rows."""
        ...


class Columns(NamedTuple):
    """Which column is what; ``id`` and ``time`` may not be there, a wide table has many targets."""

    id: str | None
    time: str | None
    targets: tuple[str, ...]
    extra: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether each target is a series of its own."""
        return len(self.targets) > 1

    @property
    def target(self) -> str:
        """What the column of values is called in a long table."""
        return "y" if self.wide else self.targets[0]

    def in_file(self) -> list[str]:
        """List the columns to be read."""
        return [name for name in (self.id, self.time, *self.targets, *self.extra) if name]


def choose_columns(
    table: Table,
    source: str,
    id_col: str | None,
    time_col: str | None,
    target_col: str | None,
    extra: tuple[str, ...] = (),
) -> tuple[Columns, list[str]]:
    """Find the columns that are not named, and say which they are."""
    named = {"id_col": id_col, "time_col": time_col, "target_col": target_col}
    for option, name in named.items():
        if name is not None and not isinstance(name, str):
            raise UsageError(f"{option}={name!r} is not a text: give a column by its name")
    asked = [*((f"{option}=", name) for option, name in named.items()), *(("", n) for n in extra)]
    for option, name in asked:
        if name is not None and name not in table.names:
            near = difflib.get_close_matches(name, table.names, n=1)
            hint = f' (did you mean "{near[0]}"?)' if near else ""
            raise NotFoundError(
                f'{option}"{name}" is not a column of {source}; its columns are '
                f"{list_names(table.names)}{hint}"
            )
    given = [name for name in (*named.values(), *extra) if name is not None]
    doubled = next((name for name in given if given.count(name) > 1), None)
    if doubled is not None:
        raise UsageError(f'the column "{doubled}" is named for two things: name another for one')

    def free(name: str) -> bool:
        return name in table.names and name not in given

    if id_col is None and free("unique_id"):
        id_col = "unique_id"
        given.append(id_col)
    if target_col is None and free("y"):
        target_col = "y"
        given.append(target_col)
    notes = []
    if time_col is None:
        time_col = _find_time(table, source, given)
        if time_col is None:
            notes.append("there is no column of times: rows are numbered from 0")
        else:
            given.append(time_col)
            if time_col != "ds":
                notes.append(f'times are in column "{time_col}"')
    if target_col is not None:
        return Columns(id_col, time_col, (target_col,), extra), notes
    targets = _find_targets(table, source, given, wide=id_col is None and time_col is not None)
    if len(targets) == 1:
        notes.append(f'values are in column "{targets[0]}"')
    else:
        notes.append(
            f"there is no column of names and there are {len(targets)} of numbers, so each of "
            f"{list_names(targets)} is a series; name target_col to forecast one of them alone"
        )
    return Columns(id_col, time_col, tuple(targets), extra), notes


def _find_time(table: Table, source: str, taken: Sequence[str]) -> str | None:
    rest = [name for name in table.names if name not in taken]
    if "ds" in rest:
        return "ds"
    found = [name for name in rest if table.holds_dates(name)]
    if not found:
        found = [
            name for name in rest if name.lower() in _STEP_NAMES and table.holds_integers(name)
        ]
    if len(found) == 1:
        return found[0]
    if found:
        raise DataError(
            f"{source} has {len(found)} columns of times, {list_names(found)}: say which "
            "with time_col"
        )
    if len(table.names) == 1:
        return None
    raise DataError(
        f"no column of {source} looks like times; its columns are {list_names(table.names)}: say "
        "which with time_col"
    )


def _find_targets(table: Table, source: str, taken: Sequence[str], *, wide: bool) -> list[str]:
    """Find the column of values; those of a wide table, where all other columns are numbers."""
    rest = [name for name in table.names if name not in taken]
    found = [name for name in rest if table.holds_numbers(name)]
    if len(found) > 1:
        # An index that was written along with the table is no candidate.
        counters = [
            name for name in found if name.lower() in _COUNTER_NAMES and table.counts_rows(name)
        ]
        found = [name for name in found if name not in counters]
        rest = [name for name in rest if name not in counters]
    if len(found) == 1 or (wide and len(found) > 1 and len(found) == len(rest)):
        return found
    if found:
        raise DataError(
            f"{source} has {len(found)} columns of numbers, {list_names(found)}: say which to "
            "forecast with target_col"
        )
    raise DataError(
        f"no column of {source} holds numbers to forecast; its columns are "
        f"{list_names(table.names)}: say which with target_col"
    )


def counts_up(numbers: Sequence[int]) -> bool:
    """Tell whether each number is one more than the one before."""
    return all(number == numbers[0] + at for at, number in enumerate(numbers))


def list_names(names: Sequence[str], most: int = 10) -> str:
    """Name some columns in a sentence."""
    shown = ", ".join(quote(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
