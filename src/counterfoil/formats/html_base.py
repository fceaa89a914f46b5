"""What all public pages are made with: their links, whom to ask, and the templates.

Everything a person wrote is escaped by the template engine; an address becomes a link only when it is plainly one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined

from counterfoil.formats.html_texts import TEXTS
from counterfoil.formats.page import Fact

_TEMPLATES = (
    "public_base.html", "public_document.html", "public_invoice.html", "public_macros.html", "public_message.html",
    "public_plain.html", "public_quote.html", "public_sheet.html",
)  # fmt: skip
_EMAIL = re.compile(r"[A-Za-z0-9._+\-]+@[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)+")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./\-]{4,30}")


@dataclass(frozen=True, slots=True)
class Links:
    """Where the page's own files are, as links that hold at its address; "" for one that there is not.

    accent: the style sheet of the accent colour, see contrast.accent_css. is_pdf_ready: whether `pdf` answers already.
    """

    style: str
    accent: str
    script: str
    icon: str
    pdf: str = ""
    logo: str = ""
    is_pdf_ready: bool = True


@dataclass(frozen=True, slots=True)
class Status:
    """Where the document stands: kind is open, overdue, paid or nothing; text says it in words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask. The links are "" where the text is no plain address or number."""

    name: str
    email: str
    email_link: str
    phone: str
    phone_link: str


def contact(document: Mapping[str, Any]) -> Contact:
    """Whom the seller of `document` (the API's answer, as a dict) wants to be asked."""
    organization = document["organization"]
    email = str(document.get("contact_email") or organization.get("email") or "").strip()
    phone = str(organization.get("phone") or "").strip()
    return Contact(
        name=str(organization["legal_name"]),
        email=email,
        email_link=f"mailto:{email}" if _EMAIL.fullmatch(email) else "",
        phone=phone,
        phone_link="tel:" + re.sub(r"[^0-9+]", "", phone) if _PHONE.fullmatch(phone) else "",
    )


def message(
    language: str, links: Links, title: str, text: str, *, contact: Contact | None = None, back: str = "",
    back_label: str = "", facts: tuple[Fact, ...] = (),
) -> str:  # fmt: skip
    """A page that says one thing. contact: whom to ask; back: a link, named by back_label; facts: said with it."""
    return render(
        "public_message.html", language=language, links=links, title=title, text=text, contact=contact, back=back,
        back_label=back_label, facts=facts, texts=TEXTS[language],
    )  # fmt: skip


def render(template: str, **values: object) -> str:
    """The page of a template; `values` are what it shows."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    folder = files("counterfoil.formats") / "templates"
    return Environment(
        loader=DictLoader({name: (folder / name).read_text(encoding="utf-8") for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
