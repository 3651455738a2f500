"""Which seasons a forecaster looks for: those it was given, or one that the values show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from gatecast.data.calendar import default_season_length
from gatecast.data.panel import Panel
from gatecast.data.transforms import SeasonalAdjustment, find_season_length
from gatecast.forecaster.kinds import as_seasons
from gatecast.messages import Message, message

__all__ = ["find_season", "keeps_phase", "seasons_for"]

#: Of many series so many are asked, and of long ones so many last values.
_MOST_SERIES = 100
_MOST_VALUES = 10_000
_CLEARLY = 0.9
_ALIKE = 0.8


def seasons_for(
    panel: Panel, season_length: int | Sequence[int] | None, h: int
) -> tuple[tuple[int, ...], list[Message]]:
    """Give the seasons of a panel: those requested, that of its frequency, or one detected.

    Parameters
    ----------
    panel : Panel
        The series.
    season_length : int, sequence of int or None
        What is requested.
    h : int
        Steps to forecast; as many at least, and a fifth of a series, have no say, because they may
        be held out.

    Returns
    -------
    seasons : tuple of int
        From short to long; ``(1,)`` for none.
    decisions : list of Message
        What was detected, a sentence each.
    """
    if season_length is not None:
        return as_seasons(season_length), []
    usual = default_season_length(panel.freq)
    if usual > 1 or panel.times.dtype.kind == "M":
        return (usual,), []
    back = max(h, int(np.median(panel.lengths)) // 5)
    season, sentence = find_season([s.values[:-back] for s in panel if len(s.values) > 2 * back])
    return (season,), [sentence]


def find_season(series: Sequence[np.ndarray]) -> tuple[int, Message]:
    """Find the season of series whose frequency has no usual one.

    Each series is asked (:func:`gatecast.data.transforms.find_season_length`). A season counts
    only if it keeps its phase (:func:`keeps_phase`), for a cycle of 62.8 steps is not undone by
    taking out one of 63.

    Parameters
    ----------
    series : sequence of ndarray of shape [n]
        Training parts; of many a hundred are asked, of long ones the last 10,000 values.

    Returns
    -------
    season_length : int
        What half of the series or more agree on; 1 if there is no such length.
    sentence : Message
        What was detected, in words.
    """
    if not series:
        return 1, message("season.too_short")
    tested = [v[-_MOST_VALUES:] for v in series[:: max(1, -(-len(series) // _MOST_SERIES))]]
    result = [find_season_length(values) for values in tested]
    kept = [
        m if m > 1 and keeps_phase(values, m) else 1
        for values, m in zip(tested, result, strict=True)
    ]
    season, votes = min(Counter(kept).items(), key=lambda item: (-item[1], item[0]))
    if season > 1 and 2 * votes >= len(tested):
        if len(series) == 1:
            return season, message("season.detected", season=season)
        n = len(tested)
        return season, message("season.detected_panel", season=season, votes=votes, n=n)
    if len(series) == 1 and result[0] > 1:
        return 1, message("season.cycle", length=result[0])
    return 1, message("season.none")


def keeps_phase(values: np.ndarray, season_length: int) -> bool:
    """Test whether the season of the first half is that of the second half.

    Parameters
    ----------
    values : ndarray of shape [n]
        The training part.
    season_length : int
        Steps in a season, m.

    Returns
    -------
    bool
        True if taking out the season that was fitted on the first half (two seasons or more) takes
        a tenth or more off the variance of what follows, around its straight-line trend, and has
        the shape of the season of the second half, if that is two seasons long (a correlation of
        0.8 or more); False where less than one season follows.
    """
    half = max(len(values) // 2, 2 * season_length)
    if len(values) - half < max(season_length, 3):
        return False
    relative = values / (float(np.max(np.abs(values))) or 1.0)  # so that no square overflows
    fitted = SeasonalAdjustment.fit(relative[:half], season_length, "additive")
    later = _without_trend(relative[half:])
    rest = _without_trend(fitted.transform(relative[half:], half))
    if not rest @ rest < _CLEARLY * (later @ later):
        return False
    if len(later) < 2 * season_length:
        return True
    then = SeasonalAdjustment.fit(relative[half:], season_length, "additive").indices
    now = fitted.at(half, season_length)
    return bool(now @ then > _ALIKE * np.linalg.norm(now) * np.linalg.norm(then))


def _without_trend(values: np.ndarray) -> np.ndarray:
    """Take the straight line of least squares off."""
    steps = np.arange(len(values)) - (len(values) - 1) / 2
    rest = np.asarray(values, np.float64) - np.mean(values)
    return rest - (steps @ rest) / (steps @ steps) * steps
