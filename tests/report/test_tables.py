"""How values are written in the tables of pages."""

import pandas as pd
import pytest

from gatecast.report.tables import cell, time_form


@pytest.mark.parametrize(
    ("freq", "zone", "written"),
    [
        ("D", None, ["2026-01-01", "2026-01-02"]),
        ("12h", None, ["2026-01-01 00:00", "2026-01-01 12:00"]),
        ("30s", None, ["2026-01-01 00:00:00", "2026-01-01 00:00:30"]),
        ("D", "Asia/Shanghai", ["2026-01-01 00:00+0800", "2026-01-02 00:00+0800"]),
    ],
)
def test_all_times_of_a_column_are_written_alike(freq, zone, written):
    times = pd.Series(pd.date_range("2026-01-01", periods=2, freq=freq, tz=zone))
    assert [cell(time, time_form(times)) for time in times] == written


def test_step_numbers_stay_numbers():
    steps = pd.Series([1, 2])
    assert [cell(step, time_form(steps)) for step in steps] == ["1", "2"]
