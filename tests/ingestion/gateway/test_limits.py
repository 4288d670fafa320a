"""Who may send, and how often."""

from ipaddress import ip_address, ip_network

import pytest
from tracker_core.channels.rates import TokenBucket
from tracker_core.errors import RateLimitedError
from tracker_ingestion.kinds.gateway.limits import Limit, client_address

from tests.ingestion.gateway.conftest import Running
from tests.ingestion.gateway.folders import BEARER
from tests.support.waiting import eventually

PROXY = (ip_network("10.0.0.0/8"),)


def test_bucket_lets_its_rate_through() -> None:
    limit = Limit(TokenBucket(10), "spec.limits.perSecond of the Webhook")
    passed, waits = 0, []
    for tick in range(1000):
        try:
            limit.check(tick / 100)
        except RateLimitedError as error:
            waits.append(error.retry_after)
            continue
        limit.take()
        passed += 1
    assert passed == pytest.approx(10 * 10 + 20, abs=1)
    assert min(waits) > 0
    assert max(waits) <= 0.1


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", [b"203.0.113.9"], "192.0.2.1"),
        ("10.1.1.1", [b"203.0.113.9"], "203.0.113.9"),
        ("10.1.1.1", [b"1.1.1.1, 203.0.113.9, 10.2.2.2"], "203.0.113.9"),
        ("10.1.1.1", [b"1.1.1.1", b"203.0.113.9"], "203.0.113.9"),
        ("::ffff:10.1.1.1", [b"2001:db8::1"], "2001:db8::1"),
        ("10.1.1.1", [], "10.1.1.1"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str, forwarded: list[bytes], expected: str) -> None:
    assert client_address(peer, forwarded, PROXY) == ip_address(expected)


@pytest.mark.parametrize(("peer", "forwarded"), [(None, []), ("", []), ("10.1.1.1", [b"unknown"]), ("unix:", [])])
def test_unreadable_address_is_none(peer: str | None, forwarded: list[bytes]) -> None:
    assert client_address(peer, forwarded, PROXY) is None


async def test_address_outside_the_networks_is_refused(gateway: Running) -> None:
    gateway.folders.webhook(allowedCIDRs=["198.51.100.0/24"])
    await gateway.live.reload()
    response = await gateway.post(json={"text": "a"}, headers=BEARER | {"X-Forwarded-For": "198.51.100.1"})
    assert response.status_code == 403
    assert "192.0.2.7" in response.json()["detail"]
    gateway.folders.webhook(allowedCIDRs=["198.51.100.0/24", "192.0.2.0/24"])
    await gateway.live.reload()
    assert (await gateway.post(json={"text": "a"}, headers=BEARER)).status_code == 202


async def test_too_many_messages_are_told_when_to_come_back(gateway: Running) -> None:
    gateway.folders.webhook(limits={"perSecond": 1})
    await gateway.live.reload()
    for _ in range(5):  # a stranger does not use up the sender's share
        assert (await gateway.post(json={"text": "x"})).status_code == 401
    statuses = [await gateway.post(json={"id": number, "text": "a"}, headers=BEARER) for number in range(4)]
    assert [response.status_code for response in statuses[:2]] == [202, 202]
    assert statuses[-1].status_code == 429
    assert int(statuses[-1].headers["retry-after"]) >= 1
    assert statuses[-1].json()["cure"]


async def test_reload_does_not_refill_the_bucket(gateway: Running) -> None:
    gateway.folders.webhook(limits={"perSecond": 1})
    await gateway.live.reload()
    for number in range(3):
        await gateway.post(json={"id": number, "text": "a"}, headers=BEARER)
    gateway.folders.webhook(limits={"perSecond": 1}, response={"status": 200})
    await gateway.live.reload()
    assert (await gateway.post(json={"id": 9, "text": "a"}, headers=BEARER)).status_code == 429


async def test_rate_of_the_source_counts_for_all_its_webhooks_together(gateway: Running) -> None:
    gateway.folders.source(ingest={"rateLimit": {"perSecond": 1, "burst": 3}})
    gateway.folders.webhook("second")
    await gateway.live.reload()
    paths = ["/webhook/default/inbox", "/webhook/default/second"]
    answers = [await gateway.post(paths[n % 2], json={"id": n, "text": "a"}, headers=BEARER) for n in range(20)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert [answer.status_code for answer in answers[:3]] == [202] * 3
    assert refused
    assert {answer.status_code for answer in answers} == {202, 429}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert "spec.ingest.rateLimit of the Source" in refused[0].json()["cure"]


async def test_rate_of_the_source_follows_its_manifest(gateway: Running) -> None:
    gateway.folders.source(ingest={"rateLimit": {"perSecond": 1, "burst": 1}})
    await gateway.live.reload()
    while (await gateway.post(json={"text": "a"}, headers=BEARER)).status_code != 429:
        pass
    gateway.folders.source(ingest={"rateLimit": {"perSecond": 1000}})

    async def accepted() -> bool:
        return (await gateway.post(json={"text": "c"}, headers=BEARER)).status_code == 202

    await eventually("the new rate", accepted)
