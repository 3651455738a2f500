from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gatecast.data.calendar import (
    add_steps,
    count_steps,
    default_season_length,
    describe_frequency,
    future_times,
    is_daily_or_longer,
    normalise_frequency,
)
from gatecast.data.inference import infer_frequency, is_regular, on_day_of_month
from gatecast.errors import UsageError

MONDAY_TO_SATURDAY = pd.offsets.CustomBusinessDay(weekmask="1111110")

# what pandas calls it, what gatecast calls it, in words, season length
CALENDARS = [
    (pd.offsets.Milli(500), "500ms", "every 500 milliseconds", 7200),
    (pd.offsets.Second(30), "30s", "every 30 seconds", 120),
    (pd.offsets.Minute(1), "min", "every minute", 1440),
    (pd.offsets.Minute(15), "15min", "every 15 minutes", 96),
    (pd.offsets.Minute(30), "30min", "every 30 minutes", 48),
    (pd.offsets.Hour(1), "h", "hourly", 24),
    (pd.offsets.Hour(4), "4h", "every 4 hours", 6),
    (pd.offsets.Hour(7), "7h", "every 7 hours", 1),
    (pd.offsets.Day(1), "D", "daily", 7),
    (pd.offsets.Day(3), "3D", "every 3 days", 1),
    (pd.offsets.BusinessDay(), "B", "daily, Mon to Fri", 5),
    (MONDAY_TO_SATURDAY, "C-1111110", "daily, Mon to Sat", 6),
    (pd.offsets.CustomBusinessDay(weekmask="1001000"), "C-1001000", "every Mon and Thu", 2),
    (pd.offsets.Week(weekday=0), "W-MON", "weekly", 52),
    (pd.offsets.Week(2, weekday=6), "2W-SUN", "every 2 weeks", 26),
    (pd.offsets.MonthBegin(), "MS", "monthly", 12),
    (pd.offsets.MonthEnd(), "ME", "monthly, at the end", 12),
    (pd.offsets.BusinessMonthBegin(), "BMS", "monthly, first business day", 12),
    (pd.offsets.BusinessMonthEnd(), "BME", "monthly, last business day", 12),
    (pd.offsets.MonthBegin(2), "2MS", "every 2 months", 6),
    (pd.offsets.QuarterBegin(startingMonth=1), "QS", "quarterly", 4),
    (pd.offsets.QuarterBegin(startingMonth=2), "QS-FEB", "quarterly", 4),
    (pd.offsets.QuarterEnd(startingMonth=12), "QE", "quarterly, at the end", 4),
    (pd.offsets.QuarterEnd(startingMonth=1), "QE-JAN", "quarterly, at the end", 4),
    (pd.offsets.BQuarterEnd(startingMonth=12), "BQE", "quarterly, last business day", 4),
    (pd.offsets.YearBegin(month=1), "YS", "yearly", 1),
    (pd.offsets.YearBegin(month=7), "YS-JUL", "yearly", 1),
    (pd.offsets.YearEnd(month=12), "YE", "yearly, at the end", 1),
    (pd.offsets.YearBegin(2, month=1), "2YS", "every 24 months", 1),
]
IDS = [label for _, label, _, _ in CALENDARS]


def as_times(dates) -> np.ndarray:
    return pd.DatetimeIndex(dates).to_numpy().astype("datetime64[us]")


def one(times: np.ndarray) -> np.ndarray:
    return np.array([0, len(times)])


@pytest.mark.parametrize(("offset", "label", "words", "season"), CALENDARS, ids=IDS)
def test_calendars_agree_with_pandas(offset, label, words, season):
    times = as_times(pd.date_range("2001-01-03", periods=60, freq=offset))
    assert infer_frequency(times[:40], one(times[:40])) == label
    np.testing.assert_array_equal(future_times(times[39], label, 20), times[40:])
    np.testing.assert_array_equal(count_steps(times[:1], times, label), np.arange(60))
    np.testing.assert_array_equal(add_steps(times[:1], np.arange(60), label), times)
    assert describe_frequency(label) == words
    assert default_season_length(label) == season
    assert is_regular(times[::-1], np.zeros(60, dtype=int))


@pytest.mark.parametrize(("offset", "label"), [row[:2] for row in CALENDARS], ids=IDS)
def test_gaps_do_not_hide_the_frequency(offset, label):
    times = as_times(pd.date_range("2001-01-03", periods=60, freq=offset))
    gappy = np.delete(times, [5, 6, 20, 41])
    assert infer_frequency(gappy, one(gappy)) == label


@pytest.mark.parametrize(("offset", "label"), [row[:2] for row in CALENDARS], ids=IDS)
def test_frequencies_keep_their_name(offset, label):
    assert normalise_frequency(label) == label
    if not label.startswith("C-"):
        times = as_times(pd.date_range("2001-01-03", periods=60, freq=offset))
        steps = count_steps(times[:1], times, normalise_frequency(offset))
        np.testing.assert_array_equal(steps, np.arange(60))


@pytest.mark.parametrize(
    ("old", "new"),
    [("M", "ME"), ("Q", "QE"), ("A", "YE"), ("AS", "YS"), ("H", "h"), ("T", "min"),
     ("15T", "15min"), ("S", "s"), ("BM", "BME"), ("1D", "D"), ("Q-mar", "QE-MAR"), ("7", 7),
     (3, 3)],
)  # fmt: skip
def test_older_spellings_are_understood(old, new):
    assert normalise_frequency(old) == new


@pytest.mark.parametrize(
    "bad", ["", "X", "0D", "-1", 0, "monthly", "2B", "C-0000000", "ME@30", "D@30", None]
)
def test_what_is_no_frequency_is_refused(bad):
    with pytest.raises(UsageError, match="is not a frequency"):
        normalise_frequency(bad)


def test_two_times_are_enough():
    for dates, label in (
        (["2024-02-01", "2024-03-01"], "MS"),
        (["2024-01-31", "2024-02-29"], "ME"),
        (["2024-01-01", "2024-01-02"], "D"),
        (["2024-01-01", "2024-01-08"], "W-MON"),
        (["2023-06-15", "2024-06-15"], "YS-JUN"),
    ):
        times = as_times(dates)
        assert infer_frequency(times, one(times)) == label


def test_one_time_tells_nothing():
    times = as_times(["2024-01-01", "2024-05-01"])
    assert infer_frequency(times[:1], np.array([0, 1])) is None
    assert infer_frequency(times, np.array([0, 1, 2])) is None  # one each of two series


def test_distances_between_series_do_not_count():
    times = np.array([0, 1, 2, 500, 501, 502])
    assert infer_frequency(times, np.array([0, 3, 6])) == 1


def test_integer_steps():
    years = np.array([1821, 1823, 1825, 1829])
    assert infer_frequency(years, one(years)) == 2
    np.testing.assert_array_equal(count_steps(years[:1], years, 2), [0, 1, 2, 4])
    np.testing.assert_array_equal(future_times(np.int64(1829), 2, 3), [1831, 1833, 1835])
    assert default_season_length(2) == 1
    assert describe_frequency(1) == "steps of 1"


def test_days_and_weeks_of_a_few_points_are_not_taken_for_opening_days():
    times = as_times(pd.date_range("2024-01-01", periods=5))  # Monday to Friday, but who knows
    assert infer_frequency(times, one(times)) == "D"


def test_months_keep_their_day_and_time():
    origin = np.array(["2024-01-15T06:30"], dtype="datetime64[us]")
    times = add_steps(origin, np.arange(14), "MS")
    assert str(times[1]).startswith("2024-02-15T06:30")
    assert infer_frequency(times, one(times)) == "MS"
    late = np.array(["2024-01-30"], dtype="datetime64[us]")
    expected = np.array(["2024-02-29", "2024-03-30"], dtype="datetime64[us]")
    np.testing.assert_array_equal(add_steps(late, np.array([1, 2]), "MS"), expected)


@pytest.mark.parametrize(
    ("day", "label", "count"), [(29, "MS", 1), (30, "MS", 1), (30, "QS-FEB", 3)]
)
def test_a_late_day_of_the_month_is_not_lost_in_february(day, label, count):
    first = np.array([f"2020-11-{day}T06:30"], dtype="datetime64[us]")
    times = add_steps(first, np.arange(12), label)
    detected = infer_frequency(times, one(times))
    assert detected == f"{label}@{day}"
    assert detected == on_day_of_month(label, times, one(times))
    assert default_season_length(detected) == 12 // count
    for start in range(12):  # in the February of a leap year, of another, and elsewhere
        made = add_steps(times[start : start + 1], np.arange(12 - start), detected)
        np.testing.assert_array_equal(made, times[start:])
    other = np.array(["2021-01-15"], dtype="datetime64[us]")
    np.testing.assert_array_equal(
        add_steps(other, np.arange(9), detected), add_steps(other, np.arange(9), label)
    )
    assert on_day_of_month(label, other, one(other)) == label


def test_the_future_of_many_series():
    last = np.array(["2024-01-31", "2023-12-31"], dtype="datetime64[us]")
    future = future_times(last, "ME", 2)
    expected = [["2024-02-29", "2024-03-31"], ["2024-01-31", "2024-02-29"]]
    np.testing.assert_array_equal(future, np.array(expected, dtype="datetime64[us]"))


def test_what_cannot_be_the_future_is_refused():
    with pytest.raises(UsageError, match="h=0"):
        future_times(np.int64(3), 1, 0)
    with pytest.raises(UsageError, match="step numbers"):
        future_times(np.int64(3), "D", 1)
    with pytest.raises(UsageError, match="dates"):
        future_times(np.datetime64("2024-01-01"), 1, 1)


@pytest.mark.parametrize(
    ("freq", "expected"), [("D", True), ("B", True), ("MS", True), ("W-SUN", True), ("h", False),
                           ("12h", False), (1, False)]
)  # fmt: skip
def test_what_lives_on_days_and_what_on_the_clock(freq, expected):
    assert is_daily_or_longer(freq) is expected


def test_regularity():
    codes = np.zeros(12, dtype=int)
    first_days = as_times(pd.date_range("2023-01-01", periods=12, freq="MS"))
    assert is_regular(first_days, codes)
    # the same text with day and month exchanged, over two years: twelve days, then a long nothing
    two_years = as_times(
        [*pd.date_range("2023-01-01", periods=12), *pd.date_range("2024-01-01", periods=12)]
    )
    assert not is_regular(two_years, np.zeros(24, dtype=int))
    assert not is_regular(np.array([1, 1, 2]), codes[:3])
    assert not is_regular(np.array([1]), codes[:1])
    assert not is_regular(np.array([0, 2, 4, 5]), codes[:4])
