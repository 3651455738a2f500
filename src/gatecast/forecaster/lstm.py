"""The forecaster: an LSTM that runs along the series and outputs the next h values at each step."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from gatecast.data.panel import Panel
from gatecast.errors import not_whole, series_name
from gatecast.forecaster.additive.effects import effect_sentences
from gatecast.forecaster.fitted import FittedForecaster
from gatecast.forecaster.fitting.fit import fit
from gatecast.forecaster.fitting.starting import is_pretrained, require_start
from gatecast.forecaster.forecasting.serving import Serving
from gatecast.forecaster.forecasting.tables import long_enough
from gatecast.forecaster.inputs.weights import read_weighted
from gatecast.forecaster.model_file.file import SavedModel, load_model, model_bytes, save_model
from gatecast.forecaster.settings.config import Config, Settings, documented
from gatecast.forecaster.settings.renamed import WithOldNames
from gatecast.forecaster.settings.seasons import seasons_for
from gatecast.forecaster.threads import one_at_a_time
from gatecast.messages import Message
from gatecast.network import Progress
from gatecast.pretrained.gaps import fill_gaps
from gatecast.progress import reporting, training_bar
from gatecast.storage import Key, Origin

__all__ = ["LSTMForecaster"]


class LSTMForecaster(WithOldNames, Serving, Config):
    """Forecast the next ``h`` values of one series, or of many with one global network.

    The network runs along each series and outputs at every step the next ``h`` values. The last
    part of each series is first held out: how long to train, the network's weight beside a simple
    forecast or the pretrained network, and how wide intervals have to be is measured there, with
    everything else fitted on what came before. Then networks from different seeds are trained on
    all values; the forecast is the median of their outputs, or its share of the combination.
    Threads may share a model: see :class:`gatecast.forecaster.threads.Shared`.

    Parameters
    ----------
    {settings}

    Attributes
    ----------
    ends_ : Ends
        Names and last times of the series.
    fitted_ : FittedForecaster
        The fitted forecaster: plain arrays.
    transforms_ : TransformPipeline
        What is done to each series.
    difference_ : bool
        Whether networks are trained on differences, or on levels.
    networks_ : list of Network
        The trained networks.
    calibration_ : Calibration or None
        What the hold-out has shown; None where the series are too short for one.
    max_steps_ : int
        Training steps of each network.
    losses_ : list of list of float
        Loss of each network by epoch.
    panel_ : Panel or None
        The data as read; None once the model was loaded or updated.
    fingerprint_ : str
        SHA-256 of the values and times that it was fitted on.
    decisions_ : list of str
        What was detected and decided, a sentence each.
    left_out_ : dict of str to str
        Why each series that cannot be used is left out, by its name.
    """

    def __post_init__(self) -> None:
        Config.__post_init__(self)
        Serving.__post_init__(self)

    @one_at_a_time
    def fit(
        self,
        source: Any,
        *,
        id_col: str | None = None,
        time_col: str | None = None,
        target_col: str | None = None,
        sample_weight: Any = None,
        start_from: LSTMForecaster | str | os.PathLike[str] | None = None,
        progress: Callable[[Progress], None] | bool | None = None,
    ) -> LSTMForecaster:
        """Read the data, decide what to do to each series, and train.

        Parameters
        ----------
        source : path, DataFrame, Series or Panel
            See :func:`gatecast.data.reading.read_panel`. Of a folder of Parquet files, or of a
            pattern such as ``"sales/*.parquet"``, a sample of 5,000 series is taken, of which
            :meth:`decisions` tells; each series must lie whole in one file.
        id_col, time_col, target_col : str, optional
            Columns; detected if not given.
        sample_weight : str or array of the number of rows, optional
            Weights of the values as targets of the training loss, 0 or more: a column, or a number
            for each row of the table. A value of weight 0 is still seen, as an input. Only networks
            that are trained use them, and so come before the pretrained network; transforms, the
            hold-out and benchmarks count every value the same. Kept neither in the file nor for
            :meth:`update`, which does not train. If all are the same, they have no effect.
        start_from : LSTMForecaster, path or "pretrained", optional
            A fitted model, or its file, at whose weights the networks start, where the hold-out
            shows that it helps; see :mod:`gatecast.forecaster.fitting.transfer`. With "pretrained"
            the pretrained network, which the networks are combined with, is fine-tuned on the
            series where that helps; see :mod:`gatecast.pretrained.fine_tuning`.
        progress : callable or bool, optional
            A bar if True, and in notebooks if not given; see :mod:`gatecast.progress`. A callable
            is told how far training is, over all networks as one; an epoch is then a training step.

        Returns
        -------
        LSTMForecaster
            Itself.

        Raises
        ------
        UsageError
            If a setting is out of its range, the weights are not one a row, or the model to start
            from does not fit.
        NotFoundError, DataError
            If the data or weights cannot be read or used, or all series are too short.
        ModelFileError
            If the file to start from is damaged, or no saved forecaster.
        TrainingError
            If a loss became NaN or infinite.
        """
        start = require_start(start_from, self.get_params(), type(self).load)
        panel, weights = read_weighted(
            source, sample_weight, self.covariates, id_col=id_col, time_col=time_col,
            target_col=target_col, freq=self.freq, aggregate=self.aggregate,
        )  # fmt: skip
        panel, weights = long_enough(panel, self.h, weights)
        seasons, detected = seasons_for(panel, self.season_length, self.h)
        settings = Settings.resolve(self, seasons)
        if settings.pretrained:
            panel, note = fill_gaps(panel, seasons, threads=settings.threads)
            detected = detected if note is None else [*detected, note]
        with reporting(progress, training_bar) as report:
            result = fit(
                settings, panel, lambda i: series_name(panel.ids[i]), report, start, weights,
                fine_tuning=is_pretrained(start_from),
            )  # fmt: skip

        self._fit_settings = self.get_params()
        self.fitted_: FittedForecaster = result.fitted
        self.max_steps_: int = result.max_steps
        self.losses_: list[list[float]] = result.losses
        self.panel_: Panel | None = panel
        self._origin = None
        self.reading_notes_: list[Message] = []
        self.fingerprint_: str = sha256(panel.times.tobytes() + panel.values.tobytes()).hexdigest()
        self.decisions_: list[str] = [
            *panel.notes, *detected, *result.fitted.transforms.decisions(result.fitted.ends.ids),
            *result.fitted.covariates.describe(panel.freq), *effect_sentences(result.fitted),
            *result.decisions,
        ]  # fmt: skip
        return self

    @one_at_a_time
    def save(self, path: str | os.PathLike[str], *, sign: Key = None) -> None:
        """Write the fitted model to a file, all or nothing; it can go on with :meth:`update`.

        Parameters
        ----------
        path : str or path
            The file.
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
        self._origin = save_model(self._saved("save"), path, self._origin, sign)

    @one_at_a_time
    def to_bytes(self) -> bytes:
        """Give what :meth:`save` writes, for a model that travels to other processes.

        Returns
        -------
        bytes
            Read by :meth:`load`.

        Raises
        ------
        NotFittedError
            Before :meth:`fit`.
        """
        return model_bytes(self._saved("to_bytes"))

    def _saved(self, verb: str) -> SavedModel:
        fitted = self.require_fitted(verb)
        # those of the fit, if they were changed since; the name of the column is free
        settings = {**self._fit_settings, "alias": self.alias}
        return SavedModel(
            fitted, settings, self.max_steps_, self.losses_,
            self.decisions_, self.fingerprint_,
        )  # fmt: skip

    @classmethod
    def load(cls, path: str | os.PathLike[str] | bytes, *, verify: Key = None) -> LSTMForecaster:
        """Read a forecaster that :meth:`save` wrote.

        Parameters
        ----------
        path : str, path or bytes
            The file, or what :meth:`to_bytes` gave.
        verify : bytes or str, optional
            The key that it must be signed with.

        Returns
        -------
        LSTMForecaster
            Its forecasts are those of the saved one, bit for bit; it goes on with :meth:`update`.

        Raises
        ------
        NotFoundError
            If there is no such file.
        ModelFileError
            If it is damaged, of another kind, written by a newer gatecast, or not so signed.
        """
        saved, origin = load_model(path, verify)
        try:
            return cls.from_saved(saved, origin)
        except (TypeError, ValueError, AttributeError) as error:
            name = "<bytes>" if isinstance(path, bytes) else path
            raise not_whole(name, "kind.forecaster", error) from error

    @classmethod
    def from_saved(
        cls, saved: SavedModel, origin: Origin | None = None, panel: Panel | None = None
    ) -> LSTMForecaster:
        """Make a forecaster of what a file keeps of one.

        Parameters
        ----------
        saved : SavedModel
            The fitted forecaster, and how it came about.
        origin : Origin, optional
            Which file it was read from.
        panel : Panel, optional
            Its data.

        Returns
        -------
        LSTMForecaster
            Fitted.
        """
        model = cls(**saved.settings)
        model._fit_settings = model.get_params()
        model.fitted_, model._origin = saved.fitted, origin
        model.panel_, model.reading_notes_ = panel, []
        model.max_steps_, model.losses_ = saved.max_steps, saved.losses
        model.decisions_, model.fingerprint_ = saved.decisions, saved.fingerprint
        return model


LSTMForecaster.__doc__ = documented(LSTMForecaster.__doc__)
