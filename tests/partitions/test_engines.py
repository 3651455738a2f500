"""Tables of engines: the same forecasts as of one process, whatever the partitions."""

import shutil
import sys

import numpy as np
import pandas as pd
import pytest

import gatecast
from gatecast.data.reading import partitions
from gatecast.errors import DataError, GatecastError, UsageError
from gatecast.partitions import tables

QUICK = {"hidden": 4, "max_steps": 5, "n_networks": 1, "pretrained": False}


def table(series=14, n=40):
    parts = []
    for i in range(series):
        rng = np.random.default_rng(i)
        y = 10 + i % 7 + 3 * np.sin(np.arange(n + i % 3)) + rng.normal(0, 0.3, n + i % 3)
        times = pd.date_range("2024-01-01", periods=len(y), freq="D")
        parts.append(pd.DataFrame({"unique_id": f"s{i:02}", "ds": times, "y": y}))
    return pd.concat(parts, ignore_index=True)


def in_order(frame, keys=("unique_id", "ds")):
    frame = frame.astype({"unique_id": object, "ds": "datetime64[ns]"})
    return frame.sort_values(list(keys), ignore_index=True)


@pytest.fixture(scope="module")
def model():
    return gatecast.LSTMForecaster(3, level=[80], **QUICK).fit(table(6))


def dask_tables():
    dask = pytest.importorskip("dask.dataframe")
    yield lambda frame: dask.from_pandas(frame, npartitions=4), lambda made: made.compute()


def ray_tables():
    ray = pytest.importorskip("ray")
    data = pytest.importorskip("ray.data")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    yield (
        lambda frame: data.from_pandas(list(np.array_split(frame, 4))),
        lambda made: made.to_pandas(),
    )
    ray.shutdown()


def spark_tables():
    sql = pytest.importorskip("pyspark.sql")
    if shutil.which("java") is None:
        pytest.skip("Spark needs a Java runtime")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = (
            sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "4").config("spark.sql.session.timeZone", "UTC")
            .getOrCreate()
        )  # fmt: skip
        session.sparkContext.setLogLevel("OFF")
        yield session.createDataFrame, lambda made: made.toPandas()
        session.stop()


@pytest.fixture(scope="module", params=[dask_tables, ray_tables, spark_tables])
def engine(request):
    """What makes a table of an engine of one of pandas, and the way back."""
    yield from request.param()


@pytest.mark.filterwarnings("ignore")  # engines warn of their own
def test_an_engine_gives_what_one_process_gives(model, engine, monkeypatch):
    make, to_pandas = engine
    monkeypatch.setattr(tables, "SAMPLE_SERIES", 6)
    expected = model.predict(table())
    # series in one partition but for those at borders, and all over the place
    for rows in (table(), table().sample(frac=1, random_state=0, ignore_index=True)):
        frame = make(rows)
        got = gatecast.forecast_partitions(model, frame)
        assert isinstance(frame, type(got))
        got = to_pandas(got).astype(expected.dtypes)
        pd.testing.assert_frame_equal(in_order(got), in_order(expected), check_exact=True)
    again = gatecast.LSTMForecaster(3, **QUICK)
    fits = [
        gatecast.fit_on_partitions(model, source).fingerprint_
        for model, source in ((again, frame), (gatecast.LSTMForecaster(3, **QUICK), table()))
    ]
    assert fits[0] == fits[1]
    assert again.decisions()[0].startswith("learned on 6 of the 14 series of the table")
    got, expected = (
        gatecast.backtest_partitions(gatecast.LSTMForecaster(3, **QUICK), source, n_windows=2)
        for source in (frame, table())
    )
    got, keys = to_pandas(got).astype(expected.dtypes), ["unique_id", "cutoff", "ds"]
    pd.testing.assert_frame_equal(in_order(got, keys), in_order(expected, keys), check_exact=True)


def test_a_table_in_memory_is_one_partition(model, tmp_path, monkeypatch):
    got = gatecast.forecast_partitions(model, table(), level=[])
    expected = model.predict(table(), level=[])
    pd.testing.assert_frame_equal(got, expected, check_exact=True)
    # the sample is that of a folder of files
    monkeypatch.setattr(tables, "SAMPLE_SERIES", 5)
    monkeypatch.setattr(partitions, "SAMPLE_SERIES", 5)
    table().to_parquet(tmp_path / "a.parquet")
    one = gatecast.fit_on_partitions(gatecast.LSTMForecaster(3, **QUICK), table())
    other = gatecast.LSTMForecaster(3, **QUICK).fit(tmp_path)
    assert one.fingerprint_ == other.fingerprint_


def test_a_backtest_of_partitions_knows_nothing_of_what_came_later(model):
    setting = gatecast.LSTMForecaster(3, level=[80], **QUICK)
    result = gatecast.backtest_partitions(setting, table(), n_windows=2)
    assert list(result.columns) == [
        "unique_id", "ds", "cutoff", "step", "y", "LSTM", "LSTM-lo-80", "LSTM-hi-80",
    ]  # fmt: skip
    last = table()["ds"].max()
    cutoffs = [last - pd.Timedelta(days=6), last - pd.Timedelta(days=3)]
    assert sorted(result["cutoff"].unique()) == cutoffs
    for cutoff in cutoffs:
        before = table()[table()["ds"] <= cutoff]
        own = gatecast.LSTMForecaster(3, level=[80], **QUICK).fit(before)
        expected = own.predict(before).merge(table(), on=["unique_id", "ds"])
        part = result[result["cutoff"] == cutoff]
        both = part.merge(expected, on=["unique_id", "ds"], suffixes=("", " expected"))
        assert len(both) == len(part) == len(expected)
        np.testing.assert_array_equal(both["y"], both["y expected"])
        np.testing.assert_allclose(both["LSTM"], both["LSTM expected"], rtol=1e-6)
    with pytest.raises(UsageError, match="n_windows"):
        gatecast.backtest_partitions(setting, table(), n_windows=0)


def test_a_partition_that_fails_names_its_series(model, monkeypatch):
    broken = table().assign(y=np.inf)
    with pytest.raises(DataError, match=r'a partition with 14 series \("s00", "s01".*inf'):
        gatecast.forecast_partitions(model, broken)
    monkeypatch.setattr(tables, "forecast_rows", lambda *_: 1 / 0)
    with pytest.raises(GatecastError, match=r's00".*ZeroDivisionError'):
        gatecast.forecast_partitions(model, table())
    with pytest.raises(UsageError, match="a table of Dask, Ray, Spark or pandas"):
        gatecast.forecast_partitions(model, [1, 2])
