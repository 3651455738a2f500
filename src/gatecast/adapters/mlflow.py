"""An MLflow flavour: forecasters are saved, loaded and logged as MLflow's own models are.

The extra ``[mlflow]`` brings ``mlflow-skinny``, which is enough; the whole of MLflow works too.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

import gatecast
from gatecast.errors import require_extra
from gatecast.forecaster.lstm import LSTMForecaster
from gatecast.pretrained.forecaster import PretrainedLSTM

__all__ = ["FLAVOR_NAME", "PythonModel", "autolog", "load_model", "log_model", "save_model"]

_PURPOSE = "gatecast.adapters.mlflow"
_mlflow = require_extra("mlflow", "mlflow", _PURPOSE)
_models = require_extra("mlflow.models", "mlflow", _PURPOSE)
_pyfunc = require_extra("mlflow.pyfunc", "mlflow", _PURPOSE)
_autologging = require_extra("mlflow.utils.autologging_utils", "mlflow", _PURPOSE)

#: By which MLflow knows these models.
FLAVOR_NAME = "gatecast"
_FILE = "model.gatecast"


def save_model(model: Any, path: str | Path, mlflow_model: Any = None) -> None:
    """Save a fitted model as a folder of MLflow's form.

    Parameters
    ----------
    model : LSTMForecaster, PretrainedLSTM or Combination
        Fitted.
    path : str or path
        The folder; it is made.
    mlflow_model : mlflow.models.Model, optional
        MLflow's description of the model, which MLflow itself gives when it logs one.

    Raises
    ------
    NotFittedError
        Before ``fit``.
    UsageError
        If it cannot be written.
    """
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / _FILE)
    described = _models.Model() if mlflow_model is None else mlflow_model
    version = gatecast.__version__
    described.add_flavor(
        FLAVOR_NAME, gatecast_version=version, data=_FILE, model=type(model).__name__
    )
    _pyfunc.add_to_model(described, loader_module=__name__, data=_FILE)
    described.save(str(folder / "MLmodel"))


def load_model(model_uri: str) -> Any:
    """Load a model that was saved or logged.

    Parameters
    ----------
    model_uri : str
        A folder, ``"runs:/.../model"``, ``"models:/..."`` or what else MLflow resolves.

    Returns
    -------
    LSTMForecaster, PretrainedLSTM or Combination
        It forecasts what the saved one forecast, bit for bit, and goes on with ``update``.

    Raises
    ------
    ModelFileError
        If the file is damaged.
    """
    folder = _mlflow.artifacts.download_artifacts(artifact_uri=str(model_uri))
    return gatecast.load(Path(folder) / _FILE)


def log_model(model: Any, name: str = "model", **more: Any) -> Any:
    """Log a fitted model with the present run.

    Parameters
    ----------
    model : LSTMForecaster, PretrainedLSTM or Combination
        Fitted.
    name : str, default "model"
        Of the logged model.
    **more
        As for ``mlflow.models.Model.log``, ``registered_model_name`` for example.

    Returns
    -------
    mlflow.models.model.ModelInfo
        Its ``model_uri`` is what :func:`load_model` takes.
    """
    return _models.Model.log(None, flavor=sys.modules[__name__], name=name, model=model, **more)


class PythonModel:
    """Forecast as MLflow's generic models do: from a table to a table.

    Parameters
    ----------
    model : forecaster
        Loaded.
    """

    def __init__(self, model: Any) -> None:
        self.model = model

    def predict(
        self, model_input: pd.DataFrame | None = None, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Forecast the series of the model, or those of a table.

        Parameters
        ----------
        model_input : DataFrame, optional
            Whole histories that are forecast instead; none or an empty table for the model's own.
        params : dict, optional
            Not used.

        Returns
        -------
        DataFrame
            As of ``model.predict``.
        """
        del params
        if model_input is None or not len(model_input):
            return self.model.predict()
        return self.model.predict(model_input)


def _load_pyfunc(path: str) -> PythonModel:
    """Load for ``mlflow.pyfunc.load_model``, which looks for this name."""
    return PythonModel(gatecast.load(path))


@_autologging.autologging_integration(FLAVOR_NAME)
def autolog(log_models: bool = True, disable: bool = False, silent: bool = False) -> None:  # noqa: ARG001
    """Log each fit of an LSTM: settings, hold-out errors, losses, decisions, page and model.

    In a backtest or a search every fit would be logged: turn it off there.

    Parameters
    ----------
    log_models : bool, default True
        Whether the fitted model is logged too.
    disable : bool, default False
        Whether logging ends.
    silent : bool, default False
        Whether MLflow keeps its own remarks to itself.
    """
    for kind in (LSTMForecaster, PretrainedLSTM):
        _autologging.safe_patch(FLAVOR_NAME, kind, "fit", _logged_fit, manage_run=True)


def _logged_fit(original: Any, model: Any, *arguments: Any, **named: Any) -> Any:
    fitted = original(model, *arguments, **named)
    _mlflow.log_params({name: str(value) for name, value in model.get_params().items()})
    calibration = getattr(model, "calibration_", None)
    if calibration is not None:
        skill = (
            1.0 - calibration.error / calibration.naive_error if calibration.naive_error else 0.0
        )
        _mlflow.log_metrics({"holdout_mae_scaled": calibration.error, "holdout_skill": skill})
    losses = getattr(model, "losses_", [])
    for epoch in range(len(losses[0]) if losses else 0):
        mean = sum(loss[epoch] for loss in losses) / len(losses)
        _mlflow.log_metric("loss", mean, step=epoch)
    _mlflow.log_text("\n".join(map(str, model.decisions())) + "\n", "decisions.txt")
    _log_page(model)
    if _autologging.get_autologging_config(FLAVOR_NAME, "log_models", True):
        log_model(model)
    return fitted


def _log_page(model: Any) -> None:
    """Log the page of the forecast, where it needs no future covariates."""
    if getattr(model, "futr_exog_list", ()):
        return
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "forecast.html"
        gatecast.report(model, page)
        _mlflow.log_artifact(str(page))
