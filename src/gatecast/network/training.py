"""Learning: epochs of Adam over samples, with validation, early stopping and a history."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from gatecast.errors import (
    DataError,
    TrainingError,
    UsageError,
    not_above,
    too_small,
    wrong_choice,
    wrong_shape,
)
from gatecast.kernel import MSE, Adam, Loss, Trained, native
from gatecast.messages import Argument, message
from gatecast.network.checkpoint import History, Training
from gatecast.network.network import Network
from gatecast.network.processors import available_threads

__all__ = ["History", "Progress", "Samples", "Schedule", "Trainer"]

Schedule: TypeAlias = Literal["constant", "cosine", "one_cycle"]


class Samples(NamedTuple):
    """Hold what a network is trained on; shapes as in :meth:`Trainer.fit`."""

    x: np.ndarray
    y: np.ndarray
    weights: np.ndarray | None = None


class Progress(NamedTuple):
    """Say how far training has come.

    Parameters
    ----------
    epoch, epochs : int
        Finished epochs, and how many there will be at the most.
    share : float
        Finished share of the epoch under way, 0 to 1.
    loss : float or None
        Training loss of the last finished epoch.
    """

    epoch: int
    epochs: int
    share: float
    loss: float | None


@dataclass(frozen=True)
class Trainer:
    """Train networks with Adam; the defaults are those of Keras.

    Parameters
    ----------
    epochs : int, default 1
        Passes over the training samples.
    batch_size : int, default 32
        Samples of one update.
    learning_rate, beta_1, beta_2, epsilon : float
        Adam's settings (Kingma and Ba 2015), 1e-3, 0.9, 0.999 and 1e-7.
    schedule : {"constant", "cosine", "one_cycle"}, default "constant"
        Learning rate over all updates: as given; falling from there to zero along half a cosine
        (Loshchilov and Hutter 2017, equation 5, without restarts); or rising to it along a cosine
        from a 25th over the first three tenths and then falling to zero (Smith and Topin 2019).
    loss : Loss, default mean squared error
        What is minimised.
    dropout : float, default 0.0
        Share of the values between two layers that is set to zero while training (Srivastava et
        al. 2014).
    weight_decay : float, default 0.0
        Decay of the weights by the learning rate times it at each update (AdamW).
    clip_norm : float, default 0.0
        Gradients longer than this are shortened to it; 0 for none.
    average_keep : float, default 0.0
        With a value below 1 and above 0, the network is left with the running mean of its
        weights, of which each update keeps this share.
    average_epochs : int, default 0
        The network is left with the mean of its weights after each of so many last epochs; 0 for
        the last weights alone.
    shuffle : bool, default True
        Draw a new order of the training samples for each epoch.
    validation_split : float, default 0.0
        Share of the samples, taken from the end before any shuffling, that is not trained on
        and gives the validation loss.
    patience : int, optional
        End the training when the validation loss (the training loss without validation) has not
        improved for so many epochs, and go back to the best weights. Never, if not given.
    random_state : int, default 0
        Seed of the shuffling and of dropout. The same seed gives the same bits.
    threads : int, optional
        Threads; one for each processor if not given. The result does not depend on it.

    Raises
    ------
    UsageError
        If a setting is out of its range.
    """

    epochs: int = 1
    batch_size: int = 32
    learning_rate: float = 1e-3
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    schedule: Schedule = "constant"
    loss: Loss = MSE
    dropout: float = 0.0
    weight_decay: float = 0.0
    clip_norm: float = 0.0
    average_keep: float = 0.0
    average_epochs: int = 0
    shuffle: bool = True
    validation_split: float = 0.0
    patience: int | None = None
    random_state: int = 0
    threads: int | None = None

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "patience", "threads"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise too_small(name, value, 1)
        for name in ("weight_decay", "clip_norm", "average_epochs"):
            if not getattr(self, name) >= 0:
                raise too_small(name, getattr(self, name), 0)
        for name in ("validation_split", "average_keep", "dropout"):
            value = getattr(self, name)
            if not 0.0 <= value < 1.0:
                fields = {"argument": Argument(name), "value": value, "low": 0, "high": 1}
                raise UsageError(message("argument.outside", **fields))
        if self.schedule not in ("constant", "cosine", "one_cycle"):
            raise wrong_choice("schedule", self.schedule, ("constant", "cosine", "one_cycle"))
        if bool(self.average_keep) + bool(self.average_epochs) + bool(self.patience) > 1:
            raise UsageError(message("network.which_weights"))
        if not self.learning_rate > 0.0:
            raise not_above("learning_rate", self.learning_rate)

    def fit(
        self,
        network: Network,
        x: np.ndarray,
        y: np.ndarray,
        *,
        weights: np.ndarray | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> History:
        """Train a network in place.

        Parameters
        ----------
        network : Network
            Its parameters are changed.
        x : ndarray of shape [N, T, I]
            Samples; views are used as they are, if they have the parameters' precision.
        y : ndarray of shape [N, K] or [N, S, K]
            Targets of the last step (windows), or of the last S steps (sequences with a warm-up
            of T - S steps). K / Q of them for a pinball loss of Q levels.
        weights : ndarray of the shape of ``y``, optional
            Weight of each target in the mean; one of weight 0 is not looked at, and may be NaN.
        checkpoint : str or path, optional
            File in which the training is put aside about once a second, in the middle of an epoch
            too. If it is there already, the training goes on from it, and ends with the bits that
            it would have had without the break (on the same SIMD level). It stays when the
            training is over.
        progress : callable, optional
            Called by wall clock, about every 50 ms, and after each epoch. What it raises ends
            the training.

        Returns
        -------
        History
            Losses by epoch.

        Raises
        ------
        UsageError
            If shapes do not fit, if there is dropout and no second layer, or if the checkpoint is
            that of another training.
        ModelFileError
            If the checkpoint is damaged.
        DataError
            If no sample is left to train on, or to validate on where a split was requested.
        TrainingError
            If a loss was NaN or infinite; the network keeps the weights from before that update,
            or, of a validation loss, those after that epoch.
        KeyboardInterrupt
            On Ctrl-C; the network has the weights of the last finished update.
        """
        samples = _fit_together(network, Samples(x, y, weights))
        held_back = int(np.ceil(len(x) * self.validation_split))
        count = len(x) - held_back
        if count < 1:
            raise DataError(
                message("network.none_to_train", n=len(x), validation_split=self.validation_split)
            )
        validation = None
        if held_back:
            late = slice(count, None)
            validation = Samples(
                samples.x[late],
                samples.y[late],
                None if samples.weights is None else samples.weights[late],
            )
        fingerprint = "" if checkpoint is None else self._fingerprint(network, samples)
        return self._fit(
            network, lambda _: samples, count, validation, (checkpoint, fingerprint), progress
        )

    def fit_drawn(
        self,
        network: Network,
        draw: Callable[[np.random.Generator], Samples],
        *,
        count: int | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> History:
        """Train a network in place on samples that are drawn anew for each epoch.

        Parameters
        ----------
        network : Network
            Its parameters are changed.
        draw : callable
            Gives the samples of an epoch, always as many, from a generator whose state depends on
            ``random_state`` and the epoch alone.
        count : int, optional
            How many samples ``draw`` gives; if not given, they are drawn once to be counted.
        progress : callable, optional
            As for :meth:`fit`.

        Returns
        -------
        History
            Losses by epoch.

        Raises
        ------
        UsageError, DataError, TrainingError, KeyboardInterrupt
            As for :meth:`fit`; UsageError also if a part of the samples were to be held out.
        """
        if self.validation_split:
            raise UsageError(message("network.no_validation"))

        def checked(rng: np.random.Generator) -> Samples:
            return _fit_together(network, draw(rng))

        if count is None:
            count = len(draw(np.random.default_rng((self.random_state, 0))).x)
        return self._fit(network, checked, count, None, (None, ""), progress, ahead=True)

    def _fit(
        self,
        network: Network,
        draw: Callable[[np.random.Generator], Samples],
        count: int,
        validation: Samples | None,
        checkpoint: tuple[str | os.PathLike[str] | None, str],
        progress: Callable[[Progress], None] | None,
        *,
        ahead: bool = False,
    ) -> History:
        """Train on the first ``count`` of the samples that are drawn for each epoch."""
        if self.dropout and network.layout.layers == 1:
            raise UsageError(message("network.dropout_of_one", dropout=self.dropout))
        adam = Adam.start(
            network.theta, beta_1=self.beta_1, beta_2=self.beta_2, epsilon=self.epsilon,
            weight_decay=self.weight_decay, clip_norm=self.clip_norm,
        )  # fmt: skip
        updates = -(-count // self.batch_size)
        run = Training.start(network.theta, adam, updates)
        threads = self.threads or available_threads()
        session = _Session(
            network, adam, run, self._rates(self.epochs * updates).reshape(self.epochs, updates),
            np.minimum(self.batch_size, count - self.batch_size * np.arange(updates)), threads,
            _Saver(run, *checkpoint), progress,
        )  # fmt: skip
        drawn = self._epochs(draw, run.epoch, ahead=ahead and threads > 1)
        while run.epoch < self.epochs and not run.history.stopped_early:
            self._train_epoch(session, *next(drawn))
            self._watch(session, validation)
        drawn.close()
        session.save.now()
        if self.patience is not None:
            network.theta[:] = run.best
        if self.average_keep:
            network.theta[:] = run.average
        if self.average_epochs:
            network.theta[:] = run.last_sum / min(self.average_epochs, self.epochs)
        return run.history

    def _epochs(
        self, draw: Callable[[np.random.Generator], Samples], first: int, *, ahead: bool
    ) -> Generator[tuple[np.random.Generator, Samples]]:
        """Draw the samples of each epoch; with ``ahead`` while the one before is trained on."""

        def of(epoch: int) -> tuple[np.random.Generator, Samples]:
            # of the epoch alone, so that a resumed training draws the same
            rng = np.random.default_rng((self.random_state, epoch))
            return rng, draw(rng)

        if not ahead:
            yield from map(of, range(first, self.epochs))
            return
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(of, first)
            for epoch in range(first, self.epochs):
                now = coming.result()
                if epoch + 1 < self.epochs:
                    coming = pool.submit(of, epoch + 1)
                yield now

    def _train_epoch(self, session: _Session, rng: np.random.Generator, samples: Samples) -> None:
        """Train on the samples of an epoch, or on those of them that are left."""
        run, updates = session.run, len(session.sizes)
        epoch, first, count = run.epoch, run.updates, int(session.sizes.sum())
        x, y, weights = samples
        order = rng.permutation(count) if self.shuffle else np.arange(count)
        keys = rng.integers(0, 2**64, updates, np.uint64)

        def report(trained: Trained) -> None:
            run.updates = first + trained.updates
            run.losses[first : run.updates] = trained.losses[: trained.updates]
            session.report(Progress(epoch, self.epochs, run.updates / updates, session.last_loss))

        trained = native.train(
            session.network.layout, session.network.theta, session.adam, x, y,
            order[first * self.batch_size :], session.rates[epoch, first:],
            batch_size=self.batch_size, loss=self.loss, weights=weights,
            dropout=self.dropout, keys=keys[first:], warmup=x.shape[1] - y.shape[1],
            average=run.average if self.average_keep else None,
            average_keep=self.average_keep, threads=session.threads, progress=report,
        )  # fmt: skip
        if first + trained.updates < updates:
            raise self._not_finite("network.diverged", epoch)
        run.losses[first:] = trained.losses
        run.updates = 0
        run.history.loss.append(float(run.losses @ session.sizes) / count)

    def _watch(self, session: _Session, validation: Samples | None) -> None:
        """Look at what an epoch has done: validate, keep the best weights, stop early."""
        run, history, network = session.run, session.run.history, session.network
        epoch = len(history.loss) - 1
        watched = history.loss[-1]
        if validation is not None:
            warmup = validation.x.shape[1] - validation.y.shape[1]
            outputs, _ = network.run(validation.x, warmup=warmup, threads=session.threads)
            with np.errstate(over="ignore", invalid="ignore"):  # said in a sentence below
                watched = self._mean_loss(outputs, validation.y, validation.weights)
            if not np.isfinite(watched):
                raise self._not_finite("network.validation_diverged", epoch)
            history.validation_loss.append(watched)
        if self.patience is not None:
            losses = history.validation_loss or history.loss
            if watched < min(losses[:-1], default=np.inf):
                history.best_epoch = epoch
                run.best[:] = network.theta
            elif epoch - (history.best_epoch or 0) >= self.patience:
                history.stopped_early = True
        if self.average_epochs and epoch >= self.epochs - self.average_epochs:
            run.last_sum += network.theta
        session.report(Progress(epoch + 1, self.epochs, 0.0, history.loss[-1]))

    def _not_finite(self, kind: str, epoch: int) -> TrainingError:
        return TrainingError(message(kind, epoch=epoch + 1, learning_rate=self.learning_rate))

    def _fingerprint(self, network: Network, samples: Samples) -> str:
        """Tell this training from every other one; costs a look at all data."""
        settings = {**asdict(self), "threads": None}
        digest = hashlib.sha256(f"{settings} {network.layout}".encode())
        digest.update(network.theta.tobytes())
        for array in samples:
            digest.update(str(None if array is None else array.shape).encode())
            for sample in () if array is None else array:  # a view is never copied whole
                digest.update(sample.tobytes())
        return digest.hexdigest()

    def _mean_loss(self, outputs: np.ndarray, y: np.ndarray, weights: np.ndarray | None) -> float:
        value, _ = self.loss(outputs, y if weights is None else np.where(weights == 0, 0, y))
        if weights is None:
            return float(np.mean(value, dtype=np.float64))
        shares = np.repeat(weights, self.loss.quantiles, axis=-1)
        return float(np.average(value, weights=shares)) if shares.any() else 0.0

    def _rates(self, updates: int) -> np.ndarray:
        share = np.arange(updates) / updates
        if self.schedule == "constant":
            return np.full(updates, self.learning_rate)
        if self.schedule == "one_cycle":
            rise = 0.5 * (1.0 - np.cos(np.pi * share / 0.3))
            fall = 0.5 * (1.0 + np.cos(np.pi * (share - 0.3) / 0.7))
            return self.learning_rate * np.where(share < 0.3, 0.04 + 0.96 * rise, fall)
        return self.learning_rate * 0.5 * (1.0 + np.cos(np.pi * share))


def _fit_together(network: Network, samples: Samples) -> Samples:
    """Check shapes, and give all arrays the network's precision and three axes."""
    dtype = network.theta.dtype
    x, y = np.asarray(samples.x, dtype), np.asarray(samples.y, dtype)
    weights = None if samples.weights is None else np.asarray(samples.weights, dtype)
    if weights is not None and weights.shape != y.shape:
        raise wrong_shape("weights", y.shape, weights.shape)
    if y.ndim == 2:
        y = y[:, np.newaxis]
        weights = None if weights is None else weights[:, np.newaxis]
    if x.ndim != 3 or y.ndim != 3 or len(x) != len(y):
        raise UsageError(message("network.axes", x=str(x.shape), y=str(y.shape)))
    return Samples(x, y, weights)


class _Session:
    """Hold a training under session, and report its progress."""

    def __init__(
        self,
        network: Network,
        adam: Adam,
        run: Training,
        rates: np.ndarray,
        sizes: np.ndarray,
        threads: int,
        save: _Saver,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.network, self.adam, self.run, self.threads = network, adam, run, threads
        self.rates, self.sizes = rates, sizes  # of each update, and of an epoch's batches
        self.save, self.progress = save, progress
        self.started = time.perf_counter() - run.history.seconds

    @property
    def last_loss(self) -> float | None:
        """Training loss of the last finished epoch."""
        return self.run.history.loss[-1] if self.run.history.loss else None

    def report(self, progress: Progress) -> None:
        """Put the training aside now and then, and pass on how far it is."""
        self.run.history.seconds = time.perf_counter() - self.started
        self.save.now_and_then()
        if self.progress is not None:
            self.progress(progress)


class _Saver:
    """Put a training aside, about once a second."""

    def __init__(
        self, run: Training, path: str | os.PathLike[str] | None, fingerprint: str
    ) -> None:
        self.run, self.path, self.fingerprint = run, path, fingerprint
        if path is not None and Path(path).exists():
            run.resume(path, fingerprint)
        self.last = time.perf_counter()

    def now_and_then(self) -> None:
        if time.perf_counter() - self.last >= 1.0:
            self.now()

    def now(self) -> None:
        if self.path is not None:
            self.run.save(self.path, self.fingerprint)
            self.last = time.perf_counter()
