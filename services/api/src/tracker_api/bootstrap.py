"""The first way in, made straight in the database: `login-link` and `api-token` for the first admin.

Whoever can reach the database can do this, and nobody else; the API has no way to make the first member.
"""

import argparse
import asyncio
import json
import sys
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from tracker_core.database import check, make_engine
from tracker_core.errors import TrackerError
from tracker_core.repositories import accounts, credentials
from tracker_core.settings import DatabaseSettings, ProcessSettings
from tracker_core.tables import Role

from tracker_api.secret_tokens import LOGIN_LINK_TTL, hash_secret, issue_login_link, new_secret


class _Settings(ProcessSettings):
    database: DatabaseSettings


async def login_link(connection: AsyncConnection) -> dict[str, Any]:
    """Make a one-time login token for the first admin, who is made when there is none."""
    workspace_id = await accounts.ensure_default_workspace(connection)
    member_id = await accounts.ensure_first_admin(connection, workspace_id)
    token = await issue_login_link(connection, workspace_id, member_id)
    return {"token": token, "expires_at": (datetime.now(UTC) + LOGIN_LINK_TTL).isoformat()}


async def api_token(connection: AsyncConnection, name: str, role: Role) -> dict[str, Any]:
    """Make an API token for the first admin; one of the same name ends."""
    workspace_id = await accounts.ensure_default_workspace(connection)
    member_id = await accounts.ensure_first_admin(connection, workspace_id)
    await credentials.revoke_tokens_named(connection, workspace_id, member_id, name)
    secret = new_secret()
    token_id = await credentials.insert_token(
        connection, workspace_id, member_id, name=name, role=role, token_hash=hash_secret(secret)
    )
    return {"token": secret, "id": str(token_id), "name": name, "role": role}


async def _run(arguments: argparse.Namespace) -> dict[str, Any]:
    engine = make_engine(_Settings.read().database)
    try:
        await check(engine)
        async with engine.begin() as connection:
            if arguments.command == "login-link":
                return await login_link(connection)
            return await api_token(connection, arguments.name, Role(arguments.role))
    finally:
        await engine.dispose()


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tracker_api.bootstrap", description=__doc__)
    output = argparse.ArgumentParser(add_help=False)
    output.add_argument("-o", "--output", choices=["text", "json"], default="text")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("login-link", parents=[output], help="print a one-time login token")
    token = commands.add_parser("api-token", parents=[output], help="print a new API token")
    token.add_argument("--name", required=True)
    token.add_argument("--role", choices=list(Role), default=Role.ADMIN)
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    """Print the token; the exit code is 0 when it worked."""
    parsed = _parse(arguments)
    try:
        made = asyncio.run(_run(parsed))
    except TrackerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write((json.dumps(made) if parsed.output == "json" else made["token"]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
