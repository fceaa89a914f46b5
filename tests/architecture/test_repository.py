"""What stands in the repository's files: paths that exist, locks that hold, and nothing of one machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

AGENTS_LINES_MAX = 150
LOCKS = ("requirements.lock", "requirements-dev.lock", "bench/requirements.lock", "deploy/requirements.lock")
# Written apart, so that this file does not find itself.
REGISTRY_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "deb." + "debian.org")
HOMES = re.compile(r"(?<![\w.-])/(?:home|Users)/[a-z][\w.-]*/|(?<![\w.-])/roo[t]/")
# Folders of every system: that a checkout lies in one of them does not make its name one of this machine's.
COMMON_FOLDERS = {
    "/",
    "/builds",
    "/home",
    "/opt",
    "/root",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/local",
    "/usr/src",
    "/var",
    "/var/tmp",
}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """The text of every file that git tracks, by path."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode != 0:
        pytest.skip("ok: not a git checkout")
    found = {}
    for name in listing.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file():
            found[name] = path.read_bytes().decode("utf-8", errors="ignore")
    return found


def own_folders() -> list[str]:
    """Absolute folders of this machine that no file of the repository has a reason to name."""
    beside = [] if str(ROOT.parent) in COMMON_FOLDERS else [path for path in ROOT.parent.iterdir() if path.is_dir()]
    candidates = {ROOT, Path.home(), Path(sys.prefix), Path(sys.base_prefix), *beside}
    return sorted(f"{path}/" for path in candidates if len(path.parts) > 2 and str(path) not in COMMON_FOLDERS)


def test_no_file_names_a_folder_of_this_machine(texts: dict[str, str]) -> None:
    own = re.compile("|".join(rf"(?<![\w.-]){re.escape(folder)}" for folder in own_folders()) or r"(?!)")
    assert [name for name, text in texts.items() if own.search(text) or HOMES.search(text)] == []


def test_no_file_names_a_package_registry(texts: dict[str, str]) -> None:
    assert [name for name, text in texts.items() if any(host in text for host in REGISTRY_HOSTS)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_package_by_hash_and_names_no_index(name: str) -> None:
    requirements = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    assert requirements
    loose = [line for line in requirements if not re.match(r"[a-z0-9-]+(\[[a-z0-9,-]+\])?==\S+ .*--hash=sha256:", line)]
    assert loose == []
    assert "://" not in (ROOT / name).read_text()


def test_the_development_lock_has_the_versions_that_people_run() -> None:
    pins = [set(re.findall(r"^[a-z0-9-]+==[^ \\]+", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS[:2]]
    assert pins[0] - pins[1] == set()


def test_agents_file_is_short_and_every_path_in_it_exists() -> None:
    text = (ROOT / "AGENTS.md").read_text()
    assert len(text.splitlines()) <= AGENTS_LINES_MAX
    named = re.findall(r"`([\w.-]+/[\w./-]*|[\w-]+\.(?:md|toml|lock|py))`", text)
    assert named
    assert [name for name in named if not exists(name)] == []


@pytest.mark.parametrize("page", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]), ids=lambda p: p.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target and not target.startswith("mailto:")]
    assert [target for target in local if not (page.parent / target).exists()] == []


def exists(name: str) -> bool:
    """Whether a path is there, from the repository's root or from the package's."""
    return (ROOT / name).exists() or (ROOT / "src" / "counterfoil" / name).exists()
