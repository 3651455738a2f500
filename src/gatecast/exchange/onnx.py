"""A fitted forecaster as one ONNX graph: transforms, networks and the way back, with its state.

The graph runs along new values step by step in a loop, exactly as ``update`` does, and then makes
the forecast that ``predict`` makes. With no new values it makes the present one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gatecast import __version__
from gatecast.errors import UsageError, require_extra
from gatecast.exchange.onnx_graph import OPSET, Graph
from gatecast.exchange.onnx_layers import Recurrence, transform
from gatecast.forecaster.benchmarks.benchmark import LinearBenchmark
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.inputs.features import INPUT_LIMIT, LEAST_SCALE
from gatecast.forecaster.intervals import quantile_levels
from gatecast.messages import message
from gatecast.storage import write_bytes

__all__ = ["write_onnx"]

#: What onnxruntime of 2024 and later reads.
_IR_VERSION = 10
_FEATURES = ("last", "mean", "change_sum", "weight_sum")


def write_onnx(fitted: FittedForecaster, path: str | os.PathLike[str], alias: str) -> None:
    """Write a fitted forecaster as an ONNX graph, all or nothing; see ``to_onnx``.

    Parameters
    ----------
    fitted : FittedForecaster
        Of N series.
    path : str or path
        The file.
    alias : str
        Name of the forecast.

    Raises
    ------
    UsageError
        If it has a part that the graph cannot have, or the file cannot be written.
    NotFoundError
        If there is no such folder.
    MissingExtraError
        Without the package onnx.
    """
    onnx = require_extra("onnx", "onnx", message("onnx.purpose"))
    _require_carried(fitted)
    write_bytes(path, _Writer(onnx, fitted, alias).model().SerializeToString(deterministic=True))


def _require_carried(fitted: FittedForecaster) -> None:
    """Refuse a forecaster with a part that the graph cannot have."""
    weight, benchmark = fitted.weight, fitted.benchmark
    pretrained = not isinstance(benchmark, LinearBenchmark)
    if pretrained and (weight < 1.0 or (fitted.level and benchmark.has_quantiles)):
        raise UsageError(message("onnx.pretrained"))
    if fitted.counts is not None:
        raise UsageError(message("onnx.counts", n=len(fitted.counts.which)))
    if fitted.covariates.columns or fitted.covariates.input_names():
        raise UsageError(message("onnx.covariates", names=list(fitted.covariates.input_names())))
    if fitted.additive is not None:  # of columns it would have been refused above
        raise UsageError(message("onnx.holidays"))
    if fitted.look_back is None:
        return
    if any(max(network.layout.dilations) > 1 for network in fitted.networks):
        raise UsageError(message("onnx.dilated_windows", look_back=fitted.look_back))
    shortest = min(len(rows.inputs) for rows in fitted.pending)
    if shortest < fitted.look_back:
        raise UsageError(message("onnx.short_window", look_back=fitted.look_back, n=shortest))


@dataclass(frozen=True)
class _Value:
    """A part of the state: its present value, and the names of its sizes."""

    array: np.ndarray
    sizes: tuple[str | None, ...]


class _Writer:
    """Build the graph of one forecaster."""

    def __init__(self, onnx: Any, fitted: FittedForecaster, alias: str) -> None:
        self.onnx, self.fitted, self.alias = onnx, fitted, alias
        self.main = Graph(onnx)
        self.networks = [Recurrence(self.main, network) for network in fitted.networks]
        self.state = self._state()

    def _state(self) -> dict[str, _Value]:
        """List what is carried from one call to the next."""
        f = self.fitted
        state = {"position": _Value(f.ends.lengths.astype(np.int64), ("B",))}
        for name in _FEATURES:
            state[name] = _Value(np.asarray(getattr(f.state, name), np.float64), ("B",))
        state["recent"] = _Value(f.state.recent.astype(np.float64), ("B", None))
        if f.look_back is not None:
            window = np.stack([rows.inputs[-f.look_back :] for rows in f.pending])
            return {**state, "window": _Value(window.astype(np.float32), ("B", None, None))}
        for i, (run, outputs) in enumerate(zip(f.states, f.outputs, strict=True)):
            state[f"hidden{i}"] = _Value(run.hidden, (None, "B", None))
            state[f"cell{i}"] = _Value(run.cell, (None, "B", None))
            state[f"outputs{i}"] = _Value(outputs, ("B", None))
        return state

    def model(self) -> Any:
        """Give the whole model."""
        g, helper, f = self.main, self.onnx.helper, self.fitted
        after = self._loop()
        forecasts = self._forecast(after)
        for name, value in {**forecasts, **{f"{n}_out": v for n, v in after.items()}}.items():
            g.nodes.append(helper.make_node("Identity", [value], [name]))
        series = _Value(np.arange(len(f.ends.ids), dtype=np.int64), ("B",))
        given = {"series": series, **self.state}
        kept = {**{name: value.array for name, value in given.items()}, **g.constants}
        numpy_helper = self.onnx.numpy_helper
        graph = helper.make_graph(
            g.nodes,
            "gatecast",
            [g.info("y", np.float64, ["B", "T"]), *(self._info(n, v) for n, v in given.items())],
            [
                *(g.info(name, np.float64, ["B", f.h]) for name in forecasts),
                *(self._info(n, v, f"{n}_out") for n, v in self.state.items()),
            ],
            [numpy_helper.from_array(np.asarray(a, order="C"), n) for n, a in kept.items()],
        )
        made = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=_IR_VERSION,
            producer_name="gatecast", producer_version=__version__,
        )  # fmt: skip
        helper.set_model_props(
            made, {"series": json.dumps([str(name) for name in f.ends.ids]),
                   "freq": str(f.ends.freq), "h": str(f.h)},
        )  # fmt: skip
        self.onnx.checker.check_model(made, full_check=True)
        return made

    def _info(self, name: str, value: _Value, called: str | None = None) -> Any:
        shape = [
            size or length for size, length in zip(value.sizes, value.array.shape, strict=True)
        ]
        return self.main.info(called or name, value.array.dtype, shape)

    # ------------------------------------------------------------------------------ new values

    def _loop(self) -> dict[str, str]:
        """Go on along the new values; give the names of the state after them."""
        g, body = self.main, Graph(self.onnx, self.main)
        before = {name: f"{name}_in" for name in self.state}
        after = self._advance(body, before)
        going = body.op("Identity", "going")
        steps = g.op("Gather", g.op("Shape", "y"), g.constant(1, np.int64))
        inputs = [
            body.info("step", np.int64, []), body.info("going", bool, []),
            *(self._info(n, v, before[n]) for n, v in self.state.items()),
        ]  # fmt: skip
        outputs = [
            body.info(going, bool, []),
            *(self._info(n, v, after[n]) for n, v in self.state.items()),
        ]
        graph = self.onnx.helper.make_graph(body.nodes, "step", inputs, outputs)
        results = g.op(
            "Loop", steps, g.constant(True, bool), *self.state, outputs=len(self.state), body=graph
        )
        return dict(zip(self.state, results, strict=True))

    def _advance(self, g: Graph, before: dict[str, str]) -> dict[str, str]:
        """Take one new value in, as ``FeatureState.advance`` and the networks do."""
        f, after = self.fitted, {}
        value = g.put(g.op("Gather", "y", "step", axis=1), 1)
        place = g.put(before["position"], 1)
        scaled = transform(g, f.transforms, value, place, "series")
        after["position"] = g.op("Add", before["position"], g.constant(1, np.int64))
        flat = g.op("Squeeze", scaled, g.constant([1], np.int64))
        x = self._features(g, flat, before, after)
        for name, old in before.items():  # an output of a loop is made in it
            if name in after and after[name] == old:
                after[name] = g.op("Identity", old)
        if f.look_back is not None:
            rest = g.part(before["window"], 1, 1, f.look_back)
            after["window"] = g.op("Concat", rest, g.put(x, 1), axis=1)
        else:
            for i, network in enumerate(self.networks):
                state = {name: before[f"{name}{i}"] for name in ("hidden", "cell")}
                outputs, state = network.step(g, x, state)
                after |= {f"{name}{i}": value for name, value in state.items()}
                after[f"outputs{i}"] = outputs
        return {name: after[name] for name in before}

    def _features(self, g: Graph, value: str, before: dict[str, str], after: dict[str, str]) -> str:
        """Make the networks' inputs [B, I] of a transformed value [B]."""
        state, last = self.fitted.state, before["last"]
        change = g.op("Sub", value, last)
        after["last"], after["mean"] = value, before["mean"]
        if state.difference:
            share = g.constant(2.0 / (state.span + 1))
            moved = g.op("Mul", share, g.op("Sub", value, before["mean"]))
            after["mean"] = g.op("Add", before["mean"], moved)
            own = [g.op("Sub", value, after["mean"]), change]
        else:
            own = [value]
        parts = [g.put(one, 1) for one in own]
        reach, after["recent"] = state.recent.shape[1], before["recent"]
        if reach:
            there = g.op("IsNaN", before["recent"])
            past = g.op("Where", there, g.put(last, 1), before["recent"])
            whole = g.op("Concat", past, g.put(last, 1), axis=1)
            after["recent"] = g.part(whole, 1, 1, reach + 1)
            if state.lags:
                at = g.constant([reach + 1 - lag for lag in state.lags], np.int64)
                parts.append(g.op("Sub", g.op("Gather", whole, at, axis=1), g.put(value, 1)))
        after["change_sum"], after["weight_sum"] = before["change_sum"], before["weight_sum"]
        inputs = g.joined(parts, 1)
        if state.initial_scale is not None:
            keep = g.constant(1.0 - 1.0 / (4 * state.span))
            for name, new in (("change_sum", g.op("Abs", change)), ("weight_sum", None)):
                more = g.constant(1.0) if new is None else new
                after[name] = g.op("Add", g.op("Mul", keep, before[name]), more)
            inputs = g.op("Div", inputs, g.put(self._local_scale(g, after), 1))
        ends = (g.constant(-INPUT_LIMIT), g.constant(INPUT_LIMIT))
        return g.cast(g.op("Min", g.op("Max", inputs, ends[0]), ends[1]), np.float32)

    def _local_scale(self, g: Graph, state: dict[str, str]) -> str:
        quotient = g.op("Div", state["change_sum"], state["weight_sum"])
        assert self.fitted.state.initial_scale is not None
        return g.op("Max", quotient, g.constant(LEAST_SCALE * self.fitted.state.initial_scale))

    # ----------------------------------------------------------------------------- the forecast

    def _forecast(self, state: dict[str, str]) -> dict[str, str]:
        """Make the forecast and its intervals in the series' own unit, by name."""
        g, f = self.main, self.fitted
        if f.look_back is not None:
            outputs = [network.window(g, state["window"]) for network in self.networks]
        else:
            outputs = [state[f"outputs{i}"] for i in range(len(self.networks))]
        unit = g.constant(f.scale[np.newaxis])
        if f.state.initial_scale is not None:
            unit = g.op("Mul", unit, g.put(self._local_scale(g, state), 1))
        median = g.op("Mul", g.cast(self._median(outputs[: f.n_networks]), np.float64), unit)
        if f.weight < 1.0:
            theirs = g.op("Mul", g.constant(1.0 - f.weight), self._benchmark(state))
            median = g.op("Add", g.op("Mul", g.constant(f.weight), median), theirs)
        forecasts = {self.alias: median}
        if len(outputs) > f.n_networks:
            forecasts |= self._intervals(median, outputs[-1], unit)
        steps = g.constant(np.arange(f.h)[np.newaxis], np.int64)
        places = g.op("Add", g.put(state["position"], 1), steps)
        present = g.put(state["last"], 1)
        for name, value in forecasts.items():
            level = g.op("Add", value, present) if f.difference else value
            forecasts[name] = transform(g, f.transforms, level, places, "series", inverse=True)
        return forecasts

    def _median(self, outputs: Sequence[str]) -> str:
        g, count = self.main, len(outputs)
        if count == 1:
            return outputs[0]
        stacked = g.joined([g.put(one, 0) for one in outputs], 0)
        middle = count // 2 + 1
        largest, _ = g.op(
            "TopK", stacked, g.constant([middle], np.int64), axis=0, sorted=1, outputs=2
        )
        kept = [g.part(largest, 0, i, i + 1) for i in {middle - 1, (count - 1) // 2}]
        mean = kept[0]
        if len(kept) == 2:
            mean = g.op("Mul", g.op("Add", *kept), g.constant(0.5, np.float32))
        return g.op("Squeeze", mean, g.constant([0], np.int64))

    def _benchmark(self, state: dict[str, str]) -> str:
        """Map the last values [B, R], the newest first, to those to come."""
        g, benchmark = self.main, self.fitted.benchmark
        assert isinstance(benchmark, LinearBenchmark)
        weights = benchmark.weights
        if not len(weights):
            return g.constant(np.zeros((1, self.fitted.h)))
        whole = g.op("Concat", state["recent"], g.put(state["last"], 1), axis=1)
        back = self.fitted.state.recent.shape[1] + 1 - len(weights)
        return g.op("MatMul", g.part(whole, 1, back, 2**31), g.constant(weights[::-1]))

    def _intervals(self, median: str, outputs: str, unit: str) -> dict[str, str]:
        """Widen the quantiles by their margins, the narrowest interval first."""
        g, f = self.main, self.fitted
        levels = quantile_levels(f.level)
        shape = g.constant([0, f.h, len(levels)], np.int64)
        quantiles = g.op("Reshape", g.cast(outputs, np.float64), shape)
        quantiles = g.op("Mul", quantiles, g.put(unit, 2))

        def quantile(level: float) -> str:
            at = g.constant(levels.index(level), np.int64)
            return g.op("Gather", quantiles, at, axis=2)

        middle, ends, inner = quantile(0.5), {}, (median, median)
        for share in sorted(f.level):
            margin = np.zeros(f.h)
            if f.calibration is not None:
                margin = f.calibration.margins[f.level.index(share)]
            pair = []
            for side, most in ((-1, "Min"), (1, "Max")):
                spread = g.op("Sub", quantile(0.5 + side * share / 200), middle)
                end = g.op("Add", g.op("Add", median, spread), g.constant(side * margin))
                pair.append(g.op(most, inner[side > 0], end))
            inner = (pair[0], pair[1])
            ends[f"{self.alias}-lo-{share:g}"], ends[f"{self.alias}-hi-{share:g}"] = inner
        return ends
