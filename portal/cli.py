"""`portale`: the operators' command line. Each slice brings its own commands."""

from importlib import import_module

import click

# Loaded when asked for: `portale sme size` must need neither a database nor its drivers.
COMMANDS = {
    "audit": "portal.audit.cli:audit",
    "accounts": "portal.accounts.cli:accounts",
    "call": "portal.calls.cli:call",
    "demo": "portal.demo.cli:demo",
    "doctor": "portal.launcher.doctor:doctor",
    "eligibility": "portal.eligibility.cli:eligibility",
    "ranking": "portal.ranking.cli:ranking",
    "sme": "portal.companies.cli_size:sme",
}


class Lazy(click.Group):
    """A group whose commands are imported only when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Every command's name."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Lazy)
def main() -> None:
    """Operate Portale Export."""
