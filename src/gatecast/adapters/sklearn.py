"""An LSTM over windows as scikit-learn wants it (extra ``[sklearn]``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from gatecast.data.transforms import StandardScaler
from gatecast.errors import require_extra
from gatecast.network import Network, Trainer
from gatecast.network.processors import available_threads

__all__ = ["LSTMRegressor"]

_PURPOSE = "gatecast.adapters.sklearn"
_base = require_extra("sklearn.base", "sklearn", _PURPOSE)
_utils = require_extra("sklearn.utils", "sklearn", _PURPOSE)
_validation = require_extra("sklearn.utils.validation", "sklearn", _PURPOSE)


@dataclass(eq=False, repr=False)
class LSTMRegressor(_base.RegressorMixin, _base.BaseEstimator):
    """Regress on windows of a series with an LSTM that walks along each of them.

    The features of a sample are the values of one series at successive time steps, the oldest
    first. They are scaled by one mean and deviation, that of all values trained on; each target
    by its own.

    Parameters
    ----------
    hidden, layers : int
        Units of each layer H, 32, and stacked layers L, 1.
    cell : {"lstm", "gru"}, default "lstm"
        The recurrent cell.
    epochs : int, default 100
        Passes over the training samples.
    batch_size : int, default 32
        Samples of one update.
    learning_rate : float, default 5e-3
        Adam's learning rate at the start; it falls to zero along half a cosine.
    dropout : float, default 0.0
        Share of the values between two layers that is set to zero while training.
    validation_split : float, default 0.0
        Share of the samples, taken from the end, that is not trained on.
    patience : int, optional
        End the training when the validation loss (the training loss without validation) has not
        improved for so many epochs, and go back to the best weights.
    random_state : int, RandomState or None, default None
        Seed of initial weights, shuffling and dropout; with the same integer the same forecast.
    threads : int, optional
        Threads; one for each processor if not given. The result does not depend on it.

    Attributes
    ----------
    network_ : Network
        The trained network.
    history_ : History
        Its losses by epoch, on scaled targets.
    input_scaler_ : StandardScaler
        How the values of the windows were scaled.
    target_scalers_ : list of StandardScaler
        How each target was scaled.
    n_features_in_ : int
        Time steps of a window, T.
    feature_names_in_ : ndarray of shape [T]
        Their names, where ``X`` had names that are all strings.

    Examples
    --------
    >>> import numpy as np
    >>> from gatecast.adapters.sklearn import LSTMRegressor
    >>> series = np.sin(np.arange(300) / 5)
    >>> windows = np.lib.stride_tricks.sliding_window_view(series, 21)
    >>> model = LSTMRegressor(hidden=8, random_state=0).fit(windows[:200, :20], windows[:200, 20])
    >>> bool(model.score(windows[200:, :20], windows[200:, 20]) > 0.99)
    True
    """

    hidden: int = 32
    layers: int = 1
    cell: Literal["lstm", "gru"] = "lstm"
    epochs: int = 100
    batch_size: int = 32
    learning_rate: float = 5e-3
    dropout: float = 0.0
    validation_split: float = 0.0
    patience: int | None = None
    random_state: int | np.random.RandomState | None = None
    threads: int | None = None

    def fit(self, X: Any, y: Any) -> LSTMRegressor:
        """Train on windows.

        Parameters
        ----------
        X : array of shape [N, T]
            Windows.
        y : array of shape [N] or [N, K]
            Their targets.

        Returns
        -------
        LSTMRegressor
            Itself.

        Raises
        ------
        UsageError
            If a setting is out of its range.
        ValueError
            If ``X`` or ``y`` is not numeric, finite and of these shapes.
        TrainingError
            If a loss was NaN or infinite.
        """
        X, y = _validation.validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True
        )
        targets = y.astype(np.float64).reshape(len(y), -1)
        seed = int(_utils.check_random_state(self.random_state).randint(2**31))
        trainer = Trainer(
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            schedule="cosine",
            dropout=self.dropout,
            validation_split=self.validation_split,
            patience=self.patience,
            random_state=seed,
            threads=self.threads,
        )
        trained = len(X) - int(np.ceil(len(X) * self.validation_split))
        self.input_scaler_ = StandardScaler.fit(X[:trained].ravel())
        self.target_scalers_ = [StandardScaler.fit(column) for column in targets[:trained].T]
        # float64, so that windows get the same answer to 1e-7 in any company
        self.network_ = Network.create(
            1, self.hidden, targets.shape[1], self.layers, cell=self.cell,
            rng=np.random.default_rng(seed), dtype=np.float64,
        )  # fmt: skip
        scaled = [s.transform(t) for s, t in zip(self.target_scalers_, targets.T, strict=True)]
        self.history_ = trainer.fit(self.network_, self._inputs(X), np.stack(scaled, axis=1))
        self._one_target = y.ndim == 1
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Say the targets of windows.

        Parameters
        ----------
        X : array of shape [N, T]
            Windows.

        Returns
        -------
        ndarray of shape [N] or [N, K]
            In the unit and the shape of the targets trained on.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Before :meth:`fit`.
        ValueError
            If ``X`` is not numeric and finite, or has another T than the windows trained on.
        """
        _validation.check_is_fitted(self)
        X = _validation.validate_data(self, X, dtype=np.float64, reset=False)
        threads = self.threads or available_threads()
        outputs = self.network_.predict(self._inputs(X), threads=threads)
        columns = [
            s.inverse_transform(o) for s, o in zip(self.target_scalers_, outputs.T, strict=True)
        ]
        return columns[0] if self._one_target else np.stack(columns, axis=1)

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        return self.input_scaler_.transform(X)[:, :, np.newaxis]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
