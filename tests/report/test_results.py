"""Results from Python: their pages, and their charts through Plotly and matplotlib."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gatecast as gc
from gatecast.baselines import Naive
from gatecast.datasets import air_passengers
from gatecast.errors import MissingExtraError, NotFittedError, UsageError
from gatecast.report.charts import Chart, Trace, as_data
from gatecast.report.notebook import figures

TEMPLATES = Path(gc.__file__).parent / "report" / "templates"


@pytest.fixture(scope="module")
def fitted():
    settings = {"h": 6, "max_steps": 30, "n_networks": 1, "hidden": 7, "level": [80, 95]}
    return gc.LSTMForecaster(**settings).fit(air_passengers())


@pytest.fixture(scope="module")
def compared():
    models = [gc.LinearAutoregression(h=4), gc.SeasonalNaive(h=4)]
    return gc.backtest(models, air_passengers(), n_windows=3, step_size=4)


@pytest.mark.slow
def test_a_forecast_holds_what_a_reader_needs(fitted):
    result = gc.forecast(fitted)
    pd.testing.assert_frame_equal(result.frame, fitted.predict())
    assert result.model == "LSTM"
    assert result.levels == ["95", "80"]
    assert len(result.history) == 144
    assert list(result.decisions) == fitted.decisions()
    paths = fitted.simulate(200)["LSTM"].to_numpy().reshape(200, 6)
    error = np.abs(paths - result.frame["LSTM"].to_numpy()).mean()
    assert result.expected_error == pytest.approx([error])
    calibration = fitted.calibration_
    assert result.skill == pytest.approx(1 - calibration.error / calibration.naive_error)


@pytest.mark.slow
def test_a_backtest_says_how_good_the_forecast_of_its_model_is(compared):
    model = gc.LinearAutoregression(h=4).fit(air_passengers())
    result = gc.forecast(model, backtest=compared)
    board = compared.leaderboard().set_index("model")
    assert result.expected_error == pytest.approx([board.loc["LinearAutoregression", "mae"]])
    assert result.verdict == gc.verdict(compared).sentences
    assert gc.forecast(model).expected_error is None


@pytest.mark.slow
def test_a_model_without_its_data_asks_for_them(fitted, tmp_path):
    fitted.save(tmp_path / "m.gatecast")
    loaded = gc.load(tmp_path / "m.gatecast")
    with pytest.raises(NotFittedError, match="give the table as source="):
        gc.forecast(loaded)
    assert len(gc.forecast(loaded, source=air_passengers()).history) == 144


@pytest.mark.slow
def test_every_result_has_its_page(fitted, compared, tmp_path):
    results = {
        "forecast": gc.forecast(fitted),
        "model": fitted,
        "baseline": Naive(h=2).fit(air_passengers()),
        "backtest": compared,
        "explanation": gc.explain(fitted),
    }
    for name, result in results.items():
        gc.report(result, tmp_path / f"{name}.html", subject="sales & more", lang="zh")
        page = (tmp_path / f"{name}.html").read_text()
        assert '<html lang="zh">' in page
        assert "sales &amp; more" in page
        assert len(page.encode()) < 1_000_000
    with pytest.raises(UsageError, match="this is of type int"):
        gc.report(3, tmp_path / "x.html")
    with pytest.raises(UsageError, match='lang="fr" was requested; use "en" or "zh"'):
        gc.report(fitted, tmp_path / "x.html", lang="fr")
    assert not (tmp_path / "x.html").exists()


def test_the_package_keeps_its_modules_and_can_be_called():
    import gatecast.report.notebook as notebook

    assert gc.report.notebook is notebook
    assert callable(gc.report)


def test_a_forecast_is_drawn_over_its_history(fitted):
    figure = gc.forecast(fitted).plot()
    lines = {trace.name: trace for trace in figure.data}
    frame = fitted.predict()
    np.testing.assert_array_equal(lines["y"].y, air_passengers()["y"])
    np.testing.assert_array_equal(lines["LSTM"].y[1:], frame["LSTM"])
    assert lines["LSTM"].y[0] == lines["y"].y[-1]
    for level in ("80", "95"):
        high, low = (lines[f"{level} % interval{end}"] for end in ("", ", lower end"))
        np.testing.assert_array_equal(high.y[1:], frame[f"LSTM-hi-{level}"])
        np.testing.assert_array_equal(low.y[1:], frame[f"LSTM-lo-{level}"])


def test_a_backtest_draws_actual_values_and_the_best_model(compared):
    figure = compared.plot()
    lines = {trace.name: trace for trace in figure.data}
    best = compared.leaderboard()["model"].iloc[0]
    assert set(lines) == {"y", best}
    rows = compared.forecasts.sort_values("ds")
    np.testing.assert_array_equal(lines[best].y, rows[best])
    np.testing.assert_array_equal(lines["y"].y, air_passengers()["y"])


@pytest.mark.slow
def test_an_explanation_draws_its_attribution(fitted):
    explanation = gc.explain(fitted)
    figure = explanation.plot()
    shares = explanation.attribution
    first = shares[shares["step"] == 1]
    total = sum(np.nansum(np.asarray(bars.y, float)) for bars in figure.data)
    column = "effect" if shares["effect"].notna().all() else "attribution"
    assert total == pytest.approx(first[column].sum())


@pytest.mark.slow
def test_everything_is_drawn_on_axes_of_matplotlib_too(fitted, compared):
    figure_module = pytest.importorskip("matplotlib.figure")
    for result in (gc.forecast(fitted), compared, gc.explain(fitted)):
        ax = figure_module.Figure().add_subplot()
        assert result.plot(ax=ax) is ax
        ax.figure.canvas.draw()
    ax = figure_module.Figure().add_subplot()
    gc.forecast(fitted).plot(ax)
    frame = fitted.predict()
    (line,) = (one for one in ax.lines if one.get_label() == "LSTM")
    np.testing.assert_array_equal(line.get_ydata()[1:], frame["LSTM"])
    # the y axis fits what is in view, not the whole history
    assert ax.get_ylim()[0] > air_passengers()["y"].min() + 50


@pytest.mark.slow
def test_without_plotly_the_pip_line_is_said(fitted, monkeypatch):
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'gatecast\[plot\]'|gatecast\[plot\]"):
        gc.forecast(fitted).plot()
    with pytest.raises(MissingExtraError, match=r"gatecast\[plot\]"):
        figures(gc.explain(fitted))


def test_charts_become_data_with_short_places():
    days = np.array(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"], "datetime64[s]")
    months = np.array(["2024-01-01", "2024-02-01", "2024-03-01", "2024-05-01"], "datetime64[s]")
    y = np.arange(4.0)
    band = Trace(("b", "乙"), months, y, "grey", "band", y - 1)
    chart = Chart([Trace("a", days, y, "blue"), band], view=(days[0], days[-1]))
    data = as_data(chart)
    assert data["kind"] == "time"
    assert data["traces"][0]["x"] == {"from": 1704067200, "by": 86400, "n": 4}
    assert data["traces"][1]["x"] == {"days": [19723, 19754, 19783, 19844]}
    assert data["traces"][1]["name"] == {"en": "b", "zh": "乙"}
    assert data["view"] == [1704067200, 1704326400]
    names = as_data(Chart([Trace("c", np.array(["x", "y", "x"], object), y[:3], "blue", "dots")]))
    assert (names["names"], names["traces"][0]["x"]) == (["x", "y"], [0, 1, 0])


def test_scripts_and_styles_name_no_other_host():
    for path in TEMPLATES.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, path.name
        assert "https://" not in text, path.name
