"""The settings of a forecaster, defined once.

The signature of :class:`gatecast.LSTMForecaster`, its ``get_params`` and ``set_params``, the
options of the command line and of its TOML files, the settings in a model file, the sktime adapter
and the search space of :func:`gatecast.tune` are made from the fields of :class:`Config`. No arrays
are needed here, so that the command line reads it quickly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, Field, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, TypeVar

from gatecast.errors import UsageError
from gatecast.forecaster.settings.distributions import Choice, Distribution, Floats, Integers
from gatecast.forecaster.settings.kinds import (
    Columns,
    Countries,
    Flag,
    Frequency,
    Kind,
    Levels,
    Name,
    Number,
    OneOf,
    Seasons,
    Whole,
)
from gatecast.forecaster.settings.renamed import current_names, takes_old_names
from gatecast.messages import Argument, message

if TYPE_CHECKING:
    from gatecast.data.transforms.pipeline import Choice as AutoOr
    from gatecast.data.transforms.pipeline import Scale
    from gatecast.network.training import Schedule

__all__ = [
    "PRESETS", "Config", "Preset", "Setting", "Settings", "TrainingLoss", "documented",
    "setting_of",
]  # fmt: skip

TrainingLoss: TypeAlias = Literal["auto", "absolute", "squared", "huber"]
_C = TypeVar("_C", bound="Config")


@dataclass(frozen=True)
class Preset:
    """Say how much time a fit may take.

    Parameters
    ----------
    n_networks : int
        Networks of the ensemble.
    candidates : tuple of int
        Training steps that are tried on the hold-out; more are tried only while they help.
    """

    n_networks: int
    candidates: tuple[int, ...]


PRESETS = {
    "fast": Preset(1, (150, 500)),
    "default": Preset(3, (150, 500, 1500)),
    "best": Preset(7, (150, 500, 1500, 4500)),
}


class Setting(NamedTuple):
    """Say what is known of a setting besides its default.

    Parameters
    ----------
    kind : Kind
        What it may be.
    help : str
        One line, for the command line.
    search : Choice, Floats or Integers, optional
        What :func:`gatecast.tune` searches; it does not search the setting if not given.
    task : bool, default False
        Whether it belongs to the task and not to the model, so that a search may not change it.
    option : str, optional
        The option of the command line, where it is not the name of the setting.
    """

    kind: Kind
    help: str
    search: Distribution | None = None
    task: bool = False
    option: str | None = None


def _setting(default: Any, *about: Any, **more: Any) -> Any:
    return field(default=default, metadata={"setting": Setting(*about, **more)})


def setting_of(one: Field[Any]) -> Setting:
    """Give what is known of a setting.

    Parameters
    ----------
    one : dataclasses.Field
        A field of :class:`Config`.

    Returns
    -------
    Setting
        Its kind, help and search.
    """
    return one.metadata["setting"]


_AUTO = OneOf(("auto", True, False))
_LAYERED = ("layers", 1)  # what is between layers needs two of them


@takes_old_names
@dataclass(frozen=True)
class Config:
    """Hold the settings of a forecaster, checked.

    The searched ranges are those within which the forecaster's own benchmarks move, kept so low
    that a trial costs about a second. The ensemble size is not searched: more networks are hardly
    ever worse and always cost more.

    Parameters
    ----------
    h : int
        Steps to forecast, K.
    level : sequence of float, default ()
        Per cent that each prediction interval should hold, for example ``[80, 95]``.
    freq : str or int, optional
        Frequency of the series; detected if not given.
    season_length : int, sequence of int or "auto", optional
        Steps in a season, or in several, for example ``(24, 168)``; 1 for none. If "auto" or not
        given, that of the frequency, with the week and the year beside it where a test detects
        them in fewer than 20 series, and where times are step numbers, a detected one.
    aggregate : {"sum", "mean", "last", "count"}, optional
        What becomes of several rows of a series within a period of ``freq``, as of sales or calls;
        see :mod:`gatecast.data.aggregation`. Rows of :meth:`update` are treated alike.
    cell : {"lstm", "gru"}, default "lstm"
        Kind of network.
    hidden : int, default 48
        Units of each layer, H.
    layers : int, default 1
        Stacked layers, L.
    dropout : float, default 0.0
        Share of the values between two layers that is set to zero while training; needs two.
    residual : bool, default False
        Whether each layer above the first adds its inputs to its outputs; needs two.
    dilation : int, default 1
        How many times as far back as that of the layer below each layer's recurrence reaches
        (Chang et al. 2017); with 2 and three layers 1, 2 and 4 steps. Above 1 it needs two.
    learning_rate : float, default 5e-3
        Highest rate of Adam.
    max_steps : int, optional
        Training steps of each network; chosen on the hold-out if not given.
    n_networks : int, optional
        Ensemble size; that of the preset if not given.
    schedule : {"cosine", "constant", "one_cycle"}, default "cosine"
        Learning rate over the training steps: falling to zero along a cosine; constant; or rising
        first and then falling. See :class:`gatecast.network.Trainer`.
    batch_size : int, optional
        Training subsequences, or windows, of one step; 16 to 128, by the data, if not given.
    loss : {"auto", "absolute", "squared", "huber"}, default "auto"
        Training loss; if "auto", Huber's on levels and the absolute error on differences. Ends of
        intervals are always trained as quantiles.
    pretrained : bool, default True
        Whether the pretrained network may have a part in the forecast, unless there is a
        ``look_back``. Of fewer than 20 series without covariates it is the forecast, unless the
        hold-out shows that others are clearly better.
    look_back : int, optional
        Steps of a window, T. If given, the state is zero this many steps before each forecast, in
        training as after it; if not, it is carried along the whole series, which learns faster.
    log : {"auto", True, False, "box-cox"}, default "auto"
        Whether logarithms are taken; if "auto", where the variance grows with the local mean.
        ``"box-cox"`` takes a power that makes it even.
    adjust_season : {"auto", True, False}, default "auto"
        Whether series are seasonally adjusted; if "auto", where a test detects a season.
    difference : {"auto", True, False}, default "auto"
        Whether networks are trained on differences, or on levels; if "auto", on levels where series
        are mean-reverting.
    scale : {"auto", "min-max", "standard", "robust"}, default "auto"
        What a series is divided by: its mean absolute change within the horizon; range; standard
        deviation; or interquartile scale.
    clip_outliers : bool, default False
        Whether outliers are clipped (quartiles +/- 3 IQR).
    calendar : bool, default False
        Whether time of day, day of week and day of year are inputs.
    hist_exog_list, futr_exog_list, stat_exog_list : sequence of str, default ()
        Columns of covariates, numeric or categorical: historic; future, known over the whole
        horizon (a promotion, a planned price); static. See
        :mod:`gatecast.forecaster.inputs.covariates`.
    holidays : str or sequence of str, default ()
        Countries whose holidays act on the series, such as ``"DE"``, or with a subdivision
        ``"DE-BY"``; several in a list. See :mod:`gatecast.data.holidays`; needs the extra of that
        name.
    preset : {"fast", "default", "best"}, default "default"
        How much time a fit may take: one network and at most 500 training steps; three and 1,500;
        seven and 4,500. There are more than 150 only where they help on the hold-out.
    random_state : int, default 0
        Seed of initial weights and draws; the same seed gives the same forecast.
    threads : int, optional
        Threads; one for each processor if not given. The forecast does not depend on it.
    alias : str, default "LSTM"
        Name of the forecast's column.

    Raises
    ------
    UsageError
        If a setting is out of its range: which, what it is, and what it may be.
    """

    h: int = field(metadata={"setting": Setting(Whole(), "Steps to forecast.", task=True)})
    level: Sequence[float] = _setting(
        (), Levels(), "Per cent that each interval should hold, for example 80,95.", task=True
    )
    freq: str | int | None = _setting(
        None, Frequency(), "Frequency, for example D, MS or h.", task=True
    )
    season_length: int | Sequence[int] | Literal["auto"] | None = _setting(
        None,
        Seasons(),
        "Steps in a season, or in several: 24,168; 1 for none; else detected.",
        Choice((None, 1)),
    )
    _: KW_ONLY
    aggregate: Literal["sum", "mean", "last", "count"] | None = _setting(
        None, OneOf((None, "sum", "mean", "last", "count")),
        "Make one row of several in a period: sum, mean, last or count.", task=True,
    )  # fmt: skip
    # the network: sizes act by their ratio, so that 8 to 16 is as far as 16 to 32
    cell: Literal["lstm", "gru"] = _setting(
        "lstm", OneOf(("lstm", "gru")), "Kind of network: lstm or gru.", Choice(("lstm", "gru"))
    )
    hidden: int = _setting(48, Whole(), "Units of a layer.", Integers(8, 48, log=True))
    layers: int = _setting(1, Whole(most=1000), "Layers of the network.", Integers(1, 2))
    dropout: float = _setting(
        0.0, Number(0.0, 1.0), "Share of values dropped between layers.",
        Floats(0.0, 0.3, unless=_LAYERED),
    )  # fmt: skip
    residual: bool = _setting(
        False, Flag(), "Add a layer's inputs to its outputs.", Choice((False, True), _LAYERED)
    )
    dilation: int = _setting(
        1, Whole(), "How much further back each layer reaches than the one below.",
        Integers(1, 4, log=True, unless=_LAYERED),
    )  # fmt: skip
    # the training; these are searched together, since a higher rate needs fewer steps
    learning_rate: float = _setting(
        5e-3, Number(0.0, low_included=False), "Highest learning rate.",
        Floats(5e-4, 5e-2, log=True),
    )  # fmt: skip
    max_steps: int | None = _setting(
        None, Whole(optional=True), "Training steps; chosen on the hold-out if not given.",
        Integers(50, 300, log=True),
    )  # fmt: skip
    n_networks: int | None = _setting(
        None, Whole(optional=True, most=10_000), "Networks of the ensemble."
    )
    schedule: Schedule = _setting(
        "cosine", OneOf(("cosine", "constant", "one_cycle")),
        "Learning rate over time: cosine, constant or one_cycle.",
        Choice(("cosine", "constant", "one_cycle")),
    )  # fmt: skip
    batch_size: int | None = _setting(
        None, Whole(optional=True), "Training subsequences, or windows, of a step.",
        Integers(8, 24, log=True, or_none=True),
    )  # fmt: skip
    loss: TrainingLoss = _setting(
        "auto", OneOf(("auto", "absolute", "squared", "huber")),
        "Training loss: auto, absolute, squared or huber.",
        Choice(("auto", "absolute", "squared", "huber")),
    )  # fmt: skip
    # a search is for the network's settings: of a few series the pretrained one forecasts else
    pretrained: bool = _setting(
        True, OneOf((True, False)), "Let the pretrained network have a part: yes or no.", task=True
    )
    # the state: carried along the series (None), or a window, and only then of which length
    look_back: int | None = _setting(
        None, Whole(optional=True),
        "Steps of a window; else the state is carried along the series.",
        Integers(4, 128, log=True, or_none=True),
    )  # fmt: skip
    # the transforms; "auto" decides by a test for each series
    log: AutoOr | Literal["box-cox"] = _setting(
        "auto", OneOf(("auto", "box-cox", True, False)),
        "Logarithms: auto, yes, no, or box-cox for another power.", Choice(("auto", True, False)),
    )  # fmt: skip
    adjust_season: AutoOr = _setting(
        "auto", _AUTO, "Seasonal adjustment: auto, yes or no.",
        Choice(("auto", True, False), ("season_length", 1)),
    )  # fmt: skip
    difference: AutoOr = _setting(
        "auto", _AUTO, "Train on differences: auto, yes or no.", Choice(("auto", False, True))
    )
    scale: Scale = _setting(
        "auto", OneOf(("auto", "min-max", "standard", "robust")),
        "Divide by: auto, min-max, standard or robust.",
        Choice(("auto", "min-max", "standard", "robust")),
    )  # fmt: skip
    clip_outliers: bool = _setting(
        False, Flag(), "Clip outliers (quartiles +/- 3 IQR).", Choice((False, True))
    )
    calendar: bool = _setting(
        False, Flag(), "Let the network see day, week and year.", Choice((False, True))
    )
    hist_exog_list: Sequence[str] = _setting(
        (), Columns(), "Columns known up to the present, for example price,weather.", task=True,
        option="--hist-exog",
    )  # fmt: skip
    futr_exog_list: Sequence[str] = _setting(
        (), Columns(), "Columns known in advance.", task=True, option="--futr-exog"
    )
    stat_exog_list: Sequence[str] = _setting(
        (), Columns(), "Columns that do not change in a series.", task=True, option="--stat-exog"
    )
    holidays: str | Sequence[str] = _setting(
        (), Countries(), "Countries whose holidays act, for example DE or DE-BY,AT.", task=True
    )
    preset: Literal["fast", "default", "best"] = _setting(
        "default", OneOf(tuple(PRESETS)), "Time for training: fast, default or best."
    )
    random_state: int = _setting(
        0, Whole(least=0, most=2**64), "Seed of weights and draws.", task=True
    )
    threads: int | None = _setting(
        None, Whole(optional=True, most=4096), "Threads; one for each processor if not given.",
        task=True,
    )  # fmt: skip
    alias: str = _setting("LSTM", Name(), "Name of the forecast's column.", task=True)

    def __post_init__(self) -> None:
        for one in fields(Config):
            setting_of(one).kind.check(one.name, getattr(self, one.name))
        for name, nothing in (("dropout", 0.0), ("residual", False), ("dilation", 1)):
            if self.layers == 1 and getattr(self, name) != nothing:
                raise UsageError(
                    message("setting.of_layers", argument=Argument(name), value=getattr(self, name))
                )
        columns = self.covariates
        twice = next((name for name in columns if columns.count(name) > 1), None)
        if twice is not None:
            raise UsageError(message("columns.twice", column=twice))

    @property
    def covariates(self) -> tuple[str, ...]:
        """Columns of the covariates: historic, future and static."""
        return (*self.hist_exog_list, *self.futr_exog_list, *self.stat_exog_list)

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's
        """Give the settings by name, as scikit-learn does.

        Parameters
        ----------
        deep : bool, default True
            Has no effect; scikit-learn's.

        Returns
        -------
        dict of str to object
            Every setting.
        """
        return {one.name: getattr(self, one.name) for one in fields(Config)}

    def set_params(self: _C, **params: Any) -> _C:
        """Change settings by name, all or none; a fitted model forecasts as before.

        Parameters
        ----------
        **params
            Settings.

        Returns
        -------
        Config
            Itself.

        Raises
        ------
        UsageError
            If there is no such setting, or one is out of its range.
        """
        there, changed = self.get_params(), current_names(params)
        for name in changed:
            if name not in there:
                raise UsageError(
                    message(
                        "model.no_setting",
                        model="LSTMForecaster",
                        setting=name,
                        settings=list(there),
                    )
                )
        Config(**{**there, **changed})
        vars(self).update(changed)
        return self


@dataclass(frozen=True)
class Settings(Config):
    """Hold the settings of a fit: those of :class:`Config`, with what they leave open resolved.

    Parameters
    ----------
    n_networks, threads : int
        Resolved by the preset and the machine.
    seasons : tuple of int
        Steps in each season, from short to long.
    candidates : tuple of int
        Training steps that are tried on the hold-out.
    """

    level: tuple[float, ...] = ()
    n_networks: int = 1
    threads: int = 1
    seasons: tuple[int, ...] = (1,)
    candidates: tuple[int, ...] = ()

    @classmethod
    def resolve(cls, config: Config, seasons: tuple[int, ...]) -> Settings:
        """Fill in what the preset, the data and the machine decide.

        Parameters
        ----------
        config : Config
            The settings as they were given.
        seasons : tuple of int
            Steps in each season, from short to long.

        Returns
        -------
        Settings
            Of one fit.
        """
        from gatecast.network.processors import available_threads

        preset = PRESETS[config.preset]
        resolved = {
            "level": tuple(config.level or ()), "seasons": seasons,
            "n_networks": config.n_networks or preset.n_networks,
            "threads": config.threads or available_threads(), "candidates": preset.candidates,
        }  # fmt: skip
        return cls(**{**config.get_params(), **resolved})


def documented(docstring: str | None, without: Sequence[str] = ()) -> str:
    """Put the settings into the docstring of a class that has them.

    Parameters
    ----------
    docstring : str or None
        With a line ``{settings}`` where their description goes.
    without : sequence of str
        Settings that the class does not have.

    Returns
    -------
    str
        The docstring.
    """
    text = (Config.__doc__ or "").split("----------\n", 1)[1].split("\n\n    Raises", 1)[0]
    entries = text.replace("\n    ", "\n").removeprefix("    ").split("\n")
    kept, keep = [], True
    for line in entries:
        if not line.startswith(" "):
            keep = line.split(" : ")[0] not in without
        if keep:
            kept.append("    " + line)
    return (docstring or "").replace("    {settings}", "\n".join(kept))
