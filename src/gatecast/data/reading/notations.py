"""Ways of writing times that no format string of pandas covers.

Each reader takes distinct cells and gives ``datetime64[us]``, NaT where a cell is not of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from gatecast.data.calendar import day_of_week
from gatecast.messages import Message, message

__all__ = [
    "HAS_MONTH_NAME", "limit_passed", "month_number", "read_decimal_years", "read_east_asian",
    "read_epoch",
    "read_fiscal_years", "read_integer_dates", "read_named_months", "read_quarters",
    "read_weeks", "read_year_months", "weeks_of_integers",
]  # fmt: skip

_NOT = np.datetime64("NaT", "us")
_ONE_DAY = np.timedelta64(1, "D")

_MONTHS = (
    "january januar janvier enero gennaio janeiro januari jan jän jänner ene gen janv",
    "february februar février febrero febbraio fevereiro februari feb févr fév fev",
    "march märz mars marzo março maart mar mrz mär mrt",
    "april avril abril aprile apr avr abr",
    "may mai mayo maggio maio mei mag",
    "june juni juin junio giugno junho jun giu",
    "july juli juillet julio luglio julho jul juil lug",
    "august août agosto augustus aug aoû ago",
    "september septembre septiembre settembre setembro sep sept set",
    "october oktober octobre octubre ottobre outubro oct okt ott out",
    "november novembre noviembre novembro nov",
    "december dezember décembre diciembre dicembre dezembro dec dez déc dic",
)
_MONTH_OF = {name: month for month, names in enumerate(_MONTHS, 1) for name in names.split()}
_WEEKDAY = re.compile(r"^(?:mo|tu|we|th|fr|sa|su|di|mi|do|so)[a-zä]*\.?,?\s+", re.IGNORECASE)
HAS_MONTH_NAME = re.compile(
    r"(?<![^\W\d_])(" + "|".join(_MONTH_OF) + r")(?![^\W\d_])", re.IGNORECASE
)

_CLOCK = r"(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,6})?)?\s*([AaPp])?\.?[Mm]?\.?)?"
_NAMED = re.compile(
    r"(?:(?P<y1>\d{4})[-/. ]*)?(?:(?P<d1>\d{1,2})(?:st|nd|rd|th|\.|er|º)?[-/. ]*(?:de )?)?"
    r"(?P<month>[^\W\d_]+)\.?[-/ ,.]*(?:de )?"
    r"(?:(?P<d2>\d{1,2})(?:st|nd|rd|th)?(?!\d)[-/ ,.]*)?"
    r"(?:(?P<y2>\d{4}|\d{2}|'\d{2})(?!:|\d))?" + _CLOCK,
    re.IGNORECASE,
)
_QUARTERS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<y>\d{4})[-/ .:]?\s?Q(?:uarter|uartal)?\s?(?P<q>[1-4])",
        r"Q(?:uarter|uartal)?\s?(?P<q>[1-4])[-/ .,']*(?P<y>\d{4})",
        r"(?P<q>[1-4])\.?\s?(?:Q|Quarter|Quartal|trimestre|kv\.?)[-/ .,']*(?P<y>\d{4})",
        r"(?P<y>\d{4})\s*年\s*第?\s*(?P<q>[1-4一二三四])\s*季度?",
    )
)
_WEEKS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<y>\d{4})[-/ ]?\s?(?:W|KW|wk|week|S)\.?\s?(?P<w>\d{1,2})(?:-?(?P<d>[1-7]))?",
        r"(?:W|KW|wk|week)\.?\s?(?P<w>\d{1,2})[-/ ,.]*(?P<y>\d{4})",
        r"(?P<y>\d{4})\s*年\s*第?\s*(?P<w>\d{1,2})\s*[周週]",
    )
)
_EAST_ASIAN = re.compile(
    r"(\d{4})\s*[年년]\s*(?:(\d{1,2})\s*[月월]\s*(?:(\d{1,2})\s*[日号號일])?)?"
    r"(?:\s*(\d{1,2})\s*(?::|時|时|点|點|시)\s*(?:(\d{1,2})\s*[分분]?(?::?(\d{1,2})秒?)?)?)?"
)
_YEAR_MONTH = re.compile(r"(\d{1,4})[-/](\d{1,2})")
_FISCAL = re.compile(
    r"(?:FY\s?)?(\d{4})\s?[-/]\s?(\d{4}|\d{2})|FY\s?'?(\d{4}|\d{2})", re.IGNORECASE
)
_CHINESE_DIGITS = {"一": 1, "二": 2, "三": 3, "四": 4}


def month_number(text: str) -> int | None:
    """Give the month that a text names, or numbers.

    Parameters
    ----------
    text : str
        A name in one of seven languages, or a number.

    Returns
    -------
    int or None
    """
    text = text.strip().rstrip(".").lower()
    if text.isdecimal():
        return int(text) if 1 <= int(text) <= 12 else None
    return _MONTH_OF.get(text)


def _each(cells: list[str], read: Callable[[str], np.datetime64 | None]) -> np.ndarray:
    times = np.full(len(cells), _NOT, dtype="datetime64[us]")
    for i, cell in enumerate(cells):
        try:
            time = read(cell)
        except ValueError:  # a day that its month does not have
            time = None
        if time is not None:
            times[i] = time
    return times


def _moment(
    year: int, month: int, day: int = 1, hour: int = 0, minute: int = 0, second: float = 0.0
) -> np.datetime64 | None:
    if hour > 24 or minute > 59 or second >= 60 or (hour == 24 and (minute or second)):
        return None
    date = np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "us")
    seconds = (hour * 60 + minute) * 60 + second
    return date + np.timedelta64(round(seconds * 1_000_000), "us")


def _year(text: str) -> int:
    text = text.lstrip("'")
    if len(text) != 2:
        return int(text)
    return int(text) + (2000 if int(text) < 69 else 1900)  # as Python and POSIX read them


def read_named_months(cells: list[str]) -> np.ndarray:
    """Read dates with the name of a month, in seven languages: "1 Jan 2024", "March 2020".

    Parameters
    ----------
    cells : list of str
        Distinct cells.

    Returns
    -------
    ndarray of datetime64[us], shape [cells]
    """

    def read(cell: str) -> np.datetime64 | None:
        match = _NAMED.fullmatch(_WEEKDAY.sub("", cell))
        month = None if match is None else _MONTH_OF.get(match["month"].lower())
        if match is None or month is None:
            return None
        day, year = match["d1"] or match["d2"], match["y1"] or match["y2"]
        if year is None and match["d2"]:
            day, year = match["d1"], match["d2"]  # "Jan 20" is a month of a year, "1-Jan-20" a day
        elif match["d1"] and match["d2"]:
            return None
        if year is None or (match["y1"] and match["y2"]):
            return None
        hour, minute, second, fraction, half = match.groups()[-5:]
        if half:
            hour = str(int(hour) % 12 + (12 if half.lower() == "p" else 0))
        return _moment(
            _year(year), month, int(day or 1), int(hour or 0), int(minute or 0),
            float((second or "0") + (fraction or "")),
        )  # fmt: skip

    return _each(cells, read)


def _first_match(forms: tuple[re.Pattern[str], ...], cell: str) -> re.Match[str] | None:
    return next((match for form in forms if (match := form.fullmatch(cell))), None)


def read_quarters(cells: list[str]) -> np.ndarray:
    """Read quarters: "2020Q1", "Q1 2020", "1Q2020"; the time is their first day.

    Parameters
    ----------
    cells : list of str
        Distinct cells.

    Returns
    -------
    ndarray of datetime64[us], shape [cells]
    """

    def read(cell: str) -> np.datetime64 | None:
        match = _first_match(_QUARTERS, cell)
        if match is None:
            return None
        quarter = _CHINESE_DIGITS.get(match["q"]) or int(match["q"])
        return _moment(int(match["y"]), quarter * 3 - 2)

    return _each(cells, read)


def _monday_of_week(year: int, week: int) -> np.datetime64 | None:
    fourth = np.datetime64(f"{year:04d}-01-04", "D")  # is always in week 1 (ISO 8601)
    monday = fourth - int(day_of_week(np.asarray(fourth))) * _ONE_DAY
    time = monday + (week - 1) * 7 * _ONE_DAY
    valid = 1 <= week <= 53 and (time + 3 * _ONE_DAY).astype("datetime64[Y]") == fourth.astype(
        "datetime64[Y]"
    )
    return time.astype("datetime64[us]") if valid else None


def read_weeks(cells: list[str]) -> np.ndarray:
    """Read ISO weeks: "2022-W01", "2022-W01-3", "KW 1 2022"; the time is their Monday.

    Parameters
    ----------
    cells : list of str
        Distinct cells.

    Returns
    -------
    ndarray of datetime64[us], shape [cells]
    """

    def read(cell: str) -> np.datetime64 | None:
        match = _first_match(_WEEKS, cell)
        if match is None:
            return None
        monday = _monday_of_week(int(match["y"]), int(match["w"]))
        day = match.groupdict().get("d")
        return monday if monday is None or day is None else monday + (int(day) - 1) * _ONE_DAY

    return _each(cells, read)


def read_east_asian(cells: list[str]) -> np.ndarray:
    """Read dates with the characters for year, month and day: "2020年1月1日".

    Parameters
    ----------
    cells : list of str
        Distinct cells.

    Returns
    -------
    ndarray of datetime64[us], shape [cells]
    """

    def read(cell: str) -> np.datetime64 | None:
        match = _EAST_ASIAN.fullmatch(cell)
        if match is None:
            return None
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        return _moment(year, month or 1, day or 1, hour, minute, second)

    return _each(cells, read)


def read_year_months(cells: list[str]) -> np.ndarray:
    """Read "2020-1", and "1-01" for the first month of a year 1.

    Parameters
    ----------
    cells : list of str
        Distinct cells.

    Returns
    -------
    ndarray of datetime64[us], shape [cells]
    """

    def read(cell: str) -> np.datetime64 | None:
        match = _YEAR_MONTH.fullmatch(cell)
        if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) == 0:
            return None
        return _moment(int(match[1]), int(match[2]))

    return _each(cells, read)


def read_fiscal_years(cells: list[str]) -> np.ndarray:
    """Read fiscal years, "2000-01", "2000/2001" or "FY2001", as the year they name first.

    Parameters
    ----------
    cells : list of str
        Distinct cells.

    Returns
    -------
    ndarray of datetime64[us], shape [cells]
    """

    def read(cell: str) -> np.datetime64 | None:
        match = _FISCAL.fullmatch(cell)
        if match is None:
            return None
        if match[3]:
            return _moment(_year(match[3]), 1)
        following = int(match[1]) + 1
        same = int(match[2]) == (following if len(match[2]) == 4 else following % 100)
        return _moment(int(match[1]), 1) if same else None

    return _each(cells, read)


def read_decimal_years(values: np.ndarray) -> np.ndarray:
    """Read years with decimals, 1991.5 or 1991.042 (the middle of January); by months or quarters.

    Parameters
    ----------
    values : ndarray of float64

    Returns
    -------
    ndarray of datetime64[us]
        NaT everywhere unless all are months, at their begin or in their middle.
    """
    times = np.full(len(values), _NOT, dtype="datetime64[us]")
    valid = np.isfinite(values) & (values >= 1500) & (values < 2300)
    if not valid.all() or not len(values):
        return times
    twelfths = values * 12
    for shift in (0.0, 0.5):
        months = np.round(twelfths - shift)
        # two decimals are off by up to 0.06 of a month
        if (np.abs(twelfths - shift - months) <= 0.065).all():
            return (months.astype(np.int64) - 1970 * 12).astype("datetime64[M]").astype(times.dtype)
    return times


_EPOCHS = {10: 1_000_000, 13: 1_000, 16: 1}


def read_epoch(values: np.ndarray) -> np.ndarray | None:
    """Read seconds, milliseconds or microseconds since 1970, of the years 2001 to 2099.

    Parameters
    ----------
    values : ndarray of int64
        All of a column.

    Returns
    -------
    ndarray of datetime64[us], or None
    """
    if not len(values) or values.min() <= 0:
        return None
    digits = {len(str(int(values.min()))), len(str(int(values.max())))}
    unit = _EPOCHS.get(digits.pop())
    if digits or unit is None or int(values.max()) * unit >= 4_102_444_800_000_000:
        return None
    return (values * unit).astype("datetime64[us]")


def read_integer_dates(values: np.ndarray) -> np.ndarray | None:
    """Read integers such as 20240131, 202401 or 202401311530 as dates.

    Parameters
    ----------
    values : ndarray of int64
        All of a column.

    Returns
    -------
    ndarray of datetime64[us], or None
        The dates; None unless every value is a date between 1600 and 2299 in the same form.
    """
    if len(values) == 0 or values.min() < 160_001:
        return None
    digits = {len(str(int(values.min()))), len(str(int(values.max())))}
    count = digits.pop()
    if digits or count not in (6, 8, 12, 14):
        return None
    clock = np.zeros(len(values), dtype=np.int64)
    if count > 8:
        scale = 10 ** (count - 8)
        rest, values = values % scale, values // scale
        rest = rest if count == 14 else rest * 100
        hours, minutes, seconds = rest // 10_000, rest // 100 % 100, rest % 100
        if hours.max() > 23 or minutes.max() > 59 or seconds.max() > 59:
            return None
        clock = (hours * 3600 + minutes * 60 + seconds) * 1_000_000
        count = 8
    months = values // 100 if count == 8 else values
    days = values % 100 if count == 8 else np.ones_like(values)
    years, months = months // 100, months % 100
    valid = (years >= 1600) & (years < 2300) & (months >= 1) & (months <= 12) & (days >= 1)
    if not valid.all():
        return None
    month = ((years - 1970) * 12 + months - 1).astype("datetime64[M]")
    dates = month.astype("datetime64[D]") + (days - 1)
    if (dates.astype("datetime64[M]") != month).any():
        return None
    return dates.astype("datetime64[us]") + clock.astype("timedelta64[us]")


def weeks_of_integers(values: np.ndarray) -> np.ndarray | None:
    """Read integers such as 202401 as the weeks of ISO 8601.

    Parameters
    ----------
    values : ndarray of int64
        All of a column.

    Returns
    -------
    ndarray of datetime64[us], or None
    """
    if not len(values) or values.min() < 160_001 or values.max() > 229_953:
        return None
    mondays = [_monday_of_week(int(v) // 100, int(v) % 100) for v in values]
    if any(monday is None for monday in mondays):
        return None
    return np.array(mondays, dtype="datetime64[us]")


def limit_passed(cell: str) -> Message | None:
    """Name the limit that a time goes beyond which is well written otherwise.

    Parameters
    ----------
    cell : str
        The time.

    Returns
    -------
    Message or None
        None if it passes none.
    """
    if re.fullmatch(r"[+-]?\d{19,}", cell):
        return message("table.large_step")
    if re.search(r":\d\d[.,]\d{6}\d*[1-9]", cell):
        return message("table.too_fine")
    year = re.match(r"(?:\d{1,2}[-./]\d{1,2}[-./])?(\d{4,6})(?!\d)", cell)
    if year and len(cell) > len(year[1]) and not 1678 <= int(year[1]) <= 2261:
        return message("table.far_year")
    return None
