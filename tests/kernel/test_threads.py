"""Many Python threads at once, each with its own or all with one network."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from gatecast.kernel import Adam, Layout, native


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
