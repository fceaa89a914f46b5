"""How often one may call: counted here with a clock by hand, and over HTTP with the settings that people have."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from counterfoil.rest.limits import PLACES_MAX, Limits, Window
from tests.rest.test_errors import check_shape
from tests.support.server import Api, Server, make_organization, start_server

HOME = "203.0.113.7"
KEY = b"acme:sk_1"


@dataclass
class Time:
    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def limits(time: Time) -> Limits:
    return Limits("auto", clock=time)


def calls(limits: Limits, count: int, *, place: str = HOME, key: bytes | None = None, is_page: bool = False) -> int:
    """How many of `count` calls at this moment are served."""
    return sum(wait(limits, place, key, is_page=is_page) == 0 for _ in range(count))


def wait(limits: Limits, place: str, key: bytes | None, *, is_page: bool = False) -> int:
    """What a call with this key is told: seconds to wait, or 0 when it is served."""
    return limits.wait(place, limits.caller(key), is_page=is_page)


def test_a_thousand_in_ten_seconds_are_served_and_the_next_is_told_when_to_come(limits: Limits, time: Time) -> None:
    assert calls(limits, 1_500) == 1_000
    seconds = wait(limits, HOME, None)
    assert isinstance(seconds, int)
    assert 1 <= seconds <= 11
    # when it comes as told, then it is served
    time.now += seconds
    assert wait(limits, HOME, None) == 0


def test_ten_thousand_in_ten_minutes_are_served(limits: Limits, time: Time) -> None:
    served = 0
    for _ in range(12):
        served += calls(limits, 1_000)
        time.now += 11
    assert served == 10_000
    seconds = wait(limits, HOME, None)
    assert 400 < seconds <= 600
    time.now += seconds
    assert wait(limits, HOME, None) == 0


def test_the_window_slides(time: Time) -> None:
    # given ten at each second of a window for a hundred, when it is full, then ten leave with each second
    window = Window(100, 10)
    for _ in range(10):
        for _ in range(10):
            window.add(time.now)
        time.now += 1
    assert 0 < window.wait(time.now - 0.5) <= 1
    time.now += 1.0
    assert window.wait(time.now) == 0


def test_never_many_more_than_the_limit_in_any_window(time: Time) -> None:
    # given somebody who calls again as soon as he may, for a minute
    window, served = Window(100, 10), []
    while time.now < 1_000_060:
        if window.wait(time.now) == 0:
            window.add(time.now)
            served.append(time.now)
        time.now += 0.01
    most = max(sum(start <= moment < start + 10 for moment in served) for start in served)
    assert most <= 110
    assert len(served) >= 550


def test_a_known_caller_counts_by_himself_wherever_he_calls_from(limits: Limits) -> None:
    limits.learn(KEY, "acme key")
    assert calls(limits, 1_200, key=KEY) == 1_000
    assert wait(limits, "198.51.100.1", KEY) > 0
    assert wait(limits, HOME, b"other:sk_2") == 0


def test_spellings_of_one_key_are_one_caller(limits: Limits) -> None:
    for header in (KEY, b"Bearer acme:sk_1"):
        limits.learn(header, "acme key")
    assert calls(limits, 600, key=KEY) + calls(limits, 600, key=b"Bearer acme:sk_1") == 1_000


def test_made_up_keys_count_for_the_address(limits: Limits) -> None:
    served = sum(wait(limits, HOME, b"made up %d" % n) == 0 for n in range(1_500))
    assert served == 1_000


def test_after_200_refusals_an_address_is_not_even_looked_up(limits: Limits, time: Time) -> None:
    limits.learn(KEY, "acme key")
    for n in range(200):
        assert wait(limits, HOME, b"guess %d" % n) == 0
        limits.refused(HOME, b"guess %d" % n)
    # then guesses from there wait, a caller known before goes on, and other addresses are not meant
    assert 3_000 < wait(limits, HOME, b"guess 200") <= 3_960
    assert wait(limits, HOME, KEY) == 0
    assert wait(limits, "198.51.100.1", b"guess") == 0
    time.now += 3_700
    assert wait(limits, HOME, b"guess 201") == 0


def test_a_key_that_is_refused_is_known_no_more(limits: Limits) -> None:
    limits.learn(KEY, "acme key")
    limits.refused(HOME, KEY)
    assert calls(limits, 1_000) == 1_000
    assert wait(limits, HOME, KEY) > 0


def test_pages_and_calls_count_apart(limits: Limits) -> None:
    assert calls(limits, 1_001, is_page=True) == 1_000
    assert wait(limits, HOME, None) == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", None])
def test_this_machine_is_not_counted_unless_asked_to(host: str | None) -> None:
    assert Limits("auto").place(host) == ""
    assert Limits("off").place(HOME) == ""
    assert bool(Limits("on").place(host)) == (host is not None)


def test_neighbours_in_one_ipv6_network_are_one_place() -> None:
    limits = Limits("auto")
    assert limits.place("2001:db8:1:2::1") == limits.place("2001:db8:1:2:ffff::9")
    assert limits.place("2001:db8:1:2::1") != limits.place("2001:db8:1:3::1")
    assert limits.place("::ffff:203.0.113.7") == limits.place(HOME) == HOME


def test_a_flood_of_addresses_takes_no_more_memory_than_is_meant(time: Time) -> None:
    limits = Limits("auto", clock=time, most=100)
    for n in range(5_000):
        place = f"198.51.{n // 250}.{n % 250}"
        wait(limits, place, b"guess")
        limits.refused(place, b"guess")
        limits.learn(b"key %d" % n, f"caller {n}")
    assert [len(each) for each in (limits._calls, limits._refusals, limits._callers)] == [100, 100, 100]
    assert PLACES_MAX == 10_000


# Over HTTP


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("limited")
    server = start_server(data, "--no-jobs", COUNTERFOIL_RATE_LIMITS="on", COUNTERFOIL_TRUSTED_PROXIES="127.0.0.1")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def api(limited: Server) -> Api:
    return Api(limited, make_organization(limited.data, "FR"))


def crowd(http: httpx.Client, path: str, count: int, **headers: str) -> list[httpx.Response]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda _: http.get(path, headers=headers), range(count)))


def test_the_1001st_call_is_429_with_a_whole_number_of_seconds(api: Api) -> None:
    assert api.get("/organization").status_code == 200  # from here on the key is known
    answers = crowd(api.http, "/v2/organization", 1_100)
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {answer.status_code for answer in answers} == {200, 429}
    # slow machines take more than the window for these calls, and then some leave it meanwhile
    assert 1 <= len(refused) <= 101
    assert all(1 <= int(answer.headers["Retry-After"]) <= 11 for answer in refused)
    fault = check_shape(refused[0])["errors"][0]
    assert fault["code"] == "too_many_requests"


def test_guesses_from_one_address_end_at_200(limited: Server, api: Api) -> None:
    with limited.http(**{"X-Forwarded-For": "203.0.113.99"}) as http:
        statuses = [http.get("/v2/clients", headers={"Authorization": f"a:{n}"}).status_code for n in range(205)]
        assert statuses == [401] * 200 + [429] * 5
        answer = http.post("/mcp", json={}, headers={"Authorization": "Bearer nobody"})
        assert (answer.status_code, answer.headers["Retry-After"].isdigit()) == (429, True)
    with limited.http(**{"X-Forwarded-For": "203.0.113.100"}) as elsewhere:
        assert elsewhere.get("/v2/clients").status_code == 401


def test_pages_have_a_limit_and_health_has_none(limited: Server) -> None:
    away = {"X-Forwarded-For": "203.0.113.101"}
    with limited.http(**away) as http:
        pages = crowd(http, "/i/no-such-token-at-all", 1_050)
        assert {404, 429} == {answer.status_code for answer in pages}
        assert http.get("/healthz").status_code == 200
        assert http.get("/v2/clients").status_code == 401


def test_this_machine_is_not_limited_by_itself(server: Server) -> None:
    # given the usual settings, when somebody on this machine says he is elsewhere, then nobody believes him
    with server.http(**{"X-Forwarded-For": "203.0.113.7"}) as http:
        assert {answer.status_code for answer in crowd(http, "/v2/clients", 250)} == {401}


def test_limits_can_be_off(tmp_path: Path) -> None:
    off = {"COUNTERFOIL_RATE_LIMITS": "off", "COUNTERFOIL_TRUSTED_PROXIES": "127.0.0.1"}
    server = start_server(tmp_path, "--no-jobs", **off)
    try:
        with server.http(**{"X-Forwarded-For": "203.0.113.7"}) as http:
            assert {answer.status_code for answer in crowd(http, "/v2/clients", 250)} == {401}
    finally:
        server.stop()


def test_counting_takes_microseconds() -> None:
    from timeit import repeat

    limits = Limits("on")
    limits.learn(KEY, "acme key")

    def one() -> None:
        wait(limits, limits.place(HOME), KEY)

    best = min(repeat(one, number=900, repeat=5)) / 900
    assert best < 50e-6, f"{best * 1e6:.1f} µs"
    assert math.isfinite(best)
