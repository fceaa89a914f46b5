"""/approvals and /access: what a person is shown of a call that waits, who may decide, and that nobody else can."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from counterfoil.domain.approvals import ALWAYS, ApprovalPolicy
from counterfoil.domain.scopes import ALL_SCOPES
from counterfoil.operations import credentials, members
from counterfoil.operations.work import Actor
from tests.support import hostile
from tests.support.server import make_organization
from tests.web.conftest import LATER, TODAY, Company

OWN = {"Sec-Fetch-Site": "same-origin"}
ELSEWHERE = ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"})
CLIENT = hostile.TEXTS["HTML"][:60] + '"><b>Port</b>'


def words(page: str) -> str:
    text = unescape(re.sub(r"<[^>]*>", " ", page.split("<body>")[1]))
    return " ".join(text.split())


def person(company: Company, role: str = "owner") -> TestClient:
    """The browser of somebody with this role who has signed in."""
    with company.house.works.write(Actor(company.organization.id, "test")) as work:
        row = members.add(work, email=f"{role}.{work.new_id()}@example.com", name=f"The {role}", role=role)
        secret = members.use_link(work, members.new_link(work, row.id))
    return TestClient(
        company.visitor.app, base_url="http://127.0.0.1:8642", follow_redirects=False,
        cookies={"counterfoil": secret},
    )  # fmt: skip


class Assistant:
    """A program with a token, all of whose irreversible acts wait for a person."""

    def __init__(self, company: Company, name: str = "desk", policy: ApprovalPolicy = ALWAYS) -> None:
        self.company = company
        with company.house.works.write(Actor(company.organization.id, "test")) as work:
            made, secret = credentials.create_token(work, name=name, scopes=ALL_SCOPES, policy=policy)
        self.id = made.id
        self.headers = {"Authorization": f"Bearer {secret}"}

    def call(self, method: str, path: str, body: object = None) -> httpx.Response:
        sent: dict[str, Any] = {} if body is None else {"json": body}
        return self.company.visitor.request(method, f"/v2{path}", headers=self.headers, **sent)

    def asks(self, method: str, path: str, body: object = None) -> str:
        """The path of the approval that this call waits for."""
        answer = self.call(method, path, body)
        assert answer.status_code == 428, answer.text
        return "/approvals/" + str(answer.json()["errors"][0]["meta"]["approval"]["id"])


def draft(company: Company, **client: Any) -> dict[str, Any]:
    return company.invoice(client=client, status="draft")


def decide(browser: TestClient, path: str, decision: str = "approve", **more: Any) -> httpx.Response:
    """Sends the form of the approval's page."""
    found = re.search(r'class="decide">\s*<input type="hidden" name="csrf" value="([^"]+)"', browser.get(path).text)
    data = {"csrf": found[1] if found else "", "decision": decision} | more
    return browser.post(path, data=data, headers=more.pop("headers", OWN))


# What is shown


def test_the_page_shows_the_document_itself_and_what_changes(company: Company) -> None:
    path = Assistant(company).asks("POST", f"/client_invoices/{draft(company)['id']}/finalize")
    browser = person(company)
    page = browser.get(path)
    text = words(page.text).replace("\u202f", " ").replace("\xa0", " ")
    number = re.search(r"F-2026-\d+", text)
    assert page.status_code == 200
    assert number
    assert "draft → becomes unpaid" in text
    assert f"{number[0]}, unless another is issued first" in text
    assert "only a credit note corrects it" in text
    assert "token:desk" in text
    assert "Éditions du Port" in text
    assert "1 480,93 €" in text
    assert "FR76 3000 6000 0112 3456 7890 189" in text
    assert '<div class="sheet" lang="fr">' in page.text
    assert "1,480.93 EUR" in words(browser.get("/approvals").text)


def test_a_mail_is_shown_whole(company: Company) -> None:
    invoice = company.invoice()
    mail = {"send_to": ["a@client.example", "b@client.example"], "email_title": "Votre facture", "copy_to_self": True,
            "email_body": "Bonjour,\n\nvoici votre facture."}  # fmt: skip
    path = Assistant(company).asks("POST", f"/client_invoices/{invoice['id']}/send", mail)
    page = person(company).get(path)
    text = words(page.text)
    for said in ("a@client.example, b@client.example", "factures@atelier.example", "Votre facture",
                 "Bonjour, voici votre facture.", f"{invoice['number']}.pdf", "cannot be called back"):  # fmt: skip
        assert said in text
    assert "Bonjour,\n\nvoici" in page.text
    assert "The document" in text
    assert "1 480,93" in text.replace("\u202f", " ").replace("\xa0", " ")


def test_what_is_made_at_once_is_shown_before_it_exists(company: Company) -> None:
    body = {"client_id": company.client(), "status": "unpaid", "issue_date": TODAY, "due_date": LATER,
            "currency": "EUR", "items": [{"title": "Étude de site", "quantity": "1", "vat_rate": "0.2",
                                          "unit_price": {"value": "10.00", "currency": "EUR"}}]}  # fmt: skip
    before = company.call("GET", "/client_invoices")["meta"]["total_count"]
    text = words(person(company).get(Assistant(company).asks("POST", "/client_invoices", body)).text)
    assert "does not exist yet → becomes unpaid" in text
    assert "Étude de site" in text
    assert company.call("GET", "/client_invoices")["meta"]["total_count"] == before


@pytest.mark.parametrize("kind", ["quote", "credit_note", "client", "deleted draft"])
def test_other_acts_have_a_page_too(company: Company, kind: str) -> None:
    assistant = Assistant(company)
    if kind == "quote":
        path = assistant.asks("DELETE", f"/quotes/{company.quote()['id']}")
        wanted = ("Devis", "deleted for good", "Conseil")
    elif kind == "credit_note":
        body = {"invoice_id": company.invoice()["id"], "issue_date": TODAY, "currency": "EUR", "reason": "Retour",
                "amount": {"value": "10.00", "currency": "EUR"}}  # fmt: skip
        path = assistant.asks("POST", "/credit_notes", body)
        wanted = ("Avoir", "Retour", "cannot be changed or deleted")
    elif kind == "client":
        path = assistant.asks("DELETE", f"/clients/{company.client()}")
        wanted = ("Delete the client Éditions du Port", "cannot be brought back", "DELETE /v2/clients/")
    else:
        path = assistant.asks("DELETE", f"/client_invoices/{draft(company)['id']}")
        wanted = ("deleted for good", "The document as it is now", "Conseil")
    text = words(person(company).get(path).text)
    assert [said for said in wanted if said not in text] == []


def test_texts_of_others_stay_texts(company: Company) -> None:
    # given a client, a token and a mail with names that would be markup
    made = draft(company, name=CLIENT)
    mail = {"send_to": ["a@client.example"], "email_title": CLIENT, "email_body": f"{CLIENT}\n</pre></main>"}
    assistant = Assistant(company, name=CLIENT)
    first = assistant.asks("POST", f"/client_invoices/{made['id']}/finalize")
    second = assistant.asks("POST", f"/client_invoices/{company.invoice()['id']}/send", mail)
    browser = person(company)
    # when
    for path in (first, second, "/approvals", "/access"):
        page = browser.get(path).text
        # then
        assert "<script" not in page
        assert "<b>" not in page
        assert "onerror=" not in re.sub(r">[^<]*<", "><", page)
        assert CLIENT in unescape(page)


# Who decides


def test_yes_lets_the_very_same_call_through_once(company: Company) -> None:
    assistant, browser, invoice = Assistant(company), person(company), draft(company)
    finalize = f"/client_invoices/{invoice['id']}/finalize"
    path = assistant.asks("POST", finalize)
    answer = decide(browser, path)
    assert (answer.status_code, answer.headers["location"]) == (303, ".." + path)
    assert "It has not happened yet" in words(browser.get(path).text)
    assert assistant.call("POST", finalize).json()["client_invoice"]["status"] == "unpaid"
    text = words(browser.get(path).text)
    assert "Approved and done" in text
    assert "Approve" not in text.replace("Approved", "")
    assert decide(browser, path, csrf="").status_code == 403


def test_no_means_no(company: Company) -> None:
    assistant, browser, invoice = Assistant(company), person(company), draft(company)
    finalize = f"/client_invoices/{invoice['id']}/finalize"
    path = assistant.asks("POST", finalize)
    assert decide(browser, path, "decline").status_code == 303
    assert "Nothing was done" in words(browser.get(path).text)
    assert assistant.call("POST", finalize).status_code == 428
    assert company.call("GET", f"/client_invoices/{invoice['id']}")["client_invoice"]["status"] == "draft"


@pytest.mark.parametrize("role", ["accountant", "agent"])
def test_who_may_not_decide_sees_it_and_cannot(company: Company, role: str) -> None:
    assistant, browser = Assistant(company), person(company, role)
    path = assistant.asks("POST", f"/client_invoices/{draft(company)['id']}/finalize")
    page = browser.get(path)
    assert f"You are signed in as {role}" in words(page.text)
    assert 'name="decision"' not in page.text
    # not even with a form that an owner's page would have, made for their own session
    token = _token_for(company, browser, f"approval:{path.rsplit('/', 1)[1]}")
    answer = browser.post(path, data={"csrf": token, "decision": "approve"}, headers=OWN)
    assert answer.status_code == 403
    assert "Only an owner or an admin" in words(answer.text)
    assert "waiting" in words(browser.get(path).text)


def _token_for(company: Company, browser: TestClient, purpose: str) -> str:
    from types import SimpleNamespace

    from counterfoil.ports.ids import secret_hash
    from counterfoil.web.forms import csrf_token

    session = SimpleNamespace(session_hash=secret_hash(browser.cookies["counterfoil"]))
    assert company
    return csrf_token(session, purpose)  # all that it looks at


def test_a_form_of_anothers_session_or_of_another_approval_decides_nothing(company: Company) -> None:
    assistant, mine, theirs = Assistant(company), person(company), person(company)
    path = assistant.asks("POST", f"/client_invoices/{draft(company)['id']}/finalize")
    other = assistant.asks("POST", f"/client_invoices/{draft(company)['id']}/finalize")
    purpose = f"approval:{path.rsplit('/', 1)[1]}"
    for token in ("", "0" * 64, _token_for(company, theirs, purpose), _token_for(company, mine, "signout"),
                  _token_for(company, mine, f"approval:{other.rsplit('/', 1)[1]}"), "é"):  # fmt: skip
        answer = mine.post(path, data={"csrf": token, "decision": "approve"}, headers=OWN)
        assert answer.status_code == 403, token
    right = _token_for(company, mine, purpose)
    for headers in ELSEWHERE:
        assert mine.post(path, data={"csrf": right, "decision": "approve"}, headers=headers).status_code == 403
    for broken in (b"\xff\xfe", b"x" * 40_000, b""):
        answer = mine.post(path, content=broken, headers=OWN | {"content-type": "application/x-www-form-urlencoded"})
        assert answer.status_code in (400, 403)
    assert mine.post(path, json={"csrf": right, "decision": "approve"}, headers=OWN).status_code == 400
    assert mine.post(path, data={"csrf": right, "decision": "perhaps"}, headers=OWN).status_code == 400
    assert "waiting" in words(mine.get(path).text)


def test_a_token_or_nobody_decides_nothing(company: Company) -> None:
    assistant = Assistant(company)
    finalize = f"/client_invoices/{draft(company)['id']}/finalize"
    path = assistant.asks("POST", finalize)
    for headers in (assistant.headers, {"Authorization": company.organization.api_key}, {}):
        answer = company.visitor.post(
            path, data={"decision": "approve"}, headers=headers | OWN, follow_redirects=False
        )  # fmt: skip
        assert (answer.status_code, answer.headers["location"][:10]) == (303, "../signin?")
        assert company.visitor.get(path, headers=headers, follow_redirects=False).status_code == 303
    assert assistant.call("POST", finalize).status_code == 428


def test_what_ran_out_says_so_and_is_not_approved(timed: Company) -> None:
    assistant, browser = Assistant(timed), person(timed)
    path = assistant.asks("POST", f"/client_invoices/{draft(timed)['id']}/finalize")
    page = browser.get(path).text
    assert "in 15 min" in words(page) or "in 14 min" in words(page)
    timed.wait(minutes=15)
    late = browser.post(
        path, data={"csrf": _token_for(timed, browser, f"approval:{path.rsplit('/', 1)[1]}"), "decision": "approve"},
        headers=OWN,
    )  # fmt: skip
    assert late.status_code == 409
    text = words(browser.get(path).text)
    assert "expired" in text
    assert "nothing was done" in text
    queue = words(browser.get("/approvals").text)
    assert "Nothing waits for you" in queue


def test_another_organizations_approval_is_not_there(timed: Company) -> None:
    path = Assistant(timed).asks("POST", f"/client_invoices/{draft(timed)['id']}/finalize")
    organization = make_organization(timed.house.settings.data, "DE")
    other = Company.__new__(Company)
    other.house, other.organization, other.visitor = timed.house, organization, timed.visitor
    browser = person(other)
    for missing in (path, "/approvals/apr_nothing", "/approvals/%3Cb%3E"):
        answer = browser.get(missing)
        assert answer.status_code == 404
        assert "no such approval here" in words(answer.text)
        assert "Éditions" not in answer.text
        purpose = f"approval:{missing.rsplit('/', 1)[1]}"
        sent = browser.post(
            missing, data={"csrf": _token_for(other, browser, purpose), "decision": "approve"}, headers=OWN
        )
        assert sent.status_code in (403, 404)
    assert "Nothing waits" in words(browser.get("/approvals").text)
    assert "desk" not in browser.get("/access").text


# Access


def test_access_lists_what_may_call_and_revokes_it(company: Company) -> None:
    assistant = Assistant(company, name="old laptop", policy=ApprovalPolicy.parse("above:500 by:person"))
    browser = person(company)
    text = words(browser.get("/access").text)
    for said in ("old laptop", "over 500 EUR", "on this site or at the terminal only", "init", "API key",
                 "acts at once", "everything"):  # fmt: skip
        assert said in text
    assert assistant.headers["Authorization"].split()[1] not in browser.get("/access").text
    path = f"/access/{assistant.id}/revoke"
    assert browser.post(path, data={"csrf": "0" * 64}, headers=OWN).status_code == 403
    token = _token_for(company, browser, f"revoke:{assistant.id}")
    assert browser.post(path, data={"csrf": token}, headers=ELSEWHERE[0]).status_code == 403
    assert assistant.call("GET", "/clients").status_code == 200
    answer = browser.post(path, data={"csrf": token}, headers=OWN)
    assert "old laptop was revoked" in words(answer.text)
    assert assistant.call("GET", "/clients").status_code == 401
    assert browser.post(path, data={"csrf": token}, headers=OWN).status_code == 409
    unknown = _token_for(company, browser, "revoke:nothing")
    assert browser.post("/access/nothing/revoke", data={"csrf": unknown}, headers=OWN).status_code == 404


def test_others_revoke_only_what_acts_for_them(company: Company) -> None:
    assistant, browser = Assistant(company, name="not theirs"), person(company, "accountant")
    assert 'action="./access/' not in browser.get("/access").text
    token = _token_for(company, browser, f"revoke:{assistant.id}")
    assert browser.post(f"/access/{assistant.id}/revoke", data={"csrf": token}, headers=OWN).status_code == 403
    assert assistant.call("GET", "/clients").status_code == 200
    with company.house.works.write(Actor(company.organization.id, "test")) as work:
        row = members.of_session(work.conn, browser.cookies["counterfoil"], work.now)
        assert row is not None
        made, _ = credentials.create_token(work, name="theirs", scopes=ALL_SCOPES, policy=ALWAYS, member=row.member)
    assert f'action="./access/{made.id}/revoke"' in browser.get("/access").text
    token = _token_for(company, browser, f"revoke:{made.id}")
    assert browser.post(f"/access/{made.id}/revoke", data={"csrf": token}, headers=OWN).status_code == 200
