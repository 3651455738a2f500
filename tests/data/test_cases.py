"""Tables that once broke the reader: read as documented, or refused with a sentence."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from gatecast.data.reading import read_panel
from gatecast.errors import DataError, NotFoundError

DAYS = pd.date_range("2024-01-01", periods=6)
Y = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def table(**columns):
    return pd.DataFrame({"ds": DAYS, "y": Y, **columns})


REFUSED = {
    "lists as ids": (table(unique_id=[[1]] * 6), r'"unique_id".*\[1\] in row 0'),
    "dicts as ids": (table(unique_id=[{}] * 6), r'"unique_id".*\{\} in row 0'),
    "two levels of columns": (
        pd.DataFrame(np.ones((6, 2)), columns=pd.MultiIndex.from_tuples([("a", 1), ("a", 2)])),
        "2 levels of names",
    ),
    "two levels of index, unnamed": (
        table(unique_id="a").set_index(["unique_id", "ds"]).rename_axis([None, None]),
        "2 levels without names",
    ),
    "an infinite step": (table().assign(ds=[0, 1, 2, 3, 4, np.inf]), "row 5 has inf"),
    "a step too far": (table().assign(ds=[0, 1, 2, 3, 4, 1e300]), r"row 5 has 1e\+300"),
    "steps beyond int64": (
        table().assign(ds=np.arange(6, dtype=np.uint64) + np.uint64(2**63)),
        "below 2\\*\\*62",
    ),
    "the ends of int64": (table().assign(ds=[-(2**63), 0, 1, 2, 3, 2**63 - 1]), "row 0"),
    "the year 300000": (
        table().assign(ds=np.array([str(300000 + i) for i in range(6)], "M8[Y]").astype("M8[s]")),
        "the year 300000 in row 0",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_a_sentence(case):
    source, words = REFUSED[case]
    with pytest.raises(DataError, match=words):
        read_panel(source)


@pytest.mark.parametrize("path", ["a" * 5000, "a\0b"])
def test_paths_that_cannot_be(path):
    with pytest.raises(NotFoundError):
        read_panel(path)


READ = {
    "huge ids": (table(unique_id=[10**30] * 6), Y),
    "nullable booleans": (
        table().assign(y=pd.array([True, False, None, True, True, False], "boolean")),
        [1, 0, 0.5, 1, 1, 0],
    ),
    "128 bits": (
        pl.DataFrame({"ds": pl.Series(range(6), dtype=pl.Int128), "y": Y}).with_columns(
            pl.col("y").cast(pl.Int128)
        ),
        Y,
    ),
    "Arrow's dates in pandas": (
        table().assign(ds=pd.array([d.date() for d in DAYS], dtype=pd.ArrowDtype(pa.date32()))),
        Y,
    ),
    "Arrow's dates": (pa.table({"ds": pa.array([d.date() for d in DAYS]), "y": Y}), Y),
    "dates before 1678": (table().assign(ds=[dt.datetime(1500 + i, 1, 1) for i in range(6)]), Y),
}


@pytest.mark.parametrize("case", READ)
def test_read_as_documented(case):
    source, values = READ[case]
    np.testing.assert_array_equal(read_panel(source).values, values)


def test_every_number_of_rows_up_to_59_is_read_or_refused():
    from gatecast.forecaster import LSTMForecaster

    for rows in range(60):
        frame = pd.DataFrame({"ds": range(rows), "y": np.sin(np.arange(rows))})
        model = LSTMForecaster(h=3, updates=2, seeds=1, hidden=3)
        if rows < 7:
            with pytest.raises(DataError, match=r"no rows|one row|has . values"):
                model.fit(frame)
        else:
            assert np.isfinite(model.fit(frame).predict()["LSTM"]).all()
