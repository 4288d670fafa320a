"""`python -m tracker_worker check`, as the process that people and the doctor start."""

import asyncio
import json
import os
import sys
from typing import Any

from pydantic import SecretStr
from tracker_core.bus import connect
from tracker_core.modelling import AskModels, ask_models
from tracker_core.settings import NatsSettings
from tracker_worker.answering import answer_about_models
from tracker_worker.models.llm_settings import LlmSettings
from tracker_worker.settings import TriageSettings

from tests.support.llm_server import LlmServer, fails, llm_server


async def check(*arguments: str, providers: Any = ()) -> tuple[int, str, str]:
    text = providers if isinstance(providers, str) else json.dumps(list(providers))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tracker_worker", "check", *arguments),
        env=os.environ | {"TRACKER_TRIAGE__PROVIDERS": text},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode is not None
    return process.returncode, out.decode(), errors.decode()


def a_provider(server: LlmServer, name: str = "local") -> dict[str, str]:
    return {"name": name, "kind": "openai", "base_url": server.url, "model": "scripted-1"}


async def test_every_provider_has_a_line_and_one_that_fails_its_cure() -> None:
    async with llm_server() as good, llm_server() as bad:
        bad.play(fails(404))
        code, out, _ = await check("-o", "json", providers=[a_provider(good), a_provider(bad, "other")])
    lines = json.loads(out)
    assert code == 1
    assert [(line["provider"], line["ok"]) for line in lines] == [("embedded", True), ("local", True), ("other", False)]
    assert lines[2]["detail"] == "other has no model 'scripted-1' (HTTP 404)"
    assert "correct model and base_url of provider 'other'" in lines[2]["cure"]
    assert len(good.requests) == 1


async def test_without_language_models_the_embedded_one_is_checked() -> None:
    code, out, _ = await check()
    assert code == 0
    assert out.startswith("ok    embedded")
    assert out.count("\n") == 1


async def test_wrong_settings_are_said_in_one_line_without_the_key() -> None:
    wrong = [{"name": "local", "kind": "openai", "model": "m", "api_key": "sk-secret", "threshold": 7}]
    code, _, errors = await check(providers=wrong)
    assert code == 2
    assert "TRACKER_TRIAGE__PROVIDERS__0: provider 'local': threshold: " in errors
    assert "sk-secret" not in errors
    code, _, errors = await check(providers="[{")
    assert code == 2
    assert errors.startswith("Settings are missing or wrong: TRACKER_TRIAGE__PROVIDERS: not JSON (")


async def test_a_triage_worker_says_which_models_there_are_and_tries_one(nats_url: str) -> None:
    bus = await connect(NatsSettings(url=SecretStr(nats_url)), name="test")
    async with llm_server() as good, llm_server() as bad:
        bad.play(fails(404))
        providers = tuple(LlmSettings.model_validate(given) for given in (a_provider(good), a_provider(bad, "other")))
        settings = TriageSettings(providers=providers, daily_token_budget=500)
        task = asyncio.create_task(answer_about_models(bus, settings, "v1"))
        await asyncio.sleep(0)
        await bus.nc.flush()
        listed = await ask_models(bus, AskModels())
        works, fails_ = [(await ask_models(bus, AskModels(tried=name))).trial for name in ("local", "other")]
        unknown = (await ask_models(bus, AskModels(tried="nothing"))).trial
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await bus.close()

    assert [(model.provider, model.threshold) for model in listed.models] == [
        ("embedded", None),
        ("local", 0.75),
        ("other", 0.75),
    ]
    assert (listed.daily_token_budget, listed.trial, unknown) == (500, None, None)
    assert works is not None
    assert fails_ is not None
    assert (works.ok, fails_.ok, bool(fails_.cure)) == (True, False, True)
