"""`portale`: the operators' command line. Each slice brings its own commands."""

from importlib import import_module

import click
from pydantic import ValidationError

# Loaded when asked for: `portale sme size` must need neither a database nor its drivers.
COMMANDS = {
    "audit": "portal.audit.cli:audit",
    "accounts": "portal.accounts.cli:accounts",
    "call": "portal.calls.cli:call",
    "demo": "portal.demo.cli:demo",
    "doctor": "portal.launcher.doctor:doctor",
    "eligibility": "portal.eligibility.cli:eligibility",
    "matching": "portal.matching.cli:matching",
    "missions": "portal.missions.cli:missions",
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

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; settings that are missing or wrong are named in one sentence."""
        try:
            return super().invoke(ctx)
        except ValidationError as fault:
            if fault.title != "Settings":
                raise
            wrong = "; ".join(f"{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in fault.errors())
            msg = f"settings: {wrong}"
            raise click.ClickException(msg) from fault


@click.group(cls=Lazy)
def main() -> None:
    """Operate Portale Export."""
