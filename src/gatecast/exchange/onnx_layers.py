"""Transforms and networks as ONNX operators."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from gatecast.data.cells import LARGEST
from gatecast.data.transforms import FourierSeason, Log, SeasonalAdjustment
from gatecast.data.transforms.boxcox import BoxCox
from gatecast.data.transforms.level_shift import LevelShift
from gatecast.data.transforms.outliers import OutlierClip
from gatecast.data.transforms.pipeline import Step, TransformPipeline
from gatecast.data.transforms.scalers import MinMaxScaler, NonNegative
from gatecast.exchange.onnx_graph import Graph
from gatecast.kernel import Layout
from gatecast.network import Network

__all__ = ["Recurrence", "transform"]

#: ONNX' order of the blocks, as places in gatecast's: i, o, f, c of i, f, g, o; z, r, h of z, r, n.
_BLOCKS = {"lstm": [0, 3, 1, 2], "gru": [0, 1, 2]}


# ------------------------------------------------------------------------------------ transforms


def transform(
    g: Graph,
    pipeline: TransformPipeline,
    values: str,
    position: str,
    series: str,
    *,
    inverse: bool = False,
) -> str:
    """Apply the transforms of a pipeline, or undo them.

    Parameters
    ----------
    g : Graph
        Under construction.
    pipeline : TransformPipeline
        Of N series.
    values, position : str
        Values [B, n], and the place [B, n] of each, counted from the first value of its series.
    series : str
        Which of the N series, [B].
    inverse : bool, default False
        Whether they are undone.

    Returns
    -------
    str
        Transformed values [B, n].
    """
    for step in reversed(pipeline.steps) if inverse else pipeline.steps:
        if not (step.rows >= 0).any():
            continue
        changed = _step(g, step, values, position, series, inverse)
        if not (step.rows >= 0).all():
            there = g.op("Gather", g.constant((step.rows >= 0)[:, np.newaxis], bool), series)
            changed = g.op("Where", there, changed, values)
        values = changed
    return values


def _step(g: Graph, step: Step, values: str, position: str, series: str, inverse: bool) -> str:
    one, rows = step.transform, np.maximum(step.rows, 0)

    def parameter(name: str) -> str:
        array = np.asarray(getattr(one, name), np.float64)[rows]
        return g.op("Gather", g.constant(array[:, np.newaxis]), series)

    if isinstance(one, NonNegative):
        return g.op("Max", values, g.constant(0.0)) if inverse else values
    if isinstance(one, OutlierClip):
        if inverse:
            return values
        return _clip(g, values, parameter("low"), parameter("high"))
    if isinstance(one, Log):
        if inverse:
            return g.op("Exp", g.op("Min", values, g.constant(np.log(LARGEST))))
        return g.op("Log", g.op("Max", values, parameter("floor")))
    if isinstance(one, BoxCox):
        return _box_cox(g, one, rows, values, series, inverse)
    if isinstance(one, LevelShift):
        before = g.op("Less", g.cast(position, np.float64), parameter("position"))
        shift = g.op("Where", before, parameter("shift"), g.constant(0.0))
        return g.op("Sub" if inverse else "Add", values, shift)
    if isinstance(one, SeasonalAdjustment):
        indices = np.asarray(one.indices)[rows]
        phase = g.op("Mod", position, g.constant(indices.shape[-1], np.int64))
        season = g.op("GatherElements", g.op("Gather", g.constant(indices), series), phase, axis=1)
        kinds = ("Mul", "Div") if one.kind == "multiplicative" else ("Add", "Sub")
        return g.op(kinds[0] if inverse else kinds[1], values, season)
    if isinstance(one, FourierSeason):
        season = _fourier(g, one, rows, position, series)
        return g.op("Add" if inverse else "Sub", values, season)
    # a scaler: its first two parameters are what is subtracted and what is divided by
    shift, size = (parameter(f.name) for f in fields(one)[:2])  # pyright: ignore[reportArgumentType]
    if isinstance(one, MinMaxScaler):
        width = np.asarray(one.high - one.low)[rows, np.newaxis]
        size = g.op("Gather", g.constant(np.where(width == 0, 1.0, width)), series)
    if inverse:
        return g.op("Add", g.op("Mul", values, size), shift)
    return g.op("Div", g.op("Sub", values, shift), size)


def _fourier(g: Graph, one: FourierSeason, rows: np.ndarray, position: str, series: str) -> str:
    """Give a season of Fourier terms at positions [B, n]."""
    of_series = g.constant(one.coefficients[rows][..., np.newaxis])  # [N, 2 J, 1]
    coefficients = g.op("Gather", of_series, series)
    turns = 2 * np.pi * np.arange(1, one.coefficients.shape[-1] // 2 + 1) / one.season_length
    angles = g.op("Mul", g.put(g.cast(position, np.float64), 2), g.constant(turns))
    # onnxruntime 1.22 has no cosine of float64 in this version of the operators
    quarter = g.op("Add", angles, g.constant(np.pi / 2))
    terms = g.joined([g.op("Sin", angles), g.op("Sin", quarter)], 2)
    return g.op("Squeeze", g.op("MatMul", terms, coefficients), g.constant([2], np.int64))


def _box_cox(
    g: Graph, one: BoxCox, rows: np.ndarray, values: str, series: str, inverse: bool
) -> str:
    arrays = {f.name: np.asarray(getattr(one, f.name), np.float64)[rows] for f in fields(one)}
    power = arrays["power"]
    arrays["some"] = np.where(power == 0.0, 1.0, power)  # the power, where there is one
    ends = BoxCox(**{f.name: arrays[f.name] for f in fields(one)}).transform(
        np.stack([arrays["floor"], arrays["ceiling"]], axis=-1)
    )
    arrays["low"], arrays["high"] = ends.T
    p = {
        name: g.op("Gather", g.constant(array[:, np.newaxis]), series)
        for name, array in arrays.items()
    }
    is_log = g.op("Equal", p["power"], g.constant(0.0))
    unity = g.constant(1.0)
    if not inverse:
        clipped = _clip(g, values, p["floor"], p["ceiling"])
        logs = g.op("Log", g.op("Div", clipped, p["unit"]))
        powers = g.op("Sub", g.op("Exp", g.op("Mul", p["some"], logs)), unity)
        return g.op("Where", is_log, logs, g.op("Div", powers, p["some"]))
    clipped = _clip(g, values, p["low"], p["high"])
    base = g.op("Max", g.op("Mul", p["power"], clipped), g.constant(np.nextafter(-1.0, 0.0)))
    logs = g.op("Div", g.op("Log", g.op("Add", base, unity)), p["some"])
    powers = _clip(g, g.op("Mul", p["unit"], g.op("Exp", logs)), p["floor"], p["ceiling"])
    zero = g.op("Where", is_log, clipped, g.constant(0.0))
    return g.op("Where", is_log, g.op("Mul", p["unit"], g.op("Exp", zero)), powers)


def _clip(g: Graph, values: str, low: str, high: str) -> str:
    return g.op("Min", g.op("Max", values, low), high)


# -------------------------------------------------------------------------------------- networks


class Recurrence:
    """The layers of a network as LSTM-22 or GRU-22, and its head.

    Parameters
    ----------
    g : Graph
        Has the parameters.
    network : Network
        The network.
    """

    def __init__(self, g: Graph, network: Network) -> None:
        layout = network.layout
        self.layout: Layout = layout
        views = layout.views(network.theta)
        self.layers = [
            [g.constant(a[np.newaxis], np.float32) for a in _parameters(layout, views, layer)]
            for layer in range(layout.layers)
        ]
        self.head = {
            name: g.constant(views[f"head.{name}"], np.float32)
            for name in ("kernel", "bias", *(["skip"] if layout.skip else []))
        }

    def step(self, g: Graph, x: str, state: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Run one step.

        Parameters
        ----------
        g : Graph
            Under construction.
        x : str
            Inputs [B, I], float32.
        state : dict of str to str
            ``hidden`` and ``cell``, [R, B, H] each.

        Returns
        -------
        outputs : str
            [B, K * Q].
        state : dict of str to str
            After the step.
        """
        signal, first = g.put(x, 0), 0
        kept: dict[str, list[str]] = {name: [] for name in state}
        for layer, dilation in enumerate(self.layout.dilations):
            oldest = {name: g.part(value, 0, first, first + 1) for name, value in state.items()}
            _, after = self._run(g, layer, signal, oldest)
            signal = self._passed_on(g, layer, signal, after["hidden"])
            for name, value in state.items():
                if dilation > 1:
                    kept[name].append(g.part(value, 0, first + 1, first + dilation))
                kept[name].append(after[name])
            first += dilation
        top = g.op("Squeeze", signal, g.constant([0], np.int64))
        return self._outputs(g, top, x), {n: g.joined(rows, 0) for n, rows in kept.items()}

    def window(self, g: Graph, x: str) -> str:
        """Run along windows from an empty state.

        Parameters
        ----------
        g : Graph
            Under construction.
        x : str
            Inputs [B, T, I], float32.

        Returns
        -------
        str
            Outputs at the last step, [B, K * Q].
        """
        signal = g.op("Transpose", x, perm=[1, 0, 2])
        last = g.op("Gather", signal, g.constant(-1, np.int64), axis=0)
        for layer in range(self.layout.layers):
            states, _ = self._run(g, layer, signal, {})
            whole = g.op("Squeeze", states, g.constant([1], np.int64))
            signal = self._passed_on(g, layer, signal, whole)
        top = g.op("Gather", signal, g.constant(-1, np.int64), axis=0)
        return self._outputs(g, top, last)

    def _run(
        self, g: Graph, layer: int, signal: str, before: dict[str, str]
    ) -> tuple[str, dict[str, str]]:
        cell, hidden = self.layout.cell, self.layout.hidden
        inputs = [signal, *self.layers[layer]]
        if before:
            inputs += ["", before["hidden"], *([before["cell"]] if cell == "lstm" else [])]
        if cell == "lstm":
            states, h, c = g.op("LSTM", *inputs, outputs=3, hidden_size=hidden)
            return states, {"hidden": h, "cell": c}
        states, h = g.op("GRU", *inputs, outputs=2, hidden_size=hidden, linear_before_reset=1)
        return states, {"hidden": h, "cell": before.get("cell", "")}

    def _passed_on(self, g: Graph, layer: int, below: str, hidden: str) -> str:
        return g.op("Add", below, hidden) if layer and self.layout.residual else hidden

    def _outputs(self, g: Graph, top: str, x: str) -> str:
        outputs = g.op("Add", g.op("MatMul", top, self.head["kernel"]), self.head["bias"])
        if "skip" in self.head:
            outputs = g.op("Add", outputs, g.op("MatMul", x, self.head["skip"]))
        return outputs


def _parameters(layout: Layout, views: dict[str, Any], layer: int) -> list[np.ndarray]:
    """Give kernel [G, I], recurrent kernel [G, H] and both biases [2G] in ONNX' order."""
    order, hidden = _BLOCKS[layout.cell], layout.hidden
    bias = views[f"layer{layer}.bias"].reshape(4, hidden)
    second = np.zeros((len(order), hidden), np.float32)
    if layout.cell == "gru":
        second[2] = bias[3]
    kernels = [
        views[f"layer{layer}.{name}"].T.reshape(len(order), hidden, -1)[order]
        for name in ("kernel", "recurrent")
    ]
    return [
        *(kernel.reshape(len(order) * hidden, -1) for kernel in kernels),
        np.concatenate([bias[order].ravel(), second.ravel()]),
    ]
