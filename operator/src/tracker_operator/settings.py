"""Settings of the operator, in the order in which it uses them."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr
from tracker_core.settings import NatsSettings, ProcessSettings

_OWN_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")


def _own_namespace() -> str:
    return _OWN_NAMESPACE.read_text(encoding="utf-8").strip() if _OWN_NAMESPACE.is_file() else "default"


class OperatorOwnSettings(BaseModel):
    """`TRACKER_OPERATOR__*`: what it watches and how it answers probes."""

    namespaces: tuple[str, ...] = ()
    """Namespaces to watch, as a JSON list; none = the whole cluster."""
    health_port: int = Field(default=8080, ge=1, le=65535)
    """`/healthz` for probes."""
    metrics_port: int = Field(default=9090, ge=0, le=65535)
    """`/metrics` for Prometheus; 0 = none."""
    worker_limit: int = Field(default=20, ge=1, le=200)
    """Objects reconciled at a time; Kopf's own default has no limit."""
    resync: timedelta = Field(default=timedelta(minutes=5), ge=timedelta(seconds=5))
    """Seconds between two looks at an object that nothing happens to, give or take a fifth."""
    count_seconds: float = Field(default=60.0, ge=1, le=3600)
    """What only counts (lag, dead letters, time of the last message) is written at most this often."""
    undo_seconds: float = Field(default=60.0, gt=0, le=3600)
    """How long the deletion of an object waits for what is to be undone elsewhere; then it goes all the same."""
    stop_seconds: float = Field(default=10.0, gt=0, le=120)
    """What runs may end within this time after SIGTERM."""


class PodSettings(BaseModel):
    """`TRACKER_PODS__*`: the processes of pull Sources."""

    bot_image: str = "task-tracker-bot:latest"
    """Of Sources of type telegram."""
    ingestion_image: str = "task-tracker-ingestion:latest"
    """Of all others."""
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    image_pull_secrets: tuple[str, ...] = ()
    """Secrets in the namespace of each Source, as a JSON list."""
    nats_url: SecretStr | None = None
    """What the processes connect to; by default what the operator connects to. Its token may do less."""
    dashboard_url: str = ""
    """`https://…` of the dashboard, which bots open inside Telegram and link to; empty = neither."""
    environment: dict[str, str] = {}
    """Further variables of each process, as a JSON object."""
    metrics_port: int = Field(default=0, ge=0, le=65535)
    """Where the processes serve /metrics; 0 = nowhere, and no PodMonitor."""
    egress_ports: tuple[int, ...] = ()
    """Further TCP ports that the processes may reach, such as that of a local Bot API server."""


class GatewaySettings(BaseModel):
    """`TRACKER_GATEWAY__*`: the shared gateway, which the operator configures and exposes."""

    namespace: str = Field(default_factory=_own_namespace)
    """Where the gateway runs; by default beside the operator."""
    name: str = "task-tracker-gateway"
    """Name of its Deployment, and of all objects that belong to it."""
    port: int = Field(default=8081, ge=1, le=65535)
    """Port of its container."""
    expose: Literal["none", "ingress", "httproute"] = "none"
    """What leads requests to it from outside."""
    ingress_class: str | None = None
    """Class of the Ingress."""
    tls_secret: str | None = None
    """Secret with the certificate of the Ingress, in the gateway's namespace."""
    annotations: dict[str, str] = {}
    """Of the Ingress or HTTPRoute, such as cert-manager's, as a JSON object."""
    parent: str | None = None
    """`namespace/name` of the Gateway that the HTTPRoute belongs to."""
    hosts: tuple[str, ...] = ()
    """Hosts that Webhooks may ask for, as a JSON list; `.example.org` allows all below it; none = every host."""
    public_url: str = ""
    """`https://…` of the gateway from outside, for Webhooks without a host."""


class ApiSettings(BaseModel):
    """`TRACKER_API__*`: the API, asked for the number of dead letters. Without it that column stays empty."""

    url: str
    """`http://task-tracker-api:8000`."""
    token: SecretStr
    """An API token with the role viewer."""


class ProviderSettings(BaseModel):
    """`TRACKER_PROVIDERS__*`: where hooks are made and taken back.

    In a manifest such a URL would let its writer send requests to whatever the operator reaches.
    """

    telegram_url: str = "https://api.telegram.org"
    github_url: str = "https://api.github.com"
    """Of GitHub Enterprise: `https://…/api/v3`."""
    gitlab_url: str = "https://gitlab.com/api/v4"
    """Of one's own GitLab: `https://…/api/v4`."""


class KedaSettings(BaseModel):
    """`TRACKER_KEDA__*`: scaling of Sources that may have several processes."""

    nats_monitoring: str
    """`nats.nats.svc:8222`: where KEDA reads the lag of JetStream."""


class OperatorSettings(ProcessSettings):
    """Environment of `python -m tracker_operator`."""

    nats: NatsSettings
    operator: OperatorOwnSettings = OperatorOwnSettings()
    pods: PodSettings = PodSettings()
    gateway: GatewaySettings = Field(default_factory=GatewaySettings)
    api: ApiSettings | None = None
    providers: ProviderSettings = ProviderSettings()
    keda: KedaSettings | None = None

    @property
    def process_nats_url(self) -> str:
        """URL of the bus, for the processes."""
        return (self.pods.nats_url or self.nats.url).get_secret_value()
