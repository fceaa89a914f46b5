"""R14: of a hundred secrets that were given out, not one is found in the database, its log, files, logs or a backup.

Links to public pages are not among them: whoever may read the documents may make such a link, and the page shows one
document to the person it was sent to. Their tokens are in the database because mails and answers name them again.
"""

from __future__ import annotations

import base64
import gzip
import logging
import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner

from counterfoil.cli.main import app
from counterfoil.operations import members, organization
from counterfoil.operations.work import Work
from counterfoil.ports.passwords import hash_of
from tests.plugins.figures import Figure
from tests.support.oauth import CALLBACK, Pkce, Site, asking, code_of, decided, exchanged, refreshed, site, told
from tests.support.server import make_token

EACH = 9
SCOPE = "client.read offline_access"
Secrets = list[tuple[str, str]]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "data") as found:
        yield found


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """All that anything in this process logs, at its most talkative."""
    file = tmp_path / "everything.log"
    handler, root = logging.FileHandler(file), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    theirs = [logging.getLogger(name) for name in ("httpx", "httpcore")]
    for client in theirs:
        client.propagate = False  # the test's own client, which no server has
    yield file
    for client in theirs:
        client.propagate = True
    root.setLevel(before)
    root.removeHandler(handler)
    handler.close()


def keys_and_tokens(running: Site) -> Secrets:
    issued = [("API key", running.organization.api_key.split(":", 1)[1])]
    for number in range(EACH):
        issued.append(("token", make_token(running.organization, running.data, "client.read")))
        with running.house.works.write(running.operator) as work:
            issued.append(("API key", _api_key(work, f"key {number}")))
    for _, secret in issued[1::2]:
        with running.http(headers={"Authorization": f"Bearer {secret}"}) as http:
            assert http.get("/v2/clients").status_code == 200
    return issued


def _api_key(work: Work, name: str) -> str:
    return organization.create_credential(work, name=name, scopes=frozenset({"client.read"}), login=name)


def of_people(running: Site) -> Secrets:
    """Links, sessions and passwords; each was used."""
    issued: Secrets = []
    for number in range(EACH):
        password = f"correct horse {number} battery staple"
        with running.house.works.write(running.operator) as work:
            row = members.add(work, email=f"person{number}@example.com", name="Ada", role="owner")
            members.set_password(work, row.id, hash_of(password))
            used, unused = members.new_link(work, row.id), members.new_link(work, row.id)
        with running.http() as browser:
            assert browser.post(f"/signin/{used}", data={"next": "/approvals"}).status_code == 303
            session = next(iter(browser.cookies.values()))
        issued += [("password", password), ("sign-in link", used), ("sign-in link", unused), ("session", session)]
    return issued


def of_programs(running: Site) -> Secrets:
    """Secrets of clients, codes, access and refresh tokens; each was used, or refused and so perhaps logged."""
    issued: Secrets = []
    public = running.client(is_public=True)[0]
    browser = running.person()
    for _ in range(EACH):
        issued.append(("client secret", running.client()[1]))
        pkce = Pkce()
        code = code_of(running, browser, public, pkce, scope=SCOPE)
        answer = exchanged(running, public, code, pkce).json()
        again = refreshed(running, public, answer["refresh_token"]).json()
        issued += [("code", code), ("verifier", pkce.verifier)]
        issued += [(name, each[name]) for each in (answer, again) for name in ("access_token", "refresh_token")]
        unused = told(decided(browser, asking(public.client_id, **Pkce().sent)), CALLBACK)["code"]
        issued.append(("code", unused))
        exchanged(running, public, unused, Pkce())  # with another verifier: refused
    return issued


def of_hooks_and_uploads(running: Site) -> Secrets:
    """Secrets of webhooks, their answers kept under a key for repetition; signatures of links to put files to."""
    issued: Secrets = []
    with running.http(headers={"Authorization": running.organization.api_key}) as http:
        for number in range(EACH):
            hook = {"callback_url": f"https://hooks.example/{number}", "types": ["v1/clients"]}
            sent = {"Idempotency-Key": f"hook {number}"}
            made = http.post("/v2/webhook_subscriptions", json=hook, headers=sent).json()
            issued.append(("webhook", made["secret"]))
            file = {"file_name": "a.pdf", "content_type": "application/pdf"}
            link = http.post("/v2/attachment_uploads", json=file, headers={"Idempotency-Key": f"put {number}"}).json()
            query = parse_qs(urlsplit(link["attachment_upload"]["upload_url"]).query)
            issued.append(("upload link", query["signature"][0]))
    return issued


def places(running: Site, log: Path, backup: Path) -> Iterator[tuple[str, bytes]]:
    """Everything at rest: each file of the data directory, the log, and each member of the backup, unpacked."""
    for path in sorted(running.data.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
    yield "log", log.read_bytes()
    yield "backup", backup.read_bytes()
    with tarfile.open(backup) as archive:
        for member in archive:
            content = archive.extractfile(member)
            data = content.read() if content else b""
            yield f"backup/{member.name}", gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def forms(secret: str) -> set[bytes]:
    """A secret as it could lie there: itself, in hexadecimal, in Base64, and without its prefix."""
    rest = secret.split("_", 1)[-1]
    plain = {secret, rest} if len(rest) >= 30 else {secret}
    return {
        each
        for text in plain
        for each in (text.encode(), text.encode().hex().encode(), base64.b64encode(text.encode()).rstrip(b"=")[:-2])
    }


@pytest.mark.timeout(600)
def test_no_secret_that_was_given_out_is_found(running: Site, log: Path, tmp_path: Path, figure: Figure) -> None:
    # Given secrets of every kind, given out and used
    issued = [*keys_and_tokens(running), *of_people(running), *of_programs(running), *of_hooks_and_uploads(running)]
    assert len({secret for _, secret in issued}) >= 100
    # When all that lies anywhere is read
    backup = tmp_path / "backup.tar"
    made = CliRunner().invoke(app, ["backup", str(backup), "--data", str(running.data)])
    assert made.exit_code == 0, made.output
    found = [
        (kind, place)
        for place, content in places(running, log, backup)
        for kind, secret in issued
        if any(form in content for form in forms(secret))
    ]
    # Then none of them is there
    assert found == []
    assert len(list(places(running, log, backup))) > 5
    kinds = len({kind for kind, _ in issued})
    figure(
        "R14",
        f"secrets of {kinds} kinds, looked for in database, log, files and backup",
        len(issued),
        "secrets",
        "0 found",
    )


def test_the_search_sees_a_secret_that_lies_there(running: Site, log: Path, tmp_path: Path) -> None:
    secret = running.organization.api_key.split(":", 1)[1]
    (running.data / "careless.txt").write_text(base64.b64encode(secret.encode()).decode())
    backup = tmp_path / "empty.tar"
    tarfile.open(backup, "w").close()
    assert [place for place, content in places(running, log, backup) if any(form in content for form in forms(secret))]
