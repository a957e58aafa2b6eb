"""What a mail carries, and when it may travel in the clear."""

from __future__ import annotations

import ssl
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from telemed.adapters.smtp.client import SmtpSender, parse_smtp_url
from telemed.adapters.smtp.sink import MailSink, receiving
from telemed.kernel.clock import FrozenClock
from telemed.kernel.errors import Unavailable
from telemed.kernel.messages import DeliveryState, OutgoingMessage

SENDER = "ne-pas-repondre@telemed.invalid"
MESSAGE = OutgoingMessage("patient@exemple.invalid", "À bientôt – 14 h 30.", "clé-1", subject="Votre téléconsultation")


@pytest.mark.asyncio
async def test_a_mail_is_plain_french_text_with_its_date_and_its_name(clock: FrozenClock) -> None:
    sink = MailSink()
    async with receiving(sink) as url:
        await SmtpSender(parse_smtp_url(url), SENDER, clock).send(MESSAGE)
    mail = sink.messages[0]
    assert mail["From"] == SENDER
    assert mail["To"] == MESSAGE.to
    assert mail["Subject"] == "Votre téléconsultation"
    assert mail["Date"] == "Wed, 25 Nov 2026 11:00:00 +0000"
    assert mail["Message-ID"].endswith("@telemed.invalid>")
    assert mail["Content-Language"] == "fr"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().strip() == MESSAGE.text


@pytest.mark.asyncio
@pytest.mark.parametrize("address", ["a@b.invalid\r\nBcc: c@d.invalid", "a@b.invalid, c@d.invalid", "@b.invalid", "a@"])
async def test_an_address_cannot_add_readers(clock: FrozenClock, address: str) -> None:
    sink = MailSink()
    async with receiving(sink) as url:
        receipt = await SmtpSender(parse_smtp_url(url), SENDER, clock).send(
            OutgoingMessage(address, "Bonjour", "clé-1")
        )
    assert receipt.state is DeliveryState.FAILED
    assert not sink.messages


@pytest.mark.asyncio
async def test_starttls_is_used_when_offered(clock: FrozenClock, tmp_path: Path) -> None:
    server_side, client_side = _certificates(tmp_path, clock)
    sink = MailSink()
    async with receiving(sink, tls_context=server_side) as url:
        sender = SmtpSender(parse_smtp_url(url), SENDER, clock, tls_context=client_side)
        receipt = await sender.send(MESSAGE)
    assert receipt.state is DeliveryState.ACCEPTED
    assert len(sink.messages) == 1


@pytest.mark.asyncio
async def test_a_certificate_that_nobody_trusts_stops_the_mail(clock: FrozenClock, tmp_path: Path) -> None:
    server_side, _ = _certificates(tmp_path, clock)
    sink = MailSink()
    async with receiving(sink, tls_context=server_side) as url:
        with pytest.raises(Unavailable):
            await SmtpSender(parse_smtp_url(url), SENDER, clock).send(MESSAGE)
    assert not sink.messages


@pytest.mark.parametrize(
    ("url", "start_tls", "port"),
    [
        ("smtp://mail.exemple.invalid", True, 587),
        ("smtps://mail.exemple.invalid", False, 465),
        ("smtp://127.0.0.1:2525", None, 2525),
        ("smtp://localhost", None, 587),
    ],
)
def test_mail_leaves_the_machine_only_under_tls(url: str, start_tls: bool | None, port: int) -> None:
    server = parse_smtp_url(url)
    assert (server.start_tls, server.port) == (start_tls, port)
    assert server.is_tls_from_start == url.startswith("smtps:")


def test_the_credentials_of_a_mail_server_are_read_and_never_shown() -> None:
    server = parse_smtp_url("smtp://telemed:p%40ss@mail.exemple.invalid:25")
    assert (server.username, server.password) == ("telemed", "p@ss")
    assert "p@ss" not in repr(server)


@pytest.mark.parametrize("url", ["", "http://mail.exemple.invalid", "smtp://", "mail.exemple.invalid:25"])
def test_another_address_is_no_mail_server(url: str) -> None:
    with pytest.raises(ValueError, match="mail server"):
        parse_smtp_url(url)


def _certificates(folder: Path, clock: FrozenClock) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate of its own for 127.0.0.1, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    start = clock.now() - timedelta(days=3650)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(chain)
    return server_side, ssl.create_default_context(cafile=chain)
