"""The parsers of all verbs, by name."""

import click

from gatecast.cli.main import app


def verbs():
    """Give the command of each verb, in the order of the help."""
    context = click.Context(app)
    return {name: app.get_command(context, name) for name in app.list_commands(context)}
