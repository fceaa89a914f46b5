"""counterfoil verify"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from counterfoil import errors
from counterfoil.cli.console import DatabaseOption, DataOption, JsonOption
from counterfoil.cli.initialize import house_settings
from counterfoil.cli.progress import progress

if TYPE_CHECKING:
    from counterfoil.operations.verification import Report
    from counterfoil.settings import Settings

CANNOT = 2


def verify(
    data: DataOption = None,
    organization: Annotated[str | None, typer.Option(help="Slug of the only one to look at.")] = None,
    expect_hash: Annotated[
        str | None, typer.Option(help="A hash from a PDF or backup: it must be in the journal.")
    ] = None,
    database_url: DatabaseOption = None,
    json: JsonOption = False,
) -> None:
    """Check that no issued document, stored file or journal entry was changed: 0 unaltered, 1 altered, 2 unknown."""
    try:
        report = _verified(house_settings(data, database_url), organization, _hash(expect_hash))
    except (errors.BillingError, OSError) as error:
        _cannot(str(error))
    _print(report, as_json=json)
    raise SystemExit(1 if report.findings else 0)


def _hash(given: str | None) -> str:
    """The hash as it is in the journal: copied out of a PDF it has invisible blanks in it and a word before it."""
    if given is None:
        return ""
    found = re.search(r"[0-9a-f]{64}$", re.sub(r"[\W_]", "", given).lower())
    if found is None:
        _cannot("--expect-hash: a hash has 64 hexadecimal digits; copy all of it, from a PDF's foot or a manifest")
    return found[0]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("verify")(verify)


def _verified(settings: Settings, organization: str | None, expected_hash: str) -> Report:
    # Not through the house: it refuses a database whose triggers are gone, and that is what is looked for here.
    from counterfoil.house import DATABASE_FILE, open_blobs, open_database
    from counterfoil.operations import verification
    from counterfoil.store import migrations

    if not settings.database_url and not (settings.data / DATABASE_FILE).is_file():
        _cannot(f"there is no database in {_plain(str(Path(settings.data)))}")
    database, blobs = open_database(settings), open_blobs(settings)
    try:
        with database.read(is_patient=True) as conn:
            revision = migrations.current(conn)
            if revision != migrations.HEAD:
                _cannot(f"the schema is at {revision}, not {migrations.HEAD}; run: counterfoil migrate")
            if organization is not None and organization not in (found := verification.slugs(conn)):
                _cannot(f"name one with --organization: {', '.join(found)}")
            with progress("verify", verification.rows_to_check(conn, organization)) as advance:
                return verification.verify(
                    conn, blobs.get, organization=organization, expected_hash=expected_hash,
                    advance=advance,
                )  # fmt: skip
    finally:
        database.dispose()


def _print(report: Report, *, as_json: bool) -> None:
    if as_json:
        found = {
            "is_unaltered": not report.findings,
            "organizations": [asdict(each) for each in report.organizations],
            "findings": [asdict(each) for each in report.findings],
        }
        print(json.dumps(found, ensure_ascii=False))
        return
    for each in report.organizations:
        print(f"{each.slug}: {each.rows} rows read, journal at {each.position}, head {_plain(each.head)}")
        if each.expected_at is not None:
            print(f"{each.slug}: the expected hash is that of entry {each.expected_at}")
    for finding in report.findings:
        print(f"altered: {_plain(str(finding))}")
    print(f"{len(report.findings)} findings" if report.findings else "unaltered")


def _plain(text: str) -> str:
    # What others wrote must not move a terminal's cursor.
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _cannot(problem: str) -> NoReturn:
    print(f"counterfoil: cannot verify: {problem}", file=sys.stderr)
    raise SystemExit(CANNOT)
