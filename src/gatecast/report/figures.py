"""The glass box's charts as plotly figures, to be shown and changed in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast.errors import UsageError
from gatecast.report import charts
from gatecast.report.forecast import clock, series_figure
from gatecast.report.glass import pack_attribution

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from gatecast.explain import Explanation

__all__ = ["figures"]

_SIGNED = ("candidate", "recurrent", "cell", "hidden")


def figures(inside: Explanation, *, gate: str | None = None) -> dict[str, Figure]:
    """Draw what was found inside a network as plotly figures.

    Parameters
    ----------
    inside : Explanation
        What :func:`gatecast.explain` returned.
    gate : str, optional
        Column of ``inside.gates`` that the heat map shows; the forget gate if not given, of a GRU
        the update gate.

    Returns
    -------
    dict of str to plotly Figure
        ``forecast`` with its intervals; ``gates``, a row for each unit, long memory at the top;
        ``attribution``, what each past step adds to the first step of the forecast; ``training``,
        the loss by epoch; ``residuals``, each value less what was said of it one step before.

    Raises
    ------
    UsageError
        If there is no such gate.
    """
    from plotly.graph_objects import Figure  # a second to import, and pages do without

    gate = gate or ("forget" if inside.cell == "lstm" else "update")
    columns = [str(name) for name in inside.gates.columns]
    gates = columns[columns.index("unit") + 1 :]
    if gate not in gates:
        raise UsageError(f'gate="{gate}" was asked for; use one of {", ".join(gates)}')
    models = [n for n in map(str, inside.forecast) if n not in (inside.id_col, inside.time_col)]
    bands = [(name, name.replace("-lo-", "-hi-")) for name in models if "-lo-" in name]
    made = {
        "forecast": series_figure(
            inside.history, inside.forecast, inside.time_col, inside.target_col, models, bands
        ),
        "gates": _gates(inside, gate),
        "attribution": _attribution(inside),
        "training": _training(inside),
        "residuals": _residuals(inside),
    }
    return {name: Figure(figure) for name, figure in made.items()}


def _gates(inside: Explanation, gate: str) -> dict[str, Any]:
    units = inside.memory.units
    order = np.argsort(-units["half_life"].to_numpy(np.float64), kind="stable")
    values = inside.gates[gate].to_numpy(np.float64).reshape(-1, len(units))
    several = units["layer"].nunique() > 1
    names = [
        f"{layer}.{unit}" if several else str(unit)
        for layer, unit in zip(units["layer"], units["unit"], strict=True)
    ]
    colours: dict[str, Any] = {"colorscale": "Cividis"}
    if gate in _SIGNED:
        colours = {"colorscale": "RdBu", "zmid": 0.0}
    rows: dict[str, Any] = {
        "type": "heatmap",
        "x": clock(inside.history[inside.time_col]),
        "y": [names[i] for i in order],
        "z": values.T[order],
        "colorbar": {"title": {"text": gate}},
        **colours,
    }
    figure = charts.series([rows], time_title=inside.time_col, value_title="unit")
    figure["layout"]["yaxis"] |= {"type": "category", "autorange": "reversed"}
    figure["layout"]["hovermode"] = "closest"
    return figure


def _attribution(inside: Explanation) -> dict[str, Any]:
    shares = pack_attribution(inside.attribution)
    amounts = shares["amounts"][0]
    bars: dict[str, Any] = {
        "type": "bar",
        "name": "share",
        "x": -np.arange(len(amounts)),
        "y": amounts,
        "marker": {
            "color": np.where(amounts < 0, charts.COLOURS["tutorial"], charts.COLOURS["LSTM"])
        },
    }
    unit = inside.target_col if shares["own"] else "the network's unit"
    return charts.series(
        [bars], time_title="steps before the last", value_title=f"share in its first step, {unit}"
    )


def _training(inside: Explanation) -> dict[str, Any]:
    lines = [
        charts.line(
            f"network {i}", np.arange(1, len(loss) + 1), np.array(loss),
            charts.MODELS[i % len(charts.MODELS)], mode="lines+markers",
        )
        for i, loss in enumerate(inside.training.losses)
    ]  # fmt: skip
    return charts.series(lines, time_title="epoch", value_title="training loss")


def _residuals(inside: Explanation) -> dict[str, Any]:
    left = inside.history[inside.target_col].to_numpy(np.float64) - inside.training.fitted
    times = clock(inside.history[inside.time_col])
    dots = charts.line("residual", times, left, charts.COLOURS["LSTM"], mode="markers")
    return charts.series(
        [dots], time_title=inside.time_col, value_title=f"{inside.target_col} less forecast"
    )
