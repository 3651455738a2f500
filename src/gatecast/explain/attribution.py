"""Which past steps made a forecast: integrated gradients through the kernel's backward pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from gatecast.errors import DataError, UsageError, too_small
from gatecast.explain.inputs import ModelInputs, forecast_unit, input_names, model_inputs
from gatecast.explain.sensitivity import output_gradient, state_before
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.kernel import State
from gatecast.messages import message
from gatecast.network import Network

__all__ = ["TOLERANCE", "attribution"]

#: What may be left between the sum and the difference, in units of the targets' usual size.
TOLERANCE = 1e-3
#: The name of the part that the benchmark forecast of the combination makes, without a network.
_BENCHMARK = "benchmark forecast"
#: The points are doubled so often, as long as more is left.
_DOUBLINGS = 5
#: Steps of all samples in one call of the kernel.
_AT_ONCE = 1 << 16


def attribution(
    model: LSTMForecaster,
    source: Any = None,
    step: int | Sequence[int] | None = None,
    steps: int = 16,
    look_back: int | None = 200,
) -> pd.DataFrame:
    """Attribute the forecast after the end of each series to the past steps that made it.

    Integrated gradients: the inputs go in a straight line from the baseline, where all are zero,
    to what they are, and the gradient of the forecast is integrated along it. The attributions of a
    step of the forecast add up to ``forecast - baseline``, usually to within a thousandth of the
    usual size of the network's targets at this step (``model.scale_``, in local scales). What is
    left over is the column ``error``. The local scale itself is taken as given.

    An input of zero is, of a network trained on levels, a value at the mean of the series; of one
    trained on differences, a series that has stayed at its local mean. The forecast is the median
    of several networks, and attributed is that of the median one (the mean of the two middle ones,
    if their number is even), with its weight in the forecast combination. Where it is combined with
    a benchmark forecast of the last values, each of them is given its part of that too.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted.
    source : path, DataFrame, Series or Panel, optional
        Series that the model was fitted on, up to where the forecast begins; the data that it was
        fitted on if not given.
    step : int or sequence of int, optional
        Which step of the forecast, from 1 to ``h``, or which of them; all if not given.
    steps : int, default 16
        Points of the Gauss-Legendre quadrature of the integral; they are doubled, up to five times,
        while the sum is not right.
    look_back : int or None, default 200
        How many last steps the forecast is attributed to, by default as many as the longest
        subsequence that a network is trained on; the state from before them belongs to the
        baseline. A model with windows of its own looks no further back than one of them.
        None for all of the series. Of thousands of steps that is slow, and seldom exact: with zero
        inputs the network may oscillate, so that the result is very sensitive to early inputs.

    Returns
    -------
    DataFrame
        A row for each series, step of the forecast, past time and input, in this order. The user's
        id and time columns (the past time); ``step``; ``lag``, 0 for the last time; ``input``,
        ``"value"``, or ``"distance from level"`` and ``"last change"``, and where there is such a
        benchmark ``"benchmark forecast"``; ``attribution`` in transformed values (after logarithms,
        season and scaling); ``effect``, the same in the series' own unit where no logarithm is
        taken, so that the way back is linear, and NaN where one is; ``baseline`` and ``forecast``
        of the step, in transformed values, the present value added where the network was trained
        on differences; ``error``, ``forecast - baseline`` less the sum of the step's attributions.

    Raises
    ------
    NotFittedError
        Before ``fit``; or if no table was given and the model does not hold its data.
    NotFoundError
        If there is a series that the model was not fitted on.
    UsageError, DataError
        If a number is out of its range, or the table cannot be used.

    References
    ----------
    Sundararajan, M., Taly, A. and Yan, Q. (2017). Axiomatic attribution for deep networks.
    *Proceedings of the 34th International Conference on Machine Learning*, 3319-3328.
    """
    for name, number in (("steps", steps), ("look_back", look_back)):
        if number is not None and number < 1:
            raise too_small(name, number, 1)
    panel, series = model_inputs(model, source, "attribution")
    wanted = np.arange(model.h) if step is None else np.atleast_1d(np.asarray(step)) - 1
    for k in wanted:
        if not 0 <= k < model.h:
            raise UsageError(message("explain.no_step", step=int(k) + 1, h=model.h))
    parts, times, rows = [], [], []
    for one in series:
        with np.errstate(over="ignore", invalid="ignore"):  # refused in the next line
            table, shown = _attribute(model, one, wanted, steps, look_back)
        if not np.isfinite(table[["baseline", "forecast", "error"]]).all(axis=None):
            raise DataError(message("explain.not_finite"))
        parts.append(table)
        times.append(
            np.tile(np.repeat(shown, len(table) // (len(wanted) * len(shown))), len(wanted))
        )
        rows.append(len(table))
    keys = panel.ends().keys(np.array(rows), np.concatenate(times))
    return pd.concat([keys, pd.concat(parts, ignore_index=True)], axis=1)


def _attribute(
    model: LSTMForecaster, one: ModelInputs, wanted: np.ndarray, points: int, look_back: int | None
) -> tuple[pd.DataFrame, np.ndarray]:
    """Attribute some steps of the forecast of one series; also give the past times."""
    fitted, n = model.fitted_, len(one.values)
    weight, benchmark = fitted.weight, fitted.benchmark
    names = input_names(model)
    if benchmark.sees_values:
        names = (*names, _BENCHMARK)
    window = one.inputs[-min(n, model.look_back or n) :]  # the state is zero before it
    x = window[-min(n, look_back or n) :].astype(np.float64)
    before = len(window) - len(x)
    paths = [
        _Path.of(Network(m.layout, m.theta.astype(np.float64)), window, before, fitted.threads)
        for m in fitted.members[: len(fitted.members) if weight else 1]
    ]
    unit = forecast_unit(one, model.h)
    present = one.values[-1] if fitted.difference else 0.0
    direct, rest = ((1.0 - weight) * p for p in benchmark.share_out(one.series, present))
    parts = []
    for k in wanted:
        size = float(model.scale_[k] * one.local_scales[-1]) * weight
        middle = _middle([float(path.output[k]) for path in paths])
        shares = np.zeros(x.shape)
        if weight:
            shares = np.mean([paths[i].shares(k, points) for i in middle], axis=0) * size
        output = float(np.mean([paths[i].output[k] for i in middle])) * size
        without = float(np.mean([paths[i].without[k] for i in middle])) * size
        # what comes directly from values before those that are shown belongs to the baseline
        base = present + rest[k] + direct[: n - len(x), k].sum()
        last = direct[n - len(x) :, k]
        error = output - without - shares.sum()
        if benchmark.sees_values:
            shares = np.column_stack([shares, last])
        columns = {
            "step": k + 1,
            "lag": np.repeat(np.arange(len(x))[::-1], len(names)),
            "input": np.tile(np.array(names, dtype=object), len(x)),
            "attribution": shares.ravel(),
            "effect": shares.ravel() * unit[k],
            "baseline": without + base,
            "forecast": output + base + last.sum(),
            "error": error,
        }
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True), one.times[n - len(x) :]


class _Path:
    """The straight path of one network's inputs from zero to what they are."""

    def __init__(self, network: Network, x: np.ndarray, state: State | None, threads: int) -> None:
        self.network, self.x, self.state, self.threads = network, x, state, threads
        self.output, self.without = self._outputs(x), self._outputs(np.zeros_like(x))

    @classmethod
    def of(cls, network: Network, inputs: np.ndarray, begin: int, threads: int) -> _Path:
        """Begin at a step of a series [n, I], with the state of what came before."""
        state = None
        if begin:
            trace = network.trace(inputs[np.newaxis, :begin], threads=threads)[0]
            state = state_before(network, trace, np.array([begin]))
        return cls(network, inputs[begin:].astype(np.float64), state, threads)

    def shares(self, k: int, points: int) -> np.ndarray:
        """Share ``output[k] - without[k]`` among the inputs, [T, I]; of all sums the nearest."""
        best, least = np.zeros(self.x.shape), np.inf
        for _ in range(_DOUBLINGS + 1):
            shares = self._integral(k, points) * self.x
            left = abs(shares.sum() - (self.output[k] - self.without[k]))
            if left < least:
                best, least = shares, left
            if left <= TOLERANCE:
                break
            points *= 2
        return best

    def _integral(self, k: int, points: int) -> np.ndarray:
        """Average the gradient of output k along the path, [T, I]."""
        nodes, weights = np.polynomial.legendre.leggauss(points)
        one = np.zeros(self.network.layout.outputs)
        one[k] = 1.0
        total = np.zeros(self.x.shape)
        chunk = max(1, _AT_ONCE // len(self.x))
        for at in range(0, points, chunk):
            part = slice(at, at + chunk)
            x = (0.5 + 0.5 * nodes[part])[:, np.newaxis, np.newaxis] * self.x
            slopes = output_gradient(
                self.network, x, one, state=self._state(len(x)), threads=self.threads
            )
            total += np.tensordot(0.5 * weights[part], slopes, axes=1)
        return total

    def _outputs(self, x: np.ndarray) -> np.ndarray:
        return self.network.run(
            x[np.newaxis], state=self.state, warmup=len(x) - 1, threads=self.threads
        )[0][0, 0]

    def _state(self, samples: int) -> State | None:
        if self.state is None:
            return None
        hidden, cell = (np.repeat(part, samples, axis=1) for part in self.state)
        return State(hidden, cell)


def _middle(outputs: list[float]) -> np.ndarray:
    """Find which one or two of several numbers make their median."""
    return np.argsort(outputs, kind="stable")[(len(outputs) - 1) // 2 : len(outputs) // 2 + 1]
