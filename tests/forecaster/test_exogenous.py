"""Columns besides the series: what is known, what it is worth, and what does not leak."""

import numpy as np
import pandas as pd
import pytest

import gatecast
from gatecast.errors import DataError, NotFoundError, UsageError
from gatecast.forecaster import LSTMForecaster
from gatecast.forecaster.benchmarks.benchmark import Outlook

QUICK = {"max_steps": 40, "n_networks": 1, "hidden": 8, "pretrained": False}


def promoted(n=240, seed=0):
    """Sales that rise by 10 on days that a plan names, and are noise of deviation 1 otherwise."""
    rng = np.random.default_rng(seed)
    promo = (rng.random(n) < 0.3).astype(float)
    return pd.DataFrame(
        {
            "ds": pd.date_range("2024-01-01", periods=n, freq="D"),
            "y": 50 + 10 * promo + rng.normal(0, 1, n),
            "promo": promo,
            "price": 5 - promo,
            "weather": rng.choice(["sun", "rain"], n),
        }
    )


def shops():
    return pd.concat(
        promoted(120, seed).assign(shop=name, region=region, size=size)
        for seed, (name, region, size) in enumerate(
            [("a", "north", 100.0), ("b", "south", 250.0), ("c", "north", 80.0)]
        )
    )


@pytest.mark.slow
def test_a_linear_plan_is_forecast_to_the_noise_by_any_seed():
    rng = np.random.default_rng(1)
    price = 1.4 + 0.1 * rng.normal(size=214)
    y = 1000 - 300 * price + 3 * rng.normal(size=214)
    frame = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=214), "y": y, "price": price})
    for seed in range(3):
        model = LSTMForecaster(h=14, futr_exog_list=["price"], random_state=seed, max_steps=150)
        forecast = model.fit(frame[:200]).predict(futr_df=frame[200:].drop(columns="y"))
        # the mean absolute value of the noise is 2.4, and of what the price does 24
        assert np.abs(forecast["LSTM"].to_numpy() - y[200:]).mean() < 3.5


@pytest.mark.slow
def test_a_plan_that_is_known_in_advance_brings_the_error_down_to_the_noise():
    frame = promoted()
    known, future = frame[:-14], frame[-14:]
    settings = {"h": 14, "season_length": 1, "n_networks": 1, "max_steps": 500, "pretrained": False}
    blind = LSTMForecaster(**settings).fit(known).predict()["LSTM"]
    model = LSTMForecaster(**settings, futr_exog_list=["promo"]).fit(known)
    seeing = model.predict(futr_df=future.drop(columns="y"))
    assert list(seeing.columns) == ["ds", "LSTM"]
    error = np.abs(seeing["LSTM"].to_numpy() - future["y"].to_numpy()).mean()
    # the mean absolute value of the noise is 0.8; without the plan it is that of a coin, above 4
    assert error < 1.6 < 3.0 < np.abs(blind.to_numpy() - future["y"].to_numpy()).mean()
    assert "future covariates, up to the end of the horizon: promo" in model.decisions()


@pytest.mark.slow
def test_one_step_ahead_a_leading_column_is_used():
    rng = np.random.default_rng(0)
    ahead = rng.normal(0, 1, 601)
    frame = pd.DataFrame({"ds": range(600), "y": ahead[:-1] * 5 + rng.normal(0, 0.5, 600)})
    frame["leads"] = ahead[1:]
    settings = {"h": 1, "season_length": 1, "n_networks": 1, "max_steps": 500}
    model = LSTMForecaster(**settings, hist_exog_list=["leads"]).fit(frame[:500])
    errors = []
    for i in range(500, 600):
        errors.append(model.predict()["LSTM"].iloc[0] - frame["y"].iloc[i])
        model.update(frame[i : i + 1])
    assert np.std(errors) < 1.0  # the noise is 0.5, the series 5


OPTIONS = {
    "hist": {"hist_exog_list": ["price", "weather"]},
    "futr": {"futr_exog_list": ["promo", "weather"]},
    "all": {
        "hist_exog_list": ["price"],
        "futr_exog_list": ["promo"],
        "stat_exog_list": ["region", "size"],
        "calendar": True,
    },
    "level": {"futr_exog_list": ["weather"], "level": [80]},
    "windows": {"look_back": 12},
    "windows that see ahead": {"look_back": 12, "futr_exog_list": ["promo"], "level": [80]},
    "gru": {"futr_exog_list": ["promo"], "calendar": True, "cell": "gru", "layers": 2},
}


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_update_is_a_run_over_the_whole_again(options, tmp_path):
    frame = shops()
    days = np.sort(frame["ds"].unique())
    futr_df = frame[frame["ds"] > days[109]] if "futr_exog_list" in options else None
    model = LSTMForecaster(h=5, **QUICK, **options)
    model.fit(frame[frame["ds"] <= days[99]], id_col="shop", target_col="y")
    assert len(model.predict_insample()) == 3 * 95 * 5
    model.save(tmp_path / "model")
    loaded = gatecast.load(tmp_path / "model")
    for day in days[100:110]:  # one step at a time, and all at once
        model.update(frame[frame["ds"] == day])
    loaded.update(frame[(frame["ds"] > days[99]) & (frame["ds"] <= days[109])])
    stepwise, at_once = model.predict(futr_df=futr_df), loaded.predict(futr_df=futr_df)
    columns = [c for c in stepwise.columns if c.startswith("LSTM")]
    np.testing.assert_allclose(stepwise[columns], at_once[columns], rtol=1e-5)

    from_start = walked_from_the_start(model, frame[frame["ds"] <= days[114]], days)
    np.testing.assert_allclose(stepwise["LSTM"].to_numpy().reshape(3, 5), from_start, rtol=1e-4)


def walked_from_the_start(model, frame, days):
    """What the model's networks say at day 109 when they walk along everything at once."""
    from dataclasses import replace

    from gatecast.data.reading import read_panel
    from gatecast.forecaster.additive.columns import encoded_columns

    panel = read_panel(
        frame, id_col="shop", target_col="y", extra_cols=model.fitted_.covariates.columns
    )
    fitted, found = model.fitted_, []
    seen, added = fitted.covariates.inputs(panel), np.zeros(len(panel.values))
    if fitted.additive is not None:
        added = fitted.additive.along(panel, encoded_columns(panel, fitted.covariates))
        panel = replace(panel, values=fitted.additive.take_off(panel.values, added))
    for i, series in enumerate(panel):
        values = model.transforms_[i].transform(series.values)[np.newaxis]
        x, scales = fitted.state.anew(1).advance(values)
        part = seen[panel.offsets[i] : panel.offsets[i + 1]]
        x = np.concatenate([x, part[np.newaxis]], axis=-1)[:, :110]
        if model.look_back is not None:
            x = x[:, -model.look_back :]
        said = [network.run(x)[0][:, -1] for network in model.networks_]
        straight = fitted.benchmark.forecast_all(values[0, :110])[-1:]
        median, _ = fitted.combine(said, scales[:, 109], Outlook(straight))
        base = values[0, 109] if model.difference_ else 0.0
        own = model.transforms_[i].inverse_transform(median[0] + base, 110)
        if fitted.additive is not None:
            own = fitted.additive.put_back(own, added[panel.offsets[i] + 110 :][: len(own)])
        found.append(own)
    return np.array(found)


def test_nothing_after_the_cutoff_reaches_scales_names_or_forecast():
    frame = promoted(150)
    poisoned = frame.copy()
    poisoned.loc[100:, ["y", "price", "promo"]] = 1e30
    poisoned.loc[100:, "weather"] = "snow"
    options = {"hist_exog_list": ["price", "weather"], "futr_exog_list": ["promo"]}
    future = frame[100:105]
    one, two = (
        LSTMForecaster(h=5, **QUICK, **options).fit(table[:100]).predict(futr_df=future)
        for table in (frame, poisoned)
    )
    np.testing.assert_array_equal(one["LSTM"], two["LSTM"])


def test_what_is_held_back_reaches_no_scale_of_what_is_measured():
    from gatecast.data.reading import read_panel
    from gatecast.forecaster.inputs.covariates import Covariates

    frame = promoted(100)
    later = frame.assign(price=np.where(frame.index >= 80, 1e9, frame["price"]))
    found = [
        Covariates.fit(read_panel(f, target_col="y", extra_cols=["price"]), np.array([80]), 5,
                      ["price"])
        for f in (frame, later)
    ]  # fmt: skip
    np.testing.assert_array_equal(found[0].means, found[1].means)
    np.testing.assert_array_equal(found[0].deviations, found[1].deviations)


def test_calendar_of_a_day_a_week_and_a_year():
    from gatecast.forecaster.inputs.covariates import _calendar

    times = np.array(["2024-01-01T00", "2024-01-01T06", "2024-07-02T00"], "datetime64[us]")
    day, week, year = (_calendar(times)[:, i] for i in range(3))
    np.testing.assert_allclose(day, [0, 1, 0], atol=1e-12)
    np.testing.assert_allclose(week[0], 0, atol=1e-12)  # a Monday
    np.testing.assert_allclose(week[2], np.sin(2 * np.pi / 7))  # a Tuesday
    np.testing.assert_allclose(year[2], np.sin(2 * np.pi * 183 / 366), atol=1e-12)


def test_columns_come_from_files_too(tmp_path):
    frame = promoted(80)
    frame[:70].to_csv(tmp_path / "known.csv", index=False, sep=";", decimal=",")
    frame[70:].drop(columns="y").to_csv(tmp_path / "plan.csv", index=False)
    options = {"futr_exog_list": ["promo", "weather"], "hist_exog_list": ["price"]}
    model = LSTMForecaster(h=5, **QUICK, **options)
    from_file = model.fit(tmp_path / "known.csv", target_col="y").predict(
        futr_df=tmp_path / "plan.csv"
    )
    model = LSTMForecaster(h=5, **QUICK, **options).fit(frame[:70])
    np.testing.assert_array_equal(from_file["LSTM"], model.predict(futr_df=frame[70:])["LSTM"])


def test_a_cell_that_is_missing_is_the_one_before_and_it_is_said():
    frame = promoted(60)
    frame.loc[10, "price"] = np.nan
    model = LSTMForecaster(h=3, hist_exog_list=["price"], **QUICK).fit(frame)
    assert model.panel_.extra["price"][10] == frame["price"][9]
    assert any('"price" has nothing at 1 step' in note for note in model.decisions())


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"hist_exog_list": ["prize"]}, NotFoundError, '"prize" is not a column.*"price"'),
        ({"hist_exog_list": "price"}, UsageError, "give a list of columns"),
        (
            {"hist_exog_list": ["price"], "futr_exog_list": ["price"]},
            UsageError,
            '"price" is named twice',
        ),
        ({"stat_exog_list": ["price"]}, DataError, '"price" of series.* changes'),
    ],
    ids=str,
)
def test_columns_that_cannot_be_used_are_refused(options, error, words):
    with pytest.raises(error, match=words):
        LSTMForecaster(h=3, **QUICK, **options).fit(promoted(60), target_col="y")


def test_futures_that_do_not_reach_far_enough_are_refused():
    frame = promoted(60)
    model = LSTMForecaster(h=5, futr_exog_list=["promo"], **QUICK).fit(frame[:50])
    with pytest.raises(UsageError, match=r"the model sees promo in advance.*futr_df"):
        model.predict()
    with pytest.raises(DataError, match=r"no row for the series at 2024-02-23.*are needed"):
        model.predict(futr_df=frame[50:53])
    with pytest.raises(DataError, match="no row for the series at 2024-02-20"):
        model.predict(futr_df=frame[:50])
    with pytest.raises(NotFoundError, match='"promo" is not a column'):
        model.predict(futr_df=frame[50:].drop(columns="promo"))
    with pytest.raises(UsageError, match="further columns"):
        model.update([1.0])
    plain = LSTMForecaster(h=5, **QUICK).fit(frame[["ds", "y"]])
    with pytest.raises(UsageError, match="futr_df was given"):
        plain.predict(futr_df=frame[50:])
    with pytest.raises(UsageError, match="calendar=True"):
        LSTMForecaster(h=3, calendar=True, **QUICK).fit(pd.DataFrame({"y": range(40)}))


def test_every_input_has_a_name():
    model = LSTMForecaster(h=2, **QUICK, **OPTIONS["all"])
    model.fit(shops(), id_col="shop", target_col="y")
    names = model.fitted_.covariates.input_names()
    assert names[:4] == ("price", "region = north", "region = south", "size")
    assert names[-3:] == ("promo", "promo, 1 ahead", "promo, 2 ahead")
    assert len(names) == model.networks_[0].layout.inputs - (1 if not model.difference_ else 2)
