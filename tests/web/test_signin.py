"""/signin and /signout: who gets a session, how, and what never gives one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from counterfoil.app import House
from counterfoil.operations import members
from counterfoil.operations.work import Actor
from counterfoil.ports import passwords
from counterfoil.settings import Settings
from counterfoil.web.signin import Attempts
from tests.support import databases
from tests.support.server import make_organization
from tests.web.conftest import Company, MovableClock

OWN = {"Sec-Fetch-Site": "same-origin"}
ELSEWHERE = ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
             {"Origin": "null"})  # fmt: skip
PASSWORD = "correct horse battery staple"  # a test's own
EMAIL = "factures@atelier.example"


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.split("<body>")[1])).split())


def visitor(company: Company, base: str = "http://127.0.0.1:8642") -> TestClient:
    """A browser of its own, which follows nothing by itself."""
    return TestClient(company.visitor.app, base_url=base, follow_redirects=False)


def give_password(company: Company, organization_id: str = "", email: str = EMAIL, password: str = PASSWORD) -> None:
    with company.house.works.write(Actor(organization_id or company.organization.id, "test")) as work:
        members.set_password(work, members.find(work, email).id, passwords.hash_of(password))


def link(company: Company, email: str = EMAIL) -> str:
    """The path of a one-time link."""
    with company.house.works.write(Actor(company.organization.id, "test")) as work:
        return f"/signin/{members.new_link(work, members.find(work, email).id)}"


def sign_in(browser: TestClient, password: str = PASSWORD, email: str = EMAIL, **more: str) -> httpx.Response:
    return browser.post("/signin", data={"email": email, "password": password} | more, headers=OWN)


def is_in(browser: TestClient) -> bool:
    return browser.get("/approvals").status_code == 200


def csrf(page: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


@pytest.fixture
def ada(company: Company) -> str:
    """The address of an owner who is this test's alone."""
    with company.house.works.write(Actor(company.organization.id, "test")) as work:
        return members.add(work, email=f"{work.new_id()}@example.com", name="Ada", role="owner").email


# By password


def test_a_password_gives_a_session_and_goes_back_to_where_one_was_sent_from(company: Company, ada: str) -> None:
    # given somebody who opens an approval without being signed in
    give_password(company, email=ada)
    browser = visitor(company)
    sent = browser.get("/approvals/apr_x?a=b")
    assert (sent.status_code, sent.headers["location"]) == (303, "../signin?next=%2Fapprovals%2Fapr_x%3Fa%3Db")
    page = browser.get("/signin?next=%2Fapprovals%2Fapr_x%3Fa%3Db")
    assert 'value="/approvals/apr_x?a=b"' in page.text
    # when the password is right
    answer = sign_in(browser, next="/approvals/apr_x?a=b", email=ada)
    # then
    assert (answer.status_code, answer.headers["location"]) == (303, "./approvals/apr_x?a=b")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "max-age=43200" in cookie
    assert is_in(browser)


@pytest.mark.parametrize(
    "next_", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a b", "/signout",
              "\r\nSet-Cookie: a=b", "/" + "x" * 5000],
    ids=["slashes", "address", "backslash", "script", "space", "sign out", "header", "long"],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(company: Company, ada: str, next_: str) -> None:
    give_password(company, email=ada)
    assert sign_in(visitor(company), next=next_, email=ada).headers["location"] == "./approvals"


def test_over_https_the_cookie_is_this_hosts_alone(tmp_path: Path) -> None:
    organization = make_organization(tmp_path, "FR")
    house = House(
        Settings(data=tmp_path, public_url="https://bills.example", **databases.settings_of(tmp_path)),
        clock=MovableClock(),
    )
    company = Company(house, organization, MovableClock())
    give_password(company)
    browser = visitor(company, "https://bills.example")
    cookie = sign_in(browser).headers["set-cookie"]
    assert cookie.startswith("__Host-counterfoil=")
    assert "secure" in cookie.lower()
    assert is_in(browser)
    house.close()


@pytest.mark.parametrize(
    ("email", "password"),
    [("", "wrong"), ("nobody@example.com", PASSWORD), ("", ""), ("nobody", ""), ("", "x" * 9000)],
    ids=["wrong", "unknown", "empty", "no address", "long"],
)  # fmt: skip
def test_what_does_not_fit_is_told_alike(company: Company, ada: str, email: str, password: str) -> None:
    give_password(company, email=ada)
    browser = visitor(company)
    answer = sign_in(browser, password, email or ada)
    assert answer.status_code == 422
    assert "do not go together" in words(answer.text)
    assert "set-cookie" not in answer.headers
    assert not password or password not in answer.text


def test_an_address_with_a_control_character_is_nobodys(company: Company, ada: str) -> None:
    assert sign_in(visitor(company), "nobody's", email=f"{ada}\0").status_code == 422


def test_without_a_password_no_password_is_right(company: Company, ada: str) -> None:
    assert sign_in(visitor(company), "", email=ada).status_code == 422
    assert sign_in(visitor(company), "nobody's", email=ada).status_code == 422


def test_after_ten_wrong_ones_even_the_right_one_waits(company: Company, ada: str) -> None:
    give_password(company, email=ada)
    browser = visitor(company)
    assert {sign_in(browser, f"wrong {turn}", email=ada).status_code for turn in range(10)} == {422}
    refused = sign_in(browser, email=ada)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 990
    assert not is_in(browser)
    # and a link still lets its owner in
    assert browser.post(link(company, ada), headers=OWN).status_code == 303


def test_waiting_is_for_one_address_from_one_place_and_ends(timed: Company) -> None:
    attempts = Attempts(timed.house.works)
    for _ in range(10):
        assert attempts.begin("Ada@example.com", "192.0.2.1") == 0
    assert attempts.begin("ada@example.com ", "192.0.2.1") > 0
    assert attempts.begin("bo@example.com", "192.0.2.1") == 0
    assert attempts.begin("ada@example.com", "192.0.2.2") == 0
    timed.wait(minutes=15)
    assert attempts.begin("ada@example.com", "192.0.2.1") == 0
    attempts.forget("ada@example.com", "192.0.2.1")
    assert [attempts.begin("ada@example.com", "192.0.2.1") for _ in range(10)] == [0] * 10


def test_another_server_on_the_same_database_counts_on(timed: Company) -> None:
    """What was tried at one is known to all: an attacker gains nothing by the number of servers."""
    one, other = Attempts(timed.house.works), Attempts(timed.house.works)
    for turn in range(10):
        assert (one, other)[turn % 2].begin("cleo@example.com", "192.0.2.1") == 0
    assert one.begin("cleo@example.com", "192.0.2.1") > 0
    assert other.begin("cleo@example.com", "192.0.2.1") > 0


def test_an_old_hash_is_made_anew_and_sessions_stay(company: Company, ada: str) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with company.house.works.write(Actor(company.organization.id, "test")) as work:
        member = members.find(work, ada)
        members.set_password(work, member.id, old)
    browser = visitor(company)
    assert sign_in(browser, email=ada).status_code == 303
    with company.house.works.read(Actor(company.organization.id, "test")) as work:
        assert not passwords.is_outdated(members.find(work, ada).password_hash)
    assert is_in(browser)
    assert sign_in(visitor(company), email=ada).status_code == 303


def test_a_member_of_several_chooses(timed: Company) -> None:
    # given one person with one password in two organizations
    other = make_organization(timed.house.settings.data, "DE", email=EMAIL)
    give_password(timed)
    give_password(timed, other.id)
    browser = visitor(timed)
    # when
    page = sign_in(browser, next="/access")
    assert page.status_code == 200
    assert "Which organization?" in words(page.text)
    assert "set-cookie" not in page.headers
    place = re.findall(r"Sign in to ([^<]+)<", page.text).index("Werkstatt Grün GmbH")
    path = re.findall(r'action="\./(signin/[^"]+)"', page.text)[place]
    chosen = browser.post(f"/{path}", data={"next": "/access"}, headers=OWN)
    # then
    assert chosen.headers["location"] == "../access"
    assert "Werkstatt Grün GmbH" in browser.get("/access").text


def test_two_organizations_with_two_passwords_are_two(timed: Company) -> None:
    other = make_organization(timed.house.settings.data, "DE", email=EMAIL)
    give_password(timed)
    give_password(timed, other.id, password="another battery staple")
    browser = visitor(timed)
    assert sign_in(browser).status_code == 303
    assert "Atelier Lumière SARL" in browser.get("/approvals").text


# By link


def test_a_mail_scanner_uses_no_link_up(company: Company, ada: str) -> None:
    path, scanner, browser = link(company, ada), visitor(company), visitor(company)
    for _ in range(2):
        page = scanner.get(path)
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
        assert scanner.head(path).status_code == 200
    answer = browser.post(path, headers=OWN)
    assert (answer.status_code, answer.headers["location"]) == (303, "../approvals")
    assert is_in(browser)
    again = visitor(company).post(path, headers=OWN)
    assert again.status_code == 410
    assert "set-cookie" not in again.headers
    assert visitor(company).get(path).status_code == 410


def test_a_link_too_old_or_made_up_says_how_to_get_another(timed: Company) -> None:
    path = link(timed)
    timed.wait(minutes=15)
    for dead, status in ((path, 410), ("/signin/" + "A" * 43, 404), ("/signin/x", 404)):
        answer = visitor(timed).get(dead)
        assert answer.status_code == status
        assert "counterfoil signin-link" in words(answer.text)
        assert visitor(timed).post(dead, headers=OWN).status_code == status


@pytest.mark.parametrize("headers", ELSEWHERE, ids=["cross", "same site", "origin", "null"])
def test_another_site_signs_nobody_in_or_out(company: Company, ada: str, headers: dict[str, str]) -> None:
    give_password(company, email=ada)
    path, browser = link(company, ada), visitor(company)
    assert browser.post(path, headers=headers).status_code == 403
    refused = browser.post("/signin", data={"email": ada, "password": PASSWORD}, headers=headers)
    assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
    assert sign_in(browser, email=ada).status_code == 303
    token = csrf(browser.get("/approvals").text)
    assert browser.post("/signout", data={"csrf": token}, headers=headers).status_code == 403
    assert is_in(browser)


# Sessions


def test_signing_out_ends_the_session_at_the_server(company: Company, ada: str) -> None:
    give_password(company, email=ada)
    browser, thief = visitor(company), visitor(company)
    sign_in(browser, email=ada)
    thief.cookies.update(browser.cookies)
    token = csrf(browser.get("/approvals").text)
    assert browser.post("/signout", data={"csrf": "0" * 64}, headers=OWN).status_code == 403
    answer = browser.post("/signout", data={"csrf": token}, headers=OWN)
    assert answer.headers["location"] == "./signin"
    assert "max-age=0" in answer.headers["set-cookie"].lower()
    assert not is_in(browser)
    assert not is_in(thief)
    assert browser.post("/signout", headers=OWN).status_code == 303


def test_a_session_ends_after_half_a_day_and_with_the_password(timed: Company) -> None:
    give_password(timed)
    first, second = visitor(timed), visitor(timed)
    sign_in(first)
    sign_in(second)
    give_password(timed, password="another battery staple")
    assert not is_in(first)
    assert sign_in(second).status_code == 422
    assert sign_in(second, "another battery staple").status_code == 303
    timed.wait(hours=12)
    assert not is_in(second)


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "é", "a" * 5000])
def test_a_made_up_cookie_is_nobody(company: Company, cookie: str) -> None:
    answer = visitor(company).get("/approvals", headers={"cookie": f"counterfoil={cookie}".encode()})
    assert answer.status_code == 303


def test_an_api_key_opens_no_page(company: Company) -> None:
    answer = visitor(company).get("/approvals", headers={"authorization": company.organization.api_key})
    assert answer.status_code == 303


# The pages themselves


def test_pages_are_kept_by_nobody_framed_by_nobody_and_run_no_script(company: Company, ada: str) -> None:
    give_password(company, email=ada)
    browser = visitor(company)
    sign_in(browser, email=ada)
    other = visitor(company)
    for answer in (other.get("/signin"), other.get(link(company, ada)), other.get("/signin/x"),
                   browser.get("/approvals"), browser.get("/approvals/x"), browser.get("/access")):  # fmt: skip
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "<script" not in answer.text
        links = re.findall(r'(?:href|src|action)="([^"]*)"', answer.text)
        assert links
        assert not [each for each in links if "//" in each or each.startswith("/")]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[TestClient]:
    """A browser at a server on which nobody is a member of anything."""
    organization = make_organization(tmp_path, "FR", email="")
    house = House(Settings(data=tmp_path, **databases.settings_of(tmp_path)), clock=MovableClock())
    yield visitor(Company(house, organization, MovableClock()))
    house.close()


def test_where_nobody_is_yet_the_page_says_how_to_be_the_first(empty: TestClient) -> None:
    answer = empty.get("/signin")
    assert answer.status_code == 200
    assert "counterfoil signin-link" in words(answer.text)
    assert "<form" not in answer.text
    assert sign_in(empty).status_code == 200
