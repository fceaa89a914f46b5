"""Every command that takes --data takes --database-url too, and each does its work on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from counterfoil.cli.main import app
from tests.support.databases import SECRET_KEY

# They serve sample data of their own, always on SQLite.
ALONE = {"demo", "selftest"}


def commands(group: typer.core.TyperGroup, before: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Each command's name with its options."""
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            yield from commands(command, (*before, name))
        if command.callback is not None:
            yield " ".join((*before, name)), {option for param in command.params for option in param.opts}


def test_whoever_takes_a_directory_takes_a_database() -> None:
    taking = {name: options for name, options in commands(typer.main.get_command(app)) if "--data" in options}
    assert len(taking) > 15
    assert {name for name, options in taking.items() if "--database-url" not in options} <= ALONE


@pytest.fixture
def run(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs a command on the database that only the environment names, in a directory of its own each time."""
    monkeypatch.setenv("COUNTERFOIL_DATABASE_URL", url)
    monkeypatch.setenv("COUNTERFOIL_SECRET_KEY", SECRET_KEY)

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, [*words, "--data", str(tmp_path / "data")])
        assert done.exit_code == code, (words, done.output, done.exception)
        assert not (tmp_path / "data" / "counterfoil.db").exists()
        return done.stdout

    return run


def test_the_commands_work_on_postgresql(run: Callable[..., str], tmp_path: Path) -> None:
    made = json.loads(
        run("init", "--country", "FR", "--legal-name", "Atelier", "--iban", "FR7630006000011234567890189", "--json")
    )
    assert made["api_key"]
    assert json.loads(run("token", "create", "--name", "ci", "--json"))["token"]
    assert "ci" in run("token", "list")
    run("member", "add", "--email", "ada@example.com", "--role", "admin")
    assert "ada@example.com" in run("member", "list")
    assert "/signin/" in run("signin-link", "--email", "ada@example.com")
    run("oauth-client", "add", "--name", "Books", "--redirect-uri", "https://books.example/back")
    assert "Books" in run("oauth-client", "list")
    run("approvals")
    run("migrate")
    run("verify")
    archive = tmp_path / "all.backup"
    run("backup", str(archive))
    assert archive.stat().st_size > 0
    run("export", str(tmp_path / "export"))
