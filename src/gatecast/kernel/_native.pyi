"""What the compiled kernel offers; see native/bindings.cpp and native/door.h."""

from collections.abc import Callable, Sequence

import numpy as np

class Net:
    def __init__(
        self,
        *,
        inputs: int,
        hidden: int,
        outputs: int,
        layers: int,
        cell: str,
        residual: bool,
        skip: bool,
        dilations: Sequence[int],
    ) -> None: ...

class Batch:
    def __init__(
        self,
        x: np.ndarray,
        y: np.ndarray | None = None,
        weights: np.ndarray | None = None,
        *,
        warmup: int = 0,
    ) -> None: ...

class Objective:
    def __init__(
        self, *, kind: str, delta: float, levels: Sequence[float], dropout: float
    ) -> None: ...

class State:
    def __init__(self, hidden: np.ndarray, cell: np.ndarray) -> None: ...

class AdamState:
    def __init__(
        self,
        *,
        first: np.ndarray,
        second: np.ndarray,
        powers: np.ndarray,
        beta_1: float,
        beta_2: float,
        epsilon: float,
        weight_decay: float,
        clip_norm: float,
    ) -> None: ...

class Plan:
    def __init__(
        self, order: np.ndarray, rates: np.ndarray, keys: np.ndarray, *, batch_size: int
    ) -> None: ...

class Average:
    def __init__(self, theta: np.ndarray, *, keep: float) -> None: ...

def forward(
    net: Net,
    theta: np.ndarray,
    batch: Batch,
    state: State | None = None,
    *,
    trace: bool = False,
    threads: int = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray | None]:
    """Give outputs, final hidden and cell state, and the trace."""

def gradients(
    net: Net,
    theta: np.ndarray,
    batch: Batch,
    objective: Objective,
    key: int = 0,
    state: State | None = None,
    *,
    threads: int = 1,
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Give loss, d theta, d x, d hidden, d cell, final hidden and final cell state."""

def train(
    net: Net,
    theta: np.ndarray,
    adam: AdamState,
    batch: Batch,
    objective: Objective,
    plan: Plan,
    state: State | None = None,
    average: Average | None = None,
    *,
    threads: int = 1,
    progress: Callable[[int, np.ndarray], None] | None = None,
) -> tuple[int, np.ndarray]:
    """Give the number of updates, and each batch's loss; 0 for those that were not reached."""

def lagged_inputs(
    inputs: np.ndarray,
    values: np.ndarray,
    scales: np.ndarray,
    at: np.ndarray,
    lags: np.ndarray,
    *,
    own: int,
    limit: float,
) -> np.ndarray:
    """Give the inputs of steps, with lags."""

def level() -> str: ...
def levels() -> list[str]: ...
def use_level(name: str) -> None: ...
