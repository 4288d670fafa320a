"""Who logs in to IMAP and SMTP: read from the Secrets at each login, so that a rotated one works without a restart."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from tracker_core.errors import UnavailableError
from tracker_core.manifests import SecretKeyRef
from tracker_core.manifests.source import EmailAuthSpec

from tracker_ingestion.kinds.email.tokens import Tokens


@dataclass(frozen=True)
class Proof:
    """What is shown at one login."""

    username: str
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    @property
    def xoauth2(self) -> str:
        """The SASL answer (https://developers.google.com/workspace/gmail/imap/xoauth2-protocol)."""
        return f"user={self.username}\1auth=Bearer {self.token}\1\1"


class Credentials:
    """Of one account."""

    def __init__(self, spec: EmailAuthSpec, secret: Callable[[SecretKeyRef], str]) -> None:
        self._spec = spec
        self._secret = secret
        self._tokens = Tokens(spec.oauth2, secret) if spec.oauth2 else None

    @property
    def uses_tokens(self) -> bool:
        """Whether a refused login may work with a fresh token."""
        return self._tokens is not None

    async def proof(self) -> Proof:
        """Return what to log in with; raises as `Tokens.token` does."""
        if self._tokens is not None:
            return Proof(self._spec.username, token=await self._tokens.token())
        assert self._spec.password_secret_ref is not None, "the manifest has exactly one of the two"
        return Proof(self._spec.username, password=self._secret(self._spec.password_secret_ref))

    def refused(self) -> None:
        """Note that the server did not take it."""
        if self._tokens is not None:
            self._tokens.forget()

    def fingerprint(self) -> str:
        """Return what changes when a Secret does."""
        oauth2 = self._spec.oauth2
        refs = [self._spec.password_secret_ref]
        refs += [oauth2.client_secret_ref, oauth2.refresh_token_secret_ref] if oauth2 else []
        digest = hashlib.sha256()
        for ref in refs:
            if ref is not None:
                try:
                    digest.update(self._secret(ref).encode())
                except UnavailableError:
                    digest.update(b"\0")
        return digest.hexdigest()
