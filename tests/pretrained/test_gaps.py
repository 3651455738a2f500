"""Gaps that the pretrained network fills from both sides."""

import numpy as np
import pandas as pd
import pytest

import gatecast as gc
from gatecast.data.reading import read_panel
from gatecast.pretrained.gaps import fill_gaps


def hours(days=30, seed=0, gaps=((200, 20),), name="a"):
    """Made-up hours with a day in them, as known and without some stretches."""
    rng, t = np.random.default_rng(seed), np.arange(24 * days)
    y = 100 + 30 * np.sin(2 * np.pi * t / 24) + 0.02 * t + rng.normal(0, 1, len(t))
    table = pd.DataFrame({"id": name, "ds": pd.date_range("2026-01-05", periods=len(t), freq="h")})
    table["y"] = y
    for begin, length in gaps:
        table.loc[begin : begin + length - 1, "y"] = np.nan
    return y, table


def test_a_day_is_filled_with_a_day_and_not_a_line():
    y, table = hours()
    panel = read_panel(table)
    filled, note = fill_gaps(panel, (24,))
    at = panel.filled
    assert at.sum() == 20
    np.testing.assert_array_equal(filled.values[~at], panel.values[~at])
    errors = [np.abs(one.values[at] - y[at]).mean() for one in (filled, panel)]
    assert errors[0] < 3 < 10 < errors[1]
    assert "20 steps of gaps, in 1 of 1 series," in str(note)


def test_a_line_stays_where_it_is_better():
    rng = np.random.default_rng(1)
    walk = pd.Series(rng.normal(size=300).cumsum(), pd.date_range("2026-01-01", periods=300))
    walk.iloc[150:153] = np.nan
    panel = read_panel(walk)
    assert fill_gaps(panel, (1,)) == (panel, None)
    straight = pd.Series(np.arange(720.0), pd.date_range("2026-01-01", periods=720, freq="h"))
    straight.iloc[300:320] = np.nan
    filled, note = fill_gaps(read_panel(straight), (24,))
    assert note is None
    np.testing.assert_allclose(filled.values, np.arange(720.0), rtol=1e-12)


def test_filling_twice_is_filling_once():
    panel = read_panel(hours(gaps=((200, 20), (400, 3)))[1])
    once, _ = fill_gaps(panel, (24, 168))
    again, _ = fill_gaps(once, (24, 168))
    np.testing.assert_array_equal(again.values, once.values)


@pytest.mark.parametrize("gap", [(200, 20), (560, 20), (570, 20), (30, 5)])
def test_nothing_after_what_is_known_matters(gap):
    """An origin at 600: other values after it, and the gap is filled as it was."""
    known = np.array([600])
    _, table = hours(gaps=(gap,))
    other = table.copy()
    other.loc[600:, "y"] = 1e6
    made = []
    for one in (table, other):
        panel, _ = fill_gaps(read_panel(one), (24,))
        made.append(fill_gaps(panel, (24,), known)[0].values[:600])
    np.testing.assert_array_equal(*made)
    cut = read_panel(table[:600])
    np.testing.assert_allclose(fill_gaps(cut, (24,))[0].values, made[0], rtol=1e-12)


def test_a_series_is_filled_alike_alone_and_among_others():
    tables = [hours(30, i, ((150 + 10 * i, 7 + i),), f"s{i}")[1] for i in range(10)]
    panel = read_panel(pd.concat(tables))
    filled, _ = fill_gaps(panel, (24,))
    alone, _ = fill_gaps(panel.take(np.array([4])), (24,))
    np.testing.assert_array_equal(filled.take(np.array([4])).values, alone.values)


def test_a_model_says_it_and_its_parts_agree():
    _, table = hours(14, gaps=((200, 20), (300, 1)))
    model = gc.LSTMForecaster(h=6, preset="fast", max_steps=5).fit(table)
    assert "from both sides" in " ".join(model.decisions())
    again = model.predict(table)
    pd.testing.assert_frame_equal(again, model.predict())
    assert not any("not exact" in note for note in gc.explain(model, table).notes)
    without = gc.LSTMForecaster(h=6, preset="fast", max_steps=5, pretrained=False).fit(table)
    assert "from both sides" not in " ".join(without.decisions())


def test_a_filled_panel_that_is_cut_knows_nothing_later():
    raw = read_panel(hours(gaps=((200, 20), (400, 3)))[1])
    filled, _ = fill_gaps(raw, (24,))
    assert filled.bridged
    at = np.zeros(1, np.int64), np.array([410])
    np.testing.assert_array_equal(filled.cut(*at).values, raw.cut(*at).values)
    np.testing.assert_array_equal(filled.on_lines().values, raw.values)


def test_histories_are_filled_once(monkeypatch):
    _, table = hours(14)
    model = gc.LSTMForecaster(h=6, preset="fast", max_steps=5).fit(table)
    monkeypatch.setattr("gatecast.forecaster.forecasting.tables.fill_gaps", None)
    gc.explain(model)
    gc.forecast(model)
