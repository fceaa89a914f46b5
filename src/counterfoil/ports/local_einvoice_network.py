"""The default network: an outbox folder, and an exchange that is simulated. NOTHING LEAVES THIS MACHINE.

    outbox/behaviour.json                                what the exchange does with the next submissions, if not accept
    outbox/<organization>/<tracking id>/<file>           what would have been sent, to the byte
    outbox/<organization>/<tracking id>/manifest.json    what it is, when it came, that it is simulated
    outbox/<organization>/<tracking id>/event-*.json     events that somebody told the exchange to say
    outbox/<organization>/<tracking id>/status-*.json    what we said of it, such as that it was paid

A submission's folder is made beside and renamed, synced before and after: it is there whole or not at all, once. Its
events follow from the manifest and the clock, so that nothing has to run for them to come.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, ParamSpec, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from counterfoil.ports.clock import Clock, timestamp
from counterfoil.ports.durable import sync_directory, write_whole
from counterfoil.ports.einvoice_network import Heard, NetworkEvent, Receipt, Refused, Status, Submission, Transient

SIMULATED: Final = (
    "SIMULATED. Nothing left this machine: no network, tax office or buyer has this document, and every event of it "
    "is made up."
)
BEHAVIOUR_FILE, MANIFEST_FILE = "behaviour.json", "manifest.json"
# Questions overlap by so much: what was written while the last one was answered is not missed.
OVERLAP: Final = timedelta(minutes=1)
Name = Literal[
    "accept", "approve", "refuse", "reject", "undeliverable", "delay", "lose", "drop", "lose_receipt", "inadmissible"
]
ParamsOf = ParamSpec("ParamsOf")
Answer = TypeVar("Answer")


class Behaviour(BaseModel):
    """What the simulated exchange does with the submissions that come next."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    behaviour: Name = Field(
        "accept",
        description="accept: filed and delivered. approve: and approved by its buyer. refuse: the buyer refuses it "
        "(210, EC02). reject: a platform rejects it (213; NS in Italy). undeliverable: 221, in Italy MC. "
        "delay: accept, an hour later. lose: taken, and nothing is ever heard of it. "
        "drop: it does not arrive, and the call fails. lose_receipt: it arrives, and the call fails all the same. "
        "inadmissible: the file is refused at the door",
    )
    reason: str = Field(
        "",
        pattern=r"^[A-Z][A-Z0-9_]{0,39}$|^$",
        description="reason code of refuse, reject or inadmissible: DOUBLON, …",
    )
    delay_seconds: int = Field(0, ge=0, le=31_536_000, description="how much later its events come")
    count: int | None = Field(
        None, ge=1, le=1_000_000, description="how many submissions meet it; null: all from now on"
    )


class Said(NamedTuple):
    """An event of a plan: so many seconds after the submission. reason "": the one that was asked for, if any."""

    after_seconds: int
    status_code: int
    reason: str = ""


_FILED = (Said(0, 200), Said(2, 201), Said(4, 202))
_DELIVERED = (*_FILED, Said(6, 203))
_TAKEN = (*_DELIVERED, Said(8, 204))
_SDI = (Said(0, 200), Said(4, 203, "RC"))
# What is said of a submission, by whether it is SdI's and the behaviour; the rest is as `accept`.
PLANS: Final[Mapping[tuple[bool, str], tuple[Said, ...]]] = MappingProxyType(
    {
        (False, "accept"): _DELIVERED,
        (False, "approve"): (*_TAKEN, Said(10, 205)),
        (False, "refuse"): (*_TAKEN, Said(10, 210, "NON_CONFORME")),
        (False, "reject"): (*_FILED, Said(6, 213, "REJ_SEMAN")),
        (False, "undeliverable"): (*_FILED[:2], Said(4, 221, "ROUTAGE_ERR")),
        (True, "accept"): _SDI,
        (True, "approve"): (*_SDI, Said(10, 205, "EC01")),
        (True, "refuse"): (*_SDI, Said(10, 210, "EC02")),
        (True, "reject"): (Said(0, 200), Said(4, 213, "NS")),
        (True, "undeliverable"): (Said(0, 200), Said(4, 221, "MC")),
        (False, "lose"): (),
        (True, "lose"): (),
    }
)
DELAY: Final = timedelta(hours=1)


def _as_transient(call: Callable[ParamsOf, Answer]) -> Callable[ParamsOf, Answer]:
    """A disk that fails is a network that is away."""

    def called(*args: ParamsOf.args, **kwargs: ParamsOf.kwargs) -> Answer:
        try:
            return call(*args, **kwargs)
        except (OSError, ValueError) as error:
            raise Transient(f"the simulated exchange: {error}") from error

    return called


class LocalNetwork:
    """An outbox and a simulated exchange below `root`, by `clock`."""

    name = "local"
    is_simulated = True

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root = root
        self._clock = clock
        self._lock = threading.Lock()
        self._read: dict[Path, tuple[frozenset[str], Sequence[_Kept]]] = {}

    @_as_transient
    def submit(self, submission: Submission) -> Receipt:
        folder = self._folder(submission.organization_id, submission.tracking_id)
        if not folder.exists():
            behaviour = self._met()
            if behaviour.behaviour == "drop":
                raise Transient("simulated: the submission did not arrive")
            if behaviour.behaviour == "inadmissible":
                raise Refused("Simulated: the file was refused at the door.", reason=behaviour.reason or "IRR_SYNTAX")
            self._take(folder, submission, behaviour)
            if behaviour.behaviour == "lose_receipt":
                raise Transient("simulated: the submission arrived and its receipt was lost")
        return Receipt(str(json.loads((folder / MANIFEST_FILE).read_bytes())["flow_id"]))

    @_as_transient
    def poll(self, organization_id: str, since: str) -> Heard:
        now = timestamp(self._clock.now())
        # Where the clock was put back all is said again: what was said meanwhile lies before the cursor.
        begin = timestamp(datetime.fromisoformat(since) - OVERLAP) if since and since <= now else ""
        kept = (each for folder in self._folders(organization_id) for each in self._events_in(folder))
        due = sorted((each for each in kept if begin <= each.said_at <= now), key=lambda each: each.said_at)
        return Heard([each.event for each in due], now)

    @_as_transient
    def send_status(self, status: Status) -> None:
        folder = self._folder(status.organization_id, status.tracking_id)
        if not folder.exists():
            raise Refused("Simulated: the exchange knows no such submission.")
        told = {
            "simulated": SIMULATED, "event_id": status.event_id, "status_code": status.status_code,
            "reason": status.reason, "occurred_at": status.occurred_at, "received_at": timestamp(self._clock.now()),
            "amounts": [
                {"vat_rate": rate, "amount": {"value": value, "currency": currency}}
                for rate, value, currency in status.amounts
            ],
        }  # fmt: skip
        _write_once(folder / f"status-{_safe(status.event_id)}.json", told)

    def tell(self, behaviour: Behaviour) -> None:
        """Lets the exchange do this with the submissions that come next."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._lock:
            _write(self._root / BEHAVIOUR_FILE, behaviour.model_dump())

    def behaviour(self) -> Behaviour:
        """What it does with the submissions that come next. Raises Transient when the file cannot be read."""
        path = self._root / BEHAVIOUR_FILE
        try:
            return Behaviour.model_validate_json(path.read_bytes()) if path.exists() else Behaviour()
        except ValidationError as error:
            raise Transient(f"{path} cannot be read: {error.errors()[0]['msg']}") from error

    def say(self, organization_id: str, tracking_id: str, said: NetworkEvent) -> None:
        """Lets the exchange say something of a submission. Raises Refused when it does not have it."""
        folder = self._folder(organization_id, tracking_id)
        if not folder.exists():
            raise Refused("Simulated: the exchange knows no such submission.")
        event = {
            "event_id": said.event_id, "status_code": said.status_code, "reason": said.reason,
            "reason_message": _simulated(said.reason_message), "occurred_at": timestamp(said.occurred_at),
            "said_at": timestamp(self._clock.now()),
        }  # fmt: skip
        _write_once(folder / f"event-{_safe(said.event_id)}.json", event)

    def manifests(self) -> list[dict[str, Any]]:
        """What the exchange has, in the order in which it came."""
        found = [json.loads(path.read_bytes()) for path in self._root.glob(f"*/[!.]*/{MANIFEST_FILE}")]
        return sorted(found, key=lambda each: (each["submitted_at"], each["tracking_id"]))

    def copy_to(self, directory: Path) -> None:
        """Copies outbox and exchange, for `put_back`."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(self._root, directory)

    def put_back(self, directory: Path) -> None:
        """Puts a copy in place of what is here."""
        with self._lock:
            shutil.rmtree(self._root, ignore_errors=True)
            shutil.copytree(directory, self._root)
            self._read.clear()

    def _met(self) -> Behaviour:
        """The behaviour that this submission meets, which is counted."""
        with self._lock:
            found = self.behaviour()
            if found.count is not None:
                left = found.model_copy(update={"count": found.count - 1}) if found.count > 1 else Behaviour()
                _write(self._root / BEHAVIOUR_FILE, left.model_dump())
        return found

    def _take(self, folder: Path, submission: Submission, behaviour: Behaviour) -> None:
        """Makes the submission's folder, unless another process was quicker."""
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
        try:
            _write(aside / MANIFEST_FILE, self._manifest(submission, behaviour))
            write_whole(aside / _safe(submission.file_name), submission.data)
            sync_directory(aside)
            try:
                aside.rename(folder)
            except OSError:
                if not folder.exists():
                    raise
            sync_directory(folder.parent)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def _manifest(self, submission: Submission, behaviour: Behaviour) -> dict[str, Any]:
        return {
            "simulated": SIMULATED,
            "organization_id": submission.organization_id,
            "tracking_id": submission.tracking_id,
            "flow_id": f"SIMULATED-{submission.tracking_id}",
            "document_kind": submission.document_kind,
            "document_id": submission.document_id,
            "number": submission.number,
            "kind": submission.kind,
            "file_name": _safe(submission.file_name),
            "content_type": submission.content_type,
            "size": len(submission.data),
            "sha256": submission.sha256,
            "submitted_at": timestamp(self._clock.now()),
            "behaviour": behaviour.model_dump(exclude={"count"}),
        }

    def _folder(self, organization_id: str, tracking_id: str) -> Path:
        return self._root / _safe(organization_id) / _safe(tracking_id)

    def _folders(self, organization_id: str) -> Iterator[Path]:
        try:
            with os.scandir(self._root / _safe(organization_id)) as found:
                yield from (Path(entry) for entry in found if not entry.name.startswith("."))
        except FileNotFoundError:
            return

    def _events_in(self, folder: Path) -> Sequence[_Kept]:
        """What is or will be said of a submission; read again only when something was added to its folder."""
        names = frozenset(entry.name for entry in folder.iterdir())
        read = self._read.get(folder)
        if read is None or read[0] != names:
            read = (names, [*_planned(folder), *_told(folder)])
            self._read[folder] = read
        return read[1]


class _Kept(NamedTuple):
    said_at: str
    event: NetworkEvent


def _planned(folder: Path) -> Iterator[_Kept]:
    manifest = json.loads((folder / MANIFEST_FILE).read_bytes())
    behaviour = Behaviour.model_validate(manifest["behaviour"])
    is_sdi = manifest["kind"] == "fatturapa"
    plan = PLANS.get((is_sdi, behaviour.behaviour), PLANS[is_sdi, "accept"])
    start = datetime.fromisoformat(manifest["submitted_at"]) + timedelta(seconds=behaviour.delay_seconds)
    if behaviour.behaviour == "delay" and not behaviour.delay_seconds:
        start += DELAY
    for place, said in enumerate(plan):
        moment = start + timedelta(seconds=said.after_seconds)
        # SdI has no reasons of this kind: there the notification itself stands in their place.
        reason = behaviour.reason if said.reason and behaviour.reason and not is_sdi else said.reason
        event_id = f"{manifest['tracking_id']}-{place}"
        event = NetworkEvent(event_id, manifest["tracking_id"], said.status_code, reason, _simulated(""), moment)
        yield _Kept(timestamp(moment), event)


def _told(folder: Path) -> Iterator[_Kept]:
    for path in sorted(folder.glob("event-*.json")):
        told = json.loads(path.read_bytes())
        moment = datetime.fromisoformat(told["occurred_at"])
        event = NetworkEvent(
            told["event_id"], folder.name, told["status_code"], told["reason"], told["reason_message"], moment
        )
        yield _Kept(told["said_at"], event)


def _simulated(message: str) -> str:
    return f"Simulated: {message}" if message else "Simulated: nothing left this machine."


def _safe(name: str) -> str:
    """`name` as one part of a path."""
    return re.sub(r"[^\w.+\-]", "_", name).lstrip(".")[:150] or "file"


def _write_once(path: Path, value: Mapping[str, Any]) -> None:
    if not path.exists():
        _write(path, value)


def _write(path: Path, value: Mapping[str, Any]) -> None:
    write_whole(path, json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n")
