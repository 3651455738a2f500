"""Components of a forecast add up to it, and are what the series was made of."""

import numpy as np
import pandas as pd
import pytest

import gatecast as gc
from gatecast.datasets import air_passengers
from gatecast.errors import DataError, NotFittedError, UsageError

QUICK = {"hidden": 4, "max_steps": 5, "n_networks": 1}


def made_up(n=400, seed=0, h=14, factor=False):
    """A line, a week, a price and a promotion; with the plan."""
    rng, t = np.random.default_rng(seed), np.arange(n)
    week = 20 * np.sin(2 * np.pi * t / 7)
    promo = (rng.random(n) < 0.1) * 1.0
    price = np.round(rng.uniform(8, 12, n), 1)
    y = 300 + 0.1 * t + week + 40 * promo - 5 * (price - 10) + rng.normal(0, 2, n)
    if factor:
        y = np.exp(5 + 0.002 * t + week / 60 + 0.4 * promo - 0.1 * (price - 10))
        y *= np.exp(rng.normal(0, 0.02, n))
    days = pd.date_range("2023-01-01", periods=n, freq="D")
    frame = pd.DataFrame({"ds": days, "y": y, "promo": promo, "price": price})
    return frame[: n - h], frame[n - h :]


def parts_of(frame, keys=("ds", "LSTM")):
    return frame.drop(columns=[k for k in ("unique_id", *keys) if k in frame])


def assert_adds_up(model, plan=None, **more):
    frame = model.components(plan, **more)
    forecast = model.predict(futr_df=plan)
    name = model.alias
    time = model.ends_.time_col
    np.testing.assert_array_equal(frame[name], forecast[name])
    pd.testing.assert_series_equal(frame[time], forecast[time])
    total = parts_of(frame, (time, name)).sum(axis=1)
    np.testing.assert_allclose(total, frame[name], rtol=1e-9, atol=1e-9)
    return frame


FORMS = {
    "logs": {"log": True}, "levels": {"difference": False}, "differences": {"difference": True},
    "no season": {"season_length": 1}, "box-cox": {"log": "box-cox"}, "pretrained": {},
    "networks": {"pretrained": False}, "windows": {"look_back": 20}, "several": {"level": [80]},
    "seasons": {"season_length": (7, 28)}, "one step": {"h": 1},
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("factor", [False, True], ids=["sums", "factors"])
def test_they_add_up_in_every_form(form, factor):
    known, plan = made_up(220, factor=factor)
    settings = {"h": 14, "futr_exog_list": ["promo", "price"], **QUICK, **FORMS[form]}
    model = gc.LSTMForecaster(**settings).fit(known)
    frame = assert_adds_up(model, plan[: settings["h"]])
    assert {"level", "trend", "promo", "price", "network"} <= set(frame)
    assert ("season 7" in frame) == (form != "no season")
    np.testing.assert_array_equal(frame["promo"][plan["promo"].to_numpy()[: len(frame)] == 0], 0)


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
def test_they_add_up_in_a_combination(weight):
    model = gc.LSTMForecaster(h=12, **QUICK).fit(air_passengers())
    model.fitted_.weight = weight
    assert_adds_up(model)


def test_they_are_what_the_series_was_made_of():
    known, plan = made_up()
    model = gc.LSTMForecaster(h=14, futr_exog_list=["promo", "price"], preset="fast").fit(known)
    frame = assert_adds_up(model, plan)
    np.testing.assert_allclose(frame["promo"], 40 * plan["promo"], atol=3)
    price = frame["price"] - frame["price"].mean()
    own = -5 * (plan["price"] - plan["price"].mean()).to_numpy()
    np.testing.assert_allclose(price, own, atol=3)
    t = np.arange(386, 400)
    np.testing.assert_allclose(frame["season 7"], 20 * np.sin(2 * np.pi * t / 7), atol=2)
    assert np.abs(frame["network"]).max() < 6
    assert frame["level"].nunique() == 1


def test_factors_are_shared_out_by_their_logarithms():
    known, plan = made_up(factor=True)
    model = gc.LSTMForecaster(h=14, futr_exog_list=["promo", "price"], preset="fast").fit(known)
    assert model.fitted_.additive.multiplicative
    frame = assert_adds_up(model, plan)
    # without the columns the forecast is that of a plan without them
    rest = frame.drop(columns=["ds", "LSTM", "promo", "price"]).sum(axis=1)
    nothing = plan.assign(promo=0.0, price=known["price"].mean())
    base = model.predict(futr_df=nothing)["LSTM"]
    np.testing.assert_allclose(rest, base, rtol=0.03)
    alone = (np.abs(plan["price"] - 10) < 0.3).to_numpy() & (plan["promo"] == 1).to_numpy()
    share = frame["promo"] / rest
    np.testing.assert_allclose(share[alone], np.exp(0.4) - 1, rtol=0.15)


def test_a_panel_and_its_saved_model(tmp_path):
    frames = []
    for i in range(25):
        known, plan = made_up(90, seed=i, factor=i % 2 == 0)
        frames.append(pd.concat([known, plan]).assign(unique_id=f"s{i}"))
    table = pd.concat(frames)
    known, plan = table[table["ds"] < "2023-03-18"], table[table["ds"] >= "2023-03-18"]
    model = gc.LSTMForecaster(h=14, futr_exog_list=["promo"], stat_exog_list=[], **QUICK).fit(known)
    frame = assert_adds_up(model, plan)
    assert list(frame.columns[:3]) == ["unique_id", "ds", "LSTM"]
    model.save(tmp_path / "panel.gatecast")
    loaded = gc.load(tmp_path / "panel.gatecast")
    with pytest.raises(NotFittedError, match="does not hold its data"):
        loaded.components(plan)
    shuffled = pd.concat([known[known["unique_id"] == f"s{i}"] for i in range(24, -1, -1)])
    pd.testing.assert_frame_equal(loaded.components(plan, source=shuffled), frame)
    with pytest.raises(DataError, match="does not end where the model does"):
        loaded.components(plan, source=known[known["ds"] < "2023-03-10"])


def test_holidays_have_one_column():
    pytest.importorskip("holidays", reason="needs the extra holidays")
    rng = np.random.default_rng(0)
    days = pd.date_range("2020-01-01", "2023-04-04", freq="D")
    y = 100 + rng.normal(0, 1, len(days))
    y[days.isin(pd.DatetimeIndex(["2020-04-10", "2021-04-02", "2022-04-15"]))] -= 50
    frame = pd.DataFrame({"ds": days, "y": y})
    model = gc.LSTMForecaster(h=7, holidays="DE", pretrained=False, **QUICK).fit(frame)
    parts = assert_adds_up(model).set_index("ds")["holidays"]
    assert parts["2023-04-07"] == pytest.approx(-50, abs=3)
    assert parts.drop(pd.Timestamp("2023-04-07")).abs().max() < 3


def test_names_stay_apart():
    known, plan = made_up(120)
    known, plan = (part.rename(columns={"price": "trend"}) for part in (known, plan))
    model = gc.LSTMForecaster(h=14, futr_exog_list=["promo", "trend"], **QUICK).fit(known)
    assert "trend (column)" in assert_adds_up(model, plan)
    model.set_params(alias="level")
    with pytest.raises(UsageError, match="level"):
        model.components(plan)


def test_after_an_update_the_history_is_given():
    known, plan = made_up(220)
    model = gc.LSTMForecaster(h=7, futr_exog_list=["promo", "price"], **QUICK).fit(known)
    model.update(plan[:7])
    assert_adds_up(model, plan[7:], source=pd.concat([known, plan[:7]]))


def test_the_result_has_them_and_draws_them(tmp_path):
    known, plan = made_up(220)
    model = gc.LSTMForecaster(h=14, futr_exog_list=["promo", "price"], **QUICK).fit(known)
    result = gc.forecast(model, plan)
    pd.testing.assert_frame_equal(result.components, model.components(plan))
    figure = result.plot_components()
    drawn = {trace.name: np.asarray(trace.y) for trace in figure.data}
    assert {"promo", "price", "trend", "season of 7 steps", "rest of the network"} >= set(drawn)
    np.testing.assert_allclose(drawn["promo"], result.components["promo"])
    gc.report(result, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "What the forecast is made of" in page
    assert "预测的组成" in page
    naive = gc.forecast(gc.Naive(h=3).fit(known[["ds", "y"]]))
    with pytest.raises(DataError, match="of Naive has no components"):
        naive.plot_components()


def test_a_panel_shows_those_of_each_series(tmp_path):
    known, _ = made_up(80)
    table = pd.concat([known.assign(unique_id=name)[["unique_id", "ds", "y"]] for name in "ab"])
    result = gc.forecast(gc.LSTMForecaster(h=5, **QUICK).fit(table))
    gc.report(result, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert 'data-show="parts-1"' in page
