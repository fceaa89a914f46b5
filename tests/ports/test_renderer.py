from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from counterfoil.errors import Unavailable
from counterfoil.formats import facturx
from counterfoil.formats.page import Appearance
from counterfoil.formats.pdf import Typesetter, made_at
from counterfoil.ports.renderer import ChildRenderer, XmlNotEmbedded
from tests.support import pictures
from tests.support import sample_documents as samples

PLAIN = Appearance()
CHILD = (sys.executable, "-I", "-m", "counterfoil.ports.render_child")


@pytest.fixture(scope="module")
def renderer() -> Iterator[ChildRenderer]:
    shared = ChildRenderer(timeout_seconds=60)
    yield shared
    shared.close()


def child_of(source: str, tmp_path: Path) -> tuple[str, ...]:
    """The child with another template in place of ours."""
    template = tmp_path / "template.typ"
    template.write_text(source)
    return (*CHILD, str(template), str(tmp_path))


def test_the_child_gives_the_same_bytes_as_this_process_and_as_a_second_child(renderer: ChildRenderer) -> None:
    appearance = Appearance(logo=pictures.png(200, 60), accent_color="#a03020", is_specimen=True)
    here = Typesetter().pdf(samples.italian(), appearance)
    second = ChildRenderer(timeout_seconds=60)

    try:
        assert renderer.render(samples.italian(), appearance) == here
        assert second.render(samples.italian(), appearance) == here
    finally:
        second.close()


def test_the_child_puts_the_xml_in_as_this_process_would(renderer: ChildRenderer) -> None:
    document, xml = samples.french(), "<a>é</a>".encode()
    page = Typesetter().pdf(document, PLAIN)

    assert renderer.render(document, PLAIN, xml=xml) == facturx.embed(page, xml, made_at(document))
    assert renderer.render(document, PLAIN) == page


def test_xml_that_cannot_be_put_in_is_told_from_a_page_that_cannot_be_set(tmp_path: Path) -> None:
    has_a_file = """#let d = json(bytes(sys.inputs.data))
        #set document(title: "a", date: datetime(year: 2026, month: 1, day: 1))
        #if d.number == "bad" { panic("no way") }
        #let file = (relationship: "data", mime-type: "text/plain", description: "a")
        #if d.number == "full" { pdf.attach("a.txt", bytes("a"), ..file) }
        ok"""
    renderer = ChildRenderer(timeout_seconds=60, command=child_of(has_a_file, tmp_path))
    try:
        with pytest.raises(XmlNotEmbedded, match="files in it already"):
            renderer.render(samples.german() | {"number": "full"}, PLAIN, xml=b"<a/>")
        with pytest.raises(Unavailable, match="no way") as caught:
            renderer.render(samples.german() | {"number": "bad"}, PLAIN, xml=b"<a/>")

        assert not isinstance(caught.value, XmlNotEmbedded)
        assert renderer.render(samples.german() | {"number": "full"}, PLAIN).startswith(b"%PDF-")
    finally:
        renderer.close()


def test_many_threads_get_each_their_own_document(renderer: ChildRenderer) -> None:
    numbers = [f"F-2026-{position:03}" for position in range(24)]

    def render(number: str) -> bytes:
        return renderer.render(samples.german() | {"number": number}, PLAIN)

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(render, numbers))

    assert all(f"Rechnung {number}".encode() in pdf for number, pdf in zip(numbers, made, strict=True))


def test_a_child_that_was_killed_is_replaced_and_the_document_made(renderer: ChildRenderer) -> None:
    renderer.render(samples.german(), PLAIN)
    first = renderer.pid
    assert first is not None

    os.kill(first, signal.SIGKILL)

    assert renderer.render(samples.german(), PLAIN).startswith(b"%PDF-")
    assert renderer.pid != first


def test_a_child_outlives_the_thread_that_first_asked(renderer: ChildRenderer) -> None:
    fresh = ChildRenderer(timeout_seconds=60)
    try:
        asking = threading.Thread(target=fresh.render, args=(samples.german(), PLAIN))
        asking.start()
        asking.join()
        first = fresh.pid

        fresh.render(samples.french(), PLAIN)

        assert fresh.pid == first
    finally:
        fresh.close()


def test_a_child_is_replaced_after_its_share_of_documents() -> None:
    renderer = ChildRenderer(timeout_seconds=60, documents_per_child=2)
    try:
        pids = []
        for _ in range(4):
            renderer.render(samples.empty(), PLAIN)
            renderer.start()
            pids.append(renderer._thread.submit(lambda: renderer.pid).result())
    finally:
        renderer.close()

    # The second document is its last: by the time we look, the next child stands ready.
    assert pids[1] == pids[2]
    assert len({pids[0], pids[1], pids[3]}) == 3


def test_a_child_that_grew_is_replaced() -> None:
    renderer = ChildRenderer(timeout_seconds=60, growth_per_child_bytes=1024**2)
    try:
        renderer.render(samples.empty(), PLAIN)
        first = renderer._thread.submit(lambda: renderer.pid).result()
        renderer.render(samples.long(150), PLAIN)
        second = renderer._thread.submit(lambda: renderer.pid).result()
    finally:
        renderer.close()

    assert first is not None
    assert second is not None
    assert first != second


def test_a_document_that_takes_too_long_is_given_up_and_the_next_one_is_made(tmp_path: Path) -> None:
    # typst stops a loop without end by itself; two merely long ones, one in the other, are what hangs.
    slow = """#let d = json(bytes(sys.inputs.data))
        #if d.number == "slow" { for a in range(9999) { for b in range(9999) { let c = a * b } } }
        ok"""
    renderer = ChildRenderer(timeout_seconds=1.5, command=child_of(slow, tmp_path))
    try:
        renderer.render(samples.german(), PLAIN)
        started = time.monotonic()
        with pytest.raises(Unavailable, match="longer than"):
            renderer.render(samples.german() | {"number": "slow"}, PLAIN)

        assert time.monotonic() - started < 10
        assert renderer.render(samples.german(), PLAIN).startswith(b"%PDF-")
    finally:
        renderer.close()


def test_a_template_at_fault_is_named_and_does_not_end_the_child(tmp_path: Path) -> None:
    faulty = '#let d = json(bytes(sys.inputs.data))\n#if d.number == "bad" { panic("no way") }\nok'
    renderer = ChildRenderer(timeout_seconds=60, command=child_of(faulty, tmp_path))
    try:
        renderer.render(samples.german(), PLAIN)
        first = renderer.pid
        with pytest.raises(Unavailable, match="no way"):
            renderer.render(samples.german() | {"number": "bad"}, PLAIN)

        assert renderer.pid == first
    finally:
        renderer.close()


def test_a_child_that_never_starts_is_an_error_and_no_hang() -> None:
    renderer = ChildRenderer(timeout_seconds=1, command=(sys.executable, "-c", "raise SystemExit(3)"))
    try:
        with pytest.raises(Unavailable, match="process ended"):
            renderer.render(samples.german(), PLAIN)
    finally:
        renderer.close()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="ok: needs Linux's /proc")
def test_the_child_has_no_environment_few_files_and_bounded_memory(renderer: ChildRenderer) -> None:
    renderer.render(samples.german(), PLAIN)
    proc = Path(f"/proc/{renderer.pid}")

    limits = {line[:25].strip(): line[26:46].strip() for line in proc.joinpath("limits").read_text().splitlines()}
    status = proc.joinpath("status").read_text()

    assert int(limits["Max address space"]) <= 2 * 1024**3
    assert limits["Max file size"] == "0"
    assert limits["Max core file size"] == "0"
    assert int(limits["Max open files"]) == len(list(proc.joinpath("fd").iterdir()))
    assert "NoNewPrivs:\t1" in status
    assert not [name for name in os.environ if name not in ("HOME", "TZ", "LC_ALL") and name.encode() + b"=" in
                proc.joinpath("environ").read_bytes()]  # fmt: skip


@pytest.mark.long  # `make bench` measures the same over a mixed load
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="ok: needs Linux's /proc")
def test_long_documents_stay_below_the_memory_that_we_promise() -> None:
    renderer = ChildRenderer(timeout_seconds=60)
    largest = 0
    try:
        for position in range(5):
            renderer.render(samples.long(200) | {"number": f"F-{position}"}, PLAIN)
            child = renderer._child
            largest = max(largest, child.rss_bytes if child else 0)
    finally:
        renderer.close()

    assert 0 < largest < 600 * 1024**2
