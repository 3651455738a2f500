"""What is filled, how much of it, and that nothing after an origin fills a gap before it."""

import numpy as np
import pandas as pd
import pytest

from gatecast import LSTMForecaster
from gatecast.data.gaps import whole_part
from gatecast.data.left_out import SeriesLeftOutWarning, left_out
from gatecast.data.reading import read_panel
from gatecast.forecaster.fitting.preparation import Origin, Preparer, SeasonalTreatment
from gatecast.forecaster.settings.config import Settings


def days(n, **columns):
    ds = pd.date_range("2024-01-01", periods=n)
    return pd.DataFrame({"ds": ds, "y": np.arange(float(n)), **columns})


@pytest.mark.parametrize(
    ("steps", "place"),
    [
        ([0, 1, 2, 3, 4], 0),
        ([0, 2, 3, 4, 5], 0),  # a sixth is missing
        ([0, 1, 9, 10, 11, 12], 2),
        ([0, 5, 6, 12, 13, 14, 15, 16], 3),
        ([0, 1, 2, 3, 9, 10], -1),  # less than half is left
        ([0, 2, 4, 6, 8], -1),
    ],
)
def test_the_later_part_is_the_longest_one_with_few_gaps(steps, place):
    assert whole_part(np.array(steps)) == place


def test_of_a_series_with_a_long_gap_the_later_part_is_used():
    whole, late = days(60, unique_id="a"), days(60, unique_id="b").drop(range(5, 35))
    panel = read_panel(pd.concat([whole, late], ignore_index=True))
    assert panel.lengths.tolist() == [60, 25]
    assert panel[1].values.tolist() == list(range(35, 60))
    assert panel[1].times[0] == np.datetime64("2024-02-05")
    assert not panel.filled.any()
    notes = " ".join(panel.notes)
    assert "values before a long gap are not used, since more than 20 %" in notes
    assert '"b" (1 of 2 series)' in notes
    assert "without a value before" not in notes
    # alone as among others
    for table in (late, late.drop(columns="unique_id")):
        alone = read_panel(table)
        np.testing.assert_array_equal(alone.values, panel[1].values)
        (note,) = (str(note) for note in alone.notes if "before a long gap" in note)
        assert ('"b" (1 of 1 series)' in note) is (table is late)
    early = days(60, unique_id="b").drop(range(25, 55))
    with pytest.warns(
        SeriesLeftOutWarning, match='more than 20 % of their steps have no value: "b"'
    ):
        panel = read_panel(pd.concat([whole, early], ignore_index=True))
    assert list(left_out(panel.notes)) == ["b"]


def test_a_gap_that_is_open_at_an_origin_repeats_the_last_value():
    panel = read_panel(days(20).drop([7, 8, 9]))
    known = panel.repeat_in_open_gaps(np.array([9]))
    assert known.values.tolist() == [*range(7), 6, 6, 9, *range(10, 20)]
    assert panel.repeat_in_open_gaps(np.array([10])).values[7:10].tolist() == [6, 6, 6]
    assert panel.repeat_in_open_gaps(np.array([11])) is panel


def test_a_hold_out_knows_nothing_of_the_end_of_its_gap():
    frame = days(60).assign(y=lambda t: 20 + np.sin(t["y"])).drop(range(45, 50))
    other = frame.assign(y=np.where(frame["ds"] >= "2024-02-20", 900.0, frame["y"]))
    made = []
    for table in (frame, other):
        panel = read_panel(table)
        assert panel.filled[45:50].all()
        settings = Settings.resolve(LSTMForecaster(h=6), (1,))
        preparer = Preparer(settings, panel, str)
        made.append(preparer.prepare(SeasonalTreatment(), Origin((0,), 0, 12)))
    before, after = made
    assert before.training.inputs.shape == after.training.inputs.shape
    np.testing.assert_array_equal(before.training.inputs, after.training.inputs)
    assert before.transforms.decisions(["x"]) == after.transforms.decisions(["x"])
