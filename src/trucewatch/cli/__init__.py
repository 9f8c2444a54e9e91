"""The command line: a thin face, one module a verb, each verb a public function below it.

Data goes to standard output, talk to standard error. Exit code 0: everything was done; 2: something failed, and was named.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from trucewatch import __version__
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Sequence

_VERBS = {
    "code": "Code reports: who did what to whom, where, when, with what harm, and who says so.",
    "demo": "Code the bundled fictional dossier and show who says what happened.",
    "init": "Make a dossier: a folder that holds one monitoring project.",
    "add": "Add reports to a dossier: evidence kept, coded, put together into incidents.",
    "watch": "Poll a dossier's feeds and add what is new.",
    "status": "Show how a dossier stands.",
    "incidents": "List a dossier's incidents, or show one with its accounts side by side.",
    "ledger": "Hold a dossier's incidents against an agreement: kept, broken, obstructed, and by whose word.",
    "bulletin": "Write a dossier's bulletin: a static site with map, ledger, feed and digest.",
    "search": "Find a dossier's reports by their words.",
    "framing": "Show who calls whom what, by publisher and by who speaks.",
    "serve": "Serve a dossier as a web application, to this machine or to a team.",
    "review": "Review a dossier's events: accept, correct, reject, merge, split, note, undo.",
    "recode": "Code a dossier's reports anew; old codings and verdicts are kept.",
    "verify": "Check every hash and row of a dossier and name what is wrong.",
    "export": "Write a dossier in the formats of other programs: CSV, GeoJSON, Parquet, GeoPackage and more.",
    "dossier": "Export a dossier's records or evidence.",
    "explain": "Show why an event was coded as it was: words, rules, alternatives.",
    "agreement": "Check, read and map agreements: who must do what, where and until when.",
    "schema": "Print the JSON Schema of the coded record.",
    "model": "Print the facts of the model card: data, scores, hashes.",
}
FAILED = 2


class _Verbs(click.Group):
    """Opens a verb's module only when it is called, so that `--help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _VERBS:
            return None
        command: click.Command = import_module(f"trucewatch.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_VERBS.items()))


@click.command(
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="""\b
Examples:
  trucewatch code report.html                      read one report, as a table
  trucewatch code reports/ --format jsonl --out coded.jsonl
  trucewatch code https://example.org/news/1 --format html --out page.html
  trucewatch explain coded.jsonl#e-1f2e3d4c5b
  trucewatch init karsh                            keep a monitoring project in a folder
  trucewatch add karsh reports/ && trucewatch incidents karsh""",
)
@click.version_option(__version__, "-V", "--version", prog_name="trucewatch")
def app() -> None:
    """Read published reports on a ceasefire and code what they say happened, who says so, and in which words."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 2 failed (one clear line on standard error)."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    try:
        result = app.main(list(arguments) if arguments is not None else None, standalone_mode=False)
    except TrucewatchError as error:
        click.echo(f"trucewatch: {error.line()}", err=True)
        return FAILED
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        error.show()
        return FAILED
    except (KeyboardInterrupt, click.Abort):
        click.echo("trucewatch: interrupted; what was written stays (code --resume, or add again, goes on)", err=True)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    return result if isinstance(result, int) else 0
