"""What people do on the pages is in the journal: who, through which door; and what nobody did, but the house itself."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from counterfoil.operations.work import Actor
from counterfoil.store import journal
from tests.jobs.conftest import Workshop
from tests.jobs.conftest import workshop as workshop  # a fixture
from tests.support import hostile_files as files
from tests.support.oauth import Site, StandingClock, refreshed, site, tokens
from tests.support.schedules import at, recurring, tick
from tests.web.conftest import Company
from tests.web.test_public_quote import accept
from tests.web.test_signin import OWN, csrf, give_password, link, sign_in, visitor

Told = list[tuple[str, str, str]]


def told(company: Company, after: int = 0) -> Told:
    """(type, principal, client) of the entries behind a position."""
    with company.house.works.read(Actor(company.organization.id, "test")) as work:
        found = list(journal.entries(work.conn, work.organization_id, after=after))
    return [(entry.type, entry.principal.partition(":")[0], entry.client) for entry in found]


@pytest.fixture
def owner(timed: Company) -> str:
    """The address of an owner with a password."""
    give_password(timed)
    return "factures@atelier.example"


def test_signing_in_and_out_is_written_down(timed: Company, owner: str) -> None:
    # Given
    browser, before = visitor(timed), len(told(timed))

    # When somebody signs in and out
    assert sign_in(browser, email=owner).status_code == 303
    browser.post("/signout", data={"csrf": csrf(browser.get("/approvals").text)}, headers=OWN)

    # Then
    assert told(timed, before) == [("signed_in", "member", "page"), ("signed_out", "member", "page")]


def test_a_refused_sign_in_is_written_down_as_nobodys(timed: Company, owner: str) -> None:
    before = len(told(timed))
    assert sign_in(visitor(timed), "wrong", email=owner).status_code == 422
    assert told(timed, before) == [("sign_in_refused", "nobody", "page")]


def test_a_link_is_written_down_when_it_is_made_and_when_it_is_used(timed: Company, owner: str) -> None:
    # Given
    before = len(told(timed))
    path = link(timed, owner)

    # When it is looked at, used, and used again
    visitor(timed).get(path)
    assert visitor(timed).post(path, headers=OWN).status_code == 303
    assert visitor(timed).post(path, headers=OWN).status_code == 410

    # Then
    assert told(timed, before) == [("link_made", "test", ""), ("signed_in", "member", "page")]


def test_what_a_client_answers_on_the_page_is_written_down(timed: Company) -> None:
    quote = timed.quote()
    before = len(told(timed))
    accept(timed, quote)
    assert {(principal, client) for _, principal, client in told(timed, before)} == {("public_page", "page")}


def test_a_file_that_comes_by_a_link_is_written_down(timed: Company) -> None:
    asked = {"file_name": "a.pdf", "content_type": "application/pdf"}
    made = timed.call("POST", "/attachment_uploads", asked)["attachment_upload"]
    before = len(told(timed))
    answer = timed.visitor.put(httpx.URL(made["upload_url"]).raw_path.decode(), content=files.pdf("by link"))
    assert answer.status_code == 201, answer.text
    assert told(timed, before) == [("arrived", "link", "link")]


def test_what_a_program_is_given_is_written_down(tmp_path: Path) -> None:
    with site(tmp_path, clock=StandingClock()) as running:
        # Given
        public, _ = running.client(is_public=True)
        browser, before = running.person(), len(_of_site(running))

        # When a person lets it in and it renews its tokens
        given = tokens(running, browser, public, scope="organization.read offline_access")
        assert refreshed(running, public, given["refresh_token"]).status_code == 200

        # Then
        found = _of_site(running)[before:]
    assert [(kind, client) for kind, _, client in found] == [
        ("oauth_consented", "page"), ("oauth_token_issued", "oauth"), ("oauth_token_issued", "oauth"),
    ]  # fmt: skip


def _of_site(running: Site) -> Told:
    with running.house.works.read(running.operator) as work:
        found = list(journal.entries(work.conn, work.organization_id))
    return [(entry.type, entry.principal.partition(":")[0], entry.client) for entry in found]


def test_a_job_says_that_it_was_a_job(workshop: Workshop) -> None:
    company = workshop.company
    company.create(status="unpaid")
    with company.read() as work:
        before = work.organization.journal_position
    workshop.run()
    with company.read() as work:
        found = list(journal.entries(work.conn, company.id, after=before))
    assert {(entry.principal, entry.client) for entry in found} == {("job:render", "job")}


def test_the_scheduler_says_that_it_was_the_scheduler(workshop: Workshop) -> None:
    # Given an invoice that comes by itself
    company = workshop.company
    recurring(company, start_date="2026-03-03")
    with company.read() as work:
        before = work.organization.journal_position

    # When its day has come
    at(company, "2026-03-03T10:00")
    assert tick(company) == 1

    # Then
    with company.read() as work:
        found = list(journal.entries(work.conn, company.id, after=before))
    assert {(entry.principal, entry.client) for entry in found} == {("scheduler", "scheduler")}
