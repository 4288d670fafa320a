"""`tasktracker eval`: how good triage is on labelled messages. The worker scores them, in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from tracker_core.errors import TrackerError

from tracker_local.cli.options import OutputOption
from tracker_local.cli.output import Column, Format, show, table
from tracker_local.home import Home
from tracker_local.language_models import environment

type Row = tuple[str, Mapping[str, Any]]
"""A part of the messages, and its figures."""


def evaluate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Labelled messages, one JSON object per line.")],
    *,
    providers: Annotated[
        str,
        typer.Option(
            "--providers",
            metavar="NAMES",
            help="The chain, separated by commas: [bold]embedded[/], and language models of"
            " TRACKER_TRIAGE__PROVIDERS, which are asked where it is unsure; without it, about everything.",
        ),
    ] = "embedded",
    output: OutputOption = Format.TABLE,
) -> None:
    """Score triage on messages that people have labelled.

    Shares are between 0 and 1, times are milliseconds for one message on one
    core. What the fields and the figures mean: docs/evaluation.md. Nothing
    has to run for it. The exit code is 2 when a line is wrong.

    [bold]Examples[/]
    $ tasktracker eval labelled.jsonl
    $ tasktracker eval labelled.jsonl --providers embedded,local
    $ tasktracker eval labelled.jsonl -o json | jq .category.accuracy
    """
    # Bounded by the number of messages: none takes longer than the chain's deadline. It dies with Ctrl-C as we do.
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tracker_worker", "eval", str(file), "--providers", providers),
        ],
        env=dict(environment(Home.current())),
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode > 0:
        raise typer.Exit(done.returncode)  # it has said why
    if done.returncode < 0:
        raise TrackerError(f"The evaluation was ended by signal {-done.returncode}", cure="Is there enough memory?")
    figures = json.loads(done.stdout)
    show(figures, output, lambda: table(_rows(figures), _COLUMNS))


def _rows(figures: Mapping[str, Any]) -> Iterator[Row]:
    yield "all", figures
    yield from figures["by_lang"].items()
    yield from (("hard", figures["hard"]), ("not hard", figures["not_hard"]))


def _figure(header: str, group: str, name: str) -> Column:
    return Column(header, lambda row: _shown(row[1][group][name]), align="right")


def _shown(value: float | None) -> str | None:
    return None if value is None else f"{value:.3f}"


def _time(name: str) -> Column:
    return Column(f"MS {name}", lambda row: row[1]["latency_ms"][name], align="right")


_COLUMNS = (
    Column("", lambda row: row[0]),
    Column("N", lambda row: row[1]["n"], align="right"),
    _figure("CATEGORY", "category", "accuracy"),
    _figure("MACRO-F1", "category", "macro_f1"),
    _figure("ECE", "category", "ece"),
    _figure("TO DO F1", "actionable", "f1"),
    _figure("PRIORITY", "priority", "accuracy"),
    _figure("ASSIGNEE", "assignee", "exact"),
    _figure("DUE", "due", "exact"),
    _figure("FALSE DUE", "due", "false_positive_rate"),
    _figure("REPEATS@3", "duplicates", "recall_at_3"),
    _figure("PRECISE", "duplicates", "precision"),
    _time("p50"),
    _time("p95"),
    Column("TOKENS", lambda row: row[1]["tokens"] or None, align="right"),
)
