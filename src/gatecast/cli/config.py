"""``--config settings.toml``: options of a verb from a file, under the verb's name."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from gatecast.cli.options import FILE
from gatecast.cli.settings import Written
from gatecast.errors import GatecastError, NotFoundError, UsageError, cause, did_you_mean
from gatecast.forecaster.settings.kinds import OneOf
from gatecast.messages import message

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # pyright: ignore[reportMissingImports]

__all__ = ["CONFIG"]


#: Verbs whose options can stand in a file, each in a section of its name.
_SECTIONS = ("forecast", "backtest", "tune")
#: Types of TOML by the type of an option, and what a sentence calls them. A text is read as on the
#: command line.
_TYPES: dict[type[click.ParamType], tuple[tuple[type, ...], str]] = {
    click.types.IntParamType: ((int, str), "cli.give_whole"),
    click.types.FloatParamType: ((int, float, str), "cli.give_number"),
    click.types.BoolParamType: ((bool,), "cli.give_flag"),
    click.types.StringParamType: ((str, int, float), "cli.give_text"),
}


def _read(context: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
    """Make the file's settings the defaults of this verb; options on the line go before them."""
    if path is None:
        return None
    verb = context.info_name or ""
    options = {
        name.lstrip("-"): parameter
        for parameter in context.command.params
        for name in (parameter.opts if isinstance(parameter, click.Option) else ())
    }
    defaults: dict[str, Any] = {}
    for name, value in _section(path, verb).items():
        parameter = options.get(name.replace("_", "-"))
        if parameter is None or parameter.name == "config":
            near = did_you_mean(name, options)
            raise UsageError(
                message("cli.no_option", path=str(path), name=name, verb=verb, near=near)
            )
        try:
            written = _as_written(parameter, value)
            parameter.type_cast_value(context, written)
        except (click.BadParameter, GatecastError) as error:
            of_click = isinstance(error, click.BadParameter)
            reason = error.message.rstrip(".") if of_click else cause(error)
            fields = {"path": str(path), "verb": verb, "name": name, "value": _as_toml(value)}
            raise UsageError(message("cli.bad_value", **fields, reason=reason)) from error
        defaults[parameter.name or name] = written
    context.default_map = {**(context.default_map or {}), **defaults}
    return path


def _section(path: Path, verb: str) -> dict[str, Any]:
    """Read the options of a verb from a file that has sections of verbs and nothing else."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise NotFoundError(message("table.no_file", path=str(path))) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        refused = message("cli.bad_config", path=str(path), reason=str(error))
        raise UsageError(refused) from error
    for name, section in document.items():
        fields: dict[str, Any] = {"path": str(path), "name": name}
        if name not in _SECTIONS and isinstance(section, dict):
            near = did_you_mean(name, _SECTIONS)
            raise UsageError(message("cli.no_verb", **fields, verbs=_SECTIONS, near=near))
        if name not in _SECTIONS:
            raise UsageError(message("cli.no_section", **fields, verb=verb))
        if not isinstance(section, dict):
            raise UsageError(message("cli.not_section", **fields, value=_as_toml(section)))
    if verb not in document:
        fields = {"path": str(path), "verb": verb}
        if not document:
            raise UsageError(message("cli.empty_config", **fields))
        raise UsageError(message("cli.other_sections", **fields, names=list(document)))
    return document[verb]


def _as_written(parameter: click.Parameter, value: Any) -> Any:
    """Write a value of TOML as the command line would have it."""
    if getattr(parameter, "multiple", False):  # an option that is given again and again
        values = value if isinstance(value, list) else [value]
        return [_one(parameter.type, one) for one in values]
    return _one(parameter.type, value)


def _one(kind: click.ParamType, value: Any) -> Any:
    setting, kind = (kind.kind, kind.written) if isinstance(kind, Written) else (None, kind)
    text = kind is click.STRING
    if text and isinstance(value, list):
        return ",".join(str(_one(kind, one)) for one in value)
    if text and isinstance(value, bool) and isinstance(setting, OneOf) and value in setting.values:
        return "yes" if value else "no"
    rows = (row for of, row in _TYPES.items() if isinstance(kind, of))
    types, needed = next(rows, ((str,), "cli.give_text"))  # a choice, or the name of a file
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise UsageError(message(needed))
    return str(value) if text else value


def _as_toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


CONFIG = click.option(
    "--config", type=FILE, callback=_read, is_eager=True,
    help="TOML file with options, in a section of the verb's name.",
)  # fmt: skip
