"""A report that comes in again is proposed as a duplicate, in another language too, and merged by a person only."""

from tracker_worker.models.relearning import reread_tasks

from tests.integration.test_learning import Team, model, team

__all__ = ["model", "team"]

EXPORT = "The CSV export of invoices is empty since this morning, only the header row is there"
AUSFUHR = "Der CSV-Export der Rechnungen ist seit heute früh leer, es kommt nur die Kopfzeile"
LIFT = "The lift in house B is stuck on the third floor again"


async def test_same_report_in_another_language_is_proposed_with_a_reason_and_a_score(team: Team) -> None:
    for said in (EXPORT, LIFT, AUSFUHR):
        await team.judged(said)

    tasks = {task["number"]: task for task in (await team.client.get("/api/tasks")).json()["items"]}
    assert [tasks[number]["duplicate_proposals"] for number in (1, 2, 3)] == [1, 0, 1]
    (proposed,) = (await team.client.get("/api/tasks/3")).json()["duplicates"]
    assert (proposed["task"]["number"], proposed["state"]) == (1, "open")
    assert 0.4 < proposed["score"] <= 1
    assert proposed["reason"]
    assert tasks[3]["status"] == "triage", "nothing is merged by itself"


async def test_what_was_dismissed_is_not_proposed_again(team: Team) -> None:
    await team.judged(EXPORT)
    again = await team.judged(AUSFUHR)
    one = (await team.client.get("/api/tasks/1")).json()["id"]
    assert (await team.client.post(f"/api/tasks/2/duplicates/{one}/dismiss")).status_code == 204
    await team.judged_again(again)
    assert (await team.client.get("/api/tasks/2")).json()["duplicates"] == []


async def test_task_made_by_hand_is_found_as_well(team: Team) -> None:
    made = await team.client.post("/api/tasks", json={"title": EXPORT, "category": "bug"})
    assert made.status_code == 201
    assert await reread_tasks(team.api.context.engine, team.provider) == 1
    assert await reread_tasks(team.api.context.engine, team.provider) == 0
    await team.judged(AUSFUHR)
    (proposed,) = (await team.client.get("/api/tasks/2")).json()["duplicates"]
    assert proposed["task"]["number"] == 1
