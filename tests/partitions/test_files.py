"""A folder of Parquet files: sampled, forecast file by file, gone on with; what is refused."""

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest

import gatecast
from gatecast.data.left_out import SeriesLeftOutWarning
from gatecast.data.reading import partitions
from gatecast.data.reading.partitions import PartitionedTable, partition_files
from gatecast.errors import DataError, NotFoundError, UsageError
from gatecast.partitions import files as of_files

QUICK = {"hidden": 4, "max_steps": 5, "n_networks": 1, "pretrained": False}


def table(series, first=0, n=30):
    parts = []
    for i in range(first, first + series):
        rng = np.random.default_rng(i)
        y = 10 + i % 7 + 3 * np.sin(np.arange(n + i % 3)) + rng.normal(0, 0.3, n + i % 3)
        times = pd.date_range("2024-01-01", periods=len(y), freq="D")
        parts.append(pd.DataFrame({"unique_id": f"s{i:03}", "ds": times, "y": y}))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def folder(tmp_path):
    """Three files, one in a folder below; what Spark leaves beside them is passed over."""
    data = tmp_path / "data"
    (data / "more").mkdir(parents=True)
    table(9).to_parquet(data / "a.parquet")
    table(4, 9).sample(frac=1, random_state=0).to_parquet(data / "b.parquet")
    table(2, 13).to_parquet(data / "more" / "c.pq")
    (data / "_SUCCESS.parquet").write_text("")
    (data / "notes.txt").write_text("of no interest")
    return data


@pytest.fixture(scope="module")
def model():
    return gatecast.LSTMForecaster(3, level=[80], **QUICK).fit(table(6, 50))


def whole(folder):
    return table(15).assign(unique_id=lambda frame: frame["unique_id"].astype(str))


def test_a_folder_forecasts_as_one_table_does(folder, model, tmp_path):
    expected = model.predict(whole(folder))
    done = []
    result = gatecast.forecast_files(
        model, folder, tmp_path / "out", progress=lambda *args: done.append(args)
    )
    assert [f.relative_to(tmp_path / "out").as_posix() for f in result.files] == [
        "a.parquet", "b.parquet", "more/c.pq",
    ]  # fmt: skip
    written = pd.concat([pd.read_parquet(file) for file in result.files], ignore_index=True)
    written = written.sort_values(["unique_id", "ds"], ignore_index=True)
    pd.testing.assert_frame_equal(written, expected, check_exact=True, check_dtype=False)
    assert result.series == 15
    assert done[-1] == (15, 15)
    together = model.predict(folder).sort_values(["unique_id", "ds"], ignore_index=True)
    pd.testing.assert_frame_equal(together, expected, check_exact=True)
    pattern = model.predict(str(folder / "*.parquet"))
    assert set(pattern["unique_id"]) == {f"s{i:03}" for i in range(13)}


def test_a_fit_takes_the_same_sample_however_series_lie_in_files(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(partitions, "SAMPLE_SERIES", 5)
    table(15).sample(frac=1, random_state=1).to_parquet(tmp_path / "one.parquet")
    settings = {"h": 3, **QUICK}
    fits = [
        gatecast.LSTMForecaster(**settings).fit(source)
        for source in (folder, str(tmp_path / "*.parquet"))
    ]
    names = [list(fit.ends_.ids) for fit in fits]
    assert names[0] == names[1] == sorted(names[0])
    assert len(names[0]) == 5
    assert fits[0].fingerprint_ == fits[1].fingerprint_
    pd.testing.assert_frame_equal(fits[0].predict(), fits[1].predict(), check_exact=True)
    said = fits[0].decisions()[0]
    assert said.startswith("learned on 5 of the 15 series in 3 files")
    # the sample is by hash, and so not the first ones
    assert names[0] != [f"s{i:03}" for i in range(5)]


def test_a_small_folder_is_learnt_from_as_one_table_is(folder):
    settings = {"h": 3, **QUICK}
    apart = gatecast.LSTMForecaster(**settings).fit(folder)
    together = gatecast.LSTMForecaster(**settings).fit(whole(folder))
    assert apart.fingerprint_ == together.fingerprint_
    assert apart.decisions()[0] == "learned on all 15 series in 3 files"
    assert apart.decisions()[2:] == together.decisions()


def test_one_large_file_is_read_some_series_at_a_time(model, tmp_path, monkeypatch):
    monkeypatch.setattr(partitions, "ROWS_AT_ONCE", 100)
    (tmp_path / "in").mkdir()
    table(15).to_parquet(tmp_path / "in" / "a.parquet", row_group_size=37)
    files = partition_files(tmp_path / "in")
    parts = list(PartitionedTable.scan(files).batches(files[0], ["unique_id", "ds", "y"]))
    assert len(parts) > 3
    assert max(map(len, parts)) < 100 + 37 + 32
    assert [name for part in parts for name in part["unique_id"].unique()] == [
        f"s{i:03}" for i in range(15)
    ]
    gatecast.forecast_files(model, tmp_path / "in", tmp_path / "out")
    written = pd.read_parquet(tmp_path / "out" / "a.parquet")
    expected = model.predict(table(15))
    pd.testing.assert_frame_equal(written, expected, check_exact=True, check_dtype=False)


def test_a_series_that_comes_again_in_a_large_file_is_named(model, tmp_path, monkeypatch):
    monkeypatch.setattr(partitions, "ROWS_AT_ONCE", 60)
    (tmp_path / "in").mkdir()
    rows = table(6).sort_values("ds", kind="stable")
    rows.to_parquet(tmp_path / "in" / "a.parquet", row_group_size=20)
    with pytest.raises(DataError, match=r'a.parquet": rows of series "s005" come again after'):
        gatecast.forecast_files(model, tmp_path / "in", tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


def test_a_series_in_two_files_is_refused_by_name(folder, model, tmp_path):
    table(1, 3).to_parquet(folder / "d.parquet")
    table(1, 11).to_parquet(folder / "e.parquet")
    with pytest.raises(DataError) as caught:
        model.predict(folder)
    assert '2 series lie in several: "s003", "s011"' in str(caught.value)
    assert 'rows of "s003" are in "a.parquet", "d.parquet"' in str(caught.value)
    with pytest.raises(DataError, match="s003"):
        gatecast.LSTMForecaster(3, **QUICK).fit(folder)


def test_what_is_done_is_kept_and_the_rest_made(folder, model, tmp_path, monkeypatch):
    out = tmp_path / "out"
    gatecast.forecast_files(model, folder, out)
    before = {f: f.read_bytes() for f in out.rglob("*.p*q*")}
    with pytest.raises(UsageError, match=r'is not empty \("a.parquet"'):
        gatecast.forecast_files(model, folder, out)
    (out / "b.parquet").unlink()
    written = []
    write = of_files.forecast_file
    monkeypatch.setattr(
        of_files, "forecast_file", lambda *args: written.append(args[2].name) or write(*args)
    )
    result = gatecast.forecast_files(model, folder, out, resume=True)
    assert (result.kept, written) == (2, ["b.parquet"])
    assert {f: f.read_bytes() for f in out.rglob("*.p*q*")} == before
    # other data, or another model, is made anew
    changed = pd.read_parquet(folder / "a.parquet").assign(y=lambda frame: frame["y"] + 1)
    changed.to_parquet(folder / "a.parquet")
    gatecast.forecast_files(model, folder, out, resume=True)
    assert written == ["b.parquet", "a.parquet"]
    other = gatecast.LSTMForecaster(3, level=[80], random_state=1, **QUICK).fit(table(6, 50))
    assert gatecast.forecast_files(other, folder, out, resume=True).kept == 0
    (out / "x.parquet").write_text("")
    with pytest.raises(UsageError, match=r'no forecasts of these data \("x.parquet"\)'):
        gatecast.forecast_files(other, folder, out, resume=True)


def test_a_stop_leaves_whole_files(folder, model, tmp_path):
    out = tmp_path / "out"

    def stop(done, total):
        if done > 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gatecast.forecast_files(model, folder, out, progress=stop)
    left = sorted(p.name for p in out.rglob("*") if p.is_file())
    assert left == ["a.parquet"]
    assert len(pyarrow.parquet.read_table(out / "a.parquet")) == 27
    result = gatecast.forecast_files(model, folder, out, resume=True)
    assert (result.kept, len(result.files)) == (1, 3)


def test_series_that_cannot_be_forecast_are_left_out_by_name(folder, model, tmp_path):
    table(1, 90).head(2).to_parquet(folder / "d.parquet")
    table(1, 91).assign(y=np.nan).to_parquet(folder / "e.parquet")
    with pytest.warns(SeriesLeftOutWarning, match='2 series have no forecast: "s090", "s091"'):
        result = gatecast.forecast_files(model, folder, tmp_path / "out")
    assert (result.series, set(result.left_out)) == (15, {"s090", "s091"})
    assert len(pd.read_parquet(tmp_path / "out")) == 45
    for name in "de":
        (folder / f"{name}.parquet").unlink()
    table(2, 92).assign(y=np.inf).to_parquet(folder / "f.parquet")
    with pytest.raises(DataError, match=r'f.parquet": .*inf'):
        model.predict(folder)


def test_names_of_several_columns_and_of_numbers(model, tmp_path):
    (tmp_path / "in").mkdir()
    rows = table(8).assign(store=lambda f: f["unique_id"].str[2].astype(int) // 4)
    rows = rows.rename(columns={"unique_id": "item"})[["store", "item", "ds", "y"]]
    for store, part in rows.groupby("store"):
        part.to_parquet(tmp_path / "in" / f"{store}.parquet", index=False)
    fitted = gatecast.LSTMForecaster(3, **QUICK).fit(tmp_path / "in", id_col="store,item")
    result = gatecast.forecast_files(fitted, tmp_path / "in", tmp_path / "out")
    written = pd.concat([pd.read_parquet(file) for file in result.files], ignore_index=True)
    assert list(written.columns) == ["store", "item", "ds", "LSTM"]
    expected = fitted.predict(rows)
    np.testing.assert_array_equal(written["LSTM"], expected["LSTM"])


def test_what_is_no_folder_of_parquet_files_is_refused(folder, model, tmp_path):
    with pytest.raises(NotFoundError, match="has no Parquet file"):
        gatecast.forecast_files(model, tmp_path / "nothing", tmp_path / "out")
    with pytest.raises(NotFoundError, match=r"notes.txt.*is no Parquet file"):
        model.predict(str(folder / "*"))
    with pytest.raises(UsageError, match="futr_df is for one table and not for a folder"):
        model.predict(folder, futr_df=pd.DataFrame())
    with pytest.raises(UsageError, match="among the data"):
        gatecast.forecast_files(model, folder, folder / "out")
    with pytest.raises(UsageError, match="a fitted LSTMForecaster was expected, and Naive"):
        gatecast.forecast_files(gatecast.Naive(3), folder, tmp_path / "out")
    (folder / "d.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match=r"d.parquet is a damaged Parquet file"):
        model.predict(folder)
