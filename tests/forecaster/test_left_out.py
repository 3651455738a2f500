"""A series that cannot be used is left out with a sentence; the others are forecast as ever."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import gatecast as gc
from gatecast.baselines import Naive
from gatecast.cli.main import app
from gatecast.data.left_out import SeriesLeftOutWarning
from gatecast.data.reading import read_panel
from gatecast.errors import DataError

QUICK = {"hidden": 4, "max_steps": 4, "n_networks": 1, "pretrained": False}
REASONS = {
    "blank": "left out, without any value",
    "sparse": "left out, since more than 20 % of their steps have no value",
    "short": "left out, with fewer than {least} values",
}


def cities():
    """Two good series, and one of each kind that cannot be used."""
    rng = np.random.default_rng(0)
    days = pd.date_range("2024-01-01", periods=40)
    one = pd.DataFrame({"ds": days, "y": 20 + rng.normal(size=40).cumsum()})
    return pd.concat(
        [
            one.assign(unique_id="a"),
            one.assign(unique_id="blank", y=np.nan),
            one[::3].assign(unique_id="sparse"),
            one[:2].assign(unique_id="short"),
            one.assign(unique_id="b", y=one["y"] * 2),
        ],
        ignore_index=True,
    )


def usable(frame):
    return frame[frame["unique_id"].isin(["a", "b"])].reset_index(drop=True)


@pytest.mark.filterwarnings("ignore::gatecast.data.left_out.SeriesLeftOutWarning")
@pytest.mark.parametrize(
    ("make", "least"),
    [
        (lambda: gc.LSTMForecaster(h=3, **QUICK), 4),
        (lambda: gc.PretrainedLSTM(h=3), 3),
        (lambda: gc.Combination(["pretrained", "Naive"], h=3), 4),
    ],
)
def test_the_others_are_forecast_as_without_them(make, least):
    model = make().fit(cities())
    pd.testing.assert_frame_equal(model.predict(), make().fit(usable(cities())).predict())
    assert model.left_out_.keys() == REASONS.keys()
    for name, reason in model.left_out_.items():
        assert reason.startswith(REASONS[name].format(least=least))


def test_leaving_out_warns():
    with pytest.warns(SeriesLeftOutWarning) as caught:
        Naive(h=3).fit(cities())
    said = [str(one.message) for one in caught]
    assert said[0].startswith('left out, without any value: "blank" (1 of 5 series)')
    assert '"sparse" (1 of 4 series); where no row means that nothing happened' in said[1]
    assert len(said) == 2  # a naive forecast needs one value


@pytest.mark.filterwarnings("ignore::gatecast.data.left_out.SeriesLeftOutWarning")
def test_weights_stay_with_their_values():
    frame = cities()
    weights = np.where(frame["unique_id"] == "b", 0.5, 1.0)
    kept = frame["unique_id"].isin(["a", "b"]).to_numpy()
    made = gc.LSTMForecaster(h=3, **QUICK).fit(frame, sample_weight=weights).predict()
    alone = gc.LSTMForecaster(h=3, **QUICK)
    alone.fit(usable(frame), sample_weight=weights[kept])
    pd.testing.assert_frame_equal(made, alone.predict())


@pytest.mark.filterwarnings("ignore::gatecast.data.left_out.SeriesLeftOutWarning")
def test_it_is_kept_in_the_file_and_later_rows_of_it_are_passed_over(tmp_path):
    model = gc.LSTMForecaster(h=3, **QUICK).fit(cities())
    model.save(tmp_path / "a.gatecast")
    loaded = gc.load(tmp_path / "a.gatecast")
    assert loaded.left_out_ == model.left_out_
    next_day = pd.Timestamp("2024-02-10")
    rows = pd.DataFrame({"unique_id": ["a", "b", "sparse", "blank"], "ds": next_day, "y": 20.0})
    loaded.update(rows.assign(y=[20.0, 40.0, 20.0, np.nan]))
    assert loaded.predict()["unique_id"].unique().tolist() == ["a", "b"]
    assert (loaded.ends_.times == np.datetime64(next_day)).all()
    assert any('fewer than 4 values: "sparse"' in one for one in loaded.decisions())


@pytest.mark.filterwarnings("ignore::gatecast.data.left_out.SeriesLeftOutWarning")
def test_of_other_histories_the_usable_are_forecast():
    model = gc.LSTMForecaster(h=3, **QUICK).fit(usable(cities()))
    made = model.predict(cities())
    assert made["unique_id"].unique().tolist() == ["a", "b"]
    assert model.left_out_.keys() == REASONS.keys()


@pytest.mark.filterwarnings("ignore::gatecast.data.left_out.SeriesLeftOutWarning")
def test_where_none_is_left_it_is_an_error():
    none = cities()[cities()["unique_id"].isin(["blank", "sparse"])]
    with pytest.raises(DataError, match='steps of series "sparse" have no value'):
        gc.LSTMForecaster(h=3, **QUICK).fit(none)
    with pytest.raises(DataError, match='"new" was not in the fit and has 2 values'):
        gc.LSTMForecaster(h=3, **QUICK).fit(usable(cities())).update(
            cities()[-2:].assign(unique_id="new")
        )


@pytest.mark.filterwarnings("ignore::gatecast.data.left_out.SeriesLeftOutWarning")
def test_a_backtest_goes_on_without_a_series_that_has_hardly_begun():
    late = cities()[-3:].assign(unique_id="late")
    result = gc.backtest(gc.LSTMForecaster(h=3, **QUICK), pd.concat([cities(), late]), n_windows=2)
    assert result.scores["unique_id"].tolist() == ["a", "b"]
    assert list(result.left_out) == ["blank", "sparse", "short", "late"]
    assert "fewer than 4 values before every cutoff" in result.left_out["late"]


def test_many_names_are_kept_and_ten_are_shown():
    names = [f"s{i:02}" for i in range(12)]
    parts = [cities()[40:80].assign(unique_id=name) for name in names]
    with pytest.warns(SeriesLeftOutWarning, match='"s09" and 2 more \\(12 of 13 series\\)'):
        panel = read_panel(pd.concat([usable(cities())[:40], *parts]))
    assert list(gc.backtest(Naive(h=1), panel).left_out) == names


@pytest.mark.parametrize("verb", ["forecast", "backtest"])
def test_verbs_say_and_list_it(tmp_path, verb):
    cities().to_csv(tmp_path / "cities.csv", index=False)
    words = [verb, str(tmp_path / "cities.csv"), "--h", "3", "--no-report"]
    words += ["--model", "naive"] if verb == "forecast" else ["--models", "naive,drift"]
    with pytest.warns(SeriesLeftOutWarning):
        printed = CliRunner().invoke(app, words)
    assert printed.exit_code == 0, printed.output
    assert printed.stderr.count("blank") == 1
    with pytest.warns(SeriesLeftOutWarning):
        document = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert {"blank", "sparse"} <= document["left_out"].keys()


def test_the_page_lists_all_names(tmp_path):
    parts = [cities()[40:80].assign(unique_id=f"s{i:02}") for i in range(12)]
    with pytest.warns(SeriesLeftOutWarning):
        model = Naive(h=1).fit(pd.concat([usable(cities()), *parts]))
    gc.report(gc.forecast(model), tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "全部 12 条去掉的序列" in page
    assert "s10, s11" in page
