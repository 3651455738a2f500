"""``--config settings.toml``: options of a verb from a file, under the verb's name."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from gatecast.cli.options import FILE
from gatecast.errors import NotFoundError, UsageError
from gatecast.messages import message

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # pyright: ignore[reportMissingImports]

__all__ = ["CONFIG"]


def _read(context: click.Context, _: click.Parameter, path: Path | None) -> Path | None:
    """Make the file's settings the defaults of this verb; options on the line go before them."""
    if path is None:
        return None
    verb = context.info_name or ""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFoundError(message("table.no_file", path=str(path))) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        refused = message("cli.bad_config", path=str(path), reason=str(error))
        raise UsageError(refused) from error
    settings = document.get(verb, {})
    options = {
        name.lstrip("-").replace("-", "_"): parameter
        for parameter in context.command.params
        for name in (parameter.opts if parameter.param_type_name == "option" else ())
    }
    defaults: dict[str, Any] = {}
    for name, value in settings.items() if isinstance(settings, dict) else ():
        parameter = options.get(name.replace("-", "_"))
        if parameter is None or parameter.name == "config":
            raise UsageError(message("cli.no_option", path=str(path), name=name, verb=verb))
        several = getattr(parameter, "multiple", False)  # an option that is given again and again
        if several and not isinstance(value, list):
            value = [value]
        elif isinstance(value, list) and not several:
            value = ",".join(map(str, value))
        defaults[parameter.name or name] = value
    context.default_map = {**(context.default_map or {}), **defaults}
    return path


CONFIG = click.option(
    "--config", type=FILE, callback=_read, is_eager=True,
    help="TOML file with options, under the verb's name: [forecast], h = 12.",
)  # fmt: skip
