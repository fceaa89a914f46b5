"""People of an organization, and what each role may do."""

from __future__ import annotations

from typing import Final, Literal, get_args

from counterfoil.domain.approvals import ALWAYS, ApprovalPolicy

Role = Literal["owner", "admin", "accountant", "agent"]
ROLES: Final[tuple[str, ...]] = get_args(Role)
_DECIDING: Final = frozenset({"owner", "admin"})


def may_decide(role: str) -> bool:
    """Whether people of this role approve and decline, and revoke what belongs to others."""
    return role in _DECIDING


def scopes_for(role: str, scopes: frozenset[str]) -> frozenset[str]:
    """Those of `scopes` that a token which acts for such a person may carry: an accountant's reads only."""
    if role != "accountant":
        return scopes
    return frozenset(scope for scope in scopes if scope.endswith(".read") or ("." not in scope and scope != "webhook"))


def policy_for(role: str, policy: ApprovalPolicy) -> ApprovalPolicy:
    """The policy of a token that acts for such a person: an agent's always waits for somebody else's yes."""
    if role != "agent" or policy.when == "always":
        return policy
    return ApprovalPolicy(ALWAYS.when, is_person_needed=policy.is_person_needed)
