"""Models as the API shows them."""

from pydantic import BaseModel


class JudgingModel(BaseModel):
    """A model that judges messages."""

    name: str
    model: str
    """With its version."""
    remote: bool
    """Messages leave your machines; personal data is masked."""
    threshold: float | None
    """It is asked where the embedded model is less sure than this, 0-1; null for that one itself."""


class TokenBudget(BaseModel):
    """Tokens of language models, in and out, since midnight UTC."""

    used_today: int
    limit: int | None
    """When it is spent, the embedded verdict stands for the rest of the day; null for no limit."""


class ProviderList(BaseModel):
    """The models in the order in which they are asked."""

    items: list[JudgingModel]
    budget: TokenBudget


class ProviderTrial(BaseModel):
    """What came of the tiny question."""

    ok: bool
    detail: str
    cure: str | None
    latency_ms: float
