"""Connects billing to the caisse that the settings name."""

from __future__ import annotations

import ssl

from telemed.adapters.caisse.client import CaisseClient
from telemed.security.certificates import TlsFiles
from telemed.settings import PREFIX, Settings, SettingsError


def open_caisse(settings: Settings) -> CaisseClient | None:
    """The client of the settings' caisse, or None where none is named: then lots wait.

    Raises SettingsError, at the start, if a certificate is missing or does not load.
    """
    if not settings.caisse_url:
        return None
    if not settings.caisse_url.startswith("https://"):
        raise SettingsError(f"{PREFIX}CAISSE_URL: must start with https://")
    certificate, key, authority = settings.caisse_certificate, settings.caisse_key, settings.caisse_authority
    if certificate is None or key is None or authority is None:
        raise SettingsError(f"{PREFIX}CAISSE_URL needs {PREFIX}CAISSE_CERTIFICATE, _KEY and _AUTHORITY")
    try:
        tls = TlsFiles(certificate, key, authority).client_context()
    except (OSError, ssl.SSLError):
        raise SettingsError(f"{PREFIX}CAISSE_CERTIFICATE, _KEY or _AUTHORITY cannot be read as PEM") from None
    return CaisseClient(settings.caisse_url, tls)
