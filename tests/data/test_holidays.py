"""Holidays as columns: on the right days, with their neighbours, counted in longer periods."""

import numpy as np
import pandas as pd
import pytest

from gatecast.data.holidays import ON_A_WEEKEND, WORKDAY, HolidayCalendar
from gatecast.data.reading import read_panel
from gatecast.errors import DataError, MissingExtraError, UsageError

pytest.importorskip("holidays", reason="needs the extra holidays")


def calendar(countries, start="2021-01-01", n=1095, freq="D", h=30, tz=None):
    times = pd.date_range(start, periods=n, freq=freq, tz=tz)
    panel = read_panel(pd.DataFrame({"ds": times, "y": np.arange(n) % 7 + 1.0}))
    return HolidayCalendar.of(countries, panel, h), panel


def days(made, name, year):
    """The days of a column in a year."""
    dates = made.days[made.columns == made.names.index(name)].astype("datetime64[D]")
    return [str(day) for day in sorted(dates) if str(day).startswith(str(year))]


def test_moving_and_lunar_feasts_lie_on_their_days():
    german, _ = calendar(["DE"])
    for year, friday in ((2021, "04-02"), (2024, "03-29"), (2030, "04-19")):
        assert days(german, "Good Friday", year) == [f"{year}-{friday}"]
        before = np.datetime64(f"{year}-{friday}") - np.timedelta64(1, "D")
        assert str(before) in days(german, "Good Friday -1", year)
    chinese, _ = calendar(["CN"])
    for year, first in ((2022, "2022-02-01"), (2023, "2023-01-22"), (2028, "2028-01-26")):
        assert first in days(chinese, "Chinese New Year (Spring Festival)", year)
    # a day off that is moved to another day belongs to its holiday
    festival = days(chinese, "Chinese New Year (Spring Festival)", 2023)
    assert festival == [f"2023-01-{day}" for day in range(22, 28)]
    assert days(chinese, WORKDAY, 2023)[:2] == ["2023-01-28", "2023-01-29"]


def test_a_day_belongs_to_the_nearest_holiday():
    made, panel = calendar(["DE"])
    x = made.at(panel.times)
    near = [j for j, name in enumerate(made.names) if name[-2:-1] in "+-"]
    own = [j for j in range(len(made.names)) if j not in near]
    own.remove(made.names.index(ON_A_WEEKEND))
    assert set(x[:, near].sum(axis=1)) == {0.0, 1.0}  # one neighbour at most
    assert not (x[:, near].any(axis=1) & x[:, own].any(axis=1)).any()
    # between Good Friday and Easter Monday
    assert days(made, "Good Friday +1", 2022) == ["2022-04-16"]
    assert days(made, "Easter Monday -1", 2022) == ["2022-04-17"]
    assert days(made, ON_A_WEEKEND, 2022) == ["2022-01-01", "2022-05-01", "2022-12-25"]


def test_a_short_history_has_no_columns_for_the_days_around():
    made, _ = calendar(["DE"], n=150, h=7)
    assert not any(name[-2:-1] in "+-" for name in made.names)
    assert "Christmas Day" not in made.names  # neither in the history nor ahead
    longer, _ = calendar(["DE"], n=600)
    assert {name[-2:] for name in longer.names if name[-2:-1] in "+-"} == {"-2", "-1", "+1", "+2"}


@pytest.mark.parametrize(
    ("freq", "n", "expected"),
    [("W-MON", 150, [1.0, 1.0]), ("MS", 36, [1.0, 1.0]), ("QS", 30, [1.0, 1.0])],
)
def test_longer_steps_count_the_days_of_the_period(freq, n, expected):
    made, panel = calendar(["DE"], freq=freq, n=n, h=4)
    x = made.at(panel.times)
    begin, end = made.spans(panel.times)
    for name, day in (("Good Friday", "2022-04-15"), ("Easter Monday", "2022-04-18")):
        at = np.datetime64(day).astype(np.int64)
        within = (begin <= at) & (at < end)
        assert x[within, made.names.index(name)] == [1.0]
    christmas = np.datetime64("2022-12-25").astype(np.int64)
    row = np.flatnonzero((begin <= christmas) & (christmas < end))[0]
    both = [made.names.index(name) for name in ("Christmas Day", "Second Day of Christmas")]
    if freq == "W-MON":  # 25 December 2022 was a Sunday
        expected = [1.0, 0.0]
    assert list(x[row, both]) == expected
    assert made.describe().id == "holidays.counted"


def test_hours_take_the_local_day():
    made, panel = calendar(["DE"], n=24 * 150, freq="h", tz="Europe/Berlin", h=24)
    x = made.at(panel.times)[:, made.names.index("Good Friday")]
    local = pd.DatetimeIndex(panel.times).tz_localize("UTC").tz_convert("Europe/Berlin")
    np.testing.assert_array_equal(x == 1.0, local.strftime("%Y-%m-%d") == "2021-04-02")


def test_several_countries_share_what_is_the_same():
    made, _ = calendar(["DE-BY", "AT"])
    assert "Good Friday (DE-BY)" in made.names  # no holiday in Austria
    assert "Easter Monday" in made.names
    x = made._before[-1]
    pairs = {tuple(made.days[made.columns == j]) for j in range(len(made.names))}
    assert len(pairs) == len(made.names)  # no two columns say the same
    assert x.min() > 0


def test_what_cannot_be_looked_up_is_refused(monkeypatch):
    for code, sentence in (
        ("XX", "none of the .* countries"), ("DE-XX", "subdivisions of DE are BB, BE"),
        ("CN-XX", "CN has no subdivisions"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=sentence):
            calendar([code])
    steps = read_panel(pd.DataFrame({"ds": np.arange(20), "y": np.arange(20.0) % 3}))
    with pytest.raises(UsageError, match="times are step numbers"):
        HolidayCalendar.of(["DE"], steps, 3)
    made, _ = calendar(["DE"])
    with pytest.raises(DataError, match="from 2001-01-01 to 2044-12-31"):
        made.at(np.array(["2050-01-01"], "datetime64[us]"))

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(MissingExtraError, match=r"gatecast\[holidays\]"):
        calendar(["FR"])
