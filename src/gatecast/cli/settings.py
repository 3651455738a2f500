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

__all__ = ["SETTINGS", "Written", "covariates", "first_season", "with_settings"]


#: By the name of the setting. What is not given is left to the forecaster.
SETTINGS = {one.name: setting_of(one) for one in fields(Config) if one.name != "h"}

#: From the kind of a setting: the type of what is written, and what turns it into the setting.
_READ: dict[type, tuple[click.ParamType, Callable[[str], Any] | None]] = {
    kinds.Whole: (click.INT, None), kinds.Number: (click.FLOAT, None),
    kinds.Flag: (click.BOOL, None), kinds.OneOf: (click.STRING, choice),
    kinds.Name: (click.STRING, None), kinds.Levels: (click.STRING, levels),
    kinds.Frequency: (click.STRING, frequency), kinds.Seasons: (click.STRING, seasons),
    kinds.Columns: (click.STRING, names), kinds.Countries: (click.STRING, names),
}  # fmt: skip


class Written(click.ParamType):
    """Read the text of a setting, and check it, so that an error names where it comes from."""

    def __init__(self, setting: str, kind: kinds.Kind) -> None:
        self.written, self._read = _READ[type(kind)]
        self.name, self._setting, self.kind = self.written.name, setting, kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the value of the setting."""
        value = self.written.convert(value, param, ctx)
        value = self._read(value) if self._read else value
        self.kind.check(self._setting, value)
        return value


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
            given = {name: options.pop(name) for name in table}
            deprecated = {name: text for name in old if (text := options.pop(name)) is not None}
            for name in deprecated:
                new = message("option.renamed", old=_flag(name), now=_flag(old[name]))
                click.echo(new, err=True)
            settings = current_names(deprecated, warn=False) | {
                name: value
                for name, value in given.items()
                if value is not None and (value or not isinstance(table[name].kind, kinds.Flag))
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
    written = Written(name, setting.kind)
    kind: dict[str, Any] = {"type": written.written if hidden else written}
    if isinstance(setting.kind, kinds.Flag):
        kind = {"is_flag": True}
    flag = _flag(name) if hidden else setting.option or _flag(name)
    return click.option(flag, name, help=setting.help, hidden=hidden, **kind)
