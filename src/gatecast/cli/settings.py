"""The settings of the forecaster as options: one table for every verb that trains."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from dataclasses import fields
from typing import Any

import click

from gatecast.cli.options import choice, frequency, levels, names, seasons, several
from gatecast.forecaster.settings import kinds
from gatecast.forecaster.settings.config import Config, Setting, setting_of
from gatecast.forecaster.settings.renamed import OLD_SETTINGS, current_names
from gatecast.messages import message

__all__ = ["SETTINGS", "covariates", "first_season", "with_settings"]


#: By the name of the setting. What is not given is left to the forecaster.
SETTINGS = {one.name: setting_of(one) for one in fields(Config) if one.name != "h"}

#: From the kind of a setting: the type of what is written, and what turns it into the setting.
_READ: dict[type, tuple[type, Callable[[str], Any] | None]] = {
    kinds.Whole: (int, None), kinds.Number: (float, None), kinds.Flag: (bool, None),
    kinds.OneOf: (str, choice), kinds.Name: (str, None), kinds.Levels: (str, levels),
    kinds.Frequency: (str, frequency), kinds.Seasons: (str, seasons), kinds.Columns: (str, names),
    kinds.Countries: (str, names),
}  # fmt: skip


def with_settings(without: Collection[str] = ()) -> Callable[..., Callable[..., None]]:
    """Give a verb the options of all settings; it takes those that were given as ``settings``.

    Parameters
    ----------
    without : collection of str
        Settings that the verb has options of its own for.

    Returns
    -------
    callable
        A decorator.
    """
    table = {name: setting for name, setting in SETTINGS.items() if name not in without}
    old = {name: now for name, now in OLD_SETTINGS.items() if now in table}

    def decorate(verb: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(verb)
        def call(**options: Any) -> None:
            written = {name: options.pop(name) for name in table}
            deprecated = {name: text for name in old if (text := options.pop(name)) is not None}
            for name in deprecated:
                new = message("option.renamed", old=_flag(name), now=_flag(old[name]))
                click.echo(new, err=True)
            settings = current_names(deprecated, warn=False) | {
                name: read(text) if (read := _READ[type(table[name].kind)][1]) else text
                for name, text in written.items()
                if text is not None and text is not False
            }
            verb(**options, settings=settings)

        return several(
            *(_option(name, setting) for name, setting in table.items()),
            *(_option(name, table[now], hidden=True) for name, now in old.items()),
        )(call)

    return decorate


def covariates(settings: dict[str, Any]) -> list[str]:
    """List the columns that settings name besides the target."""
    kinds = ("hist_exog_list", "futr_exog_list", "stat_exog_list")
    return [name for kind in kinds for name in settings.get(kind, ())]


def first_season(settings: dict[str, Any]) -> int | None:
    """Give the shortest season that settings name."""
    length = kinds.requested_season(settings.get("season_length"))
    return min(length) if isinstance(length, tuple) else length


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _option(name: str, setting: Setting, *, hidden: bool = False) -> Callable[..., Any]:
    written = _READ[type(setting.kind)][0]
    kind: dict[str, Any] = {"is_flag": True} if written is bool else {"type": written}
    flag = _flag(name) if hidden else setting.option or _flag(name)
    return click.option(flag, name, help=setting.help, hidden=hidden, **kind)
