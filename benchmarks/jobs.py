"""The jobs of the speed table: what is computed, the same for every library."""

from __future__ import annotations

from dataclasses import asdict, dataclass

__all__ = ["JOBS", "Job"]


@dataclass(frozen=True)
class Job:
    """Describe one job.

    ``fit``: ``epochs`` over windows of the tutorial's training part. ``update``: ``count`` updates
    of Adam on random samples; the head is at the last step, or at every step where
    ``every_step``. ``predict``: ``count`` windows at once. ``stream``: ``count`` single steps from
    a carried state. ``reach``: from raw numbers to a test RMSE of 0.500.
    """

    name: str
    kind: str
    steps: int
    batch: int
    hidden: int
    layers: int = 1
    outputs: int = 1
    epochs: int = 0
    count: int = 0
    every_step: bool = False

    def flops(self) -> float:
        """Count the arithmetic of one update's matrix products, forward and backward."""
        total = 0.0
        for layer in range(self.layers):
            inputs = self.hidden if layer else 1
            # forward and weight gradient of both kernels, and the gradient handed down
            total += 2 * 2 * 4 * self.hidden * (inputs + self.hidden)
            total += 2 * 4 * self.hidden * (self.hidden + (inputs if layer else 0))
        heads = self.steps if self.every_step else 1
        head = 3 * 2 * self.hidden * self.outputs
        return self.batch * (self.steps * total + heads * head)

    def asdict(self) -> dict[str, object]:
        """Give the settings by name."""
        return asdict(self)


JOBS = {
    job.name: job
    for job in (
        Job("tutorial", "fit", 1, 1, 50, epochs=5),
        Job("windowed", "fit", 64, 32, 50, epochs=5),
        Job("update T50 B1 H50", "update", 50, 1, 50, count=200),
        Job("update T50 B32 H50", "update", 50, 32, 50, count=100),
        Job("update T24 B32 H64", "update", 24, 32, 64, count=100),
        Job(
            "update T36 B256 H48 K18", "update", 36, 256, 48, outputs=18, count=20, every_step=True
        ),
        Job("update T24 B128 H64 L2", "update", 24, 128, 64, layers=2, count=20),
        Job("update T168 B64 H128", "update", 168, 64, 128, count=6),
        Job("update T48 B256 H128 L2", "update", 48, 256, 128, layers=2, count=3),
        Job("predict 2000 windows of 64", "predict", 64, 2000, 50, count=1),
        Job("predict 1 window of 64", "predict", 64, 1, 50, count=50),
        Job("stream one step", "stream", 1, 1, 50, count=2000),
        Job("reach RMSE 0.500", "reach", 100, 16, 50, epochs=10),
    )
}
