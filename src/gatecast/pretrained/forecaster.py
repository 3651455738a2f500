"""A forecaster that needs no training: the LSTM that comes trained, on the user's series."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from gatecast.baselines.intervals import Ends
from gatecast.baselines.protocol import Baseline
from gatecast.data.calendar import default_season_length
from gatecast.data.panel import RELATED, Panel, equal_lengths
from gatecast.data.transforms.present_level import panel_at_present_level
from gatecast.errors import ModelFileError, not_whole
from gatecast.forecaster.settings.kinds import as_seasons
from gatecast.forecaster.threads import Shared, one_at_a_time
from gatecast.messages import Message, message
from gatecast.pretrained.features import Features, step_inputs
from gatecast.pretrained.fine_tuning import fine_tune
from gatecast.pretrained.history import FEWEST_VALUES, append, read_others
from gatecast.pretrained.model_form import KIND, read_document, require_forecast, to_document
from gatecast.pretrained.network import LEVELS, MEDIAN, load_weights, quantiles_at
from gatecast.pretrained.seasons import (
    longer_season,
    memory_of,
    season_sentence,
    short_and_long,
    with_week,
)
from gatecast.storage import DAMAGE, Key, locked, read_saved, require_unchanged, write_arrays
from gatecast.validation import require_readable

__all__ = ["KIND", "PretrainedLSTM"]

#: series that are run together
_BATCH = 256


@dataclass
class PretrainedLSTM(Shared, Baseline):
    """Forecast with an LSTM that was trained before, on other series.

    Nothing is fitted, unless its head is fine-tuned.

    The network sees each series by itself and runs along its last 1,024 values, in logarithms where
    all are positive. Of positive series with a season it sees the values themselves too, and the
    forecast is the mean of both. Its inputs at each step are differences to the last values and
    seasons, in units of a running mean absolute change; its outputs weigh simple forecasts by what
    it remembers (see ``pretraining/README.md``). So it can forecast from 3 values on.

    Threads may share a model: see :class:`gatecast.forecaster.threads.Shared`.

    Parameters
    ----------
    h : int
        Steps to forecast.
    freq : str or int, optional
        Frequency of the series; found from the times if not given.
    season_length : int or sequence of int, optional
        Steps in a season, or in two; that of the frequency (and, of hours, the week) if not given.
    level : sequence of float, default ()
        Per cent that each prediction interval should hold, for example ``[80, 95]``.
    weights : {"public", "made-up"}, default "public"
        Which weights: from made-up and public series, or from made-up series alone.
    fine_tune : bool, default False
        Whether the fit trains the network's head on the series, where that is better on their last
        values; see :mod:`gatecast.pretrained.fine_tuning`. It pays for sets of related series.
    n_jobs : int, default 1
        Threads among which series are shared. The forecast does not depend on it.

    Attributes
    ----------
    panel_ : Panel
        The data as read.
    seasons_ : tuple of int
        Season length, or a short one and a longer one; what the fit detected stays.
    moves_level_ : bool
        Whether values before a lasting shift of the level are moved to the present level: where the
        fit had fewer than 20 series, whatever is taken in later.
    reading_notes_ : list of str
        What was detected in the rows of the last update.

    Examples
    --------
    >>> import gatecast as gc
    >>> from gatecast.datasets import air_passengers
    >>> forecast = gc.PretrainedLSTM(h=12, level=[80]).fit(air_passengers()).predict()
    >>> list(forecast.columns)
    ['unique_id', 'ds', 'PretrainedLSTM', 'PretrainedLSTM-lo-80', 'PretrainedLSTM-hi-80']
    """

    level: Sequence[float] = ()
    weights: str = "public"
    fine_tune: bool = False
    n_jobs: int = 1

    def __post_init__(self) -> None:
        Baseline.__post_init__(self)
        Shared.__post_init__(self)

    @one_at_a_time
    def fit(self, source: Any, **columns: Any) -> PretrainedLSTM:
        """Read the series and remember them; nothing is trained without ``fine_tune``.

        Parameters
        ----------
        source : path, DataFrame, Series or Panel
            See :func:`gatecast.data.reading.read_panel`.
        **columns
            ``id_col``, ``time_col``, ``target_col``; found out if not given.

        Returns
        -------
        PretrainedLSTM
            Itself.

        Raises
        ------
        UsageError
            If ``h``, ``season_length``, ``level`` or ``weights`` cannot be used.
        NotFoundError, DataError
            If the data cannot be read or used, or a series has fewer than 3 values.
        """
        network, notes = load_weights(self.weights), [message("pretrained.no_fit")]
        panel = self._read(source, **columns)
        seasons = self._detect_seasons(panel)
        if self.fine_tune:
            tuned = fine_tune(network, panel, seasons, self.h, threads=self.n_jobs)
            network, notes = tuned.network, [tuned.sentence]
        # all at the end, so that Ctrl-C falls before or after
        self.panel_, self.network_, self.seasons_ = panel, network, seasons
        self.moves_level_ = len(panel) < RELATED
        self.fit_notes_: list[Message] = notes
        self.reading_notes_: list[Message] = []
        self._origin = None
        return self

    @one_at_a_time
    def predict(
        self,
        df: Any = None,
        *,
        futr_df: Any = None,
        level: Sequence[float] | None = None,
    ) -> pd.DataFrame:
        """Forecast the ``h`` steps after the end of each series.

        Parameters
        ----------
        df : path, DataFrame, Series or Panel, optional
            Whole histories of other series, which are forecast instead; the model stays as it is. A
            table is read like that of the fit.
        futr_df : optional
            Has no effect: the network sees no further columns.
        level : sequence of float, optional
            Per cent of each interval; those of the model if not given.

        Returns
        -------
        DataFrame
            The user's id and time columns, one named ``alias`` (the median), and for each level
            ``alias-lo-80`` and ``alias-hi-80``.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        NotFoundError, UsageError, DataError
            If ``df`` cannot be read, a series of it is too short, or a level is no per cent.
        """
        if df is None:
            return super().predict(futr_df=futr_df, level=level)
        panel, notes = read_others(self.require_fitted("predict"), df)
        self.reading_notes_ = notes
        return self._beside(panel).predict(level=level)

    def on(self, source: Any) -> PretrainedLSTM:
        """Give a model of the same weights that remembers other series.

        Parameters
        ----------
        source : path, DataFrame, Series or Panel
            The other series. Once fitted, a table is read like that of the fit.

        Returns
        -------
        PretrainedLSTM
            Fine-tuned on them only if this one is not fitted yet.

        Raises
        ------
        NotFoundError, UsageError, DataError
            If the data cannot be read or used.
        """
        if not hasattr(self, "panel_"):
            return PretrainedLSTM(**self.get_params()).fit(source)
        return self._beside(read_others(self.panel_, source)[0])

    def _beside(self, panel: Panel) -> PretrainedLSTM:
        """Give a model of the same weights and seasons that remembers the series of a panel."""
        other = PretrainedLSTM(**self.get_params())
        vars(other).update(
            panel_=panel, network_=self.network_, seasons_=self.seasons_,
            moves_level_=self.moves_level_, fit_notes_=self.fit_notes_, reading_notes_=[],
            _origin=None,
        )  # fmt: skip
        return other

    @one_at_a_time
    def quantiles(self, verb: str = "quantiles") -> np.ndarray:
        """Forecast all quantiles of the network.

        Parameters
        ----------
        verb : str
            What an error calls this.

        Returns
        -------
        ndarray of shape [series, h, Q]
            At the levels of :data:`gatecast.pretrained.network.LEVELS`, in the unit of the series.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        panel = self.require_fitted(verb)
        values, _ = self._at_present_level()
        run_along = np.minimum(panel.lengths, memory_of(self.seasons_))
        made = np.empty((len(panel), self.h, len(LEVELS)))
        for rows, length in equal_lengths(run_along, _BATCH):
            at = panel.offsets[rows + 1][:, None] - length + np.arange(length)
            gaps = panel.filled[at]
            gaps[:, 0] = False
            made[rows] = self.forecast_rows(np.where(gaps, np.nan, values[at]))
        return made

    @one_at_a_time
    def update(self, source: Any, **columns: Any) -> PretrainedLSTM:
        """Remember new values; there is nothing to train.

        Parameters
        ----------
        source : path, DataFrame, Series, Panel, or array of shape [n] or [N, n]
            Rows that follow the last ones without a gap; of some of the series, or of all. Series
            that were not in the fit are taken in with all their rows. In an array they are the next
            values of every series.
        **columns
            ``id_col``, ``time_col``, ``target_col``; those of the series if not given.

        Returns
        -------
        PretrainedLSTM
            Itself.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        NotFoundError, UsageError
            If the table cannot be read.
        DataError
            If times do not follow, a value is missing or beyond ±1e150, or a new series is too
            short; nothing is changed then.
        """
        panel = self.require_fitted("update")
        grown, notes = append(panel, source, **columns)
        # at once, so that Ctrl-C falls before or after
        vars(self).update(panel_=grown, reading_notes_=notes)
        return self

    @one_at_a_time
    def save(self, path: str | os.PathLike[str], *, sign: Key = None) -> None:
        """Write the series' last values and the weights, all or nothing.

        Parameters
        ----------
        path : str or path
            The file; :func:`gatecast.load` reads it, :meth:`update` goes on.
        sign : bytes or str, optional
            A secret key (HMAC-SHA-256); ``load(path, verify=key)`` then takes no other file.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        NotFoundError, UsageError
            If the file cannot be written; an older one is then still there, whole.
        ModelFileError
            If it could not be read again; nothing is written then.
        ConflictError
            If the model was read from this file, and somebody else has changed the file since.
        """
        self.require_fitted("save")
        arrays, document = to_document(self)
        # without a forecast, which takes longer than all else and is finite of finite values
        require_readable(path, arrays, document, partial(read_document, type(self)))
        with locked(path):
            require_unchanged(path, self._origin)
            self._origin = write_arrays(path, arrays, document, sign)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], *, verify: Key = None) -> PretrainedLSTM:
        """Read what :meth:`save` wrote.

        Parameters
        ----------
        path : str or path
            The file.
        verify : bytes or str, optional
            The key that it must be signed with.

        Returns
        -------
        PretrainedLSTM
            It forecasts what the saved one forecast, bit for bit.

        Raises
        ------
        NotFoundError
            If there is no such file.
        ModelFileError
            If it is damaged, of another kind, written by a newer gatecast, or not so signed.
        """
        arrays, document, origin = read_saved(path, verify)
        if document.get("kind") != KIND or document.get("version") != 1:
            raise ModelFileError(
                message(
                    "file.other_version", path=str(path), kind=message("kind.pretrained"), version=1
                )
            )
        try:
            model = read_document(cls, arrays, document)
            require_forecast(model)
        except DAMAGE as error:
            raise not_whole(path, "kind.pretrained", error) from error
        model._origin = origin
        return model

    def traces(self) -> Iterator[np.ndarray]:
        """Run the LSTM along each series and keep its gates and states.

        Yields
        ------
        ndarray of shape [n, 2, 6, H]
            Of each series: step, layer, then input gate, forget gate, candidate, output gate, cell
            state and hidden state, and unit. Positive series are run in logarithms.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        for i in range(len(self.require_fitted("traces"))):
            _, features, _ = self.view(i)
            yield self.network_.lstm.trace(features.inputs, threads=self.n_jobs)[0]

    def view(self, i: int) -> tuple[np.ndarray, Features, bool]:
        """Give what the LSTM runs along, of one series: logarithms where all are positive.

        Parameters
        ----------
        i : int
            Which series.

        Returns
        -------
        values : ndarray of shape [n]
            In logarithms, or as they are.
        features : Features
            The inputs of each step.
        in_logarithms : bool
            Whether they are.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        panel = self.require_fitted("view")
        rows = slice(*panel.offsets[i : i + 2])
        gaps, values = panel.filled[rows].copy(), self._at_present_level()[0][rows]
        gaps[0] = False
        in_logarithms = bool((values > 0).all())
        values = np.log(values) if in_logarithms else values
        longer = longer_season(self.seasons_, len(values))
        known = np.where(gaps, np.nan, values)
        return values, step_inputs(known[None], self.seasons_[0], longer), in_logarithms

    def one_step_ahead(self) -> np.ndarray:
        """Forecast each value of the first series from those before it.

        Returns
        -------
        ndarray of shape [n]
            The median, in the unit of the series; NaN for the first three.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        panel = self.require_fitted("one_step_ahead")
        values, gaps = panel.values[: panel.offsets[1]], panel.filled[: panel.offsets[1]].copy()
        gaps[0] = False
        at = np.arange(2, len(values) - 1)
        forecasts = np.full(len(values), np.nan)
        if len(at):
            made = self.network_.forecast_both_views(
                np.where(gaps, np.nan, values)[None], at, 1, self.seasons_[0],
                longer_season(self.seasons_, len(values)), threads=self.n_jobs,
            )  # fmt: skip
            forecasts[at + 1] = made[0, :, 0, MEDIAN]
        return forecasts

    def decisions(self) -> list[str]:
        """Describe what was detected in the data and decided.

        Returns
        -------
        list of str
            A sentence each.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        panel = self.require_fitted("decisions")
        requested, usual = self.season_length is not None, default_season_length(panel.freq) > 1
        about_seasons = season_sentence(self.seasons_, requested=requested, usual=usual)
        made = [*self.fit_notes_, about_seasons]
        if panel.extra:
            made.append(message("pretrained.ignored", names=list(panel.extra)))
        return [*panel.notes, *made, *self._at_present_level()[1], *self.reading_notes_]

    def _at_present_level(self) -> tuple[np.ndarray, list[Message]]:
        """Give the values at the present level, and a sentence for each series that was moved."""
        if not self.moves_level_:
            return self.panel_.values, []
        return panel_at_present_level(self.panel_, memory_of(self.seasons_))

    def _least_values(self, seasons: tuple[int, ...]) -> int:  # noqa: ARG002
        return FEWEST_VALUES

    def _detect_seasons(self, panel: Panel) -> tuple[int, ...]:
        """Give one season length, or a short one and a longer one."""
        if self.season_length is not None:
            return short_and_long(as_seasons(self.season_length))
        usual = default_season_length(panel.freq)
        if usual == 1 and isinstance(panel.freq, int):
            # dates tell their season, and need nothing of it: a cold start is shorter
            from gatecast.forecaster.settings.seasons import find_season

            usual, _ = find_season([series.values for series in panel])
        return with_week(usual)

    def forecast_rows(self, values: np.ndarray) -> np.ndarray:
        """Forecast quantiles of series of one length.

        Parameters
        ----------
        values : ndarray of shape [B, T]
            In time order; NaN where one is missing, but not the first.

        Returns
        -------
        ndarray of shape [B, h, Q]
            In the unit of the values.
        """
        season, longer = self.seasons_[0], longer_season(self.seasons_, values.shape[1])
        last = np.array([values.shape[1] - 1])
        return self.network_.forecast_both_views(
            values, last, self.h, season, longer, threads=self.n_jobs
        )[:, 0]

    def _forecast_panel(
        self,
        panel: Panel,  # noqa: ARG002
        seasons: tuple[int, ...],  # noqa: ARG002 - the fit detected them
        level: list[float],
    ) -> tuple[np.ndarray, Ends]:
        quantiles = self.quantiles("predict")
        ends: Ends = {}
        for share in level:
            bounds = quantiles_at(quantiles, np.array([0.5 - share / 200, 0.5 + share / 200]))
            ends[share] = bounds[..., 0], bounds[..., 1]
        return quantiles[..., MEDIAN], ends

    def _forecast(self, values: np.ndarray, seasons: tuple[int, ...]) -> np.ndarray:  # noqa: ARG002
        """Forecast the median of one series."""
        return self.forecast_rows(values[None])[0, :, MEDIAN]
