"""The SMTP client: plain French text, TLS by policy, a delivery result per message."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import aiosmtplib

from telemed.kernel.clock import Clock
from telemed.kernel.errors import NotFound, Unavailable
from telemed.kernel.messages import DeliveryReceipt, DeliveryState, OutgoingMessage

_TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True)
class SmtpServer:
    """Where and how to hand mail over. `smtps` is TLS from the start; `smtp` asks for STARTTLS, always, except on
    loopback where it takes it when offered."""

    host: str
    port: int
    username: str | None
    password: str | None
    is_tls_from_start: bool

    @property
    def start_tls(self) -> bool | None:
        """aiosmtplib's words: True requires it, None takes it when offered, False goes without."""
        if self.is_tls_from_start:
            return False
        return None if _is_loopback(self.host) else True

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port})"


def parse_smtp_url(url: str) -> SmtpServer:
    """Read `smtp[s]://[user:password@]host[:port]`. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("a mail server is written smtp://host:port or smtps://host:port")
    is_tls = parts.scheme == "smtps"
    username = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return SmtpServer(parts.hostname, parts.port or (465 if is_tls else 587), username, password, is_tls)


class SmtpSender:
    """Sends each message on a connection of its own: mail is rare here, and a lost connection is then nobody's."""

    def __init__(
        self,
        server: SmtpServer,
        sender: str,
        clock: Clock,
        *,
        timeout_seconds: float = _TIMEOUT_SECONDS,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock
        self._timeout_seconds = timeout_seconds
        self._tls_context = tls_context

    async def send(self, message: OutgoingMessage) -> DeliveryReceipt:
        """Hand a message over to the mail server; it answers for the first hop only: ACCEPTED, or FAILED."""
        try:
            mail = self._compose(message)
        except ValueError:
            return DeliveryReceipt("", DeliveryState.FAILED, "invalid_address")
        try:
            await aiosmtplib.send(
                mail,
                hostname=self._server.host,
                port=self._server.port,
                username=self._server.username,
                password=self._server.password,
                use_tls=self._server.is_tls_from_start,
                start_tls=self._server.start_tls,
                tls_context=self._tls_context,
                timeout=self._timeout_seconds,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return _refusal(refused.recipients[0].code)
        except aiosmtplib.SMTPDataError as refused:
            return _refusal(refused.code)
        except (aiosmtplib.SMTPException, OSError):
            raise Unavailable("le serveur de courrier ne répond pas") from None
        return DeliveryReceipt(mail["Message-ID"], DeliveryState.ACCEPTED)

    async def receipt(self, provider_id: str) -> DeliveryReceipt:
        """SMTP tells no more than it told at once."""
        if not provider_id.startswith("<"):
            raise NotFound("ce message n'est pas connu")
        return DeliveryReceipt(provider_id, DeliveryState.ACCEPTED)

    def _compose(self, message: OutgoingMessage) -> EmailMessage:
        """The mail of a message; its Message-ID comes from the idempotency key. Raises ValueError on a bad address."""
        mail = EmailMessage()
        mail["From"] = _address(self._sender)
        mail["To"] = _address(message.to)
        mail["Subject"] = message.subject or "Votre rendez-vous"
        mail["Date"] = format_datetime(self._clock.now())
        digest = hashlib.sha256(message.idempotency_key.encode()).hexdigest()[:32]
        mail["Message-ID"] = f"<{digest}@{self._sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        mail["Content-Language"] = "fr"
        return mail


def _address(text: str) -> Address:
    """An address without a display name. Raises ValueError."""
    local, at, domain = text.rpartition("@")
    if not (local and at and domain) or any(char in text for char in "\r\n\t ,;<>"):
        raise ValueError("this is no e-mail address")
    return Address(addr_spec=text)


def _refusal(code: int) -> DeliveryReceipt:
    """A final refusal is a failed message; a passing one (4xx) may work later. Raises Unavailable for the latter."""
    if 400 <= code < 500:
        raise Unavailable("le serveur de courrier demande de réessayer plus tard")
    return DeliveryReceipt("", DeliveryState.FAILED, f"refused_{code}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
