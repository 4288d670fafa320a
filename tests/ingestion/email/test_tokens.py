"""OAuth 2 at the wire: tokens are asked for, renewed before their end, and a revoked grant has its name."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import ValidationError
from tracker_core.bus import Bus
from tracker_core.manifests import SecretKeyRef
from tracker_core.manifests.source import OAuth2Spec
from tracker_ingestion.kinds.email.tokens import Tokens

from tests.ingestion.email.conftest import Desk, a_mail, make_desk, on_bus, reason
from tests.support.certificates import Authority
from tests.support.imap_front import Front
from tests.support.imap_servers import USER, ImapServer
from tests.support.token_server import TokenServer, token_server


@pytest_asyncio.fixture
async def provider(authority: Authority, front: Front) -> AsyncIterator[TokenServer]:
    """A token endpoint whose tokens the mailbox accepts."""
    async with token_server(authority) as tokens:
        tokens.accepted = front.tokens
        yield tokens


@pytest.fixture
def desk(tmp_path: Path, nats_url: str, pymap: ImapServer, front: Front, provider: TokenServer) -> Desk:
    auth = {"username": USER, "oauth2": spec_of(provider)}
    desk = make_desk(tmp_path, nats_url, pymap, front.port, tls="implicit", auth=auth)
    desk.secret("refresh", "refresh-1")
    desk.secret("client", "client-secret")
    return desk


def spec_of(provider: TokenServer) -> dict[str, object]:
    return {
        "tokenURL": provider.url,
        "clientID": "tracker",
        "clientSecretRef": {"name": "mail", "key": "client"},
        "refreshTokenSecretRef": {"name": "mail", "key": "refresh"},
    }


async def test_mailbox_is_opened_with_a_token(desk: Desk, pymap: ImapServer, bus: Bus, provider: TokenServer) -> None:
    pymap.deliver([a_mail(1)], desk.mailbox)
    async with desk.running() as served:
        await on_bus(bus, 1)
        await reason(served, "")
    assert provider.forms == [
        {
            "grant_type": "refresh_token",
            "client_id": "tracker",
            "client_secret": "client-secret",
            "refresh_token": "refresh-1",
        }
    ]


async def test_revoked_grant_is_named_and_a_new_one_works_without_a_restart(desk: Desk, provider: TokenServer) -> None:
    provider.answer = (400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})
    async with desk.running() as served:
        detail = await reason(served, "InvalidCredentials")
        assert "Token has been expired or revoked" in detail
        assert "new refresh token" in detail
        assert "refresh-1" not in detail
        provider.answer = (200, {})
        desk.secret("refresh", "refresh-2")
        await reason(served, "")
    assert provider.forms[-1]["refresh_token"] == "refresh-2"


async def test_token_that_the_mailbox_refuses_is_replaced(desk: Desk, front: Front, provider: TokenServer) -> None:
    async with desk.running() as served:
        await reason(served, "")
        front.tokens.clear()  # the account was signed out everywhere
        front.hang_up()
        await reason(served, "InvalidCredentials")
        await reason(served, "")  # with the next token
    assert len(provider.given) == 2


async def test_token_endpoint_that_limits_us_is_named(desk: Desk, provider: TokenServer) -> None:
    provider.answer = (429, {"error": "slow_down"})
    async with desk.running() as served:
        await reason(served, "RateLimited")
        provider.answer = (200, {})
        await reason(served, "")


@pytest.mark.parametrize(
    ("status", "answer", "wanted"),
    [
        (503, {}, "ProviderError"),
        (401, {"error": "invalid_client"}, "InvalidCredentials"),
        (200, {"access_token": 5}, "ProviderError"),
    ],
)
async def test_other_answers_of_the_token_endpoint_are_named(
    desk: Desk, provider: TokenServer, status: int, answer: dict[str, object], wanted: str
) -> None:
    provider.answer = (status, answer)
    async with desk.running() as served:
        await reason(served, wanted)


async def test_token_is_renewed_before_its_end_and_not_sooner(provider: TokenServer) -> None:
    secrets = {"refresh": "refresh-1", "client": "c"}

    def secret(ref: SecretKeyRef) -> str:
        return secrets[ref.key]

    tokens = Tokens(OAuth2Spec.model_validate(spec_of(provider)), secret)
    assert await tokens.token() == await tokens.token() == "access-1"
    tokens.forget()
    provider.life = 0  # nothing is left of it when it comes
    assert await tokens.token() == "access-2"
    provider.rotated = "refresh-rotated"
    provider.life = 3600
    tokens.forget()
    await tokens.token()
    tokens.forget()
    await tokens.token()
    assert [form["refresh_token"] for form in provider.forms[-2:]] == ["refresh-1", "refresh-rotated"]
    secrets["refresh"] = "refresh-2"
    tokens.forget()
    await tokens.token()
    assert provider.forms[-1]["refresh_token"] == "refresh-2"


def test_secrets_go_to_https_only(provider: TokenServer) -> None:
    with pytest.raises(ValidationError, match="tokenURL"):
        OAuth2Spec.model_validate(spec_of(provider) | {"tokenURL": "http://localhost/token"})
