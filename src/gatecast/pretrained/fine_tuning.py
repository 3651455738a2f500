"""Fine-tuning: the pretrained network's head learns from the user's own series.

The LSTM stays as it is, and runs along each series once. The head is trained on what follows its
states, by the pinball loss in local scales. A network that is fine-tuned on few values forgets what
it knew, so its weights are taken from the straight line between the start and where training leads,
at the share of the distance whose loss on the last values of the series is smallest; where none is
better by more than chance, the start stays (Wortsman et al. 2022, "Robust fine-tuning of zero-shot
models", section 3). The final head is trained on all values, and taken at the same share.

Shape letters: S steps from which forecasts are made, K steps ahead, W width of the head, Q
quantiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from gatecast.data.panel import Panel, equal_lengths
from gatecast.messages import Message, message
from gatecast.pretrained.features import horizon_inputs, step_inputs
from gatecast.pretrained.network import LEVELS, MEDIAN, PretrainedNetwork, quantiles_around
from gatecast.pretrained.seasons import longer_season, memory_of

__all__ = [
    "HEAD",
    "SHARES",
    "FineTuned",
    "Samples",
    "beyond_chance",
    "fine_tune",
    "loss_and_gradients",
]

#: The weights that are trained.
HEAD = ("horizon", "mix", "mix_bias", "out", "out_bias", "skip")
#: Of the distance from the start to the trained weights, those that are tried.
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
#: Of one forecast, a gain up to this may be chance; of n that do not overlap, one over their root.
_CHANCE = 0.3
_MOST_SERIES, _ORIGINS, _AHEAD = 1000, 8, 12
_STEPS, _BATCH, _RATE, _WARM_UP, _CLIP = 100, 640, 1.5e-3, 20, 1.0
_BETAS, _EPSILON = (0.9, 0.999), 1e-8
#: The last part of a series that is held out, and the values before its first origin.
_HELD_OUT, _FIRST = 0.2, 3
#: The smallest size of a series' targets that its loss is divided by, and the largest target.
_SMALL, _FAR = 0.3, 200.0


@dataclass(frozen=True, eq=False)
class Samples:
    """Hold what the head sees at some steps of some series, and what followed.

    Parameters
    ----------
    state : ndarray of shape [S, W]
        The LSTM's outputs.
    inputs, benchmarks : ndarray of shapes [S, K, HORIZON_INPUTS] and [S, K, BENCHMARKS]
        See :func:`gatecast.pretrained.features.horizon_inputs`.
    target, weight : ndarray of shape [S, K]
        What followed, as a difference from the value at the step in local scales; and its weight in
        the loss, 0 where it is missing or not known.
    """

    state: np.ndarray
    inputs: np.ndarray
    benchmarks: np.ndarray
    target: np.ndarray
    weight: np.ndarray

    def of(self, which: np.ndarray) -> Samples:
        """Give some of them.

        Parameters
        ----------
        which : ndarray of int, shape [n]
            Their positions.

        Returns
        -------
        Samples
            n of them.
        """
        return Samples(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class FineTuned:
    """Hold a fine-tuned network, and whether it is better.

    Parameters
    ----------
    network : PretrainedNetwork
        The start where fine-tuning does not help.
    share : float
        Of the distance from the start; 0 where it does not help.
    gain : float
        By which share of it the loss on the values held out was smaller.
    series : int
        How many series it learnt from.
    """

    network: PretrainedNetwork
    share: float
    gain: float
    series: int

    @property
    def sentence(self) -> Message:
        """Whether it helped."""
        if self.share:
            return message("pretrained.fine_tuned", n=self.series, gain=self.gain)
        return message("pretrained.not_fine_tuned", n=self.series)


def fine_tune(
    network: PretrainedNetwork, panel: Panel, seasons: tuple[int, ...], h: int, *, threads: int = 1
) -> FineTuned:
    """Train the head on the series of a panel, where that helps.

    Parameters
    ----------
    network : PretrainedNetwork
        The start.
    panel : Panel
        The series as known at the origin; a thousand of them are used, drawn with a fixed seed.
    seasons : tuple of int
        Season length, or a short one and a longer one.
    h : int
        Steps to forecast.
    threads : int, default 1
        Threads among which series are shared.

    Returns
    -------
    FineTuned
        The same for the same arguments.
    """
    rng = np.random.default_rng(0)
    count = min(len(panel), _MOST_SERIES)
    panel = panel.take(np.sort(rng.permutation(len(panel))[:count]))
    parts = [*_samples(network, panel, seasons, h, threads)]
    past, held_out = (_joined([part[i] for part in parts]) for i in (0, 1))
    if not past.weight.any() or not held_out.weight.any():
        return FineTuned(network, 0.0, 0.0, count)
    trained = _train(network, past, rng)
    losses = [
        loss_and_gradients(_between(network, trained, share), held_out)[0] for share in SHARES
    ]
    gains = [1 - loss / losses[0] for loss in losses]
    best = int(np.argmax(gains))
    independent = sum(max(1.0, _held_out(n, h) / h) for n in panel.lengths)
    if not beyond_chance(gains[best], independent):
        return FineTuned(network, 0.0, gains[best], count)
    trained = _train(network, _joined([past, held_out]), rng)
    return FineTuned(_between(network, trained, SHARES[best]), SHARES[best], gains[best], count)


def beyond_chance(gain: float, independent: float) -> bool:
    """Test whether fine-tuned weights are so much better that it is hardly chance.

    Parameters
    ----------
    gain : float
        By which share of it the error on the values held out is smaller.
    independent : float
        How many forecasts of the hold-out do not overlap.

    Returns
    -------
    bool
        Of fewer forecasts, more is needed.
    """
    return bool(gain > _CHANCE / np.sqrt(independent))


def loss_and_gradients(
    network: PretrainedNetwork, samples: Samples
) -> tuple[float, dict[str, np.ndarray]]:
    """Compute the mean pinball loss of the head, and its derivatives.

    Parameters
    ----------
    network : PretrainedNetwork
        Its head is used; the LSTM's outputs are given.
    samples : Samples
        What the head sees, and what followed.

    Returns
    -------
    loss : float
        Twice the pinball loss, averaged over quantiles and by weight.
    gradients : dict of str to ndarray
        Of each of :data:`HEAD`, float32, of its shape.
    """
    z, c, w = samples.inputs, samples.benchmarks, samples.weight
    total, Q = float(w.sum()), len(LEVELS)
    first, slope_1 = _silu(samples.state[:, None] + z @ network.horizon)
    second, slope_2 = _silu(first @ network.mix + network.mix_bias)
    g = first + second
    out = g @ network.out + network.out_bias
    q, mixed = out[..., :Q], network.skip + out[..., Q:]
    step = np.logaddexp(np.float32(0.0), q)
    median = q[..., MEDIAN, None] + (mixed * c).sum(-1, keepdims=True)
    e = samples.target[..., None] - quantiles_around(median, step)
    levels = LEVELS.astype(np.float32)
    loss = float((np.maximum(levels * e, (levels - 1) * e).mean(-1) * w).sum() * 2 / total)

    d = np.where(e > 0, -levels, 1 - levels) * (w * (2 / total / Q))[..., None].astype(np.float32)
    d_median = d.sum(-1, keepdims=True)
    d_q = np.empty_like(q)
    # a step moves its quantile and those further out
    d_q[..., MEDIAN + 1 :] = np.cumsum(d[..., :MEDIAN:-1], -1)[..., ::-1]
    d_q[..., :MEDIAN] = -np.cumsum(d[..., :MEDIAN], -1)
    d_q *= np.exp(q - step)  # the derivative of the softplus
    d_q[..., MEDIAN] = d_median[..., 0]
    d_mixed = d_median * c
    d_out = np.concatenate([d_q, d_mixed], -1)
    d_g = d_out @ network.out.T
    d_second = d_g * slope_2
    d_first = (d_g + d_second @ network.mix.T) * slope_1
    return loss, {
        "horizon": _outer(z, d_first), "mix": _outer(first, d_second),
        "mix_bias": d_second.sum((0, 1)), "out": _outer(g, d_out), "out_bias": d_out.sum((0, 1)),
        "skip": d_mixed.sum((0, 1)),
    }  # fmt: skip


def _samples(
    network: PretrainedNetwork, panel: Panel, seasons: tuple[int, ...], h: int, threads: int
) -> Iterator[tuple[Samples, Samples]]:
    """Give what may be learnt before the hold-out, and from its origins, batch by batch."""
    kept = np.minimum(panel.lengths, memory_of(seasons))
    ahead = np.unique(np.linspace(1, h, min(h, _AHEAD)).round().astype(int))
    for which, n in equal_lengths(kept, 256):
        cut = n - _held_out(n, h)
        if cut < _FIRST + 2:
            continue
        at = panel.offsets[which + 1][:, None] - n + np.arange(n)
        there, y = ~panel.filled[at], panel.values[at]
        there[:, 0] = True
        positive = (y > 0).all(axis=1)
        views = [(positive, True), (~positive | (seasons[0] > 1), False)]
        for rows, logs in views:
            if not rows.any():
                continue
            values = np.log(y[rows]) if logs else y[rows]
            f = step_inputs(
                np.where(there[rows], values, np.nan), seasons[0], longer_season(seasons, n)
            )
            state, _ = network.lstm.run(f.inputs, threads=threads)
            # before the first change there is no scale to measure what follows in
            changed = np.logical_or.accumulate(f.y != f.y[:, :1], axis=1)
            made = []
            for first, last, end in ((_FIRST - 1, cut - 2, cut), (cut - 1, n - 2, n)):
                origins = np.unique(np.linspace(first, last, _ORIGINS).round().astype(int))
                index = origins[:, None] + ahead
                target_at = np.minimum(index, n - 1)
                target = (f.y[:, target_at] - f.y[:, origins][..., None]) / f.scale[
                    :, origins, None
                ]
                weight = (index < end) & there[rows][:, target_at] & changed[:, origins, None]
                count = np.maximum(weight.sum((1, 2), keepdims=True), 1)
                size = (np.abs(target) * weight).sum((1, 2), keepdims=True) / count
                weight = weight / count / np.sqrt(np.maximum(size, _SMALL))
                parts = (
                    state[:, origins], *horizon_inputs(f, origins, ahead),
                    np.clip(target, -_FAR, _FAR), weight,
                )  # fmt: skip
                merged = (a.reshape(-1, *a.shape[2:]).astype(np.float32) for a in parts)
                made.append(Samples(*merged))
            yield made[0], made[1]


def _held_out(n: int, h: int) -> int:
    """Count the last values of a series of n that are held out."""
    return max(h, int(_HELD_OUT * n))


def _joined(parts: list[Samples]) -> Samples:
    names = Samples.__dataclass_fields__
    if not parts:
        return Samples(*(np.zeros((0, 1, 1), np.float32) for _ in names))
    return Samples(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _train(network: PretrainedNetwork, samples: Samples, rng: np.random.Generator):
    """Train the head by Adam (Kingma and Ba 2015, algorithm 1); its rate falls to zero."""
    first = {name: np.zeros_like(getattr(network, name)) for name in HEAD}
    second = {name: np.zeros_like(getattr(network, name)) for name in HEAD}
    # origins without a target would only make batches smaller
    useful = np.flatnonzero(samples.weight.any(axis=1))
    for step in range(1, _STEPS + 1):
        some = rng.choice(useful, min(_BATCH, len(useful)), replace=False)
        _, gradients = loss_and_gradients(network, samples.of(some))
        norm = np.sqrt(sum(float((g**2).sum()) for g in gradients.values()))
        rate = _RATE * min(1.0, step / _WARM_UP) * (1 + np.cos(np.pi * step / _STEPS)) / 2
        moved = {}
        for name, gradient in gradients.items():
            gradient = gradient * min(1.0, _CLIP / max(norm, 1e-12))
            first[name] = _BETAS[0] * first[name] + (1 - _BETAS[0]) * gradient
            second[name] = _BETAS[1] * second[name] + (1 - _BETAS[1]) * gradient**2
            mean = first[name] / (1 - _BETAS[0] ** step)
            size = np.sqrt(second[name] / (1 - _BETAS[1] ** step))
            moved[name] = (getattr(network, name) - rate * mean / (size + _EPSILON)).astype("f4")
        network = replace(network, **moved)
    return network


def _between(
    start: PretrainedNetwork, trained: PretrainedNetwork, share: float
) -> PretrainedNetwork:
    at = {n: (1 - share) * getattr(start, n) + share * getattr(trained, n) for n in HEAD}
    return replace(start, **{name: array.astype(np.float32) for name, array in at.items()})


def _silu(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the activation, and its derivative."""
    gate = 1 / (1 + np.exp(-np.clip(x, -60, 60)))
    return x * gate, gate * (1 + x * (1 - gate))


def _outer(inputs: np.ndarray, d: np.ndarray) -> np.ndarray:
    return inputs.reshape(-1, inputs.shape[-1]).T @ d.reshape(-1, d.shape[-1])
