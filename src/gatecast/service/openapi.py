"""The OpenAPI document of a served model."""

from __future__ import annotations

from typing import Any

from gatecast import __version__
from gatecast.forecaster import LSTMForecaster

__all__ = ["describe"]


def describe(model: LSTMForecaster, max_bytes: int) -> dict[str, Any]:
    """Describe the requests and answers of a model's service.

    Parameters
    ----------
    model : LSTMForecaster
        The model.
    max_bytes : int
        Bytes that a request may have.

    Returns
    -------
    dict
        OpenAPI 3.1.
    """
    fitted = model.fitted_
    ends = fitted.ends
    time = {"type": "string", "format": "date-time"} if ends.times.dtype.kind == "M" else _INTEGER
    name = {"type": ["string", "integer"]}
    keys: dict[str, Any] = {} if ends.id_col is None else {ends.id_col: name}
    keys[ends.time_col] = time
    further = {column: {} for column in (*fitted.covariates.hist, *fitted.covariates.futr)}
    row = _object({**keys, ends.target_col: {"type": ["number", "null"]}, **further}, [*keys])
    columns = [f"{model.alias}-{side}-{share:g}" for share in fitted.level for side in ("lo", "hi")]
    forecast = {one: {"type": "number"} for one in (model.alias, *columns)}
    refused = {
        "description": "What was requested, what was detected, and what to do.",
        "content": _json(_object({"error": _object({"id": _TEXT, "text": _TEXT}, ["text"])})),
    }
    codes = ("400", "404", "408", "413", "422", "503")
    errors: dict[str, Any] = dict.fromkeys(codes, refused)
    request = {
        "series": {
            "anyOf": [name, {"type": "array", "items": name}],
            "description": "All if left out.",
        },
        "level": {"type": "array", "items": {"enum": list(fitted.level)}},
        "future": {
            "type": "array",
            "items": {"type": "object"},
            "description": "Columns known in advance.",
        },
        "history": {
            "type": "array",
            "items": row,
            "description": "Whole histories of other series.",
        },
    }
    taken = {"rows": {"type": "array", "items": row, "minItems": 1}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "gatecast", "version": __version__,
            "description": f"Forecasts of {fitted.h} steps; requests of up to {max_bytes:,} bytes.",
        },
        "paths": {
            "/forecast": _post(
                "Forecast series of the model, or others from their history.",
                _object(request),
                _object({"forecast": {"type": "array", "items": _object({**keys, **forecast})}}),
                errors,
            ),
            "/update": _post(
                "Take in rows that follow; answered once they outlive the process.",
                _object(taken, ["rows"]),
                _object({"rows": _INTEGER, "new_series": _INTEGER}),
                errors,
            ),
            "/health": {"get": _operation("Whether the service is well.", _object({}), {})},
        },
    }  # fmt: skip


_TEXT = {"type": "string"}
_INTEGER = {"type": "integer"}


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or []}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _operation(summary: str, answer: dict[str, Any], errors: dict[str, Any]) -> dict[str, Any]:
    done = {"description": "Done.", "content": _json(answer)}
    return {"summary": summary, "responses": {"200": done, **errors}}


def _post(
    summary: str, body: dict[str, Any], answer: dict[str, Any], errors: dict[str, Any]
) -> dict[str, Any]:
    operation = _operation(summary, answer, errors)
    return {"post": {**operation, "requestBody": {"required": True, "content": _json(body)}}}
