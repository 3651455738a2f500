"""Which seasons and how much of a series' past the pretrained network sees."""

from __future__ import annotations

from collections.abc import Sequence

from gatecast.data.transforms.seasonal import WEEKS
from gatecast.messages import Message, message

__all__ = [
    "longer_season",
    "memory_of",
    "network_seasons",
    "season_sentence",
    "short_and_long",
    "with_week",
]

#: Last values of a series that the network runs along, or three of its longest season.
_LONGEST = 1024
#: A longer season than this is not one that the network is told of.
_MOST = 1024


def short_and_long(seasons: Sequence[int]) -> tuple[int, ...]:
    """Keep one season, or the shortest and the longest.

    Parameters
    ----------
    seasons : sequence of int
        From short to long.

    Returns
    -------
    tuple of int
        One or two.
    """
    return tuple(seasons) if len(seasons) < 3 else (seasons[0], seasons[-1])


def with_week(season: int) -> tuple[int, ...]:
    """Put the week beside a day, of hours, half hours or quarters of an hour.

    Parameters
    ----------
    season : int
        Steps in a season.

    Returns
    -------
    tuple of int
        One or two.
    """
    return (season, WEEKS[season]) if season in WEEKS else (season,)


def network_seasons(seasons: Sequence[int]) -> tuple[int, ...]:
    """Choose of the seasons of a series those that the network is told of.

    Parameters
    ----------
    seasons : sequence of int
        From short to long.

    Returns
    -------
    tuple of int
        One or two.
    """
    if len(seasons) == 1:
        return with_week(seasons[0])
    return short_and_long([m for m in seasons if m <= _MOST] or seasons[:1])


def memory_of(seasons: tuple[int, ...]) -> int:
    """Count the last values of a series that its forecast depends on.

    Parameters
    ----------
    seasons : tuple of int
        One or two.

    Returns
    -------
    int
        1,024, or three of the longest season.
    """
    return max(_LONGEST, 3 * seasons[-1])


def longer_season(seasons: tuple[int, ...], n: int) -> int:
    """Give the longer of two seasons, where n values hold it twice.

    Parameters
    ----------
    seasons : tuple of int
        One or two.
    n : int
        Values of a series.

    Returns
    -------
    int
        0 where there is none.
    """
    return seasons[1] if len(seasons) > 1 and n > 2 * seasons[1] else 0


def season_sentence(seasons: Sequence[int], *, requested: bool, usual: bool) -> Message:
    """Say which seasons are used, and why.

    Parameters
    ----------
    seasons : sequence of int
        Their lengths; 1 is none.
    requested : bool
        Whether they were given as a setting.
    usual : bool
        Whether they are those that the frequency usually has.

    Returns
    -------
    Message
        Seasons of the calendar are assumed, whatever the values are like.
    """
    lengths = [str(season) for season in seasons if season > 1]
    if not lengths:
        return message("pretrained.no_season")
    several = len(lengths) > 1
    text = message("pretrained.seasons" if several else "pretrained.season", seasons=lengths)
    if requested:
        return message("pretrained.season_requested", text=text)
    return message("pretrained.season_usual" if usual else "pretrained.season_detected", text=text)
