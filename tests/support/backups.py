"""Backups in tests: made and restored by the command, in this process."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from counterfoil.cli.main import app
from counterfoil.errors import BillingError
from counterfoil.ports.archives import ArchiveWriter


def run(*arguments: object) -> Result:
    """The command in this process; what main() would print of an error is the result's output."""
    return CliRunner().invoke(app, [str(each) for each in arguments])


def save(data: Path, archive: Path, *more: str) -> dict[str, Any]:
    """A backup, which must succeed; what it says of itself."""
    return _told(run("backup", archive, "--data", data, "--json", *more))


def bring_back(archive: Path, data: Path, *more: str) -> dict[str, Any]:
    """A restore, which must succeed; what it says of itself."""
    return _told(run("restore", archive, "--data", data, "--json", *more))


def refusal(result: Result) -> str:
    """Why a command did not do it, in the words that a person reads; it must not have succeeded."""
    assert result.exit_code != 0, result.output
    if isinstance(result.exception, BillingError):
        return " ".join(f"{fault.message} {fault.fix or ''}" for fault in result.exception.faults)
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    return result.stderr


def _told(result: Result) -> dict[str, Any]:
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def contents(archive: Path) -> dict[str, bytes]:
    """What any tar finds in it."""
    with tarfile.open(archive) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]  # files only


def forged(archive: Path, change: Callable[[dict[str, Any], dict[str, list[Any]]], None]) -> bytes:
    """The archive as somebody would write it who knows its form: changed, and every hash in it right again.

    change: is given the manifest and the rows of each table, and alters them.
    """
    members = contents(archive)
    manifest = json.loads(members["manifest.json"])
    packed = {
        name: [line for part in table["parts"] for line in gzip.decompress(members[part["name"]]).splitlines()]
        for name, table in manifest["tables"].items()
    }
    rows = {name: list(map(json.loads, lines)) for name, lines in packed.items()}
    change(manifest, rows)
    out = io.BytesIO()
    writer = ArchiveWriter(out)
    for name, table in manifest["tables"].items():
        if not table["parts"]:
            continue
        lines = [json.dumps(row).encode() + b"\n" for row in rows[name]]
        data = gzip.compress(b"".join(lines))
        part = table["parts"][0]
        told = {"size": len(data), "length": len(b"".join(lines)), "rows": len(lines)}
        table["parts"] = [{"name": part["name"], "sha256": writer.add(part["name"], data), **told}]
        table["rows"] = len(lines)
    for name, data in members.items():
        if name.startswith("files"):
            writer.add(name, data)
    sealed = writer.add("manifest.json", json.dumps(manifest).encode())
    writer.add("manifest.sha256", f"{sealed}  manifest.json\n".encode())
    writer.end()
    return out.getvalue()
