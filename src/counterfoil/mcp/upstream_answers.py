"""What a server elsewhere answers, as the tools can tell it; and what is answered in its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from counterfoil import errors
from counterfoil.errors import BillingError, Fault
from counterfoil.sdk.errors import api_error
from counterfoil.sdk.wire import Answer

_STATUS: Final[tuple[tuple[type[BillingError], int], ...]] = (
    (errors.NotFound, 404), (errors.Conflict, 409), (errors.Gone, 410), (errors.ForbiddenTransition, 400),
    (errors.WrongState, 412), (errors.Invalid, 422), (errors.ApprovalRequired, 428), (errors.Forbidden, 403),
    (errors.Unavailable, 503),
)  # fmt: skip
_MASKED: Final = re.compile(r"[*•#]|X{4}")
_WORDS: Final[Mapping[int, tuple[str, str, str]]] = {
    401: ("unauthorized", "The server does not know this API key or token.",
          "Your user must start counterfoil mcp with a key or token that the server knows."),
    403: ("forbidden", "The server does not let this key or token do that.",
          "Your user must connect with one that may: some calls want OAuth, a scope, a plan or an add-on."),
    404: ("not_found", "The server has nothing at this address.", "List what there is, and use an id of the list."),
    429: ("rate_limited", "The server was asked too often.", "Wait a minute and call again."),
}  # fmt: skip
OUTCOME_UNKNOWN: Final = "outcome_unknown"
LOOK: Final = (
    "List what is there first. If it was not done, repeat it with another idempotency_key, or a create with "
    "allow_duplicate: true."
)
# The server says that it did nothing.
_NOT_DONE: Final = frozenset({*range(300, 500), 503}) - {408}
_LOGIN: Final = (
    "not_an_api", "The server answered with a page for people, not with the API.",
    "Your user must check the address after --upstream; a sandbox of Qonto's also wants --staging-token.",
)  # fmt: skip


def readable(answer: Answer, base_url: str) -> Answer:
    """`answer` itself, or, where it is no answer of the API, one that says what is wrong and who can mend it."""
    is_page = answer.headers.get("content-type", "").startswith("text/html") or answer.body.lstrip()[:1] == b"<"
    if 300 <= answer.status < 400 or (is_page and answer.status in (200, 401, 403)):
        code, message, fix = _LOGIN
        return _of([Fault(code, f"{message} ({base_url})", fix=fix)], 403)
    if answer.status < 400 or _is_told(answer):
        return answer
    code, message, fix = _WORDS.get(
        answer.status, ("server_error", f"The server failed ({answer.status}).", "Call again in a minute.")
    )
    wait = answer.headers.get("retry-after", "")
    if answer.status == 429 and wait.isdigit():
        fix = f"Wait {wait} seconds and call again."
    return replace(_of([Fault(code, message, fix=fix)], answer.status), headers=answer.headers)


def failure(error: BillingError) -> Answer:
    """A refusal of ours, as the API would answer it."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 400)
    return _of(error.faults, status)


def may_be_done(answer: Answer) -> bool:
    """Whether the server does not say for certain that it did nothing: a 503 may be of a commit without an answer."""
    return answer.status not in _NOT_DONE or (answer.status == 503 and OUTCOME_UNKNOWN in _codes(answer))


def unknown(what: str, status: int) -> Answer:
    """Nobody heard how it ended; `what` says of which call. A repeat is refused until somebody has looked."""
    return _of([Fault(OUTCOME_UNKNOWN, f"{what}: it may have been done.", fix=LOOK)], status)


def wire(fault: Fault, status: int | None = None) -> dict[str, Any]:
    """A fault as the API writes it."""
    told: dict[str, Any] = {"code": fault.code, "detail": fault.message}
    if status is not None:
        told["status"] = str(status)
    if fault.field:
        told["source"] = {"pointer": f"/data/attributes/{fault.field}"}
    meta = dict(fault.meta) | {name: getattr(fault, name) for name in ("fix", "rule", "source") if getattr(fault, name)}
    return told | ({"meta": meta} if meta else {})


def first_words(answer: Answer) -> str:
    """What a refusal says."""
    fault = api_error(answer.status, answer.body).errors[0]
    return fault.detail or fault.code


def refuse_masked_iban(body: Mapping[str, Any] | None) -> None:
    """Raises Invalid for an IBAN as some servers show it to some people: with its middle hidden."""
    methods = (body or {}).get("payment_methods")
    iban = str(methods.get("iban") or "") if isinstance(methods, Mapping) else ""
    if _MASKED.search(iban):
        raise errors.Invalid(
            "masked_iban", f"{iban} is an IBAN with a part hidden: this key may not see it whole.",
            field="payment_methods/iban", fix="Ask your user for the whole IBAN and send it.",
        )  # fmt: skip


def _codes(answer: Answer) -> set[str]:
    return {each.code for each in api_error(answer.status, answer.body).errors}


def _is_told(answer: Answer) -> bool:
    """Whether the body says what is wrong."""
    try:
        sent = json.loads(answer.body)
    except ValueError:
        return False
    return isinstance(sent, dict) and any(_faults(sent))


def _faults(sent: Mapping[str, Any]) -> Iterator[bool]:
    listed = sent.get("errors")
    for each in listed if isinstance(listed, list) else [sent]:
        yield isinstance(each, dict) and bool(each.get("code") or each.get("detail") or each.get("message"))


def _of(faults: Any, status: int) -> Answer:
    body = json.dumps({"errors": [wire(fault, status) for fault in faults]}, ensure_ascii=False)
    return Answer(status, body.encode(), {"content-type": "application/json"})
