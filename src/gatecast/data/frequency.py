"""A frequency, parsed once.

Beside the names of pandas there are three of gatecast's own. ``"MS@30"`` are months on the 30th, or
the last day of February. Two are for times that repeat after a week or after thirteen:
``"15min@1111100:0930-1545"`` are the steps within the sessions of a market (NumPy's week mask, and
the first and last time of each session), and ``"4-4-5W@2020-01-26"`` are accounting periods of so
many weeks, counted from a day on which one ends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from gatecast.errors import UsageError
from gatecast.messages import message

__all__ = [
    "DAY", "DAY_NAMES", "FIXED", "HOUR", "MONTH_NAMES", "SECOND", "WEEK", "Frequency",
    "parse_frequency",
]  # fmt: skip

SECOND = 1_000_000
HOUR = 3_600 * SECOND
DAY = 24 * HOUR
WEEK = 7 * DAY

# Spellings of pandas before 2.2 lead to the present ones.
FIXED = {
    "W": WEEK,
    "D": DAY,
    "h": HOUR,
    "min": 60 * SECOND,
    "s": SECOND,
    "ms": 1_000,
    "us": 1,
}
_OLD = {
    "H": "h",
    "T": "min",
    "S": "s",
    "L": "ms",
    "U": "us",
    "M": "ME",
    "Q": "QE",
    "A": "YE",
    "Y": "YE",
}
_OLD |= {"AS": "YS", "BM": "BME", "BQ": "BQE", "BA": "BYE", "BY": "BYE", "BAS": "BYS"}
_MONTHS = {"M": 1, "Q": 3, "Y": 12}
MONTH_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN")
MONTH_NAMES += ("JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAY_NAMES = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")

# Longer or wider ones are not meant, and would not fit into 64 bits.
_LONGEST_NAME, _MOST_MONTHS = 30, 12_000
_MONDAY = 4 * DAY  # 1970-01-05

_Kind = Literal["integer", "fixed", "weekdays", "slots", "S", "E", "BS", "BE", "nth"]


@dataclass(frozen=True)
class Frequency:
    """A frequency taken apart.

    ``count`` is in steps (integer), microseconds (fixed), 1 (weekdays) or months (the others: month
    start, month end, the same on business days, and the nth weekday: ``slots`` are then n, 0 for
    the last, and the day from Monday on). ``week`` is NumPy's week mask, for weekdays.
    ``day`` is the day of the month where that is the 29th or later, so that it is not lost in
    February, and 0 else. ``slots`` are the times within a period of so many microseconds, from an
    epoch on; ``count`` is then the usual distance.
    """

    label: str | int
    kind: _Kind
    count: int
    week: str = "1111100"
    slots: tuple[int, ...] = ()
    period: int = 0
    epoch: int = 0
    day: int = 0

    def number(self, times: np.ndarray) -> np.ndarray:
        """Count slots from the epoch to times, rounded down.

        Parameters
        ----------
        times : ndarray of datetime64[us]

        Returns
        -------
        ndarray of int64
        """
        periods, within = np.divmod(
            times.astype("datetime64[us]").astype(np.int64) - self.epoch, self.period
        )
        at = np.searchsorted(np.array(self.slots), within, side="right") - 1
        return periods * len(self.slots) + at

    def time(self, numbers: np.ndarray) -> np.ndarray:
        """Give the times of slots.

        Parameters
        ----------
        numbers : ndarray of int64
            What :meth:`number` gives.

        Returns
        -------
        ndarray of datetime64[us]
        """
        periods, at = np.divmod(numbers, len(self.slots))
        times = self.epoch + periods * self.period + np.array(self.slots)[at]
        return times.astype("datetime64[us]")


def parse_frequency(freq: object) -> Frequency:
    """Take a frequency apart.

    Parameters
    ----------
    freq : str, int or pandas offset
        The frequency.

    Returns
    -------
    Frequency

    Raises
    ------
    UsageError
        If it is not one that gatecast knows.
    """
    return _parse(str(getattr(freq, "freqstr", freq)).strip())


@lru_cache(maxsize=256)
def _parse(text: str) -> Frequency:
    if slots := _sessions(text) or _cycle(text):
        return slots
    if len(text) > _LONGEST_NAME:
        text = f"{text[: _LONGEST_NAME - 3]}..."
    elif text.isdecimal() and 0 < int(text) < 2**63:
        return Frequency(int(text), "integer", int(text))
    elif week := re.fullmatch(r"C-([01]{7})", text):
        if "1" in week[1]:
            return Frequency(text, "weekdays", 1, week[1])
    elif nth := re.fullmatch(r"(?:WOM-([1-4])|(LWOM)-)([A-Z]{3})", text.upper()):
        if nth[3] in DAY_NAMES:
            which = int(nth[1] or 0), DAY_NAMES.index(nth[3])
            return Frequency(text.upper(), "nth", 1, slots=which)
    elif parts := re.fullmatch(r"(\d*)([A-Za-z]+)(-[A-Za-z]{3})?(?:@(29|3[01]))?", text):
        count = int(parts[1] or 1)
        name = _OLD.get(parts[2], parts[2])
        label = f"{'' if count == 1 else count}{name}{(parts[3] or '').upper()}"
        day = int(parts[4] or 0)
        label += f"@{day}" if day else ""
        months = re.fullmatch(r"(B?)([MQY])([SE])", name)
        if count > 0 and name in FIXED and not day and count * FIXED[name] < 2**62:
            return Frequency(label, "fixed", count * FIXED[name])
        if 0 < count <= _MOST_MONTHS and months and (not day or months[1] + months[3] == "S"):
            kind: _Kind = "S" if months[3] == "S" else "E"
            if months[1]:
                kind = "BS" if months[3] == "S" else "BE"
            return Frequency(label, kind, count * _MONTHS[months[2]], day=day)
        if count == 1 and name == "B" and not day:
            return Frequency("B", "weekdays", 1)
    raise UsageError(message("table.no_frequency", freq=text))


def _sessions(text: str) -> Frequency | None:
    match = re.fullmatch(r"(\d*)(min|h)@([01]{7}:[-+\d]+(?:;[01]{7}:[-+\d]+)*)", text)
    if match is None:
        return None
    step = int(match[1] or 1) * FIXED[match[2]]
    slots: set[int] = set()
    for group in match[3].split(";"):
        mask, _, ranges = group.partition(":")
        for part in ranges.split("+"):
            clock = re.fullmatch(r"(\d\d)(\d\d)-(\d\d)(\d\d)", part)
            if clock is None:
                return None
            a, b, c, d = map(int, clock.groups())
            times = range(a * HOUR + b * 60 * SECOND, c * HOUR + d * 60 * SECOND + 1, step)
            slots |= {day * DAY + time for day in range(7) if mask[day] == "1" for time in times}
    if not slots:
        return None
    return Frequency(text, "slots", step, slots=tuple(sorted(slots)), period=WEEK, epoch=_MONDAY)


def _cycle(text: str) -> Frequency | None:
    match = re.fullmatch(r"(\d+(?:-\d+)+)W@(\d{4}-\d\d-\d\d)", text)
    if match is None:
        return None
    weeks = [int(number) for number in match[1].split("-")]
    begins = np.cumsum([0, *weeks]) * WEEK
    epoch = int(np.datetime64(match[2], "us").astype(np.int64))
    slots = tuple(int(begin) for begin in begins[:-1])
    return Frequency(
        text, "slots", min(weeks) * WEEK, slots=slots, period=int(begins[-1]), epoch=epoch
    )
