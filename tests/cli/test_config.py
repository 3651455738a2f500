"""``--config``: what a file of options may have, and the sentence where it has something else."""

import pytest
from click.testing import CliRunner
from helpers.verbs import verbs

from gatecast.cli import config
from gatecast.cli.main import app
from gatecast.cli.spelling import as_option
from gatecast.errors import UsageError
from gatecast.messages import message


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


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("forecast y.csv --h 2 --freq foo --model naive", '--freq="foo" is not a frequency'),
        ("forecast y.csv --h 2 --level 101", "--level=101 was requested; give per cents"),
        ("forecast y.csv --h 2 --level 80,80", "--level=80,80 was requested; give each"),
        ("forecast y.csv --h 2 --futr-exog Y", '"Y" is not a column of y.csv'),
        ("forecast y.csv --h 2 --target-col Y", '(did you mean "y"?)'),
        ("forecast y.csv --h 2 --model LSMT", 'no model "LSMT" (did you mean "LSTM"?)'),
        ("forecast y.csv --h 2 --freq Q --model naive", "2020-01-01, which is not the end of a q"),
        ("forecast y.csv --h 2 --report p.pdf", '--report "p.pdf" is to be a page, and ends'),
        ("explain m y.csv -o p.pdf", '--output "p.pdf" is to be a page, and ends in .pdf'),
        ("forecast y.csv --h 2 -o f.xlsx", '--output "f.xlsx" is to be a table, and ends in .xlsx'),
        ("predict m --resume", "--resume is for folders of Parquet files, and none was given"),
    ],
)
def test_what_cannot_work_is_named_as_it_is_typed(tmp_path, monkeypatch, line, sentence):
    monkeypatch.chdir(tmp_path)
    rows = [f"2020-{month:02}-01,{month}" for month in range(1, 13)]
    (tmp_path / "y.csv").write_text("\n".join(["ds,y", *rows]))
    refused = CliRunner().invoke(app, line.split()).exception
    assert sentence in refused.text(spelling=as_option)


@pytest.mark.parametrize(
    "line",
    [
        "backtest --refit -3", "backtest --jobs -2", "backtest --n-jobs 0",
        "backtest --time-limit -1", "tune --n-jobs 0",
    ],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(line):
    done = CliRunner().invoke(app, [*line.split(), "y.csv", "--h", "2"])
    assert done.exit_code == 2
    assert "is not in the range" in done.stderr


def test_an_empty_name_of_a_file_is_one():
    refused = CliRunner().invoke(app, ["forecast", "", "--h", "2"]).exception
    assert "an empty name was given for FILE" in str(refused)


def test_a_flag_is_spelt_without_a_value_and_settings_of_other_models_are_listed():
    from gatecast.evaluation.registry import unused

    refused = UsageError(message("study.exists", name="a", url="s.db"))
    assert "go on with it by --resume, or" in refused.text(spelling=as_option)
    assert "go on with it by resume=True, or" in str(refused)
    assert unused(["pretrained", "naive"], ["hidden", "level"]) == ["hidden"]
    assert unused(["pretrained+lstm"], ["hidden"]) == []


def test_the_library_refuses_what_the_line_refuses():
    from gatecast import backtest
    from gatecast.baselines import AutoETS, Naive

    with pytest.raises(UsageError, match="n_jobs=0 was requested"):
        backtest(Naive(2), [1.0, 2.0, 3.0, 4.0, 5.0], 2, n_jobs=0)
    with pytest.raises(UsageError, match="time_limit=-1 was requested"):
        AutoETS(2, time_limit=-1)
