"""The glass box's charts as Plotly figures, to be shown and changed in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gatecast.errors import wrong_choice
from gatecast.report.charts import MODELS, Chart, Trace, clock
from gatecast.report.drawing import require_plotly, to_plotly
from gatecast.report.glass import pack_attribution

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from gatecast.explain import Explanation

__all__ = ["attribution_chart", "figures"]

_SIGNED = ("candidate", "recurrent", "cell", "hidden")


def figures(explanation: Explanation, *, gate: str | None = None) -> dict[str, Figure]:
    """Draw what was found inside a network as Plotly figures.

    Parameters
    ----------
    explanation : Explanation
        What :func:`gatecast.explain` returned.
    gate : str, optional
        Column of ``explanation.gates`` that the heat map shows; the forget gate if not given, of a
        GRU the update gate.

    Returns
    -------
    dict of str to plotly Figure
        ``forecast`` with its intervals; ``gates``, a row for each unit, long memory at the top;
        ``attribution``, what each past step adds to the first step of the forecast; ``training``,
        the loss by epoch; ``residuals``, each value less its forecast of one step before.

    Raises
    ------
    UsageError
        If there is no such gate.
    MissingExtraError
        Without plotly.
    """
    require_plotly()
    gate = gate or ("forget" if explanation.cell == "lstm" else "update")
    columns = [str(name) for name in explanation.gates.columns]
    gates = columns[columns.index("unit") + 1 :]
    if gate not in gates:
        raise wrong_choice("gate", gate, gates)
    return {
        "forecast": to_plotly(_forecast(explanation)),
        "gates": _gates(explanation, gate),
        "attribution": to_plotly(attribution_chart(explanation)),
        "training": to_plotly(_training(explanation)),
        "residuals": to_plotly(_residuals(explanation)),
    }


def attribution_chart(explanation: Explanation) -> Chart:
    """Draw what each past step adds to the first step of the forecast.

    Parameters
    ----------
    explanation : Explanation
        What :func:`gatecast.explain` returned.

    Returns
    -------
    Chart
        A bar for each past step.
    """
    shares = pack_attribution(explanation.attribution)
    amounts = np.asarray(shares["amounts"][0], np.float64)
    lags = -np.arange(len(amounts))
    traces = [
        Trace(name, lags, np.where(chosen, amounts, np.nan), colour, "bars")
        for name, colour, chosen in (
            (("raises it", "使其升高"), "blue", amounts >= 0),
            (("lowers it", "使其降低"), "orange", amounts < 0),
        )
    ]
    unit = explanation.target_col if shares["own"] else "transformed values"
    return Chart(traces, "steps before the last", f"share in the first step, {unit}")


def _forecast(explanation: Explanation) -> Chart:
    """Draw the forecast over the history."""
    times = clock(explanation.history[explanation.time_col])
    values = explanation.history[explanation.target_col].to_numpy(np.float64)
    names = [
        str(n) for n in explanation.forecast if n not in (explanation.id_col, explanation.time_col)
    ]
    x = np.concatenate([times[-1:], clock(explanation.forecast[explanation.time_col])])

    def joined(name: str) -> np.ndarray:
        return np.concatenate([values[-1:], explanation.forecast[name].to_numpy(np.float64)])

    bands = [
        Trace(
            f"{name.rsplit('-', 1)[1]} % interval", x, joined(name.replace("-lo-", "-hi-")),
            "blue", "band", joined(name), opacity=0.15 + 0.15 * i,
        )
        for i, name in enumerate(name for name in names if "-lo-" in name)
    ]  # fmt: skip
    lines = [
        Trace(explanation.target_col, times, values, "grey"),
        Trace(names[0], x, joined(names[0]), "blue", width=2.5),
    ]
    first = max(0, len(times) - max(5 * len(x), 60))
    return Chart(
        [*bands, *lines], explanation.time_col, explanation.target_col, view=(times[first], x[-1])
    )


def _gates(explanation: Explanation, gate: str) -> Figure:
    units = explanation.memory.units
    order = np.argsort(-units["half_life"].to_numpy(np.float64), kind="stable")
    values = explanation.gates[gate].to_numpy(np.float64).reshape(-1, len(units))
    several = units["layer"].nunique() > 1
    names = [
        f"layer {layer}, unit {unit}" if several else str(unit)
        for layer, unit in zip(units["layer"], units["unit"], strict=True)
    ]
    colours: dict[str, Any] = {"colorscale": "Cividis"}
    if gate in _SIGNED:
        colours = {"colorscale": "RdBu", "zmid": 0.0}
    rows: dict[str, Any] = {
        "type": "heatmap",
        "x": clock(explanation.history[explanation.time_col]),
        "y": [names[i] for i in order],
        "z": values.T[order],
        "colorbar": {"title": {"text": gate}},
        **colours,
    }
    layout = {
        "xaxis": {"title": {"text": explanation.time_col}},
        "yaxis": {"title": {"text": "unit"}, "type": "category", "autorange": "reversed"},
    }
    return require_plotly().Figure({"data": [rows], "layout": layout})


def _training(explanation: Explanation) -> Chart:
    lines = [
        Trace(
            f"network {i}", np.arange(1, len(loss) + 1), np.array(loss), MODELS[i % len(MODELS)],
            "marked",
        )
        for i, loss in enumerate(explanation.training.losses)
    ]  # fmt: skip
    return Chart(lines, "epoch", "training loss")


def _residuals(explanation: Explanation) -> Chart:
    left = (
        explanation.history[explanation.target_col].to_numpy(np.float64)
        - explanation.training.fitted
    )
    times = clock(explanation.history[explanation.time_col])
    dots = Trace("residual", times, left, "blue", "dots")
    return Chart([dots], explanation.time_col, f"{explanation.target_col} less forecast")
