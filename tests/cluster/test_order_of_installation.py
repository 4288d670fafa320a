"""Helm and Argo CD promise no order: the operator may be there before its CRDs."""

import asyncio
from pathlib import Path

from tests.cluster.control_plane import start_control_plane
from tests.cluster.operator_process import GATEWAY_NAMESPACE, operator
from tests.cluster.tenant import Tenant
from tests.support.servers import Server
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]


async def test_an_operator_that_is_there_before_its_crds_waits_for_them(
    cluster: object, session_nats: Server, tmp_path: Path
) -> None:
    with start_control_plane(tmp_path / "cluster") as plane:
        plane.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": GATEWAY_NAMESPACE}})
        tmp_path.joinpath("operator").mkdir()
        early = operator(plane.kubeconfig, session_nats.url, tmp_path / "operator")
        starting = asyncio.create_task(asyncio.to_thread(early.start))

        async def waits() -> bool:
            return early.log.is_file() and "the CRDs are not there yet" in early.log.read_text(encoding="utf-8")

        try:
            await eventually("a word of it", waits)
            plane.kubectl("apply", "--server-side", "-f", str(ROOT / "crds"))
            await starting
            tenant = Tenant(plane, "default")
            tenant.source()
            await tenant.has("SecretsResolved", "False", "SecretMissing")
        finally:
            await asyncio.wait([starting])
            early.stop()
