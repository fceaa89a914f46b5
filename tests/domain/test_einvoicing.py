"""The lifecycle's tables, and what events come to, in whatever order they come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain import einvoicing as rules
from counterfoil.domain.client_invoice import LifecycleEvent
from counterfoil.domain.einvoicing import CODES, NOTIFICATIONS, STATUSES, STEP_OF_CODE, SUBMISSION, einvoicing_status
from counterfoil.domain.money import Money
from tests.architecture.source import ROOT

START = datetime(2026, 9, 1, 8, tzinfo=UTC)
UNKNOWN = (220, 224, 225, 226, 228, 250, 251, 300, 601, 999)


def event(code: int, reason: str = "", minute: int = 0) -> LifecycleEvent:
    moment = START + timedelta(minutes=minute)
    return LifecycleEvent(status_code=code, reason=reason, timestamp=moment.isoformat().replace("+00:00", "Z"))


def in_turn(*said: int | tuple[int, str]) -> list[LifecycleEvent]:
    """Events a minute apart."""
    pairs = [each if isinstance(each, tuple) else (each, "") for each in said]
    return [event(code, reason, minute) for minute, (code, reason) in enumerate(pairs)]


REASONS = ("", "DOUBLON", "TX_TVA_ERR", "NON_TRANSMISE", "SOMETHING_NEW", *NOTIFICATIONS)
events = st.builds(
    event, st.sampled_from([*CODES, *UNKNOWN]), st.sampled_from(REASONS), st.integers(min_value=0, max_value=20)
)
histories = st.lists(events, max_size=12)


# What events come to


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ((), "pending"),
        *(((code,), "submitted") for code in (200, 201, 202, 203, 204, 207, 208, 209)),
        *(((200, code), "approved") for code in (205, 206, 211, 212)),
        ((200, 202, (210, "TX_TVA_ERR")), "declined"),
        ((200, (213, "REJ_SEMAN")), "declined"),
        ((200, 202, (213, "DOUBLON")), "submitted"),
        ((200, 202, 205, (213, "DOUBLON")), "approved"),
        (((213, "DOUBLON"),), "pending"),
        ((200, (210, "DOUBLON")), "declined"),
        ((200, (221, "ROUTAGE_ERR")), "not_delivered"),
        (((200, "NON_TRANSMISE"),), "not_delivered"),
        ((200, 221, 201, 202), "submitted"),
        (((501, "IRR_SYNTAX"),), "submission_failed"),
        (((501, "TRANSPORT_ERR"), 200, 201), "submitted"),
        ((200, (501, "IRR_SYNTAX")), "submitted"),
        ((200, 205, 207), "submitted"),
        ((200, 212, 201, 202, 203), "approved"),
        ((200, 207, 203), "submitted"),
        ((200, (210, "TX_TVA_ERR"), 205, 212), "declined"),
        ((200, (213, "NS")), "submission_failed"),
        ((200, (213, "NS"), 200, (203, "RC")), "approved"),
        ((200, (203, "RC")), "approved"),
        ((200, (221, "MC")), "not_delivered"),
        ((200, (203, "RC"), (210, "EC02")), "declined"),
        ((200, (203, "RC"), (205, "EC01")), "approved"),
        ((200, (203, "RC"), (205, "DT")), "approved"),
        ((200, (221, "AT")), "not_delivered"),
    ],
)  # fmt: skip
def test_what_events_come_to(said: tuple[int | tuple[int, str], ...], status: str) -> None:
    assert einvoicing_status(in_turn(*said)) == status


@pytest.mark.parametrize("code", UNKNOWN)
def test_a_code_without_a_meaning_changes_nothing(code: int) -> None:
    assert einvoicing_status(in_turn(code)) == "pending"
    assert einvoicing_status(in_turn(200, 205, code)) == "approved"


@given(histories, st.randoms(use_true_random=False))
def test_the_order_in_which_events_come_does_not_matter(history: list[LifecycleEvent], chance: Any) -> None:
    shuffled = list(history)
    chance.shuffle(shuffled)
    assert einvoicing_status(shuffled) == einvoicing_status(history)
    assert rules.in_order(shuffled) == rules.in_order(history)
    assert rules.is_ended(shuffled) == rules.is_ended(history)


@given(histories)
def test_an_event_that_comes_twice_counts_once(history: list[LifecycleEvent]) -> None:
    assert einvoicing_status([*history, *history]) == einvoicing_status(history)


@given(histories)
def test_every_history_comes_to_a_status_of_the_api(history: list[LifecycleEvent]) -> None:
    status = einvoicing_status(history)
    assert status in STATUSES
    steps = [rules.step_of(said) for said in rules.in_order(history)]
    # Told another way: the first decline is the end; else the last event that says anything does, and that an approved
    # invoice is still on its way says nothing.
    telling: list[Any] = []
    for place, step in enumerate(steps):
        if step and counts(steps, place) and not (step == "deliver" and telling[-1:] == ["approve"]):
            telling.append(step)
    last = telling[-1] if telling else None
    expected = {
        None: "pending", "submit": "submitted", "deliver": "submitted", "approve": "approved", "decline": "declined",
        "miss": "not_delivered", "scrap": "submission_failed", "refuse_file": "submission_failed",
    }  # fmt: skip
    assert status == ("declined" if "decline" in steps else expected[last])


def counts(steps: list[Any], place: int) -> bool:
    """Whether a step says anything where it stands: a file is refused only before it is filed."""
    if steps[place] != "refuse_file":
        return True
    before = [step for step in steps[:place] if step and step != "refuse_file"]
    return not before or before[-1] == "scrap"


@given(histories)
def test_what_was_declined_stays_declined(history: list[LifecycleEvent]) -> None:
    ended = [*history, event(210, "TX_TVA_ERR", 30)]
    assert einvoicing_status(ended) == "declined"
    assert einvoicing_status([*ended, event(205, minute=31), event(212, minute=32)]) == "declined"
    assert rules.is_ended(ended)


@pytest.mark.parametrize("reason", ["EC02"])
def test_a_public_bodys_refusal_ends_nothing(reason: str) -> None:
    assert not rules.is_ended(in_turn(200, (203, "RC"), (210, reason)))


@pytest.mark.parametrize(
    "timestamp",
    ["2026-09-01T08:00:01.4497Z", "2026-09-01T10:00:01+02:00", "2026-09-01T08:00:01", "2026-09-01T08:00:01.000Z"],
)
def test_times_are_compared_as_moments_however_they_are_written(timestamp: str) -> None:
    late = LifecycleEvent(status_code=205, timestamp=timestamp)
    assert rules.in_order([late, event(200)]) == [event(200), late]
    assert einvoicing_status([late, event(200)]) == "approved"


def test_a_time_that_cannot_be_read_is_the_oldest() -> None:
    odd = LifecycleEvent(status_code=205, timestamp="yesterday")
    assert einvoicing_status([event(200), odd]) == "submitted"


# The tables


def test_every_code_is_told_by_somebody_and_leads_to_codes_that_there_are() -> None:
    assert set(range(200, 215)) <= set(CODES)
    for code, known in CODES.items():
        assert known.name
        assert known.set_by
        assert known.follows <= CODES.keys(), code
        assert code in STEP_OF_CODE
        assert not known.needs_reason or known.reasons


def test_who_says_what() -> None:
    says = {
        setter: {code for code in CODES if rules.may_set(code, setter)}
        for setter in ("seller_platform", "platform", "buyer", "seller")
    }  # fmt: skip
    assert {204, 205, 206, 207, 208, 210, 211} <= says["buyer"]
    assert says["seller"] == {209, 212}
    assert 200 in says["seller_platform"] - says["platform"]
    assert {201, 202, 203, 213} <= says["platform"]
    assert not says["buyer"] & {200, 201, 202, 203, 209, 212, 213}


def test_reasons_are_needed_where_the_rules_say_so_and_unknown_ones_are_kept() -> None:
    needing = {code for code in (*CODES, *UNKNOWN) if rules.reason_faults(code, "")}
    assert needing == {206, 207, 208, 210, 213, 501}
    assert rules.reason_faults(210, "A_CODE_OF_NEXT_YEAR") == []
    (fault,) = rules.reason_faults(210, "")
    assert "TX_TVA_ERR" in str(fault.fix)
    assert "COORD_BANC_ERR" in CODES[208].reasons
    assert "JUSTIF_ABS" in CODES[208].reasons


def test_nothing_follows_the_end_and_a_duplicate_is_none() -> None:
    for code in CODES:
        assert not rules.may_follow(in_turn(200, (210, "TX_TVA_ERR")), code)
        assert not rules.may_follow(in_turn(200, (213, "REJ_COH")), code)
    assert rules.may_follow(in_turn(200, 202, (213, "DOUBLON")), 205)
    assert rules.may_follow([], 200)
    assert not rules.may_follow([], 205)
    assert rules.may_follow(in_turn(200, 999), 202)


def test_the_docs_have_every_code_and_reason() -> None:
    page = (ROOT / "docs" / "api" / "einvoicing.md").read_text(encoding="utf-8")
    for code, known in CODES.items():
        follows = ", ".join(map(str, sorted(known.follows))) or "nothing: it is the end"
        assert f"| {code} | {known.name} |" in page
        assert f"| {follows} |" in page
        assert not known.reasons or f"| {code} | {' '.join(f'`{reason}`' for reason in known.reasons)} |" in page
    for reason, notification in NOTIFICATIONS.items():
        assert f"| `{reason}` | {notification.name} | {notification.status_code} |" in page


def test_a_submission_goes_on_only_as_the_table_says() -> None:
    states = {state for state, _ in SUBMISSION} | set(SUBMISSION.values())
    assert set(rules.OPEN) | set(rules.UNDER_WAY) <= states
    assert states - {state for state, _ in SUBMISSION} == {"withdrawn", "failed", "ended"}
    assert ("submitted", "begin") not in SUBMISSION
    assert ("failed", "request") not in SUBMISSION
    assert SUBMISSION["gave_up", "request"] == "queued"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ((), None), ((200, 203), None), ((200, (213, "NS")), "refuse"), (((501, "IRR_SYNTAX"),), "refuse"),
        ((200, (501, "IRR_SYNTAX")), None), ((200, (210, "CMD_ERR")), "end"), ((200, 205, 212), "end"),
        ((200, (203, "RC")), None), ((200, (203, "RC"), (205, "DT")), "end"), ((200, (213, "DOUBLON")), None),
    ],
)  # fmt: skip
def test_what_events_do_to_their_submission(said: tuple[int | tuple[int, str], ...], outcome: str | None) -> None:
    assert rules.outcome(in_turn(*said)) == outcome


def test_a_scrapped_invoice_may_be_sent_again_for_five_days() -> None:
    history = in_turn(200, (213, "NS"), 200)
    assert rules.scrapped_at(history) == START + timedelta(minutes=1)
    assert rules.scrapped_at(in_turn(200, 203)) is None
    assert rules.may_resend(date(2026, 9, 1), date(2026, 9, 6))
    assert not rules.may_resend(date(2026, 9, 1), date(2026, 9, 7))


# Payments


def document(*groups: tuple[str, str, str], **seller: str) -> dict[str, Any]:
    organization = {
        "legal_country": "FR", "transaction_type": "services", "vat_payment_condition": "on_receipts", **seller,
    }  # fmt: skip
    return {
        "organization": organization,
        "vat_breakdown": [
            {"vat_rate": rate, "taxable_amount": {"value": net}, "vat_amount": {"value": vat}}
            for rate, net, vat in groups
        ],
    }


@pytest.mark.parametrize(
    ("seller", "is_due"),
    [
        ({}, True), ({"transaction_type": "goods_and_services"}, True), ({"transaction_type": "goods"}, False),
        ({"vat_payment_condition": "compensated_for_sales"}, False), ({"vat_payment_condition": ""}, False),
        ({"legal_country": "DE"}, False), ({"transaction_type": ""}, False),
    ],
)  # fmt: skip
def test_vat_is_due_on_receipt_of_french_services_alone(seller: dict[str, str], is_due: bool) -> None:
    assert rules.is_vat_due_on_receipt(document(("0.2", "100.00", "20.00"), **seller)) is is_due


def test_without_vat_none_is_due() -> None:
    assert not rules.is_vat_due_on_receipt(document(("0", "100.00", "0.00")))
    assert not rules.is_vat_due_on_receipt({"organization": {"legal_country": "FR"}})


def test_a_payment_is_told_by_rate() -> None:
    groups = (("0.2", "100.00", "20.00"), ("0.055", "100.00", "5.50"), ("0.2", "10.00", "2.00"))
    parts = rules.cash_in(document(*groups), Money(value="237.50", currency="EUR"))
    assert [(part.vat_rate, part.amount.value) for part in parts] == [("0.2", "132.00"), ("0.055", "105.50")]
    assert rules.cash_in_words(parts) == "132.00 EUR at 20 %; 105.50 EUR at 5.5 %"


@given(
    st.lists(
        st.tuples(st.sampled_from(["0.2", "0.1", "0.055", "0.021"]), st.integers(1, 10**7), st.integers(0, 10**6)),
        min_size=1, max_size=5,
    ),
    st.integers(1, 10**7),
)  # fmt: skip
def test_the_parts_of_a_payment_sum_to_it(groups: list[tuple[str, int, int]], paid: int) -> None:
    told = document(*((rate, str(Decimal(net) / 100), str(Decimal(vat) / 100)) for rate, net, vat in groups))
    parts = rules.cash_in(told, Money(value=f"{Decimal(paid) / 100:.2f}", currency="EUR"))
    assert sum((Decimal(part.amount.value) for part in parts), Decimal(0)) == Decimal(paid) / 100
    assert len({part.vat_rate for part in parts}) == len(parts)


# The buyer's side


def told_in_turn(*statuses: str) -> list[int]:
    said: list[LifecycleEvent] = []
    for minute, status in enumerate(statuses):
        moment = (START + timedelta(minutes=minute)).isoformat()
        said = rules.with_buyer_event(said, status, reason="CMD_ERR" if status == "rejected" else "", timestamp=moment)
    return [each.status_code for each in said]


@pytest.mark.parametrize(
    ("statuses", "codes"),
    [
        (("to_approve", "to_pay", "paid"), [204, 205, 211]), (("to_review",), []), (("archived",), []),
        (("paid", "to_review", "paid"), [211]), (("to_approve", "rejected"), [204, 210]),
        (("to_pay", "awaiting_payment"), [205]), (("to_pay", "to_review", "to_approve"), [205]),
        (("rejected", "paid"), [210]),
    ],
)  # fmt: skip
def test_what_a_buyer_decides_is_said_once_and_in_an_order_that_may_be(
    statuses: Iterable[str], codes: list[int]
) -> None:
    assert told_in_turn(*statuses) == codes


@given(st.lists(st.sampled_from([*rules.BUYER_CODES, "to_review", "archived"]), max_size=8))
def test_a_buyer_never_says_what_may_not_follow(statuses: list[str]) -> None:
    codes = told_in_turn(*statuses)
    assert all(after in CODES[before].follows for before, after in pairwise(codes))


# Who can be reached

SIREN = "732829320"


def client(country: str = "FR", kind: str = "company", **more: str) -> dict[str, Any]:
    return {"type": kind, "country_code": country, "billing_address": {"country_code": country}, **more}


@pytest.mark.parametrize(
    ("seller", "buyer", "is_reached"),
    [
        ("FR", client(tax_identification_number=SIREN), True),
        ("FR", client(vat_number=f"FR44{SIREN}"), True),
        ("FR", client(email="a@b.example"), False),
        ("FR", client(kind="individual", tax_identification_number=SIREN), False),
        ("FR", client(e_invoicing_address=f"{SIREN}_SERVICE"), True),
        ("FR", client("DE", email="rechnung@b.example"), True),
        ("DE", client("DE", kind="individual", email="rechnung@b.example"), False),
        ("DE", client("DE"), False),
        ("DE", client("ES", email="a@b.example", vat_number="ESB58378431"), False),
        ("DE", client("BE", e_invoicing_address="0208:0403019261"), True),
        ("IT", client("IT"), True),
        ("IT", client("IT", kind="individual"), True),
        ("IT", client("FR", tax_identification_number=SIREN), False),
        ("FR", client("IT", recipient_code="ABC1234"), False),
    ],
)
def test_who_can_be_reached(seller: str, buyer: dict[str, Any], is_reached: bool) -> None:
    assert rules.is_reachable(buyer, seller) is is_reached
