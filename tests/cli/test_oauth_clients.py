"""counterfoil oauth-client: programs that the operator vouches for."""

from __future__ import annotations

import json
import subprocess

from tests.support.server import Server, command, make_organization


def run(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command("oauth-client", *arguments, COUNTERFOIL_DATA=str(server.data))


def test_a_program_is_added_listed_and_removed_and_its_secret_shown_once(server: Server) -> None:
    slug = make_organization(server.data, "FR").slug
    of = ("--organization", slug, "--json")
    added = run(server, "add", "--name", "Ledger", "--redirect-uri", "https://ledger.example/cb", *of)
    made = json.loads(added.stdout)
    assert len(made["client_secret"]) == 43
    listed = run(server, "list", *of).stdout
    (shown,) = json.loads(listed)["clients"]
    assert (shown["client_id"], shown["name"], shown["kind"]) == (made["client_id"], "Ledger", "confidential")
    assert made["client_secret"] not in listed
    assert run(server, "remove", made["client_id"], *of).returncode == 0
    assert json.loads(run(server, "list", *of).stdout)["clients"] == []
    again = run(server, "remove", made["client_id"], *of)
    assert again.returncode == 1
    assert "no such client" in again.stderr


def test_a_redirect_uri_that_is_none_is_told(server: Server) -> None:
    slug = make_organization(server.data, "FR").slug
    done = run(server, "add", "--name", "X", "--redirect-uri", "http://ledger.example/cb", "--organization", slug)
    assert done.returncode == 1
    assert "is no redirect URI" in done.stderr
