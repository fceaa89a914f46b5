"""Days on which something that we stand on is gone, full, slow, damaged or wrong.

The server answers 503 in plain words and says when to come again, or it refuses to start and says what to type. What it
acknowledged is there afterwards, and it goes on without a restart where that can be. A store for files that fails is in
tests/ports/test_s3_blobs.py, an archive cut short in test_backup.py, a schedule under a jumping clock in
test_schedules.py.
"""

from __future__ import annotations

import contextlib
import resource
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from counterfoil.errors import Gone, Unauthorized, Unavailable
from counterfoil.operations import access, client_invoices, credentials, members
from counterfoil.operations.organization import create_credential
from counterfoil.operations.work import Idempotency
from counterfoil.ports.blobs import FileBlobs
from counterfoil.ports.clock import timestamp
from tests.support.houses import Company, SteppingClock, new_company, open_house
from tests.support.postgres import Postgres
from tests.support.server import (
    COMMAND,
    Api,
    Server,
    attached,
    clean_environment,
    expect,
    free_port,
    make_organization,
    start_server,
)

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module's own, on SQLite: what is done to it would be a pity for others."""
    running = start_server(tmp_path_factory.mktemp("bad") / "data", "--no-jobs")
    yield running
    running.stop()


@pytest.fixture
def api(serving: Server) -> Api:
    """A new company on it."""
    return Api(serving, make_organization(serving.data, "FR"))


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """A company without a server, and a clock that can be set."""
    clock = SteppingClock()
    house = open_house(tmp_path / "data", clock)
    yield new_company(house, clock=clock)
    house.close()


def refused(answer: httpx.Response, *codes: str) -> None:
    """Asserts that this is a 503 as they all are."""
    fault = expect(answer, 503)["errors"][0]
    assert fault["code"] in codes, fault
    assert fault["detail"].endswith(".")
    assert fault["meta"]["fix"]
    assert int(answer.headers["retry-after"]) > 0
    assert "Traceback" not in answer.text
    assert "sqlite" not in answer.text.lower()


def numbers(api: Api) -> list[str]:
    """The numbers of all issued invoices, oldest first."""
    listed = expect(api.get("/client_invoices", per_page=100), 200)["client_invoices"]
    return sorted(invoice["number"] for invoice in listed if invoice["status"] != "draft")


def not_started(data: Path, *options: str, **environment: str) -> str:
    """What `serve` says when it refuses to start: in one breath, with code 1 and without a traceback."""
    found = subprocess.run(
        [COMMAND, "serve", "--data", str(data), "--port", str(free_port()), "--no-jobs", *options],
        capture_output=True, text=True, timeout=60, env=clean_environment(**environment),
    )  # fmt: skip
    assert found.returncode == 1, found.stderr
    assert "Traceback" not in found.stderr
    assert found.stdout == ""
    return found.stderr.splitlines()[-1]


def test_a_disk_without_room_refuses_what_it_cannot_keep_and_goes_on_when_there_is_room(api: Api) -> None:
    # Given room for a few more pages: a limit on how large a file of the server may grow
    client_id = api.client()["id"]
    pid = api.server.process.pid
    largest = max(path.stat().st_size for path in api.server.data.glob("counterfoil.db*"))
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest + 120_000, before[1]))

    # When invoices are issued until there is none
    kept: list[str] = []
    try:
        for _ in range(100):
            answer = api.create(client_id=client_id, status="unpaid")
            if answer.status_code != 200:
                break
            kept.append(answer.json()["client_invoice"]["number"])

        # Then the next one is refused, what is there can be read, and a large file is refused as well
        refused(answer, "database_full", "database_unavailable")
        assert numbers(api) == kept
        large = ("bill.pdf", PDF + bytes(largest + 200_000), "application/pdf")
        refused(api.http.post("/v2/attachments", files={"file": large}), "files_unavailable")
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

    # And with room again the next number is the next one
    kept.append(api.issued(client_id=client_id)["number"])
    assert numbers(api) == kept == sorted(set(kept))
    assert [int(number.rpartition("-")[2]) for number in kept] == list(range(1, len(kept) + 1))
    assert not list((api.server.data / "files").rglob(".*"))


def test_a_full_database_says_so(company: Company) -> None:
    # Given
    with company.house.database.write() as conn:
        driver: Any = conn.connection.driver_connection
        pages = driver.execute("PRAGMA page_count").fetchone()[0]
        driver.execute(f"PRAGMA max_page_count = {pages + 4}")

    # When
    with pytest.raises(Unavailable) as error:
        create_many(company)

    # Then, and with room again it goes on
    assert error.value.code == "database_full"
    with company.house.database.write() as conn:
        driver = conn.connection.driver_connection
        driver.execute("PRAGMA max_page_count = 1000000")
    assert company.create(status="unpaid").number


def create_many(company: Company) -> None:
    for _ in range(200):
        company.create(status="unpaid")


def test_a_file_that_finds_no_room_is_not_there_in_half(tmp_path: Path) -> None:
    # Given
    blobs = FileBlobs(tmp_path)
    blobs.put(b"small")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))

    # When
    try:
        with pytest.raises(Unavailable, match="no room") as error:
            blobs.put(bytes(200_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    # Then
    assert error.value.code == "files_unavailable"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_database_file_that_is_gone_takes_no_writes_and_is_well_when_it_is_back(api: Api) -> None:
    # Given
    first = api.issued()
    file = api.server.data / "counterfoil.db"
    aside = file.with_suffix(".aside")

    # When somebody moves it: whatever were written now would be in no file
    file.rename(aside)
    try:
        answers = [api.create(client_id=first["client"]["id"]), api.get("/client_invoices")]
        page = api.http.get(urlsplit(first["invoice_url"]).path, headers={"Accept": "text/html"})
        tool = api.http.post("/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        ready = api.http.get("/readyz")
        assert not file.exists()
    finally:
        aside.rename(file)

    # Then
    for answer in (*answers, tool):
        refused(answer, "database_gone")
    assert ready.status_code == 503
    assert page.status_code == 503
    assert "Not available just now" in page.text
    assert api.http.get("/healthz").status_code == 200
    assert api.invoice(first["id"])["number"] == first["number"]
    api.issued(client_id=first["client"]["id"])
    assert len(numbers(api)) == 2


def test_another_database_in_its_place_is_not_written_to(company: Company, tmp_path: Path) -> None:
    company.create()
    file = tmp_path / "data" / "counterfoil.db"
    file.rename(tmp_path / "aside")
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE another (id)")
    with pytest.raises(Unavailable) as error:
        company.create()
    assert error.value.code == "database_gone"


def test_a_damaged_page_is_an_error_in_words_and_never_an_answer(tmp_path: Path) -> None:
    # Given a database of which one page holds other bytes
    house = open_house(tmp_path / "data", SteppingClock())
    company = new_company(house)
    issued = company.create(status="unpaid")
    house.close()
    file = tmp_path / "data" / "counterfoil.db"
    with closing(sqlite3.connect(file)) as sql:
        sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page_size = sql.execute("PRAGMA page_size").fetchone()[0]
        root = sql.execute("SELECT rootpage FROM sqlite_master WHERE name = 'client_invoices'").fetchone()[0]
    with file.open("r+b") as raw:
        raw.seek((root - 1) * page_size)
        raw.write(b"\xa5" * page_size)

    # When
    house = open_house(tmp_path / "data", SteppingClock())
    hurt = Company(house, company.actor, company.client_id)
    try:
        with pytest.raises(Unavailable) as error:
            hurt.get(issued.id)
    finally:
        house.close()

    # Then
    assert error.value.code == "database_damaged"
    assert "restore" in str(error.value.faults[0].fix)


@pytest.mark.parametrize("is_folder", [False, True], ids=["no database", "no file"])
def test_what_is_no_database_is_not_served(tmp_path: Path, *, is_folder: bool) -> None:
    file = tmp_path / "counterfoil.db"
    file.mkdir() if is_folder else file.write_bytes(b"Somebody wrote a letter here. " * 1_000)
    told = not_started(tmp_path)
    assert "counterfoil restore" in told or "counterfoil doctor" in told
    if not is_folder:
        assert file.read_bytes().startswith(b"Somebody wrote")


def test_a_database_of_a_newer_version_is_not_served_and_not_touched(tmp_path: Path) -> None:
    # Given what a later version left
    open_house(tmp_path / "data").close()
    file = tmp_path / "data" / "counterfoil.db"
    with closing(sqlite3.connect(file)) as sql, sql:
        sql.execute("UPDATE alembic_version SET version_num = '9999'")
        sql.execute("CREATE TABLE of_the_future (id)")

    # Then
    told = not_started(tmp_path / "data")
    assert "9999" in told
    assert "upgrade counterfoil" in told
    with closing(sqlite3.connect(file)) as sql:
        assert sql.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_a_second_server_on_one_directory_is_refused(serving: Server) -> None:
    told = not_started(serving.data)
    assert "already serves" in told
    assert "--database-url" in told
    assert serving.http().get("/readyz").status_code == 200


def test_a_database_that_cannot_be_reached_is_said_at_the_start(tmp_path: Path) -> None:
    told = not_started(tmp_path, "--database-url", f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    assert told.startswith("counterfoil: The database does not answer.")


def test_postgresql_goes_away_and_comes_back(postgresql: Postgres, tmp_path: Path) -> None:
    # Given a server on a PostgreSQL, and an invoice
    url = postgresql.new_database()
    server = start_server(tmp_path / "data", "--no-jobs", COUNTERFOIL_DATABASE_URL=url)
    try:
        api = Api(server, make_organization_on(tmp_path / "data", url))
        client_id = api.client()["id"]
        kept = [api.issued(client_id=client_id)["number"]]

        # When it is stopped
        postgresql.halt()
        started = time.monotonic()
        answers = [api.create(client_id=client_id, status="unpaid"), api.get("/client_invoices")]
        took = time.monotonic() - started
        ready, alive = api.http.get("/readyz"), api.http.get("/healthz")
        postgresql.start()

        # Then it is said, in time, and nothing is lost or made twice once it is back
        for answer in answers:
            refused(answer, "database_unavailable")
        assert took < 20
        assert (ready.status_code, alive.status_code) == (503, 200)
        kept.append(eventually(api, client_id)["number"])
        assert numbers(api) == kept
        assert [int(number.rpartition("-")[2]) for number in kept] == [1, 2]
    finally:
        if postgresql.process.poll() is not None:
            postgresql.start()
        server.stop()


def make_organization_on(data: Path, database_url: str) -> Any:
    """An organization in a database elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTERFOIL_DATABASE_URL", database_url)
        return make_organization(data, "FR")


def eventually(api: Api, client_id: str) -> dict[str, Any]:
    """An invoice, issued as soon as the server can: it is asked again as it asks to be."""
    body = api.invoice_body(client_id=client_id, status="unpaid")
    for _ in range(20):
        answer = api.post("/client_invoices", body, **{"Idempotency-Key": "the-same"})
        if answer.status_code != 503:
            break
        time.sleep(0.1)
    found: dict[str, Any] = expect(answer, 200)["client_invoice"]
    return found


@pytest.fixture
def silent_mail() -> Iterator[tuple[int, list[socket.socket]]]:
    """A mail server that takes connections and never says a word. Its port, and who waits there."""
    waiting: list[socket.socket] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def take() -> None:
        with contextlib.suppress(OSError):
            while True:
                waiting.append(listener.accept()[0])

    threading.Thread(target=take, daemon=True).start()
    yield listener.getsockname()[1], waiting
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for each in waiting:
        each.close()


def test_a_mail_server_that_hangs_holds_up_nothing_else_and_nothing_is_said_to_be_sent(
    silent_mail: tuple[int, list[socket.socket]], tmp_path: Path
) -> None:
    # Given a letter that waits for it
    port, waiting = silent_mail
    server = start_server(tmp_path / "data", COUNTERFOIL_SMTP_URL=f"smtp://127.0.0.1:{port}")
    try:
        api = Api(server, make_organization(server.data, "FR"))
        first = attached(api, api.issued(), seconds=20)
        letter = {"send_to": ["a@client.example"], "email_title": "Facture"}
        assert api.post(f"/client_invoices/{first['id']}/send", letter).status_code == 204
        deadline = time.monotonic() + 20
        while not waiting and time.monotonic() < deadline:
            time.sleep(0.02)
        assert waiting, "nobody tried to send"

        # When another invoice is issued, then it has its PDF at once
        attached(api, api.issued(client_id=first["client"]["id"]), seconds=15)

        # And the letter is not said to be sent
        emails = expect(api.get(f"/client_invoices/{first['id']}/emails"), 200)["emails"]
        assert [email["status"] for email in emails] == ["queued"]
    finally:
        for each in waiting:
            each.close()
        server.stop()


class TestClockThatJumps:
    """Back and forward, by minutes and by weeks."""

    def test_documents_keep_their_order(self, company: Company) -> None:
        moments = []
        for jump in (timedelta(0), timedelta(days=-20), timedelta(hours=1), timedelta(days=40), timedelta(days=-60)):
            company.house.clock.jump(jump)  # type: ignore[attr-defined]  # a stepping one
            moments.append(company.create().created_at)
        assert moments == sorted(moments)

    @pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=29)])
    def test_a_request_that_is_repeated_is_answered_with_the_first(self, company: Company, jump: timedelta) -> None:
        first = keyed(company)
        company.house.clock.jump(jump)  # type: ignore[attr-defined]  # a stepping one
        assert keyed(company) == first

    def test_what_was_used_or_ended_does_not_live_again(self, company: Company) -> None:
        # Given a link that was used, a session that was ended, a token that was revoked
        with company.write() as work:
            person = members.add(work, email="ada@example.com", name="Ada", role="owner")
        with company.write() as work:
            link = members.new_link(work, person.id)
        with company.write() as work:
            session = members.use_link(work, link)
        with company.write() as work:
            found = members.of_session(work.conn, session, work.now)
            assert found is not None
            members.end_session(work, found.session_hash)
        with company.write() as work:
            token = create_credential(work, name="t", login=None, scopes=frozenset({"client_invoices.read"}))
        with company.write() as work:
            credentials.revoke(work, next(row.id for row in credentials.every(work) if row.name == "t"))

        # When the clock goes back, to before any of it, and on
        for jump in (timedelta(hours=-1), timedelta(days=-30), timedelta(days=31)):
            company.house.clock.jump(jump)  # type: ignore[attr-defined]  # a stepping one
            now: datetime = company.house.clock.now()

            # Then
            with company.read() as work:
                with pytest.raises(Gone):
                    members.behind_link(work.conn, link, now)
                assert members.of_session(work.conn, session, now) is None
                with pytest.raises(Unauthorized):
                    access.authenticate(work.conn, f"Bearer {token}", timestamp(now), "")


def keyed(company: Company) -> str:
    """The id of the invoice that one and the same request makes."""
    asked = Idempotency("a-key", "a" * 64)
    with company.house.works.write(company.actor, idempotency_key=asked) as work:
        if work.replay:
            return work.replay.body
        made = client_invoices.create(work, company.new_invoice()).row.id
        work.remember(200, made)
        return made
