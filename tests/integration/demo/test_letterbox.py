"""The letterbox takes what the service sends and shows it."""

from __future__ import annotations

import aiohttp
import pytest

from telemed.adapters.sms_gateway.client import SmsGatewaySender
from telemed.adapters.smtp.client import SmtpSender, parse_smtp_url
from telemed.demo.letterbox import DemoAccount, Letterbox, find_link
from telemed.kernel.clock import FrozenClock
from telemed.kernel.messages import OutgoingMessage

pytestmark = pytest.mark.asyncio


async def test_the_page_shows_messages_mails_and_codes(clock: FrozenClock) -> None:
    box = Letterbox(clock, "jeton")
    account = DemoAccount("Dr Claire Moreau", "claire.moreau", "secret", "JBSWY3DPEHPK3PXP" * 2)
    box.accounts = [account]
    link = "http://localhost:8080/v/abc"
    async with box.open() as addresses:
        await SmsGatewaySender(addresses.sms_url, "jeton").send(OutgoingMessage("+33639980001", f"Ici : {link}.", "1"))
        mail = OutgoingMessage("jeanne@exemple.invalid", f"<Ici> {link}", "2", subject="Rendez-vous")
        await SmtpSender(parse_smtp_url(addresses.smtp_url), "a@telemed.invalid", clock).send(mail)
        async with aiohttp.ClientSession() as session, session.get(addresses.page_url) as response:
            page = await response.text()
    assert page.count("+33639980001") == 1
    assert page.count(f'href="{link}"') == 2
    assert "jeanne@exemple.invalid — Rendez-vous" in page
    assert "&lt;Ici&gt;" in page
    assert len(account.code(clock)) == 6
    assert account.code(clock) in page


async def test_a_link_is_found_in_a_message() -> None:
    assert find_link("Votre lien : http://localhost:8080/v/abc. À bientôt") == "http://localhost:8080/v/abc"
    assert find_link("Pas de lien") is None
