"""OAuth: how long things live, which scopes are offered and in which words, and where a client may be answered.

RFC 6749, 7636, 8252, 8707 and OAuth 2.1; the lifetimes are those of Qonto's own authorization server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from counterfoil.domain import scopes
from counterfoil.domain.approvals import ALWAYS, NEVER, ApprovalPolicy

CODE_LIFE: Final = timedelta(minutes=10)
ACCESS_LIFE: Final = timedelta(hours=1)
REFRESH_LIFE: Final = timedelta(days=90)
REPLACED_LIFE: Final = timedelta(seconds=60)  # of a refresh token that was used: two may be under way at once
URI_CHARS_MAX: Final = 2_048
REDIRECT_URIS_MAX: Final = 20
NAME_CHARS_MAX: Final = 80
OFFLINE: Final = "offline_access"
OPENID: Final = "openid"

Kind = Literal["manual", "registered", "document"]

# What the consent page says of each scope, in the order in which it says it.
SCOPE_WORDS: Final[dict[str, str]] = {
    scopes.ORGANIZATION_READ: "See your company's name, address, VAT number and bank accounts",
    scopes.ORGANIZATION_WRITE: "Change your company's details and settings",
    scopes.CLIENT_READ: "See your clients",
    scopes.CLIENT_WRITE: "Add, change and delete clients",
    scopes.CLIENT_INVOICES_READ: "See invoices, quotes, credit notes and reminders",
    scopes.CLIENT_INVOICE_WRITE: "Write, finalize, send, cancel and delete invoices, quotes and credit notes",
    scopes.SUPPLIER_INVOICE_READ: "See supplier invoices",
    scopes.SUPPLIER_INVOICE_WRITE: "Add, change, reject and delete supplier invoices",
    scopes.PRODUCT_READ: "See your products and prices",
    scopes.PRODUCT_WRITE: "Add, change and delete products",
    scopes.ATTACHMENT_READ: "Download PDFs and other files",
    scopes.ATTACHMENT_WRITE: "Upload files",
    scopes.EINVOICING_READ: "See how e-invoicing is set up",
    scopes.WEBHOOK: "Be told of what happens here, by webhooks",
    OPENID: "Know who you are: your name and e-mail address",
    OFFLINE: "Stay connected while you are away, for 90 days after each use",
}
# What a resource itself asks for; to be told who one is, or to stay connected, is the client's own wish.
API_SCOPES: Final = tuple(scope for scope in SCOPE_WORDS if scope not in (OPENID, OFFLINE))
MCP_SCOPES: Final = tuple(scope for scope in API_SCOPES if scope != scopes.WEBHOOK)

_URI = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]{0,39}):(?P<rest>[A-Za-z0-9._~:/?@!$&'()*+,;=%\[\]-]{1,2047})", re.ASCII)
_AUTHORITY = re.compile(
    r"//(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::(?P<port>[0-9]{1,5}))?(?P<path>[/?].*)?", re.ASCII
)
# RFC 8252, 7.3, names the addresses; localhost is what many programs register all the same.
_LOOPBACK_HOSTS = ("127.0.0.1", "[::1]", "localhost")
_NEVER = frozenset(
    {"about", "blob", "data", "file", "filesystem", "ftp", "http", "javascript", "mailto", "vbscript", "view-source",
     "ws", "wss"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect URI, taken apart. host: "" of a scheme that belongs to a program."""

    scheme: str
    host: str
    port: str
    path: str

    @property
    def is_loopback(self) -> bool:
        return self.scheme == "http" and self.host in _LOOPBACK_HOSTS


@dataclass(frozen=True, slots=True)
class Client:
    """A program that asks for access. organization_id: "" for one that anybody here may use.

    scope: what it may ask for, "" for anything; host: who answers for it, "" where nobody proved to.
    """

    client_id: str
    kind: Kind
    organization_id: str
    name: str
    redirect_uris: tuple[str, ...]
    secret_hash: str = ""
    scope: str = ""
    host: str = ""

    @property
    def is_public(self) -> bool:
        return not self.secret_hash

    def takes(self, uri: str) -> bool:
        """Whether it is answered at `uri`: one of its own, letter for letter, but for a loopback's port (RFC 8252)."""
        if uri in self.redirect_uris:
            return True
        asked = redirect(uri)
        if not (self.is_public and asked and asked.is_loopback):
            return False
        return any(
            own.host == asked.host and own.path == asked.path
            for own in map(redirect, self.redirect_uris)
            if own and own.is_loopback
        )


@dataclass(frozen=True, slots=True)
class Resources:
    """What tokens are for (RFC 8707), of the server at `base_url`."""

    base_url: str

    @property
    def api(self) -> str:
        return self.base_url

    @property
    def mcp(self) -> str:
        return f"{self.base_url}/mcp"

    def named(self, uri: str) -> str | None:
        """The resource that a client names, None for one that is not here. A slash at the end makes no difference."""
        plain = uri.removesuffix("/")
        return next((own for own in (self.api, self.mcp) if plain == own), None)


def redirect(uri: str) -> Redirect | None:
    """`uri` taken apart; None when it can be no redirect URI at all (RFC 6749, 3.1.2: absolute, without fragment)."""
    found = _URI.fullmatch(uri) if len(uri) <= URI_CHARS_MAX else None
    if found is None:
        return None
    scheme, rest = found["scheme"], found["rest"]
    if scheme not in ("http", "https"):
        return None if scheme in _NEVER else Redirect(scheme, "", "", rest)
    parts = _AUTHORITY.fullmatch(rest)
    if parts is None:
        return None
    known = Redirect(scheme, parts["host"].lower(), parts["port"] or "", parts["path"] or "")
    return known if scheme == "https" or known.is_loopback else None


def may_register(uri: str) -> bool:
    """Whether a program that nobody here vouches for may be answered at `uri`: https, or this very machine."""
    found = redirect(uri)
    return found is not None and (found.scheme == "https" or found.is_loopback)


def readable(wanted: str) -> tuple[str, ...]:
    """The scopes named in `wanted` that are known here, in the page's order; Qonto's many others are left out."""
    asked = scopes.granted(frozenset(wanted.split()))
    return tuple(scope for scope in SCOPE_WORDS if scope in asked)


def default_policy(audience: str, resources: Resources) -> ApprovalPolicy:
    """Assistants ask before what cannot be taken back; programs act at once."""
    return ALWAYS if audience == resources.mcp else NEVER
