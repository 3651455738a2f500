from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest

from gatecast import datasets
from gatecast.datasets import classic


def checksum(values: pd.Series) -> str:
    """The start of the SHA-256 of the values, written as text: the same on every machine."""
    text = ",".join(repr(float(value)) for value in values)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def test_noisy_sine_has_the_tutorials_numbers_to_the_last_bit():
    state = np.random.get_state()  # noqa: NPY002 - the tutorial's way, put back below
    try:
        np.random.seed(0)  # noqa: NPY002
        noise = np.random.normal(scale=0.5, size=len(np.arange(0, 1000, 0.1)))  # noqa: NPY002
    finally:
        np.random.set_state(state)  # noqa: NPY002
    expected = np.sin(np.arange(0, 1000, 0.1)) + noise

    table = datasets.noisy_sine()

    assert list(table.columns) == ["unique_id", "ds", "y"]
    assert (table["unique_id"] == "noisy_sine").all()
    assert table["ds"].tolist() == list(range(10_000))
    np.testing.assert_array_equal(table["y"], expected)
    # first standard normal of seed 0 is 1.764052345967664
    assert table["y"].iloc[0] == pytest.approx(0.5 * 1.764052345967664, abs=1e-15)


def test_noisy_sine_leaves_the_global_random_state_alone():
    before = np.random.get_state()  # noqa: NPY002
    datasets.noisy_sine()
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(before[1], after[1])
    assert before[2:] == after[2:]


def test_the_noise_floor_of_the_tutorials_test_part_is_0_4948():
    signal = datasets.noisy_sine_signal()
    residual = datasets.noisy_sine()["y"].to_numpy() - signal
    assert np.sqrt(np.mean(residual[8_000:] ** 2)) == pytest.approx(0.4948, abs=5e-5)
    assert signal[0] == 0.0
    assert np.abs(signal).max() <= 1.0


@pytest.mark.parametrize(
    ("name", "rows", "total", "first", "last", "digest"),
    [
        ("air_passengers", 144, 40363.0, [112, 118, 132], [461, 390, 432], "3ac85aded8c04c25"),
        ("sunspots", 2820, 144570.0, [58.0, 62.6, 70.0], [55.8, 33.3, 33.4], "cc57eba1e4d80e63"),
        ("lynx", 114, 175334.0, [269, 321, 585], [1590, 2657, 3396], "71f0b428ee20e4bf"),
    ],
)
def test_classic_series_hold_the_published_numbers(name, rows, total, first, last, digest):
    table = getattr(datasets, name)()
    assert list(table.columns) == ["unique_id", "ds", "y"]
    assert (table["unique_id"] == name).all()
    assert table["y"].dtype == np.float64
    assert len(table) == rows
    assert table["y"].sum() == pytest.approx(total, abs=1e-6)
    assert table["y"].head(3).tolist() == first
    assert table["y"].tail(3).tolist() == last
    assert checksum(table["y"]) == digest


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("air_passengers", "1949-01-01", "1960-12-01"), ("sunspots", "1749-01-01", "1983-12-01")],
)
def test_monthly_series_have_every_month_once(name, first, last):
    expected = pd.date_range(first, last, freq="MS")
    assert (getattr(datasets, name)()["ds"].to_numpy() == expected.to_numpy()).all()


def test_lynx_has_every_year_once():
    years = datasets.lynx()["ds"]
    assert years.dtype == np.int64
    assert years.tolist() == list(range(1821, 1935))


def test_every_classic_series_names_its_source():
    for name in classic.__all__:
        assert "References" in getattr(classic, name).__doc__
