"""The lock file of the programs for Node: exact, by hash, and from nobody's registry in particular."""

from __future__ import annotations

import json
import re
from pathlib import Path

LOCK = json.loads(Path(__file__).with_name("package-lock.json").read_text(encoding="utf-8"))["packages"]
WANTED = json.loads(Path(__file__).with_name("package.json").read_text(encoding="utf-8"))
EXACT = re.compile(r"\d+\.\d+\.\d+(-[a-z0-9.]+)?")


def test_every_package_is_locked_by_hash_and_names_no_address() -> None:
    packages = {name: package for name, package in LOCK.items() if name}
    assert len(packages) > 100
    assert [name for name, package in packages.items() if not package.get("integrity")] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_what_is_wanted_is_wanted_exactly_and_is_what_the_lock_has() -> None:
    wanted = {**WANTED["devDependencies"], **WANTED["optionalDependencies"]}
    assert [version for version in wanted.values() if not EXACT.fullmatch(version)] == []
    assert {name: LOCK[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all(version.startswith("22.") for version in WANTED["optionalDependencies"].values())
