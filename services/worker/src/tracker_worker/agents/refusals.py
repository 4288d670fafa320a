"""From what pydantic-ai raises to why there is no answer, without a word of the message."""

from pydantic_ai.exceptions import (
    AgentRunError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelHTTPError,
    ModelNotFoundError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelTimeoutError,
    ModelUnavailableError,
    UnexpectedModelBehavior,
    UsageLimitExceeded,
)

from tracker_worker.models.consultant import ConsultError, Why
from tracker_worker.models.llm_settings import LlmSettings


def refusal(settings: LlmSettings, error: AgentRunError) -> ConsultError:  # noqa: PLR0911 -- one line per kind of error
    """Return why the provider gave no answer, and what can be done about it."""
    name = settings.name
    where = settings.url or "its service"
    status = f" (HTTP {error.status_code})" if isinstance(error, ModelHTTPError) else ""
    match error:
        case ModelAuthenticationError():
            return ConsultError(
                Why.REFUSED, f"{name} does not accept the key{status}", cure=f"Correct api_key of provider '{name}'"
            )
        case ModelNotFoundError():
            return ConsultError(
                Why.REFUSED,
                f"{name} has no model '{settings.model}'{status}",
                cure=f"Get the model at {where}, or correct model and base_url of provider '{name}'",
            )
        case ModelQuotaExceededError():
            return ConsultError(
                Why.REFUSED, f"the quota at {name} is spent{status}", cure=f"Top up the account at {where}"
            )
        case ModelRateLimitError() | ModelUnavailableError():
            return ConsultError(
                Why.OVERLOADED,
                f"{name} asked to be left alone{status}",
                cure="Wait, or lower TRACKER_TRIAGE__LLM_CONCURRENCY",
                retryable=True,
                retry_after=error.retry_after,
            )
        case ModelTimeoutError():
            return ConsultError(
                Why.TIMEOUT, f"{name} did not answer in time", cure=f"Raise timeout of provider '{name}'"
            )
        case ModelConnectionError():
            return ConsultError(
                Why.UNREACHABLE,
                f"{name} cannot be reached at {where}",
                cure=f"Start the server, or correct base_url of provider '{name}'",
                retryable=True,
            )
        case ModelRequestRejectedError():
            return ConsultError(
                Why.REFUSED,
                f"{name} refuses the request{status}",
                cure=f"Try native_output false (or true) for provider '{name}', or another model",
            )
        case UsageLimitExceeded() | UnexpectedModelBehavior():
            return ConsultError(
                Why.UNUSABLE,
                f"{name} gave no usable answer",
                cure=f"Take a larger model, or change native_output of provider '{name}'",
            )
        case _:
            return ConsultError(
                Why.FAILED, f"{name} failed{status}", cure=f"Look at the log of {where}", retryable=True
            )
