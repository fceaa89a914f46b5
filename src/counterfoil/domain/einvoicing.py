"""The life of an e-invoice on its network: which events there are, who sets them, what follows, what they come to.

French events are numbered (DGFiP, external specifications of B2B e-invoicing v3.2, table 8; FNFE-MPE, Factur-X and
life-cycle rules for France V1.4.0). SdI's notifications have letters and travel as the event's reason. Tables, so that
docs and simulators can read them too. What a network says is always kept, known or not; the tables for what may follow
bind only what we say ourselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, get_args

from counterfoil.domain import electronic_addresses as addresses
from counterfoil.domain.client_invoice import LifecycleEvent
from counterfoil.domain.money import ZERO, Money, split, text
from counterfoil.errors import Fault

EinvoicingStatus = Literal["pending", "submitted", "declined", "approved", "not_delivered", "submission_failed"]
STATUSES: Final[tuple[EinvoicingStatus, ...]] = get_args(EinvoicingStatus)
Setter = Literal["seller_platform", "platform", "buyer", "seller"]
SOURCE: Final = "DGFiP, external specifications of B2B e-invoicing v3.2, table 8"
REASONS_SOURCE: Final = "FNFE-MPE France_RFE V1.4.0, BR-FR-CDV-15 and BR-FR-CDV-CL-09"

FILED: Final = 200
PARTLY_APPROVED, IN_DISPUTE, SUSPENDED, REFUSED, CASHED, REJECTED, INADMISSIBLE = 206, 207, 208, 210, 212, 213, 501
RECEIVED: Final = 202
DUPLICATE: Final = "DOUBLON"
# Ours, beside INADMISSIBLE: it was tried for a day and the network could not be reached.
NOT_REACHED: Final = "TRANSPORT_ERR"


@dataclass(frozen=True, slots=True)
class Code:
    """One numbered event. follows: the codes that may come next, the optional ones in between left out or not.

    reasons: the closed list of its reason codes, empty when it has none.
    """

    name: str
    set_by: tuple[Setter, ...]
    follows: frozenset[int]
    reasons: tuple[str, ...] = ()
    needs_reason: bool = False


_ORDER_REASONS: Final = ("CMD_ERR", "SIRET_ERR", "CODE_ROUTAGE_ERR", "REF_CT_ABSENT", "REF_ERR")
_GOODS_REASONS: Final = ("PU_ERR", "REM_ERR", "QTE_ERR", "ART_ERR", "MODPAI_ERR", "QUALITE_ERR", "LIVR_INCOMP")
_REFUSED_REASONS: Final = (
    "TX_TVA_ERR", "MONTANTTOTAL_ERR", "CALCUL_ERR", "NON_CONFORME", DUPLICATE, "DEST_ERR", "TRANSAC_INC", "EMMET_INC",
    "CONTRAT_TERM", "DOUBLE_FACT", "CMD_ERR", "ADR_ERR", "REF_CT_ABSENT",
)  # fmt: skip
_REJECTED_REASONS: Final = (
    "MONTANTTOTAL_ERR", "CALCUL_ERR", DUPLICATE, "DEST_INC", "ADR_ERR", "REJ_SEMAN", "REJ_UNI", "REJ_COH", "REJ_ADR",
    "REJ_CONT_B2G", "REJ_REF_PJ", "REJ_ASS_PJ",
)  # fmt: skip
_DISPUTE_REASONS: Final = (
    "AUTRE", "COORD_BANC_ERR", "TX_TVA_ERR", "MONTANTTOTAL_ERR", "CALCUL_ERR", "NON_CONFORME", DUPLICATE, "DEST_INC",
    "DEST_ERR", "TRANSAC_INC", "EMMET_INC", "CONTRAT_TERM", "DOUBLE_FACT", "CMD_ERR", "ADR_ERR", "SIRET_ERR",
    "CODE_ROUTAGE_ERR", "REF_CT_ABSENT", "REF_ERR", *_GOODS_REASONS,
)  # fmt: skip
_INADMISSIBLE_REASONS: Final = (
    "IRR_VIDE_F", "IRR_TYPE_F", "IRR_SYNTAX", "IRR_TAILLE_PJ", "IRR_NOM_PJ", "IRR_VID_PJ", "IRR_EXT_DOC",
    "IRR_TAILLE_F", "IRR_ANTIVIRUS",
)  # fmt: skip
# What a buyer may come to, and what follows from it; only 200, 210, 212 and 213 are mandatory, so steps are left out.
_TREATED: Final = frozenset({204, 205, 206, 207, 208, 210, 211, 212, 214})
_PAID: Final = frozenset({211, 212})
BEGINNINGS: Final = frozenset({200, 213, 501})
_BUYER: Final[tuple[Setter, ...]] = ("buyer",)
_PLATFORMS: Final[tuple[Setter, ...]] = ("seller_platform", "platform")

CODES: Final[Mapping[int, Code]] = MappingProxyType(
    {
        200: Code("Déposée", ("seller_platform",), _TREATED | {201, 202, 203, 213, 221}, ("NON_TRANSMISE",)),
        201: Code("Émise", _PLATFORMS, _TREATED | {202, 203, 213, 221}),
        202: Code("Reçue", _PLATFORMS, _TREATED | {203, 213}),
        203: Code("Mise à disposition", _PLATFORMS, _TREATED),
        204: Code("Prise en charge", _BUYER, _TREATED - {204}),
        205: Code("Approuvée", _BUYER, _PAID | {207, 214}),
        206: Code(
            "Approuvée partiellement", _BUYER, _TREATED - {204, 206}, ("AUTRE", *_ORDER_REASONS, *_GOODS_REASONS), True
        ),
        207: Code("En litige", _BUYER, _TREATED - {204, 207}, _DISPUTE_REASONS, True),
        208: Code(
            "Suspendue", _BUYER, (_TREATED - {204, 208}) | {209}, ("JUSTIF_ABS", "COORD_BANC_ERR", *_ORDER_REASONS),
            True,
        ),
        209: Code("Complétée", ("seller",), _TREATED),
        210: Code("Refusée", _BUYER, frozenset(), _REFUSED_REASONS, True),
        211: Code("Paiement transmis", _BUYER, _PAID),
        212: Code("Encaissée", ("seller",), _PAID),
        213: Code("Rejetée", _PLATFORMS, frozenset(), _REJECTED_REASONS, True),
        214: Code("Visée", _BUYER, _TREATED - {204, 214}),
        221: Code("Erreur de routage", _PLATFORMS, frozenset({201, 202, 203, 213}), ("ROUTAGE_ERR",)),
        501: Code("Irrecevable", _PLATFORMS, BEGINNINGS, _INADMISSIBLE_REASONS, True),
    }
)  # fmt: skip


class Notification(NamedTuple):
    """One of SdI's. status_code: the nearest French code, under which it is kept; is_public: of public bodies only."""

    name: str
    status_code: int
    is_public: bool = False


# Agenzia delle Entrate, specifiche tecniche 1.9: notifiche e ricevute. NE says EC01 (taken) or EC02 (refused).
NOTIFICATIONS: Final[Mapping[str, Notification]] = MappingProxyType(
    {
        "NS": Notification("Notifica di scarto", 213),
        "RC": Notification("Ricevuta di consegna", 203),
        "MC": Notification("Notifica di mancata consegna", 221),
        "EC01": Notification("Notifica di esito: accettazione", 205, is_public=True),
        "EC02": Notification("Notifica di esito: rifiuto", 210, is_public=True),
        "DT": Notification("Notifica di decorrenza termini", 205, is_public=True),
        "AT": Notification("Attestazione di avvenuta trasmissione con impossibilità di recapito", 221, is_public=True),
    }
)
# The invoice counts as not issued: the same number may be sent again until so many days after the notification.
RESEND_WITHIN: Final = timedelta(days=5)

# What an event says about delivery. A reason that is here goes before the code.
Step = Literal["submit", "deliver", "approve", "decline", "miss", "scrap", "refuse_file"]
STEP_OF_CODE: Final[Mapping[int, Step]] = MappingProxyType(
    {
        **dict.fromkeys((201, 202, 203, 204), "deliver"),
        **dict.fromkeys((200, 207, 208, 209, 214), "submit"),
        **dict.fromkeys((205, 206, 211, 212), "approve"),
        **dict.fromkeys((210, 213), "decline"),
        221: "miss",
        501: "refuse_file",
    }
)
STEP_OF_REASON: Final[Mapping[str, Step]] = MappingProxyType(
    {
        "NON_TRANSMISE": "miss", "NS": "scrap", "RC": "approve", "MC": "miss", "EC01": "approve", "EC02": "decline",
        "DT": "approve", "AT": "miss",
    }
)  # fmt: skip
_MOVES: Final[Mapping[Step, EinvoicingStatus]] = MappingProxyType(
    {
        "submit": "submitted", "deliver": "submitted", "approve": "approved", "decline": "declined",
        "miss": "not_delivered", "scrap": "submission_failed",
    }
)  # fmt: skip
# (status, step) -> status. A decline ends it; a file can be refused only before it was filed. What was approved or paid
# at once may still be on its way from platform to platform: that takes nothing back.
STATUS_AFTER: Final[Mapping[tuple[EinvoicingStatus, Step], EinvoicingStatus]] = MappingProxyType(
    {
        **{(status, step): after for status in STATUSES if status != "declined" for step, after in _MOVES.items()},
        ("approved", "deliver"): "approved",
        ("pending", "refuse_file"): "submission_failed",
        ("submission_failed", "refuse_file"): "submission_failed",
    }
)
# With these the network has it: it is not sent again, and not canceled unless it was ended.
WITH_THE_NETWORK: Final = ("submitted", "approved", "declined", "not_delivered")


def in_order(events: Iterable[LifecycleEvent]) -> list[LifecycleEvent]:
    """The events by when they happened, in whatever order they came; those of one moment by their codes."""
    return sorted(events, key=_place)


def einvoicing_status(events: Iterable[LifecycleEvent]) -> EinvoicingStatus:
    """What the events come to, in whatever order they came; those without a meaning for delivery change nothing."""
    status: EinvoicingStatus = "pending"
    for event in in_order(events):
        step = step_of(event)
        status = STATUS_AFTER.get((status, step), status) if step else status
    return status


def step_of(event: LifecycleEvent) -> Step | None:
    """What one event says about delivery; None for nothing, as of unknown codes.

    213 with DOUBLON refuses the second delivery of an invoice, not the invoice.
    """
    if event.status_code == REJECTED and event.reason == DUPLICATE:
        return None
    return STEP_OF_REASON.get(event.reason) or STEP_OF_CODE.get(event.status_code)


def is_ended(events: Iterable[LifecycleEvent]) -> bool:
    """Whether 210 or 213 ended the invoice: its seller cancels it, and its buyer gets no credit note for it.

    A public body's EC02 does not: in Italy the invoice stays issued, and a credit note corrects it.
    """
    return any(step_of(event) == "decline" and event.reason not in NOTIFICATIONS for event in events)


def is_filed(events: Iterable[LifecycleEvent]) -> bool:
    """Whether the seller's platform has taken it."""
    return any(event.status_code == FILED for event in events)


def is_cashed(events: Iterable[LifecycleEvent]) -> bool:
    """Whether its payment was told."""
    return any(event.status_code == CASHED for event in events)


def outcome(events: Sequence[LifecycleEvent]) -> Literal["refuse", "end"] | None:
    """What the events of one submission do to it; None while more is to be expected."""
    steps = [step_of(event) for event in events]
    if "scrap" in steps or ("refuse_file" in steps and not is_filed(events)):
        return "refuse"
    final = ("EC01", "EC02", "DT", "AT")
    is_over = "decline" in steps or is_cashed(events) or any(event.reason in final for event in events)
    return "end" if is_over else None


def scrapped_at(events: Iterable[LifecycleEvent]) -> datetime | None:
    """When SdI last scrapped it (aware); None when it did not."""
    return max((_moment(event) for event in events if step_of(event) == "scrap"), default=None)


def may_follow(events: Iterable[LifecycleEvent], code: int, *, first: frozenset[int] = BEGINNINGS) -> bool:
    """Whether we may say `code` after these events. first: what may begin."""
    known = [event for event in in_order(events) if event.status_code in CODES and step_of(event)]
    if is_ended(known):
        return False
    return code in (CODES[known[-1].status_code].follows if known else first)


def may_set(code: int, setter: Setter) -> bool:
    """Whether this side says this event; anybody says one that is not known."""
    return code not in CODES or setter in CODES[code].set_by


def reason_faults(code: int, reason: str, *, field: str = "reason") -> list[Fault]:
    """What is wrong with an event's reason. A code that no list has yet is no fault: the lists grow."""
    known = CODES.get(code)
    if known is None or not known.needs_reason or reason:
        return []
    return [
        Fault(
            "missing_value", f"Status {code} ({known.name}) needs a reason code.", field=field,
            fix=f"Send one of: {', '.join(known.reasons)}.", rule="BR-FR-CDV-15", source=REASONS_SOURCE,
        )
    ]  # fmt: skip


def _place(event: LifecycleEvent) -> tuple[datetime, int, str, str]:
    return _moment(event), event.status_code, event.reason, event.reason_message


def _moment(event: LifecycleEvent) -> datetime:
    """When it happened. One without a readable time is older than all others: it says the least."""
    try:
        moment = datetime.fromisoformat(event.timestamp)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# Payment: French sellers whose VAT is due when they are paid tell each payment (art. 290 A CGI).


class CashIn(NamedTuple):
    """One MEN block (MDT-207) of event 212: what came in at one VAT rate (a fraction), VAT included."""

    vat_rate: str
    amount: Money


_SERVICES: Final = ("services", "goods_and_services")


def is_vat_due_on_receipt(document: Mapping[str, Any]) -> bool:
    """Whether its payment is told as event 212: VAT of a French seller's services that is due when they are paid."""
    seller = document.get("organization") or {}
    return (
        seller.get("legal_country") == "FR"
        and seller.get("transaction_type") in _SERVICES
        and seller.get("vat_payment_condition") == "on_receipts"
        and any(Decimal(group["vat_amount"]["value"]) for group in document.get("vat_breakdown") or ())
    )


def cash_in(document: Mapping[str, Any], paid: Money) -> tuple[CashIn, ...]:
    """A payment by VAT rate, in the order of the document's groups: the parts sum to it exactly."""
    totals: dict[str, Decimal] = {}
    for group in document["vat_breakdown"]:
        value = Decimal(group["taxable_amount"]["value"]) + Decimal(group["vat_amount"]["value"])
        totals[group["vat_rate"]] = totals.get(group["vat_rate"], ZERO) + value
    parts = split(Decimal(paid.value), list(totals.values()))
    return tuple(
        CashIn(rate, Money(value=text(part), currency=paid.currency))
        for rate, part in zip(totals, parts, strict=True)
        if part
    )


def cash_in_words(parts: Sequence[CashIn]) -> str:
    """The blocks as an event's message says them: "120.00 EUR at 20 %"."""
    percents = ((part.amount, (Decimal(part.vat_rate) * 100).normalize()) for part in parts)
    return "; ".join(f"{amount.value} {amount.currency} at {rate:f} %" for amount, rate in percents)


# The buyer's side: what we say about e-invoices that came to us, by the status that they were put in.
BUYER_CODES: Final[Mapping[str, int]] = MappingProxyType(
    {"to_approve": 204, "to_pay": 205, "awaiting_payment": 205, "rejected": 210, "paid": 211}
)


def with_buyer_event(
    events: Sequence[LifecycleEvent], status: str, *, reason: str = "", message: str = "", timestamp: str
) -> list[LifecycleEvent]:
    """The events with the one that this status of a supplier's e-invoice stands for, if it may follow now.

    Before any event it counts as received. Going back says nothing: what was said is not taken back.
    """
    code = BUYER_CODES.get(status)
    first = CODES[RECEIVED].follows
    if code is None or not may_set(code, "buyer") or not may_follow(events, code, first=first):
        return list(events)
    if events and in_order(events)[-1].status_code == code:
        return list(events)
    said = LifecycleEvent(status_code=code, reason=reason, reason_message=message, timestamp=timestamp)
    return [*events, said]


# Who can be reached.


def is_reachable(client: Mapping[str, Any], seller_country: str) -> bool:
    """Whether an e-invoice finds its way to this client: it has an electronic address, or one follows from the rest.

    SdI, which carries all that Italian sellers issue, reaches everybody in Italy: whoever gave no address finds the
    invoice in the tax drawer. The French directory knows every business by its SIREN. In Germany a mailbox suffices
    (BMF letter of 15 October 2024). Elsewhere an address must have been given.
    """
    country = addresses.country_of(client)
    if seller_country == "IT":
        return country == "IT"
    address = addresses.of_buyer(client)
    if address is None:
        return False
    is_business = client.get("type") != "individual"
    return bool(client.get("e_invoicing_address")) or (is_business and address.scheme == _FOLLOWS.get(country))


# Country -> the scheme of the address that follows from what else is known of a business there.
_FOLLOWS: Final[Mapping[str, str]] = MappingProxyType({"FR": addresses.FRENCH, "DE": addresses.EMAIL})


# A submission's own life. queued: nobody has it but us. sending: the network may have it. submitted: it has.
# withdrawn: canceled before it went. failed: the network refused the file. gave_up: the network was never reached.
SUBMISSION: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("queued", "begin"): "sending",
        ("sending", "begin"): "sending",
        ("queued", "withdraw"): "withdrawn",
        ("sending", "take"): "submitted",
        ("sending", "refuse"): "failed",
        ("submitted", "refuse"): "failed",
        ("queued", "give_up"): "gave_up",
        ("sending", "give_up"): "gave_up",
        ("gave_up", "request"): "queued",
        ("submitted", "end"): "ended",
    }
)
# The network is asked about these.
OPEN: Final = ("sending", "submitted")
UNDER_WAY: Final = ("queued", "sending", "submitted", "ended")


def may_resend(scrapped_on: date, today: date) -> bool:
    """Whether an invoice that SdI scrapped that day may still be sent again under its number."""
    return today <= scrapped_on + RESEND_WITHIN
