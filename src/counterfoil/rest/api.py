"""All routes of the REST API on one application, its unknown paths and its OpenAPI."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from counterfoil.errors import Fault
from counterfoil.rest import (
    attachment_uploads,
    attachments,
    client_invoice_files,
    client_invoices,
    clients,
    compliance,
    consents,
    credit_notes,
    document_files,
    document_pages,
    einvoicing,
    organization,
    products,
    quotes,
    recurring_invoices,
    reminders,
    settings,
    supplier_invoices,
    webhooks,
)
from counterfoil.rest.calls import Doors, serve
from counterfoil.rest.errors import envelope
from counterfoil.rest.routing import Route

RESOURCES = (
    client_invoice_files, client_invoices, credit_notes, compliance, document_files, document_pages, clients,
    organization, attachments, attachment_uploads, products, settings, einvoicing, quotes, webhooks, reminders,
    recurring_invoices, supplier_invoices, consents,
)  # fmt: skip


ROUTES: tuple[Route, ...] = tuple(route for resource in RESOURCES for route in resource.ROUTES)


def mount(app: FastAPI, doors: Doors, *, is_sandbox: bool = False) -> None:
    """Adds the API, its description and its downloads to `app`. is_sandbox: describes /sandbox as well."""
    for route in ROUTES:
        serve(app.router, doors, route)
    _add_description(app, doors, is_sandbox=is_sandbox)

    def download(request: Request) -> Response:
        return attachments.download(doors, request)

    async def receive(request: Request) -> Response:
        return await attachment_uploads.receive(doors, request)

    app.add_route("/files/{organization_id}/{id}", download, methods=["GET"])
    app.add_route(attachment_uploads.PUT_PATH, receive, methods=["PUT"])
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _broken)


def _add_description(app: FastAPI, doors: Doors, *, is_sandbox: bool) -> None:
    @cache
    def described() -> dict[str, Any]:
        from counterfoil.rest.openapi import build  # at the first request: it builds every schema

        description = build(ROUTES)
        if is_sandbox:
            from counterfoil.rest import sandbox

            description["paths"] |= sandbox.described()
        return description

    def openapi(_request: Request) -> Response:
        return Response(json.dumps(described(), ensure_ascii=False), media_type="application/json")

    def docs(_request: Request) -> Response:
        from counterfoil.rest import docs_page

        headers = {"Content-Security-Policy": docs_page.CONTENT_SECURITY_POLICY}
        return HTMLResponse(docs_page.page(described(), doors.settings.base_url), headers=headers)

    app.add_route("/openapi.json", openapi, methods=["GET"])
    app.add_route("/docs", docs, methods=["GET"])


async def _broken(_request: Request, _error: Exception) -> Response:
    return envelope([Fault("internal_server_error", "Something broke here; the log says what.")], 500)


async def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    path = request.url.path
    if status == 404 and path.startswith("/v2/"):
        fault = Fault(
            "not_found", f"{path[:200]} is not served here: this server has the billing surface of the API only.",
            fix="See /docs for the paths that are.",
        )  # fmt: skip
    elif status == 405:
        fault = Fault(
            "method_not_allowed", f"{path[:200]} does not take {request.method}.", fix="See /docs for the methods."
        )
    else:
        fault = Fault("not_found" if status == 404 else "bad_request", "There is nothing here.")
    return envelope([fault], status)
