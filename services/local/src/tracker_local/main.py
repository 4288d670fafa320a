"""The `tasktracker` command, assembled: each command lives in a file of its own under `cli/`."""

from collections.abc import Callable

import typer

from tracker_local.cli.apply import apply
from tracker_local.cli.backup import backup
from tracker_local.cli.doctor import doctor
from tracker_local.cli.down import down
from tracker_local.cli.edge import Commands
from tracker_local.cli.evaluate import evaluate
from tracker_local.cli.imports import import_
from tracker_local.cli.ledger import ledger
from tracker_local.cli.login import login
from tracker_local.cli.logs import logs
from tracker_local.cli.options import REST, RUN, SAFE, WORK
from tracker_local.cli.resources import get
from tracker_local.cli.restore import restore
from tracker_local.cli.send import send
from tracker_local.cli.status import status
from tracker_local.cli.tokens import tokens
from tracker_local.cli.up import up
from tracker_local.cli.version import version

app = typer.Typer(
    name="tasktracker",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    help="Turns what people tell your team into tasks. Start with: [bold]tasktracker up --demo[/]",
)

_COMMANDS: dict[str, dict[str, Callable[..., None]]] = {
    RUN: {"up": up, "down": down, "status": status, "login": login, "doctor": doctor, "logs": logs},
    WORK: {"send": send, "import": import_, "get": get, "apply": apply, "ledger": ledger, "eval": evaluate},
    SAFE: {"backup": backup, "restore": restore},
    REST: {"version": version},
}
for heading, commands in _COMMANDS.items():
    for name, command in commands.items():
        app.command(name, rich_help_panel=heading)(command)
app.add_typer(tokens, name="token", rich_help_panel=REST)
