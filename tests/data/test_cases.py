"""Every bad table we know of: handled as documented, or refused with a sentence that says where."""

from __future__ import annotations

import datetime as dt
import decimal
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from gatecast.data.reading import read_panel
from gatecast.errors import GatecastError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

N = 10
DAYS = pd.date_range("2024-01-01", periods=N)
DATES = [day.date() for day in DAYS]
ISO = [str(day) for day in DATES]
Y = np.arange(float(N))
BERLIN = "Europe/Berlin"


class Read(NamedTuple):
    """What a table is read as; what is None is not looked at."""

    values: Any = None
    first: str | int | None = None
    freq: str | int | None = None
    note: str = ""
    ids: list[Any] | None = None
    zone: str | None = None


PLAIN = Read(Y, "2024-01-01", "D")


def table(**columns: Any) -> Callable[[], pd.DataFrame]:
    return lambda: pd.DataFrame({"ds": DAYS, "y": Y} | columns)


def bare(**columns: Any) -> Callable[[], pd.DataFrame]:
    return lambda: pd.DataFrame(columns)


def polars(y: Callable[[], pl.Series]) -> Callable[[], pl.DataFrame]:
    return lambda: pl.DataFrame({"ds": DATES, "y": y()})


def arrow(ds: Any = None, y: Any = None) -> Callable[[], pa.Table]:
    return lambda: pa.table({"ds": DATES if ds is None else ds, "y": Y if y is None else y})


def series(index: Any, **options: Any) -> Callable[[], pd.Series]:
    return lambda: pd.Series(Y[: len(index)], index=index, **options)


def objects(cells: Any) -> pd.Series:
    return pd.Series(list(cells), dtype=object)


def cells(*values: object, times: list[str] | None = None) -> bytes:
    """A CSV file: the values given, then ones."""
    rest = [*values, *["1"] * (N - len(values))]
    return lines(*(f"{time},{value}" for time, value in zip(times or ISO, rest, strict=False)))


def lines(*rows: str, header: str = "ds,y", end: str = "\n") -> bytes:
    return "".join(row + end for row in (header, *rows)).encode()


def clock(*hours: str, value: object = None) -> bytes:
    return lines(*(f"{hour},{at if value is None else value}" for at, hour in enumerate(hours)))


def seconds(*times: str) -> Callable[[], pd.DataFrame]:
    stamps = np.array(times, dtype="datetime64[s]")
    return lambda: pd.DataFrame({"ds": stamps, "y": Y[: len(stamps)]})


PLAIN_ROWS = [f"{day},{value:g}" for day, value in zip(ISO, Y, strict=True)]
PLAIN_CSV = lines(*PLAIN_ROWS)
AUTUMN = [f"2024-10-27 0{hour}:00" for hour in (0, 1, 2, 2, 3, 4, 5)]
NUMBERS = r"should hold numbers, but .* has "
TIMES = r"should hold times, but row 0 has "
UNFIT = r'column "unique_id" of the table has .* in row 0, which cannot name a series'
STEPS = r"step numbers have to be below 2\*\*62"
NO_TIME = r'column "ds" of the table has no time in row '
YEARS = r"of the years 1678 to 2261"

# id, the table, what it is read as or a regular expression for the sentence, options
CASES: list[tuple[Any, ...]] = [
    # values that are not there, not finite or not alike
    ("NaN", table(y=[0, 1, np.nan, *Y[3:]]), Read(Y, note="a gap of 1 step after 2024-01-02")),
    ("inf", table(y=[np.inf, *Y[1:]]), r'"y" of the table has an infinite value, "inf", in row 0'),
    ("inf in a file", cells("1", "-inf"), r'infinite value, "-inf", in line 3'),
    ("beyond float64", cells("1e400"), r'infinite value, "1e400", in line 2'),
    ("all NaN", table(y=np.nan), 'column "y" has no value at all'),
    ("constant", table(y=7.0), Read([7.0] * N)),
    ("all zero", table(y=0), Read([0.0] * N)),
    ("1e150", cells(*["1e150"] * N), Read([1e150] * N)),
    ("a gap between huge values", cells("1e150", "", "-1e150"),
     Read([1e150, 0, -1e150, *[1.0] * 7])),
    ("1e151", cells("1", "-1e151"), r'the value "-1e151" in line 3, too large .*beyond ±1e\+150'),
    ("DBL_MAX", table(y=[*Y[1:], 1.7976931348623157e308]), r'"1.797.*e\+308" in row 9, too large'),
    ("200 digits in groups", cells("1", "9" + " 999" * 60), r"in line 3, too large"),
    ("sums", bare(ds=[*DAYS, *DAYS], y=1e150), "the sum of \"y\" over the period of .* is 2e\\+150",
     {"aggregate": "sum", "freq": "D"}),
    ("ints above 2**53", cells(2**53 + 1), Read(note=r"rounded to 53 bits \(line 2")),
    ("a text", cells("1", "closed"), NUMBERS + '"closed": correct it'),
    ("a column of texts", lines("2024-01-01,a", "2024-01-02,b", header="ds,v"),
     'no column of case.csv holds numbers to forecast; its columns are "ds", "v"'),
    ("a cell of 5,000 digits", cells("9" * 5000), r'infinite value, "9{57}\.\.\.", in line 2'),
    ("5,000 decimals", cells("0." + "9" * 5000), Read([1.0] * N)),
    ("a text of 5,000 letters", cells("x" * 5000), NUMBERS + r'"x{57}\.\.\."'),
    ("a superscript", cells("²"), NUMBERS + '"²"'),
    ("lists", table(y=[[1]] * N), NUMBERS + r'"\[1\]"'),
    ("arrays", table(y=[np.array([1, 2])] * N), NUMBERS + r'"\[1 2\]"'),
    ("complex", table(y=Y + 1j), NUMBERS + '"1j"'),
    ("a whole number of 5,000 digits", table(y=objects([10**5000, *Y[1:]])),
     NUMBERS + '"a number of thousands of digits"'),
    ("a signalling NaN", table(y=objects([decimal.Decimal("snan"), *Y[1:]])),
     Read(Y[1:], note="1 row without a value before the first")),
    # rows
    *[(f"{n} rows", bare(ds=pd.date_range("2024-01-01", periods=n), y=np.arange(float(n))),
       {0: 'has column names ("ds", "y") and no rows'.replace("(", r"\(").replace(")", r"\)"),
        1: "there is one row, which leaves the distance between times unknown"}.get(
            n, Read(np.arange(float(n)), freq="D")))
      for n in range(60)],
    ("a time twice", table(ds=[DAYS[0], *DAYS[:-1]]), "01 is there twice, in row 0 and row 1"),
    ("not sorted", table(ds=DAYS[::-1]),
     Read(Y[::-1], "2024-01-01", "D", r"\(row 1 is the first\) and have been sorted")),
    ("gaps", lambda: table()().drop([3, 7]), Read(Y, note="2 gaps have been filled")),
    ("more gaps than are filled", lambda: table()().drop([3, 5, 7]), "3 of 10 steps have no value"),
    # time zones and daylight saving
    ("time zones mixed", table(ds=objects([DAYS[0].tz_localize("UTC"),
                                          *DAYS[1:].tz_localize(BERLIN)])), "mixes time zones"),
    ("with a zone and without", table(ds=objects([DAYS[0], *DAYS[1:].tz_localize(BERLIN)])),
     "mixes time zones"),
    ("offsets mixed", clock("2024-01-01T00:00+01:00", "2024-01-01T02:00+02:00",
                            "2024-01-01T02:00+01:00"), Read(Y[:3], freq="h", zone="UTC",
     note=r"distance of the times from UTC changes")),
    ("spring, naive", clock(*(f"2024-03-31 0{hour}:00" for hour in (0, 1, 3, 4, 5, 6, 7))),
     Read([0, 1, 1.5, *Y[2:7]], freq="h", note="gap of 1 step after 2024-03-31 01:00")),
    ("autumn, naive", clock(*AUTUMN),
     Read([0, 1, 2.5, 4, 5, 6], freq="h", note="hour that is there twice where daylight saving")),
    ("autumn, naive, huge values", clock(*AUTUMN, value="1e150"), Read([1e150] * 6)),
    *[(f"{name}, aware", bare(ds=pd.date_range(begin, periods=N, freq="h", tz=BERLIN), y=Y),
       Read(Y, freq="h", zone=BERLIN, note="steps are counted in UTC"))
      for name, begin in (("spring", "2024-03-30 23:00"), ("autumn", "2024-10-26 23:00"))],
    ("days over a change of the clock", series(pd.date_range("2024-03-28", periods=N, tz=BERLIN)),
     Read(Y, "2024-03-28", "D", "days are those of its calendar", zone=BERLIN)),
    ("a zone in an object column", table(ds=objects(DAYS.tz_localize(BERLIN))),
     Read(Y, "2024-01-01", "D", zone=BERLIN)),
    ("a zone of the user's own", series(DAYS.tz_localize(dt.timezone(dt.timedelta(hours=2), "X"))),
     'column "ds" of the table has times in the zone "X", which is not a known one'),
    # dates
    ("day first", lines("12/01/2024,0", "13/01/2024,1"),
     Read([0, 1], "2024-01-12", "D", 'day/month/year: line 3 has "13/01/2024"')),
    ("month first", lines("01/12/2024,0", "01/13/2024,1"),
     Read([0, 1], "2024-01-12", "D", 'month/day/year: line 3 has "01/13/2024"')),
    ("either", lines("01/02/2024,0", "02/03/2024,1"), Read(note="assumed to be month/day/year")),
    ("NaT", table(ds=[*DAYS[:9], pd.NaT]), NO_TIME + "9"),
    ("NaT in objects", table(ds=objects([pd.NaT, *DAYS[1:]])), NO_TIME + "0"),
    ("None in dates", table(ds=objects([*DATES[:9], None])), NO_TIME + "9"),
    ("arrays for times", table(ds=[np.array([1, 2])] * N), TIMES + r'"\[1 2\]"'),
    ("durations for times", table(ds=pd.to_timedelta(np.arange(N), unit="D")), TIMES),
    ("a number of 5,000 digits for a time", table(ds=objects([10**5000] * N)), STEPS),
    ("periods", series(pd.period_range("2024-01", periods=N, freq="M")),
     Read(Y, "2024-01-01", "MS")),
    ("periods far away", series(pd.period_range("1500", periods=N, freq="Y")),
     'column "ds" of the table has periods from 1500 to 1509.*' + YEARS),
    ("before 1677, a file", lines("1500-01-01,1", "1500-01-02,2"),
     'column "ds" of case.csv cannot be used, line 2 has "1500-01-01".*' + YEARS),
    ("before 1677, day first", lines("13/01/1500,1", "14/01/1500,2"), "line 2 .*" + YEARS),
    ("before 1677, objects", bare(ds=objects(dt.date(1500, 1, d) for d in (1, 2)), y=[1, 2]),
     Read([1, 2], "1500-01-01", "D")),
    ("before 1677, polars", lambda: pl.DataFrame({"ds": [dt.date(1500, 1, d) for d in (1, 2)],
                                                  "y": [1, 2]}), Read([1, 2], "1500-01-01", "D")),
    ("after 2262, a file", lines("2024-01-01,1", "9999-12-31,2"), "line 3 has .*" + YEARS),
    ("the year 300000, a file", lines("300000-01-01,1", "300000-01-02,2"), "line 2 .*" + YEARS),
    ("the year 300000", seconds("2024-01-01", "300000-01-01"), "the year 300000 in row 1"),
    ("the year 300000, Arrow", arrow(pa.array(np.arange(N) + 298_030 * 366 * 86_400,
                                              pa.timestamp("s"))), "time of the year 3.* in row 0"),
    ("nanoseconds", table(ds=pd.date_range("2024", periods=N, freq="ns")), "finer than a micro"),
    ("nanoseconds in a file", clock("2024-01-01T00:00:00.000000001", "2024-01-01T00:00:01"),
     "line 2 has .* finer than a microsecond"),
    # step numbers
    ("an infinite step", bare(ds=[1, 2, np.inf], y=[1, 2, 3]), 'row 2 has "inf": ' + STEPS),
    ("an infinite step, found", bare(year=[1, 2, np.inf], v=["a", "b", "c"]), "looks like times"),
    ("a missing step, found", bare(year=[1, 2, np.nan], v=["a", "b", "c"]), "looks like times"),
    ("a missing step", bare(ds=pd.array([1, None], dtype="Int64"), y=[1, 2]), NO_TIME + "1"),
    ("a step above int64", bare(ds=np.array([1, 2**64 - 1], dtype=np.uint64), y=[1, 2]),
     r'row 1 has "1.84467e\+19": ' + STEPS),
    ("steps too far apart", bare(ds=[-(2**63), 2**63 - 1], y=[1, 2]), r'22337e\+18": ' + STEPS),
    ("steps too far apart, a file", lines(f"1,1\n{2**63 - 1},2"), "line 3 has .*" + STEPS),
    ("a step of 5,000 digits", lines("9" * 5000 + ",1"), r'line 2 has "9{57}\.\.\.": ' + STEPS),
    ("steps as objects", bare(ds=objects(range(N)), y=Y), Read(Y, 0, 1)),
    ("steps of 128 bits", lambda: pl.DataFrame({"ds": pl.Series(range(N), dtype=pl.Int128),
                                                "y": Y}), Read(Y, 0, 1)),
    ("a step of 128 bits", lambda: pl.DataFrame({"ds": pl.Series([1, 2**100], dtype=pl.Int128),
                                                 "y": [1, 2]}), r'26765e\+30": ' + STEPS),
    # names of series
    ("lists for ids", table(unique_id=[[1]] * N), UNFIT),
    ("dicts for ids", table(unique_id=[{}] * N), UNFIT),
    ("tuples for ids", table(unique_id=[(1, 2)] * N), UNFIT),
    ("arrays for ids", table(unique_id=[np.array([1, 2])] * N), UNFIT),
    ("polars lists for ids", lambda: pl.DataFrame({"unique_id": [[1]] * N, "ds": DATES, "y": Y}),
     UNFIT),
    ("ids above int64", table(unique_id=np.full(N, 2**64 - 1, dtype=np.uint64)), UNFIT),
    ("ids of 5,000 digits", table(unique_id=objects([10**5000] * N)), UNFIT),
    ("a long id in a sentence", lines(*["9" * 5000 + ",2024-01-01,1"] * 2, header="unique_id,ds,y"),
     r'of series "9{57}\.\.\." is there twice, in line 2 and line 3'),
    ("yes and no for ids", table(unique_id=[True] * 5 + [False] * 5), Read(ids=[True, False])),
    ("categories for ids", table(unique_id=pd.Categorical(["b"] * 5 + ["a"] * 5)),
     Read(ids=["b", "a"])),
    ("an empty id", table(unique_id=["a"] * 9 + [""]), "names no series in row 9"),
    ("a missing id", table(unique_id=pd.array([1] * 9 + [None], dtype="Int64")),
     "names no series in row 9"),
    # names of columns
    ("unicode names", lines(*PLAIN_ROWS, header="дата,数值"), Read(Y, note='in column "数值"')),
    ("a line separator in a name", lines("2024-01-01,a,0", "2024-01-02,a,1",
     header="ds,n\u2028m,y"), Read([0, 1])),
    ("no name in a file", lines(*PLAIN_ROWS, header=",y"), Read(Y, note='column "column 1"')),
    ("no name", bare(ds=DAYS, **{"": Y}), Read(Y, note='values are in column ""')),
    ("a name twice in a file", lines("2024-01-01,1,1", header="ds,y,y"),
     r'case.csv has the column name "y" 2 times \(columns 2 and 3\)'),
    ("a name twice", lambda: pd.DataFrame(np.ones((N, 2)), index=DAYS, columns=["a", "a"]),
     'the table, its index included, has the column name "a" more than once'),
    ("names of two levels", lambda: pd.DataFrame(
        np.ones((N, 1)), index=DAYS, columns=pd.MultiIndex.from_tuples([("a", "x")])),
     "column names of 2 levels, like .'a', 'x'.: give each column one name"),
    ("an index named like a column", series(DAYS.rename("y"), name="y"),
     'the table, its index included, has the column name "y" more than once'),
    ("a series named like its index", series(DAYS, name="ds"), "has the column name .ds. more"),
    ("an index of two levels without names",
     series(pd.MultiIndex.from_product([["a"], DAYS])), 'index included, has the column name "ds"'),
    ("a column that is not a text", table(), "target_col=0 is not a text", {"target_col": 0}),
    # how a file is written
    ("BOM", b"\xef\xbb\xbf" + PLAIN_CSV, PLAIN),
    ("UTF-16", PLAIN_CSV.decode().encode("utf-16"), PLAIN._replace(note="UTF-16")),
    ("CRLF", PLAIN_CSV.replace(b"\n", b"\r\n"), PLAIN),
    ("CR", PLAIN_CSV.replace(b"\n", b"\r"), PLAIN),
    ("semicolons", PLAIN_CSV.replace(b",", b";"), PLAIN._replace(note="semicolons")),
    ("tabs", PLAIN_CSV.replace(b",", b"\t"), PLAIN._replace(note="tabs")),
    ("decimal comma", lines("2024-01-01;1,5", "2024-01-02;2", header="ds;y"),
     Read([1.5, 2], note="decimal comma")),
    ("thousands", lines('2024-01-01,"1,234.5"', "2024-01-02,2"), Read([1234.5, 2], note="thous")),
    ("a row too short", lines("2024-01-01,1", "2024-01-02"), "line 3 of case.csv has 1 cell, its"),
    ("a row too long", lines("2024-01-01,1", "2024-01-02,2,3"), "line 3 of case.csv has 3 cells"),
    ("header only", b"ds,y\n", r'has column names \("ds", "y"\) and no rows'),
    ("empty", b"", "case.csv is empty"),
    ("binary", bytes(range(256)) * 20, "case.csv is not a text file"),
    ("no numbers in a counter", lines("2024-01-01,+-1,2", "2024-01-02,1,2", "2024-01-03,2,2",
     header="ds,index,v"), 'column "index" .* line 2 has "\\+-1"'),
    ("5,000 digits in a counter", lines("2024-01-01," + "9" * 5000 + ",2", "2024-01-02,1,2",
     header="ds,index,v"), r'"index" of case.csv has an infinite value, "9{57}\.\.\.", in line 2'),
    ("10,000 columns", lines(*(f"{day}," + ",".join("5" * 10_000) for day in ISO[:3]),
     header="ds," + ",".join(f"s{i}" for i in range(10_000))), Read(np.full(30_000, 5.0))),
    # kinds of columns
    ("Int64", table(y=pd.array([1, None, *[3] * 8], dtype="Int64")), Read([1, 2, *[3] * 8])),
    ("Float64", table(y=pd.array([1, None, *[3] * 8], dtype="Float64")), Read([1, 2, *[3] * 8])),
    ("boolean", table(y=pd.array([True, None, *[False] * 8], dtype="boolean")),
     Read([1, 0.5, *[0] * 8])),
    ("polars Int128", polars(lambda: pl.Series(range(N), dtype=pl.Int128)), PLAIN),
    ("polars Int128, missing", polars(lambda: pl.Series([0, None, *range(2, N)], dtype=pl.Int128)),
     PLAIN),
    ("polars Decimal", polars(lambda: pl.Series(Y).cast(pl.Decimal(10, 2))), PLAIN),
    ("polars Duration", polars(lambda: pl.Series([dt.timedelta(1)] * N)), NUMBERS + '"1 day'),
    ("Arrow date32", arrow(pa.array(DATES, pa.date32())), PLAIN),
    ("Arrow date64", arrow(pa.array(DATES, pa.date64())), PLAIN),
    ("Arrow dictionary", arrow(pa.array(ISO).dictionary_encode()), PLAIN),
    ("Arrow large_string", arrow(pa.array(ISO, pa.large_string())), PLAIN),
    ("Arrow decimal", arrow(y=pa.array([decimal.Decimal(i) for i in range(N)])), PLAIN),
    ("Arrow in pandas", lambda: arrow(pa.array(DATES, pa.date32()))().to_pandas(
        types_mapper=pd.ArrowDtype), PLAIN),
    ("Arrow in pandas, missing", lambda: arrow(pa.array([*DATES[:9], None], pa.date32()))(
        ).to_pandas(types_mapper=pd.ArrowDtype), NO_TIME + "9"),
    # paths and frequencies
    ("a name too long", lambda: "x" * 5000, r'"x{57}\.\.\." cannot be opened, File name too long'),
    ("a path with NUL", lambda: "a\0b", "there is no file"),
    *[(f"freq of {len(freq)} letters", table(), "is not a frequency", {"freq": freq})
      for freq in ("9" * 5000, "9" * 4999 + "D", "9" * 20 + "D", "9" * 18 + "MS", "²")],
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("source", "expected", "options"),
    [(case[1], case[2], case[3] if len(case) > 3 else {}) for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_bad_table_is_handled_as_documented_or_refused_with_a_sentence(
    tmp_path: Path, source: Any, expected: Read | str, options: dict[str, Any]
):
    if isinstance(source, bytes):
        path = tmp_path / "case.csv"
        path.write_bytes(source)
        source = path
    else:
        source = source()
    if isinstance(expected, str):
        with pytest.raises(GatecastError, match=expected) as caught:
            read_panel(source, **options)
        assert len(str(caught.value)) < 600
        return
    panel = read_panel(source, **options)
    assert np.isfinite(panel.values).all()
    if expected.values is not None:
        np.testing.assert_array_equal(panel.values, expected.values)
    if expected.first is not None:
        first = panel.times[0]
        assert first == (
            expected.first if isinstance(expected.first, int) else np.datetime64(expected.first)
        )
    if expected.freq is not None:
        assert panel.freq == expected.freq
    if expected.ids is not None:
        assert panel.ids.tolist() == expected.ids
        assert [type(name) for name in panel.ids.tolist()] == [type(name) for name in expected.ids]
    assert panel.time_zone == expected.zone
    notes = "\n".join(panel.notes)
    assert re.search(expected.note, notes), notes
