"""Many Python threads at once, each with its own or all with one network; many calls in a row."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from gatecast.kernel import Adam, Layout, native


@pytest.mark.slow
def test_eight_threads_and_a_thousand_calls_make_no_difference():
    layout = Layout(1, 9, 1, layers=2)
    rng = np.random.default_rng(0)
    theta = (rng.normal(size=layout.size) * 0.3).astype(np.float32)
    x = rng.normal(size=(24, 12, 1)).astype(np.float32)
    y = rng.normal(size=(24, 1, 1)).astype(np.float32)
    alone = native.forward(layout, theta, x).outputs

    def trained():
        own = theta.copy()
        native.train(
            layout, own, Adam.start(own), x, y, np.arange(24), np.full(3, 1e-2),
            batch_size=8, warmup=11, threads=2,
        )  # fmt: skip
        return own.tobytes()

    expected = trained()

    def call(i):
        if i % 4:
            return bool(
                (native.forward(layout, theta, x, threads=1 + i % 2).outputs == alone).all()
            )
        return trained() == expected

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(call, range(1000)))


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's account of memory")
def test_ten_thousand_predictions_take_no_more_memory_than_one():
    layout = Layout(1, 50, 1)
    theta = np.full(layout.size, 0.01, np.float32)
    x = np.ones((1, 64, 1), np.float32)

    def resident():
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    for _ in range(100):
        native.forward(layout, theta, x, warmup=63)
    before = resident()
    for _ in range(10_000):
        native.forward(layout, theta, x, warmup=63)
    assert resident() - before < 2**20
