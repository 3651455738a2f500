"""Every document of ``--json`` is what its schema says, and JSON in the strict sense."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from helpers.verbs import verbs

import gatecast.cli
from gatecast.cli.main import app

jsonschema = pytest.importorskip("jsonschema")
FOLDER = Path(gatecast.cli.__file__).parent / "schemas"
FAST = ["--preset", "fast", "--max-steps", "3", "--pretrained", "no", "--no-report"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng, t = np.random.default_rng(0), np.arange(60)
    values = 20 + t / 9 + 5 * np.sin(t * 0.9) + rng.normal(size=60)
    table = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=60), "sold": values})
    table[:-2].to_csv("sold.csv", index=False)
    table[-2:].to_csv("new.csv", index=False)
    return tmp_path


def no_constant(name):
    raise AssertionError(f"JSON has no {name}")


def schema(verb):
    return json.loads((FOLDER / f"{verb}.json").read_text(encoding="utf-8"))


def check(verb, *words):
    done = CliRunner().invoke(app, [verb, *map(str, words), "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    document = json.loads(done.stdout, parse_constant=no_constant)
    jsonschema.Draft202012Validator(schema(verb)).validate(document)
    return document


def test_each_verb_with_json_has_a_schema_that_is_one():
    # an agent's tools and the service answer in forms of their own
    answering = {*verbs()} - {"mcp", "serve"}
    assert {path.stem for path in FOLDER.glob("*.json")} == answering
    for verb in answering:
        jsonschema.Draft202012Validator.check_schema(schema(verb))


def test_forecast_predict_update_and_explain(folder):
    check("forecast", "sold.csv", "--h", 3, "--level", 80, *FAST, "--save", "a.gatecast")
    check("predict", "a.gatecast")
    check("explain", "a.gatecast", "sold.csv", "-o", "page.html")
    check("update", "a.gatecast", "new.csv")
    check("forecast", "sold.csv", "--h", 3, "--model", "naive", "--no-report")


def test_backtest(folder):
    models = "naive,linearautoregression"
    check("backtest", "sold.csv", "--h", 3, "--models", models, "--n-windows", 5, "--no-report")
    check("backtest", "sold.csv", "--h", 3, "--models", "naive", "--n-windows", 2, "--no-report")


def test_what_cannot_be_computed_is_null(folder):
    words = ["sold.csv", "--h", 3, "--models", "naive,linearautoregression", "--n-windows", 3]
    with pytest.warns(UserWarning, match="3 cutoffs, and more than 3 are needed"):
        document = check("backtest", *words, "--no-report")
    assert document["significance"][0]["p"] is None


@pytest.mark.slow
def test_tune(folder):
    pytest.importorskip("optuna", reason="needs the extra [tune]")
    check("tune", "sold.csv", "--h", 3, "--n-trials", 1, "--preset", "fast", "--no-report")


def test_doctor():
    check("doctor")


@pytest.mark.slow
def test_demo(folder, monkeypatch):
    check("demo", "--learn")
    from gatecast.cli import demo
    from gatecast.messages import message
    from gatecast.tutorial.experiment import ModelRun, Observation, TutorialResult

    def run(key, loss=()):
        label = message("tutorial.label_naive")
        return ModelRun(key, label, 0.6, 0.7, 1.0 if loss else None, 0.1, loss, np.zeros(1))

    runs = (run("tutorial", (0.3,)), run("sequences", (0.2,)), run("pretrained"), run("naive"))
    told = Observation(message("question.fit"), message("tutorial.tie"))
    result = TutorialResult(
        pd.DataFrame(), 1, runs, 0.5, (told,), (message("tutorial.note_leak"),),
        message("tutorial.tie"),
    )  # fmt: skip
    document = demo._document(result, Path("a.html"), Path("b.html"), None)
    jsonschema.Draft202012Validator(schema("demo")).validate(json.loads(json.dumps(document)))


def test_what_is_not_in_a_schema_is_found(folder):
    document = check("forecast", "sold.csv", "--h", 3, "--model", "naive", "--no-report")
    for wrong in ({**document, "more": 1}, {k: document[k] for k in document if k != "forecast"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema("forecast"))
