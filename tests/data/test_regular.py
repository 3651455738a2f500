from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from gatecast.data.reading import read_panel
from gatecast.errors import DataError, UsageError


def days(n: int, **columns) -> pd.DataFrame:
    return pd.DataFrame(
        {"ds": pd.date_range("2024-01-01", periods=n), "y": np.arange(n), **columns}
    )


def said(panel) -> str:
    return "\n".join(panel.notes)


def test_a_regular_table_is_taken_as_it_is():
    panel = read_panel(days(30))
    assert panel.freq == "D"
    assert panel.values.tolist() == list(range(30))
    assert not panel.filled.any()
    assert panel.notes == ('times are daily (freq="D"), from 2024-01-01 to 2024-01-30: 30 steps',)


def test_unsorted_rows_are_sorted_and_it_is_said():
    table = days(30)
    panel = read_panel(table.iloc[[1, 0, *range(2, 30)]].reset_index(drop=True))
    assert panel.values.tolist() == list(range(30))
    assert "not in the order of time (row 1 is the first) and have been sorted" in said(panel)


def test_series_may_take_turns():
    table = pd.concat([days(10, unique_id="b"), days(10, unique_id="a")]).sort_values(
        "ds", kind="stable", ignore_index=True
    )
    panel = read_panel(table)
    assert panel.ids.tolist() == ["b", "a"]
    assert panel.offsets.tolist() == [0, 10, 20]
    assert panel.values.tolist() == [*range(10), *range(10)]
    assert "sorted" not in said(panel)


@pytest.mark.parametrize("missing", ["row", "value"])
def test_a_gap_is_filled_by_a_straight_line(missing):
    table = days(30).astype({"y": float})
    table.loc[[10, 11], "y"] = np.nan
    table.loc[12:, "y"] += 6
    if missing == "row":
        table = table.dropna()
    panel = read_panel(table)
    assert panel.values[9:13].tolist() == [9, 12, 15, 18]
    assert np.flatnonzero(panel.filled).tolist() == [10, 11]
    assert panel.times[10:12].tolist() == [
        dt.datetime(2024, 1, 11), dt.datetime(2024, 1, 12)
    ]  # fmt: skip
    assert "a gap of 2 steps after 2024-01-10 has been filled by a straight line" in said(panel)


def test_gaps_of_many_series_are_summed_up():
    a, b = days(30, unique_id="a").drop([5, 6, 20]), days(30, unique_id="b").drop([7])
    panel = read_panel(pd.concat([a, b, days(12, unique_id="c")], ignore_index=True))
    assert panel.offsets.tolist() == [0, 30, 60, 72]
    assert panel.values.tolist() == [*range(30), *range(30), *range(12)]
    assert panel.filled.sum() == 4
    sentence = (
        "3 gaps in 2 of 3 series have been filled by straight lines, 4 steps in all; the longest "
        'has 2 steps, after 2024-01-05 of series "a"'
    )
    assert sentence in said(panel)
    assert "3 series of 12 to 30 steps" in said(panel)


def test_no_line_runs_from_one_series_into_the_next():
    a, b = days(10, unique_id="a").astype({"y": float}), days(10, unique_id="b")
    a.loc[9, "y"] = np.nan
    panel = read_panel(pd.concat([a, b.assign(y=1000.0)], ignore_index=True))
    assert panel.offsets.tolist() == [0, 9, 19]
    assert panel.values.tolist() == [*range(9), *[1000] * 10]


def test_a_fifth_is_filled_and_no_more():
    table = days(30)
    assert read_panel(table.drop(range(10, 16))).filled.sum() == 6
    with pytest.raises(DataError, match=r"7 of 30 steps have no value .* after row 19, 2024-01-20"):
        read_panel(table.drop(range(20, 27)).reset_index(drop=True))


def test_a_stray_date_is_refused_before_memory_is_taken():
    table = days(30)
    table.loc[29, "ds"] = pd.Timestamp("2250-01-01")
    with pytest.raises(DataError, match="82,516 of 82,546 steps have no value"):
        read_panel(table)


def test_missing_values_at_the_ends_are_left_out():
    table = days(30).astype({"y": float})
    table.loc[[0, 28, 29], "y"] = np.nan
    panel = read_panel(table)
    assert panel.values.tolist() == list(range(1, 28))
    assert "left out: 1 row without a value before the first value" in said(panel)
    assert "left out: 2 rows without a value after the last value" in said(panel)


def test_where_no_series_has_a_value_one_is_named():
    table = pd.concat([days(5, unique_id="a"), days(5, unique_id="b")]).assign(y=np.nan)
    with pytest.raises(DataError, match='"y" of series "a" has no value at all'):
        read_panel(table)


def test_where_no_series_is_whole_enough_the_sparsest_is_named():
    table = pd.concat([days(9, unique_id="a")[::3], days(9, unique_id="b").iloc[[0, 1, 8]]])
    with pytest.raises(DataError, match='6 of 9 steps of series "b" have no value'):
        read_panel(table, freq="D")


def test_doubles_are_named():
    table = pd.concat([days(5, unique_id="a"), days(5, unique_id="b")], ignore_index=True)
    table.loc[8, "ds"] = table.loc[6, "ds"]
    with pytest.raises(
        DataError, match='2024-01-02 of series "b" is there twice, in row 6 and row 8'
    ):
        read_panel(table)
    with pytest.raises(DataError, match=r"\(4 more like it\).* with id_col"):
        read_panel(table.drop(columns="unique_id"))


def test_times_off_the_grid_are_named():
    table = days(30)
    table.loc[17, "ds"] = table.loc[17, "ds"].replace(hour=7)
    with pytest.raises(DataError, match="row 17 has 2024-01-18 07:00, which is no whole number"):
        read_panel(table)


def test_a_frequency_that_does_not_fit_is_refused_with_one_that_does():
    with pytest.raises(DataError, match=r'look daily \(freq="D"\)'):
        read_panel(days(30), freq="W")
    with pytest.raises(DataError, match="are dates: leave freq out"):
        read_panel(days(30), freq=1)
    with pytest.raises(UsageError, match="is not a frequency"):
        read_panel(days(30), freq="sometimes")


def test_a_single_row_needs_its_frequency_said():
    with pytest.raises(DataError, match="one row, which leaves the distance"):
        read_panel(days(1))
    panel = read_panel(days(1), freq="h")
    assert panel.freq == "h"
    assert panel.future_frame(1)["ds"].tolist() == [pd.Timestamp("2024-01-01 01:00")]


def test_days_when_the_shop_is_closed_are_no_gaps():
    table = days(60)
    panel = read_panel(table[table["ds"].dt.day_of_week != 6])
    assert panel.freq == "C-1111110"
    assert not panel.filled.any()
    assert panel.future_frame(4)["ds"].dt.day_of_week.tolist() == [4, 5, 0, 1]


BERLIN = pd.date_range("2023-10-20", "2023-11-10", freq="h", tz="Europe/Berlin")


def test_hours_in_a_time_zone_know_no_daylight_saving():
    panel = read_panel(pd.DataFrame({"ds": BERLIN[:-3], "y": np.arange(len(BERLIN) - 3)}))
    assert panel.freq == "h"
    assert panel.time_zone == "Europe/Berlin"
    assert not panel.filled.any()
    assert panel.to_frame()["ds"].tolist() == BERLIN[:-3].tolist()
    assert panel.future_frame(3)["ds"].tolist() == BERLIN[-3:].tolist()


def test_days_in_a_time_zone_are_days_of_its_calendar():
    dates = pd.date_range("2023-03-01", periods=60, freq="D", tz="America/New_York")
    panel = read_panel(pd.DataFrame({"ds": dates[:20], "y": np.arange(20)}))
    assert panel.freq == "D"
    assert panel.future_frame(40)["ds"].tolist() == dates[20:].tolist()
    assert "days are those of its calendar" in said(panel)


def test_the_hour_that_the_clock_showed_twice_is_averaged():
    table = pd.DataFrame({"ds": BERLIN.tz_localize(None), "y": np.arange(len(BERLIN))})
    twice = np.flatnonzero(table["ds"] == pd.Timestamp("2023-10-29 02:00"))
    panel = read_panel(table)
    assert len(panel.values) == len(table) - 1
    assert panel.values[twice[0]] == twice.mean()
    assert "daylight saving ends (2023-10-29 02:00) has been averaged" in said(panel)


def test_the_hour_that_the_clock_left_out_is_a_gap():
    hours = pd.date_range("2024-03-20", "2024-04-10", freq="h", tz="Europe/Berlin")
    panel = read_panel(pd.DataFrame({"ds": hours.tz_localize(None), "y": np.arange(len(hours))}))
    assert panel.filled.sum() == 1
    assert "a gap of 1 step after 2024-03-31 01:00" in said(panel)


@pytest.mark.parametrize("when", ["2023-10-29 05:00", "2023-10-28 02:00", "2023-07-02 02:00"])
def test_other_doubled_hours_are_errors(when):
    hours = pd.date_range("2023-06-20", "2023-11-10", freq="h")
    table = pd.DataFrame({"ds": hours, "y": np.arange(len(hours))})
    table = pd.concat([table, table[table["ds"] == pd.Timestamp(when)]], ignore_index=True)
    with pytest.raises(DataError, match=f"the time {when} is there twice"):
        read_panel(table)


def test_series_of_one_table_may_begin_and_end_when_they_like():
    late = days(8, unique_id="late")
    late["ds"] += np.timedelta64(100, "D")
    panel = read_panel(pd.concat([days(5, unique_id="early"), late], ignore_index=True))
    future = panel.future_frame(1)
    assert future["unique_id"].tolist() == ["early", "late"]
    assert future["ds"].dt.strftime("%m-%d").tolist() == ["01-06", "04-18"]


def test_a_panel_hands_out_its_series_and_its_table():
    table = pd.concat([days(5, shop="a"), days(3, shop="b")], ignore_index=True)
    table = table.rename(columns={"ds": "day", "y": "sales"})[["shop", "day", "sales"]]
    panel = read_panel(table, id_col="shop")
    assert len(panel) == 2
    assert [series.id for series in panel] == ["a", "b"]
    assert panel[1].values.tolist() == [0, 1, 2]
    pd.testing.assert_frame_equal(panel.to_frame(), table, check_dtype=False)
    assert list(panel.future_frame(2).columns) == ["shop", "day"]
