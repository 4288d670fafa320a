"""What a whole installation tells those who watch it: one trace per message, and figures of every process."""

import asyncio
import json
import os
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect

from tests.integration.conftest import Person
from tests.support.installation import installed
from tests.support.otlp import Receiver, Span, receiving
from tests.support.waiting import wait_for

HOPS = {
    ("gateway", "webhook"): "the request",
    ("record", "record"): "through NATS into Postgres",
    ("triage", "triage_message"): "the job",
    ("triage", "judge"): "the model",
    ("triage", "settle"): "the commit",
    ("api", "websocket"): "to the screens",
}
SECRET_WORDS = "the heliotrope invoice printer"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Person]:
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}
    with installed(tmp_path_factory.mktemp("watched"), environment) as installation:
        installation.wait_ready()
        somebody = Person(installation)
        somebody.run("ledger")
        yield somebody


def post(person: Person, body: dict[str, str], traceparent: str) -> None:
    token = (person.installation.home.secrets / "default/inbox/token").read_text()
    request = urllib.request.Request(
        f"{person.installation.runtime.webhook}/webhook/default/inbox",
        data=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "traceparent": traceparent,
        },
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        assert response.status == 202


def test_a_message_is_one_trace_from_the_request_to_the_screen(watched: Person, receiver: Receiver) -> None:
    token = watched.installation.home.cli_token_file.read_text().strip()
    address = watched.installation.runtime.api.replace("http", "ws", 1) + "/ws"
    trace_id, caller = os.urandom(16).hex(), os.urandom(8).hex()

    async def watch() -> None:
        async with connect(address, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
            body = {"id": "traced", "text": f"{SECRET_WORDS} is on fire", "sender": "dana"}
            await asyncio.to_thread(post, watched, body, f"00-{trace_id}-{caller}-01")
            async with asyncio.timeout(30):
                while "message.triaged" not in str(await socket.recv()):
                    pass

    asyncio.run(watch())

    def whole() -> list[Span] | None:
        found = receiver.trace(trace_id)
        return found if {(span.service, span.name) for span in found} >= set(HOPS) else None

    spans = wait_for("the spans of all hops", whole, 15)
    ids = {span.span_id for span in spans}
    assert [span.name for span in spans if span.parent_id not in ids] == ["webhook"]
    assert [span.parent_id for span in spans if span.name == "webhook"] == [caller]
    [message] = [item for item in watched.run("get", "messages") if item["external_id"] == "traced"]
    assert message["trace_id"] == trace_id


def test_spans_hold_nothing_of_a_message(receiver: Receiver) -> None:
    assert receiver.spans
    for word in SECRET_WORDS.split():
        if word != "the":
            assert word not in str(receiver.spans)


def test_every_process_serves_figures_and_prometheus_finds_them(watched: Person) -> None:
    targets = json.loads(watched.installation.home.targets_file.read_text())
    addresses = {group["labels"]["process"]: group["targets"][0] for group in targets}
    assert set(addresses) >= {"api", "gateway", "recorder", "triage"}
    wanted = {
        "api": {"tracker_http_requests_total", "tracker_ledger_balanced", "tracker_queue_messages"},
        "gateway": {"tracker_gateway_requests_total"},
        "recorder": {"tracker_messages_recorded_total"},
        "triage": {"tracker_jobs_total", "tracker_verdicts_total"},
    }
    for process, names in wanted.items():

        def served(process: str = process, names: set[str] = names) -> bool:
            with urllib.request.urlopen(f"http://{addresses[process]}/metrics", timeout=10) as response:
                families = text_string_to_metric_families(response.read().decode())
                found = {sample.name for family in families for sample in family.samples}
            return found >= names | {"tracker_build_info", "process_resident_memory_bytes"}

        wait_for(f"figures of {process}", served, 30)
