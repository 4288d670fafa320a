"""`/api/login`, `/api/login/telegram`, `/api/logout`, `/api/me`, `/api/members`, `/api/tokens`."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from tracker_api.accounts import service, telegram
from tracker_api.accounts.schemas import (
    LoginLink,
    LoginRequest,
    Me,
    Member,
    MemberDraft,
    MemberPatch,
    NewToken,
    TelegramLogin,
    Token,
    TokenDraft,
)
from tracker_api.auth import Admin, Viewer, check_origin, cookie_name
from tracker_api.context import Context, Ctx
from tracker_api.idempotency import OnlyOnce

router = APIRouter(tags=["accounts"])


@router.post("/login", status_code=204)
async def login(context: Ctx, request: Request, credentials: LoginRequest) -> Response:
    """Use up a one-time token and start a session. Open to everybody."""
    check_origin(request, context)
    session = await service.login(context, credentials.token.get_secret_value(), _address(request))
    return _with_session(context, request, session)


@router.post("/login/telegram", status_code=204)
async def login_from_telegram(context: Ctx, request: Request, credentials: TelegramLogin) -> Response:
    """Start a session for the member whom a person in Telegram is linked with. Open to everybody."""
    check_origin(request, context)
    session = await telegram.login(context, credentials, _address(request))
    return _with_session(context, request, session, framed=bool(context.settings.api.frame_ancestors))


@router.post("/logout", status_code=204)
async def logout(context: Ctx, request: Request, _: Viewer) -> Response:
    """End the session."""
    await service.logout(context, request.cookies.get(cookie_name(context), ""))
    response = Response(status_code=204)
    response.delete_cookie(cookie_name(context))
    return response


@router.get("/me")
async def get_me(context: Ctx, principal: Viewer) -> Me:
    """Return who is asking."""
    return await service.get_me(context, principal)


@router.get("/members")
async def list_members(context: Ctx, principal: Viewer) -> list[Member]:
    """Return all members, by name."""
    return await service.list_members(context, principal)


@router.post("/members", status_code=201, response_model=Member)
async def create_member(context: Ctx, principal: Admin, once: OnlyOnce, draft: MemberDraft) -> Response:
    """Add a member."""
    return await once.answer(context, principal, lambda tx: service.add_member(tx, draft), status=201)


@router.patch("/members/{member_id}")
async def change_member(context: Ctx, principal: Admin, member_id: UUID, patch: MemberPatch) -> Member:
    """Change a member's name, address or role; a role counts from the next request on."""
    return await service.change_member(context, principal, member_id, patch)


@router.delete("/members/{member_id}", status_code=204)
async def remove_member(context: Ctx, principal: Admin, member_id: UUID) -> None:
    """Remove a member with sessions and tokens. Tasks become nobody's; comments and corrections stay."""
    await service.remove_member(context, principal, member_id)


@router.post("/members/{member_id}/login-link", status_code=201)
async def create_login_link(context: Ctx, principal: Admin, member_id: UUID) -> LoginLink:
    """Make a one-time login link for a member, shown once."""
    return await service.make_login_link(context, principal, member_id)


@router.get("/tokens")
async def list_tokens(context: Ctx, principal: Viewer) -> list[Token]:
    """Return one's own API tokens; an admin sees everybody's."""
    return await service.list_tokens(context, principal)


@router.post("/tokens", status_code=201)
async def create_token(context: Ctx, principal: Viewer, draft: TokenDraft) -> NewToken:
    """Make an API token for oneself; its secret is shown only now."""
    return await service.make_token(context, principal, draft)


@router.delete("/tokens/{token_id}", status_code=204)
async def revoke_token(context: Ctx, principal: Viewer, token_id: UUID) -> None:
    """End an API token."""
    await service.revoke_token(context, principal, token_id)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _with_session(context: Context, request: Request, session: str, *, framed: bool = False) -> Response:
    secure = request.url.scheme == "https" or context.settings.api.public_url.startswith("https:")
    response = Response(status_code=204)
    framed = framed and secure
    response.set_cookie(
        cookie_name(context),
        session,
        max_age=int(context.settings.api.session_ttl.total_seconds()),
        httponly=True,
        samesite="none" if framed else "lax",
        secure=secure,
    )
    if framed:
        # Telegram's web client shows the page in a frame, and a browser sends there only what is meant for frames. It
        # stays apart from the cookie outside of it (CHIPS); that other sites cannot use it `check_origin` sees to.
        response.headers["set-cookie"] += "; Partitioned"
    return response
