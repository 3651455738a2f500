"""Old names of settings and attributes, which work for one release and warn."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["OLD_SETTINGS", "WithOldNames", "current_names", "takes_old_names"]

_T = TypeVar("_T")

#: The present name of each setting that had another.
OLD_SETTINGS = {"seeds": "n_networks", "target": "difference", "updates": "max_steps"}
_DIFFERENCE = {"values": False, "changes": True}
_LEVELS = {now: old for old, now in _DIFFERENCE.items()}
_OLD_ATTRIBUTES = {
    **OLD_SETTINGS, "notes_": "decisions_", "target_": "difference_", "updates_": "max_steps_",
}  # fmt: skip


def current_names(settings: Mapping[str, Any], *, warn: bool = True) -> dict[str, Any]:
    """Give settings their present names, and a renamed value what it is called now.

    Parameters
    ----------
    settings : mapping of str to object
        Settings by name, or what a search may change of them; old names and new ones.
    warn : bool, default True
        Whether old names are deprecated here; in a file they are not.

    Returns
    -------
    dict of str to object
        By their present names, in the same order.
    """
    renamed = {}
    for name, value in settings.items():
        now = OLD_SETTINGS.get(name, name)
        if now != name:
            value = _present_value(now, value)
            if warn:
                sentence = f"{name} is now called {now}: give {now}={value!r}"
                warnings.warn(sentence, DeprecationWarning, stacklevel=3)
        renamed[now] = value
    return renamed


def _present_value(name: str, value: Any) -> Any:
    if name != "difference":
        return value
    if isinstance(value, list):
        return [_present_value(name, one) for one in value]
    return _DIFFERENCE.get(value, value) if isinstance(value, str) else value


def takes_old_names(kind: type[_T]) -> type[_T]:
    """Let the constructor of a class take settings by their old names too.

    Parameters
    ----------
    kind : type
        A class with the settings of the forecaster.

    Returns
    -------
    type
        The same class.
    """
    build: Any = kind.__init__

    @functools.wraps(build)
    def construct(self: Any, *args: Any, **settings: Any) -> None:
        build(self, *args, **current_names(settings))

    kind.__init__ = construct
    return kind


class WithOldNames:
    """Give attributes under their old names too."""

    if not TYPE_CHECKING:  # a checker of types is to find names that are nowhere

        def __getattr__(self, name: str) -> Any:
            """Find an attribute that was renamed; called where there is none of the name."""
            now = _OLD_ATTRIBUTES.get(name)
            if now is None:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            value = getattr(self, now)
            warnings.warn(f".{name} is now called .{now}", DeprecationWarning, stacklevel=2)
            return _LEVELS.get(value, value) if now.startswith("difference") else value
