"""counterfoil jobs list, retry, drop"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, JsonOption, fail, show_rows
from counterfoil.cli.initialize import house_settings

if TYPE_CHECKING:
    from counterfoil.house import House
    from counterfoil.operations.work import Work
    from counterfoil.store.rows import JobRow

JobArgument = Annotated[str | None, typer.Argument(metavar="[ID]", help="As `jobs list` shows it.")]
AllOption = Annotated[bool, typer.Option("--all", help="Every job that is laid aside.")]

app = typer.Typer(name="jobs", help="Jobs that were laid aside: see them, try them again, drop them.")


@app.command("list")
def list_(data: DataOption = None, database_url: DatabaseOption = None, json: JsonOption = False) -> None:
    """List the jobs that are not tried again by themselves, and why."""
    from counterfoil.store import organizations

    with _opened(data, database_url) as (house, rows):
        with house.database.read() as conn:
            slugs = {each.id: each.slug for each in organizations.every(conn)}
        shown: list[dict[str, object]] = [
            {
                "id": row.id, "kind": row.kind, "organization": slugs.get(row.organization_id, row.organization_id),
                "attempts": row.attempts, "crashes": row.crashes, "created_at": row.created_at, "error": row.error,
            }
            for row in rows
        ]  # fmt: skip
    show_rows(shown, "jobs", as_json=json)
    if not shown and not json:
        print("no job is laid aside")


@app.command()
def retry(
    job_id: JobArgument = None, every: AllOption = False, data: DataOption = None, database_url: DatabaseOption = None
) -> None:
    """Let a job run again, with all of its tries."""
    from counterfoil.operations import laid_aside

    _each(job_id, every, data, database_url, laid_aside.retry, "runs again")


@app.command()
def drop(
    job_id: JobArgument = None, every: AllOption = False, data: DataOption = None, database_url: DatabaseOption = None
) -> None:
    """Remove a job: its PDF, mail or message is never made."""
    from counterfoil.operations import laid_aside

    _each(job_id, every, data, database_url, laid_aside.drop, "was dropped")


def _each(
    job_id: str | None, every: bool, data: Path | None, database_url: str | None,
    act: Callable[[Work, str], None], outcome: str,
) -> None:  # fmt: skip
    from counterfoil.operations.work import Actor

    if (job_id is None) is not every:
        fail("name one job, or --all; counterfoil jobs list shows them")
    with _opened(data, database_url) as (house, rows):
        wanted = [row for row in rows if every or row.id == job_id]
        if not wanted and not every:
            fail("no job with this id is laid aside; see: counterfoil jobs list")
        for row in wanted:
            with house.works.write(Actor(row.organization_id, "cli", client="cli")) as work:
                act(work, row.id)
            print(f"{row.kind} {row.id} {outcome}")


@contextmanager
def _opened(data: Path | None, database_url: str | None) -> Iterator[tuple[House, list[JobRow]]]:
    """The house, and the jobs that are laid aside in it."""
    from counterfoil.house import House
    from counterfoil.store import queue

    house = House(house_settings(data, database_url))
    try:
        with house.database.read() as conn:
            rows = queue.laid_aside(conn)
        yield house, rows
    finally:
        house.close()


def register(root: typer.Typer) -> None:
    """Adds the commands."""
    root.add_typer(app)
