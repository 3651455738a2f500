"""Floor 3: models in files, whichever kind they are: read one, or go on with it under a lock."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from gatecast.combination import Combination
from gatecast.combination.model_file import KIND as COMBINATION
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.journal import read_journal
from gatecast.log import timed
from gatecast.messages import message
from gatecast.pretrained.forecaster import PretrainedLSTM
from gatecast.pretrained.model_form import KIND
from gatecast.replay import Replay
from gatecast.storage import Key, kind_of, locked

__all__ = ["load", "open_for_update", "read_model"]

_log = logging.getLogger("gatecast")


@timed("load")
def load(
    path: str | os.PathLike[str], *, verify: Key = None
) -> LSTMForecaster | PretrainedLSTM | Combination:
    """Read a saved model, and the updates that a service of it has answered since.

    Parameters
    ----------
    path : str or path
        What ``save`` of :class:`gatecast.LSTMForecaster`, :class:`gatecast.PretrainedLSTM` or
        :class:`gatecast.Combination` wrote. Beside it may be the journal of ``gatecast serve``,
        while that runs or after it was killed: its updates are taken in, and ``decisions`` says so.
    verify : bytes or str, optional
        The key that the file must be signed with, as by ``save(path, sign=key)``: nobody without
        it can have made or changed it (HMAC-SHA-256). A checksum alone tells damage, not intent. A
        journal is not signed, so that its updates are left out then, with a warning.

    Returns
    -------
    LSTMForecaster, PretrainedLSTM or Combination
        It forecasts what the saved one forecast, bit for bit, and can go on with ``update``.

    Raises
    ------
    NotFoundError
        If there is no such file.
    ModelFileError
        If it is damaged, of another kind, written by a newer gatecast, or not signed with the key.
    UsageError
        If the key has fewer than 16 bytes.
    """
    records = read_journal(path)
    model = read_model(path, verify=verify)  # after the journal, which is emptied into the file
    if not records or not isinstance(model, LSTMForecaster):
        return model
    if verify is not None:
        _log.warning("%s", message("serve.unsigned", path=str(path), n=len(records)))
        return model
    taken, _ = Replay(model).follow(records, str(path))
    if taken:
        model.reading_notes_ = [message("serve.from_journal", path=str(path), n=taken)]
    return model


def read_model(
    path: str | os.PathLike[str], *, verify: Key = None
) -> LSTMForecaster | PretrainedLSTM | Combination:
    """Read a saved model, and nothing beside its file.

    Parameters
    ----------
    path, verify
        As for :func:`load`.

    Returns
    -------
    LSTMForecaster, PretrainedLSTM or Combination
        The model.

    Raises
    ------
    NotFoundError, ModelFileError, UsageError
        As there.
    """
    kind = kind_of(path)
    if kind == COMBINATION:
        return Combination.from_file(path, verify=verify)
    if kind == KIND:
        return PretrainedLSTM.from_file(path, verify=verify)
    return LSTMForecaster.load(path, verify=verify)


@contextmanager
def open_for_update(
    path: str | os.PathLike[str], *, key: Key = None
) -> Iterator[LSTMForecaster | PretrainedLSTM | Combination]:
    """Go on with a saved model while no other process or thread does, and keep it.

    The file is read when the block begins and written when it ends; after an error it stays as it
    was. What is done with a forecast inside the block is therefore done before the model moves on.

    Parameters
    ----------
    path : str or path
        What ``save`` of a model wrote.
    key : bytes or str, optional
        The key that the file must be signed with; it is signed with it again.

    Yields
    ------
    LSTMForecaster, PretrainedLSTM or Combination
        The model.

    Raises
    ------
    NotFoundError
        If there is no such file.
    ModelFileError
        If it is damaged, of another kind, or written by a newer gatecast.
    UsageError
        If it cannot be written; it then stays as it was.

    Examples
    --------
    >>> with gatecast.open_for_update("model.gatecast") as model:  # doctest: +SKIP
    ...     model.update("new.csv").predict().to_csv("forecast.csv", index=False)
    """
    with locked(path):
        model = load(path, verify=key)
        yield model
        model.save(path, sign=key)
