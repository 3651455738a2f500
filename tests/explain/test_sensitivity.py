import numpy as np
import pytest

from gatecast.explain.sensitivity import output_gradient, state_before
from gatecast.kernel import reference
from gatecast.network import Network


def made(**settings):
    return Network.create(2, 5, 3, 2, rng=np.random.default_rng(3), dtype=np.float64, **settings)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("weights", [[0.0, 1.0, 0.0], [0.5, -2.0, 1.0]])
def test_the_gradient_of_an_output_is_its_difference_quotient(cell, weights):
    network = made(cell=cell)
    x = np.random.default_rng(0).normal(size=(4, 6, 2))
    found = output_gradient(network, x, np.array(weights))

    def said(x):
        return reference.forward(network.layout, network.theta, x).outputs[:, -1] @ weights

    for t in range(6):
        for i in range(2):
            step = np.zeros(x.shape)
            step[:, t, i] = 1e-5
            quotient = (said(x + step) - said(x - step)) / 2e-5
            np.testing.assert_allclose(found[:, t, i], quotient, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("settings", [{}, {"cell": "gru"}, {"dilations": (1, 3)}])
def test_a_window_goes_on_from_the_memory_before_it(settings):
    network = made(**settings)
    x = np.random.default_rng(0).normal(size=(1, 12, 2))
    whole = output_gradient(network, x, np.ones(3))
    trace = network.trace(x)[0]
    outputs, _ = network.run(x)
    for start in (0, 2, 7):
        state = state_before(network, trace, np.array([start]))
        said, _ = network.run(x[:, start:], state=state)
        np.testing.assert_allclose(said, outputs[:, start:], rtol=0, atol=1e-12)
        part = output_gradient(network, x[:, start:], np.ones(3), state=state)
        np.testing.assert_allclose(part, whole[:, start:], rtol=0, atol=1e-12)
