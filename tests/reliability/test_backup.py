"""R12: what was there before the disaster is there after the restore, to the byte; and books go on where they were.

Damaged archives: tests/ports/test_archives.py. Backups of every released schema:
tests/store/test_backups_of_every_schema.py. Upgrades that are killed: tests/reliability/test_upgrades.py.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.plugins.figures import Figure, chance
from tests.plugins.repeatable import is_full_size
from tests.reliability import books
from tests.reliability.forks import forks
from tests.support.backups import bring_back, contents, refusal, run, save
from tests.support.s3 import CREDENTIALS, S3Store
from tests.support.server import Api, Organization, Server, attached, expect, make_organization, start_server

CLIENTS = 4
ARCHIVES = 25 if is_full_size() else 3
KILLS = 10 if is_full_size() else 2
NEWEST = sorted((Path(__file__).parents[1] / "fixtures" / "backups").glob("*.tar"))[-1]


@contextmanager
def running_server(data: Path) -> Iterator[Server]:
    running = start_server(data)
    yield running
    running.process.kill()
    running.process.wait()


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[Server]:
    """A server of one's own, to be destroyed."""
    with running_server(tmp_path / "data") as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("saved") / "data") as running:
        yield running


@pytest.fixture
def organization(server: Server) -> Organization:
    return make_organization(server.data, "FR")


@contextmanager
def writers(server: Server, organization: Organization) -> Iterator[list[str]]:
    """Four clients that issue invoices meanwhile; the ids of those that were answered so far."""
    issued: list[str] = []
    is_over = threading.Event()
    client_id = Api(server, organization).client()["id"]

    def write() -> None:
        api = Api(server, organization)
        with suppress(httpx.TransportError, json.JSONDecodeError):
            while not is_over.is_set():
                issued.append(api.issued(client_id=client_id)["id"])

    threads = [threading.Thread(target=write, daemon=True) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    yield issued
    is_over.set()
    for thread in threads:
        thread.join(30)


def documents(data: Path) -> dict[str, str]:
    """Id to SHA-256 of each document as it is stored."""
    found = {}
    with closing(sqlite3.connect(data / books.DATABASE)) as sql:
        for table in ("client_invoices", "credit_notes", "quotes", "supplier_invoices"):
            names = [name for _, name, *_ in sql.execute(f"PRAGMA table_info({table})")]
            for row in sql.execute(f"SELECT * FROM {table}"):
                found[row[names.index("id")]] = hashlib.sha256(repr(row).encode()).hexdigest()
    return found


def stored_files(data: Path) -> dict[str, str]:
    """Name to SHA-256 of each stored file that anything names; those of replaced PDFs lie there too."""
    with closing(sqlite3.connect(data / books.DATABASE)) as sql:
        named = [name for (name,) in sql.execute("SELECT DISTINCT sha256 FROM attachments")]
    return {name: hashlib.sha256((data / "files" / name[:2] / name).read_bytes()).hexdigest() for name in named}


def heads(data: Path) -> list[tuple[str, int, str]]:
    with closing(sqlite3.connect(data / books.DATABASE)) as sql:
        return sql.execute("SELECT id, journal_position, journal_hash FROM organizations ORDER BY id").fetchall()


def wait_for_files(api: Api) -> None:
    """Until every issued invoice has its PDF."""
    for each in expect(api.get("/client_invoices", per_page=100), 200)["client_invoices"]:
        attached(api, each, seconds=60)


def saved_between_jobs(data: Path, archive: Path) -> tuple[object, ...]:
    """A backup of a moment in which no job wrote, and what was there then."""
    for _ in range(50):
        before = documents(data), stored_files(data), heads(data)
        save(data, archive, "--force")
        if (documents(data), stored_files(data), heads(data)) == before:
            return before
    raise AssertionError("the jobs never come to rest")


@pytest.mark.timeout(900)
def test_what_was_destroyed_comes_back_to_the_byte_and_goes_on(doomed: Server, tmp_path: Path, figure: Figure) -> None:
    organization = make_organization(doomed.data, "FR")
    data, api = doomed.data, Api(doomed, organization)
    first, second = api.issued(), api.issued()
    api.act(first["id"], "mark_as_paid")
    note = {"invoice_id": second["id"], "issue_date": api.today, "reason": "Geste", "currency": "EUR", "amount": "1.00"}
    expect(api.post("/credit_notes", note), 201)
    api.draft()
    wait_for_files(api)
    wanted = saved_between_jobs(data, tmp_path / "saved.tar")
    answer = api.invoice(second["id"])
    doomed.process.kill()
    doomed.process.wait()
    shutil.rmtree(data)

    bring_back(tmp_path / "saved.tar", tmp_path / "again")

    assert (documents(tmp_path / "again"), stored_files(tmp_path / "again"), heads(tmp_path / "again")) == wanted
    assert len(stored_files(tmp_path / "again")) >= 3
    restored = start_server(tmp_path / "again", "--no-jobs")
    try:
        api = Api(restored, organization)
        assert api.invoice(second["id"]) == answer | {
            "invoice_url": answer["invoice_url"].replace(doomed.url, restored.url)
        }
        assert api.issued()["number"] == f"F-{api.today[:4]}-003"
    finally:
        restored.stop()
    figure(
        "R12",
        "backup, disk destroyed, restore",
        len(documents(tmp_path / "again")),
        "documents",
        "all hashes equal, numbering goes on",
    )


@pytest.mark.timeout(1800)
def test_every_archive_of_a_server_under_writes_is_consistent(
    server: Server, organization: Organization, tmp_path: Path, figure: Figure
) -> None:
    archives = []
    with writers(server, organization) as issued:
        for number in range(ARCHIVES):
            wait_until(issued, at_least=8 * (number + 1))
            before = list(issued)
            archive = tmp_path / f"{number}.tar"
            save(server.data, archive)
            archives.append((archive, before))
    year, counts = Api(server, organization).today[:4], []
    for archive, before in archives:
        place = tmp_path / archive.stem
        told = bring_back(archive, place)  # which checks each file, the journal and every document's state
        assert set(before) <= set(books.issued_numbers(place, organization.id)), "an acknowledged invoice is not in it"
        counts.append(books.check(place, organization.id, year))
        assert told["documents"] == counts[-1]
        shutil.rmtree(place)
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]
    figure("R12", f"archives taken while {CLIENTS} clients write", len(counts), "archives", "all consistent and whole")


def wait_until(issued: list[str], *, at_least: int) -> None:
    until = time.monotonic() + 60
    while len(issued) < at_least:
        assert time.monotonic() < until, "the clients hardly write"
        time.sleep(0.01)


def test_a_backup_is_not_written_over_another_unless_told(tmp_path: Path, server: Server) -> None:
    archive = tmp_path / "there.tar"
    archive.write_bytes(b"precious")
    assert "there already" in refusal(run("backup", archive, "--data", server.data))
    assert archive.read_bytes() == b"precious"
    save(server.data, archive, "--force")
    assert archive.read_bytes() != b"precious"


def test_where_there_is_something_nothing_is_restored(tmp_path: Path, server: Server) -> None:
    save(server.data, tmp_path / "a.tar")
    before = documents(server.data).keys()
    assert "in use" in refusal(run("restore", tmp_path / "a.tar", "--data", server.data))
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine")
    said = refusal(run("restore", tmp_path / "a.tar", "--data", tmp_path / "other"))
    assert "letter.txt" in said
    assert "--data NEW" in said
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["letter.txt"]
    assert documents(server.data).keys() == before  # its jobs go on and give them their PDFs


@pytest.mark.timeout(900)
def test_a_killed_restore_can_be_started_again(tmp_path: Path, figure: Figure) -> None:
    draw, place, done = chance("restore"), tmp_path / "place", 0
    with forks("tests.reliability.restorer", tmp_path, NEWEST, place) as restorers:

        def begun(data: Path) -> float:
            place.write_text(str(data))
            started = restorers.count("ready")
            restorers.start()
            restorers.wait_for("ready", started + 1)
            return time.monotonic()

        # Given how long one takes that nobody kills
        at = begun(tmp_path / "whole")
        restorers.wait_for("restored", 1)
        seconds = time.monotonic() - at
        wanted = documents(tmp_path / "whole"), stored_files(tmp_path / "whole"), heads(tmp_path / "whole")

        for number in range(KILLS):
            # When one is killed
            data = tmp_path / str(number)
            at = begun(data)
            time.sleep(draw.uniform(0, 1.1 * seconds))
            restorers.kill(restorers.running[-1])

            # Then the same again ends well, unless it had ended; what is refused says what to type
            is_there = (data / books.DATABASE).exists()
            again = run("restore", NEWEST, "--data", data)
            if is_there:
                assert "restore FILE --data NEW" in refusal(again)
            else:
                assert again.exit_code == 0, again.output
            assert (documents(data), stored_files(data), heads(data)) == wanted
            assert not (data / ".restoring").exists()
            done += is_there
    figure("R12", "kill -9 in a restore, which is then started again", KILLS, "kills",
           f"{done} had ended, {KILLS - done} ended the second time, 0 half")  # fmt: skip


def test_a_backup_goes_into_a_bucket_and_comes_out_of_it_as_it_was(
    s3_store: S3Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an empty bucket
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COUNTERFOIL_BLOBS_URL", s3_store.blobs_url(s3_store.new_bucket()))

    # When a backup is restored into it, and another is made of that
    assert bring_back(NEWEST, tmp_path / "data")["files"] >= 1
    save(tmp_path / "data", tmp_path / "again.tar")

    # Then no file lies on the disk, and the archive says the same
    assert not (tmp_path / "data" / "files").exists()
    first, again = contents(NEWEST), contents(tmp_path / "again.tar")
    for archive in (first, again):
        del archive["manifest.sha256"]
        archive["manifest"] = json.dumps(json.loads(archive.pop("manifest.json")) | {"created_at": ""}).encode()
    assert again == first
