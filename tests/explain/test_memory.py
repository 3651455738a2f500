import numpy as np
import pandas as pd
import pytest

from gatecast.datasets import noisy_sine
from gatecast.errors import UsageError
from gatecast.explain import attribution, half_life, memory
from gatecast.explain.inputs import model_inputs
from gatecast.explain.memory import describe_memory
from gatecast.explain.sensitivity import output_gradient
from gatecast.forecaster import LSTMForecaster

QUICK = {"max_steps": 10, "n_networks": 1, "hidden": 4, "pretrained": False}


def noise(n=200):
    return pd.DataFrame({"ds": range(n), "y": np.random.default_rng(0).normal(size=n)})


def opened(model):
    """The parameters of the only network by name, to be written to, in float64."""
    (network,) = model.networks_
    network.theta = network.theta.astype(np.float64)
    return network.layout.views(network.theta)


def with_forget_gate(share, **settings):
    model = LSTMForecaster(h=2, difference=False, **QUICK, **settings).fit(noise())
    p = opened(model)
    forget = slice(4, 8)
    p["layer0.kernel"][:, forget] = 0.0
    p["layer0.recurrent"][:] = 0.0
    p["layer0.bias"][forget] = np.log(share / (1 - share)) if share else -1000.0
    return model, p


@pytest.mark.parametrize(("share", "steps"), [(0.5, 1.0), (0.9, 6.578813), (0.99, 68.967563)])
def test_half_lives_of_fixed_forget_gates(share, steps):
    model, _ = with_forget_gate(share)
    units = memory(model).units
    assert list(units["unit"]) == [0, 1, 2, 3]
    for column in ("half_life", "half_life_lower", "half_life_upper"):
        np.testing.assert_allclose(units[column], steps, rtol=1e-6)
    assert (units["forget_open"] == (share > 0.95)).all()
    assert (units["forget_closed"] == 0).all()


def test_half_life_at_both_ends():
    np.testing.assert_array_equal(half_life(np.array([0.0, 0.25, 0.5, 1.0])), [0, 0.5, 1, np.inf])


def test_a_network_that_keeps_nothing_looks_back_one_step():
    model, _ = with_forget_gate(0.0)
    found = memory(model)
    assert found.effective_memory == 1
    assert "a look_back of 1 is enough" in found.sentences[0]
    # the kernel's sigmoid ends at exp(-708), the smallest normal number
    np.testing.assert_allclose(found.units["half_life"], np.log(2) / 708, rtol=1e-3)
    assert (found.units["forget_closed"] == 1).all()
    gradient = found.gradient
    assert (gradient.loc[gradient["lag"] > 0, "gradient"] < 1e-300).all()
    assert (gradient.loc[gradient["lag"] == 0, "gradient"] > 0).all()
    assert sorted(set(gradient["step"])) == [1, 2]


@pytest.mark.parametrize(
    ("keep", "follows", "correlation"),
    [
        # weights keep^k and 1 at k = 0: sqrt(1 - keep^2); and with 1 at k < 8:
        # (1 - keep^8) sqrt(1 - keep^2) / (1 - keep) / sqrt(8)
        (0.5, "value", 0.866),
        (0.9, "level", 0.878),
    ],
)
def test_a_leaky_sum_looks_back_as_far_as_a_geometric_series(keep, follows, correlation):
    # a cell of small inputs is a leaky sum of them: the gradient at lag k is in proportion to
    # keep^k, and n lags hold 1 - keep^n of it
    model, p = with_forget_gate(keep)
    p["layer0.kernel"][:] = 0.0
    p["layer0.kernel"][0, 8:12] = 1e-4
    p["layer0.bias"][[*range(4), *range(8, 16)]] = 0.0
    p["head.kernel"][:] = 1.0
    found = memory(model)
    assert found.effective_memory == int(np.ceil(np.log(0.05) / np.log(keep)))
    assert not any("further back" in sentence for sentence in found.sentences)
    curve = found.gradient.query("step == 1")["gradient"].to_numpy()
    np.testing.assert_allclose(curve[1:20] / curve[:19], keep, rtol=1e-4)
    assert set(found.units["follows"]) == {follows}
    np.testing.assert_allclose(found.units["correlation"], correlation, atol=0.03)
    assert found.units["half_life"].iloc[0] == pytest.approx(np.log(0.5) / np.log(keep))


@pytest.mark.parametrize(("effective", "further"), [(20, False), (71, True)])
def test_a_reach_far_beyond_half_lives_is_explained(effective, further):
    # 95 % of what is halved in 2.59 steps is gone after 11.2 of them
    units = pd.DataFrame({"half_life": [2.03, 2.59], "dead": False, "follows": "value"})
    sentences = describe_memory(units, effective, 0.95)
    assert ["further back" in sentence for sentence in sentences] == [
        False,
        *further * [True],
        False,
    ]


@pytest.mark.slow
def test_the_look_back_is_looked_for_until_it_is_found():
    model, p = with_forget_gate(0.99)
    p["layer0.kernel"][:] = 0.0
    p["layer0.kernel"][0, 8:12] = 1e-4
    p["layer0.bias"][[*range(4), *range(8, 16)]] = 0.0
    p["head.kernel"][:] = 1.0
    long = memory(model, noise(2000))
    assert long.effective_memory == pytest.approx(np.log(0.05) / np.log(0.99), abs=3)
    short = memory(model)
    assert short.reach == 200
    assert "a longer history may show a longer memory" in short.sentences[0]


@pytest.mark.slow
def test_the_noisy_sine_needs_about_a_period():
    model = LSTMForecaster(h=1, max_steps=300, n_networks=1).fit(noisy_sine()[:2000])
    assert 62.8 / 2 < memory(model).effective_memory < 62.8 * 2


def test_dead_units_and_forecasts_that_nothing_moves_are_told():
    model, p = with_forget_gate(0.5)
    p["layer0.kernel"][:, 13] = 0.0
    p["layer0.bias"][13] = -1000.0  # the second unit's output gate
    found = memory(model)
    assert list(found.units["dead"]) == [False, True, False, False]
    assert "1 of 4 units never change" in found.sentences[-1]
    p["head.kernel"][:] = 0.0
    found = memory(model)
    assert found.effective_memory == 0
    assert "no input changes the forecast" in found.sentences[0]


def test_a_unit_that_follows_the_season_is_named():
    t = np.arange(240)
    season = 5 * np.sin(2 * np.pi * t / 12)
    frame = pd.DataFrame({"ds": t, "y": season + np.random.default_rng(0).normal(0, 2.0, 240)})
    model = LSTMForecaster(
        h=2, difference=False, season_length=12, adjust_season=False, **QUICK
    ).fit(frame)
    p = opened(model)
    for name in ("kernel", "recurrent", "bias"):
        p[f"layer0.{name}"][:] = 0.0
    p["layer0.bias"][4:8] = np.log(0.8 / 0.2)
    p["layer0.kernel"][0, 8:12] = 1e-3
    # averaging leaves the season and takes out the noise; a delay is no obstacle to a phase
    units = memory(model).units
    assert set(units["follows"]) == {"season"}
    # of the wave's variance 25 / 2 the leaky sum has 1 / |1 - 0.8 exp(2 pi i / 12)|^2 = 3.93 times
    # as much, of the noise's 4 it has 1 / (1 - 0.64)
    np.testing.assert_allclose(units["correlation"], 0.903, atol=0.03)


@pytest.mark.parametrize("difference", [False, True])
def test_memory_of_a_gru_and_of_many_series(difference):
    t = np.arange(90)
    frame = pd.concat(
        pd.DataFrame({"unique_id": i, "ds": t[: 60 + i], "y": np.sin(t[: 60 + i] / 3 + i)})
        for i in range(3)
    )
    model = LSTMForecaster(h=3, cell="gru", layers=2, difference=difference, level=[80], **QUICK)
    found = memory(model.fit(frame))
    assert len(found.units) == 8
    assert {"update_open", "reset_closed"} <= set(found.units)
    assert 0 < found.effective_memory <= found.reach
    assert ("distance from a local mean" in found.sentences[0]) == difference


@pytest.mark.parametrize("look_back", [1, 6])
def test_windows_look_no_further_back_than_one_of_them(look_back):
    model, _ = with_forget_gate(0.99, look_back=look_back)
    found = memory(model)
    assert found.reach == look_back
    assert found.effective_memory <= look_back
    if look_back == 1:
        assert found.effective_memory == 1
        assert "a look_back of 1 is enough" in found.sentences[0]
        assert found.sentences[0].endswith("it has no inputs from before its window of 1 step")
    np.testing.assert_allclose(found.units["half_life"], 68.967563, rtol=1e-6)
    # every window of a short series is an origin, and its memory starts empty
    _, (inputs,) = model_inputs(model, noise(30), "memory")
    windows = np.lib.stride_tricks.sliding_window_view(inputs.inputs[:, 0], look_back)
    for step in (1, 2):
        slopes = output_gradient(model.networks_[0], windows[:, :, np.newaxis], np.eye(2)[step - 1])
        expected = np.abs(slopes).mean(axis=(0, 2))[::-1] * model.scale_[step - 1]
        short = memory(model, noise(30)).gradient
        np.testing.assert_allclose(short.loc[short["step"] == step, "gradient"], expected)
    shares = attribution(model, look_back=None)
    assert sorted(set(shares["lag"])) == list(range(look_back))
    difference = (shares["forecast"] - shares["baseline"]).groupby(shares["step"]).first()
    left = shares.groupby("step")["attribution"].sum() - difference
    assert (np.abs(left) <= 1e-3 * model.scale_).all()


def test_a_share_is_a_share():
    with pytest.raises(UsageError, match="share=95 was requested"):
        memory(LSTMForecaster(h=1), share=95)
