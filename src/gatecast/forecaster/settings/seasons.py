"""Which seasons a forecaster looks for: those it was given, or one that the values show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from gatecast.data.calendar import candidate_seasons, default_season_length
from gatecast.data.panel import RELATED, Panel
from gatecast.data.transforms import find_season_length, fit_season, is_seasonal
from gatecast.forecaster.settings.kinds import as_seasons, requested_season
from gatecast.messages import Message, message

__all__ = ["find_season", "further_seasons", "keeps_phase", "lasting_share", "seasons_for"]

#: Of many series so many are asked, and of long ones so many last values.
_MOST_SERIES = 100
_MOST_VALUES = 10_000
_LASTING = 0.1
_ALIKE = 0.8


def seasons_for(
    panel: Panel, season_length: int | Sequence[int] | str | None, h: int
) -> tuple[tuple[int, ...], list[Message]]:
    """Give the seasons of a panel: those requested, those of its frequency, or one detected.

    The week and the year of days and finer steps are tested for (:func:`further_seasons`); of
    panels of 20 series or more, networks see the week where the hold-out shows that it helps.

    Parameters
    ----------
    panel : Panel
        The series.
    season_length : int, sequence of int, "auto" or None
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
    requested = requested_season(season_length)
    if requested is not None:
        return as_seasons(requested), []
    usual = default_season_length(panel.freq)
    back = max(h, int(np.median(panel.lengths)) // 5)
    series = [s.values[:-back] for s in panel if len(s.values) > 2 * back]
    if usual > 1 or panel.times.dtype.kind == "M":
        longer = candidate_seasons(panel.freq)[1:]
        if len(panel) >= RELATED:  # networks look for the week themselves
            return (usual,), []
        return further_seasons(series, usual, longer)
    season, sentence = find_season(series)
    return (season,), [sentence]


def further_seasons(
    series: Sequence[np.ndarray], usual: int, longer: Sequence[int]
) -> tuple[tuple[int, ...], list[Message]]:
    """Find the longer seasons that series have beside their usual one.

    A season counts where it is there three times, its autocorrelation is clear once shorter seasons
    are taken out (:func:`gatecast.data.transforms.is_seasonal`), and it lasts
    (:func:`lasting_share`).

    Parameters
    ----------
    series : sequence of ndarray of shape [n]
        Training parts.
    usual : int
        Steps of the shortest season.
    longer : sequence of int
        Candidates, from short to long.

    Returns
    -------
    seasons : tuple of int
        The usual one and those that half of the series or more have.
    sentences : list of Message
        What was detected, a sentence each.
    """
    seasons, sentences = [usual], []
    rest = [_without_season(values / _size(values), usual) for values in series]
    for season in longer:
        shares = [
            lasting_share(values, season)
            if len(values) >= 3 * season and is_seasonal(values, season)
            else 0.0
            for values in rest
        ]
        votes = [share for share in shares if share >= _LASTING]
        if not votes or 2 * len(votes) < len(shares):
            continue
        fields = {"season": season, "shorter": seasons[-1], "strength": float(np.median(votes))}
        many = {"votes": len(votes), "n": len(shares)}
        sentences.append(
            message("season.further", **fields)
            if len(shares) == 1
            else message("season.further_panel", **fields, **many)
        )
        seasons.append(season)
        rest = [_without_season(values, season) for values in rest]
    return tuple(seasons), sentences


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
        True if :func:`lasting_share` is a tenth or more, and the season has the shape of that of
        the second half, if that is two seasons long (a correlation of 0.8 or more).
    """
    if lasting_share(values, season_length) < _LASTING:
        return False
    half = max(len(values) // 2, 2 * season_length)
    if len(values) - half < 2 * season_length:
        return True
    relative = values / _size(values)
    now = fit_season(relative[:half], season_length).at(half, season_length)
    then = fit_season(relative[half:], season_length).at(0, season_length)
    return bool(now @ then > _ALIKE * np.linalg.norm(now) * np.linalg.norm(then))


def lasting_share(values: np.ndarray, season_length: int) -> float:
    """Give the share of the variance of later values that an earlier season takes off.

    Parameters
    ----------
    values : ndarray of shape [n]
        The training part.
    season_length : int
        Steps in a season, m.

    Returns
    -------
    float
        The season is fitted on the first half, or two seasons if that is more; the variance is that
        of what follows, around its straight-line trend. 0 where less than one season follows, or
        nothing is taken off.
    """
    half = max(len(values) // 2, 2 * season_length)
    if len(values) - half < max(season_length, 3):
        return 0.0
    relative = values / _size(values)
    fitted = fit_season(relative[:half], season_length)
    later = _without_trend(relative[half:])
    rest = _without_trend(fitted.transform(relative[half:], half))
    variance = later @ later
    return max(0.0, float(1.0 - (rest @ rest) / variance)) if variance else 0.0


def _without_season(values: np.ndarray, season_length: int) -> np.ndarray:
    """Take a season out where there are two of it."""
    if season_length < 2 or len(values) < 2 * season_length:
        return values
    return fit_season(values, season_length).transform(values)


def _size(values: np.ndarray) -> float:
    """Give the largest absolute value, so that no square of a quotient overflows."""
    return float(np.max(np.abs(values))) or 1.0


def _without_trend(values: np.ndarray) -> np.ndarray:
    """Take the straight line of least squares off."""
    steps = np.arange(len(values)) - (len(values) - 1) / 2
    rest = np.asarray(values, np.float64) - np.mean(values)
    return rest - (steps @ rest) / (steps @ steps) * steps
