"""Describes our own processes, by the plan that `make up` follows, so that what is measured is what people get."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

from tracker_core.manifests.metadata import ObjectMeta, SecretKeyRef
from tracker_core.manifests.reader import dump_manifest
from tracker_core.manifests.source import Autonomy, Source, SourceKind, SourceSpec, TriageSpec
from tracker_core.manifests.webhook import HmacSpec, LimitsSpec, SourceRef, VerificationSpec, Webhook, WebhookSpec
from tracker_local.home import Home, write_secret
from tracker_local.plan import Plan, Store
from tracker_local.ports import LOOPBACK, free_port

from tests.bench.load.job import Target, Watch
from tests.bench.side import SECONDS, Side, server
from tests.bench.stores import Stores

NAMESPACE = "bench"
INTAKE, TRIAGED = "intake", "triaged"
"""Two Sources: triage would hide the cost of taking messages in, so it is measured on a Source of its own."""


def describe_product(stores: Stores, folder: Path) -> Side:
    home = Home(folder)
    home.create()
    signing_key = secrets.token_urlsafe(24)
    write_secret(home.secrets / NAMESPACE / "signing" / "key", signing_key)
    (home.manifests / NAMESPACE).mkdir(exist_ok=True)
    for name, autonomy in ((INTAKE, Autonomy.DISABLED), (TRIAGED, Autonomy.SUGGEST)):
        for manifest in _manifests(name, autonomy):
            file = home.manifests / NAMESPACE / f"{manifest.kind.lower()}-{name}.yaml"
            file.write_text(dump_manifest(manifest), encoding="utf-8")
    plan = Plan(
        home=home,
        database=Store("postgres", stores.postgres.url, None),
        bus=Store("nats", stores.nats.url, None),
        api_port=free_port(),
        gateway_port=free_port(),
        api_host=LOOPBACK,
        gateway_host=LOOPBACK,
    )
    _migrate(plan)

    def target(name: str) -> Target:
        return Target(port=plan.gateway_port, path=f"/webhook/{NAMESPACE}/{name}", secret=signing_key)

    services = {process.name: server(process, home.logs) for process in plan.services}
    return Side(
        name="us",
        target=target(INTAKE),
        watch=Watch(url=f"ws://{LOOPBACK}:{plan.api_port}/ws", token=_api_token(stores)),
        database_url=stores.postgres.url,
        count_rows="select count(*) from message",
        stores=stores.servers,
        accepting=[services["gateway"]],
        recording=[services["recorder"]],
        showing=[services["api"]],
        thinking=[services["triage"]],
        thinking_target=target(TRIAGED),
    )


def _manifests(name: str, autonomy: Autonomy) -> tuple[Source, Webhook]:
    metadata = ObjectMeta(name=name, namespace=NAMESPACE)
    hmac = HmacSpec(secret_ref=SecretKeyRef(name="signing", key="key"))
    source = Source(metadata=metadata, spec=SourceSpec(type=SourceKind.WEBHOOK, triage=TriageSpec(autonomy=autonomy)))
    webhook = Webhook(
        metadata=metadata,
        spec=WebhookSpec(
            source_ref=SourceRef(name=name),
            verification=VerificationSpec(type="HMAC", hmac=hmac),
            limits=LimitsSpec(per_second=10_000),
        ),
    )
    return source, webhook


def _migrate(plan: Plan) -> None:
    migration = server(plan.migration, plan.home.logs)
    migration.start()
    assert migration.child is not None
    if migration.child.wait(SECONDS):
        raise subprocess.CalledProcessError(migration.child.returncode, "migrate", stderr=migration.log.read_text())


def _api_token(stores: Stores) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tracker_api.bootstrap", "api-token", "--name", "bench", "--role", "viewer"],
        env=os.environ | {"TRACKER_DATABASE__URL": stores.postgres.url},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    return done.stdout.strip()
