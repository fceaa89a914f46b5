"""What the renderer can reach, seen by the kernel: its template, its fonts, its libraries, and nothing else."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import pytest

import counterfoil
from counterfoil.errors import Unavailable
from counterfoil.formats.page import Appearance
from counterfoil.formats.pdf import font_directories
from counterfoil.ports.renderer import ChildRenderer
from tests.plugins.figures import Figure
from tests.plugins.loud_skips import need_tool
from tests.support import hostile, strace
from tests.support import sample_documents as samples

pytestmark = pytest.mark.strace

CHILD = (sys.executable, "-I", "-m", "counterfoil.ports.render_child")
ALLOWED = (
    # Python itself, the installed packages, our own code with its template, and the fonts.
    sys.prefix, sys.base_prefix, sysconfig.get_paths()["stdlib"], str(Path(counterfoil.__file__).parent),
    *map(str, font_directories()),
    # The system's shared libraries, and what the C library reads of language and time.
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/ld.so.preload",
    "/usr/share/locale", "/etc/locale.alias", "/usr/share/zoneinfo", "/etc/localtime", "/etc/ssl/openssl.cnf",
    "/dev/null", "/dev/urandom",
    "/proc/self", "/proc/meminfo", "/sys/fs/cgroup", "/sys/devices/system/cpu",
)  # fmt: skip


def traced(tmp_path: Path, *arguments: str, document: dict[str, object] | None = None) -> strace.Trace:
    """What a child opened and called while it made a document; whether it was made is not asked here."""
    log = tmp_path / "strace.log"
    command = [*strace.command(need_tool("strace"), log), *CHILD, *arguments]
    renderer = ChildRenderer(timeout_seconds=60, command=command)
    try:
        renderer.render(document or samples.french(), Appearance(), xml=b"<a/>")
    except Unavailable:
        pass
    finally:
        renderer.close()
    return strace.read(log)


def source_roots() -> tuple[str, ...]:
    """Where an editable installation looks for packages."""
    return tuple(path for path in sys.path if path and not path.endswith(".zip"))


def test_hostile_texts_open_no_socket_and_no_file_outside(tmp_path: Path, figure: Figure) -> None:
    document = samples.french()
    attack = " ".join(hostile.TEXTS[kind] for kind in ("typst code", "reading a file", "a package", "HTML"))

    trace = traced(tmp_path, document=hostile.with_text(document, hostile.fields(document), attack))

    assert trace.sockets == ()
    assert trace.outside([*ALLOWED, *source_roots()]) == []
    assert any(file.endswith("invoice.typ") for file in trace.files)
    assert any("NotoSans" in file for file in trace.files)
    fields = len(hostile.fields(document))
    figure("R8", "strace of the renderer, hostile texts in every field", fields, "fields", "0 sockets, 0 other files")


def test_once_ready_no_file_is_opened_at_all(tmp_path: Path) -> None:
    assert traced(tmp_path).files_after_ready == ()


def test_the_check_sees_a_template_that_reads_a_file(tmp_path: Path) -> None:
    template = tmp_path / "reads.typ"
    template.write_text('#let secret = read("/etc/passwd")\n#secret')

    trace = traced(tmp_path, str(template), "/")

    assert "/etc/passwd" in trace.outside([*ALLOWED, *source_roots(), str(tmp_path)])


def test_the_check_sees_a_file_that_is_read_through_a_link(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "innocent.txt").symlink_to("/etc/passwd")
    template = root / "reads.typ"
    template.write_text('#read("/innocent.txt")')

    trace = traced(tmp_path, str(template), str(root))

    assert trace.outside([*ALLOWED, *source_roots(), str(tmp_path)]) == ["/etc/passwd"]


def test_our_template_cannot_reach_outside_its_directory_nor_the_network(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    outside = root / "outside.typ"
    outside.write_text('#read("/etc/passwd")')
    package = root / "package.typ"
    package.write_text('#import "@preview/cetz:0.3.1": canvas')

    read = traced(tmp_path, str(outside), str(root))
    fetched = traced(tmp_path, str(package), str(root))

    assert "/etc/passwd" not in read.files
    # It tries, for this template asks it to, but there is no network to reach.
    assert not [call for call in fetched.sockets if "connect(" in call and "= 0" in call]
