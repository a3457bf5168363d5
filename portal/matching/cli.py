"""`portale matching`: schedule an event, check a schedule; from files, without a database."""

import json
import os
import sys
from pathlib import Path
from typing import BinaryIO, NoReturn

import click

from portal.kernel.reading import Unreadable
from portal.matching.rules import scheduling as rules


@click.group()
def matching() -> None:
    """Schedule meetings, and check schedules."""


@matching.command("solve")
@click.argument("file", metavar="INSTANCE", type=click.File("rb"))
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--time-limit", default=60.0, show_default=True, type=click.FloatRange(0, 86_400), help="Seconds.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1))
def solve(file: BinaryIO, output: Path, *, time_limit: float, seed: int) -> None:
    """Find the best schedule of INSTANCE and write it, with what is proven of it.

    Exit 0: written, its status is optimal, feasible or infeasible. 1: nothing was found in the time given.
    2: input not understood; one sentence on standard error names the field.
    """
    from portal.matching.rules.scheduling.solver.running import Progress  # noqa: PLC0415 - loads OR-Tools
    from portal.matching.rules.scheduling.solver.solve import solve as solve_instance  # noqa: PLC0415

    def say(progress: Progress) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r{progress.in_words():<78}", err=True, nl=False)

    instance = _instance(file)
    solution = solve_instance(instance, seed=seed, time_limit=time_limit, on_progress=say)
    _write(output, solution)
    if sys.stderr.isatty():
        click.echo(err=True)
    click.echo(_summary(solution), err=True)
    if solution.status == "unknown":
        raise SystemExit(1)


@matching.command("check")
@click.argument("file", metavar="INSTANCE", type=click.File("rb"))
@click.argument("schedule", metavar="SOLUTION", type=click.File("rb"))
def check(file: BinaryIO, schedule: BinaryIO) -> None:
    """Check SOLUTION against INSTANCE: every rule, every figure.

    Exit 0: valid, and its figures are true. 1: not; each violation is named. 2: a file is not understood.
    """
    instance = _instance(file)
    try:
        solution = rules.solution.read(schedule.read())
    except Unreadable as fault:
        _refuse(schedule, fault)
    violations = rules.check(instance, solution)
    for violation in violations:
        click.echo(f"{violation.rule}: {violation.words}")
    if violations:
        raise SystemExit(1)
    click.echo(f"holds: {_summary(solution)}")


@matching.command("schema")
@click.argument("kind", type=click.Choice(["instance", "solution"]))
def schema(kind: str) -> None:
    """Write the JSON Schema of an INSTANCE or a SOLUTION."""
    model = rules.Instance if kind == "instance" else rules.Solution
    click.echo(json.dumps(model.model_json_schema(), ensure_ascii=False, indent=1, sort_keys=True))


def _instance(file: BinaryIO) -> rules.Instance:
    try:
        return rules.instance.read(file.read())
    except Unreadable as fault:
        _refuse(file, fault)


def _refuse(file: BinaryIO, fault: Unreadable) -> NoReturn:
    click.echo(f"{file.name}: {fault}", err=True)
    raise SystemExit(2) from fault


def _write(output: Path, solution: rules.Solution) -> None:
    """Whole or not at all: a reader never sees half a file."""
    text = json.dumps(solution.as_json(), ensure_ascii=False, indent=1) + "\n"
    if str(output) == "-":
        click.echo(text, nl=False)
        return
    beside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(output)
    except OSError as fault:
        click.echo(f"-o: {output} can't be written: {fault.strerror}", err=True)
        raise SystemExit(2) from fault


def _summary(solution: rules.Solution) -> str:
    """One line: status, figures, or the conflict."""
    if solution.conflict:
        return f"{solution.status}: {solution.conflict.message}"
    reached = solution.objective
    figures = ", ".join(f"{name} {value}" for name, value in reached.terms.items()) if reached else "no figures"
    return f"{solution.status}, {len(solution.assignments)} meetings, {figures}"
