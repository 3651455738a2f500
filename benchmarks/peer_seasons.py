"""Other libraries' side of the table of several seasons, run in the peers' environment.

Reads one series of ``seasons.py`` as JSON: times and values of the past, columns of the past and of
the horizon. Answers with the forecast.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings

import numpy as np
import pandas as pd


def neuralforecast(past: pd.DataFrame, ahead: pd.DataFrame, columns: list[str]) -> np.ndarray:
    """Fit neuralforecast's LSTM with its defaults, and the columns known in advance.

    By default it sees three horizons, which takes half an hour a fit for weeks of half hours: here
    it sees no more than one such week, and its 1,000 updates take minutes.
    """
    from neuralforecast import NeuralForecast
    from neuralforecast.models import LSTM

    model = LSTM(
        h=len(ahead), input_size=min(3 * len(ahead), 336), futr_exog_list=columns or None,
        scaler_type="robust", accelerator="cpu",
        logger=False, enable_progress_bar=False, enable_model_summary=False,
        enable_checkpointing=False,
    )  # fmt: skip
    fitted = NeuralForecast(models=[model], freq=pd.infer_freq(past["ds"][-50:]))
    fitted.fit(past.assign(unique_id="y"))
    later = ahead.drop(columns="y").assign(unique_id="y") if columns else None
    return fitted.predict(futr_df=later)["LSTM"].to_numpy(float)


def prophet(past: pd.DataFrame, ahead: pd.DataFrame, columns: list[str]) -> np.ndarray:
    """Fit Prophet with its defaults, and the columns as regressors."""
    from prophet import Prophet

    model = Prophet()
    for column in columns:
        model.add_regressor(column)
    model.fit(past)
    return model.predict(ahead.drop(columns="y"))["yhat"].to_numpy(float)


def main() -> None:
    """Forecast one series."""
    answers = sys.stdout
    sys.stdout = sys.stderr
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    asked = json.loads(sys.stdin.read())
    table = pd.DataFrame(asked["table"])
    table["ds"] = pd.to_datetime(table["ds"])
    past, ahead = table[: -asked["h"]], table[-asked["h"] :]
    columns = [column for column in table if column not in ("ds", "y")]
    made = {"neuralforecast": neuralforecast, "Prophet": prophet}[asked["peer"]]
    print(json.dumps(made(past, ahead, columns).tolist()), file=answers)


main()
