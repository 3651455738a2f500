"""How gatecast fails: every error it raises on purpose, in one tree.

::

    GatecastError
    ├── UsageError          an argument that cannot work              (also ValueError)   exit 2
    ├── MissingExtraError   an optional dependency is not installed   (also ImportError)  exit 3
    ├── NotFoundError       a file or a column that is not there      (also LookupError)  exit 4
    ├── DataError           data that cannot be used as they are      (also ValueError)   exit 5
    ├── ModelFileError      a saved file that is damaged or not ours  (also ValueError)   exit 5
    ├── ConflictError       a file that somebody else has changed since         exit 5
    ├── NotFittedError      asked to predict before it was fitted                         exit 2
    └── TrainingError       the loss became NaN or infinite                               exit 5

Every message is a sentence: what was requested, what was found and where, what to do.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable
from types import ModuleType

from gatecast.messages import Argument, Language, Message, from_document, message
from gatecast.messages.writing import Spelling, cut

__all__ = [
    "ConflictError",
    "DataError",
    "GatecastError",
    "MissingExtraError",
    "ModelFileError",
    "NotFittedError",
    "NotFoundError",
    "TrainingError",
    "UsageError",
    "cause",
    "check_percent",
    "did_you_mean",
    "not_above",
    "not_whole",
    "quote",
    "require_extra",
    "series_name",
    "too_small",
    "unknown_model",
    "wrong_choice",
    "wrong_shape",
]


class GatecastError(Exception):
    """Stand at the root of every error that gatecast raises on purpose.

    Parameters
    ----------
    *args
        The message: a :class:`gatecast.messages.Message`, or its text.
    """

    exit_code = 1

    @property
    def message(self) -> Message:
        """The sentence as data; that of a plain text has the id ``"text"``."""
        first = self.args[0] if self.args else ""
        return from_document(first if isinstance(first, str) else str(first))

    def text(self, language: Language = "en", spelling: Spelling = str) -> str:
        """Write the sentence in a language, its arguments spelt as the caller does.

        Parameters
        ----------
        language, spelling
            As for :meth:`gatecast.messages.Message.text`.

        Returns
        -------
        str
            For people.
        """
        return self.message.text(language, spelling)


class UsageError(GatecastError, ValueError):
    """Say that an argument cannot work, whatever the data."""

    exit_code = 2


class NotFittedError(GatecastError):
    """Say that something was asked of a model before it was fitted."""

    exit_code = 2


class MissingExtraError(GatecastError, ImportError):
    """Say which optional dependency is missing, and the pip line that brings it."""

    exit_code = 3


class NotFoundError(GatecastError, LookupError):
    """Say that a file or a column is not there."""

    exit_code = 4


class DataError(GatecastError, ValueError):
    """Say that the data cannot be used as they are: which series, row and value."""

    exit_code = 5


class ModelFileError(GatecastError, ValueError):
    """Say that a saved file is damaged or not what gatecast writes, or would be no whole one."""

    exit_code = 5


class ConflictError(GatecastError):
    """Say that somebody else has changed a file since it was read."""

    exit_code = 5


class TrainingError(GatecastError):
    """Say that training met a NaN or infinite loss; the last good weights are kept."""

    exit_code = 5


def too_small(argument: str, value: float, least: float) -> UsageError:
    """Make the error of an argument that is below its smallest value.

    Parameters
    ----------
    argument : str
        Its name in Python; the command line spells it as an option.
    value, least : float
        What was requested, and the smallest value that works.

    Returns
    -------
    UsageError
        To be raised.
    """
    name = Argument(argument)
    return UsageError(message("argument.too_small", argument=name, value=value, least=least))


def not_above(argument: str, value: float, low: float = 0.0) -> UsageError:
    """Make the error of an argument that has to be above a number.

    Parameters
    ----------
    argument : str
        Its name in Python; the command line spells it as an option.
    value, low : float
        What was requested, and what it has to be above.

    Returns
    -------
    UsageError
        To be raised.
    """
    return UsageError(
        message("argument.not_above", argument=Argument(argument), value=value, low=low)
    )


def check_percent(level: float) -> None:
    """Refuse a level that is not above 0 and below 100.

    Parameters
    ----------
    level : float
        Per cent that an interval should hold.

    Raises
    ------
    UsageError
        If it is none.
    """
    if not 0 < level < 100:
        raise UsageError(message("level.not_percent", level=level))


def wrong_choice(argument: str, value: object, choices: Iterable[str]) -> UsageError:
    """Make the error of an argument that is none of a few texts.

    Parameters
    ----------
    argument : str
        Its name in Python; the command line spells it as an option.
    value : object
        What was requested.
    choices : iterable of str
        What works.

    Returns
    -------
    UsageError
        To be raised.
    """
    name, texts = Argument(argument), tuple(choices)
    return UsageError(message("argument.choice", argument=name, value=value, choices=texts))


def wrong_shape(name: str, needed: tuple[int, ...], shape: tuple[int, ...]) -> UsageError:
    """Make the error of an array that has another shape than the one that fits.

    Parameters
    ----------
    name : str
        Of the argument that has it.
    needed, shape : tuple of int
        The shape that fits, and that of the array.

    Returns
    -------
    UsageError
        To be raised.
    """
    fields = {"name": Argument(name), "needed": str(needed), "shape": str(shape)}
    return UsageError(message("argument.shape", **fields))


def cause(error: Exception) -> Message | str:
    """Give what another error says, as a field of the message of one of ours.

    Parameters
    ----------
    error : Exception
        That was caught.

    Returns
    -------
    Message or str
        A message of ours, or the text of somebody else's.
    """
    first = error.args[0] if error.args else ""
    return first if isinstance(first, Message) else str(error) or type(error).__name__


def did_you_mean(name: str, names: Iterable[str], cutoff: float = 0.6) -> Message | str:
    """Give the end of a sentence about a name that is not there: the one that is most like it.

    Parameters
    ----------
    name : str
        What was requested; capitals do not count.
    names : iterable of str
        What is there.
    cutoff : float, default 0.6
        Least likeness, from 0 to 1.

    Returns
    -------
    Message or str
        For a field of the format ``after``; empty if none is like it.
    """
    lower = {one.lower(): one for one in names}
    near = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=cutoff)
    return message("name.did_you_mean", name=lower[near[0]]) if near else ""


def unknown_model(name: str, names: Iterable[str]) -> Message:
    """Give the sentence about a model that is not there.

    Parameters
    ----------
    name : str
        What was requested.
    names : iterable of str
        What is there.

    Returns
    -------
    Message
        For an error.
    """
    there = tuple(names)
    return message("models.unknown", model=name, near=did_you_mean(name, there), models=there)


def require_extra(module: str, extra: str, purpose: str) -> ModuleType:
    """Import an optional dependency, or say how to install it.

    Parameters
    ----------
    module : str
        Import name, for example ``"matplotlib.pyplot"``.
    extra : str
        The extra that brings it, for example ``"plot"``.
    purpose : str
        What it was wanted for, a name or a message; begins the sentence.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise MissingExtraError(
            message("extra.missing", purpose=purpose, package=package, extra=extra)
        ) from error


def not_whole(path: object, kind: str, error: Exception) -> ModelFileError:
    """Make the error of a file whose parts do not fit together.

    Parameters
    ----------
    path : str or path
        The file.
    kind : str
        The message that names what it should be, for example ``"kind.forecaster"``.
    error : Exception
        What went wrong.

    Returns
    -------
    ModelFileError
        To be raised.
    """
    reason = f"{type(error).__name__}, {error}"
    fields = {"path": str(path), "kind": message(kind), "reason": reason}
    return ModelFileError(message("file.not_whole", **fields))


def series_name(name: object) -> Message:
    """Give what a sentence calls a series.

    Parameters
    ----------
    name : object
        Its id; None if the table has none.

    Returns
    -------
    Message
        To be a field of another.
    """
    return message("series.the_one") if name is None else message("series.named", name=str(name))


def quote(text: str) -> str:
    """Put a text in quotes for a sentence, cut if it is long.

    Parameters
    ----------
    text : str
        A name, or a cell of a table.

    Returns
    -------
    str
        With at most 60 characters of it.
    """
    return f'"{cut(text)}"'
