"""From settings to a chain of providers. Nothing of pydantic-ai is imported until a language model is configured."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING

from tracker_core.errors import ConfigurationError

from tracker_worker.models.breaker import Breaker
from tracker_worker.models.chain import Chain, Link
from tracker_worker.models.consultant import Workspace
from tracker_worker.models.llm_settings import LlmKind, LlmSettings
from tracker_worker.models.provider import Judgement, Provider, Question
from tracker_worker.settings import TriageSettings

if TYPE_CHECKING:
    from pydantic_ai.models import Model

    from tracker_worker.agents.language_model import LanguageModel

_NO_KEY = "none"
"""What a server of your own is sent where it wants no key: the client insists on one."""


def connect(settings: LlmSettings) -> "LanguageModel":
    """Build the connection to a provider; takes seconds the first time, and sends nothing.

    Raises:
        ConfigurationError: The provider is not known, or its client is not installed.
    """
    from tracker_worker.agents.language_model import LanguageModel  # noqa: PLC0415 -- see the module's docstring

    # At DEBUG it would log requests with the messages in them.
    logging.getLogger("openai").setLevel(logging.WARNING)
    return LanguageModel(settings, _model(settings))


def connect_all(providers: Sequence[LlmSettings]) -> list["LanguageModel"]:
    """Build the connections to all providers; see `connect`."""
    return [connect(settings) for settings in providers]


def _model(settings: LlmSettings) -> "Model":
    key = settings.api_key.get_secret_value() if settings.api_key else None
    match settings.kind:
        case LlmKind.OLLAMA:
            from pydantic_ai.models.ollama import OllamaModel  # noqa: PLC0415
            from pydantic_ai.providers.ollama import OllamaProvider  # noqa: PLC0415

            return OllamaModel(settings.model, provider=OllamaProvider(settings.url, api_key=key))
        case LlmKind.OPENAI:
            from pydantic_ai.models.openai import OpenAIChatModel  # noqa: PLC0415
            from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415

            return OpenAIChatModel(
                settings.model, provider=OpenAIProvider(base_url=settings.url, api_key=key or _NO_KEY)
            )
        case LlmKind.HOSTED:
            return _hosted(settings, key)


def _hosted(settings: LlmSettings, key: str | None) -> "Model":
    from pydantic_ai.exceptions import UserError  # noqa: PLC0415
    from pydantic_ai.models import infer_model  # noqa: PLC0415
    from pydantic_ai.providers import Provider, infer_provider, infer_provider_class  # noqa: PLC0415

    def provider(name: str) -> Provider[object]:
        # Each provider class takes its key by this name; without one it looks for its own environment variable.
        made: Provider[object] = infer_provider_class(name)(api_key=key) if key else infer_provider(name)  # type: ignore[call-arg]
        return made

    vendor = settings.model.partition(":")[0]
    try:
        return infer_model(settings.model, provider)
    except ImportError as error:
        raise ConfigurationError(
            f"Provider '{settings.name}': the client of '{vendor}' is not installed",
            cure=f"Install pydantic-ai-slim[{vendor}] into the worker",
        ) from error
    except (UserError, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"Provider '{settings.name}': '{settings.model}' cannot be used",
            cure="Correct model (`provider:model`) and api_key",
        ) from error


@asynccontextmanager
async def chain(
    embedded: Provider,
    models: Sequence["LanguageModel"],
    settings: TriageSettings,
    read: Callable[[Question, Judgement], Awaitable[Workspace]],
) -> AsyncIterator[Chain]:
    """Hold the connections to the language models open."""
    async with AsyncExitStack() as connections:
        links = []
        for given, model in zip(settings.providers, models, strict=True):
            await connections.enter_async_context(model)
            links.append(Link(model, Breaker(monotonic), given))
        yield Chain(
            embedded,
            links,
            read,
            deadline=settings.llm_deadline.total_seconds(),
            daily_token_budget=settings.daily_token_budget,
        )
