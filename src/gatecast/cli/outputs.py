"""What a verb leaves behind: results first, pages last, and nothing written over."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from gatecast import storage
from gatecast.errors import UsageError
from gatecast.messages import message

__all__ = ["check_outputs", "deferred", "emit", "emit_json", "finish"]

#: Endings of tables that are written; without one, and of text, it is CSV.
_TABLES = ("", ".csv", ".txt", ".parquet", ".pq")
_LABELS = {"model": "Model", "report": "Page", "glass": "Glass box"}


def check_outputs(
    outputs: Mapping[str, Path | None], inputs: Sequence[str | os.PathLike[str] | None] = ()
) -> None:
    """Make sure, before any work is done, that results have a place and replace no input.

    Parameters
    ----------
    outputs : mapping of str to path or None
        Files to be written, by the option that names each.
    inputs : sequence of path or None
        Files that are read.

    Raises
    ------
    NotFoundError
        If a folder does not exist.
    UsageError
        If a file cannot be written there, is an input, is named twice, or is a table whose name
        has the ending of something else.
    """
    read = {os.path.realpath(path) for path in inputs if path}
    taken: dict[str, str] = {}
    for option, path in outputs.items():
        if path is None:
            continue
        storage.require_writable(path)
        if option == "--output" and path.suffix.lower() not in _TABLES:
            fields = {"option": option, "path": str(path), "ending": path.suffix}
            raise UsageError(message("cli.no_table", **fields))
        target = os.path.realpath(path)
        if target in read:
            raise UsageError(message("cli.over_input", option=option, path=str(path)))
        if target in taken:
            other = taken[target]
            raise UsageError(message("cli.over_output", option=option, path=str(path), other=other))
        taken[target] = option


def emit(text: str) -> None:
    """Give a result to stdout, and make sure that it arrived.

    Parameters
    ----------
    text : str
        Whole lines.

    Raises
    ------
    UsageError
        If stdout is closed, full, or a pipe that nobody reads any more.
    """
    try:
        if sys.stdout is None:
            raise OSError("it is closed")
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        if sys.stdout is not None:  # what is still in its buffer must not fail again at the end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        reason = str(error.strerror or error)
        raise UsageError(message("cli.no_stdout", reason=reason)) from error


def emit_json(document: dict[str, Any]) -> None:
    """Give a document to stdout, as :func:`emit` does.

    Parameters
    ----------
    document : dict
        The result.
    """
    emit(json.dumps(document) + "\n")


@contextmanager
def deferred(failures: list[Exception]) -> Iterator[None]:
    """Let a part of the work fail without losing the results that are still to come.

    Parameters
    ----------
    failures : list of Exception
        Takes what went wrong in the block; the first is to be raised after the results.
    """
    try:
        yield
    except Exception as error:
        failures.append(error)


def finish(
    document: dict[str, Any] | None, written: Mapping[str, Path | None], failures: list[Exception]
) -> None:
    """End a verb: name the files that were written, and raise what had to wait.

    Parameters
    ----------
    document : dict or None
        The results, to be printed as JSON with the files; None where they have been printed.
    written : mapping of str to path or None
        The files by kind, "model", "report" or "glass"; None where there is none.
    failures : list of Exception
        What :func:`deferred` has taken.

    Raises
    ------
    Exception
        The first failure.
    """
    if document is not None:
        files = {kind: None if path is None else str(path) for kind, path in written.items()}
        emit_json({**document, **files})
    else:
        for kind, path in written.items():
            if path is not None:
                click.echo(f"{_LABELS[kind]}: {path}", err=True)
    if failures:
        raise failures[0]
