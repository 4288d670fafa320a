"""Duplicates: merged in any order, taken apart again, dismissed."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest
from tracker_core.repositories import duplicates
from tracker_core.repositories.duplicates import Proposal

from tests.api.conftest import Api


async def read(client: httpx.AsyncClient, key: object) -> dict[str, Any]:
    answer = await client.get(f"/api/tasks/{key}")
    assert answer.status_code == 200, answer.text
    task: dict[str, Any] = answer.json()
    return task


async def act(client: httpx.AsyncClient, verb: str, key: object, **body: object) -> httpx.Response:
    headers = {"if-match": f'"{(await read(client, key))["version"]}"'}
    return await client.post(f"/api/tasks/{key}/{verb}", json=body or None, headers=headers)


async def merge(client: httpx.AsyncClient, key: object, into: object) -> dict[str, Any]:
    answer = await act(client, "merge", key, into=into)
    assert answer.status_code == 200, answer.text
    task: dict[str, Any] = answer.json()
    return task


async def shown(client: httpx.AsyncClient, key: object) -> set[str]:
    return {message["external_id"] for message in (await read(client, key))["messages"]}


@pytest.fixture
def propose(api: Api) -> Any:
    async def call(task_id: UUID, other_id: UUID, score: float = 0.8) -> list[UUID]:
        async with api.context.engine.begin() as connection:
            return await duplicates.propose(
                connection, api.team.workspace_id, task_id, [Proposal(other_id, score, "Both speak of the export")]
            )

    return call


async def suggestions(api: Api, count: int) -> list[UUID]:
    source_id = await api.add_source()
    return [(await api.add_suggestion(source_id, f"m{number}"))[0] for number in range(1, count + 1)]


async def test_merging_shows_every_report_at_the_target_and_unmerging_takes_them_back(
    api: Api, admin: httpx.AsyncClient
) -> None:
    await suggestions(api, 2)
    merged = await merge(admin, 2, into=1)

    assert (merged["status"], merged["message_count"]) == ("duplicate", 1)
    target = await read(admin, 1)
    assert await shown(admin, 1) == {"m1", "m2"}
    assert target["message_count"] == 2
    assert [task["number"] for task in target["merged"]] == [2]
    assert {verdict["message_id"] for verdict in target["verdicts"]} == {m["id"] for m in target["messages"]}
    own = [message["task"]["number"] for message in sorted(target["messages"], key=lambda m: str(m["external_id"]))]
    assert own == [1, 2]

    answer = await act(admin, "unmerge", 2)
    assert (answer.status_code, answer.json()["status"], answer.json()["duplicate_of"]) == (200, "triage", None)
    assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
    assert await shown(admin, 1) == {"m1"}
    assert (await read(admin, 1))["merged"] == []
    verbs = await api.rows("select verb from event where entity_id = :id order by id", id=UUID(target["id"]))
    assert [row.verb for row in verbs] == ["task.merged", "task.unmerged"]


async def test_a_task_that_has_duplicates_brings_them_along(api: Api, admin: httpx.AsyncClient) -> None:
    await suggestions(api, 3)
    await merge(admin, 3, into=2)
    await merge(admin, 2, into=1)

    assert await shown(admin, 1) == {"m1", "m2", "m3"}
    assert (await act(admin, "unmerge", 3)).status_code == 200
    assert await shown(admin, 1) == {"m1", "m2"}
    assert await shown(admin, 2) == {"m2"}
    await merge(admin, 3, into=2)
    assert (await act(admin, "unmerge", 2)).status_code == 200
    assert (await shown(admin, 1), await shown(admin, 2)) == ({"m1"}, {"m2", "m3"})


async def test_a_message_of_both_tasks_stays_when_they_part(api: Api, admin: httpx.AsyncClient) -> None:
    first, second = await suggestions(api, 2)
    await api.execute(
        "insert into task_message (task_id, message_id, workspace_id)"
        " select :first, message_id, workspace_id from task_message where task_id = :second",
        first=first,
        second=second,
    )
    await merge(admin, 2, into=1)
    await act(admin, "unmerge", 2)

    assert await shown(admin, 1) == {"m1", "m2"}


async def test_an_edit_merges_and_moves_and_parts_as_the_routes_do(api: Api, admin: httpx.AsyncClient) -> None:
    await suggestions(api, 3)

    async def edit(**fields: object) -> dict[str, Any]:
        headers = {"if-match": f'"{(await read(admin, 3))["version"]}"'}
        answer = await admin.patch("/api/tasks/3", json=fields, headers=headers)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    await edit(status="in_progress")
    await edit(duplicate_of=1)
    assert await shown(admin, 1) == {"m1", "m3"}
    await edit(duplicate_of=2)
    assert (await shown(admin, 1), await shown(admin, 2)) == ({"m1"}, {"m2", "m3"})
    assert (await edit(duplicate_of=None))["status"] == "in_progress"
    assert await shown(admin, 2) == {"m2"}


async def test_a_merge_that_makes_no_sense_is_refused_with_its_cure(api: Api, admin: httpx.AsyncClient) -> None:
    await suggestions(api, 2)
    await merge(admin, 2, into=1)

    circle = await act(admin, "merge", 1, into=2)
    assert (circle.status_code, circle.json()["detail"]) == (409, "Task 2 is itself a duplicate of task 1")
    assert circle.json()["cure"]
    assert (await act(admin, "merge", 1, into=1)).status_code == 422
    assert (await act(admin, "merge", 1, into=99)).status_code == 422
    assert (await act(admin, "unmerge", 1)).status_code == 409
    assert (await admin.post("/api/tasks/1/merge", json={"into": 2})).status_code == 428
    stale = await admin.post("/api/tasks/1/merge", json={"into": 2}, headers={"if-match": '"7"'})
    assert stale.status_code in {409, 412}


async def test_two_that_merge_each_other_at_once_make_no_circle(api: Api, admin: httpx.AsyncClient) -> None:
    await suggestions(api, 2)
    answers = await asyncio.gather(act(admin, "merge", 1, into=2), act(admin, "merge", 2, into=1))

    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_a_proposal_is_shown_at_both_and_follows_what_people_do(
    api: Api, admin: httpx.AsyncClient, propose: Any
) -> None:
    first, second = await suggestions(api, 2)
    assert await propose(second, first) == [first]
    assert await propose(first, second) == []

    for one, other in ((1, 2), (2, 1)):
        task = await read(admin, one)
        (proposal,) = task["duplicates"]
        assert task["duplicate_proposals"] == 1
        assert (proposal["task"]["number"], proposal["task"]["source"]["name"]) == (other, "inbox")
        assert (proposal["score"], proposal["reason"], proposal["state"]) == (0.8, "Both speak of the export", "open")
    await merge(admin, 2, into=1)
    assert [pair["state"] for pair in (await read(admin, 1))["duplicates"]] == ["confirmed"]
    assert (await read(admin, 1))["duplicate_proposals"] == 0
    await act(admin, "unmerge", 2)
    assert (await read(admin, 2))["duplicate_proposals"] == 1


async def test_a_dismissed_pair_is_never_proposed_again(api: Api, admin: httpx.AsyncClient, propose: Any) -> None:
    first, second, third = await suggestions(api, 3)
    await propose(second, first)
    for key in ("1/duplicates/2", "2/duplicates/1", f"{second}/duplicates/{third}"):
        assert (await admin.post(f"/api/tasks/{key}/dismiss")).status_code == 204

    assert await propose(first, second) == []
    assert await propose(third, second) == []
    assert (await read(admin, 2))["duplicates"] == []
    assert await api.value("select count(*) from event where verb = 'duplicate.dismissed'") == 2
    assert (await admin.post("/api/tasks/1/duplicates/1/dismiss")).status_code == 422
    assert (await admin.post("/api/tasks/1/duplicates/9/dismiss")).status_code == 404
    await merge(admin, 3, into=1)
    assert (await admin.post("/api/tasks/1/duplicates/3/dismiss")).status_code == 409
    await merge(admin, 2, into=1)
    await act(admin, "unmerge", 2)
    assert (await read(admin, 2))["duplicates"] == []
