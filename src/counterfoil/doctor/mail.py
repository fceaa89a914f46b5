"""Mail: does the server take us in, and what does the sender's domain say of who may send for it. Nothing is sent."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from counterfoil.doctor.checks import Check, ok, skip, warn
from counterfoil.ports.dns_records import Texts, texts
from counterfoil.ports.mail import SmtpMailer
from counterfoil.settings import Settings

SMTP_SECONDS = 10.0
# Names under which signers keep their keys; there is no list of those that a domain has.
_SELECTORS = ("default", "mail", "dkim", "k1", "s1", "selector1", "google")
_NOT_PUBLIC = (".localhost", ".local", ".internal", ".lan", ".example", ".test", ".invalid")


def server(settings: Settings) -> Check:
    """Whether the mail server answers, encrypts and takes the login."""
    if not settings.smtp_url:
        return skip("mail", "caught in the data directory: no mail server is set", "set COUNTERFOIL_SMTP_URL")
    mailer = SmtpMailer(settings.smtp_url, timeout_seconds=SMTP_SECONDS)
    told = mailer.check()  # raises MailUnavailable
    if "unencrypted" in told and not is_private(urlsplit(settings.smtp_url).hostname or ""):
        return warn("mail", told, "COUNTERFOIL_SMTP_URL=smtp://…?starttls=1, or smtps://")
    return ok("mail", told)


def domain(settings: Settings, addresses: list[str], *, is_asked: bool, ask: Texts = texts) -> Iterator[Check]:
    """Hints about the senders' domains. addresses: of organizations, which send where no sender is set."""
    if not settings.smtp_url and not is_asked:
        yield skip("sender", "not looked up: no mail leaves this machine", "counterfoil doctor --mail")
        return
    senders = [settings.mail_from] if settings.mail_from else addresses
    domains = sorted({address.rpartition("@")[2].strip(" >").lower() for address in senders if "@" in address})
    if not domains:
        yield warn("sender", "no address to send from", "set COUNTERFOIL_MAIL_FROM, or the organization's email")
        return
    for name in domains[:3]:
        if is_private(name):
            yield skip("sender", f"{name} is no public domain")
            continue
        try:
            yield from _hints(name, ask)
        except OSError as error:
            yield warn("sender", str(error), "look at this machine's resolver: /etc/resolv.conf")


def is_private(name: str) -> bool:
    """Whether a host or domain is nothing that the public DNS knows."""
    try:
        return not ipaddress.ip_address(name).is_global
    except ValueError:
        return "." not in name or name.endswith(_NOT_PUBLIC)


def _hints(name: str, ask: Texts) -> Iterator[Check]:
    spf = [text for text in ask(name) if text.lower().startswith("v=spf1")]
    if len(spf) == 1:
        yield ok("SPF", f"{name} says who may send: {spf[0][:80]}")
    else:
        told = "does not say who may send" if not spf else f"says it {len(spf)} times, which counts as not at all"
        yield warn("SPF", f"{name} {told}", f'a TXT record at {name}: "v=spf1 include:YOUR-MAIL-PROVIDER -all"')
    if any(_is_key(text) for selector in _SELECTORS for text in ask(f"{selector}._domainkey.{name}")):
        yield ok("DKIM", f"{name} has a key to sign with")
    else:
        told = f"no key of {name} under the usual names; your mail provider may use another one"
        yield warn("DKIM", told, "ask the provider for its selector: dig TXT SELECTOR._domainkey." + name)
    dmarc = [text for text in ask(f"_dmarc.{name}") if text.lower().startswith("v=dmarc1")]
    if dmarc:
        yield ok("DMARC", f"{name}: {dmarc[0][:80]}")
    else:
        yield warn("DMARC", f"{name} has no policy", f'a TXT record at _dmarc.{name}: "v=DMARC1; p=none"')


def _is_key(text: str) -> bool:
    return "p=" in text and ("v=dkim1" in text.lower() or "k=" in text.lower())
