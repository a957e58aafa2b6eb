"""What the demonstration would send outside, on a page of its own: messages, mails, codes, lots for the caisse."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from html import escape

from aiohttp import web

from telemed.adapters.caisse.reception import Reception
from telemed.adapters.sms_gateway.server import SmsGateway
from telemed.adapters.smtp.sink import MailSink, receiving
from telemed.demo.caisse import tell
from telemed.kernel.clock import Clock
from telemed.security.totp import code_at

_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:)]")
_PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">
<meta name="viewport" content="width=device-width"><title>Boîte de la démonstration</title><style>
body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2526;background:#fff}}
table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.4rem .8rem;border-bottom:1px solid #cdd6d7}}
code{{font-size:1.15em;font-variant-numeric:tabular-nums}}article{{border-left:4px solid #0b6b6f;padding:.2rem 1rem;
margin:1rem 0;white-space:pre-wrap;overflow-wrap:anywhere}}@media (prefers-color-scheme:dark){{body{{color:#e6ecec;
background:#12191a}}a{{color:#6cc5c8}}td,th{{border-color:#334244}}}}</style></head><body>
<h1>Boîte de la démonstration</h1><p>Rien de ceci ne sort de cette machine. La page se renouvelle d’elle-même.</p>
<h2>Comptes et codes du moment</h2><table><tr><th>Qui</th><th>Identifiant</th><th>Mot de passe</th><th>Code</th></tr>
{accounts}</table><h2>SMS</h2>{texts}<h2>Courriels</h2>{mails}<h2>Caisse</h2>{lots}</body></html>"""
_NOTHING = "<p>Rien encore.</p>"


@dataclass(frozen=True)
class DemoAccount:
    """What somebody of the practice signs in with."""

    who: str
    login: str
    password: str
    totp_secret: str

    def code(self, clock: Clock) -> str:
        """The one-time code of this half minute."""
        return code_at(self.totp_secret, clock.now())


class Letterbox:
    """An SMS gateway and a mail server on loopback, with the page that shows what they took."""

    def __init__(self, clock: Clock, sms_token: str) -> None:
        self.gateway = SmsGateway(sms_token, clock)
        self.mails = MailSink()
        self.accounts: Sequence[DemoAccount] = ()
        self.caisse: Reception | None = None
        self._clock = clock

    @asynccontextmanager
    async def open(self, *, port: int = 0) -> AsyncIterator[LetterboxAddresses]:
        """Serve on loopback until the block ends."""
        app = web.Application()
        app.add_subapp("/sms", self.gateway.application())
        app.router.add_get("/", self._show)
        runner = web.AppRunner(app, access_log=None)
        async with AsyncExitStack() as stack:
            smtp_url = await stack.enter_async_context(receiving(self.mails))
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", port).start()
            page_url = f"http://localhost:{runner.addresses[0][1]}"
            yield LetterboxAddresses(page_url=f"{page_url}/", sms_url=f"{page_url}/sms/v1", smtp_url=smtp_url)

    async def _show(self, _request: web.Request) -> web.Response:
        accounts = "".join(
            f"<tr><td>{escape(a.who)}</td><td>{escape(a.login)}</td><td>{escape(a.password)}</td>"
            f"<td><code>{a.code(self._clock)}</code></td></tr>"
            for a in self.accounts
        )
        texts = [_letter(message.to, message.text) for message in reversed(self.gateway.messages)]
        mails = [
            _letter(f"{mail['To']} — {mail['Subject']}", str(mail.get_content()))
            for mail in reversed(self.mails.messages)
        ]
        lots = [_letter(heading, text) for heading, text in tell(self.caisse)] if self.caisse else []
        shown = {"texts": texts, "mails": mails, "lots": lots}
        page = _PAGE.format(accounts=accounts, **{name: "".join(found) or _NOTHING for name, found in shown.items()})
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})


@dataclass(frozen=True)
class LetterboxAddresses:
    """Where the page is, and what the service's settings say of its operators."""

    page_url: str
    sms_url: str
    smtp_url: str


def find_link(text: str) -> str | None:
    """The first address in a message, without the punctuation that follows it."""
    found = _ADDRESS.search(text)
    return found.group() if found else None


def _letter(head: str, text: str) -> str:
    linked = _ADDRESS.sub(lambda match: f'<a href="{match.group()}">{match.group()}</a>', escape(text))
    return f"<article><strong>{escape(head)}</strong>\n{linked}</article>"
