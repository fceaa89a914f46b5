"""The files in deploy/: linted by other people's programs, and true to the commands and settings that there are.

None of them is built or started here; each says so in its head.
"""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from counterfoil.cli.main import app
from counterfoil.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service")) + sorted((DEPLOY / "systemd").glob("*.timer"))
COMMAND = "/opt/counterfoil/bin/counterfoil"
# What systemd-analyze says of exposure, from 0 (none) to 100; where it is not at hand, the keys are checked alone.
EXPOSURE_MAX = 25
HARDENING = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "CapabilityBoundingSet": "", "SystemCallArchitectures": "native", "User": "counterfoil", "UMask": "0077",
}  # fmt: skip


def test_the_dockerfile_is_linted() -> None:
    assert _run("hadolint", "--no-color", str(DEPLOY / "Dockerfile")) == ""


def test_the_compose_file_keeps_to_the_specification() -> None:
    assert "ok" in _run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml"))


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_is_verified(path: Path, tmp_path: Path) -> None:
    # Given the unit with a program that is there
    text = path.read_text().replace(COMMAND, sys.executable)
    (tmp_path / path.name).write_text(text)
    if path.suffix == ".timer":
        service = path.with_suffix(".service")
        (tmp_path / service.name).write_text(service.read_text().replace(COMMAND, sys.executable))

    # Then its keys are those that harden it, and systemd itself finds nothing wrong where it can be asked
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment]  # as the library's own documentation has it
    unit.read_string(text)
    if path.suffix == ".service":
        assert {name: unit["Service"].get(name) for name in HARDENING} == HARDENING
    if analyze := shutil.which("systemd-analyze"):
        found = subprocess.run(
            [analyze, "verify", "--man=no", str(tmp_path / path.name)], capture_output=True, text=True, timeout=30
        )
        assert (found.returncode, found.stderr) == (0, "")
        if path.suffix == ".service":
            judged = [analyze, "security", "--offline=true", f"--threshold={EXPOSURE_MAX}", "--no-pager"]
            assert subprocess.run([*judged, str(tmp_path / path.name)], capture_output=True, timeout=30).returncode == 0


@pytest.mark.parametrize("path", _files := sorted(path for path in DEPLOY.rglob("*") if path.is_file()),
                         ids=lambda path: path.name)  # fmt: skip
def test_every_setting_that_is_named_exists(path: Path) -> None:
    # COUNTERFOIL_SITE is the compose file's own: the name in its .env.
    known = {f"COUNTERFOIL_{name.upper()}" for name in Settings.model_fields} | {"COUNTERFOIL_SITE"}
    assert set(re.findall(r"\bCOUNTERFOIL_[A-Z_]+", path.read_text())) <= known
    secrets = {name.removeprefix("counterfoil_") for name in re.findall(r"\bcounterfoil_[a-z_]+", path.read_text())}
    assert secrets <= set(Settings.model_fields)


def test_every_command_that_is_named_exists() -> None:
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # a group has them
    units = "\n".join(path.read_text() for path in UNITS)
    named = set(re.findall(rf"{COMMAND} (\w+)", units))
    compose = (DEPLOY / "compose.yaml").read_text()
    # Services of our own image name their command in a list.
    named |= {found[1] for found in re.finditer(r"<<: \*counterfoil\n    command: \[(\w+)", compose)}
    docs = re.findall(r"counterfoil (\w+)", " ".join(re.findall(r"```sh\n(.*?)```", DOCS.read_text(), re.DOTALL)))
    assert {"serve", "worker", "migrate", "backup"} <= named
    assert named | {name for name in docs if name in {*commands, *named}} <= commands


DOCS = ROOT / "docs" / "deploy.md"


@pytest.mark.parametrize("path", [path for path in _files if path.suffix != ".lock" and "example" not in path.name
                                  and path.suffix != ".dockerignore"], ids=lambda path: path.name)  # fmt: skip
def test_each_file_says_that_it_was_not_run_here(path: Path) -> None:
    assert re.search(r"[Nn]ot (built|run) here", "\n".join(path.read_text().splitlines()[:3]))


def test_the_image_has_the_versions_that_are_tested() -> None:
    pins = [
        set(re.findall(r"^[a-z0-9-]+(?:\[[a-z,]+\])?==[^ \\]+", path.read_text(), re.MULTILINE))
        for path in (DEPLOY / "requirements.lock", ROOT / "requirements-dev.lock", ROOT / "requirements.lock")
    ]
    assert pins[0] <= pins[1]
    assert pins[2] <= pins[0]
    assert {"boto3", "psycopg"} <= {pin.split("==")[0].split("[")[0] for pin in pins[0]}


def test_what_is_no_part_of_the_image_never_reaches_it() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    wanted = {name for line in copied for name in line.split()}
    assert "*" in ignored
    assert wanted == {line[1:] for line in ignored if line.startswith("!")}


def _run(program: str, *arguments: str) -> str:
    """What the program says; it must be content."""
    found = subprocess.run(
        [Path(sys.executable).with_name(program), *arguments], capture_output=True, text=True, timeout=60
    )
    said: Any = found.stdout + found.stderr
    assert found.returncode == 0, said
    return str(said)
