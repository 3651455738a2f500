"""Codes for a missing value, such as -200 or 9999, that stand among the values."""

from __future__ import annotations

import numpy as np

from gatecast.data.rows import Rows
from gatecast.messages import message

__all__ = ["note_sentinels"]

#: What sensors and exports write most.
_CODES = (-1e5, -99999.0, -9999.0, -999.0, -99.0, 999.0, 9999.0, 99999.0, 1e5, -32768.0, 32767.0)
_OFTEN, _FAR = 3, 2.0
_MOST_NOTES = 3


def note_sentinels(rows: Rows) -> Rows:
    """Note values that look like codes: whole numbers far outside all others of their series.

    Such a value is the lowest or the highest of its series, there three times or more or a usual
    code, in no more than a third of the rows, and twice as far from the next as the others spread.

    Parameters
    ----------
    rows : Rows
        Sorted by series.

    Returns
    -------
    Rows
        With a note for each such value; the values are left as they are.
    """
    observed = np.flatnonzero(~np.isnan(rows.values))
    if not len(observed):
        return rows
    values, codes = rows.values[observed], rows.codes[observed]
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    sizes = np.diff(np.append(starts, len(values)))
    extremes: dict[float, list[float]] = {}
    for extreme in (np.minimum, np.maximum):
        ends = extreme.reduceat(values, starts)
        at_end = values == np.repeat(ends, sizes)
        counts = np.add.reduceat(at_end.astype(np.int64), starts)
        lows = np.minimum.reduceat(np.where(at_end, np.inf, values), starts)
        highs = np.maximum.reduceat(np.where(at_end, -np.inf, values), starts)
        with np.errstate(invalid="ignore", over="ignore"):
            gaps = np.where(extreme is np.minimum, lows - ends, ends - highs)
            far = (highs > lows) & (gaps > _FAR * (highs - lows)) & (ends == np.round(ends))
        usual = (counts >= _OFTEN) | np.isin(ends, _CODES)
        for i in np.flatnonzero(far & usual & (3 * counts <= sizes)):
            n, low, high = extremes.get(float(ends[i]), [0, np.inf, -np.inf])
            extremes[float(ends[i])] = [n + counts[i], min(low, lows[i]), max(high, highs[i])]
    for value, (n, low, high) in sorted(extremes.items(), key=lambda one: -one[1][0])[:_MOST_NOTES]:
        rows = rows.note(message("reading.sentinel", value=value, n=int(n), low=low, high=high))
    return rows
