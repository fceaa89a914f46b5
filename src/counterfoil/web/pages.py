"""Pages that a person sees, put together."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from counterfoil.errors import BillingError, Unavailable
from counterfoil.ports.mail import Mailer, mailer
from counterfoil.rest.errors import COME_AGAIN_SECONDS, respond
from counterfoil.web import access, approvals, assets, dev_mail, frame, public_invoice, public_quote, signin
from counterfoil.web.doors import PageDoors
from counterfoil.web.people_texts import FaultTexts

_START_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'none'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}


def mount(app: FastAPI, doors: PageDoors, mail_directory: Path) -> None:
    """Adds the pages to `app`. mail_directory: where mail is caught while no mail server is set."""

    @cache
    def get_mailer() -> Mailer:
        return mailer(doors.settings.smtp_url, mail_directory)

    app.add_route("/", start, methods=["GET"])
    app.add_route("/assets/{name}", assets.serve, methods=["GET"])
    public_invoice.mount(app, doors)
    public_quote.mount(app, doors)
    signin.mount(app, doors)
    approvals.mount(app, doors)
    access.mount(app, doors)
    app.include_router(dev_mail.router(get_mailer))
    app.add_exception_handler(Unavailable, away)


def start(_request: Request) -> Response:
    """What this server is, for whoever opens its bare address. It says nothing of what is on it."""
    return HTMLResponse(assets.static_file("start.html"), headers=_START_HEADERS)


def away(request: Request, error: Exception) -> Response:
    """What we depend on is away: a page for a person, the API's words for a program."""
    if "text/html" not in request.headers.get("accept", "") and isinstance(error, BillingError):
        return respond(error)
    return frame.message(
        request, FaultTexts.away, f"{error} {FaultTexts.away_again}", status=503,
        headers={"Retry-After": str(COME_AGAIN_SECONDS)},
    )  # fmt: skip
