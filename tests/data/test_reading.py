from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from gatecast import datasets
from gatecast.data.reading import read_panel
from gatecast.data.reading.parquet import _require_agreement
from gatecast.errors import DataError, NotFoundError, UsageError
from gatecast.messages import sentence

AIR = datasets.air_passengers()
DAYS = pd.date_range("2023-01-01", periods=60)
SALES = np.random.default_rng(0).gamma(5, 300, 60).round(2)


@pytest.fixture
def write(tmp_path):
    """Write a file, give its path."""

    def to_disk(content: str | bytes, name: str = "shop.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return to_disk


def said(panel) -> str:
    return "\n".join(panel.notes)


def german(sales=SALES, days=DAYS, separator=";", date_format="%d.%m.%Y") -> str:
    """A shop's daily sales as a German spreadsheet writes them."""
    lines = [f"Datum{separator}Umsatz (€){separator}Filiale"]
    for day, value in zip(days, sales, strict=True):
        number = f"{value:,.2f}".translate(str.maketrans(",.", ".,")) if value == value else ""
        lines.append(f"{day.strftime(date_format)}{separator}{number}{separator}Köln")
    return "\r\n".join(lines) + "\r\n"


# ---------------------------------------------------------------------------------- CSV files


@pytest.mark.parametrize(
    ("encoding", "note"),
    [("utf-8", None), ("utf-8-sig", None), ("utf-16", "UTF-16"), ("cp1252", "Windows-1252")],
)
def test_a_german_shop_in_any_encoding(write, encoding, note):
    panel = read_panel(write(german().encode(encoding)))
    assert (panel.id_col, panel.time_col, panel.target_col) == (None, "Datum", "Umsatz (€)")
    np.testing.assert_array_equal(panel.values, SALES)
    assert panel.freq == "D"
    assert panel.times[0] == np.datetime64("2023-01-01")
    assert "columns are separated by semicolons" in panel.notes
    assert (
        'dates are day.month.year: line 14 has "13.01.2023", which allows nothing else'
        in panel.notes
    )
    assert 'numbers in column "Umsatz (€)" have a decimal comma' in panel.notes
    assert 'values are in column "Umsatz (€)"' in panel.notes
    assert (note or "UTF-8") in said(panel) + ("UTF-8" if note is None else "")


def test_utf_16_without_a_mark_and_bytes_that_only_latin_1_has(write):
    panel = read_panel(write("ds,y\n2024-01-01,1\n2024-01-02,2\n".encode("utf-16-le")))
    assert panel.values.tolist() == [1, 2]
    panel = read_panel(write(b"ds,caf\xe9 \x81\n2024-01-01,1\n2024-01-02,2\n"))
    assert panel.target_col == "café \x81"
    assert "the text is not UTF-8 and is read as Latin-1" in panel.notes


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_separators(write, separator):
    panel = read_panel(write(german(separator=separator)))
    np.testing.assert_array_equal(panel.values, SALES)


def test_a_column_with_a_text_in_it_is_an_error_that_names_line_column_and_text(write):
    text = german().replace("18.01.2023;", "18.01.2023;zu;", 1).split("zu;")
    text = text[0] + "geschlossen;" + text[1].split(";", 1)[1]
    with pytest.raises(DataError, match=r'"Umsatz \(€\)" of shop.csv .* line 19 has "geschlossen"'):
        read_panel(write(text))


def test_empty_cells_are_gaps(write):
    sales = SALES.copy()
    sales[10] = np.nan
    panel = read_panel(write(german(sales)))
    assert np.flatnonzero(panel.filled).tolist() == [10]
    assert panel.values[10] == pytest.approx((SALES[9] + SALES[11]) / 2, rel=1e-15)


@pytest.mark.parametrize("word", ["", "NA", "nan", "NULL", "-", "#N/A", "?"])
def test_words_for_nothing(write, word):
    rows = "".join(f"2024-01-{day:02d},{word if day == 4 else day}\n" for day in range(1, 11))
    panel = read_panel(write("ds,y\n" + rows))
    assert panel.values.tolist() == list(range(1, 11))
    assert panel.filled.sum() == 1


@pytest.mark.parametrize(
    ("cells", "separator", "values", "note"),
    [
        (["1.5", "2e3", "-.5", "+7"], ",", [1.5, 2000, -0.5, 7], None),
        (["1,5", "2", "-0,5", "1.000,25"], ";", [1.5, 2, -0.5, 1000.25], "decimal comma"),
        (['"1,234.5"', "2", '"-1,000"', "3"], ",", [1234.5, 2, -1000, 3], "by thousands"),
        (["1 234,5", "2", "3", "12 000"], ";", [1234.5, 2, 3, 12000], "decimal comma"),
        (["1\u202f234", "2", "3", "4"], ";", [1234, 2, 3, 4], "decimal comma"),
        (["1'234.5", "2", "3", "4"], ",", [1234.5, 2, 3, 4], "by thousands"),
        # one reading must be assumed, and is said
        (["1,234", "2,345", "3,456", "4,567"], ";", [1.234, 2.345, 3.456, 4.567], "less than 2"),
        (['"1,234"', "987", "1", "2"], ",", [1234, 987, 1, 2], "1,234 is 1234"),
        (["1.234", "987", "12.000", "3"], ";", [1234, 987, 12000, 3], "1.234 is 1234"),
        (["1.234", "2.345", "3.456", "4.567"], ";", [1.234, 2.345, 3.456, 4.567], "less than 2"),
        (["1.234", "987", "1", "2"], ",", [1.234, 987, 1, 2], "less than 2"),
    ],
)
def test_ways_of_writing_numbers(write, cells, separator, values, note):
    rows = "".join(f"2024-01-0{i}{separator}{cell}\n" for i, cell in enumerate(cells, 1))
    panel = read_panel(write(f"ds{separator}y\n{rows}"))
    assert panel.values.tolist() == values
    numbers = [sentence for sentence in panel.notes if sentence.startswith("numbers")]
    assert len(numbers) == (note is not None)
    assert note is None or note in numbers[0]


@pytest.mark.slow
def test_a_way_of_writing_numbers_may_show_late(write):
    # 30,000 rows are more than one batch
    cells = [str(i % 900) for i in range(30_000)]
    rows = [f"{i};{cell}" for i, cell in enumerate(cells)]
    plain = read_panel(write("ds;y\n" + "\n".join(rows)))
    rows[-1] = "29999;1.234,5"
    comma = read_panel(write("ds;y\n" + "\n".join(rows)))
    assert comma.values[-1] == 1234.5
    np.testing.assert_array_equal(comma.values[:-1], plain.values[:-1])
    rows[-1] = "29999;1,234.5"
    grouped = read_panel(write("ds;y\n" + "\n".join(rows)))
    np.testing.assert_array_equal(grouped.values, comma.values)
    rows[-1] = "29999;1_000"
    with pytest.raises(DataError, match='line 30001 has "1_000"'):
        read_panel(write("ds;y\n" + "\n".join(rows)))


@pytest.mark.parametrize(
    ("date_format", "separator", "note"),
    [
        ("%Y-%m-%d", ",", None),
        ("%Y/%m/%d", ",", None),
        ("%Y.%m.%d", ",", None),
        ("%Y-%m", ",", None),
        ("%Y-%m-%dT%H:%M:%S", ",", None),
        ("%Y-%m-%d %H:%M", ",", None),
        (
            "%d/%m/%Y",
            ",",
            "dates are day/month/year: the other way round they would not be regular",
        ),
        (
            "%m/%d/%Y",
            ",",
            "dates are month/day/year: the other way round they would not be regular",
        ),
        ("%m/%d/%Y %I:%M %p", ",", "dates are month/day/year"),
        ("%d.%m.%Y %H:%M:%S", ";", "dates are day.month.year"),
        ("%b %Y", ",", None),
        ("%B %Y", ",", None),
        ("%d-%b-%Y", ",", None),
        ("%B %d, %Y", ";", None),
        ("%YM%m", ",", None),
        ("%m/%Y", ",", None),
        ("%Y%m", ",", "dates without marks (194901 is 1949-01-01)"),
        ("%Y%m%d", ",", "dates without marks (19490101 is 1949-01-01)"),
    ],
)
def test_ways_of_writing_dates(write, date_format, separator, note):
    dates = AIR["ds"].dt.strftime(date_format)
    rows = [f"{day}{separator}{value:g}" for day, value in zip(dates, AIR["y"], strict=True)]
    panel = read_panel(write(f"month{separator}passengers\n" + "\n".join(rows)))
    np.testing.assert_array_equal(panel.times, AIR["ds"].to_numpy())
    assert panel.freq == "MS"
    about_dates = [sentence for sentence in panel.notes if "dates" in sentence]
    assert len(about_dates) == (note is not None)
    assert note is None or note in about_dates[0]


def test_years_of_two_digits_are_said(write):
    panel = read_panel(write("d,v\n31/12/98,1\n01/01/99,2\n02/01/99,4\n"))
    assert panel.times[0] == np.datetime64("1998-12-31")
    assert "years of two digits are read as 1998 to 1999" in panel.notes


def test_quarters(write):
    rows = "".join(f"{2000 + i // 4}-Q{i % 4 + 1},{i}\n" for i in range(12))
    panel = read_panel(write("quarter,gdp\n" + rows))
    assert panel.freq == "QS"
    assert panel.times[5] == np.datetime64("2001-04-01")


@pytest.mark.parametrize(
    ("separator", "cells", "expected", "assumed"),
    [
        (",", ["01/02/2024", "02/02/2024"], "2024-01-02", "month/day/year"),
        (";", ["01/02/2024", "02/02/2024"], "2024-02-01", "day/month/year"),
        (",", ["01.02.2024", "02.02.2024"], "2024-02-01", "day.month.year"),
    ],
)
def test_dates_that_can_be_either_are_assumed_and_it_is_said(
    write, separator, cells, expected, assumed
):
    rows = "\n".join(f"{cell}{separator}{i}" for i, cell in enumerate(cells))
    panel = read_panel(write(f"date{separator}v\n{rows}"))
    assert panel.times[0] == np.datetime64(expected)
    assert f"dates are assumed to be {assumed}" in said(panel)


def test_times_with_their_distance_from_utc(write):
    hours = pd.date_range("2023-10-28", periods=60, freq="h", tz="Europe/Berlin")
    rows = "".join(f"{hour.isoformat()},{i}\n" for i, hour in enumerate(hours))
    panel = read_panel(write("time,load\n" + rows))
    assert panel.time_zone == "UTC"
    assert panel.values.tolist() == list(range(60))
    assert panel.times[0] == np.datetime64("2023-10-27T22:00")
    assert "(daylight saving): they come back in UTC" in said(panel)

    days = pd.date_range("2023-10-20", periods=20, freq="D", tz="Europe/Berlin")
    rows = "".join(f"{day.isoformat(sep=' ')},{i}\n" for i, day in enumerate(days))
    panel = read_panel(write("time,load\n" + rows))
    assert (panel.freq, panel.time_zone) == ("D", None)

    rows = "".join(f"2024-01-0{i}T12:00+05:30,{i}\n" for i in range(1, 6))
    panel = read_panel(write("time,load\n" + rows))
    assert panel.time_zone == "+05:30"
    first = panel.future_frame(1)["time"].iloc[0]
    assert first.isoformat() == "2024-01-06T12:00:00+05:30"


def test_a_time_with_a_zone_among_times_without_is_named(write):
    text = "ds,y\n2024-01-01 00:00,1\n2024-01-01 01:00,2\n2024-01-01 02:00+01:00,3\n"
    with pytest.raises(DataError, match=r'line 4 has "2024-01-01 02:00\+01:00"'):
        read_panel(write(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "shop.csv is empty"),
        (" \n\n", "shop.csv is empty"),
        ("ds,y\n", r'has column names \("ds", "y"\) and no rows'),
        ("ds,y\n\n,\n\n", r'has column names \("ds", "y"\) and no rows'),
        ("2024-01-01,5\n2024-01-02,6\n", "looks like data: put a line of column names"),
        ("ds,y,y\n2024-01-01,1,2\n", r'the column name "y" 2 times \(columns 2 and 3\)'),
        ("ds,y\n2024-01-01,1\n2024-01-02,1,5\n", "line 3 of shop.csv has 3 cells, its header 2"),
        ("ds,y\n2024-01-01,1\n2024-01-02\n", "line 3 of shop.csv has 1 cell, its header 2"),
        ("ds,y\n2024-01-01,1\n2024-13-02,3\n", 'line 3 has "2024-13-02": correct it'),
        ("ds,y\n2024-01-01,1\nJan 2,3\n", r'like "2024-01-01" .*line 3 has "Jan 2"'),
        ("ds,y\n2024-01-01,1\n,3\n", 'column "ds" of shop.csv has no time in line 3'),
        ("ds,y\nsoon,1\nlater,3\n", 'line 2 has "soon": write dates like 2024-01-31'),
        ("ds,y\n2024-01-01,1\n2024-01-02,inf\n", 'infinite value, "inf", in line 3'),
        ("ds,y\n2024-01-01,1\n2024-01-02,1e999\n", 'infinite value, "1e999", in line 3'),
        ("ds,y\n2024-01-01,\n2024-01-02,\n", 'column "y" has no value at all'),
        ("ds,y\n2024-01-01,1\n2024-01-01,2\n", "2024-01-01 is there twice, in line 2 and line 3"),
        ("unique_id,ds,y\na,2024-01-01,1\n,2024-01-02,2\n", "names no series in line 3"),
        (
            "date,shop,a,b\n2024-01-01,x,1,2\n",
            'has 2 columns of numbers, "a", "b": name .* target_col',
        ),
        (
            "a,b,v\n2024-01-01,2024-01-02,2\n",
            '2 columns of times, "a", "b": name the right one with time_col',
        ),
        ("a,b\n7,x\n8,y\n", 'no column .* looks like times; its columns are "a", "b"'),
        ("ds,name\n2024-01-01,x\n2024-01-02,z\n", 'holds numbers to forecast; .*"ds", "name"'),
        (
            "ds,y\n1,1\n99999999999999999999,2\n",
            r'line 3 has "99999999999999999999": step .* 2\*\*62',
        ),
        ("ds,y\n1,1\n2,2\n".encode("utf-16")[:-1], "damaged, its text breaks off"),
        (b"\xef\xbb\xbfds,y\n1,\xff\n", "damaged, its text breaks off"),
        ("ds,y\n" + "x" * 200_000, "cannot be read .*field larger"),
        (b"PK\x03\x04rest", "Excel or zip file"),
        (bytes(range(256)) * 8, "not a text file"),
        (b"PAR1 and nothing more", "damaged Parquet file"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(write, text, message):
    with pytest.raises(DataError, match=message) as caught:
        read_panel(write(text))
    assert "\n" not in str(caught.value)


def test_empty_lines_and_trailing_separators_do_not_matter(write):
    panel = read_panel(write("\n\nds,y\n\n2024-01-01,1,\n , \n2024-01-02,2\n,\n\n"))
    assert panel.values.tolist() == [1, 2]


def test_lines_are_counted_through_cells_of_several_lines(write):
    text = 'ds,note,y\n2024-01-01,"two\nlines",1\n\n2024-01-02,,2\n2024-01-03,,x\n2024-01-04,,4\n'
    with pytest.raises(DataError, match='line 6 has "x"'):
        read_panel(write(text), target_col="y")


def test_files_that_are_not_there(write, tmp_path):
    write(german())
    with pytest.raises(NotFoundError, match=r"did you mean .*shop\.csv"):
        read_panel(tmp_path / "shpo.csv")
    with pytest.raises(NotFoundError, match="check the path"):
        read_panel(str(tmp_path / "nowhere" / "else.csv"))
    with pytest.raises(NotFoundError, match="is a folder"):
        read_panel(tmp_path)


def test_columns_that_are_not_there(write):
    with pytest.raises(
        NotFoundError, match=r'"Umsaz".*"Datum", "Umsatz \(€\)", "Filiale" \(did you'
    ):
        read_panel(write(german()), target_col="Umsaz")
    with pytest.raises(NotFoundError, match='id_col="shop" is not a column of the table'):
        read_panel(AIR, id_col="shop")
    with pytest.raises(UsageError, match='"ds" is named for two things'):
        read_panel(AIR, time_col="ds", target_col="ds")


@pytest.mark.slow
def test_ten_thousand_columns_are_not_all_listed(write):
    names = [f"c{i}" for i in range(10_000)]
    row = ["2024-01-01", "x", *["1"] * 10_000]
    text = ",".join(["date", "shop", *names]) + "\n" + ",".join(row) + "\n"
    with pytest.raises(DataError, match='"c9" and 9990 more: name the one'):
        read_panel(write(text))


def test_columns_are_named_by_the_user_or_found(write):
    text = "shop,day,sold\n" + "".join(
        f"{shop},2024-01-0{i},{i}\n" for i in range(1, 8) for shop in ("007", "8")
    )
    assert read_panel(write(text), target_col="sold").id_col == "shop"  # for times repeat
    panel = read_panel(write(text), id_col="shop")
    assert panel.ids.tolist() == ["007", "8"]
    assert list(panel.to_frame().columns) == ["shop", "day", "sold"]


def test_an_index_written_with_the_table_is_no_candidate(write):
    for name, text in {"a.csv": AIR.to_csv(), "b.csv": AIR.rename_axis("index").to_csv()}.items():
        assert read_panel(write(text, name)).values[0] == 112
    plain = AIR.rename(columns={"ds": "month", "y": "n"}).drop(columns="unique_id")
    panel = read_panel(write(plain.to_csv()))
    assert (panel.time_col, panel.target_col) == ("month", "n")


def test_numbers_without_times_are_numbered(write):
    panel = read_panel(write("temperature\n3\n1\n4\n"))
    assert panel.times.tolist() == [0, 1, 2]
    assert panel.freq == 1
    assert "there is no column of times: rows are numbered from 0" in panel.notes


def test_years_stay_integers(write):
    panel = read_panel(write("year,trapped\n1821,269\n1822,321\n1823,585\n"))
    assert panel.times.tolist() == [1821, 1822, 1823]
    assert panel.future_frame(1)["year"].tolist() == [1824]


def test_whole_numbers_beyond_53_bits_are_said(write):
    panel = read_panel(write("ds,y\n1,5\n2,9007199254740993\n"))
    assert "are rounded to 53 bits (line 3 is the first)" in said(panel)
    frame = pd.DataFrame({"ds": [1, 2], "y": [5, 2**53 + 1]})
    assert "are rounded to 53 bits (row 1 is the first)" in said(read_panel(frame))


def test_unicode_names(write):
    panel = read_panel(write("日付,売上\n2024-01-01,1\n2024-01-02,2\n"))
    assert list(panel.to_frame().columns) == ["日付", "売上"]


# ------------------------------------------------------------------------------------- tables


def air_frames():
    dates, values = AIR["ds"].dt.date.to_list(), AIR["y"].to_list()
    columns = {"ds": dates, "y": values}
    indexed = AIR.set_index("ds")["y"]
    periods = pd.period_range("1949-01", periods=144, freq="M")
    return {
        "pandas": AIR,
        "polars": pl.DataFrame(columns),
        "pyarrow": pa.table(columns),
        "series": indexed,
        "series without a name": pd.Series(indexed.to_numpy(), index=AIR["ds"].to_numpy()),
        "index": indexed.to_frame(),
        "index without a name": indexed.to_frame().rename_axis(None),
        "two indices": AIR.set_index(["unique_id", "ds"]),
        "periods": pd.Series(indexed.to_numpy(), index=periods),
        "categories": AIR.astype({"unique_id": "category"}),
        "python dates": AIR.assign(ds=AIR["ds"].dt.date),
        "timestamps": AIR.assign(ds=AIR["ds"].astype(object)),
        "text": AIR.astype({"y": str}).assign(ds=AIR["ds"].dt.strftime("%d/%m/%Y")),
        "integers": AIR.assign(ds=AIR["ds"].dt.strftime("%Y%m%d").astype(int)).astype({"y": int}),
        "nullable": AIR.astype({"y": "Int64"}),
        "float32": AIR.astype({"y": "float32"}),
        "decimals": pa.table({"ds": dates, "y": pa.array(values).cast(pa.decimal128(10, 2))}),
        "columns without names": AIR[["ds", "y"]].set_axis([0, 1], axis=1),
    }


@pytest.mark.parametrize("kind", air_frames())
def test_every_kind_of_table_gives_the_same_series(kind):
    source = air_frames()[kind]
    panel = read_panel(source)
    np.testing.assert_array_equal(panel.times, AIR["ds"].to_numpy())
    assert panel.times.dtype == "datetime64[us]"
    np.testing.assert_array_equal(panel.values, AIR["y"])
    assert panel.values.dtype == np.float64
    assert panel.freq == "MS"


@pytest.mark.slow
def test_a_parquet_file_that_was_cut_is_refused_with_a_sentence(tmp_path):
    AIR.to_parquet(tmp_path / "whole.parquet")
    whole, path = (tmp_path / "whole.parquet").read_bytes(), tmp_path / "table.parquet"
    for length in range(0, len(whole), len(whole) // 40):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match="empty" if not length else "Parquet"):
            read_panel(path)


def test_parquet(tmp_path):
    AIR.to_parquet(tmp_path / "air.parquet")
    panel = read_panel(tmp_path / "air.parquet")
    np.testing.assert_array_equal(panel.values, AIR["y"])
    assert panel.ids.tolist() == ["air_passengers"]


def damaged_parquet(tmp_path, old, new, **options):
    """Write ten rows uncompressed, and put new bytes in the place of the first old ones."""
    days = pd.date_range("2024-01-01", periods=10, unit="ns")  # pandas 3 has microseconds
    table = pa.table({"ds": days, "y": np.arange(10.0) + 1})
    path = tmp_path / "table.parquet"
    parquet.write_table(table, path, compression="none", use_dictionary=False, **options)
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))
    return path


def test_damage_that_a_checksum_of_a_parquet_file_shows_is_refused(tmp_path):
    four, five = np.array([4.0]).tobytes(), np.array([5.0]).tobytes()
    kept = damaged_parquet(tmp_path, four, four, write_page_checksum=True)
    np.testing.assert_array_equal(read_panel(kept).values, np.arange(10.0) + 1)
    path = damaged_parquet(tmp_path, four, five, write_page_checksum=True)
    with pytest.raises(DataError, match=r"damaged Parquet file: .*CRC"):
        read_panel(path)


@pytest.mark.parametrize("value", [1e300, -1.0, 10.5, np.inf])
def test_a_value_beyond_the_range_that_a_parquet_file_names_is_refused(tmp_path, value):
    path = damaged_parquet(tmp_path, np.array([4.0]).tobytes(), np.array([value]).tobytes())
    words = f'column "y" holds {value}, and the file names 1.0 to 10.0 as its range'
    with pytest.raises(DataError, match=re.escape(words)) as refused:
        read_panel(path)
    assert f"“y”列有 {value}" in sentence(refused.value.message, "zh")


def test_a_time_beyond_the_range_that_a_parquet_file_names_is_refused(tmp_path):
    old, new = (np.array([day], "datetime64[ns]").tobytes() for day in ("2024-01-04", "2025-01-04"))
    with pytest.raises(DataError, match=r'"ds" holds 2025-01-04 .* names 2024-01-01 .* range'):
        read_panel(damaged_parquet(tmp_path, old, new))


def test_rows_and_blank_cells_that_a_parquet_file_does_not_name_are_refused(tmp_path):
    paths = []
    for i, cells in enumerate(([1.0, 2.0, 3.0], [1.0, 2.0], [1.0, 2.0, None])):
        paths.append(tmp_path / f"{i}.parquet")
        parquet.write_table(pa.table({"y": cells}), paths[-1])
    metadata = parquet.read_metadata(paths[0])
    _require_agreement(metadata, parquet.read_table(paths[0]), "0.parquet")
    for path, words in ((paths[1], "names 3 rows and holds 2"), (paths[2], "holds 1")):
        with pytest.raises(DataError, match=words):
            _require_agreement(metadata, parquet.read_table(path), "0.parquet")


def test_times_with_a_zone_and_row_groups_of_a_parquet_file_are_read(tmp_path):
    days = pd.date_range("2024-01-01", periods=9, tz="Asia/Tokyo")
    table = pa.table({"ds": days, "y": [1.0, None, *range(7)], "on": [True] * 9})
    path = tmp_path / "table.parquet"
    parquet.write_table(table, path, row_group_size=4)
    panel = read_panel(path)
    assert panel.time_zone == "Asia/Tokyo"
    assert len(panel.values) == 9


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_missing_values_of_every_kind_of_table(make):
    panel = read_panel(make({"ds": list(range(10)), "y": [0, None, *range(2, 10)]}))
    assert panel.values.tolist() == list(range(10))
    assert np.flatnonzero(panel.filled).tolist() == [1]


def test_polars_times_with_a_zone():
    start, end = dt.datetime(2023, 3, 20), dt.datetime(2023, 4, 1)
    hours = pl.datetime_range(start, end, "1h", time_zone="Europe/Berlin", eager=True)
    panel = read_panel(pl.DataFrame({"ds": hours, "y": range(len(hours))}))
    assert (panel.freq, panel.time_zone) == ("h", "Europe/Berlin")
    assert not panel.filled.any()


def test_ids_keep_their_kind_and_order():
    table = pd.DataFrame({"unique_id": [7, 7, 5, 5], "ds": [1, 2, 1, 2], "y": range(4)})
    panel = read_panel(table)
    assert panel.ids.tolist() == [7, 5]
    assert panel.future_frame(1)["unique_id"].dtype == np.int64
    named = pl.DataFrame({"unique_id": ["b", "b", "a", "a"], "ds": [1, 2, 1, 2], "y": range(4)})
    assert read_panel(named).ids.tolist() == ["b", "a"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (AIR.iloc[:0], "and no rows"),
        (pd.concat([AIR, AIR], axis=1), '"unique_id" more than once'),
        (pa.table([[1], [2], [3]], names=["ds", "y", "y"]), '"y" more than once'),
        (AIR.assign(y=AIR["y"].where(AIR.index != 9, np.inf)), 'infinite value, "inf", in row 9'),
        (AIR.assign(y=AIR["y"].astype(object).where(AIR.index != 5, "x")), 'row 5 has "x"'),
        (AIR.assign(ds=AIR["ds"].where(AIR.index != 3)), "no time in row 3"),
        (AIR.assign(unique_id=[None, *["a"] * 143]), "names no series in row 0"),
        (pd.DataFrame({"ds": [1.0, 2.5], "y": [1, 2]}), 'row 1 has "2.5": write dates'),
        (pd.DataFrame({"ds": [dt.date(2024, 1, 1), 5], "y": [1, 2]}), 'row 1 has "5"'),
        (AIR.assign(y=AIR["ds"]), 'column "y" of the table should hold numbers, but row 0'),
        (
            pd.DataFrame(
                {
                    "ds": [pd.Timestamp("2024", tz="UTC"), pd.Timestamp("2025", tz="Asia/Tokyo")],
                    "y": [1, 2],
                }
            ),
            "mixes time zones",
        ),
        (
            pd.DataFrame({"ds": pd.to_datetime([1, 2], unit="ns"), "y": [1, 2]}),
            "finer than a microsecond",
        ),
    ],
)
def test_tables_that_cannot_be_used_get_a_sentence(table, message):
    with pytest.raises(DataError, match=message):
        read_panel(table)


@pytest.mark.parametrize("source", [None, [1, 2], np.arange(3), {"y": [1]}])
def test_what_is_no_table_is_refused(source):
    with pytest.raises(UsageError, match="is not a table: give a path"):
        read_panel(source)


def test_reading_leaves_the_table_alone():
    table = AIR.sample(frac=1, random_state=0)
    before = table.copy()
    read_panel(table)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("kind", ["csv", "pandas", "polars", "parquet"])
@pytest.mark.parametrize("ids", [["north", "south"], [7, 9]])
def test_where_times_repeat_the_one_other_column_tells_series_apart(tmp_path, kind, ids):
    frame = pd.concat(
        pd.DataFrame({"week": pd.date_range("2024-01-01", periods=9, freq="7D"), "shop": name,
                      "sold": np.arange(9.0) + 0.5})
        for name in ids
    )  # fmt: skip
    source = frame
    if kind == "csv":
        source = tmp_path / "sales.csv"
        frame.to_csv(source, index=False)
    elif kind == "parquet":
        source = tmp_path / "sales.parquet"
        frame.to_parquet(source, index=False)
    elif kind == "polars":
        source = pl.from_pandas(frame)
    panel = read_panel(source, target_col="sold")
    assert [str(name) for name in panel.ids] == [str(name) for name in ids]
    assert panel.id_col == "shop"
    assert panel.notes[0] == 'times repeat, so column "shop" is taken to tell series apart'


def test_where_two_columns_could_tell_series_apart_it_is_asked():
    frame = pd.DataFrame({"ds": [1, 1, 2, 2], "shop": list("abab"), "town": list("cdcd"), "y": 1.0})
    with pytest.raises(DataError, match=r"is there twice, .* with id_col"):
        read_panel(frame)


WIDE = pd.DataFrame(
    {
        "day": pd.date_range("2024-01-01", periods=9),
        "north": np.arange(9.0),
        "south": [np.nan, np.nan, *np.arange(10.0, 16.0), np.nan],  # begins later, ends earlier
        "west": np.arange(9) * 2,
    }
)


@pytest.mark.parametrize("kind", ["csv", "pandas", "index", "polars", "pyarrow", "parquet"])
def test_a_wide_table_has_a_series_in_each_column(tmp_path, kind):
    source = {
        "pandas": lambda: WIDE,
        "index": lambda: WIDE.set_index("day"),
        "polars": lambda: pl.from_pandas(WIDE),
        "pyarrow": lambda: pa.Table.from_pandas(WIDE),
        "csv": lambda: tmp_path / "wide.csv",
        "parquet": lambda: tmp_path / "wide.parquet",
    }[kind]()
    WIDE.to_csv(tmp_path / "wide.csv", index=False)
    WIDE.to_parquet(tmp_path / "wide.parquet", index=False)
    panel = read_panel(source)
    assert panel.ids.tolist() == ["north", "south", "west"]
    assert (panel.id_col, panel.time_col, panel.target_col) == ("unique_id", "day", "y")
    assert [len(s.values) for s in panel] == [9, 6, 9]
    np.testing.assert_array_equal(panel[1].values, np.arange(10.0, 16.0))
    assert panel[1].times[0] == np.datetime64("2024-01-03")
    assert any('each of "north", "south", "west" is a series' in note for note in panel.notes)
    one = read_panel(source, target_col="west")
    assert len(one) == 1
    np.testing.assert_array_equal(one.values, np.arange(9) * 2)


@pytest.mark.slow
def test_ten_thousand_columns_are_ten_thousand_series(tmp_path):
    table = np.random.default_rng(0).normal(size=(20, 10_000)).round(3)
    frame = pd.DataFrame(table, columns=[f"s{i}" for i in range(10_000)])
    frame.insert(0, "ds", np.arange(20))
    frame.to_csv(tmp_path / "wide.csv", index=False)
    panel = read_panel(tmp_path / "wide.csv")
    assert len(panel) == 10_000
    np.testing.assert_array_equal(panel.values.reshape(10_000, 20), table.T)


@pytest.mark.parametrize("kind", ["gzip", "bz2", "lzma"])
def test_compressed_files_are_read_as_the_text_they_hold(tmp_path, kind):
    module = __import__(kind)
    path = tmp_path / "air.csv.packed"
    text = AIR.drop(columns="unique_id").to_csv(index=False, sep=";").encode("utf-16")
    path.write_bytes(module.compress(text))
    panel = read_panel(path)
    np.testing.assert_array_equal(panel.values, AIR["y"])
    assert "the text is in UTF-16" in panel.notes
    path.write_bytes(module.compress(text)[:-20])
    with pytest.raises(DataError, match="damaged"):
        read_panel(path)


def test_lazy_frames_are_collected():
    panel = read_panel(pl.from_pandas(AIR).lazy())
    np.testing.assert_array_equal(panel.values, AIR["y"])
