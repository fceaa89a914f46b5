"""The bulk upload of supplier invoices: a form or JSON, some entries of which may fail while others go in."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from counterfoil import errors
from counterfoil.domain import supplier_reading
from counterfoil.domain.received_einvoice import NoEInvoice, Unreadable
from counterfoil.domain.supplier_invoice import (
    UPLOAD_SOURCES,
    JsonSupplierInvoice,
    SupplierInvoiceChange,
    SupplierInvoiceMeta,
)
from counterfoil.domain.supplier_reading import Finding
from counterfoil.errors import BillingError, Fault
from counterfoil.formats.read import read
from counterfoil.operations import attachments, supplier_invoices
from counterfoil.operations.supplier_invoices import Incoming
from counterfoil.operations.work import Work
from counterfoil.ports import pdf_opener
from counterfoil.rest.bodies import read_object, validated
from counterfoil.rest.calls import Call
from counterfoil.rest.errors import as_wire
from counterfoil.rest.multipart import Form, Limits, Part, is_form, read_form
from counterfoil.rest.uploads import DOCUMENTS_AND_EINVOICES, Upload, keep, looked_at

MOST = 20
FILE_BYTES = 10 * 1024 * 1024
BODY_BYTES = 15 * 1024 * 1024 + 64 * 1024  # the files, and what a form writes around them
_NAME = "supplier_invoices"
_FIELD = re.compile(r"supplier_invoices(?:\[(\d{0,4})\]|\.(\d{1,4}))(?:\[(\w+)\]|\.(\w+))")
_KEY_LENGTH = 250
_LIMITS = Limits(parts=4 * MOST + 16, part_bytes=BODY_BYTES, body_bytes=BODY_BYTES)


@dataclass(slots=True)
class Entry:
    """One document as sent. fault: why it cannot go in, once that is known. found: what its file says."""

    part: Part | None = None
    attachment_id: str | None = None
    idempotency_key: str | None = None
    known: SupplierInvoiceChange | None = None
    upload: Upload | None = None
    fault: Fault | None = None
    found: tuple[Finding, ...] = ()


@dataclass(slots=True)
class Batch:
    """All entries of one request, in order, and what it says of all of them."""

    entries: list[Entry]
    source: str = "integration"
    meta: SupplierInvoiceMeta = field(default_factory=SupplierInvoiceMeta)


def read_batch(body: bytes, content_type: str) -> Batch:
    """The request's entries; those with a fault of their own carry it. Raises Malformed when all of it is unusable."""
    try:
        form = read_form(body, content_type, _LIMITS) if is_form(content_type) else None
        batch = _from_form(form) if form else _from_json(body, content_type)
    except errors.Invalid as error:
        raise errors.Malformed.of(error.faults) from None  # the API knows no 422 for this call
    if not batch.entries:
        raise _malformed("No supplier invoice was sent.", "Send one to 20 as supplier_invoices[][file].")
    if len(batch.entries) > MOST:
        raise _malformed(f"{len(batch.entries)} supplier invoices were sent; at most {MOST} go at once.",
                         "Send the rest in another request.")  # fmt: skip
    for entry in batch.entries:
        _look_at(entry)
    return batch


def keep_files(call: Call, batch: Batch) -> None:
    """Puts the files that are well into the blobs, and reads them: nothing slow is left for the transaction."""
    call.authenticate()
    for entry in batch.entries:
        if entry.fault:
            continue
        if entry.upload:
            keep(call, entry.upload)
            entry.found = _found(entry.upload.data)
        elif entry.attachment_id:
            entry.found = _found(_attached(call, entry.attachment_id))


def _attached(call: Call, attachment_id: str) -> bytes:
    """What an attachment holds; nothing when there is none."""
    actor = call.authenticate()
    with call.doors.works.read(actor) as work:
        row = attachments.find(work, attachment_id)
    with contextlib.suppress(FileNotFoundError):
        return call.doors.blobs.get(row.sha256) if row else b""
    return b""


def _found(data: bytes) -> tuple[Finding, ...]:
    """What the file says: nothing where it is no e-invoice; of one that cannot be read, why."""
    try:
        return supplier_reading.findings(read(data, embedded_xml=pdf_opener.embedded_xml))
    except NoEInvoice:
        return ()
    except Unreadable as error:
        return (supplier_reading.unread(error),)


def create_all(work: Work, batch: Batch) -> str:
    """Takes in every entry that is well: the answer tells of each, done or why not."""
    rows, faults = [], []
    for index, entry in enumerate(batch.entries):
        try:
            if entry.fault:
                raise errors.Invalid.of([entry.fault])
            new = Incoming(
                file=entry.upload.file if entry.upload else None, attachment_id=entry.attachment_id,
                idempotency_key=entry.idempotency_key, known=entry.known, found=entry.found,
            )  # fmt: skip
            rows += supplier_invoices.create(work, new, source=batch.source, meta=batch.meta)
        except BillingError as error:
            faults += [_as_wire(fault, index, entry) for fault in error.faults]
    written = ",".join(supplier_invoices.answers(work, rows))
    return f'{{"{_NAME}":[{written}],"errors":{json.dumps(faults, ensure_ascii=False)}}}'


def fingerprint(batch: Batch) -> bytes:
    """What stands for the request when it is repeated: a form never repeats to the byte."""
    told = [
        (entry.idempotency_key, entry.attachment_id, entry.upload.file.sha256 if entry.upload else None)
        for entry in batch.entries
    ]
    return json.dumps([told, batch.source, batch.meta.model_dump()]).encode()


def _look_at(entry: Entry) -> None:
    try:
        if bool(entry.part) == bool(entry.attachment_id):
            raise errors.Invalid(
                "invalid", "Each supplier invoice is either a file or an attachment_id.", field="file",
                fix="Send one of the two.",
            )  # fmt: skip
        key = entry.idempotency_key or ""
        if len(key) > _KEY_LENGTH or not key.isprintable():
            entry.idempotency_key = None  # not to be repeated in the answer
            raise errors.Invalid(
                "invalid_idempotency_key", f"The key is longer than {_KEY_LENGTH} characters or not printable.",
                field="idempotency_key", fix="Send a UUID.",
            )  # fmt: skip
        if entry.part:
            entry.upload = _file(entry.part)
    except errors.Invalid as error:
        entry.fault = error.faults[0]


def _file(part: Part) -> Upload:
    if len(part.data) > FILE_BYTES:
        raise errors.Invalid(
            "invalid", f"The file is too large: at most {FILE_BYTES // 1024 // 1024} MB are allowed.", field="file",
            fix="Send a smaller file.",
        )  # fmt: skip
    return looked_at(part, allowed=DOCUMENTS_AND_EINVOICES)


def _as_wire(fault: Fault, index: int, entry: Entry) -> dict[str, Any]:
    """One fault in the form that the API has for this call: its pointer leads to the entry's key, else its place."""
    wire = as_wire(fault, 422)
    place = f"idempotency_key/{entry.idempotency_key}" if entry.idempotency_key else str(index)
    wire["code"] = "invalid" if fault.code == "invalid_file" else fault.code
    wire["message"] = wire["detail"]
    wire["source"] = {"pointer": f"/{_NAME}/{place}/{fault.field or 'file'}"}
    wire["meta"] = {**wire.get("meta", {}), "index": index, "reason": fault.code}
    return wire


def _from_form(form: Form) -> Batch:
    numbered: dict[int, Entry] = {}
    files: list[Entry] = []
    keys: list[str] = []
    for part in form.parts:
        found = _FIELD.fullmatch(part.name)
        if not found:
            continue
        name, place = found[3] or found[4], found[1] or found[2]
        if place:
            _fill(numbered.setdefault(int(place), Entry()), name, part)
        elif name == "idempotency_key":
            keys.append(part.text.strip())
        elif _is_sent(name, part):
            _fill(files_entry := Entry(), name, part)
            files.append(files_entry)
    _pair(files, keys)
    entries = files + [numbered[place] for place in sorted(numbered)]
    return _batch(entries, form.text("source"), form.text("meta"))


def _is_sent(name: str, part: Part) -> bool:
    # A browser's form sends an empty part for a file that nobody chose.
    return name in ("file", "attachment_id") and bool(part.file_name or part.data)


def _fill(entry: Entry, name: str, part: Part) -> None:
    if name == "file" and _is_sent(name, part):
        entry.part = part
    elif name == "attachment_id":
        entry.attachment_id = part.text.strip() or None
    elif name == "idempotency_key":
        entry.idempotency_key = part.text.strip() or None


def _pair(files: list[Entry], keys: list[str]) -> None:
    """The n-th key belongs to the n-th file, whatever stood between them: libraries write fields in their own order."""
    if keys and len(keys) != len(files):
        raise _malformed(
            f"{len(files)} files and {len(keys)} idempotency keys were sent: they cannot be paired.",
            "Send supplier_invoices[][idempotency_key] once for each supplier_invoices[][file].",
        )
    for entry, given in zip(files, keys, strict=False):
        entry.idempotency_key = given or None


def _from_json(body: bytes, content_type: str) -> Batch:
    sent = read_object(body, content_type or None, None)
    listed = sent.get(_NAME)
    if not isinstance(listed, list):
        raise _malformed("supplier_invoices is not a list.", "Send a form with supplier_invoices[][file].")
    source, told = sent.get("source"), sent.get("meta")
    return _batch(
        [_from_item(item) for item in listed[: MOST + 1]],
        source if isinstance(source, str) else None,
        told if isinstance(told, str) else json.dumps(told) if told else None,
    )


def _from_item(item: object) -> Entry:
    if not isinstance(item, dict):
        return Entry(fault=Fault("invalid", "This entry is not a JSON object.", fix="Send {attachment_id, …}."))
    try:
        sent = validated(JsonSupplierInvoice, item)
    except errors.Invalid as error:
        return Entry(fault=error.faults[0])
    known = sent if sent.model_fields_set - {"attachment_id", "idempotency_key", "status"} else None
    return Entry(attachment_id=sent.attachment_id, idempotency_key=sent.idempotency_key, known=known)


def _batch(entries: list[Entry], source: str | None, told: str | None) -> Batch:
    wanted = source or "integration"
    if wanted not in UPLOAD_SOURCES:
        raise errors.Malformed(
            "not_in_list", f"source has no value {wanted[:80]!r}.", field="source",
            fix=f"Send one of: {', '.join(UPLOAD_SOURCES)}.", meta={"allowed": list(UPLOAD_SOURCES)},
        )  # fmt: skip
    return Batch(entries, UPLOAD_SOURCES[wanted], _meta(told))


def _meta(told: str | None) -> SupplierInvoiceMeta:
    try:
        return SupplierInvoiceMeta.model_validate_json(told) if told else SupplierInvoiceMeta()
    except ValidationError:
        raise errors.Malformed(
            "invalid_meta", "meta is not a JSON object of short texts.", field="meta",
            fix='Send one such as {"integration_type": "amazon"}.',
        ) from None  # fmt: skip


def _malformed(problem: str, fix: str) -> errors.Malformed:
    return errors.Malformed("bad_request", problem, field=_NAME, fix=fix)
