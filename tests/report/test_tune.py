"""The page of a search: what is on it, and that nothing in it can run."""

import html
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gatecast import LSTMForecaster
from gatecast.report.charts import as_data
from gatecast.report.tune import _slice, tune_page
from gatecast.tuning.origins import Plan
from gatecast.tuning.study import Tuning
from gatecast.tuning.verdict import Verdict, _gain


def search(note=""):
    rows = [
        (0, "finished", 2.0, 1.0, 48, None, "auto", "the defaults"),
        (1, "pruned", 90.0, 0.2, 8, 5, False, ""),
        (2, "diverged", np.nan, 0.1, 9, None, True, note),
        (3, "finished", 1.5, 0.5, 64, 9, True, ""),
    ]
    columns = ["number", "state", "value", "seconds", "hidden", "look_back", "log", "note"]
    trials = pd.DataFrame(rows, columns=columns, dtype=object)
    trials = trials.astype({"number": int, "value": float, "seconds": float})
    verdict = Verdict(2.1, 1.6, 0.238, 0.1, 0.3, 0.01, "origins", 20)
    settings = {"hidden": 64, "look_back": 9, "log": True, "pretrained": False}
    return Tuning(
        LSTMForecaster(1), settings, trials, pd.DataFrame(),
        {"hidden": 0.7, "log": 0.3}, verdict, None, ["four trials were run", "it was worth it"],
        "absolute", False, None,
    )  # fmt: skip


def test_the_page_has_what_was_learnt(tmp_path):
    tune_page(search(), tmp_path / "t.html", subject="air.csv")
    page = (tmp_path / "t.html").read_text()
    for text in ("Four trials were run.", "It was worth it.", "24 % (10 % to 30 %)", "diverged"):
        assert text in page
    assert "pretrained" in page  # which no trial had a choice of
    kept = re.search(r"the settings found</span>.*?</td>", page)[0]
    assert "(kept)" in kept
    settings = re.search(r"Settings</span>.*?</details>", page, re.S)[0]
    assert "found, kept</span>" in settings
    assert "default" not in settings
    # best first; what has no score last
    rows = '<tr><td class="number"><span class="en" lang="en">{}</span>'
    places = [page.index(rows.format(number)) for number in (3, 0, 1, 2)]
    assert places == sorted(places)


def test_settings_that_are_not_kept_stand_beside_those_used(tmp_path):
    rejected = replace(search(), verdict=Verdict(2.1, 3.0, -0.43, -0.8, -0.1, 0.01, "origins", 20))
    table = rejected.settings_table
    assert list(table.columns) == ["found, not kept", "defaults, kept"]
    assert table.loc["hidden"].tolist() == [64, LSTMForecaster(1).hidden]
    assert table.loc["look_back"].tolist() == [9, "chosen from the data, or none"]
    tune_page(rejected, tmp_path / "t.html", subject="air.csv", lang="zh")
    page = (tmp_path / "t.html").read_text()
    for text in (
        "found, not kept",
        "找到的设置（未采用）",
        "默认设置（采用）",
        "由数据决定，或不用",
    ):
        assert f"{text}</span>" in page
    same = replace(rejected, verdict=Verdict.same())  # which the search found
    assert list(same.settings_table.columns) == ["defaults, kept"]


def test_a_number_or_none_is_drawn_as_a_choice_of_two():
    trials = search().trials.assign(season_length=pd.Series([None, 1, None, 1], dtype=object))
    chart = _slice(trials, "season_length", "loss")
    assert chart.is_named
    finished = chart.traces[0]
    assert dict(zip(finished.x, finished.y)) == {
        ("chosen from the data, or none", "由数据决定，或不用"): 2.0, "1": 1.5,
    }  # fmt: skip
    names = as_data(chart)["names"]
    assert names == [{"en": "chosen from the data, or none", "zh": "由数据决定，或不用"}, "1"]
    assert not _slice(trials, "look_back", "loss").is_named


def test_sentence_and_table_of_a_search_have_the_same_digits(tmp_path):
    verdict = Verdict(2.1, 3.0, -0.43, -0.795, -0.0671, 0.01, "origins", 20)
    plan = Plan(h=1, searched=4, test=20, step=1, test_step=1)
    tune_page(replace(search(), verdict=verdict, sentences=[_gain(verdict, plan)]), tmp_path / "t")
    page = (tmp_path / "t").read_text()
    assert "95 % interval of the gain -80 % to -6.7 %" in page
    assert '"en">-43 % (-80 % to -6.7 %)</span>' in page
    assert "增益的 95% 区间为 -80% 到 -6.7%" in page
    assert '"zh">-43%（-80% 到 -6.7%）</span>' in page


def test_texts_cannot_become_code(tmp_path):
    attack = "</script><script>window.hacked=1</script>"
    tune_page(search(note=attack), tmp_path / "t.html", subject=attack)
    page = (tmp_path / "t.html").read_text()
    assert attack not in page
    assert html.escape(attack) in page


@pytest.mark.browser
def test_charts_are_drawn_and_the_setting_can_be_chosen(tmp_path, visit):
    tune_page(search(), tmp_path / "t.html", subject="air.csv")
    page = visit(tmp_path / "t.html")
    title = "inLanguage(document.getElementById('slice').chart.figure.x)"
    assert page.evaluate(title) == "hidden"
    page.select_option("#which", "slice-log")
    assert page.evaluate(title) == "log"
    assert page.evaluate("document.getElementById('slice').chart.figure.names") == [
        "auto",
        "True",
        "False",
    ]
    bars = page.locator(".bars tr").all_inner_texts()
    assert [bar.split() for bar in bars] == [["hidden", "70", "%"], ["log", "30", "%"]]
    page.locator("#lang").click()
    assert "逐次试验" in page.inner_text("body")
