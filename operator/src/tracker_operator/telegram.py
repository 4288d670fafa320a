"""Takes back what the process of a Telegram Source has registered (https://core.telegram.org/bots/api#deletewebhook).

Only an address of ours: another one is somebody else's, and Telegram would stop calling there.
"""

from collections.abc import Sequence

import aiohttp
from tracker_core.errors import UnavailableError
from tracker_core.manifests import Provider, Webhook

SECONDS = 10.0


def addresses(webhooks: Sequence[Webhook], public_url: str) -> set[str]:
    """Return the addresses that the process may have told Telegram."""
    found = set()
    for webhook in webhooks:
        if webhook.spec.provider is Provider.TELEGRAM and webhook.spec.auto_register:
            bases = [public_url.rstrip("/"), f"https://{webhook.spec.host}" if webhook.spec.host else ""]
            found |= {base + webhook.path for base in bases if base}
    return found


async def withdraw(api: str, token: str, ours: set[str]) -> bool:
    """Delete the webhook of a bot if it is one of ours; return whether it was.

    Raises:
        UnavailableError: Telegram does not answer; the text never has the token in it.
    """
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as http:
            base = f"{api.rstrip('/')}/bot{token}"
            async with http.get(f"{base}/getWebhookInfo") as response:
                if response.status in {401, 404}:
                    return False  # the token is revoked, and Telegram calls nobody for it
                url = (await response.json())["result"]["url"]
            if url not in ours:
                return False
            async with http.post(f"{base}/deleteWebhook", json={"drop_pending_updates": False}) as response:
                if response.ok:
                    return True
                raise UnavailableError(f"Telegram answers deleteWebhook with HTTP {response.status}")
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
        raise UnavailableError(f"Telegram does not answer: {type(error).__name__}") from None
