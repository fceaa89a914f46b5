"""doctor, a check at a time: what it says of what is well, and of each thing that can be wrong."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from typer.testing import CliRunner

from counterfoil.app import DATABASE_FILE, House
from counterfoil.cli.main import app
from counterfoil.doctor import database, machine, mail, public, storage
from counterfoil.doctor.checks import EXIT_CODES, Check, Named, made, ok, worst
from counterfoil.ports.blobs import FileBlobs
from counterfoil.ports.network import Network
from counterfoil.settings import Settings
from counterfoil.store import inspecting, queue
from counterfoil.store.engine import Database
from tests.support.houses import START, Company, new_company, open_house
from tests.support.postgres import Postgres
from tests.support.server import Server, free_port

NOW = START + timedelta(minutes=1)
Altered = Callable[[str], Database]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = open_house(tmp_path / "data")
    yield found
    found.close()


@pytest.fixture
def company(house: House) -> Company:
    return new_company(house)


@pytest.fixture
def looked_at(house: House, company: Company) -> Iterator[Database]:
    """The company's database as doctor opens it."""
    found = inspecting.open_as_it_is(house.settings.data / DATABASE_FILE)
    yield found
    found.dispose()


@pytest.fixture
def altered(house: House, looked_at: Database) -> Altered:
    """Does a statement as somebody with the file at hand could, then gives the database."""

    def do(statement: str) -> Database:
        with sqlite3.connect(house.settings.data / DATABASE_FILE) as conn:
            conn.executescript(statement)
        conn.close()
        return looked_at

    return do


def statuses(checks: Iterator[Check]) -> dict[str, str]:
    return {check.name: check.status for check in checks}


def test_a_check_that_breaks_or_hangs_is_a_finding_and_stops_no_other() -> None:
    def broken() -> Check:
        raise ZeroDivisionError("x")

    def hanging() -> Check:
        time.sleep(5)
        return ok("hanging", "")

    found = list(
        made([Named("broken", broken), Named("hanging", hanging, seconds=0.05), Named("b", lambda: ok("b", ""))])
    )
    assert [check.status for check in found] == ["fail", "fail", "ok"]
    assert "ZeroDivisionError" in found[0].message
    assert "no answer within" in found[1].message


@pytest.mark.parametrize(
    ("status", "code"), [("ok", 0), ("skip", 0), ("warn", 1), ("fail", 2)],
)  # fmt: skip
def test_the_worst_decides(status: str, code: int) -> None:
    checks = [ok("a", ""), Check("b", status, "")]  # type: ignore[arg-type]  # one of them
    assert EXIT_CODES[worst(checks)] == code


def test_the_directory_is_for_its_owner(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert machine.directory(tmp_path).status == "ok"
    tmp_path.chmod(0o755)
    assert machine.directory(tmp_path).next == f"chmod 700 {tmp_path}"
    assert machine.directory(tmp_path / "none").status == "fail"


@pytest.mark.parametrize(("free", "status"), [(10**12, "ok"), (5 * 10**8, "warn"), (10**6, "fail")])
def test_room_on_the_disk(tmp_path: Path, free: int, status: str) -> None:
    assert machine.disk(tmp_path / "not" / "yet", free_bytes=free).status == status


@pytest.mark.parametrize(("year", "status"), [(2026, "ok"), (1970, "fail")])
def test_the_clock(year: int, status: str) -> None:
    assert machine.clock(datetime(year, 6, 1, tzinfo=UTC)).status == status


def test_a_page_is_set() -> None:
    assert machine.printing().status == "ok"


def test_the_key_of_secrets(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert machine.secret_key(settings).status == "skip"
    assert machine.secret_key(settings.model_copy(update={"database_url": "postgresql://a/b"})).status == "warn"
    file = tmp_path / "secret.key"
    file.write_text("A" * 43)
    file.chmod(0o644)
    assert machine.secret_key(settings).next == f"chmod 600 {file}"
    file.chmod(0o600)
    assert machine.secret_key(settings).status == "ok"


def test_whether_a_server_runs(tmp_path: Path, server: Server) -> None:
    assert machine.server(server.data, is_sqlite=True).status == "ok"
    assert machine.server(tmp_path, is_sqlite=True).status == "warn"
    assert not (tmp_path / "server.lock").exists()
    assert machine.server(tmp_path, is_sqlite=False).status == "skip"


def test_a_database_that_is_well(looked_at: Database, company: Company, house: House) -> None:
    company.create(status="unpaid")
    found = [
        database.engine(looked_at, pool_size=48), database.schema(looked_at), database.guards(looked_at),
        database.clock(looked_at, datetime.now(UTC)), database.numbers(looked_at), database.journal(looked_at),
        database.files(looked_at, house.blobs, is_deep=True), *database.settings(looked_at, NOW),
    ]  # fmt: skip
    assert [check for check in found if check.status != "ok"] == []


def test_another_journal_mode_is_told(altered: Altered, house: House) -> None:
    house.database.dispose()
    assert database.engine(altered("PRAGMA journal_mode = DELETE"), pool_size=48).status == "warn"


def test_an_older_schema_is_told(altered: Altered) -> None:
    found = database.schema(altered("UPDATE alembic_version SET version_num = '0004'"))
    assert (found.status, "counterfoil migrate" in found.next) == ("fail", True)


def test_a_missing_guard_is_told(altered: Altered) -> None:
    found = database.guards(altered("DROP TRIGGER client_invoices_frozen"))
    assert found.status == "fail"
    assert "client_invoices_frozen" in found.message


def test_a_clock_behind_what_was_written_is_told(altered: Altered) -> None:
    late = altered("UPDATE organizations SET created_at_last = '2099-01-01T00:00:00.000Z'")
    assert database.clock(late, NOW).status == "fail"


def test_a_gap_is_told(altered: Altered, company: Company) -> None:
    company.create(status="unpaid")
    found = database.numbers(altered("UPDATE counters SET next_value = next_value + 1"))
    assert found.status == "fail"
    assert "F-2026-002" in found.message


def test_a_broken_journal_is_told(altered: Altered, company: Company) -> None:
    company.create(status="unpaid")
    edited = altered("DROP TRIGGER journal_unchanged; UPDATE journal SET principal = 'x' WHERE position = 1")
    assert database.journal(edited).status == "fail"


def test_jobs_that_wait_too_long_or_were_laid_aside_are_told(looked_at: Database, company: Company) -> None:
    assert statuses(database.jobs(looked_at, NOW)) == {"queue": "ok", "laid aside": "ok"}
    with company.write() as work:
        work.later("render", {"document_kind": "quote"})
    due = datetime.fromisoformat(one_job(looked_at).run_at)
    assert statuses(database.jobs(looked_at, due + timedelta(minutes=10)))["queue"] == "warn"
    assert statuses(database.jobs(looked_at, due + timedelta(hours=3)))["queue"] == "fail"
    with company.write() as work:
        queue.retry(work.conn, one_job(looked_at), run_at="2026", attempts=8, error="x", is_dead=True)
    *_, aside = database.jobs(looked_at, due)
    assert (aside.status, aside.next) == ("warn", "counterfoil jobs list, then jobs retry ID")


def one_job(looked_at: Database) -> queue.JobRow:
    with looked_at.read() as conn:
        rows = queue.due(conn, "2999", kinds=("render",), limit=10)
    return rows[-1]


def test_what_an_organization_lacks_is_told(house: House, looked_at: Database) -> None:
    assert statuses(database.settings(looked_at, NOW)) == {"organizations": "ok"}
    new_company(house, legal_name="Bare", vat_number="", address_city="")
    assert statuses(database.settings(looked_at, NOW)) == {"organization bare": "warn"}


def test_files_that_are_gone_or_altered_are_told(altered: Altered, house: House, tmp_path: Path) -> None:
    key = house.blobs.put(b"a file")
    looked_at = altered(
        "INSERT INTO attachments (organization_id, id, file_name, content_type, size, sha256, created_at) "
        f"SELECT id, 'x', 'a.txt', 'text/plain', 6, '{key}', '2026-03-02T09:00:00.000Z' FROM organizations"
    )
    assert database.files(looked_at, house.blobs, is_deep=True).status == "ok"
    assert database.files(looked_at, FileBlobs(tmp_path / "elsewhere"), is_deep=False).status == "fail"
    (house.settings.data / "files" / key[:2] / key).write_bytes(b"another")
    (found,) = made([Named("files", lambda: database.files(looked_at, house.blobs, is_deep=True))])
    assert found.status == "fail"


def test_the_place_of_files(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert storage.place(settings).status == "skip"
    (tmp_path / "files").mkdir()
    assert storage.place(settings).status == "ok"


@pytest.mark.parametrize(
    ("url", "status"),
    [(None, "warn"), ("http://127.0.0.1:1", "warn"), ("http://a.eu", "warn"), ("x", "fail"), ("https://a.eu", "ok")],
)
def test_the_public_address(url: str | None, status: str) -> None:
    assert public.address(Settings(public_url=url)).status == status


def test_the_public_address_is_called_by_the_guard_alone(server: Server) -> None:
    settings = Settings(public_url=server.url)
    assert public.reached(settings, Network(is_private_allowed=True)).status == "ok"
    assert public.reached(settings, Network()).status == "fail"
    away = Settings(public_url=f"http://127.0.0.1:{free_port()}")
    assert public.reached(away, Network(is_private_allowed=True)).status == "fail"


def test_the_mail_server() -> None:
    port = free_port()
    assert mail.server(Settings()).status == "skip"
    (found,) = made([Named("mail", lambda: mail.server(Settings(smtp_url=f"smtp://127.0.0.1:{port}")))])
    assert found.status == "fail"
    controller = Controller(Sink(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        found = mail.server(Settings(smtp_url=f"smtp://127.0.0.1:{port}"))
    finally:
        controller.stop()
    assert (found.status, "wants no login" in found.message) == ("ok", True)


def hints(records: dict[str, list[str]]) -> dict[str, str]:
    settings = Settings(smtp_url="smtp://mail.company.eu", mail_from="a@company.eu")
    return statuses(mail.domain(settings, [], is_asked=False, ask=lambda name: records.get(name, [])))


def test_what_the_senders_domain_says() -> None:
    assert hints({}) == {"SPF": "warn", "DKIM": "warn", "DMARC": "warn"}
    assert hints({
        "company.eu": ["v=spf1 mx -all", "other"], "k1._domainkey.company.eu": ["v=DKIM1; p=abc"],
        "_dmarc.company.eu": ["v=DMARC1; p=reject"],
    }) == {"SPF": "ok", "DKIM": "ok", "DMARC": "ok"}  # fmt: skip
    assert hints({"company.eu": ["v=spf1 a", "v=spf1 mx"]})["SPF"] == "warn"


def test_nobody_is_asked_unless_mail_is_sent() -> None:
    def never(name: str) -> list[str]:
        raise AssertionError(name)

    assert statuses(mail.domain(Settings(), ["a@company.eu"], is_asked=False, ask=never)) == {"sender": "skip"}
    assert statuses(mail.domain(Settings(), ["a@atelier.example"], is_asked=True, ask=never)) == {"sender": "skip"}


def test_a_resolver_that_is_silent_is_told() -> None:
    def silent(_name: str) -> list[str]:
        raise OSError("no name server answers")

    assert statuses(mail.domain(Settings(), ["a@company.eu"], is_asked=True, ask=silent)) == {"sender": "warn"}


def test_the_command_changes_nothing_and_says_how_it_is(house: House, company: Company) -> None:
    data = house.settings.data
    house.database.dispose()
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    answer = CliRunner().invoke(app, ["doctor", "--data", str(data), "--json"])
    told = json.loads(answer.stdout)
    assert (answer.exit_code, told["status"]) == (1, "warn")
    assert {tuple(check) for check in told["checks"]} == {("name", "status", "message", "next")}
    assert {check["name"] for check in told["checks"] if check["status"] == "warn"} == {"server", "public URL"}
    after = {path: path.read_bytes() for path in data.rglob("*") if path.is_file() and "-wal" not in path.name}
    assert {path: text for path, text in after.items() if "-shm" not in path.name} == before


def test_a_directory_without_a_database_and_a_broken_one(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["doctor", "--data", str(tmp_path)])
    assert answer.exit_code == 2
    assert "fail  database: there is none" in answer.stdout
    assert not list(tmp_path.iterdir())
    (tmp_path / DATABASE_FILE).write_bytes(b"no database at all" * 1000)
    answer = CliRunner().invoke(app, ["doctor", "--data", str(tmp_path)])
    assert answer.exit_code == 2
    assert "fail  database: The database is damaged." in answer.stdout


def test_postgresql_that_is_well_and_one_that_is_away(postgresql: Postgres, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, database_url=postgresql.new_database())
    House(settings).close()
    answer = CliRunner().invoke(
        app, ["doctor", "--data", str(tmp_path), "--database-url", str(settings.database_url), "--json"]
    )
    found = {check["name"]: check for check in json.loads(answer.stdout)["checks"]}
    assert {found[name]["status"] for name in ("schema", "triggers", "database clock", "journal")} == {"ok"}
    assert found["database"]["message"].startswith("PostgreSQL")
    away = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    answer = CliRunner().invoke(app, ["doctor", "--data", str(tmp_path), "--database-url", away, "--json"])
    found = {check["name"]: check for check in json.loads(answer.stdout)["checks"]}
    assert (answer.exit_code, found["database"]["status"]) == (2, "fail")
    assert "schema" not in found
