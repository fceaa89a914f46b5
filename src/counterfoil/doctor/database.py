"""The database: can it be reached, is it set as it must be, and what stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from counterfoil.doctor.checks import Check, fail, ok, skip, warn
from counterfoil.domain import country_setup, numbering
from counterfoil.domain.journal import GENESIS, JournalEntry, hash_of
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.operations import verification
from counterfoil.ports.blobs import Blobs
from counterfoil.ports.clock import day_in, timestamp
from counterfoil.store import inspecting, migrations, organizations, queue, triggers, verifying
from counterfoil.store.engine import Connection, Database

LATE, MUCH_TOO_LATE = timedelta(minutes=5), timedelta(hours=1)
MANY_JOBS = 10_000
CLOCKS_APART = timedelta(seconds=5)
JOURNAL_ENTRIES, FILES = 1_000, 200
_NEEDED = {"fsync": "on", "full_page_writes": "on"}
_DURABLE = ("on", "local", "remote_write", "remote_apply")


def engine(database: Database, *, pool_size: int) -> Check:
    """Whether it answers, and keeps what it has acknowledged."""
    with database.read() as conn:
        found = inspecting.settings(conn)
    if database.is_sqlite:
        if found["journal_mode"].lower() != "wal":
            told = f"SQLite's journal is {found['journal_mode']}, not WAL: readers wait for writers"
            return warn("database", told, "start counterfoil serve: it sets what it needs")
        return ok("database", f"SQLite {found['version']} in WAL; each write waits for the disk (synchronous=FULL)")
    told = f"PostgreSQL {found['server_version']}"
    off = [name for name, value in _NEEDED.items() if found[name] != value]
    if off:
        return fail(
            "database", f"{told} has {', '.join(off)} off: a power cut damages it", f"ALTER SYSTEM SET {off[0]} = on"
        )
    if found["synchronous_commit"] not in _DURABLE:
        return fail(
            "database", f"{told} has synchronous_commit {found['synchronous_commit']}: acknowledged writes may be lost",
            "ALTER SYSTEM SET synchronous_commit = on",
        )  # fmt: skip
    most = int(found["max_connections"])
    if most < 2 * pool_size:
        return warn(
            "database", f"{told} takes {most} connections; a server may use {pool_size}", "raise max_connections"
        )
    return ok("database", f"{told}, fsync on, {most} connections of which each server uses up to {pool_size}")


def schema(database: Database) -> Check:
    """Whether the tables are those of this version."""
    with database.read() as conn:
        revision = migrations.current(conn)
    migrations.refuse_newer(revision)
    if revision != migrations.HEAD:
        told = f"the schema is at {revision or 'nothing'}, this version needs {migrations.HEAD}"
        return fail("schema", told, "counterfoil backup FILE, then counterfoil migrate")
    return ok("schema", f"at {revision}, the newest")


def guards(database: Database) -> Check:
    """Whether issued documents are guarded against every program."""
    with database.read() as conn:
        gone = triggers.missing(conn)
    if gone:
        told = f"triggers that guard issued documents are missing or changed: {', '.join(gone[:3])}"
        return fail("triggers", told, "counterfoil verify, then counterfoil migrate")
    return ok("triggers", "issued documents and the journal are guarded")


def clock(database: Database, now: datetime) -> Check:
    """Whether this machine's clock agrees with what was written, and with the database's machine."""
    with database.read() as conn:
        newest, theirs = inspecting.newest(conn), inspecting.clock(conn)
    if newest > timestamp(now + CLOCKS_APART):
        return fail(
            "database clock", f"the newest document was made at {newest}, and here it is {timestamp(now)}",
            "set the clock of this machine: timedatectl set-ntp true",
        )  # fmt: skip
    if theirs is not None and abs(theirs - now) > CLOCKS_APART:
        return warn(
            "database clock", f"PostgreSQL's machine is {abs(theirs - now).total_seconds():.0f} s away from this one",
            "set both clocks: timedatectl set-ntp true",
        )  # fmt: skip
    return ok("database clock", "agrees with this machine's")


def jobs(database: Database, now: datetime) -> Iterator[Check]:
    """How long the queue is, and since when its oldest waits; what was laid aside."""
    with database.read() as conn:
        counted = queue.counted(conn)
        overdue = timedelta(seconds=inspecting.overdue_seconds(conn, timestamp(now)))
    waiting = sum(count for (_, is_dead), count in counted.items() if not is_dead)
    told = f"{waiting} jobs wait"
    if overdue > LATE:
        make = fail if overdue > MUCH_TOO_LATE else warn
        minutes = int(overdue.total_seconds() // 60)
        yield make(
            "queue", f"{told}, the oldest due for {minutes} minutes", "counterfoil serve or worker: does one run?"
        )
    elif waiting > MANY_JOBS:
        yield warn("queue", told, "counterfoil worker, beside servers on PostgreSQL")
    else:
        yield ok("queue", told)
    aside = {kind: count for (kind, is_dead), count in counted.items() if is_dead}
    if aside:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(aside.items()))
        yield warn("laid aside", f"not tried again by themselves: {kinds}", "counterfoil jobs list, then jobs retry ID")
    else:
        yield ok("laid aside", "no job")


def numbers(database: Database) -> Check:
    """Whether every number that was given belongs to a document."""
    missing = []
    count = 0
    with database.read(is_patient=True) as conn:
        for chain in verifying.chains(conn):
            found = list(verifying.counters(conn, chain.organization_id))
            count += len(found)
            missing += [f"{chain.slug} {name}" for name in _gaps(conn, chain.organization_id, found)]
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        return fail("numbers", f"no document has {', '.join(missing[:3])}{more}", "counterfoil verify")
    return ok("numbers", f"{count} series without gaps")


def journal(database: Database) -> Check:
    """Whether the ends of all journals hold."""
    broken = []
    count = 0
    with database.read(is_patient=True) as conn:
        for chain in inspecting.heads(conn):
            entries = inspecting.lately(conn, chain.organization_id, JOURNAL_ENTRIES)
            count += len(entries)
            if not _holds(entries, chain.position, str(chain.hash)):
                broken.append(str(chain.slug))
    if broken:
        return fail("journal", f"altered: the chain of {', '.join(broken[:3])} does not hold", "counterfoil verify")
    return ok("journal", f"the last {count} entries hold; counterfoil verify looks at all")


def settings(database: Database, now: datetime) -> Iterator[Check]:
    """What each organization still needs to issue documents in its country."""
    with database.read() as conn:
        rows = organizations.every(conn)
    if not rows:
        yield warn("organizations", "there is none yet", "counterfoil init --country CC --legal-name NAME --iban IBAN")
        return
    lacking = 0
    for row in rows:
        profile = OrganizationProfile.model_validate_json(row.profile)
        found = country_setup.warnings(profile, today=day_in(profile.time_zone, now))
        if found:
            lacking += 1
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            yield warn(f"organization {row.slug}", f"{found[0].message}{more}", found[0].fix or "")
    if not lacking:
        yield ok("organizations", f"{len(rows)}, each with what its country's documents need")


def files(database: Database, blobs: Blobs, *, is_deep: bool) -> Check:
    """Whether attachments have their files; all of them, or the newest. is_deep: read and compared too."""
    with database.read(is_patient=True) as conn:
        keys = inspecting.files(conn, None if is_deep else FILES)
    gone = [key for key in keys if not blobs.exists(key)]
    if gone:
        return fail(
            "files", f"{len(gone)} of {len(keys)} stored files are gone, {gone[0][:12]}… first", "counterfoil verify"
        )
    if is_deep:
        for key in keys:
            blobs.get(key)  # raises when its bytes are not what was kept
    told = "all" if is_deep or len(keys) < FILES else "the newest"
    return ok("files", f"{told} {len(keys)} are in their place" if keys else "none yet")


def nothing(name: str) -> Check:
    """Of a database that is not there."""
    return skip(name, "there is no database to look into")


def _holds(entries: list[JournalEntry], position: object, head: str) -> bool:
    """Whether the last entries follow from one another and end at the head. The first of them is taken as it is."""
    if not entries:
        return position == 0 and head == GENESIS
    before = GENESIS if entries[0].position == 1 else ""
    for last, entry in zip([None, *entries], entries, strict=False):
        if last is not None and entry.position != last.position + 1:
            return False
        if before and hash_of(entry, before) != entry.hash:
            return False
        before = entry.hash
    return (position, head) == (entries[-1].position, before)


def _gaps(conn: Connection, organization_id: str, found: list[tuple[object, ...]]) -> Iterator[str]:
    for kind, year, first, following in found:
        assert isinstance(kind, str) and isinstance(year, int) and isinstance(first, int) and isinstance(following, int)  # noqa: S101, PT018  # as the table has them
        if kind not in numbering.PREFIX:
            continue
        parsed = (numbering.parse(kind, number) for number in verifying.numbers(conn, organization_id, kind))
        taken = (each[1] for each in parsed if each and each[0] == year)
        for start, end in verification.gaps(taken, first, following):
            yield numbering.number(kind, year, start) + (
                f" to {numbering.number(kind, year, end)}" if end > start else ""
            )
