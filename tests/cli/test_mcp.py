"""The tools of an agent, as functions, and called by the client of the official SDK."""

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from gatecast.cli.tools import TOOLS, Tools
from gatecast.errors import GatecastError, MissingExtraError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng, t = np.random.default_rng(0), np.arange(80)
    table = pd.DataFrame(
        {"day": pd.date_range("2024-01-01", periods=80),
         "sold": 20 + t / 9 + 5 * np.sin(t * 2 * np.pi / 7) + rng.normal(size=80)}
    )  # fmt: skip
    table[:-5].to_csv("sold.csv", index=False)
    table[-5:].to_csv("new.csv", index=False)
    return tmp_path


#: What an agent does; each tool once. tune comes without training where Optuna is not installed.
CALLS = [
    ("inspect", {"file": "sold.csv"}),
    ("backtest", {"file": "sold.csv", "h": 3, "models": ["SeasonalNaive", "Naive"]}),
    ("verdict", {"file": "sold.csv", "h": 3, "models": ["SeasonalNaive", "Naive"]}),
    ("forecast", {"file": "sold.csv", "h": 3, "save": "a.gatecast"}),
    ("explain", {"model": "a.gatecast", "file": "sold.csv"}),
    ("update", {"model": "a.gatecast", "file": "new.csv"}),
    ("script", {}),
]


def check(name, result):
    """What each tool must say of the file."""
    if name == "inspect":
        assert (result["series"], result["values"], result["frequency"]) == (1, 75, "D")
        assert "rows" not in result
    elif name == "backtest":
        assert [row["model"] for row in result["leaderboard"]] == ["SeasonalNaive", "Naive"]
        assert result["notes"][0] == "OWA is relative to SeasonalNaive, whose OWA is 1"
    elif name == "verdict":
        assert result["use"] == "SeasonalNaive"
    elif name == "forecast":
        assert [row["day"][:10] for row in result["forecast"]] == [
            "2024-03-16", "2024-03-17", "2024-03-18",
        ]  # fmt: skip
        assert {"PretrainedLSTM", "PretrainedLSTM-lo-80"} <= result["forecast"][0].keys()
    elif name == "explain":
        assert result["findings"]
        assert len(result["largest_attributions"]) == 10
    elif name == "update":
        assert result["forecast"][0]["day"][:10] == "2024-03-21"


@pytest.mark.slow
def test_the_tools_do_what_they_say_and_their_script_does_it_again(folder):
    tools = Tools()
    assert [function.__name__ for function in tools.functions()] == list(TOOLS)
    assert len(TOOLS) <= 8
    results = {}
    for name, arguments in CALLS:
        results[name] = getattr(tools, name)(**arguments)
        check(name, json.loads(json.dumps(results[name])))
    answers = json.dumps([results[name] for name, _ in CALLS])
    values = [*pd.read_csv("sold.csv")["sold"], *pd.read_csv("new.csv")["sold"]]
    assert not any(repr(value) in answers for value in values)
    assert len(tools.inspect("sold.csv", rows=2)["rows"]) == 2
    python = results["script"]["python"]
    assert python.count("gc.backtest(") == 1  # the verdict took the same one
    names = {}
    exec(python, names)
    forecast = names["forecast"]  # of the update, whose rows the model had not when it was saved
    column = [row["PretrainedLSTM"] for row in results["update"]["forecast"]]
    assert forecast["PretrainedLSTM"].tolist() == column


def test_what_cannot_be_done_is_a_sentence(folder):
    tools = Tools()
    for refused in (tools.backtest, tools.forecast, tools.tune):
        with pytest.raises(GatecastError, match="no file"):
            refused("nowhere.csv", 3)
    with pytest.raises(GatecastError, match="Naive"):
        tools.forecast("sold.csv", 3, model="Naive", save="a.gatecast")
    with pytest.raises(GatecastError, match="no file"):
        tools.update("nowhere.gatecast", "new.csv")
    assert tools.script() == {"python": "import gatecast as gc\n\n"}  # only what was done


@pytest.mark.slow
def test_settings_are_searched(folder):
    pytest.importorskip("optuna", reason="needs the extra [tune]")
    result = Tools().tune("sold.csv", 3, n_trials=1, save="b.gatecast")
    assert result["sentences"]
    assert (folder / "b.gatecast").exists()


def test_without_the_sdk_the_extra_is_named(monkeypatch):
    from gatecast.cli.mcp import make_server

    monkeypatch.setitem(sys.modules, "mcp.server", None)
    with pytest.raises(MissingExtraError, match=r"gatecast\[mcp\]"):
        make_server()


def conversation(session, calls):
    """Have the SDK's client call tools, and give what they answer."""
    sdk = pytest.importorskip("mcp", reason="needs the extra [mcp]: make test-extras")

    async def talk():
        async with sdk.Client(session(sdk)) as client:
            listed = [tool.name for tool in (await client.list_tools()).tools]
            return listed, [await client.call_tool(name, given) for name, given in calls]

    with ThreadPoolExecutor(1) as pool:  # the browser of other tests keeps a loop in this thread
        return pool.submit(asyncio.run, talk()).result()


@pytest.mark.filterwarnings("ignore")
def test_the_client_of_the_sdk_calls_every_tool_over_stdio(folder):
    pytest.importorskip("optuna", reason="needs the extra [tune]")
    calls = [*CALLS, ("tune", {"file": "sold.csv", "h": 3, "n_trials": 1})]
    assert {name for name, _ in calls} == set(TOOLS)

    def process(sdk):
        server = sdk.StdioServerParameters(
            command=sys.executable, args=["-m", "gatecast", "mcp"], cwd=str(folder),
            env={"PYTHONPATH": ":".join(sys.path), "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
        return sdk.stdio_client(server)

    listed, answers = conversation(process, calls)
    assert listed == list(TOOLS)
    for (name, _), answer in zip(calls, answers):
        assert not answer.is_error, answer
        check(name, answer.structured_content)


@pytest.mark.filterwarnings("ignore")
def test_an_agent_is_told_what_cannot_be_done(folder):
    from gatecast.cli.mcp import make_server

    _, (answer,) = conversation(
        lambda _: make_server(), [("forecast", {"file": "nowhere.csv", "h": 3})]
    )
    assert answer.is_error
    assert "nowhere.csv" in answer.content[0].text
