"""Golden forecasts: what every kind of model forecast when they were recorded.

A change that only moves code leaves them as they are. A change that repairs something records them
again with ``python tests/golden/test_golden.py`` and says by how much they moved.
"""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import gatecast as gc
from gatecast.datasets import air_passengers, lynx, noisy_sine, sunspots
from gatecast.kernel.native import simd_level

pytestmark = pytest.mark.slow

#: Shares of the pretrained network come from differences of its outputs over a step of 0.01, which
#: magnify how a processor of another width rounds.
OTHERWISE = {("pretrained_member", "shares"): 0.05}
RECORDED = Path(__file__).with_name("forecasts.npz")


def panel(lengths, season=12, freq="MS", seed=0, trend=0.3, noise=0.6):
    """Related positive series with a common season, each with a random level of its own."""
    rng = np.random.default_rng(seed)
    parts = []
    for i, n in enumerate(lengths):
        t = np.arange(n)
        wave = np.sin(2 * np.pi * (t + i % 3) / season)
        level = 20 + 5 * rng.random() + trend * rng.normal(0, noise, n).cumsum()
        y = level + 3 * wave + rng.normal(0, noise, n)
        times = pd.date_range("2020-01-01", periods=n, freq=freq) if freq else t
        parts.append(pd.DataFrame({"unique_id": f"s{i:02}", "ds": times, "y": y}))
    return pd.concat(parts, ignore_index=True)


def network(**settings):
    """A forecaster whose own networks forecast."""
    return gc.LSTMForecaster(pretrained=False, **settings)


def values_of(frame):
    """All columns of numbers but ids and times."""
    return frame.select_dtypes("number").drop(columns=["ds"], errors="ignore").to_numpy(float)


def single_season(_):
    """One short series: logarithms, a season, intervals, the number of steps chosen."""
    model = network(h=12, level=[80, 95], hidden=8, preset="fast")
    model.fit(air_passengers())
    paths = model.simulate(n_paths=3)
    return {
        "predict": values_of(model.predict()),
        "insample": values_of(model.predict_insample(step_size=7)),
        "simulate": values_of(paths),
        "losses": np.concatenate(model.losses_),
    }


def single_found_season(_):
    """One long series whose season and length are found; a linear map is tried."""
    model = network(h=10, hidden=6, max_steps=60, n_networks=2)
    model.fit(noisy_sine()[:1500])
    return {"predict": values_of(model.predict())}


def single_walk(_):
    """One series without a season, as numbers; box-cox, outliers and a robust scale."""
    model = network(
        h=4, level=[90], hidden=5, max_steps=50, n_networks=1, log="box-cox", clip_outliers=True,
        scale="robust", loss="huber",
    )  # fmt: skip
    model.fit(lynx())
    return {"predict": values_of(model.predict())}


def panel_short(_):
    """Thirty short series: the treatment of the season is chosen at two origins."""
    model = network(h=6, level=[80], hidden=8, max_steps=75, n_networks=2)
    model.fit(panel([48] * 30))
    return {"predict": values_of(model.predict())}


def panel_uneven(_):
    """Sixty series of many lengths, with zeros, constants and values below zero."""
    frame = panel([8 + 3 * (i % 17) for i in range(60)], season=7, freq="D", seed=1)
    y = frame["y"].to_numpy().copy()
    codes = frame["unique_id"].str[1:].astype(int).to_numpy()
    y = np.where(codes % 5 == 0, np.maximum(np.round(y - 21), 0), y)
    y = np.where(codes % 11 == 3, y - 22, y)
    y = np.where(codes == 7, 4.0, y)
    model = network(h=5, hidden=6, max_steps=50, n_networks=1, clip_outliers=True)
    model.fit(frame.assign(y=y))
    return {"predict": values_of(model.predict()), "insample": values_of(model.predict_insample(9))}


def panel_long(_):
    """Twenty-one long series with a day and a week: a linear map and the seasonal naive."""
    frame = panel([620 + 5 * (i % 2) for i in range(21)], season=24, freq="h", seed=2)
    week = pd.DatetimeIndex(frame["ds"]).dayofweek >= 5
    model = network(h=12, level=[80], hidden=6, max_steps=50, n_networks=1)
    model.fit(frame.assign(y=frame["y"] + 2.0 * week))
    return {"predict": values_of(model.predict())}


def few_series(_):
    """Three series of two kinds of season, stacked and dilated layers, levels learnt."""
    model = network(
        h=3, hidden=4, layers=2, dilation=2, residual=True, dropout=0.1, max_steps=50, n_networks=1,
        season_length=(4, 12), difference=False, scale="standard", batch_size=16,
        schedule="one_cycle",
    )  # fmt: skip
    model.fit(panel([80, 95, 95], freq="QS", season=4))
    return {"predict": values_of(model.predict())}


def covariates(folder):
    """Covariates of all three kinds and the calendar; saved, loaded and advanced."""
    frame = panel([70, 64, 70], season=7, freq="D", seed=3)
    rng = np.random.default_rng(4)
    frame["price"] = rng.normal(3, 1, len(frame))
    frame["promotion"] = (rng.random(len(frame)) < 0.2) * 1.0
    frame["weather"] = rng.choice(["wet", "dry", "snow"], len(frame))
    frame["size"] = frame["unique_id"].map({"s00": 1.0, "s01": 5.0, "s02": 2.0})
    frame["y"] += 4 * frame["promotion"]
    known = frame.groupby("unique_id").head(60)
    later = frame.drop(known.index)
    model = network(
        h=4, level=[80], hidden=6, max_steps=50, n_networks=2, calendar=True, cell="gru",
        hist_exog_list=["price", "weather"], futr_exog_list=["promotion"], stat_exog_list=["size"],
    )  # fmt: skip
    model.fit(known)
    before = model.predict(futr_df=later)
    insample = model.predict_insample(11)
    model.save(folder / "covariates.gatecast")
    loaded = gc.load(folder / "covariates.gatecast")
    loaded.update(later.groupby("unique_id").head(3))
    rest = later.drop(later.groupby("unique_id").head(3).index)
    rest = pd.concat([rest] + [
        part.tail(1).assign(ds=part["ds"].iloc[-1] + pd.to_timedelta(np.arange(1, 5), unit="D")[k])
        for k in range(4) for _, part in rest.groupby("unique_id")
    ])  # fmt: skip
    return {
        "predict": values_of(before),
        "insample": values_of(insample),
        "updated": values_of(loaded.predict(futr_df=rest)),
    }


def windows(folder):
    """Windows of their own for each forecast; saved, loaded and advanced by an array."""
    frame = panel([60, 52], season=7, freq="D", seed=5)
    model = network(h=3, level=[90], hidden=5, max_steps=50, n_networks=1, look_back=9)
    model.fit(frame)
    model.save(folder / "windows.gatecast")
    loaded = gc.load(folder / "windows.gatecast").update(np.full((2, 2), 21.0))
    return {
        "predict": values_of(model.predict()),
        "insample": values_of(model.predict_insample(5)),
        "updated": values_of(loaded.predict()),
    }


def updated(folder):
    """A panel that is saved, loaded, and advanced for some of its series."""
    frame = panel([50] * 24, seed=6)
    known = frame.groupby("unique_id").head(45)
    model = network(h=4, level=[80], hidden=6, max_steps=50, n_networks=1).fit(known)
    model.save(folder / "panel.gatecast")
    loaded = gc.load(folder / "panel.gatecast")
    later = frame.drop(known.index)
    loaded.update(later[later["unique_id"] < "s10"])
    return {"predict": values_of(model.predict()), "updated": values_of(loaded.predict())}


def backtested(_):
    """A backtest, with and without new training at each origin."""
    models = {
        "LSTM": network(h=6, hidden=5, max_steps=50, n_networks=1),
        "naive": gc.SeasonalNaive(h=6),
    }
    found = {}
    for refit in (True, False):
        result = gc.backtest(
            models, panel([60] * 4, seed=7), n_windows=3, step_size=3, refit=refit, level=[80]
        )
        # when they were recorded the naive forecast had no intervals
        found[f"refit {refit}"] = values_of(result.forecasts.filter(regex="^(?!naive-)"))
    return found


def explained(_):
    """What is seen inside: gates, and the shares of a forecast among the past steps."""
    model = network(h=3, hidden=4, max_steps=50, n_networks=2).fit(sunspots()[-300:])
    shares = gc.attribution(model, steps=8, look_back=30)
    gates = gc.gates(model)
    return {"shares": values_of(shares.drop(columns="error")), "gates": values_of(gates)[::7]}


def pretrained_member(folder):
    """The pretrained network in the place of a benchmark; saved, loaded, advanced and explained."""
    series = air_passengers()
    model = gc.LSTMForecaster(h=6, level=[80, 95], hidden=5, max_steps=50, n_networks=1)
    model.fit(series[:132])
    model.save(folder / "member.gatecast")
    loaded = gc.load(folder / "member.gatecast").update(series[132:])
    related = gc.LSTMForecaster(h=6, hidden=5, max_steps=50, n_networks=1)
    return {
        "predict": values_of(model.predict()),
        "insample": values_of(model.predict_insample(11)),
        "updated": values_of(loaded.predict()),
        "related": values_of(related.fit(panel([48] * 24, seed=8)).predict()),
        "shares": values_of(gc.attribution(model, step=2).drop(columns="error")),
    }


CASES = [
    single_season, single_found_season, single_walk, panel_short, panel_uneven, panel_long,
    few_series, covariates, windows, updated, backtested, explained, pretrained_member,
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_forecasts_are_the_recorded_ones(case, tmp_path):
    found = case(tmp_path)
    with np.load(RECORDED) as recorded:
        # of the usual size of a column; a processor of another width rounds in another order
        same = str(recorded["simd"]) == simd_level()
        names = {
            name.split(" / ")[1] for name in recorded if name.startswith(f"{case.__name__} / ")
        }
        assert set(found) == names
        for name, values in found.items():
            expected = recorded[f"{case.__name__} / {name}"]
            size = np.abs(np.nan_to_num(expected)).mean(axis=0) + 1e-12
            tolerance = 1e-6 if same else OTHERWISE.get((case.__name__, name), 1e-4)
            np.testing.assert_allclose(
                values / size, expected / size, rtol=0, atol=tolerance, err_msg=name
            )


def record(path):
    """Run all cases and keep what they give."""
    with tempfile.TemporaryDirectory() as folder:
        found = {
            f"{case.__name__} / {name}": values
            for case in CASES
            for name, values in case(Path(folder)).items()
        }
    np.savez_compressed(path, simd=simd_level(), **found)


if __name__ == "__main__":
    record(RECORDED)
