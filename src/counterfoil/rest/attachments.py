"""/v2/attachments, and the signed links that their files are fetched by."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from datetime import datetime, timedelta
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from counterfoil import errors
from counterfoil.domain import scopes
from counterfoil.operations import attachments
from counterfoil.operations.work import Actor, Work
from counterfoil.rest.calls import Call, Doors
from counterfoil.rest.errors import respond
from counterfoil.rest.multipart import read_form
from counterfoil.rest.routing import Route
from counterfoil.rest.uploads import keep, looked_at
from counterfoil.store.rows import AttachmentRow

log = logging.getLogger("counterfoil.rest")
LINK_LIFE = timedelta(minutes=30)
_NO_PROBATIVE_COPY = {"status": "unavailable", "file_name": "", "file_content_type": "", "file_size": "", "url": ""}
_SHOWN = ("id", "created_at", "file_name", "file_size", "file_content_type", "url")


def upload_attachment(call: Call) -> Response:
    """Upload an attachment"""
    part = read_form(call.body, call.content_type).file("file")
    file = keep(call, looked_at(part))

    def act(work: Work) -> str:
        return json.dumps({"attachment": {"id": attachments.create_from(work, file).id}})

    return call.write(act, asked=f"{part.file_name or ''}\n{file.sha256}".encode())


def get_attachment(call: Call) -> Response:
    """Retrieve an attachment with a download link that lives 30 minutes"""

    def act(work: Work) -> str:
        row = attachments.get(work, call.params["id"])
        return json.dumps({"attachment": shown_file(call.doors, row, work.now)}, ensure_ascii=False)

    return call.read(act)


def shown_file(doors: Doors, row: AttachmentRow, now: datetime) -> dict[str, object]:
    """The attachment as the API answers it, with a link that lives LINK_LIFE from now."""
    return {
        "id": row.id,
        "created_at": row.created_at,
        "file_name": row.file_name,
        "file_size": str(row.size),
        "file_content_type": row.content_type,
        "url": signed_url(doors, row, int((now + LINK_LIFE).timestamp())),
        # An object, never null: some clients read its status without looking whether it is there.
        "probative_attachment": _NO_PROBATIVE_COPY,
    }


def signed_url(doors: Doors, row: AttachmentRow, expires: int) -> str:
    """A link to the file without a key. expires: Unix seconds."""
    signature = _signature(doors.signing_key, row.organization_id, row.id, expires)
    path = f"/files/{row.organization_id}/{row.id}"
    return f"{doors.settings.base_url}{path}?expires={expires}&signature={signature}"


def download(doors: Doors, request: Request) -> Response:
    """The file behind a signed link; 404 for a wrong signature, 410 for an old one."""
    organization_id, attachment_id = request.path_params["organization_id"], request.path_params["id"]
    expires = request.query_params.get("expires", "")
    number = int(expires) if expires.isascii() and expires.isdigit() and len(expires) < 12 else 0
    wanted = _signature(doors.signing_key, organization_id, attachment_id, number)
    try:
        if not hmac.compare_digest(
            wanted, request.query_params.get("signature", "").encode().decode("ascii", "ignore")
        ):
            raise errors.NotFound(
                "not_found", "This link is not valid.", fix="Fetch the attachment again for a new one."
            )
        if doors.works.clock.now().timestamp() > number:
            raise errors.Gone("gone", "This link has expired.", fix="Fetch the attachment again for a new one.")
        with doors.works.read(Actor(organization_id, "link", client="link")) as work:
            row = attachments.get(work, attachment_id)
        return file_response(row, doors.blobs.get(row.sha256))
    except FileNotFoundError:
        log.error("the file of attachment %s is not in its place", attachment_id)
        return respond(_file_gone())
    except errors.BillingError as error:
        return respond(error)


def _file_gone() -> errors.Unavailable:
    return errors.Unavailable(
        "file_missing", "This file is not in its place any more.",
        fix="Whoever runs the server: counterfoil verify names what is missing, a backup has it.",
    )  # fmt: skip


def file_response(row: AttachmentRow, data: bytes, *, is_inline: bool = False) -> Response:
    """The file as an answer that no browser will guess about or run."""
    kind = "inline" if is_inline else "attachment"
    return Response(
        data,
        media_type=row.content_type,
        headers={
            "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(row.file_name)}",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def _signature(key: bytes, organization_id: str, attachment_id: str, expires: int) -> str:
    return hmac.new(key, f"{organization_id}/{attachment_id}/{expires}".encode(), hashlib.sha256).hexdigest()


_BASE = "/v2/attachments"
_ID = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}}}
FILE = {
    "type": "object",
    "required": [*_SHOWN, "probative_attachment"],
    "properties": {
        **{name: {"type": "string"} for name in _SHOWN},
        "probative_attachment": {
            "type": "object",
            "required": [*_NO_PROBATIVE_COPY],
            "properties": {name: {"type": "string"} for name in _NO_PROBATIVE_COPY},
        },
    },
}

ROUTES = (
    Route(
        "POST", _BASE, scopes.ATTACHMENT_WRITE, upload_attachment, takes="file", gives={"attachment": _ID},
        max_bytes=attachments.MAX_BYTES + 64 * 1024,
    ),
    Route("GET", f"{_BASE}/{{id}}", scopes.ATTACHMENT_READ, get_attachment, gives={"attachment": FILE}),
)  # fmt: skip
