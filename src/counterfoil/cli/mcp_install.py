"""counterfoil mcp install: writes the entry for this server into an assistant's own configuration."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from counterfoil.cli.console import DatabaseOption, DataOption, fail
from counterfoil.cli.initialize import house_settings

if TYPE_CHECKING:
    from counterfoil.settings import Settings

_BACKUP: Final = ".before-counterfoil"


class AssistantName(StrEnum):
    """Whose configuration is written."""

    CLAUDE = "claude"
    CURSOR = "cursor"
    VSCODE = "vscode"


@dataclass(frozen=True, slots=True)
class Place:
    """A configuration file. key: where it keeps servers. has_type: whether entries say their kind.

    then: what a person does next. is_shared: it lies in a project, where others may read it.
    """

    file: Path
    key: str
    has_type: bool
    then: str
    is_shared: bool = False


class BrokenFile(Exception):
    """The file that is there cannot be read for certain, so nothing is written."""


def install(
    assistant: Annotated[AssistantName, typer.Argument(help="claude, cursor or vscode.")],
    data: DataOption = None,
    organization: Annotated[str | None, typer.Option(help="Slug; needed when there are several.")] = None,
    http: Annotated[str | None, typer.Option(help="Address of a running server, instead of --data: …/mcp.")] = None,
    token: Annotated[str | None, typer.Option(help="For --http; without it, the assistant signs in by itself.")] = None,
    upstream: Annotated[str | None, typer.Option(help="Address of a server of this API: see counterfoil mcp.")] = None,
    api_key: Annotated[str | None, typer.Option(help="For --upstream.", envvar="COUNTERFOIL_API_KEY")] = None,
    approvals: Annotated[str | None, typer.Option(help="As of counterfoil mcp; always without it.")] = None,
    project: Annotated[Path | None, typer.Option(help="The project's file, in this directory.")] = None,
    desktop: Annotated[bool, typer.Option("--desktop", help="Claude Desktop instead of Claude Code.")] = False,
    name: Annotated[str, typer.Option(help="What the server is called there.")] = "counterfoil",
    print_only: Annotated[bool, typer.Option("--print", help="Show what would be written, and write nothing.")] = False,
    database_url: DatabaseOption = None,
) -> None:
    """Let an assistant start this server: writes its configuration, and keeps everything else in it."""
    place = place_of(assistant, project=project, desktop=desktop)
    if http:
        if desktop:
            fail("Claude Desktop takes addresses in its own settings: Connectors, Add custom connector")
        entry = http_entry(assistant, http, token)
    else:
        settings = house_settings(data, database_url)
        if upstream:
            entry = _upstream_entry(settings, upstream, api_key, approvals)
        else:
            entry = _data_entry(settings, organization, approvals)
        entry = ({"type": "stdio"} if place.has_type else {}) | entry
    if print_only:
        print(f"{place.file}:", file=sys.stderr)
        print(_written({place.key: {name: entry}}, 2), end="")
        return
    try:
        before, after = merged(place, name, entry)
    except BrokenFile as error:
        fail(f"{place.file}: {error} Nothing was written; --print shows what to add to it.")
    if before == after:
        print(f"{place.file} says so already; nothing was changed.")
    else:
        is_secret = "headers" in entry or "env" in entry
        write(place.file, after, is_secret=is_secret)
        print(f"Written: {name} in {place.file}\n{place.then}")
        if is_secret and place.is_shared:
            print(f"{place.file.name} now holds a secret: keep it out of version control.", file=sys.stderr)


def place_of(
    assistant: AssistantName,
    *,
    project: Path | None,
    desktop: bool,
    home: Path | None = None,
    platform: str = sys.platform,
    environment: Mapping[str, str] = os.environ,
) -> Place:
    """The file of this assistant on this machine. Ends the command where the options do not go together."""
    home = home or Path.home()
    if desktop and (assistant is not AssistantName.CLAUDE or project):
        fail("--desktop goes with claude alone, and has no project")
    if assistant is AssistantName.CLAUDE and desktop:
        folder = _applications(home, platform, environment) / "Claude"
        file = folder / "claude_desktop_config.json"
        return Place(file, "mcpServers", False, "Quit Claude Desktop and start it again.")
    if assistant is AssistantName.CLAUDE:
        there = (project or Path()).resolve()
        then = f"Start claude in {there} and allow the server: /mcp."
        return Place(there / ".mcp.json", "mcpServers", True, then, is_shared=True)
    if assistant is AssistantName.CURSOR:
        folder = (project.resolve() if project else home) / ".cursor"
        return Place(folder / "mcp.json", "mcpServers", True, "Turn it on in Cursor: Customize, MCPs.", bool(project))
    folder = project.resolve() / ".vscode" if project else _applications(home, platform, environment) / "Code" / "User"
    return Place(folder / "mcp.json", "servers", True, "Start it in VS Code: MCP: List Servers.", bool(project))


def http_entry(assistant: AssistantName, url: str, token: str | None) -> dict[str, Any]:
    """The entry for a server that runs. url: with or without /mcp at its end."""
    if not url.startswith(("https://", "http://")):
        fail(f"--http {url} is no address: it begins with https://")
    address = url.rstrip("/")
    address = address if address.endswith("/mcp") else f"{address}/mcp"
    entry: dict[str, Any] = {} if assistant is AssistantName.CURSOR else {"type": "http"}
    entry["url"] = address
    return entry | ({"headers": {"Authorization": f"Bearer {token}"}} if token else {})


def merged(place: Place, name: str, entry: Mapping[str, Any]) -> tuple[str, str]:
    """The file's text as it is, and with the entry. Raises BrokenFile."""
    if not place.file.exists():
        return "", _written({place.key: {name: dict(entry)}}, 2)
    before = _text_of(place.file)
    if not before.strip():
        return before, _written({place.key: {name: dict(entry)}}, 2)
    try:
        whole = json.loads(before, object_pairs_hook=_without_repeats)
    except ValueError as error:
        raise BrokenFile(f"this is not plain JSON ({error}); comments and trailing commas are none.") from None
    if not isinstance(whole, dict) or not isinstance(whole.get(place.key, {}), dict):
        raise BrokenFile(f"{place.key} is not an object.")
    if whole.get(place.key, {}).get(name) == entry:
        return before, before
    whole[place.key] = {**whole.get(place.key, {}), name: dict(entry)}
    return before, _written(whole, _indent_of(before))


def write(file: Path, text: str, *, is_secret: bool) -> None:
    """Puts the text in place at once or not at all; what was there is kept beside it."""
    from counterfoil.ports.durable import write_whole

    file = file.resolve()  # where a link leads: replacing the link itself would leave its target as it was
    file.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0o644
    if file.exists():
        kept = file.with_name(file.name + _BACKUP)
        write_whole(kept, file.read_bytes())
        kept.chmod(mode)
    write_whole(file, text.encode())
    file.chmod(0o600 if is_secret else mode)


def command_path() -> str:
    """The installed command, by its absolute path: assistants start programs without the shell's PATH."""
    name = "counterfoil.exe" if os.name == "nt" else "counterfoil"
    beside = Path(sys.executable).absolute().with_name(name)
    found = str(beside) if beside.exists() else shutil.which("counterfoil")
    if not found:
        fail("the command counterfoil is not installed beside this Python; install the package first")
    return str(Path(found).absolute())


def _data_entry(settings: Settings, organization: str | None, approvals: str | None) -> dict[str, Any]:
    from counterfoil.cli.opening import find_organization
    from counterfoil.house import DATABASE_FILE, House

    data = settings.data.resolve()
    if not settings.database_url and not (data / DATABASE_FILE).exists():
        fail(f"{data} holds no database yet; run: counterfoil init --data {data}")
    house = House(settings)
    try:
        find_organization(house, organization)
    finally:
        house.close()
    chosen = ["--organization", organization] if organization else []
    entry = {"command": command_path(), "args": ["mcp", "--data", str(data), *chosen, *_policy(approvals)]}
    return entry | ({"env": {"COUNTERFOIL_DATABASE_URL": settings.database_url}} if settings.database_url else {})


def _upstream_entry(settings: Settings, upstream: str, api_key: str | None, approvals: str | None) -> dict[str, Any]:
    if not api_key:
        fail("--upstream needs --api-key LOGIN:SECRET, or COUNTERFOIL_API_KEY")
    arguments = ["mcp", "--upstream", upstream, "--data", str(settings.data.resolve()), *_policy(approvals)]
    # Not among the arguments: those are read by everybody on this machine.
    return {"command": command_path(), "args": arguments, "env": {"COUNTERFOIL_API_KEY": api_key}}


def _policy(approvals: str | None) -> list[str]:
    from counterfoil.domain.approvals import ApprovalPolicy

    return ["--approvals", str(ApprovalPolicy.parse(approvals))] if approvals else []


def _applications(home: Path, platform: str, environment: Mapping[str, str]) -> Path:
    """Where programs keep their settings on this system."""
    if platform == "darwin":
        return home / "Library" / "Application Support"
    if platform == "win32":
        return Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
    return Path(environment.get("XDG_CONFIG_HOME") or home / ".config")


def _text_of(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BrokenFile("this is not a text in UTF-8.") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; one that has a key twice is refused, for one of the two would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _indent_of(text: str) -> int | str:
    """How the file is indented."""
    for line in text.splitlines():
        blank = line[: len(line) - len(line.lstrip())]
        if blank:
            return "\t" if blank[0] == "\t" else len(blank)
    return 2


def _written(whole: Mapping[str, Any], indent: int | str) -> str:
    return json.dumps(whole, ensure_ascii=False, indent=indent) + "\n"
