"""Scores the shipped weights and the baselines on the held-out messages, for the model card.

python -m services.worker.training.evaluate
"""

from collections.abc import Callable, Sequence
from time import perf_counter

from tracker_core.tables import Category
from tracker_worker.models.embedded import EmbeddedModel
from tracker_worker.models.extract import extract

from services.worker.training import baselines
from services.worker.training.dataset import Message, held_out, training
from services.worker.training.metrics import Figures, Guess, figures

type Judge = Callable[[Sequence[Message]], list[Guess]]


def shipped(messages: Sequence[Message]) -> list[Guess]:
    """Ask the shipped weights."""
    predictions = EmbeddedModel.load().predict([m.text for m in messages])
    return [Guess(str(p.category), str(p.priority), p.confidence) for p in predictions]


def score(messages: Sequence[Message], guesses: Sequence[Guess]) -> Figures:
    """Compare guesses with the labels."""
    return figures([(m.category, m.priority) for m in messages], guesses)


def main() -> None:
    """Print the tables of the model card."""
    train, apart = training(), held_out()
    judges: dict[str, Judge] = {
        "majority": lambda asked: baselines.majority(train, asked),
        "keywords": lambda asked: baselines.keywords(train, asked),
        "embedded": shipped,
    }
    print("| model | messages | category accuracy | macro-F1 | ECE | actionable F1 | priority accuracy |")
    print("|---|---|---|---|---|---|---|")
    guesses: list[Guess] = []
    for name, judge in judges.items():
        started = perf_counter()
        guesses = judge(apart)
        _print(name, score(apart, guesses), (perf_counter() - started) / len(apart) * 1000)
    parts = {f"file {name}": [m.file == name for m in apart] for name in sorted({m.file for m in apart})}
    parts |= {lang: [m.lang == lang for m in apart] for lang in sorted({m.lang for m in apart})}
    parts |= {
        "not English": [m.lang != "en" for m in apart],
        "hard": [m.hard for m in apart],
        "not hard": [not m.hard for m in apart],
    }
    for part, chosen in parts.items():
        some = [(m, g) for m, g, yes in zip(apart, guesses, chosen, strict=True) if yes]
        _print(f"embedded, {part}", score([m for m, _ in some], [g for _, g in some]))
        _print_extraction([m for m, _ in some], [g for _, g in some])


def _print(name: str, f: Figures, milliseconds: float | None = None) -> None:
    took = f" ({milliseconds:.0f} ms each)" if milliseconds is not None and name == "embedded" else ""
    print(
        f"| {name}{took} | {f.n} | {f.accuracy:.3f} | {f.macro_f1:.3f} | {f.ece:.3f} | {f.actionable_f1:.3f}"
        f" | {f.priority_accuracy:.3f} |"
    )


def _print_extraction(messages: Sequence[Message], guesses: Sequence[Guess]) -> None:
    read = [extract(m.text, "", m.sent_at, Category(g.category)) for m, g in zip(messages, guesses, strict=True)]
    who = [_same(e.assignee, m.assignee) for e, m in zip(read, messages, strict=True)]
    dated = [e.due_on == m.due for e, m in zip(read, messages, strict=True) if m.due]
    false = [e.due_on is not None for e, m in zip(read, messages, strict=True) if not m.due]
    named = sum(m.assignee is not None for m in messages)
    print(
        f"  assignee exact {sum(who) / len(who):.3f} ({named} named); due exact {sum(dated) / (len(dated) or 1):.3f}"
        f" of {len(dated)} dated, false {sum(false) / (len(false) or 1):.3f}"
    )


def _same(found: str | None, wanted: str | None) -> bool:
    """Say whether two names mean one person; whether a mention keeps its @ is a matter of taste."""
    return (found or "").lstrip("@").casefold() == (wanted or "").lstrip("@").casefold()


if __name__ == "__main__":
    main()
