import numpy as np
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


def test_distances_and_speeds_are_said_with_their_numbers():
    assert "31.0 % above" in fit.noise_floor_gap(1.31, 1.0).sentence
    assert "2.00 microseconds each" in fit.prediction_speed(1000, 0.002).sentence
    shared = fit.noise_floor_gap(1.5, 1.0, naive_rmse=2.0)
    assert shared.explained == pytest.approx((4 - 2.25) / (4 - 1))
    assert "leaves above the floor 58 % is" in shared.sentence
    assert "1.0 % below" in fit.noise_floor_gap(0.99, 1.0).sentence


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
    with pytest.raises(UsageError, match="noise_floor=0"):
        fit.noise_floor_gap(1.0, 0.0)
    with pytest.raises(UsageError, match="noise_floor=0"):
        fit.fit_quality(y, y, 0.0)
    with pytest.raises(UsageError, match="count=0"):
        fit.prediction_speed(0, 0.0)


def test_a_test_part_that_is_harder_for_every_forecast_is_no_sign_of_overfitting():
    # changes and errors grow with the level, three times as large in the test part
    noise, errors = np.random.default_rng(0).normal(size=(2, 4000))
    level = np.where(np.arange(4000) < 2000, 1.0, 3.0)
    naive = (noise * level)[:2000], (noise * level)[2000:]
    errors = 0.3 * errors * level
    plain = fit.fit_quality(errors[:2000], errors[2000:])
    assert plain.overfitted
    harder = fit.fit_quality(errors[:2000], errors[2000:], naive_errors=naive)
    assert not harder.overfitted
    assert harder.sentence.startswith("not overfitted: training RMSE 0.29")
    assert "the test part is harder: the RMSE of the naive forecast is 1.0006" in harder.sentence
    # errors that grow more than the changes do
    worse = fit.fit_quality(errors[:2000], 1.5 * errors[2000:], naive_errors=naive)
    assert worse.overfitted
    # one that knows the training part by heart, where the naive forecast has no error either
    by_heart = fit.fit_quality(np.zeros(9), np.ones(9), naive_errors=(np.zeros(9), np.ones(9)))
    assert by_heart.overfitted
