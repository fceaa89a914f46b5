"""The log: what each line has, and that nobody's data and no secret is ever in one, at its most talkative level."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from starlette.testclient import TestClient

from counterfoil import errors, logs, redaction
from counterfoil.app import House, create_app
from counterfoil.jobs.handlers import Tools
from counterfoil.jobs.runner import Runner
from counterfoil.ports.mail import SmtpMailer
from counterfoil.ports.renderer import ChildRenderer
from counterfoil.settings import Settings
from tests.support.houses import IBAN, PROFILE, new_company, open_house
from tests.support.server import free_port

# Values that nobody should ever find: a person, how to reach and pay them, and what opens doors.
MARKS = {
    "name": "Zélie Quandalle", "email": "zelie.quandalle@private.example", "iban": "FR1420041010050500013M02606",
    "phone": "+33 6 98 76 54 32", "password": "pw-Marked-91c4", "token": "cft_MarkedMarkedMarkedMarkedMarked42",
    "key": "atelier:sk_MarkedMarkedMarkedMarked77", "public": "MarkedPublicToken-MarkedPublicToken-1234567",
    "secret": "whsec_MarkedMarkedMarkedMarked99", "street": "17 impasse du Marquage", "query": "marked-query-value",
}  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = open_house(tmp_path / "data")
    yield found
    found.close()


@pytest.fixture(params=["json", "text"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """All that the log writes, at DEBUG."""
    yield from log_into(request.param)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    yield from log_into("json")


def log_into(form: str) -> Iterator[io.StringIO]:
    root, ours, hook = logging.getLogger(), logging.getLogger("counterfoil"), threading.excepthook
    before = root.level, ours.level
    stream = io.StringIO()
    logs.configure(Settings(log_format=form, log_level="debug"), stream=stream)  # type: ignore[arg-type]  # one of them
    yield stream
    logs.stop()
    root.setLevel(before[0])
    ours.setLevel(before[1])
    threading.excepthook = hook


def read(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def assert_unmarked(text: str) -> None:
    assert text
    for name, mark in MARKS.items():
        parts = {mark, mark.replace(" ", ""), *(word for word in mark.split() if len(word) > 6)}
        assert [part for part in parts if part.lower() in text.lower()] == [], name


def test_a_request_is_one_line_with_its_route_and_no_path(house: House, lines: io.StringIO) -> None:
    answer = TestClient(create_app(house)).get(f"/i/{MARKS['public']}?a={MARKS['query']}")
    (line,) = [each for each in read(lines) if each["logger"] == "counterfoil.access"]
    assert (line["event"], line["level"], line["method"]) == ("request", "info", "GET")
    assert (line["route"], line["status"]) == ("/i/{token}", 404)
    assert line["request_id"] == answer.headers["x-tyk-trace-id"]
    assert line["duration_ms"] > 0
    assert line["time"].endswith("Z")


def test_a_request_that_is_recognized_names_its_organization(house: House, lines: io.StringIO) -> None:
    from counterfoil.operations.organization import create_credential

    company = new_company(house)
    with company.write() as work:
        key = create_credential(work, name="test", login="login", scopes=frozenset({"organization.read"}))
    answer = TestClient(create_app(house)).get("/v2/organization", headers={"Authorization": f"login:{key}"})
    (line,) = [each for each in read(lines) if each["logger"] == "counterfoil.access"]
    assert (answer.status_code, line["organization_id"]) == (200, company.id)
    assert key not in lines.getvalue()


def test_many_requests_with_marked_values_leave_no_mark(house: House, written: io.StringIO) -> None:
    http = TestClient(create_app(house), raise_server_exceptions=False)
    new_company(house)
    body = {
        "name": MARKS["name"], "email": MARKS["email"], "kind": "company", "phone": MARKS["phone"],
        "billing_address": {"street_address": MARKS["street"]}, "iban": MARKS["iban"], "secret": MARKS["secret"],
    }  # fmt: skip
    for authorization in (MARKS["key"], f"Bearer {MARKS['token']}"):
        headers = {"Authorization": authorization, "Idempotency-Key": MARKS["password"]}
        for path in ("/v2/clients", "/v2/client_invoices", "/v2/webhook_subscriptions", "/v2/quotes"):
            http.post(path, json=body, headers=headers)
            http.get(path, params={"filter[email]": MARKS["email"]}, headers=headers)
    http.post("/signin", data={"email": MARKS["email"], "password": MARKS["password"]})
    http.post("/oauth2/token", data={"code": MARKS["token"], "client_secret": MARKS["secret"]})
    for path in (f"/i/{MARKS['public']}", f"/q/{MARKS['public']}", f"/signin/{MARKS['token']}", f"/{MARKS['name']}"):
        http.get(path, params={"a": MARKS["query"]})
    assert_unmarked(written.getvalue())


def test_errors_with_marked_values_leave_no_mark(written: io.StringIO) -> None:
    log = logging.getLogger("counterfoil.jobs")
    with sqlite3.connect(":memory:") as conn:
        conn.execute("CREATE TABLE t (a TEXT UNIQUE)")
    problems = [
        ValueError(f"{MARKS['name']} lives at {MARKS['street']}"), KeyError(MARKS["token"]),
        errors.Invalid("invalid_name", f"{MARKS['name']} is too long."),
        errors.Unavailable("pdf_not_made", f"The PDF could not be made: {MARKS['name']}, {MARKS['email']}"),
        errors.Unavailable("mail_unavailable", f"SmtpMailer(h:25): 550 5.1.1 <{MARKS['email']}> {MARKS['name']}"),
        IntegrityError("INSERT INTO clients", {"name": MARKS["name"]}, sqlite3.IntegrityError(MARKS["email"])),
        OSError(2, "No such file", f"/tmp/{MARKS['token']}"),
    ]  # fmt: skip
    for problem in problems:
        log.warning("job %s failed: %s", 1, problem)
        try:
            raise RuntimeError(MARKS["password"]) from problem
        except RuntimeError:
            log.exception("a bug: %s", f"to {MARKS['email']} by {MARKS['iban']}, call {MARKS['phone']}")
    assert_unmarked(written.getvalue())
    assert "Traceback" in written.getvalue()
    assert "test_logs.py" in written.getvalue()


def test_other_libraries_and_threads_leave_no_mark(written: io.StringIO) -> None:
    def broken() -> None:
        raise ValueError(MARKS["name"])

    logging.getLogger("sqlalchemy.engine").info("INSERT %s", MARKS["name"])
    logging.getLogger("httpx").info("HTTP Request: GET https://a.example/%s", MARKS["token"])
    logging.getLogger("botocore").debug("headers %s", MARKS["secret"])
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: ValueError(%r)", MARKS["name"])
    logging.getLogger("uvicorn.error").error("GET https://a.example/i/%s failed", MARKS["public"])
    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    assert_unmarked(written.getvalue())
    assert "ValueError" in written.getvalue()


def test_a_line_that_cannot_be_written_shows_nothing(lines: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    (handler,) = (each for each in logging.getLogger().handlers if getattr(each, "stream", None) is lines)
    handler.handle(logging.LogRecord("counterfoil.x", logging.WARNING, "", 0, "%d", (MARKS["name"],), None))
    assert_unmarked(lines.getvalue() + capsys.readouterr().err)


def test_a_mail_that_is_refused_leaves_no_mark(house: House, written: io.StringIO) -> None:
    company = new_company(house, **{**PROFILE, "email": MARKS["email"]})
    with company.write() as work:
        work.later("send_email", {"email_id": MARKS["email"]})
        work.later("render", {"document_kind": MARKS["name"]})
        work.later("invented", {"to": MARKS["email"]})
    tools = Tools(
        works=house.works, blobs=house.blobs, renderer=ChildRenderer(),
        mailer=SmtpMailer(f"smtp://{MARKS['password']}:{MARKS['password']}@127.0.0.1:{free_port()}"),
        page_base="", is_public=False,
    )  # fmt: skip
    try:
        assert Runner(tools, ("send_email", "render", "invented")).drain() >= 2
    finally:
        tools.renderer.close()
    assert "KeyError" in written.getvalue()
    assert_unmarked(written.getvalue())


@pytest.mark.parametrize(
    "text", [IBAN, "FR76 3000 6000 0112 3456 7890 189", "a@b.example", "sk_" + "a" * 40, "06 12 34 56 78"]
)
def test_what_looks_like_somebodys_goes(text: str) -> None:
    assert text not in redaction.line(f"before {text} after")


@pytest.mark.parametrize(
    "text",
    ["0190aaaa-1111-7222-8333-abcdefabcdef", "a" * 64, "database_unavailable", "5 jobs after 12 s", "2026-03-02"],
)
def test_what_is_ours_stays(text: str) -> None:
    assert text in redaction.line(f"before {text} after")


@pytest.mark.parametrize(("level", "expected"), [("debug", 2), ("info", 1), ("warning", 0), ("error", 0)])
def test_the_level_decides(house: House, level: str, expected: int, lines: io.StringIO) -> None:
    stream = io.StringIO()
    logs.configure(Settings(log_format="json", log_level=level), stream=stream)  # type: ignore[arg-type]  # one of them
    logging.getLogger("counterfoil.x").debug("fine")
    TestClient(create_app(house)).get("/healthz")
    assert len(read(stream)) == expected


def test_lines_are_for_people_on_a_terminal_and_json_elsewhere() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream, is_json in ((Terminal(), False), (io.StringIO(), True)):
        try:
            logs.configure(Settings(), stream=stream)
            logging.getLogger("counterfoil.x").warning("told")
        finally:
            logs.stop()
        assert stream.getvalue().startswith("{") is is_json


def test_a_program_that_somebody_starts_is_quiet_unless_told() -> None:
    stream = io.StringIO()
    for settings, expected in ((Settings(), 0), (Settings(log_level="info"), 1)):
        try:
            logs.configure(settings, is_quiet=True, stream=stream)
            logging.getLogger("counterfoil.x").info("told")
        finally:
            logs.stop()
        assert len(stream.getvalue().splitlines()) == expected
