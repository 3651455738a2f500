import numpy as np
import pytest

from gatecast.evaluation import diagnosis


def test_a_flat_loss_has_settled_and_a_falling_one_has_not():
    flat = diagnosis.loss_settled([0.5, 0.2, 0.1, 0.1001, 0.1, 0.1])
    assert flat.settled
    assert "more epochs would not help" in flat.sentence
    falling = diagnosis.loss_settled([1.0, 0.9, 0.8])
    assert not falling.settled
    assert falling.change == pytest.approx(-0.1 / 0.9)
    assert "more epochs would help" in falling.sentence
    rising = diagnosis.loss_settled([0.1, 0.1, 0.2, 0.3])
    assert not rising.settled
    assert "lower learning rate" in rising.sentence
    assert not diagnosis.loss_settled([0.3]).settled


def test_over_and_underfitting_are_told_apart_by_standard_errors():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=4000)
    good = diagnosis.fit_quality(noise[:2000], noise[2000:], noise_floor=1.0)
    assert not good.overfitted
    assert not good.underfitted
    assert good.sentence.startswith("neither")
    # the standard error of the RMSE of n normal errors is 1 / sqrt(2 n)
    assert good.difference_error == pytest.approx(np.sqrt(2) / np.sqrt(2 * 2000), rel=0.05)
    over = diagnosis.fit_quality(0.5 * noise[:2000], noise[2000:], noise_floor=1.0)
    assert over.overfitted
    assert over.sentence.startswith("overfitted")
    under = diagnosis.fit_quality(1.3 * noise[:2000], 1.3 * noise[2000:], noise_floor=1.0)
    assert under.underfitted
    assert not under.overfitted
    assert "underfitted" in under.sentence
    assert not diagnosis.fit_quality(1.3 * noise, 1.3 * noise).underfitted


def test_a_copy_of_the_last_value_is_found_out():
    rng = np.random.default_rng(1)
    y = rng.normal(size=500).cumsum()
    copied = diagnosis.copies_last_value(y, np.concatenate([[0.0], y[:-1]]))
    assert copied.lag == 1
    assert copied.skill == pytest.approx(0.0, abs=1e-12)
    assert copied.sentence.startswith("yes")
    exact = diagnosis.copies_last_value(y, y)
    assert (exact.lag, exact.skill) == (0, 1.0)
    assert exact.sentence.startswith("no")


def test_distances_and_speeds_are_said_with_their_numbers():
    assert "31.0% above" in diagnosis.floor_distance(1.31, 1.0).sentence
    assert "2.00 microseconds each" in diagnosis.prediction_speed(1000, 0.002).sentence
