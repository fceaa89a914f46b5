"""A person's yes, asked for by the caller's program where it can, and by its words where it cannot.

The API holds back what its caller's policy guards, and tells the id of an approval. Whoever has only a token cannot
answer it: the answer comes from the program that asked its user, with a state that this server sealed, or from the
approval page or the terminal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import anyio
import mcp_types as types
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.shared.exceptions import MCPError, NoBackChannelError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from counterfoil.domain.approvals import MINUTES_TO_LIVE
from counterfoil.errors import Gone, WrongState
from counterfoil.mcp.caller import Caller, Connect
from counterfoil.sdk.errors import ApiError

_QUESTION: Final = "approve"
_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {"approve": {"type": "boolean", "title": "Approve", "description": "Whether this may be done now."}},
    "required": ["approve"],
}
_SECONDS: Final = MINUTES_TO_LIVE * 60
Run = Callable[[], Awaitable[dict[str, Any]]]


class SealedState:
    """Middleware: what a client carries from one request to the next is sealed, and bound to call and caller.

    secret: the same on every replica.
    """

    def __init__(self, secret: bytes, connect: Connect) -> None:
        security = RequestStateSecurity(keys=[secret], ttl=_SECONDS, bind_principal=lambda c: connect(c).principal)
        self._boundary = RequestStateBoundary(security, default_audience="counterfoil")

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        try:
            return await self._boundary(ctx, call_next)
        except MCPError as error:
            if isinstance(error.error.data, Mapping) and error.error.data.get("reason") == "invalid_request_state":
                message = (
                    "Invalid or expired requestState: it belongs to another call, caller or time. Nothing was done. "
                    "Make the call again without requestState and inputResponses."
                )
                raise MCPError(error.error.code, message, error.error.data) from None
            raise


def needed(error: ApiError) -> Mapping[str, Any] | None:
    """The approval that the API wants before it acts, if it is that which it refuses for."""
    if error.status != 428:
        return None
    for fault in error.errors:
        found = fault.meta.get("approval")
        if fault.code == "approval_required" and isinstance(found, Mapping):
            return found
    return None


async def take_answer(params: types.CallToolRequestParams, caller: Caller) -> None:
    """Records the yes that came with the call, if one did. Raises WrongState when the user said no.

    The state was opened by SealedState, so it is one that this server gave for this very call. An answer without a
    state counts for nothing.
    """
    if params.request_state is None or not params.input_responses or caller.approve is None:
        return
    answer = params.input_responses.get(_QUESTION)
    if isinstance(answer, types.ElicitResult):
        await _take(answer, params.request_state, caller.approve)


async def ask(context: ServerRequestContext[Any], caller: Caller, error: ApiError, run: Run) -> Any:
    """What to answer in place of the act: a question to the user, or the outcome once it is answered.

    run: makes the call again. Raises what `run` raises, `error` where the client cannot ask its user, and WrongState
    when the user said no.
    """
    approval = needed(error) or {}
    approve = caller.approve
    if approve is None or not _has_forms(context) or approval.get("state") == "declined":
        raise error
    question = types.ElicitRequestFormParams(message=_message(approval), requested_schema=dict(_SCHEMA))
    if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
        return types.InputRequiredResult(
            input_requests={_QUESTION: types.ElicitRequest(params=question)}, request_state=str(approval["id"])
        )
    if not context.session.can_send_request:
        raise error
    try:
        with anyio.fail_after(_SECONDS):
            answer = await context.session.elicit_form(question.message, question.requested_schema, context.request_id)
    except (NoBackChannelError, TimeoutError):
        raise error from None
    await _take(answer, str(approval["id"]), approve)
    return await run()


def refused(error: ApiError) -> dict[str, Any]:
    """The structured content of the refusal: what waits, where a person says yes, and what to do then."""
    approval = dict(needed(error) or {})
    if approval.get("state") == "declined":
        message = f"Your user declined this: {_summary(approval)} Nothing was changed."
        fix = "Do not repeat the call. Ask your user what to do instead."
    else:
        message = f"A person must approve this first: {_summary(approval)} Nothing was changed."
        fix = f"Ask your user to {_ways(approval)}. Then repeat this call unchanged."
    fault = {"code": "approval_required", "message": message, "fix": fix}
    return {**fault, "approval": approval, "errors": [fault]}


def _summary(approval: Mapping[str, Any]) -> str:
    """What waits, as a sentence."""
    said = str(approval.get("summary", "")).strip()
    return said if not said or said.endswith((".", "!", "?")) else f"{said}."


async def _take(answer: types.ElicitResult, approval_id: str, approve: Callable[[str], Awaitable[None]]) -> None:
    is_yes = answer.action == "accept" and (answer.content or {}).get("approve") is True
    if not is_yes:
        raise WrongState(
            "approval_declined", "Your user did not approve this. Nothing was changed.",
            fix="Do not repeat the call. Ask your user what to do instead.",
        )  # fmt: skip
    try:
        await approve(approval_id)
    except (WrongState, Gone):
        # Decided, spent or expired meanwhile: whether the act may still be done is for the API to say.
        return


def _has_forms(context: ServerRequestContext[Any]) -> bool:
    """Whether the client declared that it asks its user with forms; {} means forms."""
    capabilities = context.session.client_capabilities
    declared = capabilities.elicitation if capabilities else None
    return declared is not None and (declared.form is not None or declared.url is None)


def _message(approval: Mapping[str, Any]) -> str:
    where = f" What would be done stands at {approval['url']}." if approval.get("url") else ""
    until = approval.get("expires_at", "")
    return f"{approval.get('summary', '')}\n\nThis cannot be taken back.{where} The question stands until {until}."


def _ways(approval: Mapping[str, Any]) -> str:
    """How a person approves it: before a server elsewhere there is no page, and the command names the directory."""
    run = f"run: {approval.get('command') or 'counterfoil approve ' + str(approval.get('id', ''))}"
    return f"open {approval['url']} or to {run}" if approval.get("url") else run
