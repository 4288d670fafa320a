"""A login from inside Telegram: its bot vouches for the person, and the link says which member that is."""

from dataclasses import replace

from tracker_core.database import reading
from tracker_core.errors import ForbiddenError, UnauthenticatedError
from tracker_core.quiet import is_zone
from tracker_core.repositories import credentials, identities, notifications
from tracker_core.repositories import sources as source_rows
from tracker_core.tables import IdentityKind
from tracker_core.vouching import VouchFor, ask_for

from tracker_api.accounts.schemas import TelegramLogin
from tracker_api.context import Context
from tracker_api.secret_tokens import hash_secret, new_secret


async def login(context: Context, asked: TelegramLogin, address: str) -> str:
    """Return the secret of a new session.

    Raises:
        UnauthenticatedError: the bot does not vouch for it: not signed by Telegram, or too long ago.
        ForbiddenError: the person is linked with no member.
        UnavailableError: the bot does not answer.
        RateLimitedError: too many failures.
    """
    context.logins.check(address)
    async with reading(context.engine) as connection:
        served = await source_rows.find_served(connection, asked.source)
    if served is None or served.kind != IdentityKind.TELEGRAM:
        context.logins.failed(address)
        raise UnauthenticatedError(
            f"There is no bot '{asked.source}'", cure="Open the dashboard with the button of a bot that is in use"
        )
    vouched = await ask_for(context.bus, asked.source, VouchFor(asked.init_data.get_secret_value()))
    if vouched.person is None:
        context.logins.failed(address)
        raise UnauthenticatedError(vouched.refusal)
    session = new_secret()
    async with context.engine.begin() as connection:
        member = await identities.find_linked(connection, served.workspace_id, served.kind, vouched.person.id)
        if member is None:
            raise ForbiddenError(
                f"{vouched.person.name} is no member here as far as Task Tracker knows",
                cure="Sign in with a browser, get your link for Telegram there, open it in Telegram, and come back",
            )
        ttl = context.settings.api.session_ttl
        await credentials.insert_session(connection, served.workspace_id, member.id, hash_secret(session), ttl)
        wanted = await notifications.find_preferences(connection, member.id)
        if wanted.zone is None and asked.zone and is_zone(asked.zone):
            placed = replace(wanted, zone=asked.zone)
            await notifications.save_preferences(connection, served.workspace_id, member.id, placed)
    return session
