import signal
import sys
from dataclasses import dataclass, replace

import joblib
import numpy as np
import pandas as pd
import pytest
from helpers.command import python
from scipy import stats

import gatecast.evaluation.backtest as module
from gatecast import baselines
from gatecast.baselines import Drift, LinearAutoregression, Naive, SeasonalNaive, WindowAverage
from gatecast.data.panel import Panel
from gatecast.errors import DataError, NotFoundError, UsageError
from gatecast.evaluation import metrics
from gatecast.evaluation.backtest import backtest
from gatecast.forecaster import LSTMForecaster


def small(**settings):
    return LSTMForecaster(h=2, hidden=4, n_networks=1, max_steps=5, **settings)


def monthly(values, name=None, start="2020-01-01"):
    table = pd.DataFrame(
        {"ds": pd.date_range(start, periods=len(values), freq="MS"), "y": np.asarray(values, float)}
    )
    return table if name is None else table.assign(unique_id=name)


def walk(n=60, seed=0):
    rng = np.random.default_rng(seed)
    return 100 + rng.normal(size=n).cumsum() + 3 * np.sin(np.arange(n) * np.pi / 6)


def test_windows_by_hand():
    result = backtest([Naive(h=2), Drift(h=2)], monthly(range(10)), n_windows=3, season_length=1)
    table = result.forecasts
    assert list(table) == ["ds", "cutoff", "step", "y", "Naive", "Drift"]
    assert table["y"].tolist() == [4, 5, 6, 7, 8, 9]
    assert table["Naive"].tolist() == [3, 3, 5, 5, 7, 7]
    assert table["step"].tolist() == [1, 2] * 3
    assert [t.month for t in table["cutoff"]] == [4, 4, 6, 6, 8, 8]
    np.testing.assert_allclose(table["Drift"], table["y"])
    # naive is wrong by 1 and 2, and every training part changes by 1
    board = result.leaderboard()
    assert board["model"].tolist() == ["Drift", "Naive"]
    assert board["mase"].tolist() == pytest.approx([0, 1.5])
    assert board["owa"].tolist() == pytest.approx([0, 1])
    assert result.about_owa == "OWA is relative to Naive, whose OWA is 1"
    steps = result.score("step").set_index(["model", "step"])
    assert steps.loc[("Naive", 1), "mae"] == 1
    assert steps.loc[("Naive", 2), "mae"] == 2
    assert len(result.score("cutoff")) == 6
    assert result.scores["rmse"].tolist() == pytest.approx([np.sqrt(2.5), 0], abs=1e-9)


def test_a_gap_a_step_and_a_sliding_window_by_hand():
    result = backtest(
        {"average": WindowAverage(h=9, window_size=3), "line": Drift(h=9)},
        monthly(np.arange(12.0) ** 2), 2, n_windows=2, step_size=1, gap=1, window=3,
        season_length=1,
    )  # fmt: skip
    table = result.forecasts
    # cutoffs after 8 and 9 values; the gap's step is left out
    assert table["y"].tolist() == [81, 100, 100, 121]
    assert table["average"].tolist() == pytest.approx([110 / 3] * 2 + [149 / 3] * 2)
    assert table["line"].tolist() == [49 + 24, 49 + 36, 64 + 28, 64 + 42]
    assert result.lag == 3


def test_scores_are_those_of_the_metrics_on_the_training_part():
    y = walk()
    result = backtest(SeasonalNaive(h=6), monthly(y), n_windows=2)
    expected = np.mean(
        [
            metrics.mase(y[n : n + 6], np.resize(y[n - 12 : n], 6), y[:n], 12)
            for n in (48, 54)
        ]
    )  # fmt: skip
    assert result.leaderboard()["mase"].item() == pytest.approx(expected)


def test_a_cutoff_is_one_time_for_all_series_unless_times_are_numbers():
    early, late = monthly(range(20), "early"), monthly(range(20), "late", "2020-03-01")
    result = backtest(Naive(h=2), pd.concat([early, late]), n_windows=2, season_length=1)
    table = result.forecasts.sort_values("ds")
    assert set(table["unique_id"][table["cutoff"] == "2021-08-01"]) == {"late"}
    assert table.groupby("cutoff")["unique_id"].apply(list).tolist() == [
        ["early", "late", "early", "late"],
        ["late", "late"],
    ]
    numbers = [t.assign(ds=range(len(t))) for t in (early[:15], late)]
    table = backtest(Naive(h=2), pd.concat(numbers), n_windows=1, season_length=1).forecasts
    assert table["ds"].tolist() == [13, 14, 18, 19]


def two(values, other):
    return pd.concat([monthly(values, "a"), monthly(other, "b")])


MODELS = {
    "LSTM": small,
    "Naive": lambda: Naive(h=2),
    "SeasonalNaive": lambda: SeasonalNaive(h=2),
    "Drift": lambda: Drift(h=2),
    "WindowAverage": lambda: WindowAverage(h=2),
    "LinearAutoregression": lambda: LinearAutoregression(h=2),
    "SARIMA": lambda: baselines.SARIMA(h=2),
    "AutoARIMA": lambda: baselines.AutoARIMA(h=2),
    "AutoETS": lambda: baselines.AutoETS(h=2),
    "Theta": lambda: baselines.Theta(h=2),
}
STATISTICAL = ("SARIMA", "AutoARIMA", "AutoETS", "Theta")


def trap(make, keep=1, **settings):
    """Compare forecasts from one cutoff as they are, and with all that follows changed."""
    sides = []
    for poison in (None, 1e149, -7.0):
        tables = []
        for k in range(2):
            y = walk(48, k)
            y[34:37] = np.nan  # a gap that reaches over the cutoff after 36 values
            if poison is not None:
                y[37:] = poison if k else poison / 3
            tables.append(y)
        source = two(*tables).dropna()
        table = backtest(
            make(source), source, n_windows=5 + keep, step_size=2, **settings
        ).forecasts
        first = table[table["cutoff"] == "2022-12-01"]
        sides.append(first.drop(columns=["unique_id", "ds", "cutoff", "step", "y"]).to_numpy())
    assert sides[0].shape[0] == 2  # of two steps the first is in the gap
    return all(np.array_equal(sides[0], side) for side in sides[1:])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value encountered")
@pytest.mark.parametrize("name", MODELS)
def test_nothing_after_the_cutoff_moves_a_forecast(name, monkeypatch):
    if name in STATISTICAL:
        pytest.importorskip("statsforecast", reason="needs the extra [stats]")
    only_first(monkeypatch)
    assert trap(lambda _: MODELS[name]())


@pytest.mark.slow
def test_nothing_after_the_cutoff_moves_a_forecast_that_was_updated(monkeypatch):
    only_first(monkeypatch, 3)
    assert trap(lambda _: small(), keep=3, refit=False)
    assert trap(lambda _: small(), keep=3, refit=2, window=20)


def only_first(monkeypatch, keep=1):
    """Leave the later windows out, whose training parts are poisoned on purpose."""
    whole = module.windows_at
    monkeypatch.setattr(module, "windows_at", lambda *arguments: whole(*arguments)[:keep])


@dataclass
class Peeking(Naive):
    """Scales by the largest value of the whole table, as a scaler fitted before the split does."""

    largest: float = 1.0

    def _forecast(self, values, season):
        return super()._forecast(values, season) / self.largest


def test_a_leaking_model_is_caught_by_the_trap(monkeypatch):
    only_first(monkeypatch)
    assert not trap(lambda source: Peeking(h=2, largest=source["y"].max()))
    assert trap(lambda _: Peeking(h=2, largest=200.0))


def test_a_leaking_line_through_a_gap_is_caught_by_the_trap(monkeypatch):
    only_first(monkeypatch)
    honest = Panel.cut

    def leaking(panel, which, cuts):
        train = honest(panel, which, cuts)
        parts = [panel[i].values[:cut] for i, cut in zip(which, cuts)]
        return replace(train, values=np.concatenate(parts))

    monkeypatch.setattr(Panel, "cut", leaking)
    assert not trap(lambda _: Naive(h=2))


@pytest.mark.slow
@pytest.mark.parametrize("refit", [True, False, 2])
def test_between_fits_the_forecaster_is_updated_and_learns_nothing(refit):
    source = monthly(walk(40))
    table = backtest(small(), source, n_windows=4, refit=refit).forecasts
    fits = {True: [32, 34, 36, 38], False: [32] * 4, 2: [32, 32, 36, 36]}[refit]
    for known, fit, (_, rows) in zip([32, 34, 36, 38], fits, table.groupby("cutoff")):
        model = small().fit(source[:fit])
        if known > fit:
            model.update(source[fit:known])
        # a state is carried where a fit walks all the way: equal up to rounding
        np.testing.assert_allclose(rows["LSTM"], model.predict()["LSTM"], rtol=1e-5)


@pytest.mark.slow
def test_the_same_numbers_in_any_order_and_after_an_interruption(tmp_path):
    source = two(walk(40), walk(40, 1))
    models = [small(level=[80]), Naive(h=2), LinearAutoregression(h=2)]
    told = []
    one = backtest(models, source, n_windows=3, progress=lambda *at: told.append(at))
    assert told[0] == (1, 9)
    assert told[-1] == (9, 9)
    many = backtest(models[::-1], source, n_windows=3, n_jobs=2).forecasts
    pd.testing.assert_frame_equal(one.forecasts, many[list(one.forecasts)], check_exact=True)
    with joblib.parallel_config(backend="threading", n_jobs=3):
        threads = backtest(models, source, n_windows=3).forecasts
    pd.testing.assert_frame_equal(one.forecasts, threads, check_exact=True)

    def stop(done, total):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backtest(models, source, n_windows=3, resume=tmp_path / "kept", progress=stop)
    files = sorted((tmp_path / "kept").iterdir())
    assert len(files) == 4
    files[0].write_bytes(files[0].read_bytes()[:-40])  # damaged: computed again
    before = {f: f.stat().st_mtime_ns for f in files[1:]}
    again = backtest(models, source, n_windows=3, resume=tmp_path / "kept")
    pd.testing.assert_frame_equal(one.forecasts, again.forecasts, check_exact=True)
    assert {f: f.stat().st_mtime_ns for f in files[1:]} == before
    assert len(list((tmp_path / "kept").iterdir())) == 9
    other = source.assign(y=source["y"] + 1)
    moved = backtest(Naive(h=2), other, n_windows=3, resume=tmp_path / "kept").forecasts
    np.testing.assert_array_equal(moved["Naive"], one.forecasts["Naive"] + 1)


def test_what_is_kept_of_other_data_versions_or_classes_is_computed_again(tmp_path, monkeypatch):
    y = np.tile([3.0, 0.0, 0.0, 0.0], 10)
    times = pd.date_range("2024-01-01", periods=40, tz="Europe/Berlin")
    known = pd.DataFrame({"ds": times, "y": y})
    gaps = known.assign(y=known["y"].where(np.arange(40) % 8 != 2))  # lines fill them with 0

    def kept(table, model=Naive):
        backtest(model(h=2), table, n_windows=2, resume=tmp_path)
        return len(list(tmp_path.iterdir()))

    assert kept(gaps) == kept(gaps) == 2
    assert kept(known) == 4
    assert kept(known.assign(ds=times.tz_localize(None))) == 6
    assert kept(known, type("Naive", (Naive,), {"__module__": "elsewhere"})) == 8
    monkeypatch.setattr("gatecast.evaluation.backtest.__version__", "another")
    assert kept(known) == 10


KILLED = """
import os, signal, sys
from gatecast import LSTMForecaster, LinearAutoregression, backtest

def progress(done, total):
    if done >= 3:  # a fit and its update are told together, so after four
        os.kill(os.getpid(), signal.SIGKILL)

models = [LSTMForecaster(h=2, hidden=4, n_networks=1, max_steps=5), LinearAutoregression(h=2)]
backtest(models, sys.argv[1], n_windows=4, refit=2, resume=sys.argv[2], progress=progress)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_backtest_goes_on_where_it_was(tmp_path, monkeypatch):
    source = monthly(walk(40))
    source.to_csv(tmp_path / "data.csv", index=False)
    models = [small(), LinearAutoregression(h=2)]
    table, kept = str(tmp_path / "data.csv"), tmp_path / "kept"
    whole = backtest(models, table, n_windows=4, refit=2).forecasts
    ended = python(KILLED, table, kept)
    assert ended.returncode == -signal.SIGKILL
    assert len(list(kept.iterdir())) == 4
    fits = []
    fit = LSTMForecaster.fit
    monkeypatch.setattr(LSTMForecaster, "fit", lambda *a, **k: fits.append(1) or fit(*a, **k))
    again = backtest(models, table, n_windows=4, refit=2, resume=kept).forecasts
    assert not fits  # the network's four windows were kept
    pd.testing.assert_frame_equal(whole, again, check_exact=True)


@pytest.mark.slow
def test_intervals_of_all_models_are_scored():
    result = backtest([small(), Naive(h=2)], monthly(walk(40)), n_windows=2, level=[80])
    assert list(result.forecasts)[4:] == [
        f"{name}{end}" for name in ("LSTM", "Naive") for end in ("", "-lo-80", "-hi-80")
    ]
    board = result.leaderboard().set_index("model")
    assert 0 <= board.loc["LSTM", "coverage-80"] <= 100
    assert board["crps"].notna().all()


@pytest.mark.slow
def test_a_clear_winner_is_significant_and_a_tie_is_not():
    rng = np.random.default_rng(3)
    y = np.zeros(400)
    for t in range(1, 400):
        y[t] = 0.2 * y[t - 1] + rng.normal()
    source = pd.DataFrame({"ds": range(400), "y": y})
    models = {
        "line": LinearAutoregression(h=1, look_back=8),
        "wider": LinearAutoregression(h=1, look_back=9),
        "Naive": Naive(h=1),
    }
    result = backtest(models, source, n_windows=120)
    table = result.significance("line").set_index("model")
    assert table.loc["Naive", "p"] < 0.01
    assert table.loc["Naive", "low"] > 0
    assert table.loc["wider", "p"] > 0.05
    assert table.loc["Naive", "n"] == 120
    loss = result.losses()
    np.testing.assert_allclose(loss["Naive"], np.abs(np.diff(y))[-120:])
    with pytest.raises(NotFoundError, match='no model "other"; there are line, wider and Naive'):
        result.significance("other")
    with pytest.raises(DataError, match="there is one"):
        result.ranks()


def test_ranks_are_over_series():
    tables = [monthly(np.arange(30.0) * (k + 1), f"s{k}") for k in range(6)]
    result = backtest([Naive(h=2), Drift(h=2)], pd.concat(tables), n_windows=2, season_length=1)
    ranks = result.ranks()
    assert ranks.models == ("Drift", "Naive")
    assert ranks.ranks == (1.0, 2.0)
    assert ranks.n == 6
    # a series that never changed has no scale, but has ranks; and it is left out of the losses
    tables.append(monthly(np.ones(30), "flat"))
    with pytest.warns(UserWarning, match="undefined for 4 of 28 forecasts"):
        flat = backtest([Naive(h=2), Drift(h=2)], pd.concat(tables), n_windows=2, season_length=1)
    assert flat.ranks().ranks == (7.5 / 7, 13.5 / 7)
    pd.testing.assert_frame_equal(flat.losses(), result.losses())


def test_a_single_window_cannot_be_tested_and_says_so():
    result = backtest([Naive(h=2), Drift(h=2)], monthly(walk(30)), n_windows=1)
    with pytest.warns(UserWarning, match="1 cutoffs, and more than 1 are needed") as told:
        assert result.significance()["p"].isna().all()
    assert told[0].filename == __file__
    with pytest.warns(UserWarning, match="MASE and RMSSE are undefined for 4 of 4") as told:
        flat = backtest([Naive(h=2)], monthly(np.ones(30)), n_windows=2)
    assert told[0].filename == __file__
    with pytest.warns(UserWarning, match="OWA is undefined: the reference has no error"):
        board = flat.leaderboard()
    assert board[["mase", "owa"]].isna().all(axis=None)
    assert board["mae"].item() == 0


def test_what_cannot_work_is_refused_in_a_sentence(tmp_path):
    y = monthly(range(10))
    with pytest.raises(UsageError, match="two models are named Naive"):
        backtest([Naive(h=2), Naive(h=2)], y)
    with pytest.raises(UsageError, match=r"the horizons \[1, 2\]: give h"):
        backtest([Naive(h=2), Drift(h=1)], y)
    with pytest.raises(UsageError, match="no models"):
        backtest([], y)
    with pytest.raises(UsageError, match=r"float has no fit\(\)"):
        backtest(3.0, y)
    with pytest.raises(UsageError, match="n_windows=0"):
        backtest(Naive(h=2), y, n_windows=0)
    with pytest.raises(UsageError, match="refit=-1"):
        backtest(Naive(h=2), y, refit=-1)
    with pytest.raises(UsageError, match="gap=-1"):
        backtest(Naive(h=2), y, gap=-1)
    with pytest.raises(DataError, match=r"has 10 values; 5 windows .* need at least 11"):
        backtest(Naive(h=2), y)
    with pytest.raises(
        DataError, match=r'cutoff 2020-06-01, without the values after it: series "y" has 6'
    ):
        backtest(SeasonalNaive(h=2), y, n_windows=2)
    with pytest.raises(UsageError, match='by="week" was requested'):
        backtest(Naive(h=2), y, n_windows=2, season_length=1).score("week")
    with pytest.raises(UsageError, match='a model is named "y", as a column is'):
        backtest({"y": Naive(h=2)}, y)
    with pytest.raises(UsageError, match='the table has a column "step"'):
        backtest(Naive(h=2), y.rename(columns={"ds": "step"}))
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot keep results in"):
        backtest(Naive(h=2), y, n_windows=2, resume=tmp_path / "file")


@pytest.mark.slow
def test_columns_known_in_advance_are_known_at_every_cutoff_and_no_others():
    rng = np.random.default_rng(0)
    promo = (rng.random(120) < 0.3) * 1.0
    table = monthly(50 + 10 * promo + rng.normal(size=120)).assign(promo=promo, price=promo + 1)
    model = LSTMForecaster(
        h=2, hidden=8, n_networks=1, max_steps=200, season_length=1,
        futr_exog_list=["promo"], hist_exog_list=["price"],
    )  # fmt: skip
    seeing = backtest({"seeing": model, "mean": WindowAverage(h=2, window_size=40)}, table, h=2)
    board = seeing.leaderboard().set_index("model")
    assert board.loc["seeing", "mae"] < 0.6 * board.loc["mean", "mae"]
    later = table.assign(price=np.where(np.arange(120) >= 110, 1e9, table["price"]))
    again = backtest({"seeing": model}, later, h=2)
    np.testing.assert_array_equal(seeing.forecasts["seeing"][:2], again.forecasts["seeing"][:2])


@pytest.mark.slow
def test_many_series_are_compared_one_by_one():
    rng = np.random.default_rng(0)
    table = pd.concat(monthly(rng.normal(size=30).cumsum() + 50, f"s{i}") for i in range(25))
    found = backtest([Naive(h=1), WindowAverage(h=1, window_size=12)], table, n_windows=2)
    row = found.significance("Naive", over="series").iloc[0]
    assert row["n"] == 25
    assert row["p"] < 0.01
    losses = found.losses(over="series")
    expected = stats.ttest_rel(losses["WindowAverage"], losses["Naive"])
    assert row["p"] == pytest.approx(expected.pvalue)
    assert len(found.losses(over="steps")) == 1
    with pytest.raises(UsageError, match="cutoffs"):
        backtest([Naive(h=1)], monthly(walk()), n_windows=2).losses(over="series")


def test_a_model_that_fails_is_left_out_where_that_is_asked_for():
    table = monthly(walk(40))
    models = [Naive(h=1), SeasonalNaive(h=1, season_length=39)]
    with pytest.raises(DataError, match="SeasonalNaive at the cutoff"):
        backtest(models, table, n_windows=2)
    found = backtest(models, table, n_windows=2, leave_out=True)
    assert found.models == ("Naive",)
    assert any(note.startswith("SeasonalNaive is left out: ") for note in found.notes)
    assert any("times are" in note for note in found.notes)
    with pytest.raises(DataError, match="no model could forecast"):
        backtest(models[1:], table, n_windows=2, leave_out=True)
