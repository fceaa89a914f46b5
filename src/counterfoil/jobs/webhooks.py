"""Delivering webhooks: a subscription's turn, one POST after the other; and what is due once an hour."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from counterfoil.errors import BillingError
from counterfoil.operations import webhooks
from counterfoil.operations.work import Actor
from counterfoil.ports.callbacks import Answer
from counterfoil.ports.clock import timestamp
from counterfoil.store import queue
from counterfoil.store import webhooks as rows
from counterfoil.store.rows import DeliveryRow, JobRow

if TYPE_CHECKING:
    from counterfoil.jobs.handlers import Tools

log = logging.getLogger("counterfoil.jobs")
TURN_DELIVERIES = 8
TURN_SECONDS = 2
KEPT = timedelta(days=30)
FORGOTTEN_AT_ONCE = 1_000


def deliver(tools: Tools, job: JobRow, payload: Mapping[str, str]) -> None:
    """A subscription's turn: what is due, in order, until one fails. What it was is recorded after the calls.

    A process that dies in between sends the same again, under the same id: at least once, never silently not.
    """
    subscription_id = payload["subscription_id"]
    actor = Actor(job.organization_id, f"job:{job.kind}", client="job")
    # Whose turn it is holds the subscription's one job, so nobody else sends meanwhile.
    with tools.works.read(actor) as work:
        turn = webhooks.take_turn(work, subscription_id, limit=TURN_DELIVERIES)
    outcomes = _called(tools, turn) if turn else []
    with tools.works.write(actor) as work:
        if turn is None:
            is_more = webhooks.clear_away(work, subscription_id)
        else:
            is_more = webhooks.record_turn(work, subscription_id, outcomes)
        if not is_more:
            queue.done(work.conn, job)


def _called(tools: Tools, turn: webhooks.Turn) -> list[tuple[DeliveryRow, Answer]]:
    """Each delivery that was tried, and what came of it."""
    try:
        secret = tools.sealer.open(turn.sealed_secret, turn.context)
    except BillingError as error:
        log.error("a webhook cannot be signed: %s %s", error, error.faults[0].fix)
        return [(row, Answer(None, str(error))) for row in turn.due]
    outcomes: list[tuple[DeliveryRow, Answer]] = []
    end = time.monotonic() + TURN_SECONDS
    for row in turn.due:
        answer = tools.callbacks.post(turn.callback_url, row.body.encode(), secret=secret)
        outcomes.append((row, answer))
        if not answer.is_acknowledged or time.monotonic() >= end:
            break
    return outcomes


def tidy(tools: Tools) -> None:
    """Forgets what was settled long ago, and seals anew what an older key has sealed."""
    works = tools.works
    oldest = timestamp(works.clock.now() - KEPT)
    is_more = True
    while is_more:
        with works.database.write() as conn:
            is_more = rows.forget_before(conn, oldest, limit=FORGOTTEN_AT_ONCE) == FORGOTTEN_AT_ONCE
    try:
        _seal_anew(tools)
    except BillingError as error:
        log.error("secrets of webhooks were not sealed anew: %s %s", error, error.faults[0].fix)


def _seal_anew(tools: Tools) -> None:
    prefix = tools.sealer.prefix()
    if prefix is None:
        return
    with tools.works.database.read() as conn:
        found = rows.not_sealed_with(conn, prefix)
    for row in found:
        with tools.works.write(Actor(row.organization_id, "job:seal_anew", client="job")) as work:
            webhooks.seal_anew(work, row, tools.sealer)
    if found:
        log.warning("%d secrets of webhooks were sealed anew with the present key", len(found))
