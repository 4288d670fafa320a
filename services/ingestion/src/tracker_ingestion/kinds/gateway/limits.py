"""What one sender may do: how often, and from where."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from tracker_core.channels.rates import TokenBucket
from tracker_core.errors import ForbiddenError, RateLimitedError

type Network = IPv4Network | IPv6Network
type Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Limit:
    """One of the rates that a request must keep to.

    Only verified requests are charged: a stranger who floods the address cannot use up the sender's share.
    """

    bucket: TokenBucket
    field: str
    """Where it stands in which manifest."""

    def check(self, now: float) -> None:
        """Return when there is room.

        Args:
            now: Seconds of a clock that only goes forward.

        Raises:
            RateLimitedError: there is none; it says when there will be.
        """
        if wait := self.bucket.wait(now):
            raise RateLimitedError(
                f"More than {self.bucket.per_second} messages per second",
                cure=f"Send slower, or raise {self.field}",
                retry_after=wait,
            )

    def take(self) -> None:
        """Charge one message."""
        self.bucket.take()


def client_address(peer: str | None, forwarded: Iterable[bytes], trusted: tuple[Network, ...]) -> Address | None:
    """Return the address of the client: the peer's, or the last one in X-Forwarded-For that no trusted proxy wrote.

    Args:
        peer: Address of the socket's other end; None when there is none.
        forwarded: Values of X-Forwarded-For, in their order.
        trusted: Networks of the proxies that are believed.
    """
    address = _parse(peer or "")
    if not trusted:
        return address
    hops = [hop.strip() for value in forwarded for hop in value.decode("latin-1").split(",")]
    while address is not None and hops and _within(address, trusted):
        address = _parse(hops.pop())
    return address


def check_address(address: Address | None, allowed: tuple[Network, ...]) -> None:
    """Return for an address in one of the networks.

    Raises:
        ForbiddenError: it is in none.
    """
    if address is None or not _within(address, allowed):
        raise ForbiddenError(
            f"Requests from {address or 'an unknown address'} are not allowed here",
            cure="Add the sender's network to spec.allowedCIDRs of the Webhook",
        )


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _parse(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A dual-stack socket shows IPv4 peers as ::ffff:192.0.2.1.
    return getattr(address, "ipv4_mapped", None) or address
