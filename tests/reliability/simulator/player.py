"""Plays random actions on the house and on the model at once, and tells where the two differ.

An action goes through the house as through a door: in one write, under an idempotency key, and again under the same
key when the process ended meanwhile. The answer must then be the first one, or the effect must not have been there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from counterfoil.domain.approvals import ApprovalPolicy
from counterfoil.errors import ApprovalRequired, BillingError, Invalid
from counterfoil.operations.gate import Question
from counterfoil.operations.work import Actor, Idempotency, Work
from tests.reliability.simulator.model import ZONE, Effect, Lines, Model, Refused
from tests.reliability.simulator.world import Crash, World

Act = Callable[[Work], dict[str, Any]]
RATES = (200, 100, 55, 21)
KEPT_FOR = timedelta(days=29)


class Differs(AssertionError):
    """The house did other than the model."""


class Player:
    """One run. told: what was done, in words, for whoever looks for a bug."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.model = Model()
        self.told: list[str] = []
        self.step = 0
        self.crashes = 0
        self.latest = self.now
        self.random = world.random
        self.answers: list[tuple[str, Actor, Act, dict[str, Any], datetime]] = []
        self.assistant = Actor(
            world.actor.organization_id, "assistant", credential_id="simulated", policy=ApprovalPolicy("always")
        )

    @property
    def now(self) -> datetime:
        return self.world.clock.moment

    @property
    def today(self) -> date:
        return self.now.astimezone(ZONE).date()

    def one_of(self, ids: dict[str, Any]) -> str:
        """A thing that is there, or, now and then, none."""
        if not ids or self.random.random() < 0.03:
            return "01890a5d-ac96-774b-bcce-b302099a8057"
        return self.random.choice(list(ids))

    def lines(self) -> Lines:
        return tuple(
            (self.random.randint(1, 2000), self.random.randint(1, 50_000), self.random.choice(RATES))
            for _ in range(self.random.choice((1, 1, 2, 4)))
        )

    def say(self, text: str) -> None:
        self.told.append(f"{self.now:%Y-%m-%d %H:%M:%S}  {text}")

    def expect(self, found: object, wanted: object, what: str) -> None:
        if found == wanted:
            return
        if isinstance(found, set | dict) and isinstance(wanted, set | dict):
            pairs = (found, wanted) if isinstance(found, set) else (found.items(), wanted.items())
            found, wanted = [e for e in pairs[0] if e not in pairs[1]], [e for e in pairs[1] if e not in pairs[0]]
        raise Differs(f"{what}: the house says {found!r}, the model {wanted!r}")

    def do(
        self, what: str, act: Act, plan: Callable[[], Effect], *, by: Actor | None = None, path: str = ""
    ) -> dict[str, Any]:
        """One action: planned by the model, done by the house, and compared; the answer, or what a refusal told.

        path: of what an assistant asks for.
        """
        key = f"key {len(self.told)}"
        try:
            effect, refusal = plan(), ""
        except Refused as refused:
            effect, refusal = lambda _answer: None, refused.kind
        self.say(f"{what}{f', to be refused as {refusal}' if refusal else ''}")
        self.world.chances.arm(within=1)
        actor = by or self.world.actor
        found, answer = self.through_crashes(key, actor, act, path)
        self.expect(found, refusal, what)
        if refusal:
            return answer
        effect(answer)
        self.answers.append((key, actor, act, answer, self.now))
        if self.random.random() < 0.1:
            self.deliver_again()
        return answer

    def through_crashes(self, key: str, actor: Actor, act: Act, path: str = "") -> tuple[str, dict[str, Any]]:
        """The name of the refusal or "", and the answer; asked again for as long as the process ends meanwhile."""
        is_replay_wanted = False
        while True:
            try:
                answer, is_replay = self.ask(key, actor, act, path)
            except Crash as crash:
                self.say(f"  crash {'after' if crash.is_after else 'before'} the commit")
                is_replay_wanted = crash.is_after
                self.world.reopen()
                continue
            except ApprovalRequired as required:
                return "ApprovalRequired", dict(required.faults[0].meta)
            except BillingError as error:
                return type(error).__name__, {}
            self.expect(is_replay, is_replay_wanted, f"{key}, whether it was there before")
            return "", answer

    def ask(self, key: str, actor: Actor, act: Act, path: str, question: str = "") -> tuple[dict[str, Any], bool]:
        asked = Idempotency(key, question)
        with self.world.works.write(actor, idempotency_key=asked, question=Question("POST", path, b"")) as work:
            if work.replay:
                return json.loads(work.replay.body), True
            answer = act(work)
            work.remember(200, json.dumps(answer))
        return answer, False

    def deliver_again(self) -> None:
        """An earlier request once more: the same answer and no effect; with another body: refused."""
        key, actor, act, answer, at = self.random.choice(self.answers)
        if abs(self.now - at) > KEPT_FOR:
            return
        self.say(f"{key} once more")
        found, is_replay = self.ask(key, actor, act, "")
        self.expect((found, is_replay), (answer, True), f"{key} once more")
        try:
            self.ask(key, actor, act, "", question="another")
        except Invalid as error:
            self.expect(error.faults[0].code, "idempotency_key_reused", f"{key} with another body")
        else:
            raise Differs(f"{key} with another body was taken")

    def run_jobs(self) -> None:
        """What the queue has is done, whatever it takes."""
        self.say("the jobs run")
        self.world.chances.arm(within=6)
        while True:
            try:
                self.world.jobs.drain()
            except Crash:
                self.say("  crash amid the jobs")
                self.crashes += 1
                self.world.reopen()
                continue
            return

    def tick(self) -> None:
        """The scheduler looks for what is due; once it is through, every period that has come has one invoice."""
        self.say("the scheduler looks")
        self.world.chances.arm(within=3)
        while True:
            try:
                self.world.scheduler.tick()
            except Crash:
                self.say("  crash amid the scheduler")
                self.world.reopen()
                continue
            break
        made = self.periods()
        due = self.model.fall_due(self.today)
        for recurring_id, day in due:
            if (recurring_id, day) not in made:
                raise Differs(f"recurring invoice {recurring_id}: there is no invoice for {day}")
        # Those of one day may come in any order: the house's own is taken, and their numbers must then follow.
        for recurring_id, day in sorted(due, key=lambda period: made[period][1]):
            self.model.adopt(recurring_id, day, made[recurring_id, day][0], self.today)

    def periods(self) -> dict[tuple[str, date], tuple[str, int]]:
        """The invoice of each period, and its place in the order of documents."""
        with self.world.house.database.read() as conn:
            rows = conn.exec_driver_sql(
                "SELECT p.recurring_invoice_id, p.period_date, p.invoice_id, i.seq FROM recurring_periods p "
                "LEFT JOIN client_invoices i ON i.id = p.invoice_id"
            ).fetchall()
        return {(row[0], date.fromisoformat(row[1])): (row[2], row[3] or 0) for row in rows}

    def let_time_pass(self, by: timedelta) -> None:
        """The clock jumps, and never to where a day ends within the next moments."""
        self.world.clock.jump(by)
        local = self.now.astimezone(ZONE)
        if (local.hour, local.minute) >= (23, 50):
            self.world.clock.jump(timedelta(minutes=15))
        self.latest = max(self.latest, self.now)
        self.say(f"the clock went by {by}")
