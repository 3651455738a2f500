"""Which past steps made a forecast: integrated gradients through the kernel's backward pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from gatecast.errors import UsageError, too_small
from gatecast.explain.sensitivity import output_gradient, state_before
from gatecast.explain.walk import input_names, tracks_of, unit_of
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.kernel import State
from gatecast.network import Network

__all__ = ["attribution"]

#: The name of what an anchor gives, which needs no network.
_STRAIGHT = "straight from the values"
#: What may be left between the sum and the difference, in units of the targets' usual size.
_LEFT = 1e-3
#: The points are doubled so often, as long as more is left.
_DOUBLINGS = 5
#: Steps of all samples in one call of the kernel.
_AT_ONCE = 1 << 16


def attribution(
    model: LSTMForecaster,
    source: Any = None,
    step: int | None = None,
    steps: int = 16,
    look_back: int | None = 200,
) -> pd.DataFrame:
    """Share the forecast after the end of each series among the past steps that made it.

    Integrated gradients: the inputs go in a straight line from the baseline, where all are zero,
    to what they are, and the gradient of the forecast is integrated on the way. So the attributions
    of a step of the forecast add up to ``forecast - baseline``, to within a thousandth of the usual
    size of the network's targets at this step (``model.scale_``), in strides of the last value.
    That the past decides how long a stride is, is no part of them.

    A zero is, for a network that sees values, a value at the mean of the series; for one that sees
    changes, a series that has stayed at its level. The forecast is the median of what several
    networks say, and what is shared is what the median one says (the two middle ones, if their
    number is even), as far as the forecaster trusts it. Where it is mixed with an anchor that sees
    the last values, each of them is given its part of the anchor's answer too.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted.
    source : path, DataFrame, Series or Panel, optional
        Series that the model was fitted on, up to where the forecast begins; the data that it was
        fitted on if not given.
    step : int, optional
        Which step of the forecast, from 1 to ``h``; all of them if not given.
    steps : int, default 16
        Points of the Gauss-Legendre quadrature of the integral; they are doubled while the sum is
        not right.
    look_back : int or None, default 200
        How many last steps the forecast is shared among, by default as many as the longest stretch
        that a network is trained on; what it remembers from before them belongs to the baseline.
        A model with windows of its own looks no further back than one of them.
        None for all of the series. Of thousands of steps that is slow, and may have no answer:
        without its inputs a network can swing of its own accord, and where in its swing it ends
        then hangs on the smallest change long ago.

    Returns
    -------
    DataFrame
        A row for each series, step of the forecast, past time and input, in this order. The user's
        id and time columns (the past time); ``step``; ``lag``, 0 for the last time; ``input``,
        ``"value"``, or ``"distance from level"`` and ``"last change"``, and where there is such an
        anchor ``"straight from the values"``; ``attribution`` in the network's unit (after
        logarithms, season and scaling); ``effect``, the same in the series' own unit where no
        logarithm is taken, so that the way back is linear, and NaN where one is; ``baseline`` and
        ``forecast`` of the step, in the network's unit, the present value added where the network
        says changes.

    Raises
    ------
    NotFittedError
        Before ``fit``; or if no table was given and the model does not hold its data.
    NotFoundError
        If there is a series that the model does not know.
    UsageError, DataError
        If a number is out of its range, the integral needs more points, or the table cannot be
        used.

    References
    ----------
    Sundararajan, M., Taly, A. and Yan, Q. (2017). Axiomatic attribution for deep networks.
    *Proceedings of the 34th International Conference on Machine Learning*, 3319-3328.
    """
    for name, number in (("steps", steps), ("look_back", look_back)):
        if number is not None and number < 1:
            raise too_small(name, number, 1)
    panel, tracks = tracks_of(model, source, "attribution")
    if step is not None and not 1 <= step <= model.h:
        raise UsageError(f"step={step} was requested; the forecast has steps 1 to {model.h}")
    wanted = np.arange(model.h) if step is None else np.array([step - 1])
    names = input_names(model)
    networks = [Network(n.layout, n.theta.astype(np.float64)) for n in model.fitted_.members]
    weight, benchmark = model.fitted_.weight, model.fitted_.benchmark
    if benchmark.sees_values:
        names = (*names, _STRAIGHT)
    parts: list[pd.DataFrame] = []
    times, rows = [], []
    for track in tracks:
        n = len(track.values)
        window = track.inputs[-min(n, model.look_back or n) :]  # the memory starts empty before it
        x = window[-min(n, look_back or n) :].astype(np.float64)
        before = len(window) - len(x)
        ways = [_Way.of(network, window, before, model.fitted_.threads) for network in networks]
        own = unit_of(track, model.h)
        present = track.values[-1] if model.fitted_.difference else 0.0
        straight, rest = ((1.0 - weight) * p for p in benchmark.share_out(track.seen, present))
        for k in wanted:
            size = float(model.scale_[k] * track.local_scales[-1]) * weight
            middle = _middle([way.said[k] for way in ways])
            shares = np.mean([ways[i].shares(k, steps) for i in middle], axis=0) * size
            said, without = (
                float(np.mean([getattr(ways[i], name)[k] for i in middle])) * size
                for name in ("said", "without")
            )
            # what is straight from values before those that are shown belongs to the baseline
            base = present + rest[k] + straight[: n - len(x), k].sum()
            seen = straight[n - len(x) :, k]
            if benchmark.sees_values:
                shares = np.column_stack([shares, seen])
            parts.append(
                pd.DataFrame(
                    {
                        "step": k + 1,
                        "lag": np.repeat(np.arange(len(x))[::-1], len(names)),
                        "input": np.tile(np.array(names, dtype=object), len(x)),
                        "attribution": shares.ravel(),
                        "effect": shares.ravel() * own[k],
                        "baseline": without + base,
                        "forecast": said + base + seen.sum(),
                    }
                )
            )
            times.append(np.repeat(track.times[n - len(x) :], len(names)))
        rows.append(len(wanted) * len(x) * len(names))
    keys = panel.ends().keys(np.array(rows), np.concatenate(times))
    return pd.concat([keys, pd.concat(parts, ignore_index=True)], axis=1)


class _Way:
    """The straight way of one network's inputs from zero to what they are."""

    def __init__(self, network: Network, x: np.ndarray, state: State | None, threads: int) -> None:
        self.network, self.x, self.state, self.threads = network, x, state, threads
        self.said, self.without = self._outputs(x), self._outputs(np.zeros_like(x))

    @classmethod
    def of(cls, network: Network, inputs: np.ndarray, begin: int, threads: int) -> _Way:
        """Begin at a step of a series [n, I], with the memory of what came before."""
        state = None
        if begin:
            trace = network.trace(inputs[np.newaxis, :begin], threads=threads)[0]
            state = state_before(network, trace, np.array([begin]))
        return cls(network, inputs[begin:].astype(np.float64), state, threads)

    def shares(self, k: int, points: int) -> np.ndarray:
        """Share ``said[k] - without[k]`` among the inputs, [T, I]."""
        left = np.inf
        for _ in range(_DOUBLINGS + 1):
            shares = self._integral(k, points) * self.x
            left = abs(shares.sum() - (self.said[k] - self.without[k]))
            if left <= _LEFT:
                return shares
            points *= 2
        raise UsageError(
            f"with {points // 2} points, {left:.2g} of step {k + 1} of the forecast is left over, "
            f"in units of its usual size, where {_LEFT:g} may be: ask for a look_back of less than "
            f"{len(self.x)}, or for steps={points}"
        )

    def _integral(self, k: int, points: int) -> np.ndarray:
        """Average the gradient of output k over the way, [T, I]."""
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


def _middle(said: list[float]) -> np.ndarray:
    """Find which one or two of several numbers make their median."""
    return np.argsort(said, kind="stable")[(len(said) - 1) // 2 : len(said) // 2 + 1]
