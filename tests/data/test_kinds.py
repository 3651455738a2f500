"""Files as people have them: each kind with inputs whose meaning is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gatecast import LSTMForecaster
from gatecast.data.calendar import describe_frequency
from gatecast.data.reading import read_new_rows, read_panel, read_plan
from gatecast.data.schema import Schema
from gatecast.errors import DataError, UsageError


@pytest.fixture
def write(tmp_path):
    """Write lines to a file, give its path."""

    def to_disk(lines, name="table.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes("\n".join(lines).encode(encoding))
        return path

    return to_disk


def column(cells, name="time"):
    return [f"{name};y", *(f"{cell};{i}" for i, cell in enumerate(cells))]


@pytest.mark.parametrize(
    ("cells", "freq", "first", "following"),
    [
        (["1Q2020", "2Q2020", "3Q2020", "4Q2020"], "QS", "2020-01-01", "2021-01-01"),
        (["Q3 2020", "Q4 2020", "Q1 2021"], "QS", "2020-07-01", "2021-04-01"),
        (["2020年第1季度", "2020年第2季度", "2020年第3季度"], "QS", "2020-01-01", "2020-10-01"),
        (["2020年1月1日", "2020年1月2日", "2020年1月3日"], "D", "2020-01-01", "2020-01-04"),
        (["1987年11月", "1987年12月", "1988年1月"], "MS", "1987-11-01", "1988-02-01"),
        (["2022-W51", "2022-W52", "2023-W01"], "W-MON", "2022-12-19", "2023-01-09"),
        (["KW 52 2020", "KW 53 2020", "KW 1 2021"], "W-MON", "2020-12-21", "2021-01-11"),
        (["2020-11", "2020-12", "2021-1"], "MS", "2020-11-01", "2021-02-01"),
        (["2020-1", "2020-2", "2020-3"], "MS", "2020-01-01", "2020-04-01"),
        (["2000-01", "2001-02", "2002-03"], "YS", "2000-01-01", "2003-01-01"),
        (["1999/2000", "2000/2001", "2001/2002"], "YS", "1999-01-01", "2002-01-01"),
        (["FY2019", "FY2020", "FY2021"], "YS", "2019-01-01", "2022-01-01"),
        (["1991.0", "1991.25", "1991.5", "1991.75"], "QS", "1991-01-01", "1992-01-01"),
        (["1949.000", "1949.083", "1949.167"], "MS", "1949-01-01", "1949-04-01"),
        (["20240101T000000", "20240101T010000"], "h", "2024-01-01", "2024-01-01T02:00"),
        (["1704067200", "1704070800", "1704074400"], "h", "2024-01-01", "2024-01-01T03:00"),
        (["202401010000", "202401010030"], "30min", "2024-01-01", "2024-01-01T01:00"),
        (["31/12/2023 23:00", "31/12/2023 24:00"], "h", "2023-12-31T23:00", "2024-01-01T01:00"),
        (["2024-01-01 00:00:00,000", "2024-01-01 00:00:00,250"], "250ms", "2024-01-01",
         "2024-01-01T00:00:00.5"),
        (["1. März 2024", "2. März 2024"], "D", "2024-03-01", "2024-03-03"),
        (["Mon, 1 Jan 2024", "Tue, 2 Jan 2024"], "D", "2024-01-01", "2024-01-03"),
        (["1-Jan-24", "2-Jan-24", "3-Jan-24"], "D", "2024-01-01", "2024-01-04"),
    ],
)  # fmt: skip
def test_times_as_people_write_them(write, cells, freq, first, following):
    panel = read_panel(write(column(cells)))
    assert panel.freq == freq
    assert panel.times[0] == np.datetime64(first)
    assert panel.future_frame(1)["time"].to_numpy()[0] == np.datetime64(following)


def test_utc_behind_a_time_is_its_zone(write):
    panel = read_panel(write(column([f"2024-01-01 0{i}:00:00 UTC" for i in range(3)])))
    assert (panel.time_zone, panel.freq) == ("UTC", "h")


def test_weeks_by_the_name_of_their_column(write):
    assert read_panel(write(column([202401, 202402, 202403], "week"))).freq == "W-MON"
    assert read_panel(write(column([202401, 202402, 202403], "month"))).freq == "MS"
    assert read_panel(write(column([202452, 202501, 202502], "t"))).freq == "W-MON"


def hours(begin, clock):
    days = np.repeat(pd.date_range("2024-01-01", periods=3).strftime("%Y-%m-%d"), 24)
    return days, np.tile([clock(h) for h in range(begin, begin + 24)], 3)


@pytest.mark.parametrize(
    ("name", "begin", "clock"),
    [
        ("Hour", 1, str),
        ("hour", 0, str),
        ("HourEnding", 1, str),
        ("Time", 0, lambda h: f"{h:02d}:00"),
        ("clock", 0, lambda h: f"{h % 12 or 12}:00 {'AM' if h < 12 else 'PM'}"),
    ],
)
def test_date_and_hour_are_one_time(write, name, begin, clock):
    days, hour = hours(begin, clock)
    rows = [f"{d},{h},{i}" for i, (d, h) in enumerate(zip(days, hour, strict=True))]
    panel = read_panel(write([f"Date,{name},load", *rows]), target_col="load")
    assert (len(panel), panel.freq) == (1, "h")
    assert panel.times[0] == np.datetime64("2024-01-01T00:00")
    assert panel.values.tolist() == list(range(72))
    assert any("Date" in note and name in note for note in panel.notes)


@pytest.mark.parametrize(
    ("header", "rows", "freq"),
    [
        ("year,month,n", [f"{2010 + i // 12},{i % 12 + 1},{i}" for i in range(30)], "MS"),
        ("Year,Quarter,n", [f"{2010 + i // 4},Q{i % 4 + 1},{i}" for i in range(12)], "QS"),
        ("jahr,kw,n", [f"{2021 + i // 52},{i % 52 + 1},{i}" for i in range(60)], "W-MON"),
        ("year,month,day,hour,n", [f"2024,1,{1 + i // 24},{i % 24},{i}" for i in range(72)], "h"),
    ],
)
def test_a_year_and_what_is_finer_are_one_time(write, header, rows, freq):
    panel = read_panel(write([header, *rows]))
    assert (len(panel), panel.freq, panel.target_col) == (1, freq, "n")
    assert panel.values.tolist() == list(range(len(rows)))


def test_several_columns_tell_series_apart(write):
    rows = [f"2024-01-{d:02d},{s},{i},{s * 10 + i + d}"
            for s in (1, 2) for i in (1, 2, 3) for d in range(1, 9)]  # fmt: skip
    path = write(["date,store,item,sold", *rows])
    for panel in (read_panel(path), read_panel(path, id_col="store,item", target_col="sold")):
        assert panel.ids.tolist() == ["1,1", "1,2", "1,3", "2,1", "2,2", "2,3"]
        assert panel.schema is not None
        assert panel.schema.id_cols == ("store", "item")
        assert panel[4].values.tolist() == [22 + d for d in range(1, 9)]
        frame = panel.schema.split_ids(panel.future_frame(1))
        assert frame.columns.tolist() == ["store", "item", "date"]
        assert frame["item"].tolist() == ["1", "2", "3"] * 2


def month_days(rule):
    return [rule(m).strftime("%Y-%m-%d") for m in pd.period_range("2020-01", periods=24, freq="M")]


@pytest.mark.parametrize(
    "rule",
    [
        lambda m: pd.bdate_range(m.start_time, m.end_time)[-2],
        lambda m: m.start_time + pd.Timedelta(days=m.month % 5),
    ],
)
def test_one_row_in_each_month_is_monthly(write, rule):
    panel = read_panel(write(column(month_days(rule))))
    assert panel.freq in ("MS", "ME")
    assert len(panel.values) == 24
    assert read_panel(write(column(month_days(rule))), freq="M").freq == "ME"


@pytest.mark.parametrize(
    ("freq", "words"),
    [
        ("WOM-3FRI", "monthly, third Fri"),
        ("WOM-2TUE", "monthly, second Tue"),
        ("LWOM-THU", "monthly, last Thu"),
        ("WOM-1SAT", "monthly, first Sat"),
    ],
)
def test_the_same_weekday_of_each_month_goes_on(write, freq, words):
    offset = pd.offsets.LastWeekOfMonth(weekday=3) if freq == "LWOM-THU" else freq
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range("2020-01-05", periods=60, freq=offset)]
    panel = read_panel(write(column(days[:40])))
    assert (panel.freq, describe_frequency(freq)) == (freq, words)
    assert not panel.filled.any()
    assert panel.future_frame(20)["time"].astype(str).tolist() == days[40:]
    assert read_panel(write(column(days[:40])), freq=freq).freq == freq
    ends = panel.ends()
    new = pd.DataFrame({"time": days[40:42], "y": [1.0, 2.0]})
    rows = read_new_rows(new, (), schema=panel.schema, ends=ends)
    assert rows.panel.times.astype("datetime64[D]").astype(str).tolist() == days[40:42]


def test_periods_of_4_4_and_5_weeks_are_steps(write):
    for begin in range(3):
        weeks = np.cumsum([0, *([4, 4, 5] * 4)[begin:]])
        cells = pd.Timestamp("2022-01-02") + pd.to_timedelta(weeks * 7, unit="D")
        panel = read_panel(write(column(cells[:-1].strftime("%Y-%m-%d"))))
        assert panel.future_frame(1)["time"].iloc[0] == cells[-1]


@pytest.mark.parametrize(
    ("clock", "days", "step"),
    [
        ([("09:30", "15:45")], "B", "15min"),
        ([("09:30", "11:15"), ("13:00", "14:45")], "B", "15min"),
        ([("08:00", "17:00")], "C", "h"),
    ],
)
def test_steps_within_sessions_count_on(write, clock, days, step):
    weekmask = "Mon Tue Wed Thu Fri" if days == "B" else "Mon Tue Wed Thu Fri Sat"
    dates = pd.bdate_range("2024-01-01", periods=31, freq="C", weekmask=weekmask)
    spans = [(f"{d:%Y-%m-%d} {a}", f"{d:%Y-%m-%d} {b}") for d in dates for a, b in clock]
    times = [t for begin, end in spans for t in pd.date_range(begin, end, freq=step)]
    size = len(times) // 31
    panel = read_panel(write(column([f"{t:%Y-%m-%d %H:%M}" for t in times[: size * 30]])))
    assert not panel.filled.any()
    assert panel.future_frame(size)["time"].tolist() == times[size * 30 :]


@pytest.mark.parametrize(
    ("cells", "values", "separator"),
    [
        (["$1,230.00", "$1,240.50", "($5)"], [1230, 1240.5, -5], ";"),
        (["1.230,50 €", "12 €", "-3,5 €"], [1230.5, 12, -3.5], ";"),
        (["2.3%", "2.4%", "0"], [2.3, 2.4, 0], ","),
        (["₹12,34,567.50", "₹1,00,000", "₹99"], [1234567.5, 100000, 99], ";"),
    ],
)
def test_money_and_per_cent_are_numbers(write, cells, values, separator):
    rows = [f"2024-01-0{i}{separator}{cell}" for i, cell in enumerate(cells, 1)]
    assert read_panel(write([f"day{separator}y", *rows])).values.tolist() == values


def test_money_beside_a_count_is_asked_about(write):
    rows = [f'2024-01-0{i},"$1,0{i}0.00",{i}' for i in range(1, 8)]
    with pytest.raises(DataError, match='"Revenue", "Orders": name'):
        read_panel(write(["Date,Revenue,Orders", *rows]))


@pytest.mark.parametrize(
    "header", ["Date,Open,High,Low,Close", "day,Temperature,Humidity", "日期,价格,销量"]
)
def test_measures_of_one_thing_are_asked_about(write, header):
    width = header.count(",")
    rows = [f"2024-01-{d:02d}," + ",".join([str(d)] * width) for d in range(1, 10)]
    with pytest.raises(DataError, match=f"has {width} columns of numbers.*target_col"):
        read_panel(write([header, *rows]))
    last = header.split(",")[-1]
    assert read_panel(write([header, *rows]), target_col=last).target_col == last


def test_a_column_for_each_month_is_explained(write):
    header = "YEAR,JAN,FEB,MAR,APR,MAY,JUN,JUL,AUG,SEP,OCT,NOV,DEC"
    for names in (header, header.title()):
        rows = [f"{1950 + i}," + ",".join(f"{i + j / 10}" for j in range(12)) for i in range(9)]
        with pytest.raises(DataError, match=r"a column for each month.*one row for each month"):
            read_panel(write([names, *rows]))


def test_an_index_and_a_column_that_pandas_wrote_without_names(write, tmp_path):
    pd.Series([269.0, 321.0, 585.0], index=[1821, 1822, 1823]).to_csv(tmp_path / "series.csv")
    panel = read_panel(tmp_path / "series.csv")
    assert (panel.freq, panel.times.tolist()) == (1, [1821, 1822, 1823])
    assert panel.values.tolist() == [269, 321, 585]
    with pytest.raises(DataError, match="looks like data"):
        read_panel(write(["1821,0", "1822,1", "1823,2"]))


def test_three_lines_of_names_with_two_measures_are_asked_about(write):
    rows = [f"2024-01-{d:02d},{d},{1000 + d}" for d in range(1, 10)]
    path = write(["Price,Close,Volume", "Ticker,ABC,ABC", "Date,,", *rows])
    with pytest.raises(DataError, match='"Close", "Volume": name the one'):
        read_panel(path)


@pytest.mark.parametrize(
    "above",
    [
        ["sep=;", "time;load"],
        ["# exported by a tool", "# at noon", "time;load"],
        ["Station 7", "", "time;load"],
        ["time;load", ";MW"],
        ["# time;load"],
        ["Price;load", "Ticker;ABC", "time;"],
    ],
)
def test_lines_above_and_below_the_names(write, above):
    panel = read_panel(write([*above, *(f"2024-01-{d:02d};{d}" for d in range(1, 11))]))
    assert (panel.time_col, panel.target_col) == ("time", "load")
    assert panel.values.tolist() == list(range(1, 11))


@pytest.mark.parametrize(
    ("value", "places"),
    [(-200, [3, 9, 10]), (9999, [7]), (-999, [0, 1, 50]), (65535, [4, 5, 6, 7]), (0, [8, 9, 30])],
)
def test_codes_for_missing_values_are_named(write, value, places):
    values = np.random.default_rng(0).normal(100, 2, 60).round(1)
    values[places] = value
    plain = np.random.default_rng(1).normal(5, 1, 60).round(1)
    days = pd.date_range("2024-01-01", periods=60)
    frame = pd.DataFrame({"ds": days, "a": values, "b": plain})
    for source in (frame[["ds", "a"]].rename(columns={"a": "y"}), frame):
        (note,) = [n for n in read_panel(source).notes if "missing value" in n]
        rows = "row" if len(places) == 1 else "rows"
        assert note.startswith(f"the value {value} stands in {len(places)} {rows}, far from all")


def test_what_is_merely_far_or_frequent_is_no_code():
    rng = np.random.default_rng(0)
    for values in (
        rng.poisson(0.3, 200), rng.integers(0, 2, 200), np.where(rng.random(200) < 0.1, 140, 100),
        np.where(np.arange(200) == 5, 731.5, rng.normal(100, 2, 200)),
        np.exp(np.arange(200) / 10), np.full(200, 7), np.where(np.arange(200) < 150, 0.0, 50.5),
    ):  # fmt: skip
        frame = pd.DataFrame({"ds": range(200), "y": np.asarray(values, float)})
        assert not [n for n in read_panel(frame).notes if "missing value" in n]


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        ("日期,销量", "gbk"),
        ("日期,销售数量", "gb18030"),
        ("日付,売上", "cp932"),
        ("日,値段", "cp932"),
    ],
)
def test_east_asian_encodings(write, names, encoding):
    panel = read_panel(write([names, "2024-01-01,1", "2024-01-02,2"], encoding=encoding))
    assert [panel.time_col, panel.target_col] == names.split(",")


def test_limits_say_how_to_raise_them(write, monkeypatch):
    path = write(["ds,y", *(f"{i},{i}" for i in range(100))])
    for name, text in (("BYTES", "bytes"), ("LINE", "line 1"), ("COLUMNS", "columns"),
                       ("CELLS", "cells")):  # fmt: skip
        with monkeypatch.context() as patch:
            patch.setenv(f"GATECAST_MAX_{name}", "1")
            with pytest.raises(DataError, match=f"{text}.*GATECAST_MAX_{name}"):
                read_panel(path)


@pytest.mark.slow
def test_a_header_longer_than_64_kilobytes_is_read(write):
    names = [f"column {i:05d} " + "x" * 8 for i in range(5_000)]
    rows = [",".join([str(i), *["1"] * 5_000]) for i in range(3)]
    assert len(read_panel(write([",".join(["ds", *names]), *rows]))) == 5_000


# ------------------------------------------------------------- what the history has settled


def test_a_schema_is_the_same_after_json(write):
    path = write(["Tag;Preis;Aktion", "13.01.2024;1.529,18;ja", "14.01.2024;2;nein"])
    schema = read_panel(path, target_col="Preis", extra_cols=["Aktion"]).schema
    assert schema is not None
    assert Schema.from_json(schema.to_json()) == schema
    assert (schema.day_first, schema.numbers["Preis"].decimal, schema.kinds) == (
        True, ",", {"Aktion": "truth"},
    )  # fmt: skip


def settled(write, rows, **options):
    return read_panel(write(rows, "history.csv"), **options)


def test_an_ambiguous_thousand_is_read_as_the_history_writes_it(write):
    panel = settled(write, ["d;y", "13.01.2024;1.529,18", "14.01.2024;1.530,20"])
    new = write(["d;y", "15.01.2024;1.561"], "new.csv")
    rows = read_new_rows(new, (), schema=panel.schema, ends=panel.ends())
    assert rows.panel.values.tolist() == [1561]
    plain = settled(write, ["d;y", "13.01.2024;1529.18", "14.01.2024;1530.20"])
    with pytest.raises(DataError, match=r'"y" of new.csv .* line 2 has "1,561"'):
        read_new_rows(write(["d;y", "15.01.2024;1,561"], "new.csv"), (), schema=plain.schema,
                      ends=plain.ends())  # fmt: skip


@pytest.mark.parametrize(("day", "month"), [(1, 2), (3, 4), (12, 11)])
def test_one_row_has_the_order_of_day_and_month_of_the_history(write, day, month):
    last = pd.Timestamp(2024, month, day) - pd.Timedelta(days=1)
    days = pd.date_range(end=last, periods=40).strftime("%d/%m/%Y")
    panel = settled(write, ["d,y", *(f"{d},{i}" for i, d in enumerate(days))])
    new = write(["d,y", f"{day:02d}/{month:02d}/2024,5"], "new.csv")
    rows = read_new_rows(new, (), schema=panel.schema, ends=panel.ends())
    assert rows.panel.times.tolist() == [pd.Timestamp(2024, month, day).to_pydatetime()]


@pytest.mark.parametrize(
    ("history", "plan", "expected"),
    [
        (["1", "", "1", ""], ["", "1"], [0, 1]),
        (["True", "False", "True", "False"], [True, False], [1, 0]),
        (["yes", "no", "no", "yes"], ["1", "0"], [1, 0]),
        (["Sale", "", "Sale", "Fair"], ["sale", ""], ["Sale", ""]),
        (["0", "a", "0", "0", "0", "a", "0", "0"], [0, "A"], ["0", "a"]),
    ],
)
def test_the_kind_of_a_column_and_its_blanks_belong_to_the_history(write, history, plan, expected):
    rows = [f"2024-01-{i:02d},{i},{cell}" for i, cell in enumerate(history, 1)]
    panel = settled(write, ["ds,y,promo", *rows], extra_cols=["promo"])
    days = pd.date_range("2024-01-01", periods=len(history) + 2)[-2:]
    read = read_plan(pd.DataFrame({"ds": days, "promo": plan}), ["promo"], schema=panel.schema,
                     ends=panel.ends(), h=2)  # fmt: skip
    assert read.cells["promo"].tolist() == [expected]


@pytest.mark.parametrize("cells", [("Sale", "", "Fair"), ("1", "", "1"), ("1", "", "0")])
def test_a_blank_cell_of_a_plan_or_of_new_rows_is_named_where_it_means_nothing(write, cells):
    rows = [f"2024-01-{i:02d},{i},{cells[i % 3]}" for i in range(1, 10)]
    panel = settled(write, ["ds,y,promo", *rows], extra_cols=["promo"])
    following = {"schema": panel.schema, "ends": panel.ends()}
    lines = ["ds,y,promo", f"2024-01-10,1,{cells[0]}", "2024-01-11,2,", "2024-01-12,3,"]
    said = 'plan.csv: column "promo" is blank in 2 rows (line 3 is the first): nothing holds there'
    plan = read_plan(write(lines, "plan.csv"), ["promo"], h=3, **following)
    new = read_new_rows(write(lines, "plan.csv"), ["promo"], **following)
    for notes in (plan.notes, new.notes):
        assert [said in str(note) for note in notes] == [True]
    whole = read_plan(write(lines[:2], "plan.csv"), ["promo"], h=1, **following)
    assert not whole.notes


@pytest.mark.parametrize("cells", [("a", "b"), ("1", "0"), ("yes", "no"), ("1.5", "2.5")])
def test_a_blank_cell_of_a_plan_is_refused_where_the_history_has_none(write, cells):
    rows = [f"2024-01-{i:02d},{i},{cells[i % 2]}" for i in range(1, 10)]
    panel = settled(write, ["ds,y,promo", *rows], target_col="y", extra_cols=["promo"])
    plan = write(["ds,promo", f"2024-01-10,{cells[0]}", "2024-01-11,"], "plan.csv")
    with pytest.raises(DataError, match=r'"promo" of plan.csv has nothing in line 3'):
        read_plan(plan, ["promo"], schema=panel.schema, ends=panel.ends(), h=2)


def test_what_does_not_fit_the_history_is_named(write):
    rows = [f"2024-01-{i:02d},{i},{i % 2 == 0},{i}.5" for i in range(1, 9)]
    panel = settled(write, ["ds,y,promo,price", *rows], target_col="y",
                    extra_cols=["promo", "price"])  # fmt: skip
    for cells, words in (("maybe,1.5", 'line 2 has "maybe"'), ("True,", "nothing in line 2")):
        plan = write(["ds,promo,price", f"2024-01-09,{cells}"], "plan.csv")
        with pytest.raises(DataError, match=words):
            read_plan(plan, ["promo", "price"], schema=panel.schema, ends=panel.ends(), h=1)


def test_ids_are_the_same_whether_text_or_number():
    table = pd.DataFrame({"shop": [1, 1, 2, 2], "ds": [1, 2, 1, 2], "y": range(4)})
    panel = read_panel(table, id_col="shop")
    for ids in (["1", "2"], [1, 2], [1.0, 2.0]):
        new = pd.DataFrame({"shop": ids, "ds": 3, "y": 9.0})
        rows = read_new_rows(new, (), schema=panel.schema, ends=panel.ends())
        assert rows.indices.tolist() == [0, 1]


def test_gaps_and_missing_values_in_new_rows_are_refused():
    panel = read_panel(pd.DataFrame({"ds": range(5), "y": range(5)}))
    for new, words in (
        ({"ds": [5, 7], "y": [1.0, 2.0]}, "no row for 6"),
        ({"ds": [5, 6], "y": [1.0, np.nan]}, "no value in row 1"),
    ):
        with pytest.raises(DataError, match=words):
            read_new_rows(pd.DataFrame(new), (), schema=panel.schema, ends=panel.ends())


def test_a_grown_file_is_taken_from_where_the_model_is():
    table = pd.DataFrame({"ds": range(8), "y": np.arange(8.0)})
    panel = read_panel(table[:5])
    rows = read_new_rows(table, (), schema=panel.schema, ends=panel.ends())
    assert rows.panel.values.tolist() == [5, 6, 7]
    assert rows.last == {0: 4.0}
    assert any(
        "5 rows up to the end of the model's history passed over" in note for note in rows.notes
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"level": 90}, "give a list of per cents"),
        ({"level": [0.9]}, "levels are per cents: .* give 90"),
        ({"h": 7.0}, "give a whole number, h=7"),
        ({"h": "7"}, "give a whole number"),
        ({"hidden": True}, "give a whole number"),
    ],
)
def test_arguments_of_the_wrong_kind_get_a_sentence(options, words):
    with pytest.raises(UsageError, match=words):
        LSTMForecaster(**{"h": 3, **options}).fit(pd.DataFrame({"ds": range(30), "y": range(30)}))
