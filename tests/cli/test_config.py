"""``--config``: what a file of options may have, and the sentence where it has something else."""

import pytest
from click.testing import CliRunner
from helpers.verbs import verbs

from gatecast.cli import config
from gatecast.cli.main import app
from gatecast.cli.spelling import as_option
from gatecast.errors import UsageError


@pytest.fixture
def options(tmp_path, monkeypatch):
    """Read a file for a verb: its options as they are passed on."""
    monkeypatch.chdir(tmp_path)

    def read(verb, text, encoding="utf-8"):
        (tmp_path / "c.toml").write_text(text, encoding=encoding)
        return verbs()[verb].make_context(verb, ["y.csv", "--config", "c.toml"]).params

    return read


def test_values_of_toml_become_those_of_options(options):
    text = (
        "[forecast]\nh = 3\nlog = false\npretrained = true\nadjust_season = false\n"
        "difference = true\nlevel = [80, 92.5]\nfreq = 1\njson = true\ncalendar = false\n"
        'season-length = [24, 168]\nreport = "p.html"\nfutr-file = "a.csv"\nhidden = "8"\n'
        "[tune]\nh = 4\n"
    )
    params = options("forecast", text, encoding="utf-8-sig")  # as editors of Windows save it
    wanted = {
        "h": 3, "log": False, "pretrained": True, "adjust_season": False, "difference": True,
        "level": [80, 92.5], "freq": 1, "as_json": True, "calendar": False, "hidden": 8,
        "season_length": (24, 168),
    }  # fmt: skip
    assert wanted.items() <= params.items()
    assert [str(file) for file in (params["report"], *params["futr_file"])] == ["p.html", "a.csv"]
    assert options("tune", text)["h"] == 4


@pytest.mark.parametrize(
    ("verb", "text", "sentence"),
    [
        ("forecast", "report = false", "has report = false under [forecast]: give a text"),
        ("forecast", "output = 5", "has output = 5 under [forecast]: give a text"),
        ("backtest", "resume = true", "has resume = true under [backtest]: give a text"),
        ("forecast", "futr-file = [3]", "has futr-file = [3] under [forecast]: give a text"),
        ("forecast", "target-col = true", "has target-col = true under [forecast]: give a text"),
        ("forecast", "h = 3.7", "has h = 3.7 under [forecast]: give a whole number"),
        ("forecast", "h = true", "has h = true under [forecast]: give a whole number"),
        ("forecast", "hidden = [3]", "has hidden = [3] under [forecast]: give a whole number"),
        ("forecast", "dropout = true", "has dropout = true under [forecast]: give a number"),
        ("forecast", 'json = "yes"', 'has json = "yes" under [forecast]: give true or false'),
        ("forecast", 'h = "x"', "has h = \"x\" under [forecast]: 'x' is not a valid integer"),
        ("forecast", "hidden = 0", "has hidden = 0 under [forecast]: --hidden=0 was requested; "),
        ("forecast", 'log = "so"', '--log="so" was requested; use "auto", "box-cox", yes or no'),
        ("forecast", "hiden = 3", 'no option of gatecast forecast (did you mean "hidden"?)'),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_file(options, verb, text, sentence):
    with pytest.raises(UsageError) as caught:
        options(verb, f"[{verb}]\n{text}\n")
    assert caught.value.text(spelling=as_option).startswith('"c.toml" has ')
    assert sentence in caught.value.text(spelling=as_option)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[forcast]\nh = 3\n[forecast]\nh = 3", 'section [forcast] (did you mean "forecast"?)'),
        ("[Forecast]\nh = 3", 'section [Forecast] (did you mean "forecast"?)'),
        ("[demo]\nlearn = true", "section [demo]; sections are for the options of forecast, back"),
        ("h = 3\n[forecast]\nlog = false", '"h" outside all sections: put options of gatecast fo'),
        ("forecast = 3", "forecast = 3, and the options of gatecast forecast are a section"),
        ("[tune]\nh = 3\n[backtest]\nh = 3", "has options of tune and backtest only: put those of"),
        ("", "has no options: put those of gatecast forecast under [forecast]"),
    ],
)
def test_what_is_not_a_section_is_no_silent_nothing(options, text, sentence):
    with pytest.raises(UsageError, match=r"c\.toml") as caught:
        options("forecast", text)
    assert sentence in str(caught.value)


def test_sections_are_those_of_the_verbs_with_the_option():
    named = {name for name, verb in verbs().items() if any(p.name == "config" for p in verb.params)}
    assert {*config._SECTIONS} == named


def test_yes_and_no_on_the_line_are_as_people_write_them(tmp_path):
    for word, value in {"no": False, "False": False, "TRUE": True, "yes": True}.items():
        asked = ["y.csv", "--h", "3", "--log", word]
        assert verbs()["forecast"].make_context("forecast", asked).params["log"] is value
    wrong = CliRunner().invoke(app, ["forecast", "y.csv", "--h", "3", "--aggregate", "all"])
    refused = wrong.exception.text(spelling=as_option)
    assert refused == '--aggregate="all" was requested; use "sum", "mean", "last" or "count"'
