"""What triage does, in figures for Prometheus; the rows hold the same for each message."""

from prometheus_client import Counter, Histogram
from tracker_core.metrics import SECONDS

from tracker_worker.models.consultant import Why
from tracker_worker.models.provider import Judgement

_VERDICTS = Counter("tracker_verdicts", "Verdicts that were settled", ["provider", "category"])
_SECONDS = Histogram("tracker_verdict_seconds", "Reading and judging a message", ["provider"], buckets=SECONDS)
_FALLBACKS = Counter(
    "tracker_model_fallbacks", "Verdicts of the embedded model where a language model was wanted", ["why"]
)
_TOKENS = Counter(
    "tracker_model_tokens", "Tokens of language models, failed attempts included", ["provider", "direction"]
)
_COST = Counter("tracker_model_cost_dollars", "US dollars for language models, failed attempts included", ["provider"])
_FAILURES = Counter("tracker_triage_failures", "Attempts that failed, and what became of the message", ["outcome"])

# What is counted for the first time makes no increase, and alerts look at increases: so each begins at 0.
for _why in Why:
    _FALLBACKS.labels(_why)
for _outcome in ("put off", "buried"):
    _FAILURES.labels(_outcome)


def count_verdict(judgement: Judgement, seconds: float) -> None:
    """Count a verdict that was settled, with what it has cost."""
    _VERDICTS.labels(judgement.provider, judgement.category).inc()
    _SECONDS.labels(judgement.provider).observe(seconds)
    if fallback := judgement.output.get("fallback"):
        _FALLBACKS.labels(fallback["why"]).inc()
    if judgement.tokens_in or judgement.tokens_out:
        _TOKENS.labels(judgement.provider, "in").inc(judgement.tokens_in)
        _TOKENS.labels(judgement.provider, "out").inc(judgement.tokens_out)
        _COST.labels(judgement.provider).inc(judgement.cost_micros / 1_000_000)


def count_failure(outcome: str) -> None:
    """Count an attempt that failed: `put off` or `buried`."""
    _FAILURES.labels(outcome).inc()
