"""Mail leaves here: over SMTP, or into a directory where it can be looked at.

`send` returns only when somebody else has taken the letter over: the server's 250 after its last byte, or the file on
the disk. SMTP can promise no more than "at least once": when the line breaks after the last byte and before the answer,
nobody knows whether the letter went, and it is sent again under the same Message-ID.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import ipaddress
import os
import re
import smtplib
import ssl
import tempfile
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from counterfoil.errors import Invalid, NotFound, Unavailable

TIMEOUT_SECONDS = 20.0
_ANSWER_CHARS_MAX = 300
# RFC 4954 §6: the login is missing or wrong. That is the operator's to mend and no fault of the letter.
_LOGIN_CODES = frozenset({530, 534, 535, 538})
_ENVELOPE = re.compile(r"[!-;=?-~]{1,64}@[A-Za-z0-9.\-\[\]:]{1,255}")
_CAUGHT = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9]{9}Z-[0-9a-f]{8}\.eml")
_HEAD_BYTES_MAX = 65_536


class MailRefused(Invalid):
    """The server will never take this letter as it is; nothing of it was sent. `refused`: the addresses at fault."""

    def __init__(self, message: str, *, refused: Sequence[str] = ()) -> None:
        super().__init__("mail_refused", message, field="send_to" if refused else None, meta={"refused": list(refused)})
        self.refused = tuple(refused)


class MailUnavailable(Unavailable):
    """The server is away, busy, or does not let us in; the same letter may pass later."""

    def __init__(self, message: str) -> None:
        super().__init__("mail_unavailable", message, fix="check COUNTERFOIL_SMTP_URL and the mail server")


class Mailer(Protocol):
    """Takes a finished letter to everybody in `recipients` or to nobody."""

    def send(self, message: bytes, *, sender: str, recipients: Sequence[str]) -> str:
        """The answer of whoever took it over, one line of text. Raises MailRefused or MailUnavailable."""
        ...


def mailer(url: str | None, directory: Path) -> Mailer:
    """The mailer for a COUNTERFOIL_SMTP_URL; without one, letters are caught in `directory`."""
    return SmtpMailer(url) if url else CatcherMailer(directory)


def _check_envelope(sender: str, recipients: Sequence[str]) -> None:
    """Raises MailRefused for what would be more than one word of an SMTP command."""
    if not recipients:
        raise MailRefused("the letter has no recipient")
    unfit = [address for address in (sender, *recipients) if not _ENVELOPE.fullmatch(address)]
    if unfit:
        raise MailRefused("not an address that can be written to", refused=unfit)


class SmtpMailer:
    """smtp://user:password@host:587?starttls=1 or smtps://user:password@host.

    With a login, TLS is on even when the URL does not ask for it, but for a server on this machine. Neither login nor
    URL appears in an error or in this object's repr. timeout_seconds bounds each wait for the server.
    """

    def __init__(
        self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS, tls_context: ssl.SSLContext | None = None
    ) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            raise _bad_url("its port is no number") from None
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise _bad_url("it must begin with smtp:// or smtps:// and name a host")
        self._host = parts.hostname
        self._is_tls = parts.scheme == "smtps"
        self._port = port or (465 if self._is_tls else 587 if parts.username else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        if not f"{self._user}{self._password}".isascii():
            raise _bad_url("its login holds characters outside ASCII")
        self._secrets = _forms(self._user, self._password)
        self._starts_tls = not self._is_tls and self._wants_starttls(parts.query)
        self._timeout_seconds = timeout_seconds
        self._tls_context = tls_context

    def __repr__(self) -> str:
        return f"SmtpMailer({self._host}:{self._port})"

    def send(self, message: bytes, *, sender: str, recipients: Sequence[str]) -> str:
        """The server's answer to the whole letter, such as "250 2.0.0 Ok: queued as 4D2F". Raises as `Mailer`."""
        _check_envelope(sender, recipients)
        client: smtplib.SMTP | None = None
        try:
            client = self._connected()
            self._offer(client, sender, recipients)
            answer = self._hand_over(client, message)
        except (smtplib.SMTPException, OSError, ValueError) as problem:
            # `from None`: what lies below may hold the login, and a log prints the whole chain.
            raise MailUnavailable(f"{self!r} did not take the letter: {self._told(problem)}") from None
        finally:
            if client is not None:
                _leave(client)
        return answer

    def check(self) -> str:
        """How the server takes us in; sends nothing. Raises MailUnavailable."""
        try:
            client = self._connected()
        except (smtplib.SMTPException, OSError, ValueError) as problem:
            raise MailUnavailable(f"{self!r} does not take us in: {self._told(problem)}") from None
        is_encrypted = isinstance(client.sock, ssl.SSLSocket)
        _leave(client)
        login = "and took the login" if self._user else "and wants no login"
        return f"{self._host}:{self._port} answered, {'encrypted' if is_encrypted else 'unencrypted'}, {login}"

    def _wants_starttls(self, query: str) -> bool:
        options = dict(parse_qsl(query, keep_blank_values=True))
        asked = options.pop("starttls", None)
        if options or asked not in (None, "0", "1"):
            raise _bad_url("the only option is starttls=1 or starttls=0")
        is_exposed = bool(self._user) and not _is_loopback(self._host)
        if asked == "0" and is_exposed:
            raise _bad_url("a login would travel unencrypted; use starttls=1 or smtps://")
        return asked == "1" or (asked is None and is_exposed)

    def _connected(self) -> smtplib.SMTP:
        """A session ready for a letter. Raises what smtplib raises, or MailUnavailable."""
        context = self._tls_context or ssl.create_default_context()
        if self._is_tls:
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=self._timeout_seconds, context=context
            )
        else:
            client = smtplib.SMTP(self._host, self._port, timeout=self._timeout_seconds)
        try:
            if self._starts_tls:
                client.starttls(context=context)
            if self._user:
                client.login(self._user, self._password)
            client.ehlo_or_helo_if_needed()
        except BaseException:
            client.close()
            raise
        return client

    def _offer(self, client: smtplib.SMTP, sender: str, recipients: Sequence[str]) -> None:
        """Name the sender and every recipient; the letter itself only follows when all were accepted."""
        self._expect(250, client.mail(sender), "the sender")
        refused: list[str] = []
        answers: list[tuple[int, bytes]] = []
        for address in recipients:
            code, text = client.rcpt(address)
            if code not in (250, 251):
                refused.append(address)
                answers.append((code, text))
        if not answers:
            return
        worst = max(answers)
        if worst[0] < 500 or worst[0] in _LOGIN_CODES:
            self._expect(250, worst, ", ".join(refused))
        forever = [address for address, (code, _) in zip(refused, answers, strict=True) if code >= 500]
        raise MailRefused(
            f"nothing was sent: the mail server refuses {', '.join(forever)}: {self._answer(*worst)}", refused=forever
        )

    def _hand_over(self, client: smtplib.SMTP, message: bytes) -> str:
        try:
            code, text = client.data(message)
        except smtplib.SMTPDataError as refusal:  # The server said no before the first byte.
            code = refusal.smtp_code
            text = refusal.smtp_error if isinstance(refusal.smtp_error, bytes) else refusal.smtp_error.encode()
        self._expect(250, (code, text), "the letter")
        return self._answer(code, text)

    def _expect(self, wanted: int, answer: tuple[int, bytes], what: str) -> None:
        code, text = answer
        if code == wanted:
            return
        if code >= 500 and code not in _LOGIN_CODES:
            raise MailRefused(f"the mail server refuses {what}: {self._answer(code, text)}")
        raise MailUnavailable(f"the mail server does not take {what} now: {self._answer(code, text)}")

    def _told(self, problem: Exception) -> str:
        """What went wrong, in words that cannot hold the login."""
        if isinstance(problem, smtplib.SMTPAuthenticationError):
            return f"it refuses the login ({problem.smtp_code})"
        if isinstance(problem, smtplib.SMTPResponseException):
            text = problem.smtp_error if isinstance(problem.smtp_error, bytes) else problem.smtp_error.encode()
            return self._answer(problem.smtp_code, text)
        if isinstance(problem, TimeoutError):
            return f"no answer in {self._timeout_seconds:g} s"
        if isinstance(problem, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted ({problem.verify_message})"
        if isinstance(problem, smtplib.SMTPException):
            return str(problem) or type(problem).__name__
        return (problem.strerror if isinstance(problem, OSError) else None) or type(problem).__name__

    def _answer(self, code: int, text: bytes) -> str:
        """One printable line: the server may write what it likes, an echo of the login included."""
        line = re.sub(r"[^ -~]+", " ", text.decode("ascii", "replace")).strip()
        for secret in self._secrets:
            line = line.replace(secret, "…")
        return f"{code} {line}"[:_ANSWER_CHARS_MAX].strip()


def _bad_url(why: str) -> Invalid:
    return Invalid(
        "invalid_setting",
        f"COUNTERFOIL_SMTP_URL cannot be used: {why}",
        field="COUNTERFOIL_SMTP_URL",
        fix="write smtp://user:password@host:587?starttls=1 or smtps://user:password@host, special characters as %XX",
    )


def _forms(user: str, password: str) -> tuple[str, ...]:
    """The login as it may stand in a server's echo, longest first; what is too short to hide would only cut holes."""
    plain = [user, password]
    encoded = [base64.b64encode(text.encode()).decode() for text in (*plain, f"\0{user}\0{password}")]
    return tuple(sorted((form for form in (*plain, *encoded) if len(form) > 3), key=len, reverse=True))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _leave(client: smtplib.SMTP) -> None:
    """Say goodbye if the line still stands; how the server takes it no longer matters."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        client.quit()
    client.close()


class CatcherMailer:
    """Writes each letter as one .eml file into `directory`, whole or not at all, and gives it to be looked at.

    Names are ours, sort by time, and are the only ones that `get` and `head` open.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._last_ns = 0

    def send(self, message: bytes, *, sender: str, recipients: Sequence[str]) -> str:
        """The file is on the disk, under its name, when this returns "250 caught as <name>"."""
        _check_envelope(sender, recipients)
        name = self._next_name(message)
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_whole(self._directory, name, message)
        except OSError as problem:
            raise MailUnavailable(f"the letter could not be written: {problem.strerror}") from problem
        return f"250 caught as {name}"

    def list(self) -> tuple[str, ...]:
        """The names of all caught letters, oldest first."""
        try:
            return tuple(sorted(path.name for path in self._directory.iterdir() if _CAUGHT.fullmatch(path.name)))
        except FileNotFoundError:
            return ()

    def clear(self) -> int:
        """Throws all caught letters away; returns how many."""
        names = self.list()
        for name in names:
            (self._directory / name).unlink(missing_ok=True)
        return len(names)

    def drop_about(self, addresses: Collection[str]) -> int:
        """Deletes the letters that name one of these addresses; how many."""
        wanted = [address.lower().encode() for address in addresses]
        found = [name for name in self.list() if any(each in self.get(name).lower() for each in wanted)]
        for name in found:
            (self._directory / name).unlink(missing_ok=True)
        return len(found)

    def get(self, name: str) -> bytes:
        """The letter of this name, as it was sent. Raises NotFound."""
        with self._opened(name) as file:
            return _read(file)

    def head(self, name: str) -> bytes:
        """The letter's header lines, at most 64 KiB. Raises NotFound."""
        with self._opened(name) as file:
            return os.read(file, _HEAD_BYTES_MAX).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"

    @contextlib.contextmanager
    def _opened(self, name: str) -> Iterator[int]:
        try:
            if not _CAUGHT.fullmatch(name):
                raise FileNotFoundError
            file = os.open(self._directory / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        except OSError:
            raise NotFound("mail_not_found", "no caught mail of this name") from None
        try:
            yield file
        finally:
            os.close(file)

    def _next_name(self, message: bytes) -> str:
        """A name later than all before it, also when two letters come at once or the clock steps back."""
        with self._lock:
            self._last_ns = max(time.time_ns(), self._last_ns + 1)
            seconds, nanoseconds = divmod(self._last_ns, 1_000_000_000)
        at = datetime.fromtimestamp(seconds, tz=UTC)
        return f"{at:%Y%m%dT%H%M%S}-{nanoseconds:09}Z-{hashlib.sha256(message).hexdigest()[:8]}.eml"


def _write_whole(directory: Path, name: str, message: bytes) -> None:
    """Temporary file, fsync, rename, fsync of the directory: after a crash the file is there whole, or is not there."""
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=directory)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(message)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).rename(directory / name)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    folder = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(file: int) -> bytes:
    with os.fdopen(os.dup(file), "rb") as stream:
        return stream.read()
