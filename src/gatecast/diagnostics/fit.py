"""How good a fit is: loss, over- and underfitting, the noise floor, speed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gatecast.errors import DataError, not_above, too_small
from gatecast.messages import Message, message

__all__ = [
    "FitQuality",
    "LossSettled",
    "NoiseFloorGap",
    "PredictionSpeed",
    "fit_quality",
    "loss_settled",
    "noise_floor_gap",
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
    naive : tuple of float, optional
        RMSE of the naive forecast in the training and in the test part, where it is known.
    as_hard : bool, default False
        Whether the test error is no more above the training error, by two standard errors, where
        both are divided by the naive forecast's: the test part is harder for any forecast.
    """

    train_rmse: float
    test_rmse: float
    train_error: float
    difference_error: float
    noise_floor: float | None
    naive: tuple[float, float] | None = None
    as_hard: bool = False

    @property
    def overfitted(self) -> bool:
        """Whether the test error is above the training error by more than two standard errors.

        Not where the naive forecast's error grew as much, as it does with a growing level.
        """
        return self._above and not self.as_hard

    @property
    def _above(self) -> bool:
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
        if self._above and self.naive is not None:
            train, test = self.naive
            gap = message("fit.gap_harder", train_naive=train, test_naive=test, **rmses)
        elif self.train_rmse - self.test_rmse > allowed:
            gap = message("fit.gap_easier", allowed=allowed, **rmses)
        else:
            gap = message("fit.gap_within", allowed=allowed, **rmses)
        if self.noise_floor is None:
            return message("fit.not_overfitted", gap=gap)
        return message("fit.neither", gap=gap)


def fit_quality(
    train_errors: np.ndarray,
    test_errors: np.ndarray,
    noise_floor: float | None = None,
    naive_errors: tuple[np.ndarray, np.ndarray] | None = None,
) -> FitQuality:
    """Test whether a model is over- or underfitted, from its errors in both parts.

    Parameters
    ----------
    train_errors, test_errors : ndarray of shape [n] and [m]
        Actual less forecast.
    noise_floor : float, optional
        RMSE of the best possible forecast.
    naive_errors : tuple of ndarray of shape [n] and [m], optional
        Those of the naive forecast of the same values. A test part in which that has grown as much
        is harder, and no sign of overfitting.

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
    error = float(np.hypot(train_error, test_error))
    if naive_errors is None:
        return FitQuality(train, test, train_error, error, noise_floor)
    first, second = (float(np.sqrt(np.mean(errors**2))) for errors in naive_errors)
    (before, before_error), (after, after_error) = (
        _ratio_and_its_error(*pair) for pair in zip(parts, naive_errors, strict=True)
    )
    as_hard = after - before <= 2.0 * float(np.hypot(before_error, after_error))
    return FitQuality(train, test, train_error, error, noise_floor, (first, second), as_hard)


def _rmse_and_its_error(errors: np.ndarray) -> tuple[float, float]:
    """Give the RMSE of independent errors and its standard error, by the delta method."""
    squares = errors**2
    root = float(np.sqrt(squares.mean()))
    if not root:
        return 0.0, 0.0
    # the root of a mean has the error of the mean over twice the root
    return root, float(squares.std() / np.sqrt(len(squares))) / (2.0 * root)


def _ratio_and_its_error(errors: np.ndarray, naive: np.ndarray) -> tuple[float, float]:
    """Give the RMSE over that of the naive forecast, and its standard error, in the same way."""
    squares, unit = errors**2, float((naive**2).mean())
    if not squares.any():
        return 0.0, 0.0
    if not unit:
        return float("inf"), 0.0
    ratio = float(squares.mean()) / unit
    spread = float((squares - ratio * naive**2).std()) / unit
    return float(np.sqrt(ratio)), spread / np.sqrt(len(squares)) / (2.0 * float(np.sqrt(ratio)))


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
