"""What the library calls its arguments, and what the command line calls them."""

from __future__ import annotations

from typing import Any

from gatecast.cli.settings import SETTINGS
from gatecast.forecaster.settings.kinds import Flag

__all__ = ["OPTIONS", "as_option"]

_WORDS = (
    "gap", "h", "id_col", "max_bytes", "n_jobs", "n_trials", "n_windows", "network", "output",
    "port", "refit", "resume", "sampler", "series", "space", "step_size", "storage", "study_name",
    "target_col", "time_col", "time_limit", "timeout", "window",
)  # fmt: skip
#: Options by the name of the argument.
OPTIONS = {
    **{name: s.option or "--" + name.replace("_", "-") for name, s in SETTINGS.items()},
    **{name: "--" + name.replace("_", "-") for name in _WORDS},
    "futr_df": "--futr-file",
}

#: Options that take no value.
_FLAGS = {name for name, s in SETTINGS.items() if isinstance(s.kind, Flag)} | {"resume"}


def as_option(argument: Any) -> str:
    """Spell an argument or a value as the command line does; what has no option keeps its name.

    Parameters
    ----------
    argument : object
        For example "look_back", "resume=True", or a value alone, such as True or [80, 95].

    Returns
    -------
    str
        For example "--look-back", "--resume", "yes" or "80,95"; nothing for None, which is an
        option left out.
    """
    if isinstance(argument, (list, tuple)):
        return ",".join(map(as_option, argument))
    if isinstance(argument, str):
        name, equals, value = argument.partition("=")
        option = OPTIONS.get(name, name)
        if not equals or (name in _FLAGS and value == "True"):
            return option
        return f"{option}={ {'True': 'yes', 'False': 'no'}.get(value, value) }"
    if argument is None or isinstance(argument, bool):
        return {True: "yes", False: "no", None: ""}[argument]
    return str(argument)
