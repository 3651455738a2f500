"""The pages: what is in them, what is not, and what a browser makes of them."""

import html
import html.parser
import importlib.util
import itertools
import re

import numpy as np
import pandas as pd
import pytest

from gatecast.baselines import LinearAutoregression, Naive
from gatecast.diagnostics.examination import diagnose
from gatecast.diagnostics.recommendation import verdict
from gatecast.errors import MissingExtraError
from gatecast.evaluation.backtest import backtest
from gatecast.report.backtest import backtest_page
from gatecast.report.demo import demo_page
from gatecast.report.forecast import forecast_page
from gatecast.report.page import _json
from gatecast.report.picture import demo_picture
from gatecast.tutorial.experiment import ModelRun, Observation, TutorialResult

ATTACKS = [
    "</script><script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    '"><svg onload=window.hacked=1>',
    "{{7*7}}",
    "javascript:window.hacked=1",
    "<b onmouseover=window.hacked=1>bold</b>",
    "<a href='javascript:window.hacked=1'>link</a>",
    "';window.hacked=1;//",
    "\u2028window.hacked=1",
    "=cmd|' /C calc'!A0",
]


def tutorial_result(n=600, split=480):
    rng = np.random.default_rng(0)
    signal = np.sin(0.1 * np.arange(n))
    y = signal + rng.normal(0, 0.5, n)
    late = np.concatenate([[np.nan], y[:-1]])
    runs = (
        ModelRun("tutorial", "LSTM as written", 0.65, 0.65, 0.1, 0.01, (0.02, 0.015), late),
        ModelRun("sequences", "LSTM carried", 0.5, 0.5, 1.0, 0.01, (0.5, 0.3, 0.28), signal),
        ModelRun("naive", "last value", 0.7, 0.7, None, None, (), late),
    )
    frame = pd.DataFrame({"unique_id": "sine", "ds": np.arange(n), "y": y})
    questions = (Observation("Has the loss settled?", "Yes."),)
    return TutorialResult(frame, split, runs, 0.49, questions, ("A note.",), "A verdict.")


def write_forecast(path, names=("north",), column="sold", key=None, days=60, h=7, glass=None):
    history, future = [], []
    for i, name in enumerate(names):
        times = pd.date_range("2024-01-01", periods=days + h)
        rows = pd.DataFrame({"day": times, column: np.sin(np.arange(days + h)) + i})
        if key is not None:
            rows.insert(0, key, name)
        history.append(rows[:days])
        future.append(rows[days:].rename(columns={column: "LSTM"}))
    forecast_page(
        pd.concat(history), pd.concat(future), path,
        title=f"Forecast of {names[0]}", id_col=key, time_col="day", target_col=column,
        decisions=[f"series {name} was scaled" for name in names], settings={"h": h, "freq": None},
        glass=glass,
    )  # fmt: skip
    return path


def write_backtest(path, names=("north",), column="sold"):
    table = pd.concat(
        pd.DataFrame(
            {
                "shop": name,
                "day": pd.date_range("2024-01-01", periods=60),
                column: np.sin(np.arange(60)) + i,
            }
        )
        for i, name in enumerate(names)
    )
    models = [LinearAutoregression(h=5), Naive(h=5)]
    found = backtest(models, table, n_windows=4, id_col="shop", target_col=column)
    told = verdict(found)
    backtest_page(
        path, title=f"Backtest of {names[0]}", verdict=told.sentences,
        leaderboard=found.leaderboard(), significance=found.significance(),
        steps=found.losses(over="steps"), cutoffs=found.losses(over="cutoffs"),
        history=found.panel.to_frame(), forecasts=found.forecasts, models=found.models,
        columns=("shop", "day", column), diagnosis=diagnose(found, found.models[0]),
        notes=found.notes,
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    path = tmp_path_factory.mktemp("demo") / "demo.html"
    demo_page(tutorial_result(), path)
    return path


class Checker(html.parser.HTMLParser):
    """Collects the tags that are open, and everything that a browser would fetch."""

    VOID = frozenset({"meta", "link", "rect", "br", "input"})

    def __init__(self):
        super().__init__()
        self.open, self.fetched = [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.fetched += [v for k, v in attributes.items() if k in ("src", "href", "action")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag


def test_page_is_well_formed_and_names_nothing_to_fetch(demo):
    text = demo.read_text()
    checker = Checker()
    checker.feed(text)
    assert checker.open == []
    assert checker.fetched == ["data:,"]
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    assert "default-src &#39;none&#39;" in policy
    assert policy.count("sha256-") == 2
    assert "script-src &#39;unsafe" not in policy
    assert len(text) < 6_000_000


def test_numbers_and_words_of_the_result_are_on_the_page(demo):
    text = demo.read_text()
    for word in ("LSTM as written", "0.6500", "0.4900", "A verdict.", "A note.", "Yes."):
        assert word in text


def test_json_cannot_leave_its_block_and_gaps_are_null():
    assert _json({"a": "</script>\u2028&"}) == '{"a":"\\u003c/script\\u003e\\u2028\\u0026"}'
    assert _json(np.array([1.0, np.nan])) == "[1.0,null]"
    assert _json(np.array(["2024-01-02"], "datetime64[D]")) == '["2024-01-02T00:00:00"]'


def test_picture_is_a_png_or_the_pip_line_is_said(tmp_path):
    path = tmp_path / "demo.png"
    if importlib.util.find_spec("matplotlib") is None:
        with pytest.raises(MissingExtraError, match="pip install"):
            demo_picture(tutorial_result(), path)
    else:
        demo_picture(tutorial_result(), path)
        assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.browser
def test_predictions_are_drawn_at_the_time_they_are_for(visit, demo):
    page = visit(demo)
    traces = page.evaluate(
        "document.getElementById('series').data.map(t => ({x: t.x, y: t.y, name: t.name}))"
    )
    result = tutorial_result()
    assert [trace["name"] for trace in traces] == ["series", "LSTM as written", "LSTM carried"]
    for trace in traces:
        assert trace["x"] == list(range(600))
    assert traces[1]["y"][0] is None
    assert traces[1]["y"][481] == pytest.approx(result.frame["y"][480], rel=1e-5)
    # the pixel of step 500 lies where the axis has 500
    pixel, expected = page.evaluate(
        """() => {
          const chart = document.getElementById('series'), axis = chart._fullLayout.xaxis;
          const path = chart.querySelector('.scatterlayer .trace:last-child path.js-line');
          const total = path.getTotalLength();
          const first = path.getPointAtLength(0).x, last = path.getPointAtLength(total).x;
          return [[first, last], [axis.l2p(380), axis.l2p(599)]];
        }"""
    )
    assert pixel[1] == pytest.approx(expected[1], abs=1)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1100])
def test_nothing_overlaps_or_sticks_out(visit, demo, width, scheme):
    page = visit(demo, width, scheme)
    boxes = page.evaluate(
        """() => {
          const blocks = 'h1, h2, p, dl, .scroll, .tools, .pair, body > .chart';
          return [...document.querySelectorAll(blocks)].map(block => {
            const r = block.getBoundingClientRect();
            return [r.left, r.top, r.right, r.bottom];
          });
        }"""
    )
    for (_, _, right, bottom), (_, top, _, _) in itertools.pairwise(boxes):
        assert right <= width
        assert bottom <= top + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    titles = page.evaluate(
        """() => [...document.querySelectorAll('.chart')].map(chart => {
          const title = chart.querySelector('.ytitle').getBoundingClientRect();
          const ticks = [...chart.querySelectorAll('.ytick text')];
          return [title.right, Math.min(...ticks.map(t => t.getBoundingClientRect().left))];
        })"""
    )
    assert len(titles) == 3
    for title, ticks in titles:
        assert title <= ticks + 1
    ink = page.evaluate("getComputedStyle(document.querySelector('.xtick text')).fill")
    assert ink == ("rgb(28, 33, 40)" if scheme == "light" else "rgb(230, 237, 243)")


@pytest.mark.browser
def test_buttons_show_the_whole_series_and_come_back(visit, demo):
    page = visit(demo)
    seen = "document.getElementById('series').layout.xaxis.range"
    home = page.evaluate(seen)
    assert home == [380, 599]
    page.get_by_text("the whole series").click()
    page.wait_for_function(f"{seen}[0] < 1")
    assert page.evaluate(seen)[1] > 598
    page.get_by_text("around the test part's start").press("Enter")
    page.wait_for_function(f"{seen}[0] === 380")


@pytest.mark.browser
def test_forecast_continues_the_history_on_the_calendar(visit, tmp_path):
    page = visit(write_forecast(tmp_path / "page.html"))
    history, forecast = page.evaluate(
        "document.getElementById('forecast').data.map(t => ({x: t.x, y: t.y}))"
    )
    assert history["x"][0] == "2024-01-01T00:00:00"
    assert forecast["x"][0] == history["x"][-1] == "2024-02-29T00:00:00"
    assert forecast["y"][0] == history["y"][-1]
    assert forecast["x"][1:] == [f"2024-03-0{day}T00:00:00" for day in range(1, 8)]
    assert page.locator("tbody tr").first.inner_text().startswith("2024-03-01")
    assert page.locator("select").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize(
    "name", ["page.html", "a #1 & <b>?x=y%20.html", "javascript:alert(1).html"]
)
def test_a_page_leads_to_the_glass_box_beside_it_and_back(visit, tmp_path, name):
    glass = name.replace(".html", "-glass.html")
    (tmp_path / glass).write_text(f"<!DOCTYPE html><title>{html.escape(glass)}</title>")
    page = visit(write_forecast(tmp_path / name, glass=glass))
    page.get_by_role("link", name="Look inside").press("Enter")
    page.wait_for_url("**-glass.html")
    assert page.title() == glass


@pytest.mark.browser
def test_several_series_are_chosen_with_the_keyboard(visit, tmp_path):
    names = [f"shop {i}" for i in range(60)]
    page = visit(write_forecast(tmp_path / "page.html", names, key="shop"))
    assert page.locator("option").count() == 50
    assert "10 more series are in the table" in page.inner_text("body")
    page.locator("select").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("document.getElementById('forecast').data[0].y[0] === 1")


@pytest.mark.browser
@pytest.mark.parametrize("attack", ATTACKS)
def test_names_from_the_data_run_nothing_and_are_shown_as_they_are(visit, tmp_path, attack):
    path = write_forecast(tmp_path / "page.html", [attack, "plain"], column=attack, key="shop")
    page = visit(path)
    page.mouse.move(500, 400)
    page.wait_for_timeout(150)
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert page.locator("option").first.text_content() == attack
    assert page.evaluate("document.querySelectorAll('img, a[href^=javascript]').length") == 0


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1100])
def test_the_page_of_a_backtest_fits_and_draws_each_window_apart(visit, tmp_path, width):
    page = visit(write_backtest(tmp_path / "page.html"), width)
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('h1, h2, p, dl, .scroll, .tools, body > .chart')]
          .filter(block => !block.closest('.pair'))
          .map(block => block.getBoundingClientRect())
          .map(box => [box.top, box.right, box.bottom])"""
    )
    for (_, right, bottom), (top, _, _) in itertools.pairwise(boxes):
        assert right <= width
        assert bottom <= top + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    said = page.evaluate("document.getElementById('series').data[1]")
    assert said["name"] == "LinearAutoregression"
    assert said["y"].count(None) == 3  # between four windows
    assert len(said["x"]) == 4 * 5 + 3
    assert page.inner_text("body").count("LinearAutoregression") >= 2
    assert "Use LinearAutoregression" in page.inner_text("p.lead")


@pytest.mark.browser
@pytest.mark.parametrize("attack", ATTACKS)
def test_names_in_a_backtest_run_nothing(visit, tmp_path, attack):
    page = visit(write_backtest(tmp_path / "page.html", [attack, "plain"], column=attack))
    page.mouse.move(500, 700)
    page.wait_for_timeout(100)
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert page.locator("option").first.text_content() == attack
