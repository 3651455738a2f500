import numpy as np
import pandas as pd
import pytest

from gatecast.baselines import LinearAutoregression, Naive, WindowAverage
from gatecast.errors import DataError, UsageError


def frame(values, name=None):
    table = pd.DataFrame({"ds": range(len(values)), "y": np.asarray(values, float)})
    return table if name is None else table.assign(unique_id=name)


def test_an_average_by_hand():
    y = frame([1, 2, 5, 3, 4, 7])
    assert (
        WindowAverage(h=2, window_size=4).fit(y).predict()["WindowAverage"].tolist() == [4.75] * 2
    )
    assert WindowAverage(h=1, season_length=2).fit(y).predict()["WindowAverage"].tolist() == [5.5]
    with pytest.raises(DataError, match="WindowAverage needs at least 7"):
        WindowAverage(h=1, window_size=7).fit(y)
    with pytest.raises(UsageError, match="window_size=0"):
        WindowAverage(h=1, window_size=0).fit(y)


def test_a_recursion_without_noise_is_continued_exactly():
    y = [1.0, 0.5]
    for _ in range(60):
        y.append(3.0 + 1.6 * y[-1] - 0.9 * y[-2])
    # a constant in the recursion is not in changes from the last value: three values hold it
    model = LinearAutoregression(h=6, look_back=4, ridge=0.0).fit(frame(y[:50]))
    np.testing.assert_allclose(model.predict()["LinearAutoregression"], y[50:56], rtol=1e-6)


def test_weights_are_those_of_least_squares_on_all_windows():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=40).cumsum(), 100 + 7 * rng.normal(size=25).cumsum()
    model = LinearAutoregression(h=2, look_back=3, ridge=0.0)
    model.fit(pd.concat([frame(a, "a"), frame(b, "b"), frame([5.0, 6.0], "c")]))
    x, y = [], []
    for s in (a, b):
        size = np.abs(np.diff(s)).mean()
        for i in range(len(s) - 4):
            x.append([(s[i] - s[i + 2]) / size, (s[i + 1] - s[i + 2]) / size, 1.0])
            y.append((s[i + 3 : i + 5] - s[i + 2]) / size)
    expected = np.linalg.lstsq(np.array(x), np.array(y), rcond=None)[0]
    np.testing.assert_allclose(model.weights_, expected, rtol=1e-8)
    found = model.predict().set_index("unique_id").loc["c", "LinearAutoregression"]
    np.testing.assert_allclose(found, 6.0 + np.array([-1.0, -1.0, 1.0]) @ expected)


def test_it_reaches_the_noise_floor_of_an_autoregression():
    rng = np.random.default_rng(1)
    y = np.zeros(3000)
    for t in range(2, 3000):
        y[t] = 1.2 * y[t - 1] - 0.6 * y[t - 2] + rng.normal()
    model = LinearAutoregression(h=1, look_back=10).fit(frame(y[:2000]))
    p, scale = 10, np.abs(np.diff(y[:2000])).mean()
    errors = []
    for t in range(2000, 3000):
        x = np.append((y[t - p : t - 1] - y[t - 1]) / scale, 1.0)
        errors.append(y[t] - y[t - 1] - scale * (x @ model.weights_)[0])
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(1.0, abs=0.06)


def test_forecasts_follow_shifts_and_units():
    y = np.random.default_rng(2).normal(size=80).cumsum()
    one = LinearAutoregression(h=5).fit(frame(y)).predict()["LinearAutoregression"]
    two = LinearAutoregression(h=5).fit(frame(1000 - 3 * y)).predict()["LinearAutoregression"]
    # the intercept turns with the series, the rest does too
    np.testing.assert_allclose(two, 1000 - 3 * one, rtol=1e-9)


def test_a_series_that_does_not_change_stays_where_it_is():
    found = LinearAutoregression(h=3, look_back=4).fit(frame(np.full(20, 8.0))).predict()
    assert found["LinearAutoregression"].tolist() == [8.0] * 3
    short = frame([1.0, 4.0, 2.0])
    assert len(LinearAutoregression(h=1).fit(short).predict()) == len(
        Naive(h=1).fit(short).predict()
    )


def test_what_cannot_be_fitted_is_said():
    with pytest.raises(DataError, match="has 5 values; look_back=4 and h=2 need at least 6"):
        LinearAutoregression(h=2, look_back=4).fit(frame(range(5)))
    with pytest.raises(UsageError, match="ridge=-1"):
        LinearAutoregression(h=2, ridge=-1).fit(frame(range(5)))
    with pytest.raises(UsageError, match="look_back=0"):
        LinearAutoregression(h=2, look_back=0).fit(frame(range(5)))
