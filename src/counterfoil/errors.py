"""What can go wrong, as values. Each door (REST, MCP, CLI) has one table that maps these kinds.

BillingError
├── Malformed      the request could not be read at all
├── Unauthorized   nobody we know
├── Forbidden      known, but may not
├── NotFound       absent, or of another organization: the same answer
├── Gone           it was there, and is not any more
├── Conflict       clashes with something that exists
├── WrongState     the document's lifecycle does not allow it now
│   └── ForbiddenTransition  the same, where the API answers it as a bad request
├── ApprovalRequired  a person must say yes first
├── Invalid        well-formed, but a value is wrong
├── TooLarge       over a size limit
├── UnsupportedMedia  a content type that is not served
└── Unavailable    try again later
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Self


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and how to mend it.

    field: the wire name's path, segments joined by "/", such as "items/0/vat_rate"; None when no field is at fault.
    parameter: a query parameter's name, when the fault is there instead.
    fix: one sentence that tells the caller what to send or call instead.
    rule, source: the legal rule's id and where it is written, when a law or standard says so.
    patch: RFC 6902 operations that mend it without asking anybody, where there are such; their paths are those of
    patch_target ("client_invoice", "credit_note", "client" or "organization") as GET answers it.
    """

    code: str
    message: str
    field: str | None = None
    fix: str | None = None
    parameter: str | None = None
    rule: str | None = None
    source: str | None = None
    meta: Mapping[str, object] = dataclasses.field(default_factory=dict)
    patch: tuple[Mapping[str, object], ...] = ()
    patch_target: str = ""


class BillingError(Exception):
    """Base of all faults that a caller can do something about; holds one or more `Fault`s."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        field: str | None = None,
        fix: str | None = None,
        parameter: str | None = None,
        meta: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.faults: tuple[Fault, ...] = (
            Fault(code, message, field=field, fix=fix, parameter=parameter, meta=meta or {}),
        )

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> Self:
        """The same kind of error for several faults at once; `faults` must not be empty."""
        listed = tuple(faults)
        error = cls(listed[0].code, listed[0].message)
        error.faults = listed
        return error

    @property
    def code(self) -> str:
        return self.faults[0].code


class Malformed(BillingError):
    """The request could not be read: broken JSON, a missing part."""


class Unauthorized(BillingError):
    """No key or token, or one that is not known here."""


class Forbidden(BillingError):
    """The caller is known but may not do this."""


class NotFound(BillingError):
    """Absent or of another organization: both give the same answer."""


class Gone(BillingError):
    """It was there, and is not any more."""


class Conflict(BillingError):
    """Clashes with something that exists, such as a number that is taken."""


class WrongState(BillingError):
    """The document's lifecycle does not allow this action now."""


class ForbiddenTransition(WrongState):
    """The same for supplier invoices, of which the API documents it as a bad request."""


class ApprovalRequired(BillingError):
    """A person must say yes first; meta["approval"] holds id, url, expires_at, summary and state."""


class Invalid(BillingError):
    """Well-formed, but a value is wrong."""


class TooLarge(BillingError):
    """Over a size limit."""


class UnsupportedMedia(BillingError):
    """A content type that this route does not read."""


class Unavailable(BillingError):
    """Something that we depend on is away; the same call may work later."""
