"""The settings of the forecaster as options: one table for every verb that trains."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection
from typing import Annotated, Any, NamedTuple

import typer

from gatecast.cli.options import choice, frequency, levels, names, seasons
from gatecast.forecaster.renamed import OLD_SETTINGS, current_names
from gatecast.messages import message

__all__ = ["SETTINGS", "Setting", "covariates", "first_season", "with_settings"]


class Setting(NamedTuple):
    """Describe an option for one setting of :class:`gatecast.LSTMForecaster`.

    Parameters
    ----------
    kind : type
        Of what is written: bool for an option without a value.
    help : str
        For ``--help``.
    read : callable, optional
        Turns what is written into the setting.
    option : str, optional
        The option's name; that of the setting if not given.
    """

    kind: type
    help: str
    read: Callable[[Any], Any] | None = None
    option: str | None = None


#: By the name of the setting. What is not given is left to the forecaster.
SETTINGS = {
    "level": Setting(str, "Per cent that each interval should hold, for example 80,95.", levels),
    "freq": Setting(str, "Frequency, for example D, MS or h.", frequency),
    "season_length": Setting(str, "Steps in a season, or in several: 24,168; 1 for none.", seasons),
    "hist_exog_list": Setting(
        str, "Columns known up to the present, for example price,weather.", names, "--hist-exog"
    ),
    "futr_exog_list": Setting(str, "Columns known in advance.", names, "--futr-exog"),
    "stat_exog_list": Setting(str, "Columns that do not change in a series.", names, "--stat-exog"),
    "calendar": Setting(bool, "Let the network see day, week and year."),
    "preset": Setting(str, "Time for training: fast, default or best."),
    "log": Setting(str, "Logarithms: auto, yes, no, or box-cox for another power.", choice),
    "adjust_season": Setting(str, "Seasonal adjustment: auto, yes or no.", choice),
    "difference": Setting(str, "Train on differences: auto, yes or no.", choice),
    "scale": Setting(str, "Divide by: auto, min-max, standard or robust."),
    "clip_outliers": Setting(bool, "Clip outliers (quartiles +/- 3 IQR)."),
    "look_back": Setting(int, "Steps of a window; else the state is carried along the series."),
    "cell": Setting(str, "Kind of network: lstm or gru."),
    "hidden": Setting(int, "Units of a layer."),
    "layers": Setting(int, "Layers of the network."),
    "dropout": Setting(float, "Share of values dropped between layers."),
    "residual": Setting(bool, "Add a layer's inputs to its outputs."),
    "dilation": Setting(int, "How much further back each layer reaches than the one below."),
    "max_steps": Setting(int, "Training steps; chosen on the hold-out if not given."),
    "n_networks": Setting(int, "Networks of the ensemble."),
    "learning_rate": Setting(float, "Highest learning rate."),
    "schedule": Setting(str, "Learning rate over time: cosine, constant or one_cycle."),
    "batch_size": Setting(int, "Training subsequences, or windows, of a step."),
    "loss": Setting(str, "Training loss: auto, absolute, squared or huber."),
    "random_state": Setting(int, "Seed of weights and draws."),
    "threads": Setting(int, "Threads; one for each processor if not given."),
    "alias": Setting(str, "Name of the forecast's column."),
}


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
                typer.echo(new, err=True)
            settings = current_names(deprecated, warn=False) | {
                name: read(text) if (read := table[name].read) else text
                for name, text in written.items()
                if text is not None and text is not False
            }
            verb(**options, settings=settings)

        own = inspect.signature(verb, eval_str=True).parameters.values()
        parameters = [
            p.replace(kind=p.KEYWORD_ONLY) for p in own if p.name != "settings"
        ] + [_parameter(name, setting) for name, setting in table.items()] + [
            _parameter(name, table[now], True)
            for name, now in old.items()
        ]  # fmt: skip
        call.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportAttributeAccessIssue]
        call.__annotations__ = {p.name: p.annotation for p in parameters}
        return call

    return decorate


def covariates(settings: dict[str, Any]) -> list[str]:
    """List the columns that settings name besides the target."""
    kinds = ("hist_exog_list", "futr_exog_list", "stat_exog_list")
    return [name for kind in kinds for name in settings.get(kind, ())]


def first_season(settings: dict[str, Any]) -> int | None:
    """Give the shortest season that settings name."""
    length = settings.get("season_length")
    return min(length) if isinstance(length, tuple) else length


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _parameter(name: str, setting: Setting, hidden: bool = False) -> inspect.Parameter:
    option = typer.Option(setting.option or _flag(name), help=setting.help, hidden=hidden)
    kind: Any = bool if setting.kind is bool else setting.kind | None
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=False if setting.kind is bool else None,
        annotation=Annotated[kind, option],
    )
