import numpy as np
import pandas as pd
import pytest

from gatecast.baselines.naive import naive_one_step
from gatecast.diagnostics import persistence as check
from gatecast.errors import DataError, UsageError


def test_a_copy_of_the_last_value_is_found_out():
    rng = np.random.default_rng(1)
    y = rng.normal(size=500).cumsum()
    copied = check.persistence(y, naive_one_step(y))
    assert copied.lag == 1
    assert copied.skill == pytest.approx(0.0, abs=1e-12)
    assert copied.sentence.startswith("yes")
    exact = check.persistence(y, y)
    assert (exact.lag, exact.skill) == (0, 1.0)
    assert copied.sentence.text("zh").startswith("是：预测最像 1 步")
    assert exact.sentence.startswith("no")
    # by position, whatever the index of a pandas Series
    later = pd.Series(naive_one_step(y), index=range(7, 507))
    assert check.persistence(pd.Series(y), later) == copied


def test_a_missing_forecast_does_not_move_the_others():
    y = np.random.default_rng(2).normal(size=300).cumsum()
    forecast = naive_one_step(y)
    forecast[100:110] = np.nan
    assert check.persistence(y, forecast).lag == 1
    forecast = y.copy()
    forecast[[0, 150]] = np.nan
    assert check.persistence(y, forecast) == check.Persistence(0, 1.0)


def test_forecasts_of_any_horizon_that_hardly_move_are_called_copies():
    rng = np.random.default_rng(0)
    last, moved = rng.normal(size=200), rng.normal(size=200)
    copied = check.horizon_persistence(last + moved, last, last)
    assert (copied.share, copied.skill, copied.copied) == (0.0, 0.0, True)
    assert copied.sentence == "yes: every forecast is the last value"
    still = check.horizon_persistence(last + moved, last + 0.05 * moved, last)
    assert "nearly: forecasts move only 5.0 % as far" in still.sentence
    # a forecast half of the way has a quarter of the squared error
    half = check.horizon_persistence(last + moved, last + 0.5 * moved, last)
    assert half.share == pytest.approx(0.5)
    assert half.skill == pytest.approx(0.75)
    assert "move 50 % as far" in half.sentence
    with pytest.raises(DataError, match="no value differs"):
        check.horizon_persistence(last, last, last)


def test_an_average_of_noise_is_no_copy_of_the_last_value():
    y = np.random.default_rng(0).normal(size=1003)
    average = np.full(len(y), np.nan)
    average[4:] = np.lib.stride_tricks.sliding_window_view(y, 4).mean(axis=1)[:-1]
    result = check.persistence(y, average)
    assert result.lag > 0  # it holds the last four values
    assert result.skill == pytest.approx(1 - (1 + 1 / 4) / 2, abs=0.05)
    assert not result.copied
    assert result.sentence.startswith(f"no: forecasts look most like the value {result.lag} step")
    assert "but are better than it" in result.sentence


def test_what_cannot_be_tested_is_refused():
    y = np.arange(10.0)
    with pytest.raises(DataError, match="constant"):
        check.persistence(y, np.ones(10))
    with pytest.raises(DataError, match="2 rows"):
        check.persistence(y[:2], y[:2])
    with pytest.raises(UsageError, match="10 values and 9 forecasts"):
        check.persistence(y, y[:9])
