"""Gaps filled by the pretrained network, from both sides, where that is better than a line.

From the value before a gap the network forecasts on, and along the reversed series from the one
after it back; a weighted mean leads from the one forecast to the other. Known segments of the
same length nearby are filled in the same way: only where that misses them by less than straight
lines do is the gap filled so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gatecast.data.panel import Panel
from gatecast.messages import Message, message
from gatecast.pretrained.network import MEDIAN, load_weights
from gatecast.pretrained.seasons import longer_season, memory_of, network_seasons

__all__ = ["fill_gaps"]

#: Gaps of a series that the network fills at the most, the longest.
_MOST = 30
#: Known segments that a gap is tried on at the most.
_TRIED = 4
#: Fewest values on both sides, or two seasons.
_AROUND = 8
#: Regions that are run along at once.
_BATCH = 8


@dataclass(frozen=True)
class _Gap:
    """One gap, and known segments of its length, within a region of its series.

    Parameters
    ----------
    series : int
        Position of the series.
    rows : slice
        Of the gap in the panel.
    values : ndarray of shape [W]
        Of the region; NaN where there is none.
    begins : ndarray of int [S]
        Where the gap begins within the region, and then each segment that it is tried on.
    length : int
        Steps of each.
    """

    series: int
    rows: slice
    values: np.ndarray
    begins: np.ndarray
    length: int


def fill_gaps(
    panel: Panel,
    seasons: Sequence[int],
    lengths: np.ndarray | None = None,
    *,
    threads: int = 1,
) -> tuple[Panel, Message | None]:
    """Fill the gaps of series that have a season, where the network is better than a line.

    Parameters
    ----------
    panel : Panel
        The series.
    seasons : sequence of int
        Their seasons, from short to long; with 1 alone all gaps are filled by lines.
    lengths : ndarray of int [n], optional
        Values of each series that are known; all are if not given. Gaps that were filled with
        later values are filled anew, those that end later stay as they are, and so do others.
    threads : int, default 1
        Threads among which series are shared.

    Returns
    -------
    panel : Panel
        The series.
    note : Message or None
        How many steps of how many series the network filled; None without any.
    """
    if lengths is None:
        panel = panel.on_lines()
    seasons = network_seasons(seasons)
    if seasons[0] == 1 or not panel.filled.any():
        return panel, None
    values, lines = panel.values.copy(), panel.on_lines().values
    gaps = list(_gaps(panel, seasons[0], memory_of(seasons), lengths))
    for gap in gaps:
        values[gap.rows] = lines[gap.rows]
    steps, touched = 0, set()
    for batch in _batches(gap for gap in gaps if len(gap.begins) > 1):
        for gap, made in zip(batch, _bridges(batch, seasons, threads), strict=True):
            tried = gap.begins[1:]
            true = gap.values[tried[:, np.newaxis] + np.arange(gap.length)]
            line = np.stack([_line(gap.values, begin, gap.length) for begin in tried])
            if np.abs(made[1:] - true).sum() < np.abs(line - true).sum():
                values[gap.rows] = made[0]
                steps += gap.length
                touched.add(gap.series)
    filled = replace(panel, values=values, bridged=panel.bridged or steps > 0)
    if not steps:
        return filled, None
    return filled, message("pretrained.gaps", steps=steps, n=len(touched), all=len(panel))


def _gaps(panel: Panel, season: int, reach: int, lengths: np.ndarray | None) -> Iterator[_Gap]:
    """Find the gaps to fill, with the segments that each is tried on, of the longest ones."""
    around = max(_AROUND, 2 * season)
    ends = panel.lengths if lengths is None else lengths
    for i in np.flatnonzero(np.add.reduceat(panel.filled, panel.offsets[:-1])).tolist():
        start = int(panel.offsets[i])
        own = panel.values[start : start + ends[i]]
        missing = panel.filled[start : start + ends[i]]
        edges = np.diff(missing.astype(np.int8), prepend=0, append=0)
        begins, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        sizes = stops - begins
        usable = (begins >= around) & (len(own) - stops >= around)
        usable &= np.argsort(np.argsort(np.where(usable, -sizes, 1), kind="stable")) < _MOST
        own = np.where(missing, np.nan, own)
        for begin, length, use in zip(begins.tolist(), sizes.tolist(), usable, strict=True):
            first, stop = max(0, begin - reach), begin + _rounded(length) + reach
            if begin + length == len(own) or (lengths is not None and stop <= len(own)):
                continue  # it is open, or was filled without later values
            region = own[first:stop]
            tried = _test_segments(region, length, around) if use else ()
            rows = slice(start + begin, start + begin + length)
            yield _Gap(i, rows, region, np.array([begin - first, *tried]), length)


def _test_segments(region: np.ndarray, length: int, around: int) -> np.ndarray:
    """Choose segments of a length without a gap, evenly, with enough values on both sides."""
    missing = np.concatenate([[0], np.cumsum(np.isnan(region))])
    begins = np.arange(around, len(region) - length - around + 1)
    whole = missing[begins + length + 1] == missing[begins - 1]
    # the same places in all regions, where they can be: what is run along together costs less
    evenly = np.linspace(0, len(begins) - 1, min(_TRIED + 2, len(begins))).astype(int)
    evenly = evenly[whole[evenly]]
    if not len(evenly) and whole.any():
        evenly = np.flatnonzero(whole)[:1]
    return begins[np.unique(evenly)]


def _batches(gaps: Iterator[_Gap]) -> Iterator[list[_Gap]]:
    """Gather gaps that are run along together: of regions of one width, and of similar length."""
    groups: dict[tuple[int, int], list[_Gap]] = {}
    for gap in gaps:
        group = groups.setdefault((len(gap.values), _rounded(gap.length)), [])
        group.append(gap)
        if len(group) == _BATCH:
            yield group.copy()
            group.clear()
    yield from (group for group in groups.values() if group)


def _rounded(length: int) -> int:
    """Give the next power of two, so that a forecast does not depend on the gaps beside it."""
    return 1 << (length - 1).bit_length()


def _bridges(gaps: list[_Gap], seasons: tuple[int, ...], threads: int) -> list[np.ndarray]:
    """Fill the gap and the segments of each by the network: [S, length]."""
    network, h = load_weights(), _rounded(gaps[0].length)
    wide = len(gaps[0].values)
    own = np.stack([gap.values for gap in gaps])
    own[:, 0] = [gap.values[~np.isnan(gap.values)][0] for gap in gaps]
    back = np.stack([gap.values[::-1] for gap in gaps])
    back[:, 0] = [gap.values[~np.isnan(gap.values)][-1] for gap in gaps]
    before = [gap.begins - 1 for gap in gaps]
    after = [wide - 1 - (gap.begins + gap.length) for gap in gaps]
    made = []
    for values, at in ((own, before), (back, after)):
        every, places = np.unique(np.concatenate(at), return_inverse=True)
        longer = longer_season(seasons, wide)
        medians = network.forecast_both_views(
            values, every, h, seasons[0], longer, threads=threads
        )[..., MEDIAN]  # fmt: skip
        of_each = np.split(places, np.cumsum([len(one) for one in at])[:-1])
        made.append([medians[i, place] for i, place in enumerate(of_each)])
    return [
        _joined(ahead[:, : gap.length], behind[:, : gap.length][:, ::-1], gap.values)
        for gap, ahead, behind in zip(gaps, *made, strict=True)
    ]


def _joined(ahead: np.ndarray, behind: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Lead from one forecast to the other, within the range of the values."""
    n = ahead.shape[1]
    share = np.arange(1, n + 1) / (n + 1)
    joined = (1 - share) * ahead + share * behind
    return np.clip(joined, np.nanmin(values), np.nanmax(values))


def _line(values: np.ndarray, begin: int, length: int) -> np.ndarray:
    """Draw a line from the value before a segment to the one after it."""
    return np.linspace(values[begin - 1], values[begin + length], length + 2)[1:-1]
