"""OAuth as operations: what is offered, what is written down, and what ends with what."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from counterfoil import errors
from counterfoil.app import House
from counterfoil.domain import oauth as rules
from counterfoil.domain.approvals import ALWAYS, NEVER, ApprovalPolicy
from counterfoil.domain.oauth import Client, Resources
from counterfoil.operations import access, members, oauth
from counterfoil.operations.oauth import Consent
from counterfoil.operations.work import Work
from counterfoil.ports.clock import timestamp
from counterfoil.store import journal
from counterfoil.store.members import MemberRow
from tests.support.houses import Company, SteppingClock

BASE = "https://billing.example"
RESOURCES = Resources(BASE)


@pytest.fixture
def client(company: Company) -> Client:
    with company.write() as work:
        return oauth.add_client(work, name="Bot", redirect_uris=["https://bot.example/cb"], is_public=True)[0]


def member(work: Work, role: str = "owner") -> MemberRow:
    return members.add(work, email=f"{role}@example.com", name="Ada", role=role)


def given(work: Work, client: Client, person: MemberRow, policy: ApprovalPolicy = NEVER) -> str:
    """The code for a consent to two scopes."""
    return oauth.consent(
        work,
        Consent(client, person.id, ("client.read", "offline_access"), policy, RESOURCES.mcp, "", "", ""),
    )


def test_what_happens_is_in_the_journal(company: Company, client: Client) -> None:
    with company.write() as work:
        row = oauth.code(work.conn, given(work, client, member(work)))
        assert row
        assert oauth.use_code(work, row)
        family = oauth.family(work, row, client)
        assert family
        oauth.issue_access_token(work, family, work.new_secret(), row.scopes)
        oauth.revoke_family(work, family.id, "revoked_by_client")
    with company.write() as work:
        told = {each[0]: each[3] for each in journal.of_document(work.conn, work.organization_id, row.family_id)}
    assert told.keys() == {"oauth_consented", "oauth_token_issued", "oauth_revoked"}
    assert json.loads(told["oauth_consented"]) == {
        "client_id": client.client_id, "scopes": "client.read offline_access", "policy": "never",
        "audience": RESOURCES.mcp,
    }  # fmt: skip
    assert json.loads(told["oauth_revoked"]) == {"reason": "revoked_by_client"}


def test_an_access_token_is_a_credential_like_any_other(company: Company, client: Client, clock: SteppingClock) -> None:
    with company.write() as work:
        person = member(work, "agent")
        row = oauth.code(work.conn, given(work, client, person, ApprovalPolicy.parse("above:500")))
        assert row
        family = oauth.family(work, row, client)
        assert family
        token = work.new_secret()
        oauth.issue_access_token(work, family, token, "client.read")
    with company.house.database.read() as conn:
        now = timestamp(clock.now())
        actor = access.authenticate(conn, f"Bearer {token}", now, RESOURCES.mcp)
        with pytest.raises(errors.Unauthorized, match="another resource"):
            access.authenticate(conn, f"Bearer {token}", now, RESOURCES.api)
        with pytest.raises(errors.Unauthorized):
            access.authenticate(conn, f"Bearer {token}", timestamp(clock.now() + rules.ACCESS_LIFE), RESOURCES.mcp)
    assert actor.scopes == {"client.read"}
    assert actor.policy == ALWAYS  # an agent's, whatever was ticked
    assert actor.member_id == person.id
    assert actor.credential_id == row.family_id  # the same after a refresh, so that what was approved stays so


def test_removing_a_client_ends_what_it_was_given(company: Company, client: Client, house: House) -> None:
    with company.write() as work:
        row = oauth.code(work.conn, given(work, client, member(work)))
        assert row
        family = oauth.family(work, row, client)
        assert family
        oauth.issue_refresh_token(work, family, "refresh", row.scopes, None)
        oauth.issue_access_token(work, family, "access", row.scopes)
        oauth.remove_client(work, client.client_id)
        assert oauth.clients(work) == []
        token, issued = oauth.refresh_token(work.conn, "refresh"), oauth.access_token(work.conn, "access")
        assert token
        assert not oauth.may_refresh(work, token)
        assert issued
        assert issued.revoked_at
        with pytest.raises(errors.NotFound):
            oauth.remove_client(work, client.client_id)


def test_what_ended_is_forgotten_and_what_lives_is_kept(company: Company, client: Client, clock: SteppingClock) -> None:
    with company.write() as work:
        person = member(work)
        old = given(work, client, person)
    clock.jump(timedelta(days=2))
    with company.write() as work:
        new = given(work, client, person)
        assert oauth.code(work.conn, old) is None
        assert oauth.code(work.conn, new)


def test_a_client_that_nobody_let_in_is_forgotten_after_half_a_year(house: House, clock: SteppingClock) -> None:
    metadata = {"redirect_uris": ["https://app.example/cb"], "token_endpoint_auth_method": "none"}
    with house.database.write() as conn:
        first, secret = oauth.register(conn, clock.now(), metadata)
        second, _ = oauth.register(conn, clock.now() + timedelta(days=181), metadata | {"client_name": "\u202eevil\n"})
        assert secret == ""
        assert oauth.client(conn, first.client_id) is None
        assert oauth.client(conn, second.client_id) == second
    assert first.name == "A program without a name"
    assert second.name == "evil"


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "two\nlines"], ids=["none", "blank", "long", "lines"])
def test_a_clients_name_is_one_that_a_page_can_show(company: Company, name: str) -> None:
    with company.write() as work, pytest.raises(errors.Invalid) as refused:
        oauth.add_client(work, name=name, redirect_uris=["https://bot.example/cb"], is_public=True)
    assert refused.value.code == "invalid_name"


@pytest.mark.parametrize(
    "uri",
    ["http://bot.example/cb", "https://bot.example/cb#x", "javascript:alert(1)", "bot.example/cb", "https://a b/", "",
     "https://user@bot.example/cb", "data:text/html,x"],
)  # fmt: skip
def test_a_redirect_uri_that_is_none_is_refused(company: Company, uri: str) -> None:
    with company.write() as work, pytest.raises(errors.Invalid) as refused:
        oauth.add_client(work, name="Bot", redirect_uris=[uri], is_public=True)
    assert refused.value.code == "invalid_redirect_uri"
