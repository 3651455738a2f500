"""How good a fit is: loss, over- and underfitting, the noise floor, persistence, speed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gatecast.errors import DataError, UsageError, not_above, too_small
from gatecast.evaluation.metrics import rmse
from gatecast.messages import Message, message

__all__ = [
    "FitQuality",
    "HorizonPersistence",
    "LossSettled",
    "NoiseFloorGap",
    "Persistence",
    "PredictionSpeed",
    "fit_quality",
    "horizon_persistence",
    "insample_persistence",
    "loss_settled",
    "noise_floor_gap",
    "persistence",
    "prediction_speed",
]


@dataclass(frozen=True)
class LossSettled:
    """Slope of the training loss at the end of a training.

    Parameters
    ----------
    settled : bool
        Whether the loss fell by less than 1 % an epoch at the end.
    change : float
        Relative change per epoch over the last epochs; below zero is falling, NaN if there is
        only one epoch.
    last : float
        Loss of the last epoch.
    """

    settled: bool
    change: float
    last: float

    @property
    def sentence(self) -> Message:
        """The result in words.

        A falling training loss says nothing of the error on later values: only
        :func:`gatecast.diagnostics.training.examine_training` answers whether more training helps.
        """
        if np.isnan(self.change):
            return message("loss.one_epoch", last=self.last)
        if self.settled:
            return message("loss.settled", last=self.last, change=abs(self.change))
        if self.change < 0:
            return message("loss.falling", last=self.last, change=-self.change)
        return message("loss.rising", last=self.last, change=self.change)


def loss_settled(loss: Sequence[float]) -> LossSettled:
    """Test whether the training loss has settled, from the slope over its last epochs.

    Parameters
    ----------
    loss : sequence of float
        Loss by epoch; the slope is that of a least-squares line through the last fifth of the
        epochs, at least the last three, or all there are.

    Returns
    -------
    LossSettled
        The slope of the last epochs, and what it means.

    Raises
    ------
    DataError
        If there is no epoch, or a loss that is not finite.
    """
    values = np.asarray(loss, np.float64)
    if not len(values):
        raise DataError(message("loss.no_epoch"))
    if not np.isfinite(values).all():
        first = int(np.flatnonzero(~np.isfinite(values))[0])
        raise DataError(message("loss.not_finite", epoch=first + 1, loss=values[first]))
    tail = values[-max(3, len(values) // 5) :]
    if len(tail) < 2:
        return LossSettled(False, float("nan"), float(values[-1]))
    slope = float(np.polyfit(np.arange(len(tail)), tail, 1)[0])
    change = slope / float(tail.mean()) if tail.mean() else 0.0
    return LossSettled(abs(change) < 0.01, change, float(values[-1]))


@dataclass(frozen=True)
class FitQuality:
    """Training error beside test error.

    Parameters
    ----------
    train_rmse, test_rmse : float
        In the series' own unit.
    train_error : float
        Standard error of train RMSE.
    difference_error : float
        Standard error of test RMSE less train RMSE.
    noise_floor : float or None
        RMSE of the best possible forecast, where it is known.
    """

    train_rmse: float
    test_rmse: float
    train_error: float
    difference_error: float
    noise_floor: float | None

    @property
    def overfitted(self) -> bool:
        """Whether the test error is above the training error by more than two standard errors."""
        return self.test_rmse - self.train_rmse > 2.0 * self.difference_error

    @property
    def underfitted(self) -> bool:
        """Whether even the training error is above the noise floor.

        By more than 5 %, and by more than two standard errors: in a short training part the
        error of the best possible forecast can lie that far above the floor by chance.
        """
        if self.noise_floor is None:
            return False
        above = self.train_rmse - self.noise_floor
        return above > max(0.05 * self.noise_floor, 2.0 * self.train_error)

    @property
    def sentence(self) -> Message:
        """The result in words."""
        rmses = {"train": self.train_rmse, "test": self.test_rmse}
        if self.overfitted:
            return message("fit.overfitted", **rmses)
        if self.underfitted and self.noise_floor is not None:
            return message("fit.underfitted", above=self.train_rmse / self.noise_floor - 1, **rmses)
        allowed = 2.0 * self.difference_error
        if self.train_rmse - self.test_rmse > allowed:
            gap = message("fit.gap_easier", allowed=allowed, **rmses)
        else:
            gap = message("fit.gap_within", allowed=allowed, **rmses)
        if self.noise_floor is None:
            return message("fit.not_overfitted", gap=gap)
        return message("fit.neither", gap=gap)


def fit_quality(
    train_errors: np.ndarray, test_errors: np.ndarray, noise_floor: float | None = None
) -> FitQuality:
    """Test whether a model is over- or underfitted, from its errors in both parts.

    Parameters
    ----------
    train_errors, test_errors : ndarray of shape [n] and [m]
        Actual less forecast.
    noise_floor : float, optional
        RMSE of the best possible forecast.

    Returns
    -------
    FitQuality
        Both RMSE, and what they mean.

    Raises
    ------
    DataError
        If a part is empty or has an error that is not finite.
    UsageError
        If the floor is not above zero.

    Notes
    -----
    The standard errors are those of independent errors.
    """
    if noise_floor is not None:
        _check_floor(noise_floor)
    parts = (np.asarray(train_errors, np.float64), np.asarray(test_errors, np.float64))
    for name, errors in zip(("part.training", "part.test"), parts, strict=True):
        wrong = int((~np.isfinite(errors)).sum())
        if wrong or not len(errors):
            raise DataError(
                message("fit.errors_not_finite", wrong=wrong, n=len(errors), part=message(name))
            )
    (train, train_error), (test, test_error) = (_rmse_and_its_error(errors) for errors in parts)
    return FitQuality(
        train, test, train_error, float(np.hypot(train_error, test_error)), noise_floor
    )


def _rmse_and_its_error(errors: np.ndarray) -> tuple[float, float]:
    """Give the RMSE of independent errors and its standard error, by the delta method."""
    squares = errors**2
    root = float(np.sqrt(squares.mean()))
    if not root:
        return 0.0, 0.0
    # the root of a mean has the error of the mean over twice the root
    return root, float(squares.std() / np.sqrt(len(squares))) / (2.0 * root)


def _check_floor(noise_floor: float) -> None:
    if not noise_floor > 0:
        raise not_above("noise_floor", noise_floor)


@dataclass(frozen=True)
class NoiseFloorGap:
    """Hold a test error beside the noise floor.

    Parameters
    ----------
    test_rmse, noise_floor : float
        RMSE in the series' own unit.
    naive_rmse : float or None
        That of the last value as forecast.
    """

    test_rmse: float
    noise_floor: float
    naive_rmse: float | None = None

    @property
    def above(self) -> float:
        """Share by which the error is above the floor."""
        return self.test_rmse / self.noise_floor - 1.0

    @property
    def sentence(self) -> Message:
        """The result in words."""
        numbers = {"rmse": self.test_rmse, "floor": self.noise_floor, "gap": abs(self.above)}
        name = "floor.above" if self.above >= 0 else "floor.below"
        gap = message(name, **numbers)
        if self.explained is None:
            return gap
        return message("floor.explained", gap=gap, explained=self.explained)

    @property
    def explained(self) -> float | None:
        """Share of the mean squared error between naive and the floor that is gone."""
        if self.naive_rmse is None or self.naive_rmse <= self.noise_floor:
            return None
        gone = self.naive_rmse**2 - self.test_rmse**2
        return gone / (self.naive_rmse**2 - self.noise_floor**2)


def noise_floor_gap(
    test_rmse: float, noise_floor: float, naive_rmse: float | None = None
) -> NoiseFloorGap:
    """Compute how far the error of a model is above that of the best possible forecast.

    Parameters
    ----------
    test_rmse, noise_floor : float
        RMSE of the model, and of the best possible forecast.
    naive_rmse : float, optional
        RMSE of the last value as forecast.

    Returns
    -------
    NoiseFloorGap
        The gap as a share of the floor, and the sentence.

    Raises
    ------
    UsageError
        If the floor is not above zero.
    """
    _check_floor(noise_floor)
    return NoiseFloorGap(test_rmse, noise_floor, naive_rmse)


@dataclass(frozen=True)
class Persistence:
    """Result of the persistence check: whether forecasts lag behind the series.

    Parameters
    ----------
    lag : int
        Steps by which the actual values have to be moved back to look most like the forecasts;
        0 for a forecast in its place, 1 for a copy of the last value.
    skill : float
        Share of the naive forecast's mean squared error that is gone.
    """

    lag: int
    skill: float

    @property
    def sentence(self) -> Message:
        """The result in words."""
        if self.lag == 0:
            return message("persistence.no", skill=self.skill)
        return message("persistence.yes", lag=self.lag, skill=self.skill)


def persistence(actual: np.ndarray, forecast: np.ndarray, longest: int = 10) -> Persistence:
    """Test whether one-step forecasts only repeat the last value.

    Parameters
    ----------
    actual, forecast : ndarray of shape [n]
        Values, and the forecasts for them; rows without a forecast (NaN) are left out.
    longest : int, default 10
        Largest lag tested.

    Returns
    -------
    Persistence
        The lag at which both are most alike, and the skill.

    Raises
    ------
    UsageError
        If there are not as many forecasts as values.
    DataError
        If fewer than four rows have a forecast, or either side never changes.
    """
    actual, forecast = np.asarray(actual, np.float64), np.asarray(forecast, np.float64)
    if len(actual) != len(forecast):
        raise UsageError(message("persistence.lengths", actual=len(actual), forecast=len(forecast)))
    # sides are compared at one lag only in rows that have both, so gaps do not shift the rest
    both_there = np.isfinite(actual) & np.isfinite(forecast)
    if both_there.sum() < 4 or not np.ptp(actual[both_there]) or not np.ptp(forecast[both_there]):
        raise DataError(message("persistence.few", n=int(both_there.sum())))
    correlation = []
    for lag in range(min(longest, len(actual) - 3) + 1):
        left, right = actual[: len(actual) - lag], forecast[lag:]
        both = np.isfinite(left) & np.isfinite(right)
        varied = both.sum() > 2 and np.ptp(left[both]) > 0 and np.ptp(right[both]) > 0
        correlation.append(np.corrcoef(left[both], right[both])[0, 1] if varied else -np.inf)
    scored = both_there[1:] & np.isfinite(actual[:-1])
    value, before = actual[1:][scored], actual[:-1][scored]
    naive = rmse(value, before) ** 2 if len(value) else 0.0
    skill = 1.0 - rmse(value, forecast[1:][scored]) ** 2 / naive if naive else float("nan")
    return Persistence(int(np.argmax(correlation)), skill)


@dataclass(frozen=True)
class HorizonPersistence:
    """Result of the persistence check of forecasts several steps ahead.

    Parameters
    ----------
    share : float
        How far forecasts are from the last value, over how far the series moved from it; 0 for a
        copy of the last value.
    skill : float
        Share of the naive forecast's mean squared error that is gone.
    """

    share: float
    skill: float

    @property
    def copied(self) -> bool:
        """Whether forecasts move less than a tenth as far as the series does."""
        return self.share < 0.1

    @property
    def sentence(self) -> Message:
        """The result in words."""
        if not self.share > 1e-9:
            return message("persistence.copy")
        name = "persistence.still" if self.copied else "persistence.moves"
        return message(name, share=self.share, skill=self.skill)


def horizon_persistence(
    actual: np.ndarray, forecast: np.ndarray, last: np.ndarray
) -> HorizonPersistence:
    """Test whether forecasts of any horizon only repeat the last value before each cutoff.

    Parameters
    ----------
    actual, forecast, last : ndarray of shape [n]
        Values, their forecasts, and the last value that was known at the cutoff of each.

    Returns
    -------
    HorizonPersistence
        How far forecasts move, and their skill over the naive forecast.

    Raises
    ------
    DataError
        If no value differs from the last one before its cutoff.
    """
    actual, forecast, last = (np.asarray(x, np.float64) for x in (actual, forecast, last))
    moved, naive = np.abs(actual - last).sum(), np.mean((actual - last) ** 2)
    if not moved > 0:
        raise DataError(message("persistence.no_change"))
    share = float(np.abs(forecast - last).sum() / moved)
    return HorizonPersistence(share, 1.0 - float(np.mean((actual - forecast) ** 2) / naive))


def insample_persistence(
    pairs: Iterable[tuple[np.ndarray, np.ndarray]], longest: int = 1_000
) -> Message | None:
    """Answer whether in-sample forecasts one step ahead only repeat the last value.

    Parameters
    ----------
    pairs : iterable of (ndarray of shape [n], ndarray of shape [n])
        Of each series its values and the forecasts for them; NaN where there is none. The first
        fifth is left out, where forecasts start from an empty state.
    longest : int, default 1,000
        The last so many values of a series count.

    Returns
    -------
    Message or None
        None where no value differs from the one before.
    """
    rows = []
    for actual, fitted in pairs:
        first = max(len(actual) // 5, len(actual) - longest, 1)
        value, ahead, last = actual[first:], fitted[first:], actual[first - 1 : -1]
        there = np.isfinite(value) & np.isfinite(ahead) & np.isfinite(last)
        row = np.stack([value, ahead, last])[:, there]
        change = np.abs(row[0] - row[2])
        if change.sum() > 0:
            rows.append(row / change.mean())  # so that no series outweighs the others
    if not rows:
        return None
    answer = horizon_persistence(*np.concatenate(rows, axis=1)).sentence
    return message("persistence.insample", answer=answer)


@dataclass(frozen=True)
class PredictionSpeed:
    """Time that a number of predictions took."""

    count: int
    seconds: float

    @property
    def sentence(self) -> Message:
        """The result in words."""
        each = self.seconds / self.count * 1e6
        return message("speed", count=self.count, milliseconds=self.seconds * 1e3, each=each)


def prediction_speed(count: int, seconds: float) -> PredictionSpeed:
    """Compute the time of one prediction.

    Parameters
    ----------
    count : int
        Predictions made.
    seconds : float
        Time that they took together.

    Returns
    -------
    PredictionSpeed
        Microseconds for each.

    Raises
    ------
    UsageError
        If there was no prediction.
    """
    if count < 1:
        raise too_small("count", count, 1)
    return PredictionSpeed(count, seconds)
