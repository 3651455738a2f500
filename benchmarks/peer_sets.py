"""neuralforecast's LSTM with its defaults on a set of series, run in the peers' environment.

Where a series is shorter than its window, three horizons, it refuses the set unless padding is
asked for; so it is asked for there.

Reads ``{"h": ..., "series": [[...], ...]}`` as JSON, and answers with the h values after the end of
each series, the seconds of fitting and forecasting, and the most memory that it held, in GiB.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings

import numpy as np
import pandas as pd
from apart import peak
from neuralforecast import NeuralForecast
from neuralforecast.models import LSTM


def main() -> None:
    """Read, fit, forecast, answer."""
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints is not an answer
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    logging.getLogger("lightning_fabric").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")
    asked = json.load(sys.stdin)
    series = [np.array(values) for values in asked["series"]]
    lengths = [len(values) for values in series]
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(len(series)), lengths),
            "ds": np.concatenate([np.arange(n) for n in lengths]),
            "y": np.concatenate(series),
        }
    )
    started = time.perf_counter()
    model = LSTM(
        h=asked["h"], start_padding_enabled=min(lengths) < 3 * asked["h"], accelerator="cpu",
        logger=False, enable_progress_bar=False, enable_model_summary=False,
        enable_checkpointing=False,
    )  # fmt: skip
    forecast = NeuralForecast(models=[model], freq=1)
    forecast.fit(frame)
    found = forecast.predict()
    seconds = time.perf_counter() - started
    values = found.sort_values(["unique_id", "ds"])["LSTM"].to_numpy(float)
    answer = {
        "forecasts": values.reshape(-1, asked["h"]).tolist(), "seconds": seconds, "peak": peak(),
    }  # fmt: skip
    json.dump(answer, answers)


main()
