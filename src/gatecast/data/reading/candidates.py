"""Keep every way to read a column that its cells allow, batch after batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MISSING", "CandidateFormat", "MismatchError", "last_to_match"]

MISSING = frozenset(["", "na", "n/a", "#n/a", "nan", "nat", "null", "none", "-", "--", "?", "."])
"""Cells, in lower case, that mean that there is no value."""


class MismatchError(Exception):
    """Say that a candidate format does not match: the first cell it cannot read."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


@dataclass
class CandidateFormat:
    """One way to read a column, and what it has read so far."""

    name: str
    read: Callable[[list[str]], np.ndarray]
    short_years: bool = False
    parts: list[np.ndarray] = field(default_factory=list)
    mismatch: str = ""
    mismatch_row: int | None = None

    def add(self, cells: list[str], row_numbers: np.ndarray) -> None:
        """Read another batch, or give this format up at the first cell that it cannot read."""
        try:
            self.parts.append(self.read(cells))
        except MismatchError as stop:
            self.mismatch, self.mismatch_row = cells[stop.at], int(row_numbers[stop.at])
            self.parts.clear()

    @property
    def matches(self) -> bool:
        """Whether it has read every cell so far."""
        return self.mismatch_row is None

    def result(self) -> np.ndarray:
        """Give all that it has read."""
        return np.concatenate(self.parts, axis=-1)


def last_to_match(candidates: list[CandidateFormat]) -> CandidateFormat:
    """The candidate that was given up last; the first of several."""
    return max(candidates, key=lambda one: one.mismatch_row or 0)
