"""Asks the triage workers about their models; the API itself knows none and holds no key of them."""

from tracker_core.database import reading
from tracker_core.errors import NotFoundError
from tracker_core.modelling import AskModels, ask_models
from tracker_core.repositories.usage import tokens_today

from tracker_api.auth import Principal
from tracker_api.context import Context
from tracker_api.providers.schemas import JudgingModel, ProviderList, ProviderTrial, TokenBudget


async def list_providers(context: Context, principal: Principal) -> ProviderList:
    """Return the models and the budget.

    Raises:
        UnavailableError: no triage worker answers.
    """
    found = await ask_models(context.bus, AskModels())
    async with reading(context.engine) as connection:
        used = await tokens_today(connection, principal.workspace_id, None)
    return ProviderList(
        items=[
            JudgingModel(name=item.provider, model=item.model, remote=item.remote, threshold=item.threshold)
            for item in found.models
        ],
        budget=TokenBudget(used_today=used.workspace, limit=found.daily_token_budget),
    )


async def try_provider(context: Context, name: str) -> ProviderTrial:
    """Ask a model one tiny question.

    Raises:
        NotFoundError: there is no model of this name.
        UnavailableError: no triage worker answers.
    """
    trial = (await ask_models(context.bus, AskModels(tried=name))).trial
    if trial is None:
        raise NotFoundError(f"There is no provider '{name}'", cure="`GET /api/providers` lists them")
    return ProviderTrial(ok=trial.ok, detail=trial.detail, cure=trial.cure or None, latency_ms=trial.latency_ms)
