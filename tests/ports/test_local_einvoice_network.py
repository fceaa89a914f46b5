"""The outbox and its simulated exchange: each submission once, whole or not at all, and events by the clock."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from counterfoil.domain.einvoicing import CODES
from counterfoil.ports.clock import SystemClock, timestamp
from counterfoil.ports.einvoice_network import EinvoiceNetwork, NetworkEvent, Refused, Status, Submission, Transient
from counterfoil.ports.local_einvoice_network import PLANS, Behaviour, LocalNetwork
from tests.architecture.source import ROOT
from tests.plugins.repeatable import is_full_size
from tests.support.houses import START, SteppingClock

KILLS = 200 if is_full_size() else 15
ORGANIZATION = "0198c5a5-0000-7000-8000-000000000009"


def submission(tracking_id: str = "t-1", **more: Any) -> Submission:
    return replace(
        Submission(
            organization_id=ORGANIZATION, tracking_id=tracking_id, document_kind="client_invoice", document_id="d-1",
            number="F-2026-001", kind="facturx", file_name="F-2026-001.pdf", content_type="application/pdf",
            sha256="0" * 64, data=b"%PDF-1.7",
        ),
        **more,
    )  # fmt: skip


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def network(tmp_path: Path, clock: SteppingClock) -> LocalNetwork:
    return LocalNetwork(tmp_path / "outbox", clock)


def heard(network: LocalNetwork, clock: SteppingClock, after: timedelta = timedelta(minutes=5)) -> list[NetworkEvent]:
    clock.jump(after)
    return list(network.poll(ORGANIZATION, "").events)


def tell(network: LocalNetwork, **behaviour: Any) -> None:
    network.tell(Behaviour.model_validate(behaviour))


def test_it_is_a_network_and_says_that_it_is_none(network: LocalNetwork) -> None:
    port: EinvoiceNetwork = network
    assert (port.name, port.is_simulated) == ("local", True)


def test_what_is_submitted_lies_in_the_outbox_and_says_what_it_is(network: LocalNetwork, tmp_path: Path) -> None:
    receipt = network.submit(submission())
    folder = tmp_path / "outbox" / ORGANIZATION / "t-1"
    assert sorted(path.name for path in folder.iterdir()) == ["F-2026-001.pdf", "manifest.json"]
    assert (folder / "F-2026-001.pdf").read_bytes() == b"%PDF-1.7"
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["simulated"].startswith("SIMULATED. Nothing left this machine")
    assert (manifest["number"], manifest["flow_id"], manifest["size"]) == ("F-2026-001", receipt.flow_id, 8)


@pytest.mark.parametrize("name", ["../../evil.xml", "/etc/passwd", "a/b.xml", ".hidden", "", "x" * 400])
def test_a_file_name_stays_inside_its_folder(network: LocalNetwork, tmp_path: Path, name: str) -> None:
    network.submit(submission(file_name=name))
    folder = tmp_path / "outbox" / ORGANIZATION / "t-1"
    assert len(list(folder.iterdir())) == 2
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == list(folder.iterdir())


def test_the_same_submission_again_is_the_one_that_is_there(network: LocalNetwork, clock: SteppingClock) -> None:
    first = network.submit(submission())
    clock.jump(timedelta(days=1))
    tell(network, behaviour="refuse")
    assert network.submit(submission(data=b"something else")) == first
    assert len(network.manifests()) == 1
    assert 210 not in {event.status_code for event in heard(network, clock)}


def test_many_at_once_are_taken_once(network: LocalNetwork) -> None:
    with ThreadPoolExecutor(8) as pool:
        receipts = set(pool.map(lambda _: network.submit(submission()), range(40)))
    assert len(receipts) == len(network.manifests()) == 1


def test_events_come_one_after_the_other_by_the_clock(network: LocalNetwork, clock: SteppingClock) -> None:
    network.submit(submission())
    seen = [[event.status_code for event in heard(network, clock, timedelta(seconds=2))] for _ in range(4)]
    assert seen == [[200, 201], [200, 201, 202], [200, 201, 202, 203], [200, 201, 202, 203]]


def test_each_event_has_one_id_and_says_that_it_is_simulated(network: LocalNetwork, clock: SteppingClock) -> None:
    network.submit(submission())
    once, again = heard(network, clock), heard(network, clock)
    assert once == again
    assert len({event.event_id for event in once}) == len(once)
    assert all(event.reason_message.startswith("Simulated") for event in once)


def test_what_was_heard_long_ago_is_not_said_again(network: LocalNetwork, clock: SteppingClock) -> None:
    network.submit(submission())
    clock.jump(timedelta(minutes=10))
    cursor = network.poll(ORGANIZATION, "").cursor
    clock.jump(timedelta(minutes=10))
    assert network.poll(ORGANIZATION, cursor).events == []
    assert network.poll("another", "").events == []


def test_a_clock_that_was_put_back_makes_nobody_deaf(network: LocalNetwork, clock: SteppingClock) -> None:
    cursor = network.poll(ORGANIZATION, "").cursor
    clock.jump(timedelta(days=-30))
    network.submit(submission())
    clock.jump(timedelta(minutes=1))
    assert [event.status_code for event in network.poll(ORGANIZATION, cursor).events] == [200, 201, 202, 203]


@pytest.mark.parametrize(
    ("kind", "behaviour", "last"),
    [
        ("facturx", {"behaviour": "approve"}, (205, "")),
        ("facturx", {"behaviour": "refuse"}, (210, "NON_CONFORME")),
        ("ubl", {"behaviour": "refuse", "reason": "TX_TVA_ERR"}, (210, "TX_TVA_ERR")),
        ("facturx", {"behaviour": "reject", "reason": "DOUBLON"}, (213, "DOUBLON")),
        ("facturx", {"behaviour": "undeliverable"}, (221, "ROUTAGE_ERR")),
        ("fatturapa", {"behaviour": "accept"}, (203, "RC")),
        ("fatturapa", {"behaviour": "reject", "reason": "TX_TVA_ERR"}, (213, "NS")),
        ("fatturapa", {"behaviour": "refuse"}, (210, "EC02")),
        ("fatturapa", {"behaviour": "undeliverable"}, (221, "MC")),
    ],
)
def test_it_does_as_it_is_told(
    network: LocalNetwork, clock: SteppingClock, kind: str, behaviour: dict[str, Any], last: tuple[int, str]
) -> None:
    tell(network, **behaviour)
    network.submit(submission(kind=kind))
    said = heard(network, clock)[-1]
    assert (said.status_code, said.reason) == last


def test_what_it_says_may_be_said_in_that_order() -> None:
    for plan in PLANS.values():
        codes = [said.status_code for said in plan if not said.reason]
        assert all(after in CODES[before].follows for before, after in pairwise(codes))


def test_a_delay_puts_everything_off(network: LocalNetwork, clock: SteppingClock) -> None:
    tell(network, behaviour="approve", delay_seconds=3_000)
    network.submit(submission())
    assert heard(network, clock) == []
    assert heard(network, clock, timedelta(hours=1))[-1].status_code == 205


def test_lost_on_the_way_nothing_is_there_and_lost_on_the_way_back_it_is(network: LocalNetwork) -> None:
    for behaviour, there in (("drop", []), ("lose_receipt", ["drop", "lose_receipt"])):
        tell(network, behaviour=behaviour, count=1)
        with pytest.raises(Transient):
            network.submit(submission(behaviour))
        assert [manifest["tracking_id"] for manifest in network.manifests()] == there
        assert network.submit(submission(behaviour)).flow_id.endswith(behaviour)
    assert len(network.manifests()) == 2


def test_what_is_refused_at_the_door_is_not_kept(network: LocalNetwork) -> None:
    tell(network, behaviour="inadmissible", reason="IRR_ANTIVIRUS")
    with pytest.raises(Refused) as refused:
        network.submit(submission())
    assert (refused.value.reason, network.manifests()) == ("IRR_ANTIVIRUS", [])


def test_so_many_meet_it_and_then_all_is_as_usual(network: LocalNetwork) -> None:
    tell(network, behaviour="lose", count=2)
    for place in range(3):
        network.submit(submission(f"t-{place}"))
    assert [manifest["behaviour"]["behaviour"] for manifest in network.manifests()] == ["lose", "lose", "accept"]


@pytest.mark.parametrize("text", ["{", '{"behaviour": "explode"}', "[]"])
def test_a_control_file_that_cannot_be_read_loses_nothing(network: LocalNetwork, tmp_path: Path, text: str) -> None:
    tell(network, behaviour="accept")
    (tmp_path / "outbox" / "behaviour.json").write_text(text)
    with pytest.raises(Transient, match=r"behaviour\.json"):
        network.submit(submission())
    assert network.manifests() == []


def test_it_says_what_it_is_told_to_say_whenever_that_was(network: LocalNetwork, clock: SteppingClock) -> None:
    network.submit(submission())
    cursor = network.poll(ORGANIZATION, "").cursor
    clock.jump(timedelta(hours=1))
    cursor = network.poll(ORGANIZATION, cursor).cursor
    late = NetworkEvent("mine", "t-1", 999, "NEW", "later than it happened", START - timedelta(days=1))
    for _ in range(2):
        network.say(ORGANIZATION, "t-1", late)
    (said,) = network.poll(ORGANIZATION, cursor).events
    assert (said.status_code, said.reason, said.occurred_at) == (999, "NEW", START - timedelta(days=1))
    assert said.reason_message == "Simulated: later than it happened"
    with pytest.raises(Refused):
        network.say(ORGANIZATION, "t-2", late)


def test_a_status_is_kept_once_and_refused_for_what_is_not_there(network: LocalNetwork, tmp_path: Path) -> None:
    network.submit(submission())
    status = Status(ORGANIZATION, "t-1", "e-1", 212, "", timestamp(START), [("0.2", "120.00", "EUR")])
    for _ in range(2):
        network.send_status(status)
    (kept,) = (tmp_path / "outbox").glob("*/*/status-*.json")
    assert json.loads(kept.read_bytes())["amounts"] == [
        {"vat_rate": "0.2", "amount": {"value": "120.00", "currency": "EUR"}}
    ]
    with pytest.raises(Refused):
        network.send_status(replace(status, tracking_id="t-2"))


def test_it_is_put_back_as_it_was(network: LocalNetwork, clock: SteppingClock, tmp_path: Path) -> None:
    network.submit(submission())
    network.copy_to(tmp_path / "copy")
    network.submit(submission("t-2"))
    network.say(ORGANIZATION, "t-1", NetworkEvent("mine", "t-1", 205, "", "", START))
    tell(network, behaviour="lose")
    network.put_back(tmp_path / "copy")
    assert [manifest["tracking_id"] for manifest in network.manifests()] == ["t-1"]
    assert [event.status_code for event in heard(network, clock)] == [200, 201, 202, 203]
    assert network.behaviour() == Behaviour()


def test_a_disk_that_fails_is_a_network_that_is_away(tmp_path: Path, clock: SteppingClock) -> None:
    (tmp_path / "outbox").write_text("a file where a folder should be")
    with pytest.raises(Transient):
        LocalNetwork(tmp_path / "outbox", clock).submit(submission())


FORK_SERVER = """
import os, signal, sys
from tests.ports import test_local_einvoice_network as here
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in sys.stdin:
    pid = os.fork()
    if pid == 0:
        here.write_until_killed(*sys.argv[1:])
    print(pid, flush=True)
"""


def write_until_killed(outbox: str, told: str) -> None:
    """Submits forty documents over and over, and tells each that was taken in a line of its own."""
    network = LocalNetwork(Path(outbox), SystemClock())
    with Path(told).open("a") as acknowledged:
        for place in range(1_000_000):
            tracking_id = f"t-{(place + os.getpid()) % 40}"
            network.submit(submission(tracking_id, data=b"x" * 200_000))
            os.write(acknowledged.fileno(), f"{tracking_id}\n".encode())


@pytest.mark.timeout(300)
def test_killed_at_any_moment_a_submission_is_whole_or_not_there(tmp_path: Path) -> None:
    chance, told = random.Random(7), tmp_path / "told"
    told.touch()
    with subprocess.Popen(
        [sys.executable, "-c", FORK_SERVER, str(tmp_path / "outbox"), str(told)], cwd=ROOT, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    ) as forks:  # fmt: skip
        assert forks.stdin is not None
        assert forks.stdout is not None
        for _ in range(KILLS):
            pids = []
            for _ in range(2):
                forks.stdin.write("fork\n")
                forks.stdin.flush()
                pids.append(int(forks.stdout.readline()))
            time.sleep(chance.uniform(0, 0.03))
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
        forks.kill()
    network = LocalNetwork(tmp_path / "outbox", SteppingClock(datetime.now(UTC) + timedelta(hours=1)))
    there = {manifest["tracking_id"] for manifest in network.manifests()}
    acknowledged = set(told.read_text().splitlines())
    assert acknowledged, "nothing was written: this showed nothing"
    assert acknowledged <= there
    for manifest in network.manifests():
        file = tmp_path / "outbox" / ORGANIZATION / manifest["tracking_id"] / manifest["file_name"]
        assert file.stat().st_size == manifest["size"] == 200_000
    assert len(network.poll(ORGANIZATION, "").events) == 4 * len(there)
