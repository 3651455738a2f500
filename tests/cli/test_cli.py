"""The command line as its user meets it: a process, its output, its exit code."""

import html
import importlib.util
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.command import gatecast
from helpers.verbs import verbs

from gatecast.cli.settings import SETTINGS
from gatecast.cli.spelling import OPTIONS
from gatecast.cli.tables import rounded
from gatecast.datasets import air_passengers
from gatecast.forecaster import LSTMForecaster

pytestmark = pytest.mark.slow


@pytest.fixture
def passengers(tmp_path):
    frame = air_passengers().drop(columns="unique_id")
    frame.columns = ["month", "passengers"]
    frame.to_csv(tmp_path / "air.csv", index=False)
    return tmp_path / "air.csv"


def test_demo_prints_one_document(tmp_path):
    found = json.loads(gatecast("demo", "--json", cwd=tmp_path).stdout)
    assert 0.640 < found["tutorial"]["test_rmse"] < 0.660
    assert 0.0143 < found["tutorial"]["loss"][-1] < 0.0152
    assert found["sequences"]["test_rmse"] <= 0.498
    for row in ("naive", "pretrained"):
        assert {"test_rmse", "train_rmse"} <= set(found[row])
    assert found["noise_floor"]["test_rmse"] == pytest.approx(0.4948, abs=5e-5)
    assert found["sarima"] is None or found["sarima"]["test_rmse"] < 0.501
    assert found["report"] == "gatecast-demo.html"
    page = (tmp_path / "gatecast-demo.html").read_bytes()
    assert page.startswith(b"<!DOCTYPE html>")
    assert len(page) < 6_000_000
    assert 'href="./gatecast-demo-glass.html"' in page.decode()
    glass = (tmp_path / found["glass"]).read_text()
    assert "How an LSTM remembers" in glass
    assert 'href="./gatecast-demo.html"' in glass
    # the fifty units on the guided page are those of the experiment
    assert f"{found['sequences']['test_rmse']:.4f}" in glass
    if found["picture"] is not None:
        assert (tmp_path / found["picture"]).read_bytes().startswith(b"\x89PNG")


def test_the_guided_page_is_written(tmp_path):
    found = json.loads(gatecast("demo", "--learn", "--lang", "zh", "--json", cwd=tmp_path).stdout)
    assert found["trained"]["test_rmse"] < found["pair"]["test_rmse"] < 0.6
    assert '<html lang="zh">' in (tmp_path / found["report"]).read_text()
    assert not (tmp_path / "gatecast-demo.html").exists()


def test_forecast_goes_to_stdout_and_nothing_else_does(passengers):
    done = gatecast("forecast", passengers, "--h", 12, cwd=passengers.parent)
    lines = done.stdout.splitlines()
    assert lines[0] == "month,LSTM"
    assert len(lines) == 13
    assert lines[1].startswith("1961-01-01,")
    assert "logarithms" in done.stderr
    assert done.stderr.endswith("Page: gatecast-forecast.html\n")
    assert "-glass" not in (passengers.parent / "gatecast-forecast.html").read_text()
    assert not (passengers.parent / "gatecast-forecast-glass.html").exists()


def test_the_glass_box_of_a_forecast_is_written_on_request(passengers):
    done = gatecast(
        "forecast", passengers, "--h", 12, "--glass", "--hidden", 4, cwd=passengers.parent
    )
    assert done.stderr.endswith("Glass box: gatecast-forecast-glass.html\n")
    page = (passengers.parent / "gatecast-forecast.html").read_text()
    assert 'href="./gatecast-forecast-glass.html"' in page
    page = (passengers.parent / "gatecast-forecast-glass.html").read_text()
    assert 'href="./gatecast-forecast.html"' in page


@pytest.mark.parametrize("other", [["--no-report"], ["--model", "Naive"]])
def test_a_glass_box_of_nothing_is_refused(passengers, other):
    done = gatecast(
        "forecast", passengers, "--h", 3, "--glass", *other, cwd=passengers.parent, code=2
    )
    assert f"--glass was requested with {' '.join(other)}" in done.stderr


def test_forecast_to_a_file_and_as_json(passengers):
    done = gatecast(
        "forecast", passengers, "--h", 3, "-o", "out.csv", "--report", "r.html", "--json",
        "--save", "m.gatecast", "--glass", "--hidden", 4, "--lang", "zh", cwd=passengers.parent,
    )  # fmt: skip
    found = json.loads(done.stdout)
    table = pd.read_csv(passengers.parent / "out.csv", float_precision="round_trip")
    assert [row["LSTM"] for row in found["forecast"]] == pytest.approx(table["LSTM"].tolist())
    assert found["forecast"][0]["month"] == "1961-01-01T00:00:00"
    predicted = gatecast("predict", "m.gatecast", "--json", cwd=passengers.parent)
    assert json.loads(predicted.stdout)["forecast"] == found["forecast"]
    assert found["report"] == "r.html"
    assert found["glass"] == "r-glass.html"
    for page in ("r.html", "r-glass.html"):
        assert '<html lang="zh">' in (passengers.parent / page).read_text()
    assert any("monthly" in sentence for sentence in found["decisions"])


@pytest.mark.parametrize(
    ("text", "options", "code", "sentence"),
    [
        (None, [], 4, "shop.csv"),
        ("day,sold\n2024-01-01,3\n2024-01-02,four\n2024-01-03,5\n", [], 5, "four"),
        ("day,sold\n2024-01-01,3\n2024-01-02,4\n2024-01-03,5\n", [], 5, "at least"),
        ("day,sold\n2024-01-01,3\n", ["--target-col", "price"], 4, "price"),
        ("", [], 5, "shop.csv"),
        ("day,sold\n", [], 5, "row"),
        ("day,sold\n2024-01-01,3\n2024-01-02,4\n", ["--freq", "fortnight"], 2, "fortnight"),
    ],
    ids=["no file", "text", "short", "column", "empty", "header only", "frequency"],
)
def test_what_cannot_be_used_is_one_sentence_and_a_code(tmp_path, text, options, code, sentence):
    if text is not None:
        (tmp_path / "shop.csv").write_text(text)
    done = gatecast("forecast", "shop.csv", "--h", 5, *options, cwd=tmp_path, code=code)
    assert done.stdout == ""
    assert done.stderr.startswith("gatecast: ")
    assert done.stderr.count("\n") == 1
    assert sentence in done.stderr
    assert not (tmp_path / "gatecast-forecast.html").exists()


def test_usage_is_explained(tmp_path):
    assert "--h" in gatecast("forecast", "x.csv", cwd=tmp_path, code=2).stderr
    misspelt = gatecast("forcast", cwd=tmp_path, code=2).stderr
    assert "No such command 'forcast'. Did you mean 'forecast'?" in misspelt
    assert "h=0" in gatecast("forecast", "x.csv", "--h", 0, cwd=tmp_path, code=2).stderr
    assert gatecast("--version", cwd=tmp_path).stdout == "gatecast 0.1.0\n"
    for verb in ("demo", "forecast"):
        assert verb in gatecast("--help", cwd=tmp_path).stdout


def test_a_page_that_cannot_be_written_is_said(passengers):
    done = gatecast(
        "forecast", passengers, "--h", 3, "--report", "missing/r.html",
        cwd=passengers.parent, code=4,
    )  # fmt: skip
    assert "there is no folder" in done.stderr


@pytest.fixture(scope="module")
def small_model():
    """The file of a small model of all but the last year."""
    frame = air_passengers()[:-12].rename(columns={"ds": "month", "y": "passengers"})
    model = LSTMForecaster(h=3, level=[80, 95], max_steps=30, n_networks=1, hidden=6)
    model.fit(frame.drop(columns="unique_id"))
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder, "m"))
        return Path(folder, "m").read_bytes()


@pytest.fixture
def saved(passengers, small_model):
    """A model of all but the last year, and that year's rows."""
    lines = passengers.read_text().splitlines()
    folder = passengers.parent
    (folder / "old.csv").write_text("\n".join(lines[:-12]))
    (folder / "new.csv").write_text("\n".join([lines[0], *lines[-12:]]))
    (folder / "m.gatecast").write_bytes(small_model)
    return folder


def test_a_saved_model_forecasts_and_goes_on_without_training(saved):
    folder = saved
    forecast = gatecast("predict", "m.gatecast", cwd=folder).stdout
    assert forecast.splitlines()[0] == ("month,LSTM,LSTM-lo-95,LSTM-lo-80,LSTM-hi-80,LSTM-hi-95")
    before = (folder / "m.gatecast").read_bytes()
    ahead = gatecast("predict", "m.gatecast", "new.csv", cwd=folder).stdout
    assert [line[:10] for line in ahead.splitlines()[1:]] == [
        "1961-01-01", "1961-02-01", "1961-03-01",
    ]  # fmt: skip
    assert (folder / "m.gatecast").read_bytes() == before
    assert gatecast("update", "m.gatecast", "new.csv", cwd=folder).stdout == ahead
    assert gatecast("predict", "m.gatecast", cwd=folder).stdout == ahead
    again = gatecast("update", "m.gatecast", "new.csv", cwd=folder, code=5)
    assert "the next value is that of 1961-01" in again.stderr
    found = json.loads(gatecast("predict", "m.gatecast", "--json", cwd=folder).stdout)
    assert found["forecast"][0]["month"] == "1961-01-01T00:00:00"


def test_series_that_were_not_in_the_fit_are_forecast_and_taken_in(tmp_path):
    rows = [
        f"{name},{2000 + t // 4}-{1 + 3 * (t % 4):02}-01,{10 + t + (t % 4) * (1 + s)}"
        for s, name in enumerate("abcd") for t in range(24)
    ]  # fmt: skip
    for name, part in (("fit.csv", rows[:48]), ("new.csv", rows[48:])):
        (tmp_path / name).write_text("\n".join(["shop,quarter,sales", *part]))
    options = ["--h", "2", "--hidden", "4", "--preset", "fast", "--level", "80", "--save", "m"]
    gatecast("forecast", "fit.csv", *options, cwd=tmp_path)
    before = gatecast("predict", "m", cwd=tmp_path).stdout
    new = gatecast("predict", "m", "new.csv", cwd=tmp_path)
    assert [line[:1] for line in new.stdout.splitlines()] == ["s", "c", "c", "d", "d"]
    assert "were not in the fit" in new.stderr
    assert gatecast("predict", "m", cwd=tmp_path).stdout == before
    forecast = new.stdout.splitlines()[1:]
    assert gatecast("update", "m", "new.csv", cwd=tmp_path).stdout.splitlines() == [
        *before.splitlines(), *forecast,
    ]  # fmt: skip
    assert gatecast("predict", "m", cwd=tmp_path).stdout.splitlines()[5:] == forecast
    (tmp_path / "short.csv").write_text(
        "\n".join(["shop,quarter,sales", *rows[:2]]).replace("a,", "e,")
    )
    refused = gatecast("predict", "m", "short.csv", cwd=tmp_path, code=5)
    assert 'series "e" was not in the fit and has 2 values' in refused.stderr


def test_a_saved_model_is_explained(saved):
    folder = saved
    done = gatecast("explain", "m.gatecast", "old.csv", "--network", 0, cwd=folder)
    # advice on a look-back would be on networks that have no part in the forecast
    text = " ".join(done.stdout.split())
    assert "the pretrained network makes the forecast" in text
    assert "--look-back" not in text
    assert "the median one within" in text
    assert "Page: gatecast-explain.html" in done.stderr
    page = (folder / "gatecast-explain.html").read_text()
    assert '<html lang="en">' in page
    # new rows are taken in first; the model's file stays as it is
    asked = ("explain", "m.gatecast", "air.csv", "--lang", "zh", "-o", "zh.html", "--json")
    found = json.loads(gatecast(*asked, cwd=folder).stdout)
    note = "the last 12 values are new to the model, and a copy of it was updated with them"
    assert found["notes"][-1] == note
    assert found["messages"]["notes"][-1] == {
        "id": "explain.new_values", "fields": {"n": 12}, "text": note
    }  # fmt: skip
    assert found["effective_memory"] >= 1
    assert found["pictures"] == []
    page = (folder / "zh.html").read_text()
    assert '<html lang="zh">' in page
    if importlib.util.find_spec("matplotlib") is not None:
        gatecast("explain", "m.gatecast", "old.csv", "-o", "p.html", "--png", "--svg", cwd=folder)
        assert (folder / "p.png").read_bytes().startswith(b"\x89PNG")
        assert (folder / "p.svg").read_bytes().startswith(b"<?xml")
    assert "<td>1961-01-01</td>" in page
    asked = ("explain", "m.gatecast", "old.csv", "--series", "south")
    assert 'no series "south"' in gatecast(*asked, cwd=folder, code=4).stderr
    asked = ("explain", "m.gatecast", "old.csv", "--network", 9)
    assert "network=9 was requested" in gatecast(*asked, cwd=folder, code=2).stderr


def test_tables_go_out_as_parquet_too(saved):
    folder = saved
    gatecast("predict", "m.gatecast", "-o", "f.parquet", cwd=folder)
    frame = pd.read_parquet(folder / "f.parquet")
    assert list(frame.columns)[:2] == ["month", "LSTM"]
    assert str(frame["month"].dtype).startswith("datetime64")


def test_what_is_not_a_model_is_said(saved):
    folder = saved
    assert "checksum" in gatecast("predict", "old.csv", cwd=folder, code=5).stderr
    assert "there is no file" in gatecast("predict", "no.gatecast", cwd=folder, code=4).stderr


def test_options_come_from_a_file_and_the_line_goes_before_it(passengers):
    folder = passengers.parent
    (folder / "c.toml").write_text(
        "[forecast]\nh = 3\nlevel = [90]\nseason-length = 12\nhidden = 4\n"
    )
    done = gatecast("forecast", "air.csv", "--config", "c.toml", cwd=folder)
    assert done.stdout.splitlines()[0] == "month,LSTM,LSTM-lo-90,LSTM-hi-90"
    assert len(done.stdout.splitlines()) == 4
    done = gatecast("forecast", "air.csv", "--config", "c.toml", "--h", 2, cwd=folder)
    assert len(done.stdout.splitlines()) == 3
    (folder / "c.toml").write_text("[forecast]\nhorizon = 3\n")
    done = gatecast("forecast", "air.csv", "--h", 2, "--config", "c.toml", cwd=folder, code=2)
    assert '"horizon" under [forecast], which is no option' in done.stderr
    (folder / "c.toml").write_text("h: 3")
    done = gatecast("forecast", "air.csv", "--h", 2, "--config", "c.toml", cwd=folder, code=2)
    assert "not a TOML file" in done.stderr


def test_levels_that_are_none_are_said(passengers):
    done = gatecast(
        "forecast", "air.csv", "--h", 2, "--level", "high", cwd=passengers.parent, code=2
    )
    assert "as in 80,95" in done.stderr


def test_the_doctor_tells_versions_and_checks_the_kernel(tmp_path):
    found = json.loads(gatecast("doctor", "--json", cwd=tmp_path).stdout)
    assert found["SIMD level"] in found["SIMD levels"]
    assert found["largest difference"] < 1e-12
    text = gatecast("doctor", cwd=tmp_path).stdout
    assert found["numpy"] in text
    assert "[stats]" in text


def test_errors_name_options_as_they_are_typed(passengers):
    asked = ("forecast", "air.csv", "--h", 2, "--target-col", "sales")
    done = gatecast(*asked, cwd=passengers.parent, code=4)
    assert done.stderr.startswith('gatecast: --target-col="sales" is not a column of air.csv')


def test_a_column_named_like_an_argument_is_shown_as_it_is(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("ds,look_back\n2024-01-01,many\n2024-01-02,few\n2024-01-03,none\n")
    done = gatecast(
        "forecast", "x.csv", "--h", 1, "--target-col", "look_back", cwd=tmp_path, code=5
    )
    assert '"look_back"' in done.stderr
    assert '"--look-back"' not in done.stderr


def test_columns_known_in_advance_come_from_a_file_of_their_own(tmp_path):
    days = pd.date_range("2024-01-01", periods=70, freq="D")
    frame = pd.DataFrame({"day": days, "sold": [50.0 + 9 * (i % 4 == 0) for i in range(70)]})
    frame["promo"] = [i % 4 == 0 for i in range(70)]
    frame[:60].to_csv(tmp_path / "shop.csv", index=False)
    frame[60:].drop(columns="sold").to_csv(tmp_path / "plan.csv", index=False)
    asked = ("forecast", "shop.csv", "--h", 5, "--target-col", "sold", "--futr-exog", "promo")
    done = gatecast(*asked, cwd=tmp_path, code=2)
    assert "--futr-file" in done.stderr
    plan = ("--futr-file", "plan.csv")
    done = gatecast(*asked, *plan, "--calendar", "--hidden", 4, "--save", "m", cwd=tmp_path)
    assert "future covariates, up to the end of the horizon: promo" in done.stderr.replace(
        "\n", " "
    )
    assert gatecast("predict", "m", *plan, cwd=tmp_path).stdout == done.stdout
    assert "futr_df" not in gatecast("predict", "m", cwd=tmp_path, code=2).stderr


@pytest.mark.slow
def test_a_plan_of_new_series_needs_none_of_those_of_the_fit(tmp_path):
    days = pd.date_range("2024-01-01", periods=45, freq="D")

    def shop(name):
        promo = [int(i % 4 == 0) for i in range(45)]
        return pd.DataFrame({"shop": name, "day": days, "promo": promo}).assign(
            sold=lambda f: 50.0 + 9 * f["promo"] + np.arange(45) % 3
        )

    fit, new = pd.concat([shop("a"), shop("b")]), shop("c")
    fit[fit["day"] < days[40]].to_csv(tmp_path / "fit.csv", index=False)
    fit[fit["day"] >= days[40]].drop(columns="sold").to_csv(tmp_path / "p.csv", index=False)
    new[:40].to_csv(tmp_path / "new.csv", index=False)
    new[40:].drop(columns="sold").to_csv(tmp_path / "plan.csv", index=False)
    options = ["--h", 5, "--target-col", "sold", "--futr-exog", "promo", "--preset", "fast"]
    options += ["--hidden", 4, "--futr-file", "p.csv", "--save", "m"]
    gatecast("forecast", "fit.csv", *options, cwd=tmp_path)
    done = gatecast("predict", "m", "new.csv", "--futr-file", "plan.csv", cwd=tmp_path)
    assert [line[:1] for line in done.stdout.splitlines()] == ["s", *"ccccc"]
    assert "were not in the fit" in done.stderr


def test_a_backtest_prints_the_leaderboard_and_the_verdict(passengers):
    folder = passengers.parent
    models = "LinearAutoregression,SeasonalNaive,Naive"
    asked = ("backtest", "air.csv", "--h", 12, "--models", models)
    done = gatecast(*asked, "-o", "all.csv", cwd=folder)
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[3:6]] == models.split(",")
    assert "Use LinearAutoregression" in done.stdout
    reference = "OWA is relative to SeasonalNaive, whose OWA is 1."
    assert reference in lines
    assert len(pd.read_csv(folder / "all.csv")) == 20 * 12
    page = (folder / "gatecast-backtest.html").read_text()
    assert page.startswith("<!DOCTYPE html>")
    assert "-glass" not in page  # no LSTM took part
    assert reference in page
    kept = (*asked, "--n-windows", 3, "--json", "--resume", "kept")
    again = gatecast(*kept, cwd=folder)
    found = json.loads(again.stdout)
    assert found["leaderboard"][0]["mase"] < 1 < found["leaderboard"][2]["mase"]
    assert found["notes"][0] == reference.removesuffix(".")
    assert found["messages"]["notes"][0]["id"] == "results.owa"
    assert "that may be chance (3 cutoffs" in found["verdict"]
    assert len(list((folder / "kept").iterdir())) == 9
    assert gatecast(*kept, cwd=folder).stdout == again.stdout
    unknown = gatecast("backtest", "air.csv", "--h", 2, "--models", "Prophet", cwd=folder, code=4)
    assert 'no model "Prophet"; there are LSTM, PretrainedLSTM' in unknown.stderr


def test_the_glass_box_of_a_backtest_says_what_it_said(passengers):
    folder = passengers.parent
    asked = ("backtest", "air.csv", "--h", 2, "--models", "LSTM,Naive", "--n-windows", 2)
    asked += ("--level", 80, "--hidden", 4, "--json", "--lang", "zh")
    found = json.loads(gatecast(*asked, cwd=folder).stdout)
    for page in (found["report"], found["glass"]):
        assert '<html lang="zh">' in (folder / page).read_text()
    assert found["glass"] == "gatecast-backtest-glass.html"
    assert 'href="./gatecast-backtest-glass.html"' in (folder / found["report"]).read_text()
    glass = html.unescape((folder / found["glass"]).read_text())
    assert f"{found['leaderboard'][0]['mae']:.4g}" in glass
    assert "Would more training help?" in glass
    assert "OWA is relative to Naive, whose OWA is 1." in glass
    assert "80 % interval" in glass  # its intervals are those that were asked for
    assert found["verdict"].split(". ")[0].removesuffix(".") in glass


def test_a_model_is_judged_beside_others_where_that_is_asked_for(tmp_path):
    frame = pd.DataFrame({"y": [5.0 + (i % 4) + 0.01 * i * i for i in range(30)]})
    frame.to_csv(tmp_path / "y.csv", index=False)
    model = LSTMForecaster(h=2, max_steps=5, n_networks=1, hidden=3, pretrained=False).fit(frame)
    model.save(tmp_path / "m")
    asked = ("explain", "m", "y.csv", "--json")
    plain = json.loads(gatecast(*asked, cwd=tmp_path).stdout)
    assert plain["leaderboard"] is None
    assert "hold-out" in plain["verdict"][0]
    assert "Has the loss settled?" in plain["training"]
    found = json.loads(gatecast(*asked, "--backtest", cwd=tmp_path).stdout)
    models = {row["model"] for row in found["leaderboard"]}
    assert {"LSTM", "LinearAutoregression", "Naive"} <= models
    assert found["verdict"][0].startswith("use ")
    assert "LinearAutoregression" in (tmp_path / found["report"]).read_text()


def test_a_glass_box_that_cannot_be_made_does_not_stop_a_forecast(tmp_path):
    rows = "".join(f"{i % 7}\n" for i in range(20_001))
    (tmp_path / "y.csv").write_text("y\n" + rows)
    done = gatecast("forecast", "y.csv", "--h", 1, "--look-back", 1, "--glass", cwd=tmp_path)
    assert "no glass box: 20,001 values are many" in done.stderr
    assert "-glass" not in (tmp_path / "gatecast-forecast.html").read_text()


def test_a_forecast_by_another_model(passengers):
    folder = passengers.parent
    done = gatecast("forecast", "air.csv", "--h", 3, "--model", "SeasonalNaive", cwd=folder)
    assert done.stdout.splitlines()[:2] == ["month,SeasonalNaive", "1961-01-01,417.0"]
    refused = gatecast(
        "forecast", "air.csv", "--h", 3, "--model", "Naive", "--save", "m", cwd=folder, code=2
    )
    assert "LSTM, PretrainedLSTM and Combination can be saved" in refused.stderr


def test_a_forecast_by_the_best(tmp_path):
    # a line with noise: a drift is best, and the naive forecast is not
    noise = np.random.default_rng(0).normal(0, 0.3, 26)
    years = pd.DataFrame({"year": range(1990, 2016), "sold": 3.0 * np.arange(26) + noise})
    years.to_csv(tmp_path / "years.csv", index=False)
    done = gatecast("forecast", "years.csv", "--h", 2, "--model", "best", cwd=tmp_path)
    header, first, _ = done.stdout.splitlines()
    assert header.split(",")[1] not in ("Naive", "SeasonalNaive")
    assert float(first.split(",")[1]) == pytest.approx(78.0, abs=1.5)
    assert f"se {header.split(',')[1]}" in done.stderr  # "use ..." or "Use ..."


def test_what_is_done_to_the_data_can_be_said(passengers):
    asked = ("forecast", "air.csv", "--h", 2, "--log", "box-cox", "--scale", "robust")
    done = gatecast(
        *asked, "--adjust-season", "no", "--clip-outliers", "--hidden", 4, cwd=passengers.parent
    )
    for words in ("the power", "median", "0 of 144 values are outliers, beyond"):
        assert words in done.stderr
    assert "a season of" not in done.stderr
    wrong = gatecast("forecast", "air.csv", "--h", 2, "--log", "2", cwd=passengers.parent, code=2)
    assert '--log="2" was requested' in wrong.stderr


def test_a_processor_level_that_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("GATECAST_SIMD", "avx9")
    done = gatecast("doctor", cwd=tmp_path, code=2, new=True)
    assert done.stderr.startswith("gatecast: GATECAST_SIMD=avx9 was requested; this machine has ")
    assert "portable" in done.stderr


@pytest.mark.parametrize(
    ("values", "digits", "texts"),
    [
        ([451.7893127, 0.0123456789, 12345678.91], 6, ["451.789", "0.0123457", "12345679.0"]),
        ([451.7893127, -0.5, 0.0], 3, ["452.0", "-0.5", "0.0"]),
        ([451.7893127441406, 1e-30, float("nan")], 17, ["451.7893127441406", "1e-30", ""]),
    ],
)
def test_forecasts_have_the_digits_they_deserve(values, digits, texts):
    ids = [1.23456789, 2.0, 3.0]
    frame = pd.DataFrame({"shop": ids, "t": ids, "LSTM": values, "LSTM-lo-99.5": values})
    table = rounded(frame, digits)
    assert [line.split(",")[2] for line in table.to_csv(index=False).splitlines()[1:]] == texts
    pd.testing.assert_series_equal(table["LSTM-lo-99.5"], table["LSTM"], check_names=False)
    assert table["shop"].tolist() == table["t"].tolist() == ids  # keys are no forecasts
    assert frame["LSTM"].tolist()[:2] == values[:2]


def test_every_setting_of_the_forecaster_is_an_option():
    assert {"h", *SETTINGS} == LSTMForecaster(1).get_params().keys()
    for name, setting in SETTINGS.items():
        flag = setting.option or "--" + name.replace("_", "-")
        for verb in ("forecast", "backtest", "tune"):
            assert any(flag in p.opts for p in verbs()[verb].params), (verb, flag)


def test_what_messages_call_arguments_are_options():
    there = {flag for verb in verbs().values() for p in verb.params for flag in p.opts}
    assert set(OPTIONS.values()) <= there


def test_settings_come_through_as_they_are_meant(passengers):
    small = ("--preset", "fast", "--hidden", 5, "--cell", "gru")
    small += ("--max-steps", 9, "--n-networks", 2)
    more = ("--season-length", "12,4", "--level", "80,92.5", "--adjust-season", "no", "--digits", 4)
    asked = ("forecast", "air.csv", "--h", 2, *small, *more, "--no-report")
    done = gatecast(*asked, cwd=passengers.parent)
    header, first, _ = done.stdout.splitlines()
    assert header == "month,LSTM,LSTM-lo-92.5,LSTM-lo-80,LSTM-hi-80,LSTM-hi-92.5"
    assert all(len(cell.replace(".", "")) <= 4 for cell in first.split(",")[1:])
    settings = json.loads(gatecast(*asked, "--json", cwd=passengers.parent).stdout)["settings"]
    wanted = {
        "preset": "fast",
        "hidden": 5,
        "cell": "gru",
        "max_steps": 9,
        "n_networks": 2,
        "layers": 1,
    }
    wanted |= {"season_length": [12, 4], "level": [80, 92.5], "adjust_season": False}
    assert wanted.items() <= settings.items()
    wrong = gatecast(*asked, "--season-length", "week", cwd=passengers.parent, code=2)
    assert "--season-length week was requested; give whole numbers" in wrong.stderr


def test_options_by_their_old_names_work_and_say_the_new_one(passengers):
    small = ("--preset", "fast", "--hidden", 3, "--no-report", "--json")
    asked = ("forecast", "air.csv", "--h", 2, *small)
    deprecated = ("--seeds", 2, "--updates", 4, "--target", "values")
    old = gatecast(*asked, *deprecated, cwd=passengers.parent)
    assert "--seeds is now called --n-networks" in old.stderr
    settings = json.loads(old.stdout)["settings"]
    wanted = {"n_networks": 2, "max_steps": 4, "difference": False}
    assert wanted.items() <= settings.items()
    (passengers.parent / "old.toml").write_text("[forecast]\nseeds = 2\nupdates = 4\n")
    again = gatecast(*asked, "--config", "old.toml", "--difference", "no", cwd=passengers.parent)
    assert json.loads(again.stdout)["settings"] == settings
    forecast = verbs()["forecast"]
    old_flags = {"--seeds", "--updates", "--target"}
    assert all(p.hidden for p in forecast.params if old_flags & {*p.opts})
