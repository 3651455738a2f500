"""Fine-tuning of the pretrained network's head."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import gatecast as gc
from gatecast.data.reading import read_panel
from gatecast.forecaster.fitting.preparation import Origin, Preparer, SeasonalTreatment
from gatecast.forecaster.settings.config import Settings
from gatecast.pretrained.features import BENCHMARKS, HORIZON_INPUTS, horizon_inputs, step_inputs
from gatecast.pretrained.fine_tuning import HEAD, Samples, fine_tune, loss_and_gradients
from gatecast.pretrained.network import LEVELS, load_weights


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def as_float64(network):
    return replace(network, **{name: getattr(network, name).astype(float) for name in HEAD})


def some_samples(rng, s=5, k=3):
    return Samples(
        rng.normal(size=(s, 64)), rng.normal(size=(s, k, HORIZON_INPUTS)),
        rng.normal(size=(s, k, BENCHMARKS)), rng.normal(size=(s, k)), rng.random((s, k)),
    )  # fmt: skip


def returning(rng, series, n=65, share=0.5):
    """Give AR(1) series around one level: the best forecast takes ``share`` of each deviation."""
    x = np.zeros((series, n + 50))
    for t in range(1, n + 50):
        x[:, t] = share * x[:, t - 1] + rng.normal(size=series)
    return pd.DataFrame({
        "unique_id": np.repeat(np.arange(series), n), "ds": np.tile(np.arange(n), series),
        "y": 30 + x[:, 50:].ravel(),
    })  # fmt: skip


def walks(rng, series, n=40):
    return pd.DataFrame({
        "unique_id": np.repeat(np.arange(series), n), "ds": np.tile(np.arange(n), series),
        "y": 100 + rng.normal(size=(series, n)).cumsum(axis=1).ravel(),
    })  # fmt: skip


def test_gradients_are_those_of_finite_differences(rng):
    network, samples = as_float64(load_weights("public")), some_samples(rng)
    _, gradients = loss_and_gradients(network, samples)
    for name in HEAD:
        weights = getattr(network, name)
        for index in rng.integers(weights.size, size=4):
            moved = []
            for step in (-1e-5, 1e-5):
                changed = weights.copy()
                changed.flat[index] += step
                moved.append(loss_and_gradients(replace(network, **{name: changed}), samples)[0])
            expected = (moved[1] - moved[0]) / 2e-5
            assert gradients[name].flat[index] == pytest.approx(expected, rel=1e-4, abs=1e-7), name


def test_the_loss_is_that_of_the_forecast(rng):
    # what is trained is what forecasts
    network = load_weights("public")
    y = rng.normal(size=(2, 30)).cumsum(axis=1)
    at, ahead = np.array([20, 24]), np.arange(1, 5)
    f = step_inputs(y, 1)
    state, _ = network.lstm.run(f.inputs)
    quantiles = network.head(f, state[:, at], at, ahead)
    target = rng.normal(size=(2, 2, 4))
    e = target[..., None] - quantiles
    expected = 2 * np.maximum(LEVELS * e, (LEVELS - 1) * e).mean()
    inputs = (state[:, at], *horizon_inputs(f, at, ahead), target, np.ones_like(target))
    samples = Samples(*(a.reshape(-1, *a.shape[2:]).astype(np.float32) for a in inputs))
    assert loss_and_gradients(network, samples)[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.slow
def test_what_the_series_share_is_learnt(rng):
    frame = returning(rng, 100)
    past, future = frame[frame["ds"] < 60], frame[frame["ds"] >= 60]["y"].to_numpy()
    deviation = frame[frame["ds"] == 59]["y"].to_numpy()[:, None] - 30
    best = np.abs(future.reshape(100, 5) - 30 - 0.5 ** np.arange(1, 6) * deviation).mean()
    excess = {}
    for tuned in (False, True):
        model = gc.PretrainedLSTM(5, season_length=1, fine_tune=tuned).fit(past)
        forecast = model.predict()["PretrainedLSTM"].to_numpy()
        excess[tuned] = np.abs(forecast - future).mean() - best
    assert excess[True] < 0.5 * excess[False]
    assert model.fit_notes_[0].id == "pretrained.fine_tuned"


@pytest.mark.slow
def test_the_start_stays_where_nothing_can_be_learnt(rng):
    model = gc.PretrainedLSTM(4, season_length=1, fine_tune=True).fit(walks(rng, 20))
    assert model.network_ is load_weights("public")
    assert model.fit_notes_[0].id == "pretrained.not_fine_tuned"


def test_series_too_short_to_hold_anything_back_leave_the_start(rng):
    model = gc.PretrainedLSTM(4, season_length=1, fine_tune=True).fit(walks(rng, 3, n=6))
    assert model.network_ is load_weights("public")
    assert np.isfinite(model.predict()["PretrainedLSTM"]).all()


@pytest.mark.slow
def test_nothing_depends_on_values_after_the_origin_or_on_the_order(rng):
    panel = read_panel(returning(rng, 12))
    known = panel.head(panel.lengths - 5)
    first, again = (fine_tune(load_weights("public"), known, (1,), 5) for _ in range(2))
    assert first.share == again.share
    for name in HEAD:
        np.testing.assert_array_equal(getattr(first.network, name), getattr(again.network, name))


@pytest.mark.slow
def test_a_fine_tuned_model_is_saved_and_goes_on(rng, tmp_path):
    frame = returning(rng, 60)
    past, new = frame[frame["ds"] < 55], frame[frame["ds"] >= 55]
    model = gc.PretrainedLSTM(5, season_length=1, fine_tune=True, level=[80]).fit(past)
    model.save(tmp_path / "model.gatecast")
    loaded = gc.load(tmp_path / "model.gatecast")
    assert loaded.fit_notes_ == model.fit_notes_
    assert model.fit_notes_[0].id == "pretrained.fine_tuned"
    for one in (model, loaded):
        one.update(new)
    pd.testing.assert_frame_equal(loaded.predict(), model.predict())
    # explained with the weights that it has
    explained = gc.explain(model, series="0")
    own = model.predict().query("unique_id == 0")["PretrainedLSTM"].to_numpy()
    np.testing.assert_allclose(explained.forecast["PretrainedLSTM"], own, rtol=1e-6)


@pytest.mark.slow
def test_the_pretrained_member_of_a_fit_is_fine_tuned(rng):
    frame = returning(rng, 19)
    settings = {"h": 5, "season_length": 1, "max_steps": 10, "n_networks": 1, "hidden": 2}
    model = gc.LSTMForecaster(**settings).fit(frame, start_from="pretrained")
    ids = [getattr(note, "id", "") for note in model.decisions()]
    assert len({"pretrained.fine_tuned", "pretrained.not_fine_tuned"} & set(ids)) == 1
    tuned = model.fitted_.benchmark.network
    expected = fine_tune(load_weights("public"), read_panel(frame), (1,), 5)
    np.testing.assert_array_equal(tuned.mix, expected.network.mix)


@pytest.mark.slow
def test_a_hold_out_does_not_see_what_it_holds_out(rng):
    frame = returning(rng, 30)
    settings = Settings.resolve(gc.LSTMForecaster(5, season_length=1), (1,))
    networks = []
    for values in (frame["y"], np.where(frame["ds"] >= 55, 99.0, frame["y"])):
        preparer = Preparer(settings, read_panel(frame.assign(y=values)), str, fine_tuning=True)
        origin = Origin(tuple(range(30)), held_out=10)
        networks.append(preparer.prepare(SeasonalTreatment(), origin).fine_tuned.network)
    np.testing.assert_array_equal(networks[0].mix, networks[1].mix)
    assert np.any(networks[0].mix != load_weights("public").mix)


def test_a_fit_that_does_not_use_the_pretrained_network_says_so(rng):
    frame = returning(rng, 1)
    model = gc.LSTMForecaster(5, look_back=4, max_steps=5, n_networks=1, hidden=2)
    model.fit(frame, start_from="pretrained")
    assert "pretrained.not_used" in [getattr(note, "id", "") for note in model.decisions()]
