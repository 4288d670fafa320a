"""What the gateway can be told; the environment is the only way, with the prefix `TRACKER_`."""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from pydantic import BaseModel, Field
from tracker_core.settings import NatsSettings, ProcessSettings


class GatewaySettings(BaseModel):
    """`TRACKER_GATEWAY__*`."""

    host: str = "127.0.0.1"
    port: int = Field(default=8081, ge=0, le=65535)
    """0 takes any free port."""
    manifests_dir: Path
    """Folder of Source and Webhook manifests (`*.yaml`, at any depth), read again when a file changes."""
    secrets_dir: Path
    """Folder of secrets: `<namespace>/<secret>/<key>`, read again when a file changes."""
    reload_interval: timedelta = Field(default=timedelta(seconds=1), ge=timedelta(milliseconds=50))
    """Seconds between two looks at the folders."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks whose `X-Forwarded-For` is believed, as a JSON list. `allowedCIDRs` looks at the address behind them."""
    max_connections: int = Field(default=2048, ge=1)
    """Connections open at once; more are answered 503 by the server itself."""
    max_in_flight: int = Field(default=1024, ge=1)
    """Messages sent to the bus whose ack has not come; more are answered 503 with Retry-After."""
    max_buffered_bytes: int = Field(default=256 << 20, ge=1 << 20)
    """Bytes of request bodies in memory at once, over all requests; more are answered 503 with Retry-After."""
    body_timeout: timedelta = timedelta(seconds=30)
    """Seconds that a sender may take to send its body."""
    ack_timeout: timedelta = timedelta(seconds=5)
    """Seconds to wait for the ack of the bus before the answer is 503."""


class Settings(ProcessSettings):
    """Everything the gateway process reads from the environment."""

    nats: NatsSettings
    gateway: GatewaySettings
