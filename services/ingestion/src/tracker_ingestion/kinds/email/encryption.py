"""How certificates are checked: always, against what OpenSSL trusts here (`SSL_CERT_FILE` for a private CA)."""

import ssl


def encryption() -> ssl.SSLContext:
    """Return a context that verifies the peer's certificate and name."""
    return ssl.create_default_context()
