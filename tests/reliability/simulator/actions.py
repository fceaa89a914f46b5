"""What may be done, allowed or not: each draws its own arguments, and says to house and model what it means."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from counterfoil.domain.client_invoice import ClientInvoiceChange, NewClientInvoice
from counterfoil.domain.credit_note import NewCreditNote
from counterfoil.domain.quote import NewQuote
from counterfoil.domain.recurring_invoice import NewRecurringInvoice
from counterfoil.errors import NotFound
from counterfoil.operations import approvals, client_invoices, credit_notes, mailing, quotes, recurring_invoices
from counterfoil.operations.kinds import KINDS
from counterfoil.operations.work import Work
from counterfoil.store import emails
from tests.reliability.simulator.model import ZONE, Approval, Effect, Lines, Recurring, Refused
from tests.reliability.simulator.player import Differs, Player

LETTER = mailing.SendRequest(send_to=["a@client.example"], email_title="Facture", copy_to_self=False)
FINALIZE = "/v2/client_invoices/{}/finalize"


def as_items(lines: Lines) -> list[dict[str, Any]]:
    return [
        {
            "title": "Conseil", "quantity": f"{quantity / 100:.2f}", "vat_rate": f"{rate / 1000:.3f}",
            "unit_price": {"value": f"{price / 100:.2f}", "currency": "EUR"},
        }
        for quantity, price, rate in lines
    ]  # fmt: skip


def create(player: Player, *, is_draft: bool = True) -> None:
    lines, day = player.lines(), player.today
    new = NewClientInvoice.model_validate_json(json.dumps({
        "client_id": player.world.client_id, "issue_date": day.isoformat(), "currency": "EUR",
        "due_date": (day + timedelta(days=30)).isoformat(), "items": as_items(lines),
        "status": "draft" if is_draft else "unpaid",
    }))  # fmt: skip
    player.do(
        "create a draft" if is_draft else "create an invoice",
        lambda work: {"id": client_invoices.create(work, new).row.id},
        lambda: player.model.create(lines, day, is_draft=is_draft),
    )


def create_unpaid(player: Player) -> None:
    create(player, is_draft=False)


def on_invoice(action: str, act: Callable[[Work, str], object]) -> Callable[[Player], None]:
    def play(player: Player) -> None:
        invoice_id = player.one_of(player.model.invoices)

        def done(work: Work) -> dict[str, Any]:
            act(work, invoice_id)
            return {}

        player.do(f"{action} {invoice_id}", done, lambda: player.model.act(invoice_id, action))

    return play


def wished_for(player: Player) -> str:
    """An invoice that an assistant wanted to finalize; or any."""
    wished = {each.invoice: each for each in player.model.approvals.values() if each.state != "spent"}
    return player.one_of(wished if wished and player.random.random() < 0.6 else player.model.invoices)


def update(player: Player) -> None:
    invoice_id, lines = wished_for(player), player.lines()
    change = ClientInvoiceChange.model_validate_json(json.dumps({"items": as_items(lines)}))

    def done(work: Work) -> dict[str, Any]:
        client_invoices.update(work, invoice_id, change)
        return {}

    player.do(f"update {invoice_id}", done, lambda: player.model.act(invoice_id, "update", lines))


def emailed(kind: str, document_id: str) -> Callable[[Work], dict[str, Any]]:
    def done(work: Work) -> dict[str, Any]:
        before = _mails(work, document_id)
        mailing.send(work, KINDS[kind], document_id, LETTER)
        (new,) = _mails(work, document_id) - before
        return {"email": new}

    return done


def _mails(work: Work, document_id: str) -> set[str]:
    return {email.id for email in emails.of_document(work.conn, work.organization_id, document_id)}


def send(player: Player) -> None:
    invoice_id = player.one_of(player.model.invoices)
    act = emailed("client_invoice", invoice_id)
    player.do(f"send {invoice_id}", act, lambda: player.model.act(invoice_id, "send"))


def credit(player: Player) -> None:
    invoice_id = player.one_of(player.model.invoices)
    invoice = player.model.invoices.get(invoice_id)
    left = invoice.total - invoice.credited if invoice else 100
    amount = player.random.choice((left, left + 1, player.random.randint(1, max(left, 1))))
    day = max(player.today, invoice.issue_date) if invoice else player.today
    new = NewCreditNote.model_validate_json(json.dumps({
        "invoice_id": invoice_id, "issue_date": day.isoformat(), "reason": "Retour", "currency": "EUR",
        "amount": f"{amount / 100:.2f}",
    }))  # fmt: skip
    player.do(
        f"credit {amount} of {invoice_id}",
        lambda work: {"id": credit_notes.create(work, new).row.id},
        lambda: player.model.credit(invoice_id, amount, day),
    )


def quote(player: Player) -> None:
    lines, day = player.lines(), player.today
    expiry = day + timedelta(days=player.random.choice((5, 30)))
    new = NewQuote.model_validate_json(json.dumps({
        "client_id": player.world.client_id, "issue_date": day.isoformat(), "expiry_date": expiry.isoformat(),
        "currency": "EUR", "terms_and_conditions": "30 %", "items": as_items(lines),
    }))  # fmt: skip
    player.do(
        "create a quote",
        lambda work: {"id": quotes.create(work, new).row.id},
        lambda: player.model.quote(lines, day, expiry),
    )


def _accept(work: Work, quote_id: str) -> dict[str, Any]:
    row = quotes.get(work, quote_id)
    quotes.accept(work, row, name="Ana Sol", has_read_terms=True, seen_hash=quotes.document_hash(row))
    return {}


def _decline(work: Work, quote_id: str) -> dict[str, Any]:
    quotes.decline(work, quotes.get(work, quote_id), "Ana Sol")
    return {}


def _delete_quote(work: Work, quote_id: str) -> dict[str, Any]:
    quotes.delete(work, quote_id)
    return {}


ON_QUOTE: Mapping[str, Callable[[Work, str], dict[str, Any]]] = {
    "accept": _accept,
    "decline": _decline,
    "delete": _delete_quote,
    "convert": lambda work, quote_id: {
        "id": quotes.convert(work, quote_id, quotes.Conversion(), is_again=False).row.id
    },
    "send": lambda work, quote_id: emailed("quote", quote_id)(work),
}


def on_quote(player: Player) -> None:
    quote_id, action = player.one_of(player.model.quotes), player.random.choice(list(ON_QUOTE))
    player.do(
        f"{action} quote {quote_id}",
        lambda work: ON_QUOTE[action](work, quote_id),
        lambda: player.model.act_on_quote(quote_id, action, player.today),
    )


def repeat(player: Player) -> None:
    lines, chance = player.lines(), player.random
    planned = Recurring(
        lines, player.today + timedelta(days=chance.randint(-3, 10)), chance.choice(("daily", "weekly", "monthly")),
        chance.randint(1, 3), chance.choice((None, 1, 3)), "", None,
    )  # fmt: skip
    new = NewRecurringInvoice.model_validate_json(json.dumps({
        "client_id": player.world.client_id, "start_date": planned.start.isoformat(), "payment_terms_days": 10,
        "frequency": {"value": planned.every, "recurrence": planned.unit}, "occurrences": planned.occurrences,
        "items": as_items(lines),
    }))  # fmt: skip
    player.do(
        f"bill again each {planned.every} {planned.unit} from {planned.start} on",
        lambda work: {"id": recurring_invoices.create(work, new).id},
        lambda: player.model.repeat(planned, player.today),
    )


def on_recurring(player: Player) -> None:
    if not player.model.recurring:
        repeat(player)
        return
    player.tick()  # what is due is made first: the model knows no half-done day
    recurring_id = player.random.choice(list(player.model.recurring))
    action = player.random.choice(("suspend", "reactivate", "reactivate", "cancel"))

    def done(work: Work) -> dict[str, Any]:
        getattr(recurring_invoices, action)(work, recurring_id)
        return {}

    player.do(
        f"{action} recurring invoice {recurring_id}",
        done,
        lambda: player.model.act_on_recurring(recurring_id, action, player.today),
    )


def assist(player: Player) -> None:
    """An assistant wants to finalize a draft: it may, once, when a person said yes to the draft as it is."""
    invoice_id, model = wished_for(player), player.model
    draft = model.invoices.get(invoice_id)
    before = model.standing(invoice_id, player.now) if draft else None

    def plan() -> Effect:
        effect = model.act(invoice_id, "finalize")
        if before is None or before[1].state != "approved":
            raise Refused("ApprovalRequired")

        def spent(answer: dict[str, Any]) -> None:
            before[1].state = "spent"
            effect(answer)

        return spent

    def act(work: Work) -> dict[str, Any]:
        client_invoices.finalize(work, invoice_id)
        return {}

    told = player.do(
        f"an assistant finalizes {invoice_id}", act, plan, by=player.assistant, path=FINALIZE.format(invoice_id)
    )
    asked = told.get("approval")
    if asked and before:
        player.expect(asked["id"], before[0], "the approval that stands")
    elif asked and draft:
        expires_at = datetime.fromisoformat(asked["expires_at"])
        model.approvals[asked["id"]] = Approval(invoice_id, draft.edition, expires_at)


def answer(player: Player) -> None:
    """A person says yes or no."""
    if not player.model.approvals:
        assist(player)
        return
    approval_id = player.random.choice(list(player.model.approvals))
    approval = player.model.approvals[approval_id]
    decision = player.random.choice((approvals.approve, approvals.approve, approvals.decline))

    def plan() -> Effect:
        if approval.expires_at <= player.now:
            raise Refused("Gone")
        if approval.state != "pending":
            raise Refused("WrongState")
        return lambda _answer: setattr(approval, "state", f"{decision.__name__}d")

    def act(work: Work) -> dict[str, Any]:
        decision(work, approval_id, approvals.TERMINAL)
        return {}

    player.do(f"{decision.__name__} {approval_id}", act, plan)


def pry(player: Player) -> None:
    """Another organization finds nothing of ours: the same answer as for what is nowhere."""
    found = []
    for invoice_id in (player.one_of(player.model.invoices), "01890a5d-ac96-774b-bcce-b302099a8057"):
        try:
            with player.world.works.read(player.world.other) as work:
                client_invoices.get(work, invoice_id)
        except NotFound as error:
            found.append(str(error))
        else:
            raise Differs(f"another organization reads {invoice_id}")
    player.expect(found[0], found[1], "what another organization is told")


def wait(player: Player) -> None:
    chance = player.random
    midnight = datetime.combine(player.today + timedelta(days=1), time(0, 5), ZONE)
    by = chance.choice(
        (
            midnight - player.now, timedelta(seconds=chance.randint(1, 600)), timedelta(hours=chance.randint(1, 30)),
            timedelta(days=chance.randint(1, 12)), -timedelta(hours=chance.randint(1, 40)),
        )
    )  # fmt: skip
    player.let_time_pass(by)


def jobs(player: Player) -> None:
    player.run_jobs()


def tick(player: Player) -> None:
    player.tick()


def reopen(player: Player) -> None:
    player.say("the process begins anew")
    player.world.reopen()


def pay(work: Work, invoice_id: str) -> None:
    client_invoices.mark_as_paid(work, invoice_id, None)


# What is done how often.
ACTIONS: Mapping[Callable[[Player], None], int] = {
    create: 10, create_unpaid: 6, update: 5, send: 7, credit: 8, quote: 5, on_quote: 9, repeat: 2, on_recurring: 2,
    assist: 5, answer: 5, pry: 2, wait: 6, jobs: 6, tick: 3, reopen: 1,
    on_invoice("finalize", client_invoices.finalize): 12,
    on_invoice("delete", client_invoices.delete): 3,
    on_invoice("pay", pay): 7,
    on_invoice("unpay", client_invoices.unmark_as_paid): 3,
    on_invoice("cancel", client_invoices.mark_as_canceled): 4,
}  # fmt: skip


def draw(player: Player) -> Callable[[Player], None]:
    return player.random.choices(list(ACTIONS), list(ACTIONS.values()))[0]
