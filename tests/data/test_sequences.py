from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatecast.data.sequences import sequences, tutorial_windows, windows
from gatecast.errors import DataError, UsageError


def test_windows_of_a_counting_series():
    x, y = windows(np.arange(6.0), look_back=3, horizon=2)
    np.testing.assert_array_equal(x[..., 0], [[0, 1, 2], [1, 2, 3]])
    np.testing.assert_array_equal(y, [[3, 4], [4, 5]])
    assert x.shape == (2, 3, 1)


def test_windows_keep_all_features_and_aim_at_the_first():
    values = np.arange(12.0).reshape(6, 2)
    x, y = windows(values, look_back=2)
    assert x.shape == (4, 2, 2)
    np.testing.assert_array_equal(x[1], [[2, 3], [4, 5]])
    np.testing.assert_array_equal(y, [[4], [6], [8], [10]])


def test_sequences_have_a_target_after_each_step():
    x, y = sequences(np.arange(10.0), length=4, step=3, horizon=2)
    np.testing.assert_array_equal(x[..., 0], [[0, 1, 2, 3], [3, 4, 5, 6]])
    np.testing.assert_array_equal(
        y, [[[1, 2], [2, 3], [3, 4], [4, 5]], [[4, 5], [5, 6], [6, 7], [7, 8]]]
    )


@pytest.mark.slow
@given(
    n=st.integers(2, 40),
    length=st.integers(1, 10),
    step=st.integers(1, 12),
    horizon=st.integers(1, 5),
    features=st.integers(1, 3),
)
def test_sequences_equal_the_slow_loop(n, length, step, horizon, features):
    values = np.arange(float(n * features)).reshape(n, features)
    expected_x, expected_y = [], []
    for begin in range(0, n - length - horizon + 1, step):
        expected_x.append(values[begin : begin + length])
        expected_y.append(
            [values[begin + t + 1 : begin + t + 1 + horizon, 0] for t in range(length)]
        )
    if not expected_x:
        with pytest.raises(DataError, match=f"at least {length + horizon} values"):
            sequences(values, length, step, horizon)
        return
    x, y = sequences(values, length, step, horizon)
    np.testing.assert_array_equal(x, expected_x)
    np.testing.assert_array_equal(y, expected_y)


def test_a_window_is_a_sequence_seen_at_its_last_step():
    values = np.arange(20.0)
    x, y = windows(values, look_back=5, horizon=3)
    sequence_x, sequence_y = sequences(values, length=5, step=1, horizon=3)
    np.testing.assert_array_equal(x, sequence_x)
    np.testing.assert_array_equal(y, sequence_y[:, -1])


def test_every_number_of_the_series_is_used_by_windows():
    x, y = windows(np.arange(7.0), look_back=2, horizon=3)
    assert x[0, 0, 0] == 0
    assert y[-1, -1] == 6


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("features", [1, 3])
def test_pairs_are_read_only_views(dtype, features):
    values = np.arange(30 * features, dtype=dtype).reshape(30, features)
    for x, y in (windows(values, 4, 2), sequences(values, 4, 3, 2), tutorial_windows(values, 4)):
        for array in (x, y):
            assert np.shares_memory(array, values)
            assert array.dtype == dtype
            with pytest.raises(ValueError, match="read-only"):
                array[0, 0] = 1


def test_the_tutorials_pairs_are_one_short():
    values = np.arange(8_000.0)
    x, y = tutorial_windows(values, look_back=1)
    assert x.shape == (7_998, 1, 1)
    assert y.shape == (7_998, 1)
    # what the tutorial's loop does: for i in range(len(dataset) - look_back - 1)
    np.testing.assert_array_equal(x[:, 0, 0], values[:7_998])
    np.testing.assert_array_equal(y[:, 0], values[1:7_999])
    assert len(windows(values, 1)[0]) == 7_999


def test_too_short_a_series_says_how_much_is_needed():
    with pytest.raises(DataError, match="at least 5 values, the series has 4"):
        windows(np.zeros(4), look_back=3, horizon=2)
    with pytest.raises(DataError, match="at least 5 values, the series has 4"):
        sequences(np.zeros(4), length=3, step=1, horizon=2)


@pytest.mark.parametrize(("look_back", "horizon"), [(0, 1), (1, 0), (-3, 1)])
def test_lengths_below_one_are_refused(look_back, horizon):
    with pytest.raises(UsageError, match="use 1 or more"):
        windows(np.zeros(9), look_back, horizon)


def test_three_dimensions_are_refused():
    with pytest.raises(UsageError, match=r"\(2, 2, 2\)"):
        windows(np.zeros((2, 2, 2)), 1)
