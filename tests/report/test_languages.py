"""Every kind of page can be had in Chinese, whole: nothing in it is in English but names."""

import html.parser
import json
import re

import pytest

import gatecast as gc
from gatecast.datasets import air_passengers

#: Three words in a row that have no capital, digit or underscore, as names have.
ENGLISH = re.compile(r"(?<![\w.-])[a-z]{2,}(?:[ ,:;]+[a-z]+){2,}(?![\w-])")


class Chinese(html.parser.HTMLParser):
    """Collects what a page shows in Chinese, and the texts that its scripts show."""

    VOID = frozenset({"meta", "link", "rect", "br", "input"})

    def __init__(self, page):
        super().__init__()
        self.open, self.texts, self.data = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.open.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop()[0] == tag

    def handle_data(self, text):
        if any(attributes.get("id") == "data" for _, attributes in self.open):
            self.data += text
        hidden = any(
            tag in ("script", "style") or "en" in (attributes.get("class") or "").split()
            for tag, attributes in self.open
        )
        if not hidden and text.strip():
            self.texts.append(text.strip())


def both(value):
    """Give all pairs of texts that are somewhere in a document."""
    if isinstance(value, dict):
        if {"en", "zh"} <= value.keys():
            yield value["en"], value["zh"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from both(part)


def in_english(page):
    """Give the texts of a page in Chinese that are in English."""
    read = Chinese(page)
    texts = [*read.texts, *(zh for _, zh in both(json.loads(read.data)))]
    return [text for text in texts if ENGLISH.search(text)]


@pytest.fixture(scope="module")
def fitted():
    settings = {"h": 6, "max_steps": 10, "n_networks": 1, "hidden": 4, "level": [80]}
    return gc.LSTMForecaster(**settings).fit(air_passengers())


@pytest.fixture(scope="module")
def compared():
    models = [gc.LinearAutoregression(h=2), gc.SeasonalNaive(h=2)]
    return gc.backtest(models, air_passengers(), n_windows=12, step_size=1)


def searched():
    pytest.importorskip("optuna", reason="needs the extra [tune]")
    model = gc.LSTMForecaster(2, max_steps=3, n_networks=1, pretrained=False)
    space = {"hidden": [2, 3]}
    return gc.tune(air_passengers(), 2, forecaster=model, n_trials=2, space=space, n_windows=2)


def result_of(kind, fitted, compared):
    if kind == "forecast with a verdict":
        model = gc.LinearAutoregression(h=2).fit(air_passengers())
        return gc.forecast(model, backtest=compared)
    if kind == "explanation":
        return gc.explain(fitted)
    if kind == "search":
        return searched()
    return {"forecast": fitted, "backtest": compared}[kind]


@pytest.mark.parametrize(
    "kind",
    [
        "forecast", "forecast with a verdict", "backtest", "explanation",
        pytest.param("search", marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_a_page_in_chinese_has_no_english(kind, fitted, compared, tmp_path):
    result = result_of(kind, fitted, compared)
    gc.report(result, tmp_path / "page.html", subject="AIR", lang="zh")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert in_english(page) == []
    assert len(Chinese(page).texts) > 20


@pytest.mark.slow
def test_the_guided_page_in_chinese_has_no_english(tutorial, tmp_path):
    gc.report(tutorial[0], tmp_path / "page.html", lang="zh")
    assert in_english((tmp_path / "page.html").read_text(encoding="utf-8")) == []


def test_english_is_found_where_it_is_shown():
    pair = '<p><span class="en" lang="en">an English text</span><span class="zh">中文</span></p>'
    data = '<script id="data">{"title": {"en": "one more text", "zh": "标题"}}</script>'
    assert in_english(pair + data) == []
    assert in_english(pair.replace("中文", "left in this") + data) == ["left in this"]
    assert in_english(pair + data.replace("标题", "left in that")) == ["left in that"]
