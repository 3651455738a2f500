"""The page of a search: what is on it, and that nothing in it can run."""

import html

import numpy as np
import pandas as pd
import pytest

from gatecast import LSTMForecaster
from gatecast.report.tune import _slice, tune_page
from gatecast.tuning.study import Tuning
from gatecast.tuning.verdict import Verdict


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
    return Tuning(
        LSTMForecaster(1), {"hidden": 64, "look_back": 9, "log": True}, trials, pd.DataFrame(),
        {"hidden": 0.7, "log": 0.3}, verdict, None, ["four trials were run", "it was worth it"],
        "absolute", False, None,
    )  # fmt: skip


def test_the_page_has_what_was_learnt(tmp_path):
    tune_page(search(), tmp_path / "t.html", title="Search")
    page = (tmp_path / "t.html").read_text()
    for text in ("Four trials were run.", "It was worth it.", "the settings found (kept)",
                 "+23.8%", "the defaults", "diverged"):  # fmt: skip
        assert text in page
    # best first; what has no score last
    places = [page.index(f'<tr><td class="number">{number}</td>') for number in (3, 0, 1, 2)]
    assert places == sorted(places)


def test_a_number_or_none_is_drawn_as_a_choice_of_two():
    trials = search().trials.assign(season_length=pd.Series([None, 1, None, 1], dtype=object))
    chart = _slice(trials, "season_length", "loss")
    assert chart["layout"]["xaxis"]["type"] == "category"
    finished = next(trace for trace in chart["data"] if trace["name"] == "finished")
    assert dict(zip(finished["x"], finished["y"])) == {"None": 2.0, "1": 1.5}
    assert _slice(trials, "look_back", "loss")["layout"]["xaxis"].get("type") != "category"


def test_texts_cannot_become_code(tmp_path):
    attack = "</script><script>window.hacked=1</script>"
    tune_page(search(note=attack), tmp_path / "t.html", title=attack)
    page = (tmp_path / "t.html").read_text()
    assert attack not in page
    assert html.escape(attack) in page


@pytest.mark.browser
def test_charts_are_drawn_and_the_setting_can_be_chosen(tmp_path, browser):
    tune_page(search(), tmp_path / "t.html", title="Search")
    page = browser.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.goto((tmp_path / "t.html").as_uri())
    page.wait_for_selector("#history .points")
    assert page.locator("#slice .xtitle").text_content() == "hidden"
    page.select_option("#which", "slice-log")
    assert page.locator("#slice .xtitle").text_content() == "log"
    assert page.locator("#importance .bars path").count() == 2
    assert errors == []
    page.close()
