"""One fit of a forecaster: what is held back, how long to train, and the training itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gatecast.data.panel import Panel
from gatecast.errors import DataError
from gatecast.forecaster.anchor import SIMPLEST, Anchor
from gatecast.forecaster.calibration import (
    TRUST,
    Calibration,
    clearly_less,
    mixed,
    quantile_levels,
    spread_of,
)
from gatecast.forecaster.exogenous import Exogenous, Tail
from gatecast.forecaster.recipe import (
    ChangeScaler,
    Choice,
    Prepared,
    Target,
    choose_target,
    lags_of,
    prepare,
    seasons_of,
    usual_stride,
)
from gatecast.forecaster.sampling import Stretches, Tracks
from gatecast.forecaster.settings import Settings, TrainingLoss
from gatecast.forecaster.ticker import Ticker
from gatecast.kernel import Loss
from gatecast.network import History, Network, Progress, Trainer

__all__ = ["Fitting"]

#: Which anchor, and the network's share beside it.
_Pull: TypeAlias = tuple[int, float]
_ALONE: _Pull = (0, 1.0)

#: Updates of an epoch: after so many, new stretches are drawn; fewer where horizons are so long
#: that targets would fill the memory.
_EPOCH = 25
_SHORT_EPOCH = 5
_MOST_TARGETS = 2**26
#: With as many series, their ends are origins enough; with fewer, more of each is held back.
_MANY_SERIES = 20
#: Of so many values, a unit from all of them knows next to nothing of the last ones, stretches
#: begin in many places, and a linear map of many values can be fitted.
_LONG = 500
#: The last values that a linear map sees: two weeks of hours, and a sixteenth of a usual series.
_MOST_MAPPED = 336
_LEAST_PER_MAPPED = 16
#: Earlier values that are seen at the most where the season is taken out.
_SHORT = 24
_MOST_HELD_BACK = 2000
_LONGEST_STRETCH = 200
#: No series' error counts as more than so many times the median one.
_FAR = 5.0


class Fitting:
    """Fit networks to the series of a panel.

    Parameters
    ----------
    settings : Settings
        What is asked for.
    panel : Panel
        All known values of each series, in its own unit, with the columns that are seen besides.
    names : sequence of str
        What to call each of them in a sentence.
    progress : callable, optional
        Told how far all trainings are, as one; an epoch is then an update.
    """

    def __init__(
        self,
        settings: Settings,
        panel: Panel,
        names: Sequence[str],
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.settings, self.panel, self.names = settings, panel, names
        self.series = [series.values for series in panel]
        self.span = max(settings.season_length, 8)
        self.look_back = settings.look_back
        self.notes: list[str] = []
        self.related = len(self.series) >= _MANY_SERIES
        self.usual_length = int(np.median([len(values) for values in self.series]))
        self.long = self.usual_length >= _LONG
        self.way = _Way()
        self.pull: _Pull = _ALONE
        self.calibration: Calibration | None = None
        self._ticker = Ticker(progress)

    # ------------------------------------------------------------------------- values held back

    def calibrate(self) -> int:
        """Train on all but the last values, and hold what is said against them.

        What it leaves: ``calibration``, None where the series are too short to hold values back.

        Returns
        -------
        int
            How many updates to train for.
        """
        s = self.settings
        back = self._held_back()
        candidates = s.candidates if s.updates is None else (s.updates,)
        chosen = [i for i, v in enumerate(self.series) if _can_hold_back(len(v), back)]
        trained = s.seeds + bool(s.level) * (s.seeds + 1)
        self._ticker.expect(sum(candidates) + trained * candidates[-1])
        if not back or not chosen:
            self.notes.append("the series are too short to hold values back: nothing was measured")
            return candidates[0]
        trial, best, candidates = self._choose_way(chosen, back, candidates)
        for updates in candidates:
            found = trial.measure(self, updates)
            if best and not clearly_less(
                found.options[_ALONE], best.options[_ALONE], trial.independent
            ):
                break
            best = found
        assert best is not None
        updates, median, spread = best.updates, best.median, None
        self.pull = self._choose_pull(chosen, back, best)
        if s.level:
            # as many networks as make the forecast: the median of several errs less than one
            networks, _ = self._train(trial.stretches, updates, range(1, s.seeds))
            told = [trial.said(network, s.threads, self.look_back)[..., 0] for network in networks]
            median = np.median([median, *told], axis=0)
            (network,), _ = self._train(trial.stretches, updates, range(1), spread=True)
            spread = spread_of(trial.said(network, s.threads, self.look_back), s.level)
        calibration = self.calibration = trial.calibrated(median, self.pull, spread, s.level)
        self._ticker.expect(self._ticker.done + (s.seeds + bool(s.level)) * updates)
        self.notes += _sentences(updates, calibration, back, len(chosen), trial.tracks.target)
        self.notes += [
            f"an interval of {share:g} % would have to be measured on {int(100 / (100 - share))} "
            f"forecasts or more that do not overlap, and there were {int(trial.independent)}: it "
            "may be too narrow"
            for share in s.level
            if trial.independent < int(100 / (100 - share))
        ]
        return updates

    def _choose_pull(self, chosen: list[int], back: int, found: _Measured) -> _Pull:
        """Choose what the network is mixed with, if anything is clearly better than it alone."""
        best = _best_pull(found)
        earlier = self._earlier(chosen, back)
        if best == _ALONE or not earlier:
            return best
        # what happens to all series at once at one origin must not decide
        self._ticker.expect(self._ticker.total + found.updates)
        before = _Trial.lay(self, earlier, back, cut=back)
        return _best_pull(found, before.measure(self, found.updates))

    def _earlier(self, chosen: list[int], back: int) -> list[int]:
        """Give the series of a set in which values can be held back at an earlier origin too."""
        earlier = [i for i in chosen if _can_hold_back(len(self.series[i]) - back, back)]
        return earlier if len(earlier) >= _MANY_SERIES else []

    def _anchors(self, target: Target) -> list[tuple[int, Callable[[Tracks], Anchor]]]:
        """List what a network may be mixed with: how many last values it sees, how it is made."""
        s = self.settings
        most = s.look_back or self.usual_length  # a look_back is all that is seen
        found: list[tuple[int, Callable[[Tracks], Anchor]]] = [
            (0, lambda _: Anchor.nothing(target, s.h))
        ]
        if self._adjusts is False and 1 < s.season_length <= most:
            found.append((s.season_length, lambda _: Anchor.season(target, s.h, s.season_length)))
        if self.long:
            reach = min(_MOST_MAPPED, self.usual_length // _LEAST_PER_MAPPED, most)
            found.append((reach, lambda tracks: Anchor.fit(tracks, reach)))
        return found

    def _choose_way(
        self, chosen: list[int], back: int, candidates: tuple[int, ...]
    ) -> tuple[_Trial, _Measured | None, tuple[int, ...]]:
        """Choose how the season is treated by what is said of the values held back.

        Returns
        -------
        trial : _Trial
            The way that is taken, which is ``self.way`` from now on.
        measured : _Measured or None
            What it has shown already; None where there is one way only.
        candidates : tuple of int
            Updates that are still to be tried.
        """
        s = self.settings
        lags: tuple[int, ...] = ()
        seasons: tuple[int, ...] = ()
        # a look_back is all that a network sees; seasons asked for by name are taken out
        if self.related and s.look_back is None and not s.longer_seasons:
            known = [self.series[i][:-back] for i in chosen]
            seasons = seasons_of(known, s.season_length)
            lags = lags_of(seasons, s.h, int(np.median([len(values) for values in known])))
        ways = [_Way()]
        if lags:
            # without its season, a series is known by its last values
            short = tuple(range(1, min(s.season_length, _SHORT) + 1))
            ways = [_Way(lags, adjust=False), _Way(short)]
        if s.adjust_season != "auto":
            ways = ways[-1:]
        self.way = ways[0]
        if len(ways) == 1:
            return _Trial.lay(self, chosen, back), None, candidates
        # one origin says little: what happens to all series at once would decide
        earlier = self._earlier(chosen, back)
        first = candidates[0]
        self._ticker.expect(self._ticker.total + (3 if earlier else 1) * first)
        trials: list[_Trial] = []
        found: list[list[_Measured]] = []
        for self.way in ways:
            trials.append(_Trial.lay(self, chosen, back))
            found.append([trials[-1].measure(self, first)])
            if earlier:
                found[-1].append(_Trial.lay(self, earlier, back, cut=back).measure(self, first))
        taken_out = all(
            clearly_less(out.errors, left.errors, len(out.errors))
            for left, out in zip(*found, strict=True)
        )
        best, (measured, *_) = trials[taken_out], found[taken_out]
        self.way = best.way
        told = " and ".join(map(str, seasons))
        how = (
            "taken out of each series in which a test finds it"
            if self.way.adjust
            else "left in the series"
        )
        (left, out), *before = [
            (f"{a.errors.mean():.3g}", f"{b.errors.mean():.3g}")
            for a, b in zip(*found, strict=True)
        ]
        earlier_on = "".join(f" ({a} and {b} at the origin before)" for a, b in before)
        self.notes.append(
            f"the season of {told} steps is {how}: on values held back the error of a network was "
            f"{left} with the season in and {out} without{earlier_on}, in units of a usual change; "
            f"with each value it sees {len(self.way.lags)} earlier ones, up to "
            f"{max(self.way.lags)} steps back"
        )
        return best, measured, tuple(n for n in candidates if n > first)

    def _held_back(self) -> int:
        """Give how many values are held back of each series that is long enough."""
        s = self.settings
        usual = self.usual_length
        if self.related and _can_hold_back(usual, s.h):
            return s.h
        back = min(max(s.h, usual // 5), _MOST_HELD_BACK)
        return back if _can_hold_back(usual, back) else usual // 4

    # ------------------------------------------------------------------------------- training

    def train(self, updates: int) -> None:
        """Train the networks on all values.

        What it leaves: ``prepared``, ``target``, ``exogenous``, ``tracks``, ``scale``,
        ``networks``, ``losses``.
        Where intervals are asked for, the last network says their quantiles; the forecast is that
        of the others, and does not depend on the intervals.
        """
        s = self.settings
        self.prepared = [self._prepare(i, values) for i, values in enumerate(self.series)]
        values = [p.apply(v) for p, v in zip(self.prepared, self.series, strict=True)]
        self.target: Target = choose_target(values) if s.target == "auto" else s.target
        self.notes.insert(
            0,
            {
                "values": "the network learns the values, which keep returning to their level",
                "changes": "the network learns changes, because the level wanders",
            }[self.target]
            if s.target == "auto"
            else f"the network learns {s.target}, as asked for",
        )
        lengths = np.array([len(v) for v in values])
        self.exogenous = self._see(lengths)
        seen = self._seen(self.exogenous, lengths)
        usual = self._usual_stride(values, self.target)
        if usual is not None:
            self.notes.insert(
                1,
                "inputs and answers are in strides: how far a series had moved from one value to "
                "the next, as was known at each step",
            )
        reach, anchor = self._anchors(self.target)[self.pull[0]]
        self.tracks = Tracks.lay(
            values, self.target, self.span, s.h, seen, self.way.lags, usual, reach
        )
        if self.calibration is not None:
            self.calibration.anchor = anchor(self.tracks)
        stretches = self._stretches(self.tracks)
        self.scale = stretches.scale
        self.networks, histories = self._train(stretches, updates, range(s.seeds))
        if s.level:
            network, history = self._train(stretches, updates, range(1), spread=True)
            self.networks += network
            histories += history
        self.losses = [history.loss for history in histories]

    def _prepare(self, index: int, values: np.ndarray) -> Prepared:
        s = self.settings
        try:
            return prepare(
                values, s.h, s.season_length, s.log, self._adjusts, related=self.related,
                longer_seasons=s.longer_seasons, scale=s.scale, clip_outliers=s.clip_outliers,
            )  # fmt: skip
        except DataError as error:
            raise DataError(f"{self.names[index]}: {error}") from error

    @property
    def _adjusts(self) -> Choice:
        """Whether the season is taken out."""
        return self.settings.adjust_season if self.way.adjust else False

    def _usual_stride(self, values: Sequence[np.ndarray], target: Target) -> float | None:
        """Say where strides begin; None where they are 1: of a lone series, and of long ones."""
        if not self.related or target == "values" or self.long:
            return None
        return usual_stride(values)

    def tails(self) -> list[Tail]:
        """Give the last steps of each series, which a forecast walks along again."""
        see, tracks = self.exogenous, self.tracks
        kept = see.lead + (self.look_back or 0)
        width = tracks.width - see.known_width * (see.lead + 1)
        found = []
        for start, length in zip(tracks.starts, tracks.lengths, strict=True):
            rows = tracks.seen(np.arange(start + max(0, length - kept), start + length))
            known = rows[:, width : width + see.known_width]
            found.append(Tail(rows[:, :width].copy(), known.copy()))
        return found

    def _see(self, lengths: np.ndarray) -> Exogenous:
        """Fit what is seen besides the series on so many first steps of each."""
        s = self.settings
        return Exogenous.fit(self.panel, lengths, s.h, s.hist, s.futr, s.stat, s.calendar)

    def _seen(
        self, see: Exogenous, lengths: np.ndarray, chosen: Sequence[int] | None = None
    ) -> list[np.ndarray] | None:
        if not see.columns and not see.calendar:
            return None
        seen = see.inputs(self.panel, lengths)
        return seen if chosen is None else [seen[i] for i in chosen]

    def _stretches(self, tracks: Tracks) -> Stretches:
        s = self.settings
        longest, shortest = int(tracks.lengths.max()), int(tracks.lengths.min())
        usual = max(longest // 10, 3 * s.season_length, 48)
        length = max(2, min(usual, _LONGEST_STRETCH, longest - 1))
        # where whole series are drawn, their first steps have to count too
        warmup = length // 4 if shortest >= length + s.h else min(4, length // 4)
        if self.look_back is not None:
            length = self.look_back
            warmup = length - 1
        batch = s.batch_size or int(np.clip(tracks.lengths.sum() / length / 4, 16, 128))
        # an epoch's targets lie in memory at once
        fits = _EPOCH * batch * (length - warmup) * s.h <= _MOST_TARGETS
        epoch = _EPOCH if fits else _SHORT_EPOCH
        # short series of a set begin together, and steps counted from there would tell the year:
        # what all of them did in it would be learnt by heart, so that stretches begin anywhere
        anywhere = self.related and not self.long and self.look_back is None
        least = warmup + s.h + 2 if anywhere else length
        epoch = min(epoch, s.updates or epoch)
        return Stretches(tracks, length, warmup, batch, epoch, min(least, length))

    def _train(
        self, stretches: Stretches, updates: int, seeds: Sequence[int], *, spread: bool = False
    ) -> tuple[list[Network], list[History]]:
        """Train a network from each seed; side by side where a batch feeds one thread."""
        s, batch, epoch = self.settings, stretches.batch, stretches.epoch
        side_by_side = len(seeds) > 1 and batch <= 32 and s.threads > 1
        levels = quantile_levels(s.level if spread else ())
        width = stretches.tracks.width
        networks = {
            seed: Network.create(
                width, s.hidden, s.h * len(levels), s.layers,
                rng=np.random.default_rng((s.random_state, seed)), cell=s.cell,
                residual=s.residual, zero_head=True,
                dilations=tuple(s.dilation**layer for layer in range(s.layers)),
                skip=np.zeros((width, s.h * len(levels))) if self.way.lags else None,
            )
            for seed in seeds
        }  # fmt: skip

        loss = self._loss(stretches.tracks.target)
        if spread or loss == "absolute":
            minimised = Loss("pinball", levels=levels)
        else:
            minimised = Loss("huber", delta=1.0) if loss == "huber" else Loss("mse")

        def fit(seed: int) -> History:
            trainer = Trainer(
                epochs=-(-updates // epoch),
                batch_size=batch,
                learning_rate=s.learning_rate,
                schedule=s.schedule,
                loss=minimised,
                dropout=s.dropout,
                clip_norm=1.0,
                random_state=s.random_state + seed,
                threads=1 if side_by_side else s.threads,
            )
            return trainer.fit_drawn(
                networks[seed], stretches.draw, progress=self._ticker.of(seed, epoch)
            )

        self._ticker.begin()
        if not side_by_side:
            return [*networks.values()], [fit(seed) for seed in seeds]
        with ThreadPoolExecutor(min(len(seeds), s.threads)) as pool:
            running = [pool.submit(fit, seed) for seed in seeds]
            try:
                return [*networks.values()], [job.result() for job in running]
            except BaseException:
                self._ticker.stop.set()
                raise

    def _loss(self, target: Target) -> TrainingLoss:
        """Give the loss that is asked for, or the one that suits what the network learns."""
        if self.settings.loss != "auto":
            return self.settings.loss
        # values around a level scatter evenly, and the mean of what is known says more than its
        # median; changes have heavy tails, and the median is what absolute errors are scored by
        return "absolute" if target == "changes" else "huber"


@dataclass(frozen=True)
class _Way:
    """Say how the season is treated.

    Parameters
    ----------
    lags : tuple of int
        Steps back of the earlier values that the network sees with each.
    adjust : bool
        Whether the season is taken out as the settings say; else it stays.
    """

    lags: tuple[int, ...] = ()
    adjust: bool = True


@dataclass(eq=False)
class _Measured:
    """Hold what one network has shown on the values held back.

    Parameters
    ----------
    updates : int
        How long it was trained.
    median : ndarray of shape [n, K]
        What it said.
    options : dict of (int, float) to ndarray of shape [n]
        Mean absolute error from each origin, in the network's unit, for each anchor and share.
    independent : float
        How many of the origins' forecasts do not overlap.
    errors : ndarray of shape [N]
        Mean absolute error in each series' own unit, relative to how far it usually moves: the same
        for every way, whatever its unit. None is more than five times the median.
    """

    updates: int
    median: np.ndarray
    options: dict[_Pull, np.ndarray]
    independent: float
    errors: np.ndarray


@dataclass(eq=False)
class _Trial:
    """Hold the series for a fit on all but the last values.

    Parameters
    ----------
    way : _Way
        How the season is treated.
    stretches : Stretches
        Of the known parts.
    tracks : Tracks
        The whole series, in the unit that was found from the known parts.
    anchors : list of Anchor
        What the network may be mixed with, fitted on the known parts.
    wanted : ndarray of shape [n, K]
        What is to be said from each origin held back, of each series in turn.
    independent : float
        How many of the origins' forecasts do not overlap.
    series, prepared : list
        The whole series in their own unit, and what was done to them.
    back : int
        Values held back of each.
    """

    way: _Way
    stretches: Stretches
    tracks: Tracks
    anchors: list[Anchor]
    wanted: np.ndarray
    independent: float
    series: list[np.ndarray]
    prepared: list[Prepared]
    back: int

    @classmethod
    def lay(cls, fit: Fitting, chosen: list[int], back: int, cut: int = 0) -> _Trial:
        """Prepare the chosen series of a fit, but for so many last values, in its present way."""
        s, lags = fit.settings, fit.way.lags
        series = [fit.series[i][: len(fit.series[i]) - cut] for i in chosen]
        prepared = [
            fit._prepare(i, values[:-back]) for i, values in zip(chosen, series, strict=True)
        ]
        whole = [p.apply(v) for p, v in zip(prepared, series, strict=True)]
        known = [values[:-back] for values in whole]
        target = choose_target(known) if s.target == "auto" else s.target
        lengths = np.array([len(values) for values in fit.series])
        lengths[chosen] -= cut
        shorter = lengths.copy()
        shorter[chosen] -= back
        see = fit._see(shorter)
        seen = fit._seen(see, shorter, chosen)
        usual = fit._usual_stride(known, target)
        anchors = fit._anchors(target)
        reach = max(reach for reach, _ in anchors)
        early = Tracks.lay(known, target, fit.span, s.h, seen, lags, usual, reach)
        made = [make(early) for _, make in anchors]
        seen = fit._seen(see, lengths, chosen)
        tracks = Tracks.lay(whole, target, fit.span, s.h, seen, lags, usual, reach)
        wanted = tracks.targets(tracks.last(back)).reshape(-1, s.h)
        independent = len(series) * max(1.0, back / s.h)
        stretches = fit._stretches(early)
        return cls(fit.way, stretches, tracks, made, wanted, independent, series, prepared, back)

    def said(self, network: Network, threads: int, look_back: int | None) -> np.ndarray:
        """Give what a network says from each origin held back, [n, K, Q], in its unit."""
        outputs, _ = self.tracks.run(network, threads, back=self.back + 1, look_back=look_back)
        said = outputs[:, :-1].reshape(len(self.wanted), self.wanted.shape[1], -1)
        strides = self.tracks.strides[self.tracks.last(self.back)].reshape(-1, 1, 1)
        return said * self.stretches.scale[:, np.newaxis] * strides

    def measure(self, fit: Fitting, updates: int) -> _Measured:
        """Train a network, and hold what it says against the values held back."""
        (network,), _ = fit._train(self.stretches, updates, range(1))
        said = self.said(network, fit.settings.threads, fit.look_back)
        median = said[..., 0].astype(np.float64)
        options = {_ALONE: self._off(median)}
        for i in range(len(self.anchors)):
            anchored = self._anchored(i)
            options |= {(i, t): self._off(mixed(median, anchored, t)) for t in TRUST if t < 1.0}
        return _Measured(updates, median, options, self.independent, self._errors(median))

    def _anchored(self, which: int) -> np.ndarray:
        """Give what an anchor says from each origin held back, [n, K]."""
        anchor = self.anchors[which]
        windows = self.tracks.back(self.tracks.last(self.back), anchor.reach)
        return anchor.say(windows).reshape(self.wanted.shape)

    def _off(self, forecast: np.ndarray) -> np.ndarray:
        """Give the mean absolute error from each origin held back, [n]."""
        return np.nanmean(np.abs(self.wanted - forecast), axis=1)

    def calibrated(
        self, median: np.ndarray, pull: _Pull, spread: np.ndarray | None, level: Sequence[float]
    ) -> Calibration:
        """Hold mixed forecasts, with their spread, against what came."""
        which, trust = pull
        forecast = mixed(median, self._anchored(which), trust)
        return Calibration.measure(trust, self.anchors[which], forecast, spread, self.wanted, level)

    def _errors(self, forecast: np.ndarray) -> np.ndarray:
        """Score the forecasts from the first origin held back, in each series' own unit."""
        forecast = forecast.reshape(len(self.series), self.back, -1)[:, 0].astype(np.float64)
        errors = []
        for values, prepared, row in zip(self.series, self.prepared, forecast, strict=True):
            known, due = values[: -self.back], values[-self.back :][: len(row)]
            if self.tracks.target == "changes":
                row = row + prepared.apply(known[-1:], len(known) - 1)
            told = prepared.restore(row, len(known))[: len(due)]
            unit = ChangeScaler.fit(known, len(row)).change
            errors.append(np.mean(np.abs(told - due)) / unit)
        # a series that leaves all that was usual must not outweigh the others
        usual = np.median(errors)
        return np.minimum(errors, _FAR * usual) if usual else np.array(errors)


def _best_pull(*found: _Measured) -> _Pull:
    """Choose an anchor and the network's share: alone, unless others are clearly better.

    Of those that are so at every origin, the anchor is that of the best one, and the share the
    largest that is not clearly worse.
    """

    def clearly(pull: _Pull, other: _Pull) -> bool:
        return all(clearly_less(m.options[pull], m.options[other], m.independent) for m in found)

    def error(pull: _Pull) -> float:
        # what errs most at one origin must not outweigh the others
        return float(np.prod([m.options[pull].mean() / m.options[_ALONE].mean() for m in found]))

    better = [pull for pull in found[0].options if clearly(pull, _ALONE)]
    if not better:
        return _ALONE
    best = min(better, key=error)
    return max((p for p in better if p[0] == best[0] and not clearly(best, p)), key=lambda p: p[1])


def _can_hold_back(length: int, back: int) -> bool:
    return length - back >= max(8, length / 2)


def _sentences(
    updates: int, calibration: Calibration, back: int, series: int, target: Target
) -> list[str]:
    """Say what the values held back have shown."""
    what = SIMPLEST[target]
    anchor = calibration.anchor.name
    gain = 1.0 - calibration.error / calibration.naive_error if calibration.naive_error else 0.0
    of = "" if series == 1 else f" of each of {series} series"
    than = f"{abs(gain):.0%} {'below' if gain > 0 else 'above'}" if abs(gain) >= 0.01 else "about"
    told = [
        f"on the last {back} values{of}, held back, its mean absolute error was {than} that of "
        f"{what}, after {updates} updates; so long it is trained",
    ]
    if not calibration.trust:
        told.append(
            f"there {anchor} alone was better than any part of the network: it is the forecast"
        )
    elif calibration.trust < 1.0:
        told.append(
            f"there the network was better when mixed with {anchor} than alone: so "
            f"{calibration.trust:.0%} of the forecast is its"
        )
    return told
