"""People of an organization, and what each role may do."""

from __future__ import annotations

import re
from typing import Final, Literal, get_args

from counterfoil.domain.approvals import ALWAYS, ApprovalPolicy
from counterfoil.domain.scopes import WEBHOOK
from counterfoil.domain.texts import one_line
from counterfoil.errors import Invalid

Role = Literal["owner", "admin", "accountant", "agent"]
ROLES: Final[tuple[str, ...]] = get_args(Role)
LONGEST_EMAIL: Final = 120  # as long as the columns that say who did something
LONGEST_NAME: Final = 120
SHORTEST_PASSWORD: Final = 12
LONGEST_PASSWORD: Final = 256
_EMAIL: Final = re.compile(r"[^@\s\x00-\x1f\x7f-\x9f]+@([^@.\s]+\.)*[^@.\s]+")
_DECIDING: Final = frozenset({"owner", "admin"})


def may_decide(role: str) -> bool:
    """Whether people of this role approve and decline, and revoke what belongs to others."""
    return role in _DECIDING


def scopes_for(role: str, scopes: frozenset[str]) -> frozenset[str]:
    """Those of `scopes` that a token which acts for such a person may carry: an accountant's reads only."""
    return frozenset(filter(_reads, scopes)) if role == "accountant" else scopes


def is_reading(scopes: frozenset[str]) -> bool:
    """Whether these scopes change nothing."""
    return all(map(_reads, scopes))


def _reads(scope: str) -> bool:
    return scope.endswith(".read") or ("." not in scope and scope != WEBHOOK)


def policy_for(role: str, policy: ApprovalPolicy) -> ApprovalPolicy:
    """The policy of a token that acts for such a person: an agent's always waits for somebody else's yes."""
    if role != "agent" or policy.when == "always":
        return policy
    return ApprovalPolicy(ALWAYS.when, is_person_needed=policy.is_person_needed)


def email_of(text: str) -> str:
    """An address as members are known by: trimmed, lower case. Raises Invalid."""
    email = text.strip().lower()
    if len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise Invalid(
            "invalid_email",
            f"{text[:60]!r} is no e-mail address.",
            field="email",
            fix="Send one such as ada@example.com.",
        )
    return email


def name_of(text: str) -> str:
    """A person's name on one line. Raises Invalid."""
    try:
        name = one_line(text.strip())
    except ValueError as error:
        raise Invalid("invalid_text", str(error), field="name", fix="Send one line of plain text.") from None
    if not 0 < len(name) <= LONGEST_NAME:
        raise Invalid(
            "invalid_name", f"A name has 1 to {LONGEST_NAME} characters.", field="name", fix="Send a shorter name."
        )
    return name


def check_role(role: str) -> str:
    """The role itself. Raises Invalid."""
    if role not in ROLES:
        raise Invalid("invalid_role", f"There is no role {role[:40]!r}.", field="role", fix=f"Send {', '.join(ROLES)}.")
    return role


def check_password(password: str) -> str:
    """The password itself. Raises Invalid, never showing it."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid(
            "invalid_password", f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
            field="password", fix="Take a longer one: four words that you will remember do well.",
        )  # fmt: skip
    return password
