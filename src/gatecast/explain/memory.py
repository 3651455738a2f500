"""How long the units of a network remember, what they follow, and how far back inputs matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from gatecast.data.calendar import default_season_length
from gatecast.errors import UsageError
from gatecast.explain.inputs import (
    ModelInputs,
    model_inputs,
    require_network,
    trace_network,
)
from gatecast.explain.sensitivity import output_gradient, state_before
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.forecaster.settings.kinds import first_season
from gatecast.kernel import GATES, Layout
from gatecast.messages import Message, message, sentence

__all__ = [
    "MemoryFindings", "describe_memory", "describe_units", "effective_lags", "half_life", "memory",
    "series_features", "spread",
]  # fmt: skip

#: A gate below the first is closed, one above the second is open.
_CLOSED, _OPEN = 0.05, 0.95
#: A hidden state that moves by no more than this says nothing.
_STILL = 1e-6
#: A value so many usual deviations from its recent level is a spike.
_SPIKE = 4.0
#: A level is the mean of so many values, or of the next whole number of seasons.
_LEVEL = 8
_MOST_SERIES, _MOST_ORIGINS, _MOST_STEPS = 32, 32, 12
_FIRST_REACH = 64


@dataclass(frozen=True, eq=False)
class MemoryFindings:
    """Result of :func:`memory`.

    Attributes
    ----------
    units : DataFrame
        A row for each layer and unit, see :func:`memory`.
    gradient : DataFrame
        ``step`` of the horizon (from 1), ``lag`` (0 is the present step) and ``gradient``: by how
        much the forecast changes, in transformed values, when an input so long ago changes by 1;
        its absolute value, added up over the inputs of a step and averaged over origins and
        networks.
    effective_memory : int
        Steps, the present one among them, within which ``share`` of the absolute gradient lies;
        0 where no input changes the forecast.
    share : float
        See ``effective_memory``.
    reach : int
        Longest lag measured.
    sentences : tuple of Message
        The result in words; the first is about the ``look_back`` that the series need.
    """

    units: pd.DataFrame
    gradient: pd.DataFrame
    effective_memory: int
    share: float
    reach: int
    sentences: tuple[Message, ...]

    def _repr_html_(self) -> str:
        """Show the sentences and the table of units in a notebook."""
        text = "".join(f"<p>{escape(sentence(one))}</p>" for one in self.sentences)
        return text + self.units.to_html(max_rows=20, float_format="{:.3g}".format, index=False)


def memory(
    model: LSTMForecaster, source: Any = None, network: int = 0, share: float = 0.95
) -> MemoryFindings:
    """Find how long each unit remembers and what it follows, and how far back the forecast looks.

    A unit keeps the share f of its cell at a step, its forget gate; at that pace half of what it
    remains is gone after ln(1/2) / ln(f) steps. Of a GRU the update gate is taken for it.

    How far back an input still moves the forecast is measured through the backward pass: the
    gradient of each step of the forecast (of twelve of them where the horizon is longer) with
    respect to the inputs of each step before, from up to 32 origins in up to 32 series, averaged
    over the networks whose median is the forecast. A model with windows (``look_back``) looks no
    further back than one of them; its units are followed along windows that stand end to end.

    Parameters
    ----------
    model : LSTMForecaster
        Fitted.
    source : path, DataFrame, Series or Panel, optional
        Series that the model was fitted on; the data that it was fitted on if not given.
    network : int, default 0
        Which of ``model.networks_`` the table of units is about.
    share : float, default 0.95
        Share of the absolute gradient that counts as all of it.

    Returns
    -------
    MemoryFindings
        Its ``units`` have the columns ``layer``, ``unit``; ``half_life``, ``half_life_lower``,
        ``half_life_upper``: median and quartiles over all steps, in steps (0 where everything is
        forgotten at once, infinite where nothing is); for each gate ``forget_closed`` and
        ``forget_open`` and so on: share of the steps at which it is below 0.05 and above 0.95;
        ``dead``: whether its hidden state never moves; ``follows`` and ``correlation``: which of
        value, level, trend, season, change and spikes its cell (the hidden state of a GRU) is
        correlated with most, and how. The level is the mean of the last eight values, or of as
        many seasons as hold eight, the trend its change over as long, spikes are where a value is
        more than four usual deviations from the level before it; all of transformed values. The
        correlation with the season is the multiple one with sine and cosine of its phase.

    Raises
    ------
    NotFittedError
        Before ``fit``; or if no table was given and the model does not hold its data.
    NotFoundError
        If there is a series that the model does not know.
    UsageError, DataError
        If ``share`` or ``network`` is out of its range, or the table cannot be used.
    """
    if not 0.0 < share < 1.0:
        raise UsageError(message("explain.bad_share", share=share))
    _, series = model_inputs(model, source, "memory")
    net = require_network(model, network)
    traces = [trace_network(model, net, one.inputs) for one in series]
    season = first_season(model.season_length) or default_season_length(model.ends_.freq)
    features = series_features([(one.values, one.series.start) for one in series], season)
    units = describe_units(net.layout, np.concatenate(traces), features)
    curve, reach = _gradient_by_lag(model, series, share)
    effective = effective_lags(curve.sum(axis=0), share)
    steps = spread(model.h, _MOST_STEPS)
    gradient = pd.DataFrame(
        {
            "step": np.repeat(steps + 1, reach),
            "lag": np.tile(np.arange(reach), len(steps)),
            "gradient": curve.ravel(),
        }
    )
    longest = max(len(one.values) for one in series)
    sentences = (
        _look_back(model, effective, share, longest),
        *describe_memory(units, effective, share),
    )
    return MemoryFindings(units, gradient, effective, share, reach, sentences)


def half_life(kept: np.ndarray) -> np.ndarray:
    """Give the steps after which half of a cell is gone, at a forget gate's value.

    Parameters
    ----------
    kept : ndarray
        Values from 0 to 1, of any shape.

    Returns
    -------
    ndarray
        ln(1/2) / ln(kept): 0 where nothing is kept, infinite where everything is.
    """
    kept = np.asarray(kept, np.float64)
    with np.errstate(divide="ignore"):
        return np.log(2.0) / np.abs(np.log(np.minimum(kept, 1.0)))


# ------------------------------------------------------------------------------------------ units


def describe_units(
    layout: Layout, trace: np.ndarray, features: dict[str, np.ndarray]
) -> pd.DataFrame:
    """Describe how long each unit remembers, and what it follows; see :func:`memory`.

    Parameters
    ----------
    layout : Layout
        Of the network.
    trace : ndarray of shape [n, L, 6, H]
        Gates and states along one series or several, one after another.
    features : dict of str to ndarray of shape [n, 1] or [n, 2]
        What a unit could follow, see :func:`series_features`.

    Returns
    -------
    DataFrame
        A row for each layer and unit.
    """
    names = GATES[layout.cell]
    trace = trace.astype(np.float64)
    L, H = layout.layers, layout.hidden  # trace: [n, L, 6, H]
    units: dict[str, Any] = {"layer": np.repeat(np.arange(L), H), "unit": np.tile(np.arange(H), L)}
    keeps = trace[:, :, names.index("forget" if layout.cell == "lstm" else "update")]
    pace = np.repeat(layout.dilations, H)
    for name, quantile in (("", 0.5), ("_lower", 0.25), ("_upper", 0.75)):
        units[f"half_life{name}"] = half_life(np.quantile(keeps, quantile, axis=0)).ravel() * pace
    for place, name in enumerate(names):
        if name not in ("candidate", "recurrent"):
            gate = trace[:, :, place]
            units[f"{name}_closed"] = (gate < _CLOSED).mean(axis=0).ravel()
            units[f"{name}_open"] = (gate > _OPEN).mean(axis=0).ravel()
    units["dead"] = (np.ptp(trace[:, :, 5], axis=0) <= _STILL).ravel()
    cells = trace[:, :, 4 if layout.cell == "lstm" else 5].reshape(len(trace), L * H)
    units["follows"], units["correlation"] = _followed(cells, features)
    return pd.DataFrame(units)


def series_features(series: Iterable[tuple[np.ndarray, int]], season: int) -> dict[str, np.ndarray]:
    """Give what a unit could follow: value, level, trend, change, spikes and season.

    Parameters
    ----------
    series : iterable of (ndarray of shape [n], int)
        Transformed values of each series, and the position of its first one.
    season : int
        Season length; 1 where there is none.

    Returns
    -------
    dict of str to ndarray of shape [total, 1] or [total, 2]
        Over all series one after another.
    """
    window = season * -(-_LEVEL // season)  # of whole seasons, so that a level has none
    parts: dict[str, list[np.ndarray]] = {}
    for values, start in series:
        level = np.asarray(pd.Series(values).rolling(window, min_periods=1).mean())
        earlier = level[np.maximum(np.arange(len(level)) - window, 0)]
        away = values - np.concatenate([level[:1], level[:-1]])
        usual = 1.4826 * np.median(np.abs(away - np.median(away)))
        one = {
            "value": values,
            "level": level,
            "trend": level - earlier,
            "change": np.diff(values, prepend=values[0]),
            "spikes": np.where(np.abs(away) > _SPIKE * usual, away, 0.0) if usual else 0.0 * away,
        }
        columns = {name: column[:, np.newaxis] for name, column in one.items()}
        if season > 1:
            phase = 2 * np.pi * ((start + np.arange(len(values))) % season) / season
            columns["season"] = np.column_stack([np.sin(phase), np.cos(phase)])
        for name, column in columns.items():
            parts.setdefault(name, []).append(column)
    return {name: np.concatenate(columns) for name, columns in parts.items()}


def _followed(
    cells: np.ndarray, features: dict[str, np.ndarray]
) -> tuple[list[str | None], np.ndarray]:
    """Find for each column of cells [n, U] the feature of the strongest correlation."""
    names = list(features)
    correlations = np.zeros((len(names), cells.shape[1]))
    y = cells - cells.mean(axis=0)
    moved = np.ptp(cells, axis=0) > _STILL
    size = np.where(moved, np.sqrt((y * y).sum(axis=0)), 1.0)
    for row, feature in enumerate(features.values()):
        x = feature - feature.mean(axis=0)
        if np.ptp(feature, axis=0).max() <= 1e-12 * np.abs(feature).max():
            continue
        if x.shape[1] == 1:
            correlations[row] = (x[:, 0] @ y) / (size * np.sqrt(x[:, 0] @ x[:, 0]))
        else:
            fitted = x @ np.linalg.lstsq(x, y, rcond=None)[0]
            correlations[row] = np.sqrt((fitted * fitted).sum(axis=0)) / size
    correlations[:, ~moved] = 0.0
    best = np.abs(correlations).argmax(axis=0)
    strongest = correlations[best, np.arange(len(best))]
    follows = [names[i] if r else None for i, r in zip(best, strongest, strict=True)]
    return follows, np.clip(strongest, -1.0, 1.0)


# ---------------------------------------------------------------------------------------- gradient


def _gradient_by_lag(
    model: LSTMForecaster, series: Sequence[ModelInputs], share: float
) -> tuple[np.ndarray, int]:
    """Give the mean absolute gradient [steps, lags], so far back that the share is well inside."""
    longest = max(len(one.values) for one in series)
    if model.look_back is not None:
        longest = min(longest, model.look_back)
    networks = model.fitted_.members
    traces: dict[tuple[int, int], np.ndarray] = {}
    # the memory of a window starts empty, and not with what came before it
    carried = model.look_back is None
    reach = min(_FIRST_REACH, longest) if carried else longest
    while True:
        fit = [i for i, one in enumerate(series) if len(one.values) >= reach]
        fit = [fit[i] for i in spread(len(fit), _MOST_SERIES)]
        total = np.zeros((len(spread(model.h, _MOST_STEPS)), reach))
        origins = 0
        for i in fit:
            inputs, length = series[i].inputs, len(series[i].values)
            first = spread(length - reach + 1, max(1, _MOST_ORIGINS // len(fit)))
            origins += len(first)
            x = np.stack([inputs[begin : begin + reach] for begin in first])
            for n, network in enumerate(networks):
                if carried and (n, i) not in traces:
                    traces[n, i] = trace_network(model, network, inputs)
                state = state_before(network, traces[n, i], first) if carried else None
                for row, k in enumerate(spread(model.h, _MOST_STEPS)):
                    weights = np.zeros(network.layout.outputs)
                    weights[k] = model.scale_[k]
                    slopes = output_gradient(
                        network, x, weights, state=state, threads=model.fitted_.threads
                    )
                    total[row] += np.abs(slopes).sum(axis=(0, 2))[::-1] / len(networks)
        if reach == longest or 2 * effective_lags(total.sum(axis=0), share) <= reach:
            return total / origins, reach
        reach = min(2 * reach, longest)


def spread(count: int, most: int) -> np.ndarray:
    """Give up to so many places among ``count``, evenly, the first and the last among them.

    Parameters
    ----------
    count, most : int
        Of all places, and of those given.

    Returns
    -------
    ndarray of int
        Rising.
    """
    if most == 1:
        return np.array([count - 1])
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def effective_lags(curve: np.ndarray, share: float) -> int:
    """Count the lags, from 0 on, within which a share of a curve lies.

    Parameters
    ----------
    curve : ndarray of shape [lags]
        Not negative.
    share : float
        Between 0 and 1.

    Returns
    -------
    int
        0 if the curve is zero.
    """
    total = curve.sum()
    if not total:
        return 0
    return int(np.searchsorted(np.cumsum(curve), share * total * (1 - 1e-12)) + 1)


# ------------------------------------------------------------------------------------------- words


#: What a unit may follow, in words.
_FEATURES = {
    "value": "memory.value",
    "level": "memory.level",
    "trend": "memory.trend",
    "season": "memory.season",
    "change": "memory.change",
    "spikes": "memory.spikes",
}


def _look_back(model: LSTMForecaster, effective: int, share: float, longest: int) -> Message:
    if not model.fitted_.weight:  # what the networks need says nothing of this forecast
        return message("memory.no_part", share=share, steps=effective)
    if not effective:
        return message("memory.nothing")
    text = message("memory.within", share=share, steps=effective)
    if model.look_back is not None:
        text = message("memory.window", text=text, look_back=model.look_back)
    elif 2 * effective > longest > 1:
        text = message("memory.short_history", text=text, longest=longest)
    if model.fitted_.difference:
        text = message("memory.differences", text=text, span=model.fitted_.state.span)
    return text


def describe_memory(units: pd.DataFrame, effective: int, share: float) -> list[Message]:
    """Say how long units remember and what they follow.

    Parameters
    ----------
    units : DataFrame
        From :func:`describe_units`.
    effective : int
        Last steps within which a share of the gradient of the forecast is.
    share : float
        Which share.

    Returns
    -------
    list of Message
        None for what there is not.
    """
    alive = units[~units["dead"]]
    dead = len(units) - len(alive)
    sentences = []
    if len(alive):
        lives = np.quantile(alive["half_life"], [0.0, 0.5, 1.0], method="nearest")
        low, middle, high = (float(f"{steps:.3g}") for steps in lives)
        sentences.append(message("memory.half_life", low=low, middle=middle, high=high))
        # after so many half-lives the share of what a unit keeps itself is past; gates do move
        if effective > -2.0 * np.log2(1.0 - share) * lives[-1]:
            sentences.append(message("memory.reaches_further"))
        counts = Counter(name for name in alive["follows"] if name)
        if counts:
            features = [message(_FEATURES[name], n=n) for name, n in counts.most_common()]
            sentences.append(message("memory.follows", features=features))
    if dead:
        sentences.append(message("memory.dead", dead=dead, n=len(units)))
    return sentences
