"""A forecaster as an ONNX graph, run by onnxruntime beside the forecaster itself."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import gatecast as gc
from gatecast.data.transforms.pipeline import KINDS
from gatecast.errors import MissingExtraError, NotFittedError, UsageError
from gatecast.exchange import as_forecaster
from gatecast.forecaster.benchmarks.benchmark import LinearBenchmark
from gatecast.network import Network

ort = pytest.importorskip("onnxruntime", reason="needs onnxruntime, and the extra [onnx]")
pytest.importorskip("onnx", reason="needs the extra [onnx]")

H = 5
FAST = {"pretrained": False, "max_steps": 4, "n_networks": 1, "hidden": 6, "threads": 1}


def series(n=60, seed=0, low=20.0):
    rng, t = np.random.default_rng(seed), np.arange(n)
    return low + t / 5 + 8 * np.sin(t * np.pi / 6) * (1 + t / n) + rng.normal(0, 1.5, n)


def table(count=1, n=60, values=series):
    dates = pd.date_range("2015-01-01", periods=n, freq="MS")
    parts = [
        pd.DataFrame({"unique_id": f"s{i:02}", "ds": dates, "y": values(n, i)})
        for i in range(count)
    ]
    whole = pd.concat(parts, ignore_index=True)
    return whole if count > 1 else whole.drop(columns="unique_id")


class Session:
    """The graph, with the state that goes from one call to the next."""

    def __init__(self, model, path):
        model.to_onnx(path)
        options = ort.SessionOptions()
        options.log_severity_level = 3  # that the state may be given is meant
        self.session = ort.InferenceSession(path, options)
        self.outputs = [output.name for output in self.session.get_outputs()]
        self.state = {}

    def run(self, y, **more):
        results = self.session.run(None, {"y": np.asarray(y, float), **self.state, **more})
        named = dict(zip(self.outputs, results, strict=True))
        state = {name: value for name, value in named.items() if name.endswith("_out")}
        self.state = {name.removesuffix("_out"): value for name, value in state.items()}
        return {name: value for name, value in named.items() if name not in state}


def compare(model, forecasts, rtol=1e-5):
    expected = model.predict()
    columns = [name for name in expected if name.startswith("LSTM")]
    assert list(forecasts) == [*sorted(columns, key=list(forecasts).index)]
    assert len(columns) == 1 + 2 * len(model.level)
    for name in columns:
        np.testing.assert_allclose(
            forecasts[name].ravel(), expected[name], rtol=rtol, atol=1e-9, err_msg=name
        )


def counts(n, seed):
    return np.random.default_rng(seed).poisson(2.0, n).astype(float)


def shifted(n, seed):
    return np.where(np.arange(n) < 50, 10, 90) + np.random.default_rng(seed).normal(0, 1, n)


CASES = {
    "gru, two layers, residual and dilated, three networks": (
        {"cell": "gru", "layers": 2, "residual": True, "dilation": 2, "n_networks": 3}, table()),
    "box-cox, standard, clipped": (
        {"log": "box-cox", "scale": "standard", "clip_outliers": True}, table()),
    "logarithms on levels, two networks, min-max": (
        {"log": True, "difference": False, "scale": "min-max", "n_networks": 2, "layers": 2},
        table()),
    "window": ({"look_back": 7, "layers": 2, "level": [80]}, table()),
    "counts, robust": ({"scale": "robust", "season_length": 1}, table(values=counts)),
    "several series": ({"adjust_season": "auto", "level": [80, 95]}, table(3)),
    "related series with lags": ({"adjust_season": False, "level": [90]}, table(22, 40)),
    "related series": ({"adjust_season": True, "log": "auto"}, table(22, 40)),
    "Fourier terms": ({"season_length": 370, "adjust_season": True}, table(2, 960)),
    "a shifted level": ({"season_length": 1}, table(values=shifted)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_graph_forecasts_as_the_forecaster_does_and_goes_on_with_it(name, tmp_path):
    settings, data = CASES[name]
    model = gc.LSTMForecaster(H, **{**FAST, **settings}).fit(data)
    session = Session(model, tmp_path / "a.onnx")
    count = len(model.ends_.ids)
    compare(model, session.run(np.zeros((count, 0))))
    # values that the fit has not seen: below every floor, above every fence
    new = np.array([[3.0, 25.0, 400.0, 0.0, 12.5]] * count) + np.arange(count)[:, np.newaxis]
    for part in (new[:, :1], new[:, 1:]):
        model.update(part if count > 1 else part[0])
        compare(model, session.run(part))


def test_what_the_cases_are_there_for_is_in_them():
    """Each transform, input and kind of layer that the graph knows is in one of the cases."""
    found = set()
    for settings, data in CASES.values():
        fitted = gc.LSTMForecaster(H, **{**FAST, **settings, "max_steps": 1}).fit(data).fitted_
        found |= {type(step.transform).__name__ for step in fitted.transforms.steps}
        found |= {f"difference {fitted.difference}", f"lags {bool(fitted.state.lags)}"}
        found |= {f"local scale {fitted.state.initial_scale is not None}"}
        found |= {f"skip {network.layout.skip}" for network in fitted.networks}
    assert found >= {kind.__name__ for kind in KINDS}
    assert found >= {
        "difference True", "difference False", "lags True", "local scale True",
        "local scale False", "skip True",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["seasonal", "linear"])
def test_a_combination_with_a_benchmark_is_carried(kind, tmp_path):
    model = gc.LSTMForecaster(H, adjust_season=False, difference=kind == "linear", **FAST)
    model.fit(table(22, 40))
    if kind == "seasonal":
        benchmark = LinearBenchmark.seasonal_naive(False, H, 12)
    else:
        weights = np.random.default_rng(0).normal(size=(9, H))
        benchmark = LinearBenchmark(LinearBenchmark.zero(True, H).name, weights)
    assert model.fitted_.state.recent.shape[1] + 1 >= benchmark.reach
    model.fitted_ = dataclasses.replace(model.fitted_, benchmark=benchmark, weight=0.25)
    session = Session(model, tmp_path / "a.onnx")
    compare(model, session.run(np.zeros((22, 0))))
    new = np.full((22, 2), 30.0)
    compare(model.update(new), session.run(new))


def test_a_thousand_steps_are_those_of_update(tmp_path):
    model = gc.LSTMForecaster(H, level=[80], layers=2, **FAST).fit(table())
    session = Session(model, tmp_path / "a.onnx")
    new = series(1060, seed=1)[60:]
    for begin in range(0, 1000, 100):
        for value in new[begin : begin + 100]:
            forecasts = session.run([[value]])
        compare(model.update(new[begin : begin + 100]), forecasts)


def test_some_of_the_series_are_forecast_and_go_on(tmp_path):
    model = gc.LSTMForecaster(H, **FAST).fit(table(4))
    session = Session(model, tmp_path / "a.onnx")
    session.run(np.zeros((4, 0)))
    which = np.array([3, 1])
    state = {
        name: value.take(which, axis=1 if value.ndim == 3 else 0)
        for name, value in session.state.items()
    }
    forecasts = session.run([[25.0], [35.0]], series=which, **state)["LSTM"]
    rows = pd.DataFrame(
        {"unique_id": ["s03", "s01"], "ds": pd.Timestamp("2020-01-01"), "y": [25.0, 35.0]}
    )
    expected = model.update(rows).predict().set_index("unique_id")["LSTM"]
    np.testing.assert_allclose(forecasts[0], expected["s03"], rtol=1e-5)
    np.testing.assert_allclose(forecasts[1], expected["s01"], rtol=1e-5)


def test_a_network_from_elsewhere_goes_on_to_onnx(tmp_path):
    network = Network.create(1, 6, 2, rng=np.random.default_rng(0))
    model = as_forecaster(network, table(), look_back=8)
    session = Session(model, tmp_path / "a.onnx")
    compare(model, session.run(np.zeros((1, 0))))
    compare(model.update([30.0]), session.run([[30.0]]))


def test_the_same_model_is_the_same_file(tmp_path):
    model = gc.LSTMForecaster(H, **FAST).fit(table())
    for name in ("a.onnx", "b.onnx"):
        model.to_onnx(tmp_path / name)
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def test_what_a_graph_cannot_carry_is_said(tmp_path, monkeypatch):
    path = tmp_path / "a.onnx"
    with pytest.raises(NotFittedError):
        gc.LSTMForecaster(H).to_onnx(path)
    refused = [
        (gc.LSTMForecaster(H, **{**FAST, "pretrained": True}), "fit with pretrained=False"),
        (gc.LSTMForecaster(H, calendar=True, **FAST), "the calendar"),
        (gc.LSTMForecaster(H, look_back=6, layers=2, dilation=2, **FAST), "dilation=1"),
    ]
    for model, words in refused:
        with pytest.raises(UsageError, match=words):
            model.fit(table()).to_onnx(path)
    model = gc.LSTMForecaster(H, look_back=500, **FAST).fit(table())
    with pytest.raises(UsageError, match="fewer than a window of look_back=500"):
        model.to_onnx(path)
    assert not path.exists()
    days = pd.date_range("2022-01-01", "2022-12-20")  # Christmas is ahead
    closed = days.isin(pd.to_datetime(["2022-04-15", "2022-04-18", "2022-05-26", "2022-06-06"]))
    values = 50 + 5 * np.sin(np.arange(len(days)) * 2 * np.pi / 7) - 30.0 * closed
    pytest.importorskip("holidays", reason="needs the extra [holidays]")
    model = gc.LSTMForecaster(H, holidays="DE", **FAST).fit(pd.DataFrame({"ds": days, "y": values}))
    with pytest.raises(UsageError, match="fit without holidays"):
        model.to_onnx(path)
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"pip install \"gatecast\[onnx\]\""):
        gc.LSTMForecaster(H, **FAST).fit(table()).to_onnx(path)
