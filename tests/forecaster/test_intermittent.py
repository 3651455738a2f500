"""Intermittent demand: forecast by the probability and the size of demand."""

import numpy as np
import pandas as pd
import pytest

import gatecast as gc
from gatecast.data.intermittency import demand_of
from gatecast.data.panel import Panel, offsets_of
from gatecast.data.reading import read_panel
from gatecast.errors import UsageError
from gatecast.forecaster.counts.hurdle import Hurdle
from gatecast.service.requests import forecast_together

QUICK = {"hidden": 4, "max_steps": 4, "n_networks": 1, "pretrained": False}


def spare_parts(n=24, days=120, share=0.25, seed=0, first=0):
    """Series of which a step has demand with a probability, of 1 to 6 pieces."""
    rng = np.random.default_rng(seed)
    y = (rng.random((n, days)) < share) * rng.integers(1, 7, (n, days))
    times = pd.date_range("2024-01-01", periods=days)
    return pd.DataFrame(
        {
            "unique_id": np.repeat([f"p{i:02}" for i in range(first, first + n)], days),
            "ds": np.tile(times, n),
            "y": y.ravel().astype(float),
        }
    )


def panel_of(*series):
    values = np.concatenate([np.asarray(one, np.float64) for one in series])
    lengths = np.array([len(one) for one in series])
    ids = np.array([f"s{i}" for i in range(len(series))], dtype=object)
    times = np.concatenate([np.arange(n) for n in lengths])
    filled = np.zeros(len(values), bool)
    return Panel(ids, offsets_of(lengths), times, values, filled, 1, "unique_id", "ds", "y")


def test_the_classes_of_demand_are_those_of_syntetos_and_boylan():
    demand = demand_of(
        panel_of(
            [1, 2, 1, 2], [0, 0, 4, 0, 0, 4], [0, 1, 0, 9], [1, 9, 1, 9, 0], [0, -1, 0], [0] * 3
        )
    )
    assert demand.interval.tolist() == [1, 3, 2, 1.25, 3, np.inf]
    assert demand.intermittent.tolist() == [False, True, True, False, False, True]
    # of 1 and 9 the mean is 5 and the variance 16
    np.testing.assert_allclose(demand.variation[:4], [1 / 9, 0, 0.64, 0.64])
    assert demand.lumpy.tolist() == [False, False, True, False, False, False]


def test_a_hurdle_finds_the_probability_that_demand_was_drawn_with():
    rng = np.random.default_rng(1)
    shares = np.repeat([0.1, 0.4, 0.8], 60)
    values = (rng.random((180, 200)) < shares[:, np.newaxis]) * 1.0
    model = Hurdle.fit(values.ravel(), np.arange(181) * 200, 1, 7)
    made = model.probabilities(values, np.array([199]), 7)[:, 0]
    for share in (0.1, 0.4, 0.8):
        assert made[shares == share].mean() == pytest.approx(share, abs=0.03)
    assert np.abs(made - shares[:, np.newaxis]).mean() < 0.05


def test_a_hurdle_finds_the_season():
    weekdays = np.tile([0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 30)
    values = (np.random.default_rng(0).random((100, 210)) < weekdays) * 2.0
    model = Hurdle.fit(values.ravel(), np.arange(101) * 210, 7, 7)
    made = model.probabilities(values, np.array([209]), 7)[:, 0].mean(axis=0)
    np.testing.assert_allclose(made, [0.9, *[0.1] * 6], atol=0.05)


def test_quantiles_are_those_of_probability_and_size():
    model = Hurdle(1, 0.5, np.array([0.0, 1.0, 0.0, 0.0]))
    values = np.array([[0, 3, 0, 1, 0, 2, 0, 4]], np.float64)
    p = float(model.probabilities(values, np.array([7]), 1)[0, 0, 0])
    levels = [1 - p - 0.01, 1 - p + 0.01, 1 - p + 0.26 * p, 1 - p + 0.51 * p, 0.999]
    made = model.quantiles(values, np.array([7]), 1, levels)[0, 0, 0]
    assert made.tolist() == [0, 1, 2, 3, 4]
    assert model.means(values, np.array([7]), 1)[0, 0, 0] == pytest.approx(p * 2.5)


def test_nothing_after_an_origin_counts():
    frame = spare_parts(8, 500)
    values = frame["y"].to_numpy().reshape(8, 500)
    model = Hurdle.fit(values.ravel(), np.arange(9) * 500, 7, 5)
    levels = (0.1, 0.5, 0.9)
    whole = model.quantiles(values, np.array([30, 400, 450]), 5, levels)
    for j, t in enumerate((30, 400, 450)):
        past = values[:, max(0, t + 1 - model.reach) : t + 1]
        alone = model.quantiles(past, np.array([past.shape[1] - 1]), 5, levels)
        np.testing.assert_array_equal(whole[:, j], alone[:, 0])


def test_forecasts_are_whole_and_never_negative():
    model = gc.LSTMForecaster(h=5, level=[50, 80], **QUICK).fit(spare_parts())
    made = model.predict().drop(columns=["unique_id", "ds"])
    assert (made == made.round()).all(axis=None)
    assert (made >= 0).all(axis=None)
    assert (made["LSTM-hi-80"] >= made["LSTM-hi-50"]).all()
    said = " ".join(model.decisions())
    assert "intermittent in 24 of 24 series" in said
    assert "hold-out, the MAE is" not in said  # of networks that forecast nothing
    result = gc.forecast(model)
    assert (result.skill, result.answers) == (None, {})
    assert (result.expected_error < 2.5).all()
    # three quarters of the steps are 0: the 90 % quantile is the 60 % one of 1 to 6
    assert made["LSTM-hi-80"].mean() == pytest.approx(4, abs=0.5)
    assert (made["LSTM"] == 0).mean() > 0.95
    paths = model.simulate(40, random_state=1)["LSTM"]
    assert (paths == paths.round()).all()
    assert paths.mean() == pytest.approx(0.25 * 3.5, rel=0.15)


def test_a_squared_loss_gives_means():
    frame = spare_parts()
    model = gc.LSTMForecaster(h=5, level=[80], loss="squared", **QUICK).fit(frame)
    made = model.predict()
    assert made["LSTM"].mean() == pytest.approx(frame["y"].mean(), rel=0.1)
    assert (made["LSTM-hi-80"] == made["LSTM-hi-80"].round()).all()
    assert gc.forecast(model).components is None  # of the networks, which forecast none of these


def test_other_series_of_the_table_are_the_networks():
    smooth = spare_parts(20, first=50)
    smooth["y"] += 40 + 5 * np.sin(np.arange(len(smooth)) * 2 * np.pi / 7)
    both = pd.concat([spare_parts(3), smooth], ignore_index=True)
    model = gc.LSTMForecaster(h=3, **QUICK).fit(both)
    assert model.fitted_.counts.which.tolist() == [0, 1, 2]
    made = model.predict()
    assert (made["LSTM"][9:] > 30).all()
    assert (made["LSTM"][9:] % 1 != 0).any()
    assert "intermittent in 3 of 23 series" in " ".join(model.decisions())
    said = [gc.explain(model, series=name).training.verdict for name in ("p00", "p50")]
    assert ["the network shown here has no part" in one for one in said] == [True, False]


@pytest.fixture(scope="module")
def mixed():
    """Two intermittent series among others, and the table that they were fitted on."""
    rng, table = np.random.default_rng(3), spare_parts(4, days=150)
    busy = table["unique_id"].isin(["p00", "p02"])
    table.loc[busy, "y"] = 20.0 + rng.poisson(5, int(busy.sum()))
    return gc.LSTMForecaster(h=3, level=[80], **QUICK).fit(table), table


def test_components_add_up_to_what_is_forecast_of_every_series(mixed):
    model, _ = mixed
    assert model.fitted_.counts.which.tolist() == [1, 3]
    forecast, parts = model.predict(), model.components()
    np.testing.assert_allclose(parts["LSTM"], forecast["LSTM"])
    added = parts.drop(columns=["unique_id", "ds", "LSTM"]).sum(axis=1)
    np.testing.assert_allclose(added, forecast["LSTM"], atol=1e-9)


@pytest.mark.parametrize("names", [None, ["p03"], ["p02"], ["p03", "p00", "p01"]])
def test_some_series_are_forecast_as_all_are(mixed, names):
    model, _ = mixed
    places = {name: i for i, name in enumerate(model.fitted_.ends.ids.tolist())}
    document = {} if names is None else {"series": names}
    made = pd.DataFrame(*forecast_together(model.fitted_, places, "LSTM", [document]))
    known = model.predict().set_index("unique_id")
    known = known.loc[names or list(places)].reset_index()
    pd.testing.assert_frame_equal(made.drop(columns="ds"), known.drop(columns="ds"))


def test_within_the_history_they_are_forecast_likewise(mixed):
    model, table = mixed
    made = model.predict_insample(step_size=10)
    for name in ("p01", "p03"):
        rows = made[made["unique_id"] == name]
        last = rows["cutoff"].max()
        past = table[(table["unique_id"] == name) & (table["ds"] <= last)]
        known = model.predict(past)["LSTM"]
        np.testing.assert_allclose(rows.loc[rows["cutoff"] == last, "LSTM"], known)


def test_an_update_leads_where_all_values_lead(tmp_path):
    frame = spare_parts(4, 380)
    days = frame["ds"].drop_duplicates()
    known = frame[frame["ds"] <= days.iloc[-6]]
    model = gc.LSTMForecaster(h=3, level=[80], **QUICK).fit(known)
    model.save(tmp_path / "m.gatecast")
    loaded = gc.load(tmp_path / "m.gatecast")
    pd.testing.assert_frame_equal(loaded.predict(), model.predict())
    loaded.update(frame)
    pd.testing.assert_frame_equal(loaded.predict(), model.predict(frame))
    # one series alone goes on, and a new one is taken in
    model.update(frame[frame["unique_id"] == "p02"])
    mixed = model.predict()
    pd.testing.assert_frame_equal(
        mixed[mixed["unique_id"] == "p02"], loaded.predict()[6:9], check_index_type=False
    )
    new = spare_parts(2, 40, first=9)
    alone = model.predict(new)
    model.update(new)
    pd.testing.assert_frame_equal(model.predict()[12:].reset_index(drop=True), alone)
    with pytest.raises(UsageError, match="6 series of intermittent demand"):
        model.to_onnx(tmp_path / "m.onnx")


def test_with_columns_known_in_advance_the_networks_forecast():
    frame = spare_parts().assign(promo=0.0)
    frame.loc[::9, "promo"] = 1.0
    model = gc.LSTMForecaster(h=3, futr_exog_list=["promo"], **QUICK).fit(frame)
    assert model.fitted_.counts is None


def test_where_networks_are_clearly_better_they_forecast():
    # demand every third day exactly, of which the season of 7 knows nothing
    y = np.tile([0.0, 0.0, 5.0], 60)
    frame = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=180), "y": y})
    parts = [frame.assign(unique_id=f"p{i:02}").iloc[: 180 - i] for i in range(30)]
    model = gc.LSTMForecaster(h=6, season_length=3, hidden=8, max_steps=60, n_networks=1)
    model.fit(pd.concat(parts))
    errors = model.predict()["LSTM"] % 5
    assert np.minimum(errors, 5 - errors).mean() < 0.5


def test_it_beats_croston_tsb_and_empirical_quantiles():
    rng = np.random.default_rng(3)
    n, days, h = 150, 182, 14
    share = np.repeat(rng.uniform(0.05, 0.6, n), days).reshape(n, days)
    week = np.exp(rng.normal(0, 0.8, (n, 7)))[:, np.arange(days) % 7]
    y = (rng.random((n, days)) < np.minimum(share * week, 0.95)) * (1.0 + rng.poisson(2, (n, days)))
    past, actual = y[:, :-h], y[:, -h:]
    levels = np.array([0.1, 0.5, 0.9])

    def loss(quantiles):
        error = actual[..., np.newaxis] - quantiles
        return np.maximum(levels * error, (levels - 1) * error).mean()

    model = Hurdle.fit(past.ravel(), np.arange(n + 1) * past.shape[1], 7, h)
    ours = loss(model.quantiles(past, np.array([past.shape[1] - 1]), h, levels)[:, 0])
    empirical = np.quantile(past, levels, axis=1, method="inverted_cdf").T[:, np.newaxis]
    frame = pd.DataFrame(
        {"unique_id": np.repeat(np.arange(n), days - h), "y": past.ravel(),
         "ds": np.tile(np.arange(days - h), n)}
    )  # fmt: skip
    rivals = [loss(np.repeat(empirical, h, axis=1))]
    for baseline in (gc.Croston(h, level=[80]), gc.TSB(h, level=[80])):
        made = baseline.fit(read_panel(frame)).predict()
        names = [f"{baseline.alias}-lo-80", baseline.alias, f"{baseline.alias}-hi-80"]
        rivals.append(loss(made[names].to_numpy().reshape(n, h, 3)))
    assert ours < min(rivals)
