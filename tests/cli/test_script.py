"""What a verb prints as JSON, and what the Python that it writes computes, are the same bits."""

import json
import runpy

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from helpers.verbs import verbs

from gatecast.cli.main import app
from gatecast.errors import UsageError

FAST = ["--preset", "fast", "--max-steps", "5", "--pretrained", "no"]


def table(count, n=48):
    rng, t = np.random.default_rng(0), np.arange(n)
    parts = [
        pd.DataFrame(
            {"shop": f"s{i}", "day": pd.date_range("2024-01-01", periods=n), "price": t % 5 + 0.5,
             "sold": 20 + i + t / 9 + 5 * np.sin(t * 0.9) + rng.normal(size=n)}
        )
        for i in range(count)
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table(1).drop(columns=["shop", "price"]).to_csv("one.csv", index=False)
    table(3).to_csv("shops.csv", index=False)
    return tmp_path


def verb(*words):
    """Run a verb; give its document, and what the script that it wrote leaves behind."""
    done = CliRunner().invoke(app, [*map(str, words), "--json", "--script", "again.py"])
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout), runpy.run_path("again.py")


def assert_same(records, frame):
    assert len(records) == len(frame)
    assert list(records[0]) == list(frame.columns)
    for name in frame.columns:
        cells = [record[name] for record in records]
        if frame[name].dtype.kind in "fi":
            assert cells == frame[name].tolist(), name  # every bit
        elif frame[name].dtype.kind == "M":
            assert pd.to_datetime(pd.Series(cells)).tolist() == frame[name].tolist()
        else:
            assert cells == frame[name].astype(str).tolist()


def test_each_verb_with_a_result_writes_a_script():
    having = {n for n, verb in verbs().items() if any("--script" in p.opts for p in verb.params)}
    assert having == {*verbs()} - {"doctor", "mcp", "serve"}


@pytest.mark.parametrize(
    "words",
    [
        ["one.csv", *FAST, "--level", "80"],
        ["shops.csv", *FAST, "--hist-exog", "price", "--season-length", "7", "--save", "a.model"],
        ["shops.csv", "--model", "pretrained", "--level", "80,95", "--target-col", "sold"],
        ["one.csv", "--model", "naive+seasonalnaive+lstm", *FAST],
    ],
    ids=["lstm", "columns", "pretrained", "combination"],
)  # fmt: skip
def test_forecast(folder, words):
    document, again = verb("forecast", *words, "--h", 4, "--no-report")
    assert_same(document["forecast"], again["forecast"])


def test_predict_and_update(folder):
    whole = pd.read_csv("one.csv")
    whole[:-3].to_csv("old.csv", index=False)
    whole[-3:].to_csv("new.csv", index=False)
    fit = ["forecast", "old.csv", "--h", 4, *FAST, "--save", "a.gatecast", "--no-report"]
    verb(*fit)
    for words in (["predict", "a.gatecast"], ["predict", "a.gatecast", "new.csv"],
                  ["update", "a.gatecast", "new.csv"]):  # fmt: skip
        document, again = verb(*words)
        assert_same(document["forecast"], again["forecast"])


def test_other_series_are_predicted(folder):
    shops = pd.read_csv("shops.csv").drop(columns="price")
    shops[shops["shop"] != "s2"].to_csv("known.csv", index=False)
    shops[shops["shop"] == "s2"].to_csv("other.csv", index=False)
    verb("forecast", "known.csv", "--h", 4, *FAST, "--save", "a.gatecast", "--no-report")
    document, again = verb("predict", "a.gatecast", "other.csv")
    assert {row["shop"] for row in document["forecast"]} == {"s2"}
    assert_same(document["forecast"], again["forecast"])


def test_backtest(folder):
    models = "lstm,naive,linearautoregression"
    document, again = verb(
        "backtest", "one.csv", "--h", 3, "--models", models, "--n-windows", 5, *FAST, "--no-report"
    )
    assert_same(document["leaderboard"], again["result"].leaderboard())


@pytest.mark.slow
def test_tune(folder):
    pytest.importorskip("optuna", reason="needs the extra [tune]")
    document, again = verb(
        "tune", "one.csv", "--h", 3, "--n-trials", 1, "--preset", "fast", "--no-report",
        "--space", "max_steps=5:8", "--space", "hidden=4:6", "--space", "cell=gru",
    )  # fmt: skip
    assert document["settings"] == again["result"].settings
    # the defaults alone were tried: the table has what is used
    table = again["result"].settings_table
    assert list(table.columns) == ["defaults, kept"]
    assert table["defaults, kept"]["hidden"] == document["forecaster"]["hidden"]
    values = [trial["value"] for trial in document["trials"]]
    assert values == again["result"].trials["value"].tolist()


def test_explain(folder, capsys):
    verb("forecast", "one.csv", "--h", 4, *FAST, "--save", "a.gatecast", "--no-report")
    capsys.readouterr()
    document, again = verb("explain", "a.gatecast", "one.csv", "-o", "page.html")
    assert document["findings"] == list(again["explanation"].memory.sentences)
    # what the verb prints, and no more
    printed = [*document["verdict"], *document["notes"], *document["findings"]]
    assert capsys.readouterr().out.splitlines() == printed
    assert document["effective_memory"] == again["explanation"].memory.effective_memory


def test_demo_writes_what_it_runs(folder, monkeypatch):
    from gatecast.cli import demo
    from gatecast.tutorial import lessons

    monkeypatch.setattr(demo, "_learn", print)
    done = CliRunner().invoke(app, ["demo", "--learn", "--script", "a.py", "--random-state", "3"])
    assert done.exit_code == 0, done.output
    called = []
    monkeypatch.setattr(lessons, "make_lessons", lambda **given: called.append(given))
    runpy.run_path("a.py")
    assert called == [{"random_state": 3}]
    assert "import gatecast as gc" not in (folder / "a.py").read_text()


def test_a_script_replaces_no_input(folder):
    done = CliRunner().invoke(app, ["forecast", "one.csv", "--h", "3", "--script", "one.csv"])
    assert isinstance(done.exception, UsageError)
    assert "one.csv" in str(done.exception)
