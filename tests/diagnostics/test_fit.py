import numpy as np
import pandas as pd
import pytest

from gatecast.baselines.naive import naive_one_step
from gatecast.diagnostics import fit
from gatecast.errors import DataError, UsageError


def test_a_flat_loss_has_settled_and_a_falling_one_has_not():
    flat = fit.loss_settled([0.5, 0.2, 0.1, 0.1001, 0.1, 0.1])
    assert flat.settled
    assert flat.sentence.id == "loss.settled"
    falling = fit.loss_settled([1.0, 0.9, 0.8])
    assert not falling.settled
    assert falling.change == pytest.approx(-0.1 / 0.9)
    assert falling.sentence.id == "loss.falling"
    assert "11.11 %" in falling.sentence
    # a training loss cannot tell whether more training would help
    assert "only a backtest tells" in falling.sentence
    rising = fit.loss_settled([0.1, 0.1, 0.2, 0.3])
    assert not rising.settled
    assert "lower learning rate" in rising.sentence
    single = fit.loss_settled([0.3])
    assert not single.settled
    assert single.sentence.id == "loss.one_epoch"


def test_over_and_underfitting_are_told_apart_by_standard_errors():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=4000)
    good = fit.fit_quality(noise[:2000], noise[2000:], noise_floor=1.0)
    assert not good.overfitted
    assert not good.underfitted
    assert good.sentence.startswith("neither")
    # the standard error of the RMSE of n normal errors is 1 / sqrt(2 n)
    assert good.difference_error == pytest.approx(np.sqrt(2) / np.sqrt(2 * 2000), rel=0.05)
    over = fit.fit_quality(0.5 * noise[:2000], noise[2000:], noise_floor=1.0)
    assert over.overfitted
    assert over.sentence.startswith("overfitted")
    under = fit.fit_quality(1.3 * noise[:2000], 1.3 * noise[2000:], noise_floor=1.0)
    assert under.underfitted
    assert not under.overfitted
    assert "underfitted" in under.sentence
    unknown = fit.fit_quality(1.3 * noise, 1.3 * noise)
    assert not unknown.underfitted
    assert unknown.sentence.endswith("underfitting cannot be judged without a noise floor")


def test_chance_in_a_short_training_part_is_not_called_underfitting():
    rng = np.random.default_rng(3)
    perfect = rng.normal(size=(400, 50))
    found = [fit.fit_quality(e, e, noise_floor=1.0).underfitted for e in perfect]
    # the error of the best forecast is more than 5 % above the floor in 28 % of them
    assert np.mean(np.sqrt((perfect**2).mean(axis=1)) > 1.05) > 0.2
    assert np.mean(found) < 0.025
    assert fit.fit_quality(2 * perfect[0], 2 * perfect[0], noise_floor=1.0).underfitted


def test_a_test_part_that_is_easier_is_not_called_a_small_gap():
    noise = np.random.default_rng(0).normal(size=4000)
    easier = fit.fit_quality(noise[:2000], 0.5 * noise[2000:])
    assert not easier.overfitted
    assert "the test part is easier, by more than two standard errors" in easier.sentence
    assert "within" not in easier.sentence


def test_a_copy_of_the_last_value_is_found_out():
    rng = np.random.default_rng(1)
    y = rng.normal(size=500).cumsum()
    copied = fit.persistence(y, naive_one_step(y))
    assert copied.lag == 1
    assert copied.skill == pytest.approx(0.0, abs=1e-12)
    assert copied.sentence.startswith("yes")
    exact = fit.persistence(y, y)
    assert (exact.lag, exact.skill) == (0, 1.0)
    assert copied.sentence.text("zh").startswith("是：预测最像 1 步")
    assert exact.sentence.startswith("no")
    # by position, whatever the index of a pandas Series
    later = pd.Series(naive_one_step(y), index=range(7, 507))
    assert fit.persistence(pd.Series(y), later) == copied


def test_distances_and_speeds_are_said_with_their_numbers():
    assert "31.0 % above" in fit.noise_floor_gap(1.31, 1.0).sentence
    assert "2.00 microseconds each" in fit.prediction_speed(1000, 0.002).sentence
    shared = fit.noise_floor_gap(1.5, 1.0, naive_rmse=2.0)
    assert shared.explained == pytest.approx((4 - 2.25) / (4 - 1))
    assert "leaves above the floor 58 % is" in shared.sentence
    assert "1.0 % below" in fit.noise_floor_gap(0.99, 1.0).sentence


def test_a_missing_forecast_does_not_move_the_others():
    y = np.random.default_rng(2).normal(size=300).cumsum()
    forecast = naive_one_step(y)
    forecast[100:110] = np.nan
    assert fit.persistence(y, forecast).lag == 1
    forecast = y.copy()
    forecast[[0, 150]] = np.nan
    assert fit.persistence(y, forecast) == fit.Persistence(0, 1.0)


def test_what_cannot_be_answered_is_refused_in_a_sentence():
    y = np.arange(10.0)
    with pytest.raises(DataError, match="no epochs"):
        fit.loss_settled([])
    with pytest.raises(DataError, match="loss of epoch 2 is nan"):
        fit.loss_settled([1.0, np.nan, 0.5])
    with pytest.raises(DataError, match="1 of the 10 training errors"):
        fit.fit_quality(naive_one_step(y), y)
    with pytest.raises(DataError, match="0 test errors"):
        fit.fit_quality(y, np.array([]))
    with pytest.raises(DataError, match="constant"):
        fit.persistence(y, np.ones(10))
    with pytest.raises(DataError, match="2 rows"):
        fit.persistence(y[:2], y[:2])
    with pytest.raises(UsageError, match="noise_floor=0"):
        fit.noise_floor_gap(1.0, 0.0)
    with pytest.raises(UsageError, match="noise_floor=0"):
        fit.fit_quality(y, y, 0.0)
    with pytest.raises(UsageError, match="10 values and 9 forecasts"):
        fit.persistence(y, y[:9])
    with pytest.raises(UsageError, match="count=0"):
        fit.prediction_speed(0, 0.0)


def test_forecasts_of_any_horizon_that_hardly_move_are_called_copies():
    rng = np.random.default_rng(0)
    last, moved = rng.normal(size=200), rng.normal(size=200)
    copied = fit.horizon_persistence(last + moved, last, last)
    assert (copied.share, copied.skill, copied.copied) == (0.0, 0.0, True)
    assert copied.sentence == "yes: every forecast is the last value"
    still = fit.horizon_persistence(last + moved, last + 0.05 * moved, last)
    assert "nearly: forecasts move only 5.0 % as far" in still.sentence
    # a forecast half of the way has a quarter of the squared error
    half = fit.horizon_persistence(last + moved, last + 0.5 * moved, last)
    assert half.share == pytest.approx(0.5)
    assert half.skill == pytest.approx(0.75)
    assert "move 50 % as far" in half.sentence
    with pytest.raises(DataError, match="no value differs"):
        fit.horizon_persistence(last, last, last)
