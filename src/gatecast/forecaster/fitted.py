"""The fitted forecaster: plain arrays that forecast, advance and run in sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from gatecast.data.calendar import count_steps
from gatecast.data.panel import Ends, Panel, equal_lengths, offsets_of
from gatecast.data.schema import Schema
from gatecast.data.transforms.pipeline import TransformPipeline
from gatecast.errors import NotFoundError
from gatecast.forecaster.additive.columns import ahead_rows, encoded_columns, with_holidays
from gatecast.forecaster.additive.part import AdditivePart
from gatecast.forecaster.benchmarks.benchmark import Benchmark, Outlook
from gatecast.forecaster.benchmarks.combination import combine, median_of
from gatecast.forecaster.counts.part import CountPart
from gatecast.forecaster.fitting.preparation import Preparation
from gatecast.forecaster.inputs.covariates import Covariates, PendingInputs, pending_inputs
from gatecast.forecaster.inputs.features import FeatureState
from gatecast.forecaster.inputs.training_data import FEWEST_SAMPLES, SequenceDataset, run_windows
from gatecast.forecaster.intervals import Calibration, intervals, spread_of
from gatecast.forecaster.records import Forecast, NewRows, Past, SeriesInputs
from gatecast.forecaster.settings.config import Settings
from gatecast.kernel import State
from gatecast.messages import message
from gatecast.network import Network

__all__ = ["FittedForecaster"]


@dataclass(eq=False)
class FittedForecaster:
    """Hold all that a forecast, or the next step, needs.

    Parameters
    ----------
    h : int
        Steps to forecast, K.
    level : tuple of float
        Per cent that each interval should hold.
    look_back : int or None
        Steps of a window; None where networks carry their state along the series.
    n_networks : int
        Networks whose median is the forecast; where there is one more, the intervals are its.
    threads : int
        Threads that networks run on.
    ends : Ends
        Names and last times of the series.
    transforms : TransformPipeline
        Of N series.
    covariates : Covariates
        What is seen besides the values.
    state : FeatureState
        What the next step needs of each series' past.
    scale : ndarray of shape [K]
        By which outputs at each step of the horizon are divided.
    networks : list of Network
        The trained networks.
    states : list of State
        The state of each network after each series.
    outputs : list of ndarray of shape [N, K * Q]
        The output of each network after each series.
    benchmark : Benchmark
        What the networks are combined with.
    weight : float
        The networks' weight in the forecast combination, 0 to 1.
    recent : ndarray of shape [N, R]
        Last values of each series in its own unit, the newest at the end, where the benchmark
        forecasts from these; NaN before the first value.
    calibration : Calibration or None
        What the hold-out has shown; None where the series were too short for one.
    schema : Schema or None
        What the history settled about how its table is written.
    pending : list of PendingInputs
        Last steps of each series, which the next forecast runs along again: where their inputs wait
        for future covariates, or a window begins with them.
    additive : AdditivePart or None
        What columns known in advance add; None where there are none.
    counts : CountPart or None
        Forecasts intermittent series in place of the networks; None where there are none.
    fills_gaps : bool
        Whether the pretrained network may fill the gaps of a history.
    """

    h: int
    level: tuple[float, ...]
    look_back: int | None
    n_networks: int
    threads: int
    ends: Ends
    transforms: TransformPipeline
    covariates: Covariates
    state: FeatureState
    scale: np.ndarray
    networks: list[Network]
    states: list[State]
    outputs: list[np.ndarray]
    benchmark: Benchmark
    weight: float
    recent: np.ndarray
    calibration: Calibration | None
    schema: Schema | None
    pending: list[PendingInputs]
    additive: AdditivePart | None = None
    counts: CountPart | None = None
    fills_gaps: bool = False
    # the benchmark's last forecast, and the ends that it is of; a step has new ones
    _outlook: tuple[Ends, Outlook] | None = field(default=None, init=False, repr=False)

    @classmethod
    def from_training(
        cls,
        settings: Settings,
        final: Preparation,
        networks: list[Network],
        calibration: Calibration | None,
        weight: float,
        panel: Panel,
    ) -> FittedForecaster:
        """Run trained networks to the end of each series, and keep what goes on from there.

        Parameters
        ----------
        settings : Settings
            Resolved settings of the fit.
        final : Preparation
            All values, as the networks were trained on them.
        networks : list of Network
            The ensemble, and the network of the quantiles where there are intervals.
        calibration, weight
            As for the class.
        panel : Panel
            The series, in their own unit.

        Returns
        -------
        FittedForecaster
            At the end of each series.
        """
        s = settings
        fitted = cls(
            s.h, s.level, s.look_back, s.n_networks, s.threads, panel.ends(), final.transforms,
            final.covariates, final.dataset.state, final.sampler.scale, networks, [], [],
            final.benchmark(0), weight, np.zeros((len(panel), 0)), calibration, panel.schema, [],
            final.additive, fills_gaps=s.pretrained,
        )  # fmt: skip
        fitted.run_along(final.dataset, final.panel)
        return fitted

    def run_along(self, data: SequenceDataset, panel: Panel, *, pad: bool = False) -> None:
        """Run the networks from an empty state to the end of each series.

        Parameters
        ----------
        data : SequenceDataset
            All values of the series, with the inputs of every step.
        panel : Panel
            The same series, in their own unit less the additive part.
        pad : bool, default False
            As for :meth:`SequenceDataset.run`.
        """
        lead = self.covariates.lead
        runs = [
            data.run(network, self.threads, lead=lead, look_back=self.look_back, pad=pad)
            for network in self.networks
        ]
        self.states = [state for _, state in runs]
        self.outputs = [outputs[:, -1] for outputs, _ in runs]
        self.recent = np.zeros((len(panel), 0))
        if self.benchmark.memory:
            last = panel.tail(self.benchmark.memory)
            for which, n in equal_lengths(last.lengths):
                at = last.offsets[which][:, np.newaxis] + np.arange(n)
                self._remember(which, last.values[at], self.benchmark.memory)
        if self.replays:
            self.pending = pending_inputs(data, self.covariates, self.look_back or 0)

    @property
    def difference(self) -> bool:
        """Whether the networks were trained on differences."""
        return self.state.difference

    @property
    def members(self) -> list[Network]:
        """The networks whose median is the forecast."""
        return self.networks[: self.n_networks]

    @property
    def past(self) -> Past:
        """What the benchmark forecasts from."""
        return Past(self.state, self.recent, self.transforms, self.ends.lengths)

    @property
    def replays(self) -> bool:
        """Whether a forecast runs along the last steps again."""
        return self.covariates.lead > 0 or self.look_back is not None

    # ------------------------------------------------------------------------------ forecasting

    def forecast(self, future: Sequence[np.ndarray] = ()) -> Forecast:
        """Forecast the steps after the end of each series, transformed.

        Parameters
        ----------
        future : sequence of ndarray of shape [K, F], default ()
            Future covariates of each series, scaled; none where there are no such columns.

        Returns
        -------
        Forecast
            Of N series; :meth:`restore` brings its arrays back to their own unit.
        """
        if self._outlook is None or self._outlook[0] is not self.ends:
            self._outlook = self.ends, self.benchmark.at_end(self.past)
        _, made = self._outlook
        result = self.combine(self._last_outputs(future), self.state.local_scale, made)
        if not self.difference:
            return result
        present = self.state.last[:, np.newaxis]
        moved = {s: (a + present, b + present) for s, (a, b) in result.intervals.items()}
        return Forecast(result.median + present, moved)

    def added_ahead(self, future: Sequence[np.ndarray]) -> np.ndarray | None:
        """Give what columns add to the steps after the end of each series.

        Parameters
        ----------
        future : sequence of ndarray of shape [K, F]
            As for :meth:`forecast`.

        Returns
        -------
        ndarray of shape [N, K] or None
            None where there are no such columns.
        """
        if self.additive is None:
            return None
        return self.additive.ahead(*ahead_rows(self.covariates, self.ends, self.h, future))

    def restore(self, values: np.ndarray, added: np.ndarray | None = None) -> np.ndarray:
        """Bring transformed forecasts back to each series' own unit.

        Parameters
        ----------
        values : ndarray of shape [..., N, K]
            Transformed forecasts: one, or several, one after another.
        added : ndarray of shape [N, K], optional
            What :meth:`added_ahead` gave.

        Returns
        -------
        ndarray of shape [..., N, K]
            In each series' own unit.
        """
        own = self.transforms.inverse_transform(values, self.ends.lengths)
        if self.additive is None or added is None:
            return own
        return self.additive.put_back(own, added)

    def combine(
        self, outputs: Sequence[np.ndarray], local_scales: np.ndarray, benchmark: Outlook
    ) -> Forecast:
        """Make forecasts of the networks' outputs and the benchmark's.

        Parameters
        ----------
        outputs : sequence of ndarray of shape [n, K * Q]
            Of each network.
        local_scales : ndarray of shape [n]
            Of the steps that are forecast from.
        benchmark : Outlook
            The benchmark's forecasts, [n, K].

        Returns
        -------
        Forecast
            Transformed, and less the present value where networks are trained on differences.
        """
        unit = local_scales[:, np.newaxis] * self.scale
        median = median_of(outputs[: self.n_networks]).astype(np.float64) * unit
        spread = benchmark.spread
        if len(self.networks) > self.n_networks:
            quantiles = outputs[-1].reshape(len(median), self.h, -1).astype(np.float64)
            quantiles *= unit[..., np.newaxis]
            spread = spread_of(quantiles, self.level)
        forecast = combine(median, benchmark.median, self.weight)
        margins = None if self.calibration is None else self.calibration.margins
        return Forecast(forecast, intervals(forecast, spread, self.level, margins))

    def _last_outputs(self, future: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Give the networks' outputs after the last step, [N, K * Q] each."""
        if not self.replays:
            return self.outputs
        future = future or [np.zeros((0, 0), np.float32)] * len(self.pending)
        waiting = [
            rows.extend(np.zeros((0, rows.inputs.shape[1]), np.float32), ahead)
            for rows, ahead in zip(self.pending, future, strict=True)
        ]
        outputs = [np.empty_like(output) for output in self.outputs]
        for which, _ in equal_lengths(np.array([len(rows.inputs) for rows in waiting])):
            # filled up by repetition: a forecast must not depend on how many series there are
            some = np.resize(which, max(len(which), FEWEST_SAMPLES))
            x = np.stack([waiting[i].split(self.covariates.lead)[0] for i in some])
            if self.look_back is not None:
                x = x[:, -self.look_back :]
            for output, result, _ in self._run_on(some, x, outputs):
                output[some] = result
        return outputs

    def _run_on(
        self, which: np.ndarray, x: np.ndarray, outputs: list[np.ndarray]
    ) -> Iterator[tuple[np.ndarray, np.ndarray, tuple[State, State]]]:
        """Run the networks along further inputs [B, n, I] of some series, from their states."""
        for network, state, output in zip(self.networks, self.states, outputs, strict=True):
            result, after = network.run(
                x, state=state.of(which), warmup=x.shape[1] - 1, threads=self.threads
            )
            yield output, result[:, 0], (state, after)

    # ----------------------------------------------------------------------------- new values

    def advance(self, rows: NewRows) -> None:
        """Go on along new values, one step of arithmetic for each, without training.

        Parameters
        ----------
        rows : NewRows
            Values that follow the last ones of their series.
        """
        owner = np.repeat(rows.which, rows.counts)
        offsets = offsets_of(rows.counts)
        present = self.covariates.present(owner, rows.cells, rows.times)
        future = self.covariates.future(owner, rows.cells)
        values = rows.values
        if self.additive is not None:
            self.additive, made = self.additive.advance(
                rows.which, rows.counts, with_holidays(self.covariates, future, rows.times),
                rows.times,
            )  # fmt: skip
            values = self.additive.take_off(values, made)
        for some, count in equal_lengths(rows.counts, max(1, len(rows.counts))):
            if count:
                at = offsets[some][:, np.newaxis] + np.arange(count)
                self._advance(rows.which[some], values[at], present[at], future[at])
        if self.counts is not None:
            self.counts = self.counts.advance(rows)
        self.ends = self.ends.later(rows.which, rows.counts)

    def _advance(
        self, which: np.ndarray, values: np.ndarray, present: np.ndarray, future: np.ndarray
    ) -> None:
        """Take some series on by as many new values each, [B, n]."""
        if self.benchmark.memory:
            self._remember(which, values, self.benchmark.memory)
        scaled = self.transforms.of(which).transform(values, self.ends.lengths[which])
        state = self.state.of(which)
        x, _ = state.advance(scaled)
        self.state.put(which, state)
        x = np.concatenate([x, present], axis=-1)
        if not self.replays:
            self._step(which, x)
            return
        for i, row, ahead in zip(which, x, future, strict=True):
            waiting = self.pending[i].extend(row, ahead)
            if self.look_back is not None:
                self.pending[i] = waiting.last(self.covariates.lead + self.look_back)
                continue
            ready, self.pending[i] = waiting.split(self.h)
            if len(ready):
                self._step(np.array([i]), ready[np.newaxis])

    def _remember(self, which: np.ndarray, values: np.ndarray, most: int) -> None:
        """Keep new values [B, n] of some series in their own unit, at most so many."""
        held = np.isfinite(self.recent[which]).sum(axis=1).max(initial=0)
        more = min(most, int(held) + values.shape[1]) - self.recent.shape[1]
        if more > 0:
            nothing = np.full((len(self.recent), more), np.nan)
            self.recent = np.concatenate([nothing, self.recent], axis=1)
        kept = self.recent.shape[1]
        self.recent[which] = np.concatenate([self.recent[which], values], axis=1)[:, -kept:]

    def _step(self, which: np.ndarray, x: np.ndarray) -> None:
        """Take outputs and states of some series on along further inputs [B, n, I]."""
        for output, result, (state, after) in self._run_on(which, x, self.outputs):
            output[which] = result
            state.hidden[:, which], state.cell[:, which] = after

    # ------------------------------------------------------------------------------- in sample

    def find(self, panel: Panel) -> np.ndarray:
        """Find the series of a panel among those of the model.

        Parameters
        ----------
        panel : Panel
            Some series of the model.

        Returns
        -------
        ndarray of shape [n], int64
            Their positions.

        Raises
        ------
        NotFoundError
            If one is not there.
        """
        if self.ends.id_col is None and len(panel) == 1:
            return np.zeros(1, np.int64)
        places = {name: i for i, name in enumerate(self.ends.ids)}
        for name in panel.ids:
            if name not in places:
                raise NotFoundError(message("table.new_series", name=str(name), n=len(places)))
        return np.array([places[name] for name in panel.ids], np.int64)

    def inputs(self, panel: Panel) -> list[SeriesInputs]:
        """Give what the networks see of each series of a panel, from an empty state.

        Parameters
        ----------
        panel : Panel
            Series of the model, of any part of time, with the covariates.

        Returns
        -------
        list of SeriesInputs
            In the panel's order.

        Raises
        ------
        NotFoundError
            If there is a series that the model does not know.
        """
        which = self.find(panel)
        covariates = self.covariates.inputs(panel, which)
        added, own_values, parts = np.zeros(len(panel.values)), panel.values, []
        if self.additive is not None:
            encoded = encoded_columns(panel, self.covariates, which)
            added = self.additive.along(panel, encoded, which)
            own_values = self.additive.take_off(panel.values, added)
        for j, i in enumerate(which):
            part = slice(panel.offsets[j], panel.offsets[j + 1])
            first, last = panel.times[part][:1], self.ends.times[i : i + 1]
            steps = int(count_steps(last, first, self.ends.freq)[0])
            start, transforms = int(self.ends.lengths[i]) - 1 + steps, self.transforms[int(i)]
            raw = own_values[part]
            values = transforms.transform(raw, start)
            (own,), (scales,) = self.state.anew(1).advance(values[np.newaxis])
            x = np.hstack([own, covariates[part]])
            parts.append(
                SeriesInputs(
                    int(i), values, raw, x, scales, transforms, start, self.additive, added[part]
                )
            )
        return parts

    def run_insample(self, series: SeriesInputs, origins: np.ndarray | None = None) -> Forecast:
        """Forecast from origins within a series.

        Parameters
        ----------
        series : SeriesInputs
            One of :meth:`inputs`.
        origins : ndarray of shape [n], optional
            Steps whose value is the last one known; all of them if not given.

        Returns
        -------
        Forecast
            Transformed.
        """
        at = np.arange(len(series.values)) if origins is None else origins
        x = series.inputs[np.newaxis]
        outputs = [self._run_along(network, x)[0][at] for network in self.networks]
        result = self.combine(outputs, series.local_scales[at], self.benchmark.along(series, at))
        if not self.difference:
            return result
        return result._replace(median=result.median + series.values[at, np.newaxis])

    def _run_along(self, network: Network, x: np.ndarray) -> np.ndarray:
        """Give a network's outputs at every step of series [B, T, I]."""
        if self.look_back is not None:
            return run_windows(network, x, self.look_back, x.shape[1], self.threads)
        return network.run(x, threads=self.threads)[0]

    def input_names(self) -> tuple[str, ...]:
        """Name the inputs of a step, in their order.

        Returns
        -------
        tuple of str
            Of I inputs.
        """
        own = ("distance from level", "last change") if self.difference else ("value",)
        lags = (f"change since {lag} steps before" for lag in self.state.lags)
        return (*own, *lags, *self.covariates.input_names())
