"""From frames of gates to what the page's player reads: small enough to send, and exact enough.

A page may hold millions of gate values, so that they stand in it as whole numbers of 16 bits, or
of 8 where there are too many, as shares of a range: 0 to 1 for gates, and for what has a sign, of
each unit its own largest size.
"""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["pack_attribution", "pack_forecast", "pack_gates", "time_labels"]

#: Bytes of gates that a page holds, before they are written as text: the page stays below 1 MB.
_MOST_BYTES = 600_000
_SIGNED = ("candidate", "recurrent", "cell", "hidden")


def pack_gates(
    gates: pd.DataFrame,
    history: pd.DataFrame,
    units: pd.DataFrame | None = None,
    *,
    time_col: str,
    target_col: str,
    steps: int | None = None,
) -> dict[str, Any]:
    """Pack the gates of one series for the page's player.

    Parameters
    ----------
    gates : DataFrame
        Of one series, see :func:`gatecast.gates`.
    history : DataFrame
        Its times and values, a row for each step of ``gates``.
    units : DataFrame, optional
        The units of :func:`gatecast.memory`, which are then shown in the order of their half-life.
    time_col, target_col : str
        Names of the columns of times and values.
    steps : int, optional
        How many last steps are kept; as many as the page can hold if not given.

    Returns
    -------
    dict
        ``names``, ``layers``, ``units`` (of a layer), ``steps``, ``skipped`` (steps before the
        first one kept), ``bits``, ``scales`` (of each name and unit), ``data`` (base64; name by
        name, step by step, unit by unit), ``times``, ``values``, ``series`` (the name of the
        values), ``order`` (of units), ``chosen`` (the
        unit that is shown first) and ``half_life``.
    """
    columns = [str(name) for name in gates.columns]
    names = columns[columns.index("unit") + 1 :]
    layers, hidden = int(gates["layer"].max()) + 1, int(gates["unit"].max()) + 1
    wide = layers * hidden
    n = len(gates) // wide
    bits = 16 if 2 * n * wide * len(names) <= _MOST_BYTES else 8
    keep = min(n, steps or n, max(2, _MOST_BYTES * 8 // bits // (wide * len(names))))
    top = 2**bits - 1
    parts, scales = [], []
    for name in names:
        kept = gates[name].to_numpy(np.float64).reshape(n, wide)[n - keep :]
        if name in _SIGNED:
            scale = np.abs(kept).max(axis=0)
            scale[scale == 0.0] = 1.0
            share = (0.5 + 0.5 * kept / scale) * (top - 1) / top  # a zero is then a whole number
        else:
            scale, share = np.ones(wide), kept
        parts.append(np.rint(share * top).astype(f"<u{bits // 8}"))
        scales.append(scale)
    half_life = None if units is None else units["half_life"].to_numpy(np.float64)
    # the unit that is seen first is the one that has most to say
    shown = gates["hidden"].to_numpy(np.float64).reshape(n, wide)[n - keep :]
    chosen = int(shown.std(axis=0).argmax())
    order = np.arange(wide) if half_life is None else np.argsort(-half_life, kind="stable")
    return {
        "names": names,
        "layers": layers,
        "units": hidden,
        "steps": keep,
        "skipped": n - keep,
        "bits": bits,
        "scales": scales,
        "data": base64.b64encode(b"".join(part.tobytes() for part in parts)).decode(),
        "times": time_labels(history[time_col])[n - keep :],
        "values": history[target_col].to_numpy(np.float64)[n - keep :],
        "series": target_col,
        "order": order,
        "chosen": chosen,
        "half_life": None if half_life is None else np.where(half_life < 1e6, half_life, np.nan),
    }


def pack_forecast(
    forecast: pd.DataFrame, history: pd.DataFrame, *, id_col: str | None, time_col: str
) -> dict[str, Any]:
    """Pack one series' forecast: its times, values and intervals, the widest first.

    Parameters
    ----------
    forecast : DataFrame
        Of one series.
    history : DataFrame
        The values before it.
    id_col, time_col : str or None
        Columns of both.

    Returns
    -------
    dict
        ``times``, ``values`` and ``bands``, each with its ``level``, ``low`` and ``high``;
        ``follows``, whether it begins after the last row of ``history``.
    """
    columns = [name for name in forecast.columns if name not in (id_col, time_col)]
    lows = [name for name in columns if "-lo-" in name]
    first, last = pd.Series(forecast[time_col]).iloc[0], pd.Series(history[time_col]).iloc[-1]
    return {
        "times": time_labels(forecast[time_col]),
        "values": forecast[columns[0]].to_numpy(np.float64),
        "bands": [
            {
                "level": name.rsplit("-", 1)[1],
                "low": forecast[name].to_numpy(np.float64),
                "high": forecast[name.replace("-lo-", "-hi-")].to_numpy(np.float64),
            }
            for name in lows
        ],
        "follows": bool(first > last),
    }


def pack_attribution(attribution: pd.DataFrame) -> dict[str, Any]:
    """Pack one series' attribution: a bar for each past step, and a sum for each input.

    Parameters
    ----------
    attribution : DataFrame
        Of one series and step.

    Returns
    -------
    dict
        ``steps`` of the forecast; ``own``, whether amounts are in the series' own unit;
        ``amounts`` [steps][lags], lag 0 first; ``inputs`` and their ``sums`` [steps][inputs].
    """
    own = bool(attribution["effect"].notna().all())
    column = "effect" if own else "attribution"
    steps = attribution["step"].unique()
    names = attribution["input"].unique()
    lags = int(attribution["lag"].max()) + 1
    # rows: step, then past time (the longest ago first), then input
    cube = attribution[column].to_numpy(np.float64).reshape(len(steps), lags, len(names))
    return {
        "steps": steps,
        "own": own,
        "amounts": list(cube.sum(axis=2)[:, ::-1]),
        "inputs": [str(name) for name in names],
        "sums": list(cube.sum(axis=1)),
    }


def time_labels(times: Any) -> list[Any]:
    """Write times as the user's clock shows them, as short as their distances allow.

    Parameters
    ----------
    times : array_like
        Dates or step numbers.

    Returns
    -------
    list of str or int
        One for each time.
    """
    column = pd.Series(times)
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_localize(None)
    values = column.to_numpy()
    if values.dtype.kind != "M":
        return values.tolist()
    text = np.datetime_as_string(values.astype("datetime64[s]"), unit="s")
    for tail, length in (("T00:00:00", 10), (":00", 16)):
        if all(label.endswith(tail) for label in text):
            return [str(label[:length]).replace("T", " ") for label in text]
    return [str(label).replace("T", " ") for label in text]
