"""The additive part: known effects are estimated, useless columns vanish, forecasts move."""

import numpy as np
import pandas as pd
import pytest

import gatecast as gc
from gatecast.data.reading import read_panel
from gatecast.errors import DataError
from gatecast.forecaster.additive.part import AdditivePart
from gatecast.forecaster.additive.partial_regression import partial_regression
from gatecast.forecaster.additive.regressors import Regressors

QUICK = {"hidden": 4, "max_steps": 5, "n_networks": 1}


def sales(n=400, events=10, seed=0, noise=10.0):
    """Daily sales with a week, a wandering level and autocorrelated noise, and their columns."""
    rng, t = np.random.default_rng(seed), np.arange(n)
    columns = np.zeros((n, 3))
    for j in range(2):
        columns[rng.choice(np.arange(5, n - 15), events, replace=False), j] = 1.0
    columns[:, 2] = rng.normal(size=n)
    rest, shock = np.zeros(n), rng.normal(0, noise, n)
    for i in range(1, n):
        rest[i] = 0.5 * rest[i - 1] + shock[i] * np.sqrt(0.75)
    level = 200 + rng.normal(0, 0.5, n).cumsum() + 20 * np.sin(2 * np.pi * t / 7)
    return level + rest, columns


def as_panel(y):
    days = pd.date_range("2023-01-01", periods=len(y), freq="D")
    return read_panel(pd.Series(y, index=days, name="y"))


def test_rare_events_have_the_right_sign_and_size():
    sizes = []
    for seed in range(30):
        y, x = sales(seed=seed)
        part = AdditivePart.fit(as_panel(y + 40 * x[:, 0] - 30 * x[:, 1]), [x], (7,), 1, None)
        sizes.append(part.effects.size[0])
    sizes = np.array(sizes)
    assert (sizes[:, 0] > 0).all()
    assert (sizes[:, 1] < 0).all()
    np.testing.assert_allclose(sizes.mean(axis=0), [40, -30, 0], atol=3)
    assert (np.abs(sizes[:, 0] / 40 - 1) < 0.25).mean() >= 0.9
    assert (sizes[:, 2] == 0).mean() >= 0.9


def test_intervals_hold_the_effect():
    inside = []
    for seed in range(30):
        y, x = sales(events=30, seed=seed)
        effects = AdditivePart.fit(as_panel(y + 40 * x[:, 0]), [x], (7,), 1, None).effects
        inside.append(abs(effects.size[0, 0] - 40) < 1.96 * effects.error[0, 0])
    assert np.mean(inside) >= 0.8


def test_it_adds_up_and_is_put_back():
    y, x = sales()
    panel = as_panel(y + 40 * x[:, 0])
    part = AdditivePart.fit(panel, [x], (7,), 1, False)
    by_column = part.contributions(0, x, panel.times, follows=False)
    np.testing.assert_allclose(by_column.sum(axis=1), part.along(panel, [x]))
    adjusted = part.off_panel(panel, [x])
    np.testing.assert_allclose(part.put_back(adjusted, part.along(panel, [x])), panel.values)
    # stepwise as all at once
    head = panel.head(390)
    began = AdditivePart.fit(head, [x[:390]], (7,), 1, False)
    later, made = began.advance(np.array([0]), np.array([10]), x[390:], panel.times[390:])
    np.testing.assert_allclose(made, began.ahead([x[390:]], panel.times[np.newaxis, 390:])[0])
    np.testing.assert_allclose(later.last, made[-1:])
    np.testing.assert_allclose(later.tail[0], x[-1:])


def test_a_price_multiplies_and_a_temperature_bends():
    rng, n = np.random.default_rng(0), 600
    price, warmth = rng.uniform(8, 12, n), rng.normal(size=n)
    week = np.exp(0.2 * np.sin(2 * np.pi * np.arange(n) / 7))
    y = 5000 * week * price**-2.0 * np.exp(rng.normal(0, 0.03, n))
    x = (price - price.mean())[:, np.newaxis] / price.std()
    part = AdditivePart.fit(as_panel(y), [x], (7,), 1, None)
    assert part.multiplicative
    low, high = part.effects.span[0] * price.std() + price.mean()
    assert part.effects.size[0, 0] == pytest.approx(-2 * np.log(high / low), rel=0.05)

    bent = 200 + 10 * warmth**2 + rng.normal(0, 2, n)
    part = AdditivePart.fit(as_panel(bent), [warmth[:, np.newaxis]], (7,), 1, False)
    at = np.array([[-2.0], [0.0], [2.0]])
    cold, mild, hot = part.contributions(0, at, as_panel(bent).times[:3], follows=False)[:, 0]
    assert cold - mild == pytest.approx(40, rel=0.3)
    assert hot - mild == pytest.approx(40, rel=0.3)


def test_series_are_drawn_to_what_they_have_in_common():
    rng = np.random.default_rng(0)
    frames, columns = [], []
    for i in range(12):
        y, x = sales(n=120, events=2, seed=i, noise=20.0)
        frames.append(pd.DataFrame({
            "unique_id": f"s{i}", "ds": pd.date_range("2023-01-01", periods=120, freq="D"),
            "y": y + 40 * x[:, 0] * rng.uniform(0.9, 1.1),
        }))  # fmt: skip
        columns.append(x)
    part = AdditivePart.fit(read_panel(pd.concat(frames)), columns, (7,), 1, False)
    alone = [
        AdditivePart.fit(read_panel(f.drop(columns="unique_id")), [x], (7,), 1, False)
        for f, x in zip(frames, columns, strict=True)
    ]
    own = np.array([one.effects.size[0, 0] for one in alone])
    drawn = part.effects.size[:, 0]
    assert np.abs(drawn - 40).mean() < 0.5 * np.abs(own - 40).mean()


def test_level_and_season_take_what_says_the_same():
    y, _ = sales()
    line = np.column_stack([np.ones(400), np.arange(400) % 7 == 3])
    fit = partial_regression(y, line, (7,))
    np.testing.assert_array_equal(fit.coefficients, 0.0)
    short = partial_regression(y[:10], sales()[1][:10], (7,))
    np.testing.assert_array_equal(short.coefficients, 0.0)


def test_regressors_of_hours_know_the_time_of_day():
    rng, n = np.random.default_rng(0), 24 * 60
    flag, heat = (rng.random(n) < 0.1) * 1.0, rng.normal(size=n)
    encoded = np.column_stack([flag, heat])
    made = Regressors.fit([encoded], 24)
    assert [(t.column, t.kind) for t in made.terms] == [
        (0, "linear"), (0, "day"), (1, "linear"), (1, "curve"), (1, "day"), (1, "day's mean"),
    ]  # fmt: skip
    times = pd.date_range("2024-01-01", periods=n, freq="h").to_numpy().astype("datetime64[us]")
    x = made.make(np.concatenate([np.zeros((23, 2)), encoded]), times)
    assert x.shape == (n, made.count)
    np.testing.assert_allclose(x[30, made.terms[-1].start], heat[7:31].mean())
    # what is given for the last hours alone is what is given for all
    np.testing.assert_allclose(made.make(encoded[-30:], times[-7:]), x[-7:])


@pytest.fixture(scope="module")
def promoted():
    y, x = sales(n=420, events=9, seed=1)
    x[408] = [1, 0, 0]
    days = pd.date_range("2023-01-01", periods=420, freq="D")
    frame = pd.DataFrame({"ds": days, "y": y + 40 * x[:, 0], "promo": x[:, 0], "wind": x[:, 2]})
    model = gc.LSTMForecaster(h=14, level=[80], futr_exog_list=["promo", "wind"], **QUICK)
    return model.fit(frame[:400]), frame


def test_the_forecast_moves_by_the_effect(promoted):
    model, frame = promoted
    plan = frame[400:414]
    effects = model.effects().set_index("column")
    assert effects.loc["promo", "effect"] == pytest.approx(40, abs=12)
    assert effects.loc["promo", "events"] == 9
    assert effects.loc["wind", "effect"] == 0.0
    without = model.predict(futr_df=plan.assign(promo=0.0))
    moved = (model.predict(futr_df=plan) - without)[["LSTM", "LSTM-lo-80", "LSTM-hi-80"]]
    expected = effects.loc["promo", "effect"] * plan["promo"].to_numpy()
    np.testing.assert_allclose(moved["LSTM"], expected, atol=1e-3 + 0.5 * model.fitted_.weight * 40)
    ids = [one.id for one in model.decisions()]
    assert ids.count("effects.size") == 1
    assert "effects.few" in ids  # nine events
    nothing = next(one for one in model.decisions() if one.id == "effects.nothing")
    assert nothing.fields["names"] == ("wind",)


def test_a_plan_beyond_the_history_is_pointed_out(promoted):
    model, frame = promoted
    model.predict(futr_df=frame[400:414].assign(wind=[9.0] + [0.0] * 13))
    note = model.decisions()[-1]
    assert note.id == "effects.beyond"
    assert note.fields["column"] == "wind"
    assert note.fields["high"] == pytest.approx(frame["wind"][:400].max())
    model.predict(futr_df=frame[400:414].assign(wind=0.0))
    assert model.decisions()[-1].id != "effects.beyond"


def test_a_saved_model_goes_on_with_its_effects(promoted, tmp_path):
    model, frame = promoted
    model.save(tmp_path / "sales.gatecast")
    loaded = gc.load(tmp_path / "sales.gatecast")
    plan = frame[400:414]
    pd.testing.assert_frame_equal(loaded.predict(futr_df=plan), model.predict(futr_df=plan))
    pd.testing.assert_frame_equal(loaded.effects(), model.effects())
    stepwise = gc.load(tmp_path / "sales.gatecast")
    for i in range(400, 406):
        stepwise.update(frame[i : i + 1])
    loaded.update(frame[400:404])
    loaded.update(frame[402:406])  # rows that it has seen are passed over
    plan = frame[406:420]
    expected = loaded.predict(futr_df=plan)["LSTM"]
    np.testing.assert_allclose(stepwise.predict(futr_df=plan)["LSTM"], expected, rtol=1e-6)


def test_there_are_no_effects_without_columns():
    y, _ = sales(n=60)
    days = pd.date_range("2023-01-01", periods=60, freq="D")
    model = gc.LSTMForecaster(h=3, **QUICK).fit(pd.Series(y, index=days, name="y"))
    with pytest.raises(DataError, match="no columns known in advance"):
        model.effects()


def test_the_page_has_the_effects(promoted, tmp_path):
    model, frame = promoted
    result = gc.forecast(model, frame[400:414])
    pd.testing.assert_frame_equal(result.effects, model.effects())
    gc.report(result, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "What columns known in advance add" in page
    assert "预先已知的列的效应" in page
    assert "<td>promo</td>" in page
    assert "0 → 1" in page


def grouped(groups, n=120, events=3, noise=15.0):
    """Series of groups, each with its own effect of a rare event."""
    frames, columns = [], []
    for i, effect in enumerate(groups):
        y, x = sales(n=n, events=events, seed=i, noise=noise)
        frames.append(pd.DataFrame({
            "unique_id": f"s{i:02}", "ds": pd.date_range("2023-01-01", periods=n, freq="D"),
            "y": y + effect * x[:, 0], "promo": x[:, 0],
        }))  # fmt: skip
        columns.append(x[:, :1])
    return pd.concat(frames), columns


def test_effects_depend_on_static_columns_where_that_is_clear():
    truth = np.array([20.0, 60.0] * 10)
    table, columns = grouped(truth)
    large = (truth == 60.0)[:, np.newaxis] * 1.0
    panel = read_panel(table[["unique_id", "ds", "y"]])

    def sizes(fixed):
        part = AdditivePart.fit(panel, columns, (7,), 1, False, fixed=fixed)
        return part.effects.size[:, 0], part

    (with_it, part), (without, _) = sizes(large), sizes(None)
    assert np.abs(with_it - truth).mean() < 0.7 * np.abs(without - truth).mean()
    # what says nothing of the effect changes nothing
    rng = np.random.default_rng(1)
    np.testing.assert_allclose(sizes(rng.normal(size=(20, 1)))[0], without, rtol=1e-9)
    # a series that was not in the fit has the mean of those like it
    few, rows = grouped([20.0, 60.0], n=40, events=0)
    new = read_panel(few[["unique_id", "ds", "y"]])
    like = np.array([[0.0], [1.0]])
    others = part.fit_others(new, rows, (7,), np.array([-1, -1]), (large, like))
    small, big = others.coefficients[:, 0]
    own = part.coefficients[:, 0]
    assert small == pytest.approx(own[truth == 20].mean(), rel=0.15)
    assert big == pytest.approx(own[truth == 60].mean(), rel=0.15)


def test_a_column_of_noise_is_shrunk_to_nothing_in_a_panel():
    noisy = 0
    for seed in range(6):
        frames, columns = [], []
        for i in range(20):
            y, x = sales(n=130, events=6, seed=100 * seed + i)
            days = pd.date_range("2023-01-01", periods=130, freq="D")
            frames.append(pd.DataFrame({"unique_id": f"s{i}", "ds": days, "y": y + 40 * x[:, 0]}))
            columns.append(x[:, [0, 2]])
        part = AdditivePart.fit(read_panel(pd.concat(frames)), columns, (7,), 1, None)
        promo, noise = part.effects.size.T
        np.testing.assert_allclose(promo.mean(), 40, atol=3)
        assert np.abs(noise).max() < 3
        noisy += bool(noise.any())
        inside = np.abs(promo - 40) < 1.96 * part.effects.error[:, 0]
        assert inside.mean() > 0.5
    assert noisy <= 2


def test_a_panel_gives_its_static_columns_to_the_effects():
    truth = np.array([20.0, 60.0] * 6)
    table, _ = grouped(truth)
    table["shop"] = np.where(np.repeat(truth, 120) == 60, "large", "small")
    model = gc.LSTMForecaster(
        h=7, futr_exog_list=["promo"], stat_exog_list=["shop"], pretrained=False, **QUICK
    ).fit(table)
    effects = model.effects()["effect"].to_numpy()
    assert effects[truth == 60].mean() > 50
    assert effects[truth == 20].mean() < 30
