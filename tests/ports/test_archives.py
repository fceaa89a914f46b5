"""Archives that are cut, damaged or made to do harm are refused in plain words, and leave nothing behind."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from counterfoil.operations.restoring import Backup, Refused
from counterfoil.ports.archives import ArchiveWriter, written_whole
from tests.plugins.figures import Figure, chance
from tests.plugins.repeatable import is_full_size
from tests.support.backups import contents, forged, refusal, run

NEWEST = sorted((Path(__file__).parents[1] / "fixtures" / "backups").glob("*.tar"))[-1]
TIMES = 200 if is_full_size() else 20
KEY = "ab" * 32


def why(archive: bytes) -> str:
    """Why it is refused; "" when every check passes."""
    try:
        Backup(io.BytesIO(archive)).check()
    except Refused as error:
        return str(error)
    return ""


def refused(archive: bytes, folder: Path, *more: str) -> str:
    """Why the command refuses it; nothing may be left of the try."""
    file = folder / "bad.tar"
    file.write_bytes(archive)
    said = refusal(run("restore", file, "--data", folder / "data", *more))
    assert not (folder / "data").exists()
    return said


def altered(change: Callable[[dict[str, Any], dict[str, list[Any]]], None]) -> bytes:
    return forged(NEWEST, change)


def test_a_forger_who_changes_nothing_makes_an_archive_that_is_taken() -> None:
    assert why(altered(lambda _manifest, _rows: None)) == ""


def test_an_archive_cut_short_anywhere_is_refused(figure: Figure, tmp_path: Path) -> None:
    whole, draw = NEWEST.read_bytes(), chance("cuts")
    cuts = [0, 1, 511, 512, len(whole) - 1, len(whole) - 512, len(whole) - 1024]
    cuts += [draw.randrange(len(whole)) for _ in range(TIMES)]
    assert [cut for cut in cuts if not why(whole[:cut])] == []
    assert "cut short" in refused(whole[: len(whole) // 2], tmp_path)
    figure("R12", "archives cut at random places", len(cuts), "archives", "all refused")


def test_one_flipped_bit_anywhere_is_refused(figure: Figure, tmp_path: Path) -> None:
    whole, draw = NEWEST.read_bytes(), chance("flips")
    bits = [draw.randrange(8 * len(whole)) for _ in range(10 * TIMES)]
    assert [bit for bit in bits if not why(flipped(whole, bit))] == []
    assert "refused" in refused(flipped(whole, bits[0]), tmp_path)
    figure("R12", "one random bit of an archive flipped", len(bits), "archives", "all refused")


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


@pytest.mark.parametrize(
    "member",
    [
        {"name": "../../etc/passwd"}, {"name": "/etc/passwd"}, {"name": "tables/../../x.000001.jsonl.gz"},
        {"name": "files/ab/" + "cd" * 32}, {"name": f"files/ab/{KEY}/x"}, {"name": "counterfoil.db"},
        {"name": f"files/ab/{KEY}", "type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
        {"name": f"files/ab/{KEY}", "type": tarfile.LNKTYPE, "linkname": "manifest.json"},
        {"name": f"files/ab/{KEY}", "type": tarfile.CHRTYPE}, {"name": "tables", "type": tarfile.DIRTYPE},
        {"name": f"files/ab/{KEY}", "mode": 0o4755}, {"name": f"files/ab/{KEY}", "uid": 7},
        {"name": f"files/ab/{KEY}", "pax_headers": {"path": "../x"}}, {"name": "files/ab/" + "x" * 200},
    ],
    ids=lambda member: " ".join(map(str, member.values()))[:40],
)  # fmt: skip
def test_a_member_that_counterfoil_would_not_write_is_refused(member: dict[str, Any], tmp_path: Path) -> None:
    whole = NEWEST.read_bytes()
    evil = tarfile.TarInfo("x")
    evil.mode = 0o600
    for name, value in member.items():
        setattr(evil, name, value)
    header = evil.tobuf(tarfile.PAX_FORMAT if "pax_headers" in member else tarfile.GNU_FORMAT)
    assert "refused" in refused(header + whole, tmp_path)
    assert not (tmp_path.parent / "x").exists()


def test_the_same_file_twice_is_refused() -> None:
    out = io.BytesIO()
    writer = ArchiveWriter(out)
    for _ in range(2):
        writer.add(f"files/ab/{KEY}", b"")
    assert "does not belong" in why(out.getvalue() + NEWEST.read_bytes())


def test_what_follows_the_end_is_refused() -> None:
    assert "does not end" in why(NEWEST.read_bytes() + b"more")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda manifest, _rows: manifest.update(format=2), "of format 2"),
        (lambda manifest, _rows: manifest.update(schema_revision="0999"), "newer version"),
        (lambda manifest, _rows: manifest.update(more=1), "wrong at more"),
        (lambda manifest, _rows: manifest["files"].update(count=7), "not as many files"),
        (lambda manifest, _rows: manifest["files"].update(size=10**15), "not as many files"),
        (lambda manifest, _rows: manifest["tables"].pop("clients"), "its tables are not"),
    ],
    ids=["format", "schema", "field", "count", "size", "table"],
)
def test_a_manifest_that_lies_is_refused(change: Callable[..., None], said: str, tmp_path: Path) -> None:
    assert said in refused(altered(change), tmp_path)


def test_what_unpacks_to_more_than_it_says_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    def lie(manifest: dict[str, Any], rows: dict[str, list[Any]]) -> None:
        rows["clients"][0][-1] = "x" * 30_000_000

    bomb = altered(lie)
    (tmp_path / "bomb.tar").write_bytes(bomb)
    manifest = json.loads(contents(tmp_path / "bomb.tar")["manifest.json"])
    manifest["tables"]["clients"]["parts"][0]["length"] = 1000
    assert "not as long" in refused(resealed(bomb, manifest), tmp_path)


def resealed(archive: bytes, manifest: dict[str, Any]) -> bytes:
    """The archive with another manifest, sealed as it must be."""
    out = io.BytesIO()
    writer = ArchiveWriter(out)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            if not member.name.startswith("manifest"):
                writer.add(member.name, tar.extractfile(member).read())  # type: ignore[union-attr]  # a file
    sealed = writer.add("manifest.json", json.dumps(manifest).encode())
    writer.add("manifest.sha256", f"{sealed}  manifest.json\n".encode())
    writer.end()
    return out.getvalue()


def column(manifest: dict[str, Any], table: str, name: str) -> int:
    return list(manifest["tables"][table]["columns"]).index(name)


def other_column(manifest: dict[str, Any], _rows: dict[str, list[Any]]) -> None:
    columns = manifest["tables"]["clients"]["columns"]
    manifest["tables"]["clients"]["columns"] = {("bödy" if name == "body" else name): columns[name] for name in columns}


def twice(_manifest: dict[str, Any], rows: dict[str, list[Any]]) -> None:
    rows["clients"].append(rows["clients"][0])


def wrong_kind(_manifest: dict[str, Any], rows: dict[str, list[Any]]) -> None:
    rows["clients"][0][0] = 5


def too_few(_manifest: dict[str, Any], rows: dict[str, list[Any]]) -> None:
    rows["clients"][0].pop()


def no_unicode(_manifest: dict[str, Any], rows: dict[str, list[Any]]) -> None:
    rows["clients"][0][-1] = "\ud800"


def another_file(manifest: dict[str, Any], rows: dict[str, list[Any]]) -> None:
    rows["attachments"][0][column(manifest, "attachments", "sha256")] = KEY


def another_head(manifest: dict[str, Any], _rows: dict[str, list[Any]]) -> None:
    manifest["organizations"][0]["journal_hash"] = KEY


def another_total(manifest: dict[str, Any], rows: dict[str, list[Any]]) -> None:
    for row in rows["client_invoices"]:
        row[column(manifest, "client_invoices", "total_amount_cents")] += 1


def another_journal(manifest: dict[str, Any], rows: dict[str, list[Any]]) -> None:
    rows["journal"][1][column(manifest, "journal", "principal")] = "nobody"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (other_column, "columns of clients"), (twice, "does not fit"), (wrong_kind, "another kind"),
        (too_few, "other columns"), (no_unicode, "refused"), (another_file, "not those that its tables name"),
        (another_head, "organizations are not those"), (another_total, "F-2026-001: altered"),
        (another_journal, "journal entry 2: altered"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_rows_that_do_not_fit_together_are_refused(change: Callable[..., None], said: str, tmp_path: Path) -> None:
    assert said in refused(altered(change), tmp_path)


def test_books_that_were_altered_before_the_backup_are_restored_when_that_is_accepted(tmp_path: Path) -> None:
    archive = tmp_path / "altered.tar"
    archive.write_bytes(altered(another_total))
    result = run("restore", archive, "--data", tmp_path / "data", "--accept-altered")
    assert result.exit_code == 0
    assert "F-2026-001: altered" in result.stderr


def fail_within(archive: ArchiveWriter) -> None:
    archive.add("manifest.json", b"{}")
    raise OSError("the disk is full")


def test_a_writer_that_raises_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), written_whole(tmp_path / "a.tar") as archive:
        fail_within(archive)
    assert list(tmp_path.iterdir()) == []


def test_an_archive_is_for_its_owner_and_never_written_over_another(tmp_path: Path) -> None:
    with written_whole(tmp_path / "a.tar") as archive:
        archive.add("manifest.json", b"{}")
    assert (tmp_path / "a.tar").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError), written_whole(tmp_path / "a.tar"):
        pass
    assert contents(tmp_path / "a.tar") == {"manifest.json": b"{}"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar"]
