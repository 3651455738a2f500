import numpy as np
import pytest

from gatecast.data.least_squares import ridge


def rows(seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(40, 5)), rng.normal(size=(40, 2))


@pytest.mark.parametrize("cuts", [[], [7], [0, 13, 39]])
def test_blocks_are_one_problem(cuts):
    x, y = rows()
    blocks = zip(np.split(x, cuts), np.split(y, cuts))
    due = np.linalg.lstsq(x, y, rcond=None)[0]
    np.testing.assert_allclose(ridge(blocks, 5, 2, 0.0), due, atol=1e-10)


def test_the_penalty_is_a_share_of_the_mean_square_and_leaves_the_free_inputs():
    x, y = rows()
    x[:, -1] = 1.0
    held = 0.1 * np.square(x[:, :4]).sum() / 4
    due = np.linalg.solve(x.T @ x + np.diag([held] * 4 + [0.0]), x.T @ y)
    np.testing.assert_allclose(ridge([(x, y)], 5, 2, 0.1, free=1), due, atol=1e-10)


def test_of_several_solutions_it_is_the_smallest():
    x, y = rows()
    twice = np.hstack([x, x])
    found = ridge([(twice, y)], 10, 2, 0.0)
    np.testing.assert_allclose(found[:5], found[5:], atol=1e-8)
    np.testing.assert_array_equal(ridge([], 3, 2, 0.1), np.zeros((3, 2)))
