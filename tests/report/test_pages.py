"""The pages: what is in them, what is not, and what a browser makes of them."""

import html
import html.parser
import importlib.util
import itertools
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gatecast.baselines import LinearAutoregression, Naive
from gatecast.errors import MissingExtraError
from gatecast.evaluation.backtest import backtest
from gatecast.evaluation.forecast import ForecastResult
from gatecast.messages import message
from gatecast.report.backtest import backtest_page
from gatecast.report.demo import demo_page
from gatecast.report.forecast import forecast_page
from gatecast.report.page import CHARTS, _json
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


def forecast_of(names=("north",), column="sold", key=None, days=60, h=7):
    history, future = [], []
    for i, name in enumerate(names):
        times = pd.date_range("2024-01-01", periods=days + h)
        rows = pd.DataFrame({"day": times, column: np.sin(np.arange(days + h)) + i})
        if key is not None:
            rows.insert(0, key, name)
        history.append(rows[:days])
        ahead = rows[days:].rename(columns={column: "LSTM"})
        future.append(
            ahead.assign(**{"LSTM-lo-80": ahead["LSTM"] - 1, "LSTM-hi-80": ahead["LSTM"] + 1})
        )
    return ForecastResult(
        "LSTM", pd.concat(future), pd.concat(history), key, "day", column,
        tuple(f"series {name} was scaled" for name in names), {"h": h, "freq": None},
    )  # fmt: skip


def write_forecast(path, *args, glass=None, **more):
    result = forecast_of(*args, **more)
    forecast_page(result, path, subject=str(next(iter(args[:1]), ["north"])[0]), glass=glass)
    return path


def backtest_of(names=("north",), column="sold", h=5):
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
    models = [Naive(h=h), LinearAutoregression(h=h)]  # not in the order of the leaderboard
    return backtest(models, table, n_windows=4, id_col="shop", target_col=column)


def write_backtest(path, names=("north",), column="sold", h=5):
    backtest_page(backtest_of(names, column, h), path, subject=names[0])
    return path


def until(page, holds):
    """Wait; the page's policy forbids the browser to evaluate a condition by itself."""
    for _ in range(200):
        if holds():
            return
        page.wait_for_timeout(25)
    raise AssertionError("it did not happen within 5 seconds")


def drawn(page, chart):
    """Give what a chart on the page has: its traces, with the English of their names."""
    return page.evaluate(
        """(id) => document.getElementById(id).chart.traces.map(
          (t) => ({name: t.name.en || t.name, x: t.x, y: t.y, low: t.low, shown: t.shown}))""",
        chart,
    )


def seconds(*days):
    return [int(pd.Timestamp(day).timestamp()) for day in days]


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
    assert policy.count("sha256-") == len(CHARTS)
    assert "script-src &#39;unsafe" not in policy
    assert len(text) < 1_000_000


@pytest.mark.slow
def test_pages_name_no_other_host_and_stay_small(tmp_path, demo):
    write_forecast(tmp_path / "f.html", [f"shop {i}" for i in range(300)], key="shop", days=2000)
    write_backtest(tmp_path / "b.html", [f"shop {i}" for i in range(30)])
    for path in (demo, tmp_path / "f.html", tmp_path / "b.html"):
        text = path.read_text()
        assert set(re.findall("https?://[^\\s\"'`<]*", text)) <= {"http://www.w3.org/2000/svg"}
        assert len(text.encode()) < 1_000_000


def test_numbers_and_words_of_the_result_are_on_the_page(demo):
    text = demo.read_text()
    for word in ("LSTM as written", "0.6500", "0.4900", "A verdict.", "A note.", "Yes."):
        assert word in text


def test_json_cannot_leave_its_block_and_gaps_are_null():
    assert _json({"a": "</script>\u2028&"}) == '{"a":"\\u003c/script\\u003e\\u2028\\u0026"}'
    assert _json(np.array([1.0, np.nan])) == "[1.0,null]"
    assert _json(np.array(["2024-01-02"], "datetime64[D]")) == '["2024-01-02T00:00:00"]'


@pytest.mark.slow
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
    traces = drawn(page, "series")
    result = tutorial_result()
    assert [trace["name"] for trace in traces] == ["series", "LSTM as written", "LSTM carried"]
    for trace in traces:
        assert trace["x"] == list(range(600))
    assert traces[1]["y"][0] is None
    assert traces[1]["y"][481] == pytest.approx(result.frame["y"][480], rel=1e-5)
    # the last value's pixel has the ink of its line, where the axes say
    inked = page.evaluate(
        """() => {
          const chart = document.getElementById('series').chart, trace = chart.traces[2];
          const scale = devicePixelRatio, pen = chart.canvas.getContext('2d');
          const blue = ([r, g, b, a]) => r < 60 && Math.abs(g - 114) < 40 && b > 150 && a > 200;
          return [400, 500, 590].map((t) => {
            const x = Math.round(chart.x(t) * scale), y = Math.round(chart.y(trace.y[t]) * scale);
            const near = pen.getImageData(x - 1, y - 1, 3, 3).data;
            return [...Array(9).keys()].some((i) => blue(near.slice(4 * i, 4 * i + 4)));
          });
        }"""
    )
    assert inked == [True, True, True]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "schemes"), [(390, ("dark", "light")), (1100, ("light", "dark"))]
)
def test_nothing_overlaps_or_sticks_out(visit, tmp_path, demo, width, schemes):
    pages = [
        demo, write_backtest(tmp_path / "b.html", ["north", "south"]),
        write_forecast(tmp_path / "f.html", ["north", "south"], key="shop"),
    ]  # fmt: skip
    for path in pages:
        page = visit(path, width, schemes[0])
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            for lang in ("en", "zh"):
                assert page.locator("html").get_attribute("lang") == lang
                assert_nothing_overlaps_or_sticks_out(page, width, scheme)
                page.locator("#lang").click()


def assert_nothing_overlaps_or_sticks_out(page, width, scheme):
    boxes = page.evaluate(
        """() => {
          const blocks = '.head, h2, p:not(.unseen), dl, .scroll, .tools, .chart, .gallery,'
            + 'summary';
          return [...document.querySelectorAll(blocks)].filter(b => !b.closest('.pair'))
            .filter(b => b.checkVisibility()).map(block => {
              const r = block.getBoundingClientRect();
              return [r.left, r.top, r.right, r.bottom];
            });
        }"""
    )
    for (_, _, right, bottom), (_, top, _, _) in itertools.pairwise(boxes):
        assert right <= width
        assert bottom <= top + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert ink == ("rgb(28, 33, 40)" if scheme == "light" else "rgb(230, 237, 243)")
    assert page.evaluate("draw.colours().ink") == ("#1c2128" if scheme == "light" else "#e6edf3")


@pytest.mark.browser
def test_the_y_axis_fits_what_is_in_view(visit, tmp_path):
    rows = pd.DataFrame({"day": pd.date_range("2020-01-01", periods=500), "sold": 1000.0})
    rows.loc[400:, "sold"] = np.sin(np.arange(100))
    ahead = pd.DataFrame({"day": pd.date_range("2021-05-15", periods=3), "LSTM": [0.0, 1.0, 0.0]})
    forecast_page(
        ForecastResult("LSTM", ahead, rows, None, "day", "sold", (), {}), tmp_path / "f.html"
    )
    page = visit(tmp_path / "f.html")
    extent = "document.getElementById('forecast').chart.extent()"
    low, high = page.evaluate(extent)
    assert -1.5 < low < -0.9
    assert 0.9 < high < 1.5
    page.locator('[data-view="all"]').click()
    assert page.evaluate(extent)[1] > 1000
    page.locator('[data-view="home"]').click()
    assert page.evaluate(extent) == [low, high]


@pytest.mark.browser
def test_buttons_keys_and_dragging_move_the_view(visit, demo):
    page = visit(demo)
    view = "document.getElementById('series').chart.view"
    assert page.evaluate(view) == [380, 599]
    page.locator('[data-chart="series"][data-view="all"]').click()
    assert page.evaluate(view) == [0, 599]
    page.locator('[data-chart="series"][data-view="home"]').press("Enter")
    assert page.evaluate(view) == [380, 599]
    box = page.locator("#series canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 90, steps=4)
    page.mouse.up()
    low, high = page.evaluate(view)
    assert 480 < low < 500
    assert 535 < high < 560
    page.locator("#series canvas").press("Escape")
    assert page.evaluate(view) == [380, 599]
    page.locator("#series canvas").press("+")
    low, high = page.evaluate(view)
    assert high - low == pytest.approx(0.7 * 219)
    page.locator("#series canvas").dblclick()
    assert page.evaluate(view) == [380, 599]


@pytest.mark.browser
def test_pointing_and_the_arrow_keys_show_the_values(visit, tmp_path):
    page = visit(write_forecast(tmp_path / "page.html"))
    page.locator("#forecast canvas").focus()
    page.keyboard.press("End")
    lines = page.locator("#forecast .tip").inner_text().split("\n")
    last = np.sin(66.0)
    assert lines[0] == "2024-03-07"
    assert f"LSTM {last:.6g}" in " ".join(" ".join(lines).split())
    assert f"80 % interval {last - 1:.6g} – {last + 1:.6g}".replace("-", "-") in " ".join(
        " ".join(lines).split()
    )
    assert page.locator("#forecast [aria-live]").inner_text().startswith("2024-03-07")
    page.keyboard.press("Home")
    assert page.locator("#forecast .tip b").inner_text() == "2024-01-01"
    page.locator("#lang").click()
    box = page.locator("#forecast canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 14, box["y"] + 60)
    assert "80% 区间" in page.locator("#forecast .tip").inner_text()


@pytest.mark.browser
def test_forecast_continues_the_history_on_the_calendar(visit, tmp_path):
    page = visit(write_forecast(tmp_path / "page.html"))
    band, history, forecast = drawn(page, "forecast")
    assert history["x"][0] == seconds("2024-01-01")[0]
    assert forecast["x"][0] == history["x"][-1] == seconds("2024-02-29")[0]
    assert forecast["y"][0] == history["y"][-1]
    assert forecast["x"][1:] == seconds(*[f"2024-03-0{day}" for day in range(1, 8)])
    assert band["x"] == forecast["x"]
    np.testing.assert_allclose(np.array(band["y"][1:]) - band["low"][1:], 2.0, atol=1e-5)
    assert page.locator("tbody tr").first.inner_text().startswith("2024-03-01")
    assert page.locator(".card").count() == 0


def test_the_first_screen_has_the_answer(tmp_path):
    result = replace(
        forecast_of(), expected_error=np.array([0.123456]), skill=0.314,
        decisions=(message("holdout.interval", level=80, needed=5, n=2), "logarithms are taken"),
        verdict=("use LSTM",),
    )  # fmt: skip
    forecast_page(result, tmp_path / "f.html")
    text = (tmp_path / "f.html").read_text()
    first = text[: text.index('id="forecast"')]
    for words in ("± 0.123", "31 % lower", "may be too narrow", "Use LSTM", "1 series, 7 steps"):
        assert words in first
    assert text.count("may be too narrow") == text.count("区间可能偏窄") == 1  # once a language
    assert "nothing here says" not in text.lower()
    forecast_page(forecast_of(), tmp_path / "f.html")
    assert "Nothing here says how good the forecast is" in (tmp_path / "f.html").read_text()


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
def test_one_of_many_series_is_found_and_chosen_with_the_keyboard(visit, tmp_path):
    names = [f"shop {i}" for i in range(210)]
    page = visit(write_forecast(tmp_path / "page.html", names, key="shop"))
    assert page.locator(".card").count() == 200
    assert "10 more series are not drawn" in page.inner_text("body")
    page.locator("input[type=search]").fill("SHOP 13")
    assert page.locator(".card:visible").count() == 11  # 13, 130 to 139
    page.locator(".card:visible").nth(1).press("Enter")
    assert drawn(page, "forecast")[1]["y"][0] == 130
    assert page.locator("[data-shown=forecast]").inner_text() == "shop 130"
    page.locator("input[type=search]").fill("nobody")
    assert page.locator("[data-none]").is_visible()
    # a picture is drawn when it comes into sight
    page.locator("input[type=search]").fill("shop 99")
    until(page, lambda: page.locator(".card:visible canvas").count() == 1)


@pytest.mark.browser
@pytest.mark.parametrize("attack", ATTACKS)
def test_names_from_the_data_run_nothing_and_are_shown_as_they_are(visit, tmp_path, attack):
    path = write_forecast(tmp_path / "page.html", [attack, "plain"], column=attack, key="shop")
    page = visit(path)
    page.locator("#lang").click()
    page.locator(".card").first.click()
    page.locator("#forecast canvas").press("End")
    page.mouse.move(500, 400)
    page.wait_for_timeout(50)
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert page.locator(".card .name").first.text_content() == attack
    assert page.locator("[data-shown]").text_content() == attack
    assert attack in page.locator("#forecast .legend").text_content()
    assert page.evaluate("document.querySelectorAll('img, a[href^=javascript]').length") == 0


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1100])
def test_a_backtest_shows_one_cutoff_at_a_time(visit, tmp_path, width):
    page = visit(write_backtest(tmp_path / "page.html"), width)
    assert "Use LinearAutoregression" in page.inner_text("p.lead")
    label = page.locator("[data-frame-label]")
    assert label.inner_text() == "2024-02-24 (4 / 4)"
    page.locator("input[data-frames]").focus()
    page.keyboard.press("Home")
    assert label.inner_text() == "2024-02-09 (1 / 4)"
    actual, linear, naive = drawn(page, "series")
    assert [linear["name"], linear["shown"]] == ["LinearAutoregression", True]
    assert [naive["name"], naive["shown"]] == ["Naive", False]
    assert naive["x"] == seconds(*pd.date_range("2024-02-10", periods=5))
    assert naive["y"] == pytest.approx([np.sin(39.0)] * 5, rel=1e-5)
    assert actual["y"] == pytest.approx(np.sin(np.arange(60.0)), rel=1e-4)
    for chart in ("steps", "cutoffs"):  # the order of the leaderboard
        assert [one["name"] for one in drawn(page, chart)] == ["LinearAutoregression", "Naive"]
    errors = page.locator("[data-frame-errors] > span").all_inner_texts()
    error = np.abs(np.sin(np.arange(40, 45)) - np.sin(39.0)).mean()
    assert errors[1] == f"Naive {error:.4g}"
    page.get_by_role("button", name="Naive").first.click()
    page.locator('[data-turn][data-by="1"]').click()
    assert label.inner_text() == "2024-02-14 (2 / 4)"
    assert drawn(page, "series")[2]["shown"]  # what was chosen stays chosen


@pytest.mark.browser
def test_one_step_forecasts_are_one_line(visit, tmp_path):
    page = visit(write_backtest(tmp_path / "page.html", h=1))
    assert page.locator("input[data-frames]").count() == 0
    assert len(drawn(page, "series")[1]["x"]) == 4


@pytest.mark.browser
@pytest.mark.parametrize("attack", ATTACKS)
def test_names_in_a_backtest_run_nothing(visit, tmp_path, attack):
    page = visit(write_backtest(tmp_path / "page.html", [attack, "plain"], column=attack))
    page.mouse.move(500, 700)
    page.wait_for_timeout(50)
    assert page.evaluate("typeof window.hacked") == "undefined"
    assert page.locator(".card .name").first.text_content() == attack


@pytest.mark.browser
@pytest.mark.parametrize(
    ("start", "step", "expected"),
    [
        ("1950-01-01", "YS", {"1960", "1980", "2000"}),
        ("2024-01-01", "MS", {"2025", "2030"}),
        ("2024-01-01", "D", {"2024-01-08", "01-22", "03-18"}),
        ("2024-01-01", "h", {"01-01", "12:00", "01-02", "01-03"}),
        ("2024-01-01 23:30", "min", {"01-01 23:30", "23:45", "01-02", "00:15"}),
    ],
)
def test_times_are_labelled_on_round_places(visit, tmp_path, start, step, expected):
    times = pd.date_range(start, periods=80, freq=step)
    rows = pd.DataFrame({"t": times[:77], "y": np.arange(77.0)})
    ahead = pd.DataFrame({"t": times[77:], "LSTM": 1.0})
    forecast_page(ForecastResult("LSTM", ahead, rows, None, "t", "y", (), {}), tmp_path / "f.html")
    page = visit(tmp_path / "f.html")
    page.locator('[data-view="all"]').click()
    ticks = page.evaluate("document.getElementById('forecast').chart.placeTicks(8)")
    assert {label for _, label in ticks} >= expected, ticks
    for at, label in ticks:
        assert pd.Timestamp(at, unit="s").isoformat(" ").find(label) >= 0
