"""Settings of one language model; `TRACKER_TRIAGE__PROVIDERS` is a JSON list of them."""

import ipaddress
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    SecretStr,
    ValidationError,
    model_validator,
)

EMBEDDED = "embedded"
"""Name of the embedded model, which stands before all others."""
DEFAULT_THRESHOLD = 0.75


class LlmKind(StrEnum):
    """How the provider is spoken to."""

    OLLAMA = "ollama"
    """A server of Ollama's."""
    OPENAI = "openai"
    """OpenAI, or anything that speaks its chat completions: llama.cpp, vLLM, LM Studio, a gateway."""
    HOSTED = "hosted"
    """Any other that pydantic-ai knows; the model is written `provider:model`."""


class AgentName(StrEnum):
    """What a provider may be asked for."""

    CLASSIFICATION = "classification"
    EXTRACTION = "extraction"
    ANALYSIS = "analysis"


class LlmSettings(BaseModel):
    """One language model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
    """Stands in verdicts and logs."""
    kind: LlmKind
    model: Annotated[str, Field(min_length=1)]
    base_url: str | None = None
    """`http://host:port`; `/v1` is added where there is no path. Needed for `ollama`."""
    api_key: SecretStr | None = None
    threshold: Annotated[float, Field(ge=0, le=1)] = DEFAULT_THRESHOLD
    """Asked when the embedded model's confidence is below; 1 asks always."""
    timeout: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(seconds=80))] = timedelta(seconds=20)
    """For one message, all agents and attempts together."""
    retries: Annotated[int, Field(ge=0, le=5)] = 2
    """Attempts after the first, on errors that may pass."""
    native_output: bool | None = None
    """Whether the server enforces a JSON schema. Default: yes where there is a base_url; else pydantic-ai decides."""
    remote: bool | None = None
    """Whether messages leave your machines, so that personal data is masked. Default: read off the address."""
    accuracy: Annotated[float, Field(ge=0.2, le=0.99)] = 0.8
    """How often its category is right on your messages: the weight of its vote. `tasktracker eval` measures it."""
    priority_accuracy: Annotated[float, Field(ge=0.3, le=0.99)] = 0.65
    agents: frozenset[AgentName] = frozenset(AgentName)
    """Fewer cost less; classification is always asked."""
    max_output_tokens: Annotated[int, Field(ge=64, le=8192)] = 800
    """Of one request."""
    input_price: Annotated[float, Field(ge=0)] | None = None
    """US dollars for a million tokens. Default: from the price list that comes with pydantic-ai; 0 when not remote."""
    output_price: Annotated[float, Field(ge=0)] | None = None

    @property
    def url(self) -> str | None:
        """`base_url` with its path."""
        if self.base_url is None or urlsplit(self.base_url).path.strip("/"):
            return self.base_url
        return self.base_url.rstrip("/") + "/v1"

    @property
    def is_remote(self) -> bool:
        """Whether messages leave your machines."""
        if self.remote is not None:
            return self.remote
        # A local Ollama hands its `-cloud` models on to ollama.com.
        return self.base_url is None or self.model.endswith("-cloud") or not _is_near(self.base_url)

    @property
    def enforces_schema(self) -> bool:
        """Whether the server is to be given the JSON schema of the answer."""
        if self.native_output is not None:
            return self.native_output
        return self.kind is not LlmKind.HOSTED and self.base_url is not None and not self.model.endswith("-cloud")

    @model_validator(mode="wrap")
    @classmethod
    def _name_the_provider(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Put the provider's name and the cure into each error; never its input, which may hold the key."""
        try:
            settings = handler(data)
        except ValidationError as error:
            name = data.get("name", "?") if isinstance(data, dict) else "?"
            problems = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
            raise ValueError(f"provider {name!r}: {problems}. See docs/triage.md for its settings") from None
        if problem := _problem(settings):
            raise ValueError(f"provider {settings.name!r}: {problem}")
        return settings


def _problem(settings: LlmSettings) -> str | None:  # noqa: PLR0911 -- one line per problem
    if settings.name == EMBEDDED:
        return "that name is taken by the embedded model. Choose another"
    if settings.kind is LlmKind.OLLAMA and settings.base_url is None:
        return 'Ollama needs base_url. Add "base_url": "http://127.0.0.1:11434"'
    if settings.kind is LlmKind.HOSTED and ":" not in settings.model:
        return f'model {settings.model!r} names no provider. Write it like "anthropic:{settings.model}"'
    if settings.kind is LlmKind.HOSTED and settings.base_url is not None:
        return "a hosted provider has its own address. Remove base_url, or use kind openai"
    if settings.kind is LlmKind.OPENAI and settings.base_url is None and settings.api_key is None:
        return "OpenAI needs api_key, and a server of your own needs base_url. Add one of them"
    if settings.base_url is not None and "@" in urlsplit(settings.base_url).netloc:
        # The address stands in verdicts and logs.
        return "base_url holds a password. Put it into api_key"
    if settings.base_url is not None and not _is_http(settings.base_url):
        return f"base_url {settings.base_url!r} is not a URL. Write it like http://127.0.0.1:8080/v1"
    return None


def _is_http(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_near(url: str) -> bool:
    """Say whether the host is this machine, this network or this cluster."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".svc", ".local", ".internal", ".localhost"))
    return address.is_private or address.is_loopback
