"""What the library calls its arguments, and what the command line calls them."""

from __future__ import annotations

import re

from gatecast.cli.settings import SETTINGS
from gatecast.errors import GatecastError

__all__ = ["OPTIONS", "as_option", "spelt"]

_WORDS = (
    "gap", "h", "id_col", "n_jobs", "n_trials", "n_windows", "network", "refit", "resume",
    "sampler", "series", "space", "step_size", "storage", "study_name", "target_col", "time_col",
    "time_limit", "timeout", "window",
)  # fmt: skip
#: Options by the name of the argument.
OPTIONS = {
    **{name: s.option or "--" + name.replace("_", "-") for name, s in SETTINGS.items()},
    **{name: "--" + name.replace("_", "-") for name in _WORDS},
    "futr_df": "--futr-file",
}
#: In a text that is no message: names of several words, which cannot be ordinary words.
_NAMES = re.compile(rf"\"[^\"]*\"|\b({'|'.join(name for name in OPTIONS if '_' in name)})\b")


def as_option(argument: str) -> str:
    """Spell an argument as the command line does; what has no option keeps its name.

    Parameters
    ----------
    argument : str
        For example "look_back".

    Returns
    -------
    str
        For example "--look-back".
    """
    return OPTIONS.get(argument, argument)


def spelt(error: GatecastError) -> str:
    """Write an error with its arguments spelt as options.

    A message knows which of its words are arguments. In an error that is only text they are what
    stands outside quotation marks: names of columns and series are always inside.

    Parameters
    ----------
    error : GatecastError
        Of the library.

    Returns
    -------
    str
        In English.
    """
    if error.message.id != "text":
        return error.text(spelling=as_option)
    return _NAMES.sub(lambda word: as_option(word.group()), str(error))
