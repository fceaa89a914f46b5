"""counterfoil mcp install: what is written into whose file, and that nothing else in it is touched."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from counterfoil.cli.main import app
from counterfoil.cli.mcp_install import AssistantName, command_path, place_of
from tests.support.server import make_organization

URL = "https://billing.example"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("install") / "data"
    make_organization(directory, "FR")
    return directory


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home without anything in it."""
    for name in ("XDG_CONFIG_HOME", "COUNTERFOIL_DATA", "COUNTERFOIL_API_KEY", "COUNTERFOIL_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    return tmp_path


def install(*options: str) -> Result:
    return CliRunner().invoke(app, ["mcp", "install", *options])


def entry_in(file: Path, key: str = "mcpServers") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text())[key]["counterfoil"]
    return found


@pytest.mark.parametrize(
    ("options", "file", "key"),
    [
        (("claude", "--project", "{home}"), ".mcp.json", "mcpServers"),
        (("claude", "--desktop"), ".config/Claude/claude_desktop_config.json", "mcpServers"),
        (("cursor",), ".cursor/mcp.json", "mcpServers"),
        (("cursor", "--project", "{home}/p"), "p/.cursor/mcp.json", "mcpServers"),
        (("vscode",), ".config/Code/User/mcp.json", "servers"),
        (("vscode", "--project", "{home}/p"), "p/.vscode/mcp.json", "servers"),
    ],
    ids=["claude", "claude-desktop", "cursor", "cursor-project", "vscode", "vscode-project"],
)
def test_each_assistant_starts_the_installed_command_on_this_directory(
    home: Path, data: Path, options: tuple[str, ...], file: str, key: str
) -> None:
    done = install(*(each.format(home=home) for each in options), "--data", os.path.relpath(data))
    assert done.exit_code == 0, done.output
    entry = entry_in(home / file, key)
    assert Path(entry["command"]).is_absolute()
    assert entry["command"] == command_path()
    assert entry["args"] == ["mcp", "--data", str(data.resolve())]
    assert entry.get("type") == (None if "--desktop" in options else "stdio")


def test_other_systems_keep_their_files_elsewhere() -> None:
    home = Path("/h")
    mac = place_of(AssistantName.CLAUDE, project=None, desktop=True, home=home, platform="darwin")
    assert str(mac.file) == "/h/Library/Application Support/Claude/claude_desktop_config.json"
    windows = place_of(
        AssistantName.VSCODE, project=None, desktop=False, home=home, platform="win32", environment={"APPDATA": "/a"}
    )
    assert str(windows.file) == "/a/Code/User/mcp.json"


def test_what_else_is_in_the_file_stays_and_the_file_before_is_kept(home: Path, data: Path) -> None:
    file = home / ".cursor" / "mcp.json"
    file.parent.mkdir()
    before = (
        '{\n\t"mcpServers": {\n\t\t"other": {"command": "x", "odd": [1.50, "é"]}\n\t},\n\t"unknown": {"a": null}\n}\n'
    )
    file.write_text(before, encoding="utf-8")
    file.chmod(0o640)

    assert install("cursor", "--data", str(data)).exit_code == 0

    after = json.loads(file.read_text(encoding="utf-8"))
    assert after["mcpServers"].pop("counterfoil")
    assert after == json.loads(before)
    assert "\n\t\t" in file.read_text(encoding="utf-8")
    assert file.with_name("mcp.json.before-counterfoil").read_text(encoding="utf-8") == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_twice_is_once(home: Path, data: Path) -> None:
    install("cursor", "--data", str(data))
    file = home / ".cursor" / "mcp.json"
    first = (file.read_bytes(), file.stat().st_mtime_ns)
    again = install("cursor", "--data", str(data))
    assert "nothing was changed" in again.output
    assert (file.read_bytes(), file.stat().st_mtime_ns) == first
    assert list(file.parent.iterdir()) == [file]


def test_a_changed_directory_replaces_the_entry(home: Path, data: Path, tmp_path: Path) -> None:
    other = tmp_path / "other data"
    make_organization(other, "DE")
    install("cursor", "--data", str(data))
    install("cursor", "--data", str(other), "--approvals", "above:500")
    entry = entry_in(home / ".cursor" / "mcp.json")
    assert entry["args"] == ["mcp", "--data", str(other), "--approvals", "above:500"]


@pytest.mark.parametrize(
    "broken",
    [
        b'{"mcpServers": {', b'{"mcpServers": []}', b"[]", b'{\n  // mine\n  "mcpServers": {}\n}',
        b'{"mcpServers": {}, "mcpServers": {"a": {}}}', b'{"a": "\xff"}',
    ],
    ids=["cut", "list", "not-an-object", "comment", "key-twice", "not-utf-8"],
)  # fmt: skip
def test_a_file_that_cannot_be_read_for_certain_is_left_as_it_is(home: Path, data: Path, broken: bytes) -> None:
    file = home / ".cursor" / "mcp.json"
    file.parent.mkdir()
    file.write_bytes(broken)
    done = install("cursor", "--data", str(data))
    assert done.exit_code == 1
    assert "Nothing was written" in done.output
    assert "Traceback" not in done.output
    assert file.read_bytes() == broken
    assert list(file.parent.iterdir()) == [file]


def test_an_empty_file_is_filled(home: Path, data: Path) -> None:
    file = home / ".cursor" / "mcp.json"
    file.parent.mkdir()
    file.touch()
    assert install("cursor", "--data", str(data)).exit_code == 0
    assert entry_in(file)


def test_a_link_keeps_leading_where_it_led(home: Path, data: Path) -> None:
    target = home / "dotfiles.json"
    target.write_text("{}")
    link = home / ".cursor" / "mcp.json"
    link.parent.mkdir()
    link.symlink_to(target)
    assert install("cursor", "--data", str(data)).exit_code == 0
    assert link.is_symlink()
    assert entry_in(target)


def test_print_writes_nothing(home: Path, data: Path) -> None:
    done = install("vscode", "--data", str(data), "--print")
    assert json.loads(done.stdout)["servers"]["counterfoil"]["args"][-1] == str(data.resolve())
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(("assistant", "kind"), [("claude", "http"), ("cursor", None), ("vscode", "http")])
def test_over_http_with_a_token(home: Path, assistant: str, kind: str | None) -> None:
    done = install(assistant, "--project", str(home), "--http", URL, "--token", "t0ken")
    assert done.exit_code == 0, done.output
    assert "version control" in done.output
    file = next(file for file in home.rglob("*mcp.json") if file.is_file())
    entry = entry_in(file, "servers" if assistant == "vscode" else "mcpServers")
    assert entry.get("type") == kind
    assert (entry["url"], entry["headers"]) == (f"{URL}/mcp", {"Authorization": "Bearer t0ken"})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_a_token_the_assistant_signs_in_by_itself(home: Path) -> None:
    install("cursor", "--http", f"{URL}/mcp")
    assert entry_in(home / ".cursor" / "mcp.json") == {"url": f"{URL}/mcp"}


def test_a_key_for_a_server_elsewhere_is_no_argument(home: Path) -> None:
    install("cursor", "--upstream", URL, "--api-key", "acme:s3cret", "--data", str(home / "d"))
    entry = entry_in(home / ".cursor" / "mcp.json")
    assert entry["env"] == {"COUNTERFOIL_API_KEY": "acme:s3cret"}
    assert entry["args"] == ["mcp", "--upstream", URL, "--data", str(home / "d")]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("cursor", "--data", "/nowhere/at/all"), "counterfoil init"),
        (("claude", "--desktop", "--http", URL), "connector"),
        (("cursor", "--desktop", "--http", URL), "--desktop"),
        (("cursor", "--http", "billing.example"), "https://"),
        (("cursor", "--upstream", URL), "--api-key"),
        (("emacs",), "claude"),
    ],
    ids=["no-database", "desktop-http", "desktop-cursor", "no-scheme", "no-key", "unknown"],
)
def test_what_does_not_go_together_is_said_and_nothing_is_written(
    home: Path, options: tuple[str, ...], said: str
) -> None:
    done = install(*options)
    assert done.exit_code != 0
    assert said in done.output
    assert list(home.iterdir()) == []
