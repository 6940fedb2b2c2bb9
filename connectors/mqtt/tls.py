"""Encryption of a connection: whom we trust, who we are, and in which words a failed handshake is told."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectors.errors import BrokerError

_VERIFYING: Mapping[int, str] = {
    9: "broker-tls-not-yet-valid",
    10: "broker-tls-expired",
    62: "broker-tls-other-name",
    64: "broker-tls-other-name",
}
"""Results of a verification (OpenSSL, ``X509_V_ERR_…``); every other one says that nobody we trust has signed."""
_ALERTS: Mapping[str, str] = {
    "CERTIFICATE_REQUIRED": "broker-tls-wants-certificate",
    "CERTIFICATE_EXPIRED": "broker-tls-own-expired",
    "HANDSHAKE_FAILURE": "broker-tls-wants-certificate",
    "BAD_CERTIFICATE": "broker-tls-own-refused",
    "UNKNOWN_CA": "broker-tls-own-refused",
    "CERTIFICATE_UNKNOWN": "broker-tls-own-refused",
    "CERTIFICATE_REVOKED": "broker-tls-own-refused",
    "UNSUPPORTED_CERTIFICATE": "broker-tls-own-refused",
}
"""Alerts that the broker sends (RFC 8446, 6.2) as the ends of OpenSSL's reasons."""


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files. ``ca``: the certificates that a broker's may be signed by, the system's where ``None``.
    ``certificate`` and ``key``: ours, for brokers that ask for one; ``password`` opens the key."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    password: str | None = field(default=None, repr=False)


def context(files: Tls, insecure: bool) -> ssl.SSLContext:
    """Made anew for each connection, so that renewed certificates count. Raises ``BrokerError`` where a file can't
    be used."""
    try:
        made = ssl.create_default_context(cafile=files.ca)
    except (OSError, ValueError) as fault:
        raise BrokerError("broker-tls-ca-unusable", file=str(files.ca), fault=_plain(fault)) from None
    if insecure:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if files.certificate is not None:
        try:
            # A key that wants a password we don't have must not ask for it at a terminal.
            made.load_cert_chain(files.certificate, files.key, lambda: files.password or "")
        except (OSError, ValueError) as fault:
            raise BrokerError(
                "broker-tls-own-unusable", file=str(files.certificate), fault=_plain(fault)
            ) from None
    return made


def failure(fault: OSError) -> str | None:
    """The sentence's key for a handshake that failed, ``None`` where it is no matter of TLS."""
    if isinstance(fault, ssl.SSLCertVerificationError):
        return _VERIFYING.get(fault.verify_code, "broker-tls-unknown-signer")
    if not isinstance(fault, ssl.SSLError):
        return None
    reason = re.sub(r".*ALERT_", "", (fault.reason or "").upper().replace(" ", "_"))
    return _ALERTS.get(reason, "broker-tls-failed")


def _plain(fault: Exception) -> str:
    return getattr(fault, "reason", None) or getattr(fault, "strerror", None) or type(fault).__name__
