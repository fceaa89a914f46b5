"""When an act that cannot be taken back needs a person's yes first, and what exactly that yes is for."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple, get_args

from counterfoil.errors import Invalid

Act = Literal["finalize", "create_as_unpaid", "cancel", "send", "delete", "reject", "credit_note"]
ACTS: Final[tuple[str, ...]] = get_args(Act)
MINUTES_TO_LIVE: Final = 15
_POLICY = re.compile(
    r"(?P<when>never|always|above:(?P<amount>\d{1,12}(?:\.\d{1,2})?))(?P<person> by:person)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """A token's rule. above: in euros; an act over more than that needs approval, and so does one without an amount.

    is_person_needed: only the approval page and the terminal count, not what an assistant's program answers for its
    user (elicitation).
    """

    when: Literal["never", "above", "always"] = "never"
    above: Decimal = Decimal(0)
    is_person_needed: bool = False

    @classmethod
    def parse(cls, text: str) -> ApprovalPolicy:
        """Reads never, always, above:500 or above:500.00, each also followed by " by:person". Raises Invalid."""
        found = _POLICY.fullmatch(text.strip())
        if not found:
            raise Invalid(
                "invalid_policy", f"{text[:60]} is no approval policy.", field="policy",
                fix="Send never, always, or above:AMOUNT in euros, such as above:500.",
            )  # fmt: skip
        is_person_needed = bool(found["person"])
        if found["amount"]:
            return cls("above", Decimal(found["amount"]), is_person_needed)
        return cls("always" if found["when"] == "always" else "never", is_person_needed=is_person_needed)

    def __str__(self) -> str:
        when = f"above:{self.above}" if self.when == "above" else self.when
        return f"{when} by:person" if self.is_person_needed else when

    def needs_approval(self, amounts: Iterable[Decimal | None]) -> bool:
        """Whether acts over these amounts, in euros, need a yes. None: no amount, or one in another currency."""
        if self.when == "above":
            return any(amount is None or abs(amount) > self.above for amount in amounts)
        return self.when == "always"


NEVER: Final = ApprovalPolicy()
ALWAYS: Final = ApprovalPolicy("always")


class IrreversibleAct(NamedTuple):
    """One act of a call. kind, document_id: of what it is done to; "" for what the call makes. amount: in euros.

    version: `digest` of all that a person is shown of it, or that could be changed behind their back. summary: in
    plain words.
    """

    act: Act
    kind: str
    document_id: str
    version: str
    amount: Decimal | None
    summary: str


def digest(seen: Iterable[str]) -> str:
    """SHA-256 of texts in order, so that no two lists of texts have the same one."""
    return _hash(list(seen))


def fingerprint(credential_id: str, method: str, path: str, body: str, acts: Iterable[IrreversibleAct]) -> str:
    """What one approval is for: this call with these arguments, by this caller, on these versions of documents."""
    done = [[act.act, act.kind, act.document_id, act.version] for act in acts]
    return _hash([credential_id, method, path, body, done])


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=True).encode()).hexdigest()
