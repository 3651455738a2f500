"""A training under way: all that it consists of, and how it is put aside and taken up again."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from gatecast.errors import ModelFileError, UsageError, cause
from gatecast.kernel import Adam
from gatecast.messages import message
from gatecast.storage import read_arrays, write_arrays
from gatecast.validation import Array, Flag, Items, Maybe, Real, Record, Text, Whole, check

__all__ = ["History", "Training"]

_KIND = "gatecast training"
_VERSION = 1


@dataclass
class History:
    """Record what happened in training, epoch by epoch.

    Parameters
    ----------
    loss : list of float
        Mean loss over the training samples, each batch's before its update.
    validation_loss : list of float
        The same over the validation samples, after the epoch; empty without validation.
    seconds : float
        Wall-clock time of the whole training.
    best_epoch : int or None
        Index of the epoch whose weights the network has, where early stopping restored them.
    stopped_early : bool
        Whether early stopping ended the training.
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    seconds: float = 0.0
    best_epoch: int | None = None
    stopped_early: bool = False


@dataclass
class Training:
    """Hold a training between two updates.

    Parameters
    ----------
    theta : ndarray of shape [P]
        The network's parameters, trained in place.
    adam : Adam
        The optimiser.
    average : ndarray of shape [P]
        Running mean of the parameters, where one is kept.
    best : ndarray of shape [P]
        Parameters of the best epoch so far.
    last_sum : ndarray of shape [P], float64
        Sum of the parameters after each of the last epochs, where their mean is requested.
    history : History
        Finished epochs.
    losses : ndarray of shape [updates], float64
        Loss of each update of the epoch under way.
    updates : int
        Updates of the epoch under way that were made.
    """

    theta: np.ndarray
    adam: Adam
    average: np.ndarray
    best: np.ndarray
    last_sum: np.ndarray
    history: History
    losses: np.ndarray
    updates: int = 0

    @classmethod
    def start(cls, theta: np.ndarray, adam: Adam, updates: int) -> Training:
        """Begin a training of so many updates an epoch.

        Parameters
        ----------
        theta : ndarray [P]
            Initial parameters.
        adam : Adam
            Of the optimiser.
        updates : int
            Of an epoch.

        Returns
        -------
        Training
            Before its first epoch.
        """
        return cls(
            theta, adam, theta.copy(), theta.copy(), np.zeros(len(theta)), History(),
            np.zeros(updates),
        )  # fmt: skip

    @property
    def epoch(self) -> int:
        """Index of the epoch under way."""
        return len(self.history.loss)

    def _arrays(self) -> dict[str, np.ndarray]:
        return {
            "theta": self.theta,
            "adam.first": self.adam.first,
            "adam.second": self.adam.second,
            "adam.powers": self.adam.powers,
            "average": self.average,
            "best": self.best,
            "last_sum": self.last_sum,
            "losses": self.losses,
        }

    def save(self, path: str | os.PathLike[str], fingerprint: str) -> None:
        """Write a checkpoint, all or nothing.

        Parameters
        ----------
        path : str or path
            The file.
        fingerprint : str
            What tells this training from every other one.

        Raises
        ------
        NotFoundError, UsageError
            If it cannot be written; an old checkpoint is then still there.
        """
        document = {
            "kind": _KIND,
            "version": _VERSION,
            "fingerprint": fingerprint,
            "history": asdict(self.history),
            "updates": self.updates,
        }
        write_arrays(path, self._arrays(), document)

    def resume(self, path: str | os.PathLike[str], fingerprint: str) -> None:
        """Go on from a checkpoint, in place.

        Parameters
        ----------
        path : str or path
            What :meth:`save` wrote.
        fingerprint : str
            As it was given to :meth:`save`.

        Raises
        ------
        UsageError
            If it is the checkpoint of another training.
        ModelFileError
            If it is not a checkpoint, or is damaged.
        """
        arrays, document = read_arrays(path)
        if document.get("kind") != _KIND or document.get("version") != _VERSION:
            raise ModelFileError(message("checkpoint.other_file", path=str(Path(path))))
        if document.get("fingerprint") != fingerprint:
            raise UsageError(message("checkpoint.other_training", path=str(Path(path))))
        self._check(arrays, document, path)
        for name, array in self._arrays().items():
            array[:] = arrays[name]
        self.history = History(**document["history"])
        self.updates = document["updates"]

    def _check(
        self, arrays: dict[str, np.ndarray], document: dict[str, Any], path: str | os.PathLike[str]
    ) -> None:
        """Refuse a checkpoint that this training could not go on from."""
        forms = {name: Array(a.dtype, a.shape) for name, a in self._arrays().items()}
        forms["adam.second"] = replace(forms["adam.second"], low=0.0)
        forms["adam.powers"] = replace(forms["adam.powers"], low=0.0, high=1.0)
        losses = Items(Real())
        history = {
            "loss": losses, "validation_loss": losses, "seconds": Real(low=0.0),
            "best_epoch": Maybe(Whole()), "stopped_early": Flag(),
        }  # fmt: skip
        form = Record(
            {
                "kind": Text(), "version": Whole(), "fingerprint": Text(),
                "history": Record(history), "updates": Whole(high=len(self.losses)),
            }
        )  # fmt: skip
        try:
            check(arrays, document, form, forms)
            epochs = len(document["history"]["loss"])
            if len(document["history"]["validation_loss"]) not in (0, epochs):
                raise ValueError("there are not as many validation losses as epochs")
            if (document["history"]["best_epoch"] or 0) >= max(epochs, 1):
                raise ValueError("the best epoch is one that was not finished")
        except ValueError as error:
            raise ModelFileError(
                message("checkpoint.not_whole", path=str(Path(path)), reason=cause(error))
            ) from error
