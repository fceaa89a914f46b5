"""/v2/settings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.server import Api, Server, expect, make_token

AUTOMATIC = {"numbering_mode": "automatic", "settings": {"numbering_mode": "automatic"}}
MANUAL = {"numbering_mode": "manual", "settings": {"numbering_mode": "manual"}}


def put(api: Api, body: object) -> Any:
    return api.http.put("/v2/settings", json=body)


def test_an_organization_begins_with_automatic_numbers(fresh: Api) -> None:
    assert expect(fresh.get("/settings"), 200) == AUTOMATIC


@pytest.mark.parametrize("body", [{"numbering_mode": "manual"}, {"settings": {"numbering_mode": "manual"}, "x": 1}])
def test_the_mode_is_changed_and_counts_at_once(fresh: Api, body: dict[str, Any]) -> None:
    assert expect(put(fresh, body), 200) == expect(fresh.get("/settings"), 200) == MANUAL
    assert expect(fresh.create(), 422)["errors"][0]["code"] == "missing_number"
    assert fresh.draft(number="X-1")["number"] == "X-1"
    assert expect(put(fresh, {"numbering_mode": "automatic"}), 200) == AUTOMATIC
    assert fresh.draft()["number"].endswith("-PROFORMA")


@pytest.mark.parametrize("body", [{}, {"colour": "blue"}, {"numbering_mode": None}])
def test_a_body_without_the_mode_changes_nothing(fresh: Api, body: dict[str, Any]) -> None:
    put(fresh, {"numbering_mode": "manual"})
    assert expect(put(fresh, body), 200) == MANUAL


@pytest.mark.parametrize("mode", ["Manual", "", 1, ["manual"]])
def test_a_mode_that_there_is_not_is_refused(fr: Api, mode: object) -> None:
    (fault,) = expect(put(fr, {"numbering_mode": mode}), 422)["errors"]
    assert fault["source"]["pointer"] == "/data/attributes/numbering_mode"


def test_settings_have_the_scopes_of_invoices(server: Server, fr: Api) -> None:
    reader = make_token(fr.organization, server.data, "client_invoices.read")
    with server.http(Authorization=f"Bearer {reader}") as http:
        assert http.get("/v2/settings").status_code == 200
        assert http.put("/v2/settings", json={}).status_code == 403
        assert http.get("/v2/einvoicing/settings").status_code == 403
