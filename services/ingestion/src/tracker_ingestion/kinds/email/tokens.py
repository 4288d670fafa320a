"""OAuth 2 access tokens by the refresh grant (RFC 6749, section 6), renewed before they expire."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import httpx
from tracker_core.channels.condition import Reason
from tracker_core.manifests import SecretKeyRef
from tracker_core.manifests.source import OAuth2Spec

from tracker_ingestion.kinds.email.encryption import encryption
from tracker_ingestion.kinds.email.troubles import RefusedError

_TIMEOUT: Final = 15.0
_EARLY: Final = 300.0
"""Seconds before its end after which a token is not used any more."""
_DEFAULT_LIFE: Final = 3600.0
_TOO_MANY, _BROKEN = 429, 500


class Tokens:
    """The access token of one account."""

    def __init__(self, spec: OAuth2Spec, secret: Callable[[SecretKeyRef], str]) -> None:
        self._spec = spec
        self._secret = secret
        self._token = ""
        self._until = 0.0
        self._rotated = ("", "")
        """A refresh token of the Secret, and the one that the provider gave in its place, for this process's life."""

    def forget(self) -> None:
        """Ask for a new one next time: the server did not take this one."""
        self._until = 0.0

    async def token(self) -> str:
        """Return a token that lives for some minutes at least.

        Raises:
            RefusedError: the provider does not give one; the reason says whether that may pass.
            UnavailableError: a Secret is missing.
            TimeoutError: it does not answer.
        """
        if time.monotonic() < self._until:
            return self._token
        refresh = self._secret(self._spec.refresh_token_secret_ref)
        given, instead = self._rotated
        form = {
            "grant_type": "refresh_token",
            "client_id": self._spec.client_id,
            "refresh_token": instead if instead and given == refresh else refresh,
        }
        if self._spec.client_secret_ref is not None:
            form["client_secret"] = self._secret(self._spec.client_secret_ref)
        answer = await self._ask(form)
        self._token = str(answer["access_token"])
        life = float(answer.get("expires_in") or _DEFAULT_LIFE)
        self._until = time.monotonic() + max(life - _EARLY, life / 2)
        if isinstance(rotated := answer.get("refresh_token"), str):
            self._rotated = (refresh, rotated)
        return self._token

    async def _ask(self, form: dict[str, str]) -> dict[str, Any]:
        try:
            # The client's own limit is for each read: one that drips would never end.
            async with (
                asyncio.timeout(2 * _TIMEOUT),
                httpx.AsyncClient(verify=encryption(), timeout=_TIMEOUT) as client,
            ):
                response = await client.post(self._spec.token_url, data=form, headers={"Accept": "application/json"})
        except httpx.TimeoutException as error:
            raise TimeoutError(f"{self._spec.token_url} did not answer in time") from error
        except httpx.HTTPError as error:
            raise ConnectionError(f"{self._spec.token_url}: {str(error) or type(error).__name__}") from error
        try:
            answer = response.json()
        except ValueError:
            answer = {}
        if response.is_success and isinstance(answer, dict) and isinstance(answer.get("access_token"), str):
            return answer
        raise RefusedError(_reason(response.status_code), f"{self._spec.token_url}: {_said(response, answer)}")


def _reason(status: int) -> Reason:
    if status == _TOO_MANY:
        return Reason.RATE_LIMITED
    return (
        Reason.PROVIDER_ERROR if status >= _BROKEN or status < httpx.codes.BAD_REQUEST else Reason.INVALID_CREDENTIALS
    )


def _said(response: httpx.Response, answer: Any) -> str:
    """Return `error` and its description (RFC 6749, section 5.2), and nothing else: the rest may hold secrets."""
    if isinstance(answer, dict) and isinstance(answer.get("error"), str):
        return " ".join(filter(None, [answer["error"], str(answer.get("error_description") or "")]))[:200]
    return f"HTTP {response.status_code}"
