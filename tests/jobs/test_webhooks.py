"""Deliveries: at least once, the same message each time, for three days; and who is slow waits alone."""

from __future__ import annotations

import hmac
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from counterfoil.domain import scopes
from counterfoil.domain.webhook import ATTEMPTS, NewWebhookSubscription, WebhookSubscriptionChange
from counterfoil.jobs import webhooks as jobs
from counterfoil.jobs.lanes import LaneRunner
from counterfoil.jobs.runner import Runner
from counterfoil.operations import webhooks
from counterfoil.operations.work import Actor
from counterfoil.ports.callbacks import Answer, HttpCallbacks
from counterfoil.ports.network import Network
from counterfoil.ports.sealing import KeySealer
from counterfoil.store import webhooks as store
from counterfoil.store.rows import DeliveryRow
from tests.jobs.conftest import Workshop
from tests.support.receivers import receiver, silent, status

OPEN = Network(is_private_allowed=True)
SECRET = "s" * 32
KIND = "deliver_webhook"


@dataclass
class Desk:
    """Subscribes for the workshop's company, and delivers when told to."""

    workshop: Workshop
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        return Actor(self.workshop.company.id, "token:a", scopes.ALL_SCOPES)

    def subscribe(self, url: str, *types: str) -> str:
        house = self.workshop.company.house
        sent = {"callback_url": url, "types": types or ["v1/client-invoices"], "secret": SECRET}
        with house.works.write(self.actor) as work:
            new = NewWebhookSubscription.model_validate(sent)
            made: dict[str, Any] = json.loads(webhooks.create(work, new, network=OPEN, sealer=house.sealer))
        return str(made["id"])

    def deliver(self, after: timedelta = timedelta(seconds=1), **tools: Any) -> int:
        ready: dict[str, Any] = {"callbacks": HttpCallbacks(OPEN), "sealer": self.workshop.company.house.sealer}
        return self.workshop.run(KIND, after=after, **(ready | tools))

    def rows(self, subscription_id: str) -> list[DeliveryRow]:
        """Oldest first."""
        with self.workshop.company.read() as work:
            found = store.delivery_page(
                work.conn, work.organization_id, subscription_id, statuses=None, limit=999, skip=0
            )[1]
        return sorted(found, key=lambda row: (row.created_at, row.id))

    def row(self, subscription_id: str) -> DeliveryRow:
        (row,) = self.rows(subscription_id)
        return row

    def write(self, act: Callable[[Any], object]) -> None:
        with self.workshop.company.house.works.write(self.actor) as work:
            act(work)

    def jobs(self) -> list[str]:
        return [job.id for job in self.workshop.jobs() if job.kind == KIND]


OK = Answer(200)
FAILED = Answer(500, "answered 500")


@dataclass
class Script:
    """Stands where the network would: answers as told, then 200, and keeps what was sent."""

    answers: list[Answer] = field(default_factory=list)
    usual: Answer = OK
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    def post(self, url: str, body: bytes, *, secret: str) -> Answer:
        assert secret == SECRET
        self.sent.append((url, body))
        return self.answers.pop(0) if self.answers else self.usual


@pytest.fixture
def desk(workshop: Workshop) -> Desk:
    return Desk(workshop)


def test_a_message_goes_out_signed_and_is_delivered(desk: Desk) -> None:
    with receiver() as hooks:
        subscription = desk.subscribe(hooks.url)
        invoice = desk.workshop.company.create()
        desk.deliver()
        (received,) = hooks.received
    row = desk.row(subscription)
    assert received.body == row.body.encode()
    assert (received.told["id"], received.told["data"]["id"]) == (row.id, invoice.id)
    stamp, _, signed = received.headers["x-qonto-signature"].partition(",")
    base = stamp.removeprefix("t=").encode() + b"." + received.body
    assert signed == "v1=" + hmac.new(SECRET.encode(), base, sha256).hexdigest()
    assert (row.status, row.attempts, row.response_status, row.error) == ("delivered", 1, 200, "")
    assert row.delivered_at is not None
    assert row.next_attempt_at is None
    assert desk.jobs() == []


def test_messages_of_a_subscription_come_in_the_order_of_events(desk: Desk) -> None:
    with receiver() as hooks:
        desk.subscribe(hooks.url)
        made = [desk.workshop.company.create().id for _ in range(20)]
        assert desk.deliver() >= 3, "a turn is short, and goes to the end of the line"
        assert [received.told["data"]["id"] for received in hooks.received] == made


def test_a_failure_is_tried_again_later_with_the_same_message_and_a_fresh_signature(desk: Desk) -> None:
    with receiver(status(200), status(503)) as hooks:
        subscription = desk.subscribe(hooks.url)
        desk.workshop.company.create()
        desk.deliver()
        waiting = desk.row(subscription)
        assert (waiting.status, waiting.attempts, waiting.response_status) == ("pending", 1, 503)
        assert waiting.error == "answered 503"
        assert desk.deliver(after=timedelta(seconds=5)) == 0
        time.sleep(1.1)  # the stamp is the machine's, in whole seconds
        desk.deliver(after=timedelta(seconds=6))
        first, second = hooks.received
    assert first.body == second.body
    assert first.headers["x-qonto-signature"] != second.headers["x-qonto-signature"]
    row = desk.row(subscription)
    assert (row.status, row.attempts, row.response_status, row.error) == ("delivered", 2, 200, "")


def test_after_three_days_it_is_dead_and_the_subscription_lives(desk: Desk) -> None:
    script = Script(usual=FAILED)
    subscription = desk.subscribe("http://127.0.0.1:9/")
    desk.workshop.company.create()
    begun = desk.workshop.clock.moment
    while desk.row(subscription).status == "pending":
        desk.deliver(after=timedelta(minutes=7), callbacks=script)
    row = desk.row(subscription)
    assert (row.status, row.attempts, row.error, row.next_attempt_at) == ("dead", ATTEMPTS, "answered 500", None)
    assert timedelta(days=2, hours=20) < desk.workshop.clock.moment - begun < timedelta(days=3, hours=6)
    assert len({body for _, body in script.sent}) == 1
    assert desk.jobs() == []
    desk.workshop.company.create()
    desk.deliver(callbacks=Script())
    assert [found.status for found in desk.rows(subscription)] == ["dead", "delivered"]


def test_one_message_that_is_always_refused_holds_up_no_other(desk: Desk) -> None:
    script = Script(answers=[FAILED])
    subscription = desk.subscribe("http://127.0.0.1:9/")
    for _ in range(3):
        desk.workshop.company.create()
    desk.deliver(callbacks=script)
    assert [row.status for row in desk.rows(subscription)] == ["pending", "pending", "pending"]
    desk.deliver(after=timedelta(seconds=2), callbacks=script)
    assert [row.status for row in desk.rows(subscription)] == ["pending", "delivered", "delivered"]


def test_a_receiver_that_failed_is_left_alone_for_a_second_however_much_waits(desk: Desk) -> None:
    script = Script(usual=FAILED)
    desk.subscribe("http://127.0.0.1:9/")
    for _ in range(50):
        desk.workshop.company.create()
    desk.deliver(callbacks=script)
    assert len(script.sent) == 1
    desk.deliver(after=timedelta(seconds=1), callbacks=script)
    assert len(script.sent) == 2


def test_a_new_address_gets_what_is_waiting(desk: Desk) -> None:
    script = Script(answers=[FAILED])
    subscription = desk.subscribe("http://127.0.0.1:9/old")
    desk.workshop.company.create()
    desk.deliver(callbacks=script)
    change = WebhookSubscriptionChange(callback_url="http://127.0.0.1:9/new")
    sealer = desk.workshop.company.house.sealer
    desk.write(lambda work: webhooks.update(work, subscription, change, network=OPEN, sealer=sealer))
    desk.deliver(after=timedelta(seconds=11), callbacks=script)
    assert [url for url, _ in script.sent] == ["http://127.0.0.1:9/old", "http://127.0.0.1:9/new"]


def test_a_replay_sends_the_same_message_again(desk: Desk) -> None:
    script = Script()
    subscription = desk.subscribe("http://127.0.0.1:9/")
    desk.workshop.company.create()
    desk.deliver(callbacks=script)
    row = desk.row(subscription)
    desk.write(lambda work: webhooks.replay(work, subscription, row.id))
    desk.deliver(callbacks=script)
    assert [body for _, body in script.sent] == [row.body.encode()] * 2
    assert desk.row(subscription).status == "delivered"


def test_a_process_that_dies_before_it_wrote_down_the_delivery_sends_it_again(desk: Desk) -> None:
    class Dying(Script):
        def post(self, url: str, body: bytes, *, secret: str) -> Answer:
            super().post(url, body, secret=secret)
            raise KeyboardInterrupt

    dying, script = Dying(), Script()
    subscription = desk.subscribe("http://127.0.0.1:9/")
    desk.workshop.company.create()
    with pytest.raises(KeyboardInterrupt):
        desk.deliver(callbacks=dying)
    assert desk.row(subscription).status == "pending"
    desk.deliver(callbacks=script)
    assert script.sent == dying.sent
    assert desk.row(subscription).status == "delivered"


def test_what_a_deleted_subscription_left_is_cleared_away_and_never_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "DROPPED_AT_ONCE", 2)
    script = Script()
    subscription = desk.subscribe("http://127.0.0.1:9/")
    for _ in range(5):
        desk.workshop.company.create()
    desk.write(lambda work: webhooks.delete(work, subscription))
    desk.deliver(callbacks=script)
    assert script.sent == []
    assert desk.rows(subscription) == []
    assert desk.jobs() == []


def test_a_lost_key_is_told_and_when_it_is_back_everything_goes(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    script = Script()
    subscription = desk.subscribe("http://127.0.0.1:9/")
    desk.workshop.company.create()
    with caplog.at_level(logging.ERROR):
        desk.deliver(callbacks=script, sealer=KeySealer("A" * 43 + "=", None))
    row = desk.row(subscription)
    assert (row.status, row.attempts) == ("pending", 1)
    assert "which is not here" in row.error
    assert "COUNTERFOIL_SECRET_KEY" in caplog.text
    assert script.sent == []
    desk.deliver(after=timedelta(seconds=11), callbacks=script)
    assert desk.row(subscription).status == "delivered"


def test_what_is_settled_is_kept_for_thirty_days(desk: Desk) -> None:
    script = Script()
    subscription = desk.subscribe("http://127.0.0.1:9/")
    desk.workshop.company.create()
    desk.deliver(callbacks=script)
    jobs.tidy(desk.workshop.tools)
    assert len(desk.rows(subscription)) == 1
    desk.workshop.clock.jump(timedelta(days=30, minutes=1))
    jobs.tidy(desk.workshop.tools)
    assert desk.rows(subscription) == []


@pytest.mark.sqlite
def test_once_an_hour_secrets_are_sealed_with_the_present_key(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    subscription = desk.subscribe("http://127.0.0.1:9/")
    old = (desk.workshop.company.house.settings.data / "secret.key").read_text().strip()
    tools = replace(desk.workshop.tools, sealer=KeySealer(f"{'A' * 43}=,{old}", None))
    jobs.tidy(tools)
    assert "1 secrets of webhooks were sealed anew" in caplog.text
    caplog.clear()
    jobs.tidy(tools)
    assert caplog.text == ""
    desk.workshop.company.create()
    desk.deliver(callbacks=Script(), sealer=KeySealer("A" * 43 + "=", None))
    assert desk.row(subscription).status == "delivered"


def test_an_old_key_that_is_gone_stops_no_other_work(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.subscribe("http://127.0.0.1:9/")
    jobs.tidy(replace(desk.workshop.tools, sealer=KeySealer("A" * 43 + "=", None)))
    assert "were not sealed anew" in caplog.text


@contextmanager
def running(desk: Desk, runner: Runner) -> Iterator[Runner]:
    """The runner in threads of its own, woken as the server wakes it."""
    desk.workshop.company.house.works.on_jobs = lambda _kinds: runner.wake()
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()


def lanes(desk: Desk, *, timeout_seconds: float = 30, **more: Any) -> LaneRunner:
    """As the server's; patient, for on a busy machine a second is short."""
    callbacks = HttpCallbacks(OPEN, timeout_seconds=timeout_seconds)
    tools = replace(desk.workshop.tools, callbacks=callbacks, sealer=desk.workshop.company.house.sealer)
    return LaneRunner(tools, (KIND,), **more)


def test_a_slow_receiver_keeps_nobody_else_waiting(desk: Desk) -> None:
    done = threading.Event()
    with receiver(lambda _connection: done.wait(30) and None) as slow, receiver() as quick:
        desk.subscribe(slow.url)
        desk.subscribe(quick.url)
        with running(desk, lanes(desk)):
            for _ in range(10):
                desk.workshop.company.create()
            quick.wait(10, seconds=20)
            assert len(slow.wait(1)) == len(slow.received) == 1, "its turn is not over yet"
            done.set()
    assert len({received.told["data"]["id"] for received in quick.received}) == 10


def test_more_dead_receivers_than_threads_keep_a_quick_one_waiting_for_a_moment_only(desk: Desk) -> None:
    with receiver(silent) as slow, receiver() as quick:
        for _ in range(6):
            desk.subscribe(slow.url)
        desk.subscribe(quick.url)
        with running(desk, lanes(desk, width=2, timeout_seconds=2)):
            for _ in range(5):
                desk.workshop.company.create()
            started = time.monotonic()
            quick.wait(5, seconds=20)
            assert time.monotonic() - started < 6 * 5 * 2 / 2, "as long as all that goes to the others would take"


def test_many_subscribers_get_everything_once(desk: Desk) -> None:
    with receiver() as hooks:
        subscriptions = [desk.subscribe(f"{hooks.url}/{number}") for number in range(30)]
        with running(desk, lanes(desk)):
            for _ in range(10):
                desk.workshop.company.create()
            hooks.wait(300, seconds=60)
        deadline = time.monotonic() + 10
        while desk.jobs() and time.monotonic() < deadline:
            time.sleep(0.05)
        runner = lanes(desk)
        runner.drain()
        runner.stop()
        assert len(hooks.received) == 300
        assert len({received.told["id"] for received in hooks.received}) == 300
    for subscription in subscriptions:
        assert [row.status for row in desk.rows(subscription)] == ["delivered"] * 10


def test_a_lane_never_runs_twice_at_once(desk: Desk) -> None:
    """New events while a turn runs make its job due again; the same message must not go out beside itself."""
    at_once: list[int] = []
    inside = 0
    lock = threading.Lock()

    class Counting(Script):
        def post(self, url: str, body: bytes, *, secret: str) -> Answer:
            nonlocal inside
            with lock:
                inside += 1
                at_once.append(inside)
            time.sleep(0.02)
            with lock:
                inside -= 1
            return super().post(url, body, secret=secret)

    script = Counting()
    subscription = desk.subscribe("http://127.0.0.1:9/")
    tools = replace(desk.workshop.tools, callbacks=script, sealer=desk.workshop.company.house.sealer)
    runner = LaneRunner(tools, (KIND,))
    with running(desk, runner):
        for _ in range(40):
            desk.workshop.company.create()
        deadline = time.monotonic() + 20
        while any(row.status != "delivered" for row in desk.rows(subscription)) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert set(at_once) == {1}
    assert len(script.sent) == len({body for _, body in script.sent}) == 40


def test_an_idle_runner_does_not_spin(desk: Desk) -> None:
    with receiver(silent) as slow:
        desk.subscribe(slow.url)
        runner = lanes(desk)
        looked = 0
        take = runner._take

        def counted(limit: int) -> Any:
            nonlocal looked
            looked += 1
            return take(limit)

        runner._take = counted
        with running(desk, runner):
            desk.workshop.company.create()
            slow.wait(1)
            desk.workshop.company.create()  # due at once, in a lane that is busy
            before = looked
            time.sleep(0.7)
            assert looked - before < 10
