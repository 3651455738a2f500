"""Every sentence: its id, its English and its Chinese, side by side in a file for each subject."""

from __future__ import annotations

from typing import TypeAlias

from gatecast.messages.catalog import (
    adapters,
    additive,
    baselines,
    cli,
    combination,
    demand,
    diagnostics,
    evaluation,
    exchange,
    explain,
    forecaster,
    general,
    kernel,
    network,
    pages,
    partitions,
    pretrained,
    reading,
    refused,
    serve,
    table,
    tuning,
    tutorial,
)

__all__ = ["CATALOG", "Texts"]

#: English, and Chinese with the same fields; formats are those of :func:`gatecast.messages.write`.
Texts: TypeAlias = dict[str, tuple[str, str]]


def _merged(*parts: Texts) -> Texts:
    whole: Texts = {}
    for part in parts:
        twice = whole.keys() & part.keys()
        if twice:
            raise ValueError(f"messages {sorted(twice)} are there twice")
        whole |= part
    return whole


CATALOG = _merged(
    adapters.TEXTS,
    additive.TEXTS,
    baselines.TEXTS,
    combination.TEXTS,
    cli.TEXTS,
    demand.TEXTS,
    diagnostics.TEXTS,
    evaluation.TEXTS,
    exchange.TEXTS,
    explain.TEXTS,
    forecaster.TEXTS,
    general.TEXTS,
    kernel.TEXTS,
    network.TEXTS,
    pages.TEXTS,
    partitions.TEXTS,
    reading.TEXTS,
    refused.TEXTS,
    serve.TEXTS,
    table.TEXTS,
    tuning.TEXTS,
    tutorial.TEXTS,
    pretrained.TEXTS,
)
