"""When a call is made again: the rule, and both clients that follow it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from counterfoil.sdk import NEVER, Answer, ApiError, AsyncClient, Client, Request, Retry, Unreachable, build
from counterfoil.sdk.retry import KEY_HEADER

GET = build.build_get_client("x")
POST = build.build_create_client({"kind": "company", "name": "ACME"})
QUICK = Retry(attempts=4, first_pause_seconds=0.0)
CLIENT = Answer(200, json.dumps({"client": {"id": "x"}}).encode())


def page(number: int, of: int) -> Answer:
    meta = {"current_page": number, "next_page": number + 1 if number < of else None, "total_pages": of}
    return Answer(200, json.dumps({"clients": [{"id": f"c{number}"}], "meta": meta}).encode())


class Line:
    """A connection that gives these answers in turn; None: the connection broke."""

    def __init__(self, answers: Sequence[Answer | None]) -> None:
        self.answers = list(answers)
        self.asked: list[Request[Any]] = []

    def __call__(self, request: Request[Any]) -> Answer:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if answer is None:
            raise Unreachable("cut")
        return answer

    async def later(self, request: Request[Any]) -> Answer:
        return self(request)


def client_on(line: Line, retry: Retry = QUICK) -> Client:
    client = Client("http://server.example", api_key="a:b", retry=retry)
    client._send = line
    return client


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_an_answer_that_may_pass_is_worth_another_try(status: int) -> None:
    assert QUICK.pause(GET, Answer(status, b""), 1) == 0


@pytest.mark.parametrize("status", [200, 400, 401, 404, 409, 412, 422, 428])
def test_an_answer_that_will_not_change_is_taken(status: int) -> None:
    assert QUICK.pause(GET, Answer(status, b""), 1) is None


def test_the_server_says_how_long() -> None:
    assert Retry().pause(GET, Answer(429, b"", {"retry-after": "7"}), 1) == 7


def test_a_server_that_wants_more_patience_than_there_is_is_left_alone() -> None:
    assert Retry(longest_pause_seconds=10).pause(GET, Answer(429, b"", {"retry-after": "600"}), 1) is None


def test_pauses_double_and_have_an_end() -> None:
    retry = Retry(attempts=100, first_pause_seconds=1, longest_pause_seconds=8)
    most = [max(retry.pause(GET, None, tried) or 0 for _ in range(300)) for tried in range(1, 7)]
    assert all(0.8 * bound < found <= bound for found, bound in zip(most, [1, 2, 4, 8, 8, 8], strict=True))


def test_the_attempts_have_an_end() -> None:
    line = Line([None, None, None, None])
    with pytest.raises(Unreachable, match="cut"):
        client_on(line).do(GET)
    assert len(line.asked) == 4


def test_a_write_is_repeated_with_the_same_key() -> None:
    line = Line([None, Answer(500, b""), CLIENT])
    assert client_on(line).do(POST) == {"id": "x"}
    keys = {request.headers[KEY_HEADER] for request in line.asked}
    assert len(line.asked) == 3
    assert len(keys) == 1


def test_two_calls_have_two_keys() -> None:
    line = Line([CLIENT, CLIENT])
    client = client_on(line)
    client.do(POST)
    client.do(POST)
    assert line.asked[0].headers[KEY_HEADER] != line.asked[1].headers[KEY_HEADER]


def test_a_key_that_the_caller_chose_stays() -> None:
    line = Line([CLIENT])
    client_on(line).create_client({"kind": "company", "name": "ACME"}, idempotency_key="mine")
    assert line.asked[0].headers[KEY_HEADER] == "mine"


def test_writes_can_be_left_alone() -> None:
    line = Line([None])
    with pytest.raises(Unreachable):
        client_on(line, Retry(writes=False)).do(POST)
    assert len(line.asked) == 1


def test_never_is_never() -> None:
    line = Line([Answer(503, b"")])
    with pytest.raises(ApiError):
        client_on(line, NEVER).do(GET)


def test_the_awaited_client_tries_again_too() -> None:
    line = Line([None, Answer(429, b"", {"retry-after": "0"}), CLIENT])
    assert asyncio.run(AsyncClient(line.later, retry=QUICK).do(POST)) == {"id": "x"}
    assert len({request.headers[KEY_HEADER] for request in line.asked}) == 1


def test_all_pages_are_walked_through_one_at_a_time() -> None:
    line = Line([page(1, 3), page(2, 3), page(3, 3)])
    walk = client_on(line).each_client(per_page=1, name="ac")
    assert line.asked == []
    assert next(walk) == {"id": "c1"}
    assert len(line.asked) == 1
    assert [found["id"] for found in walk] == ["c2", "c3"]
    assert [dict(request.params) for request in line.asked] == [
        {"filter[name]": "ac", "page": number, "per_page": "1"} for number in ("1", "2", "3")
    ]


def test_the_awaited_client_walks_too() -> None:
    line = Line([page(1, 2), page(2, 2)])

    async def walk() -> list[str]:
        return [found["id"] async for found in AsyncClient(line.later).each_client()]

    assert asyncio.run(walk()) == ["c1", "c2"]


def test_a_server_that_always_promises_a_next_page_ends_where_nothing_is() -> None:
    empty = Answer(200, json.dumps({"clients": [], "meta": {"current_page": 2, "next_page": 3}}).encode())
    promising = Answer(200, json.dumps({"clients": [{"id": "c1"}], "meta": {"next_page": 2}}).encode())
    assert len(list(client_on(Line([promising, empty])).each_client())) == 1
