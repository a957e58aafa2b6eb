"""A mail server of ours, on loopback: it keeps what it receives, in memory, and sends nothing on."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

_KEPT_MESSAGES = 1000


class MailSink:
    """What arrived, the latest last; `refusal` lets a test refuse every recipient with that answer."""

    def __init__(self) -> None:
        self.messages: deque[EmailMessage] = deque(maxlen=_KEPT_MESSAGES)
        self.refusal: str | None = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd names it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        self.messages.append(message_from_bytes(raw, EmailMessage, policy=policy.default))
        return "250 OK"


@asynccontextmanager
async def receiving(
    sink: MailSink, *, host: str = "127.0.0.1", port: int = 0, tls_context: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Listen for mail and give the address of the server, `smtp://host:port`."""

    def session() -> SMTP:
        return SMTP(
            sink, hostname="telemed.invalid", tls_context=tls_context, require_starttls=bool(tls_context), timeout=30
        )

    server = await asyncio.get_running_loop().create_server(session, host, port)
    try:
        yield f"smtp://{host}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()
