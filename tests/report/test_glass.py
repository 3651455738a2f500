"""The glass box's page: what it holds, and what a reader can do with it in a browser."""

import base64
import itertools
import json
import re
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gatecast.baselines import LinearAutoregression, Naive, SeasonalNaive
from gatecast.datasets import air_passengers, noisy_sine
from gatecast.diagnostics.examination import diagnose
from gatecast.diagnostics.recommendation import verdict
from gatecast.diagnostics.training import LongerTraining
from gatecast.errors import MissingExtraError, UsageError
from gatecast.evaluation.backtest import backtest
from gatecast.explain import explain
from gatecast.explain.training import _with_epochs
from gatecast.forecaster import LSTMForecaster
from gatecast.forecaster.benchmarks.benchmark import LinearBenchmark
from gatecast.forecaster.fitting.fit import combination_sentences
from gatecast.messages import Message, message
from gatecast.report.explain import BacktestSummary, explain_page
from gatecast.report.glass import pack_attribution, pack_forecast, pack_gates, time_labels
from gatecast.report.notebook import figures, show
from gatecast.report.picture import explanation_picture

RUN = "window.hacked=1"
ATTACKS = [
    f"</script><script>{RUN}</script>",
    f"<script>{RUN}</script>",
    f"<SCRIPT>{RUN}</SCRIPT>",
    f"<!--<script>{RUN}//",
    f"--><script>{RUN}</script>",
    f"]]><script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"</option></select><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f"<img src=x onerror='{RUN}'>",
    f"<img/src/onerror={RUN}>",
    f'"><img src=x onerror={RUN}>',
    f"'><img src=x onerror={RUN}>",
    f"<svg onload={RUN}>",
    f'"><svg onload={RUN}>',
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x>",
    f"<svg><a xlink:href='javascript:{RUN}'><text>x</text></a></svg>",
    f"<math><mi xlink:href='javascript:{RUN}'>x</mi></math>",
    f"<body onload={RUN}>",
    f"<iframe src='javascript:{RUN}'></iframe>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<object data='javascript:{RUN}'></object>",
    f"<embed src='javascript:{RUN}'>",
    f"<a href='javascript:{RUN}'>link</a>",
    f"<details open ontoggle={RUN}>x</details>",
    f"<video><source onerror={RUN}></video>",
    f"<audio src onerror={RUN}>",
    f"<input autofocus onfocus={RUN}>",
    f"<button autofocus onfocus={RUN}>b</button>",
    f"<form action='javascript:{RUN}'><input type=submit></form>",
    f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    f"<base href='javascript:{RUN}//'>",
    f"<link rel=stylesheet href='data:text/css,*{{x:expression({RUN})}}'>",
    f"<b onmouseover={RUN} style='position:fixed;inset:0'>bold</b>",
    f"\u2028{RUN}",
    f"';{RUN};//\\",
    "{{7*7}}${" + RUN + "}",
]


def fitted(**more):
    settings = {"h": 6, "max_steps": 30, "n_networks": 1, "hidden": 7}
    return LSTMForecaster(**settings, **more).fit(air_passengers())


@pytest.fixture(scope="module")
def model():
    return fitted(level=[80])


@pytest.fixture(scope="module")
def inside(model):
    return explain(model, network=0)


def look_inside(**more):
    """Explain a forecast that the pretrained network, which takes the longest, has no part in."""
    return explain(fitted(level=[80], pretrained=False, **more), network=0)


@pytest.fixture(scope="module")
def page_of(tmp_path_factory, inside):
    path = tmp_path_factory.mktemp("glass") / "explain.html"
    explain_page(inside, path, subject="air.csv")
    return path


def packed_gates(inside, **more):
    return pack_gates(
        inside.gates, inside.history, inside.memory.units, time_col="ds", target_col="y", **more
    )


def unpacked(packed):
    """Read the player's numbers as the page does: [name, step, unit]."""
    kind = "<u2" if packed["bits"] == 16 else "u1"
    cells = np.frombuffer(base64.b64decode(packed["data"]), kind).astype(np.float64)
    wide = packed["layers"] * packed["units"]
    values = cells.reshape(len(packed["names"]), packed["steps"], wide)
    top = 2 ** packed["bits"] - 1
    for i, name in enumerate(packed["names"]):
        if name in ("candidate", "recurrent", "cell", "hidden"):
            values[i] = (2 * values[i] / (top - 1) - 1) * packed["scales"][i]
        else:
            values[i] /= top
    return values


@pytest.mark.slow
@pytest.mark.parametrize(("cell", "layers"), [("lstm", 1), ("lstm", 2), ("gru", 1)])
def test_what_is_packed_is_what_the_gates_are(inside, cell, layers):
    found = inside if (cell, layers) == ("lstm", 1) else look_inside(cell=cell, layers=layers)
    packed = packed_gates(found)
    values = unpacked(packed)
    assert packed["bits"] == 16
    for i, name in enumerate(packed["names"]):
        exact = found.gates[name].to_numpy().reshape(144, 7 * layers)
        np.testing.assert_allclose(
            values[i], exact, atol=2e-5 * max(1, np.abs(packed["scales"][i]).max())
        )
    np.testing.assert_array_equal(packed["values"], air_passengers()["y"])
    assert sorted(packed["order"]) == list(range(7 * layers))
    assert np.all(np.diff(found.memory.units["half_life"].to_numpy()[packed["order"]]) <= 0)


@pytest.mark.parametrize("steps", [20, 12_000])
def test_a_zero_stays_a_zero(steps):
    frame, history = wide_gates(steps, 50)
    frame["cell"] *= frame["unit"] % 2
    packed = pack_gates(frame, history, time_col="ds", target_col="y")
    cell = unpacked(packed)[packed["names"].index("cell")]
    assert np.all(cell[:, ::2] == 0.0)


def wide_gates(steps, units):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"ds": np.repeat(np.arange(steps), units), "layer": 0})
    frame["unit"] = np.tile(np.arange(units), steps)
    for name in ("input", "forget", "output"):
        frame[name] = rng.random(len(frame), dtype=np.float32)
    for name in ("candidate", "cell", "hidden"):
        frame[name] = rng.standard_normal(len(frame), dtype=np.float32)
    return frame, pd.DataFrame({"ds": np.arange(steps), "y": rng.standard_normal(steps)})


def test_two_thousand_steps_of_fifty_units_fit_a_page_and_longer_series_keep_their_end():
    frame, history = wide_gates(2_000, 50)
    packed = pack_gates(frame, history, time_col="ds", target_col="y")
    assert (packed["bits"], packed["steps"], packed["skipped"]) == (8, 2_000, 0)
    assert len(packed["data"]) < 820_000
    exact = frame["cell"].to_numpy().reshape(2_000, 50)
    place = packed["names"].index("cell")
    np.testing.assert_allclose(unpacked(packed)[place], exact, atol=6 / 255)
    frame, history = wide_gates(10_000, 50)
    packed = pack_gates(frame, history, time_col="ds", target_col="y")
    assert (packed["steps"], packed["skipped"]) == (2_000, 8_000)
    assert packed["times"][-1] == 9_999
    assert len(packed["times"]) == len(packed["values"]) == packed["steps"]
    assert len(packed["data"]) < 820_000


def test_times_are_as_short_as_they_can_be():
    assert time_labels([3, 4]) == [3, 4]
    assert time_labels(pd.date_range("2024-01-31", periods=2)) == ["2024-01-31", "2024-02-01"]
    hours = pd.date_range("2024-01-01 00:00", periods=2, freq="h", tz="Europe/Berlin")
    assert time_labels(hours) == ["2024-01-01 00:00", "2024-01-01 01:00"]
    assert time_labels(pd.to_datetime(["2024-01-01 00:00:01"])) == ["2024-01-01 00:00:01"]


@pytest.mark.slow
def test_forecast_and_attribution_are_packed_as_they_are(inside):
    forecast = pack_forecast(inside.forecast, inside.history, id_col="unique_id", time_col="ds")
    np.testing.assert_array_equal(forecast["values"], inside.forecast["LSTM"])
    assert [band["level"] for band in forecast["bands"]] == ["80"]
    np.testing.assert_array_equal(forecast["bands"][0]["high"], inside.forecast["LSTM-hi-80"])
    assert forecast["follows"]
    assert forecast["times"][0] == "1961-01-01"
    shares = pack_attribution(inside.attribution)
    table = inside.attribution
    column = "effect" if shares["own"] else "attribution"
    for step, amounts, sums in zip(shares["steps"], shares["amounts"], shares["sums"]):
        of_step = table[table["step"] == step]
        np.testing.assert_allclose(amounts, of_step.groupby("lag")[column].sum())
        by_input = of_step.groupby("input", sort=False)[column].sum()
        np.testing.assert_allclose(sums, by_input)
        assert list(by_input.index) == shares["inputs"]


def messages_of(explanation):
    training = explanation.training
    answers = {**training.training, **training.errors}
    return [
        *explanation.memory.sentences, *explanation.notes, training.verdict,
        *answers, *answers.values(),
    ]  # fmt: skip


def judged_by_a_backtest():
    models = [LinearAutoregression(h=3), SeasonalNaive(h=3), Naive(h=3)]
    told = []
    for windows in (3, 20):
        found = backtest(models, air_passengers(), n_windows=windows, step_size=3)
        told += verdict(found).sentences
        told += itertools.chain.from_iterable(diagnose(found, "LinearAutoregression").items())
    told += [LongerTraining(150, gain, p).sentence for gain in (0.1, -0.1) for p in (0.01, 0.5)]
    return told


@pytest.mark.slow
def test_every_finding_and_verdict_is_a_message_in_both_languages(inside):
    told = messages_of(inside) + judged_by_a_backtest()
    for more in ({"look_back": 5}, {"max_steps": None}):
        settings = {"h": 3, "max_steps": 20, "n_networks": 1, "hidden": 3, **more}
        several = pd.concat([air_passengers(), air_passengers().assign(unique_id="b: c")])
        told += messages_of(explain(LSTMForecaster(**settings).fit(several)))
    for one in told:
        assert isinstance(one, Message)
        chinese = one.text("zh")
        known = "air_passengers|look_back|n_windows|Diebold-Mariano|LinearAutoregression"
        known += "|SeasonalNaive|Ljung-Box|McLeod-Li"
        assert not re.search("[a-zA-Z]{7,}", re.sub(known, "", chinese)), chinese


def test_decisions_are_messages_in_both_languages(inside):
    decisions = list(inside.decisions)
    benchmarks = [LinearBenchmark.zero(False, 2), LinearBenchmark.zero(True, 2)]
    benchmarks.append(LinearBenchmark.seasonal_naive(False, 2, 12))
    for benchmark in benchmarks:
        for weight in (0.0, 0.25):
            decisions += combination_sentences(benchmark, weight, prior=False)
    assert "的季节朴素预测的组合" in decisions[-1].text("zh")
    decisions += combination_sentences(benchmarks[0], 0.0, prior=True)
    decisions += combination_sentences(benchmarks[0], 0.0, prior=True, held_out=False)
    for decision in decisions:
        assert isinstance(decision, Message), decision
        chinese = decision.text("zh")
        assert not re.search("[a-zA-Z]{7,}", re.sub("air_passengers", "", chinese)), chinese
    assert decisions[0].text("zh").startswith("时间为每月")


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_the_picture_is_written(tmp_path, inside, kind, start):
    pytest.importorskip("matplotlib", reason="needs the extra [plot]")
    path = tmp_path / f"inside.{kind}"
    # what matplotlib would take for a formula that cannot be read
    named = {
        "history": inside.history.rename(columns={"y": "$\\frac{$"}),
        "target_col": "$\\frac{$",
    }
    explanation_picture(replace(inside, **named), path)
    assert path.read_bytes().startswith(start)
    with pytest.raises(UsageError, match=r'"inside.jpg".*\.png or \.svg'):
        explanation_picture(inside, tmp_path / "inside.jpg")


def test_without_matplotlib_the_pip_line_is_said(tmp_path, inside, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # what is None cannot be imported
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r'pip install "gatecast\[plot\]"'):
        explanation_picture(inside, tmp_path / "inside.png")
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_shows_the_findings_with_names_escaped(inside):
    shown = replace(inside.memory, sentences=("<b>half</b>",))._repr_html_()
    assert "&lt;b&gt;half" in shown
    assert "<table" in shown
    assert "half_life" in shown


def test_what_was_found_inside_shows_itself_as_the_page(inside):
    assert inside._repr_html_() == show(inside)._repr_html_()
    assert inside._repr_html_().startswith('<iframe sandbox="allow-scripts" srcdoc="&lt;!DOCTYPE')


@pytest.mark.slow
@pytest.mark.parametrize("layers", [1, 2])
def test_figures_hold_what_the_page_draws(inside, layers):
    found = inside if layers == 1 else look_inside(cell="gru", layers=layers)
    drawn = figures(found)
    assert set(drawn) == {"forecast", "gates", "attribution", "training", "residuals"}
    lines = {trace.name: trace for trace in drawn["forecast"].data}
    np.testing.assert_array_equal(lines["LSTM"].y[1:], found.forecast["LSTM"])
    np.testing.assert_array_equal(lines["80 % interval"].y[1:], found.forecast["LSTM-hi-80"])
    (heat,) = drawn["gates"].data
    longest = found.memory.units.sort_values("half_life", kind="stable").iloc[-1]
    unit = f"{longest['unit']:.0f}"
    assert heat.y[0] == (f"layer {longest['layer']:.0f}, unit {unit}" if layers == 2 else unit)
    rows = found.gates[
        (found.gates["layer"] == longest["layer"]) & (found.gates["unit"] == longest["unit"])
    ]
    np.testing.assert_array_equal(heat.z[0], rows["forget" if layers == 1 else "update"])
    np.testing.assert_array_equal(
        np.nansum([bars.y for bars in drawn["attribution"].data], axis=0),
        pack_attribution(found.attribution)["amounts"][0],
    )
    np.testing.assert_array_equal(drawn["training"].data[0].y, found.training.losses[0])
    left = np.asarray(drawn["residuals"].data[0].y)
    np.testing.assert_allclose(left + found.training.fitted, np.where(np.isnan(left), np.nan,
                               found.history["y"]))  # fmt: skip
    assert figures(found, gate="hidden")["gates"].data[0].zmid == 0
    with pytest.raises(UsageError, match='gate="memory" was requested; use "'):
        figures(found, gate="memory")


# --------------------------------------------------------------------------------------- browser


@pytest.fixture
def open_glass(visit):
    def open_page(path, **more):
        page = visit(path, ready="html[data-ready]", **more)
        return page, Player(page)

    return open_page


class Player:
    def __init__(self, page):
        self.page = page
        self.root = page.locator("[data-glass]").first

    def part(self, name):
        return self.root.locator(f'[data-role="{name}"]')

    @property
    def step(self):
        """Count from 0, as the slider does."""
        return int(self.part("slider").input_value())

    def go(self, step):
        self.part("slider").evaluate(
            "(s, t) => { s.value = t; s.dispatchEvent(new Event('input')); }", step
        )

    def unit(self):
        return int(self.part("unit").input_value())


def until(page, holds):
    """Wait; the page's policy forbids the browser to evaluate a condition by itself."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(25)
    raise AssertionError("it did not happen within 5 seconds")


@pytest.mark.browser
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_the_numbers_shown_are_those_of_gates(open_glass, tmp_path, inside, page_of, cell):
    found, path = inside, page_of
    if cell == "gru":
        found, path = look_inside(cell=cell), tmp_path / "page.html"
        explain_page(found, path, subject="air.csv")
    _, player = open_glass(path)
    for step, unit in ((0, 2), (100, 5), (143, 0)):
        player.go(step)
        player.part("unit").select_option(str(unit))
        table = found.gates.set_index("unit").loc[unit]
        row, sentence = table.iloc[step], player.part("sentence").inner_text()
        numbers = ("cell", "hidden", "candidate") if cell == "lstm" else ("hidden", "candidate")
        for name in numbers:
            shown = f"{abs(row[name]):.3f}"
            near = [f"{abs(row[name]) + d:.3f}" for d in (-1e-4, 1e-4)]
            assert any(text in sentence for text in (shown, *near)), (name, sentence)
        for name in ("input", "forget", "output") if cell == "lstm" else ("update", "reset"):
            near = [f"{100 * row[name] + d:.1f} %" for d in (0, -5e-3, 5e-3)]
            assert any(text in sentence for text in near), (name, sentence)
            level = player.part("cell").locator(f'[data-gate="{name}"]')
            assert float(level.get_attribute("height")) == pytest.approx(42 * row[name], abs=0.01)
        assert str(found.history["ds"].iloc[step].date()) in sentence
        if step == 0:
            assert "0.000" in sentence  # the memory is empty before the first step


@pytest.mark.browser
def test_slider_buttons_and_keys_move_one_step(open_glass, page_of):
    page, player = open_glass(page_of)
    player.go(50)
    assert "1953-03-01 · step 51 / 144" in player.part("now").inner_text()
    player.part("slider").focus()
    page.keyboard.press("ArrowRight")
    assert player.step == 51
    player.part("on").press("Enter")
    assert player.step == 52
    player.part("back").click()
    assert player.step == 51
    player.part("series").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("PageUp")
    assert player.step == 60
    assert "1954-01-01" in player.part("slider").get_attribute("aria-valuetext")
    page.keyboard.press("End")
    assert "1960-12-01" in player.part("slider").get_attribute("aria-valuetext")
    player.part("heat").focus()
    before = player.unit()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert player.unit() == before


@pytest.mark.browser
def test_play_goes_on_and_pause_stays(open_glass, page_of):
    page, player = open_glass(page_of)
    player.go(10)
    player.part("speed").select_option("32")
    player.part("play").click()
    assert player.part("play").inner_text() == "Pause"
    until(page, lambda: player.step > 14)
    player.part("play").press("Space")
    stopped = player.step
    page.wait_for_timeout(150)
    assert player.step == stopped
    player.go(142)
    player.part("play").click()  # at the end it stops by itself, and begins again from the start
    until(page, lambda: page.locator(".playing").count() == 0)
    assert player.step == 143
    player.part("play").click()
    until(page, lambda: player.step < 100)


@pytest.mark.browser
def test_a_click_on_a_spike_shows_what_the_memory_did_there(open_glass, page_of, inside):
    page, player = open_glass(page_of)
    spike = int(inside.history["y"].argmax())
    box = player.part("series").bounding_box()
    x = 52 + (spike + 0.5) / 144 * (box["width"] - 66)
    player.part("series").click(position={"x": x, "y": 60})
    assert player.step == spike
    assert "y is 622" in player.part("sentence").inner_text()
    # bars of the attribution lead there too: the last one is the last step
    bars = page.locator('[data-chart="bars"]')
    width = bars.bounding_box()["width"]
    bars.click(position={"x": width - 18, "y": 50})
    assert player.step == 143
    # and what was left over, over all steps
    left = page.locator('[data-chart="residuals"]')
    x = 52 + 30.5 / 144 * (left.bounding_box()["width"] - 66)
    left.click(position={"x": x, "y": 50})
    assert player.step == 30


@pytest.mark.browser
def test_windows_are_shown_end_to_end_from_an_empty_memory(open_glass, tmp_path):
    found = explain(fitted(look_back=10, pretrained=False))
    explain_page(found, tmp_path / "page.html", subject="air.csv")
    page, player = open_glass(tmp_path / "page.html")
    assert "window of look_back=10" in page.locator("body").inner_text()
    for step in (0, 4, 14, 134):  # 144 values: 4, and fourteen windows of 10
        player.go(step)
        assert "held 0.000" in player.part("sentence").inner_text()
    for step in (3, 13, 15, 143):
        player.go(step)
        assert "held 0.000" not in player.part("sentence").inner_text()


@pytest.mark.browser
def test_what_a_backtest_said_stands_first_with_its_leaderboard(open_glass, tmp_path, inside):
    board = pd.DataFrame(
        {"model": ["Naive", "LSTM"], "mae": [1.25, 1.5], "coverage-80": [50.0, 100]}
    )
    evidence = message("evidence.cutoffs", p=0.01, n=20, low=0.11, high=0.28)
    verdict = message(
        "recommend.best", model="Naive", other="LSTM", metric="MAE", gain=0.17, evidence=evidence
    )
    drift = {message("question.drift"): message("residuals.no_drift", p=0.3)}
    summary = BacktestSummary([verdict], board, drift)
    explain_page(inside, tmp_path / "page.html", subject="air.csv", backtest=summary, back="b.html")
    page, _ = open_glass(tmp_path / "page.html")
    assert page.locator(".lead").inner_text() == (
        "Use Naive: its MAE is 17 % below that of LSTM, the next best (Diebold-Mariano p = 0.010 "
        "over 20 cutoffs; 95 % interval of the gain 11 % to 28 %)."
    )
    rows = page.locator("tr:has(td.name)").all_inner_texts()
    assert rows == ["Naive\t1.25\t50.0 %", "LSTM\t1.5\t100.0 %"]
    assert page.get_by_role("link", name="b.html").get_attribute("href") == "./b.html"
    page.locator("#lang").click()
    assert page.locator(".lead").inner_text() == (
        "用 Naive：它的 MAE 比其次的 LSTM 低 17%（Diebold-Mariano p = 0.010，20 个截断点；"
        "增益的 95% 区间为 11% 到 28%）。"
    )
    assert "没有漂移" in page.locator("dl").first.inner_text()


@pytest.mark.browser
def test_verdict_and_what_was_learnt_stand_where_they_belong(open_glass, page_of, inside, model):
    page, _ = open_glass(page_of)
    headings = page.locator("h2").all_inner_texts()
    assert headings == [
        "Forecast", "Training", "Residuals", "What was done to the data",
        "The cell, step by step", "Which past steps made the forecast",
    ]  # fmt: skip
    lead = page.locator("p.lead").inner_text()
    assert lead.rstrip(".")[1:] == inside.training.verdict[1:]
    trained = inside.training.training[message("question.training_steps")]
    assert trained.startswith("each network was trained for 30 steps, as requested")
    assert len(inside.training.losses[0]) == 2
    assert trained.endswith("; an epoch is 25 steps")
    more = _with_epochs(message("training.steps_chosen", steps=150), 150, [8 * [1.0], 6 * [1.0]])
    assert "; an epoch is 25 steps; the network with 8 epochs went on from that of" in more
    data = json.loads(page.locator("#data").text_content())
    errors = inside.history["y"].to_numpy()[1:] - data["glass"]["main"]["prediction"][1:]
    insample = model.predict_insample().drop_duplicates("cutoff")  # of one step ahead
    np.testing.assert_allclose(errors[: len(insample)], insample["y"] - insample["LSTM"], atol=1e-3)
    np.testing.assert_allclose(data["losses"], model.losses_[:1])
    for chart in ("curves", "residuals"):
        inked = page.locator(f'[data-chart="{chart}"]').evaluate(
            "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0)"
        )
        assert inked, chart


@pytest.mark.browser
def test_axes_have_round_values_and_whole_years(open_glass, page_of):
    page, _ = open_glass(page_of)
    texts = page.evaluate("""() => {
      const pen = CanvasRenderingContext2D.prototype, honest = pen.fillText, texts = [];
      pen.fillText = function (text, x, y) {
        texts.push([this.canvas.dataset.chart, this.textAlign, String(text), x]);
        honest.call(this, text, x, y);
      };
      dispatchEvent(new Event("resize"));
      pen.fillText = honest;
      return texts;
    }""")
    for chart in ("residuals", "forecast", "bars", "curves"):
        sizes = [float(text) for name, at, text, _ in texts if (name, at) == (chart, "right")]
        assert len(sizes) >= 3, chart
        assert len({round(size, 9) for size in np.diff(sizes)}) == 1
    years = [(int(text), x) for name, at, text, x in texts if (name, at) == ("residuals", "center")]
    assert [year for year, _ in years] == [
        *range(1950, 1961, 2)
    ]  # as the page of a forecast has them
    assert min(np.diff([x for _, x in years])) > 40
    # a symmetric axis whose first round step leaves zero alone
    assert page.evaluate("draw.valueTicks(-45, 45, 4.35)") == [-40, -20, 0, 20, 40]


@pytest.mark.browser
def test_a_unit_of_several_layers_is_called_by_both_numbers(open_glass, page_of):
    page, player = open_glass(page_of)
    name = "Glass.prototype.named.call({ packed: { layers: 2, units: 96 } }, 137)"
    assert page.evaluate(name) == "unit 41 of layer 1"
    assert f"Unit {player.unit()} held" in player.part("sentence").inner_text()
    page.locator("#lang").click()
    assert page.evaluate(name) == "层 1 的单元 41"
    assert f"单元 {player.unit()} 原来" in player.part("sentence").inner_text()


@pytest.mark.browser
def test_a_click_on_the_heat_map_chooses_step_and_unit(open_glass, page_of, inside):
    _, player = open_glass(page_of)
    order = packed_gates(inside)["order"]
    box = player.part("heat").bounding_box()
    x, row = 52 + 30.5 / 144 * (box["width"] - 66), 4
    player.part("heat").click(position={"x": x, "y": 4 + (row + 0.5) * (box["height"] - 8) / 7})
    assert player.step == 30
    assert player.unit() == order[row]
    assert f"Unit {order[row]} held" in player.part("sentence").inner_text()
    player.root.get_by_role("button", name="memory").click()
    assert player.part("low").inner_text() == "−"
    player.root.get_by_role("button", name="input", exact=True).click()
    low, high = (float(player.part(end).inner_text()) for end in ("low", "high"))
    assert low == pytest.approx(inside.gates["input"].min(), abs=0.006)
    assert high == pytest.approx(inside.gates["input"].max(), abs=0.006)


@pytest.mark.browser
def test_zoom_keeps_the_step_in_sight(open_glass, page_of):
    _, player = open_glass(page_of)
    player.go(70)
    for _ in range(2):
        player.root.get_by_role("button", name="zoom in").click()
    box = player.part("series").bounding_box()
    player.part("series").click(position={"x": 52 + (box["width"] - 66) / 2, "y": 60})
    assert abs(player.step - 70) <= 1
    player.part("series").click(position={"x": 53, "y": 60})
    assert player.step == 70 - 18
    player.root.get_by_role("button", name="all").click()
    player.part("series").click(position={"x": 53, "y": 60})
    assert player.step == 0


@pytest.mark.browser
def test_ten_thousand_steps_are_one_page_that_can_be_zoomed(open_glass, tmp_path):
    settings = {"h": 1, "hidden": 50, "max_steps": 5, "n_networks": 1, "pretrained": False}
    found = explain(LSTMForecaster(**settings).fit(noisy_sine()))
    explain_page(found, tmp_path / "page.html", subject="sine")
    assert (tmp_path / "page.html").stat().st_size < 1_000_000
    _, player = open_glass(tmp_path / "page.html")
    player.root.get_by_role("button", name="all").click()
    box = player.part("series").bounding_box()
    for share in (0.1, 0.5, 0.9):
        x = 52 + share * (box["width"] - 66)
        player.part("series").click(position={"x": x, "y": 60})
        assert player.step == pytest.approx(2_000 * share, abs=3)
    kept = found.history["y"].iloc[-2_000:]  # the page holds the last of them
    assert f"is {kept.iloc[player.step]:.6g}" in player.part("sentence").inner_text()
    # of many points to a pixel the highest is seen: its row of pixels has ink
    spike = int(kept.argmax())
    place = 52 + (spike + 0.5) / 2_000 * (box["width"] - 66)
    column = player.part("series").evaluate(
        """(c, x) => {
          const pixels = c.getContext('2d').getImageData(Math.round(x) - 1, 0, 3, 40).data;
          return [...Array(40).keys()].map(y => [0, 1, 2].some(i => pixels[4 * (3 * y + i) + 3]));
        }""",
        place,
    )
    top = round(6 + 160 * 0.06 / 1.12)  # there is room of 6 % above it and below the lowest
    assert any(column[top - 2 : top + 3])


@pytest.mark.browser
def test_the_language_is_changed_and_chosen(open_glass, tmp_path, inside, page_of):
    page, player = open_glass(page_of)
    assert page.locator("h1").inner_text() == "The memory at work: air.csv"
    page.locator("#lang").press("Enter")
    assert page.locator("h1").inner_text() == "看见记忆：air.csv"
    text = page.locator("body").inner_text()
    assert "细胞状态" in text
    assert not re.search("细胞(?!状态)", text)  # the cell is a 记忆单元
    assert re.findall("[，。；：、）”] +[\u4e00-\u9fff]", text) == []
    assert re.findall(r"\d %", text) == []
    button = player.root.locator('[data-gate-name="hidden"]')
    assert (button.inner_text(), "显示（" in text) == ("输出", False)
    assert "遗忘门保留" in player.part("sentence").inner_text()
    assert "遗忘门" in player.part("cell").text_content()
    assert player.part("play").inner_text() == "播放"
    assert "moves the forecast" not in page.locator("body").inner_text()
    page.locator("#lang").click()
    assert "keeps" in player.part("sentence").inner_text()
    explain_page(inside, tmp_path / "zh.html", subject="air.csv", lang="zh")
    page, _ = open_glass(tmp_path / "zh.html")
    assert "看见记忆" in page.locator("h1").inner_text()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "schemes"), [(390, ("dark", "light")), (1100, ("light", "dark"))]
)
def test_nothing_overlaps_or_sticks_out(open_glass, page_of, width, schemes):
    page, player = open_glass(page_of, width=width, scheme=schemes[0])
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        for lang in ("en", "zh"):
            assert page.locator("html").get_attribute("lang") == lang
            assert_nothing_overlaps_or_sticks_out(page, player, width)
            page.locator("#lang").click()


def assert_nothing_overlaps_or_sticks_out(page, player, width):
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('.head, .lead, h2, ul, canvas, .tools, .key, .stage,'
          + 'details, input[type=range]')].map(block => {
            const r = block.getBoundingClientRect();
            return [r.left, r.top, r.right, r.bottom];
          })"""
    )
    for (_, _, right, bottom), (_, top, _, _) in itertools.pairwise(boxes):
        assert right <= width
        assert bottom <= top + 1
    for step in (1, 60, 143):
        player.go(step)
        texts = page.evaluate(
            """() => {
              const cell = document.querySelector('svg.cell'), all = cell.getBoundingClientRect();
              return [...cell.querySelectorAll('text')].map(text => {
                const r = text.getBoundingClientRect();
                return [text.textContent, r.left - all.left, r.top - all.top,
                  r.right - all.left, r.bottom - all.top, all.width, all.height];
              });
            }"""
        )
        for word, left, top, right, bottom, wide, high in texts:
            assert left >= 0, word
            assert top >= 0, word
            assert right <= wide, word
            assert bottom <= high, word
        for one, other in itertools.combinations(texts, 2):
            across = min(one[3], other[3]) - max(one[1], other[1])
            down = min(one[4], other[4]) - max(one[2], other[2])
            assert across <= 1 or down <= 4, (one[0], other[0])


@pytest.mark.browser
def test_it_prints_in_light_colours_and_without_its_tools(open_glass, page_of):
    page, player = open_glass(page_of, scheme="dark")
    ink = "getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()"
    assert page.evaluate(ink) == "#e6edf3"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(ink) == "#1c2128"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(ink) == "#e6edf3"
    page.emulate_media(media="print")
    assert not player.part("play").is_visible()
    assert player.part("cell").is_visible()
    assert player.part("series").bounding_box()["height"] > 100


@pytest.mark.browser
def test_a_notebook_holds_the_page_in_a_frame(visit, tmp_path, inside):
    frame = show(inside, lang="zh")._repr_html_()
    path = tmp_path / "notebook.html"
    path.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body data-ready>{frame}</body>')
    page = visit(path, ready="body[data-ready]")
    inner = page.frame_locator("iframe")
    inner.locator("[data-role=on]").click()
    assert "遗忘门保留" in inner.locator("[data-role=sentence]").inner_text()


# as a name, every fourth of them; all are among the sentences of each page
@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(
    "attack",
    [
        pytest.param(a, id=str(i), marks=[pytest.mark.whole] * (i % 4 > 0))
        for i, a in enumerate(ATTACKS)
    ],
)
def test_names_from_the_data_run_nothing(open_glass, tmp_path, inside, attack):
    names = {"unique_id": "id " + attack, "ds": attack, "y": attack + " "}
    hostile = replace(
        inside, series=attack, id_col=names["unique_id"], time_col=attack, target_col=names["y"],
        history=inside.history.assign(unique_id=attack).rename(columns=names),
        forecast=inside.forecast.assign(unique_id=attack).rename(columns=names),
        gates=inside.gates.assign(unique_id=attack).rename(columns=names),
        attribution=inside.attribution.replace({"input": {"last change": attack}}),
        decisions=(*ATTACKS, f"{attack}: logarithms are taken of the values"), notes=tuple(ATTACKS),
    )  # fmt: skip
    board = pd.DataFrame({"model": [attack], "mae": [1.25]})
    summary = BacktestSummary([attack], board, {attack: attack})
    explain_page(hostile, tmp_path / "page.html", subject=attack, backtest=summary, back=attack)
    page, player = open_glass(tmp_path / "page.html")
    player.part("on").click()
    page.locator("#lang").click()
    page.mouse.move(300, 300)
    page.wait_for_timeout(50)
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert attack.strip() in page.locator("h1").text_content()
    assert attack.strip() in page.locator("td.name").text_content()
    assert page.locator("a[href]").evaluate_all("links => links.map(a => a.protocol)") == ["file:"]
    assert attack.strip() in player.part("sentence").text_content()
    assert page.locator("img, iframe, embed, object, video, audio, form, math, base").count() == 0
