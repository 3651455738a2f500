"""Print the man page, made from the command line's own parser: ``make man``."""

from __future__ import annotations

import re
import sys
from typing import Any

import click

from gatecast import __version__
from gatecast.cli.main import app

EXIT_CODES = {
    0: "All went well.", 1: "An internal error; please report it.", 2: "An option cannot work.",
    3: "An extra is missing; the message is the pip line that brings it.",
    4: "A file or column is not there.", 5: "The data cannot be used as they are.",
    130: "Stopped by Ctrl-C.",
}  # fmt: skip


def escaped(text: str) -> str:
    """Write a text so that roff takes none of it for itself."""
    text = re.sub(r"\s+", " ", text.strip()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text


def usage(parameter: Any) -> str:
    """Write how an option is given."""
    names = ", ".join(f"\\fB{escaped(name)}\\fR" for name in parameter.opts)
    return names if parameter.is_flag else f"{names} \\fIVALUE\\fR"


def page() -> str:
    """Give the whole page."""
    group = click.Context(app)
    lines = [
        f'.TH GATECAST 1 "" "gatecast {__version__}" "User Commands"',
        ".SH NAME",
        "gatecast \\- forecast time series with LSTMs",
        ".SH SYNOPSIS",
        ".B gatecast",
        "\\fIverb\\fR [\\fIoptions\\fR]",
        ".SH DESCRIPTION",
        escaped(app.help or ""),
        "Results go to standard output, all else to standard error.",
        ".SH VERBS",
    ]
    for name in app.list_commands(group):
        command = app.get_command(group, name)
        assert command is not None
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
        given = " ".join(f"\\fI{escaped(str(p.name).upper())}\\fR" for p in arguments)
        lines += [f".SS gatecast {escaped(name)} {given}".rstrip(), escaped(command.help or "")]
        for parameter in options:
            lines += [".TP", usage(parameter), escaped(parameter.help or "")]
    lines.append(".SH EXIT STATUS")
    for code, meaning in EXIT_CODES.items():
        lines += [".TP", f".B {code}", escaped(meaning)]
    lines += [".SH SEE ALSO", escaped("gatecast VERB --help says an option's default.")]
    return "\n".join(line for line in lines if line) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
