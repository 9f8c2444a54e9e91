"""`trucewatch dossier`: what is done with a dossier as a whole."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from trucewatch.cli.dossiers import FOLDER, opened, progress
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from trucewatch.dossier.project import Dossier


@click.group(
    name="dossier",
    epilog="""\b
Examples:
  trucewatch dossier export karsh --jsonl coded.jsonl
  trucewatch dossier export karsh --bagit karsh.zip --unprotected "deposit at the court, order 12/2031" """,
)
def command() -> None:
    """What is done with a dossier as a whole."""


@command.command(
    name="export",
    epilog="""\b
Examples:
  trucewatch dossier export karsh --jsonl coded.jsonl              records, under the protection policy
  trucewatch dossier export karsh --jsonl - | jq .events
  trucewatch dossier export karsh --bagit karsh.zip --unprotected "deposit at the archive"
  trucewatch dossier export karsh --wacz karsh.wacz --unprotected "for replay by the legal team" """,
)
@FOLDER
@click.option(
    "--jsonl",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    metavar="FILE",
    help="Coded records, a JSON line each.",
)
@click.option(
    "--bagit",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The whole evidence as a BagIt bag: a folder, or a zip file.",
)
@click.option(
    "--wacz", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="What was captured as a web archive."
)
@click.option(
    "--unprotected",
    metavar="WHY",
    help="Needed for evidence, which holds names and places unmasked; the reason is put on record.",
)
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
def export(  # noqa: PLR0917 - click gives them by name
    folder: Path, jsonl: Path | None, bagit: Path | None, wacz: Path | None, unprotected: str | None, overwrite: bool
) -> None:
    """Write a dossier's records or its evidence, for other programs, archives and courts.

    Records leave under the protection policy of dossier.toml. Evidence cannot be masked: it leaves only with --unprotected and a reason,
    which goes into the chain of custody.
    """
    wanted = [(kind, out) for kind, out in (("jsonl", jsonl), ("bagit", bagit), ("wacz", wacz)) if out is not None]
    if len(wanted) != 1:
        raise TrucewatchError("bad-option", "one of --jsonl, --bagit and --wacz is needed", next_step="see --help for examples")
    ((kind, out),) = wanted
    if kind != "jsonl" and not (unprotected or "").strip():
        raise TrucewatchError(
            "unprotected-evidence", f"--{kind} would carry names and places that the protection policy masks",
            next_step='if that is meant, add --unprotected "the reason"; it is put on record',
        )  # fmt: skip
    if str(out) != "-" and out.exists() and not overwrite:
        raise TrucewatchError("output-exists", "there is something of that name", where=str(out), next_step="add --overwrite")
    with opened(folder, write=True) as dossier:
        if kind == "jsonl":
            _records(dossier, out)
            return
        from trucewatch.dossier.leaving import package  # noqa: PLC0415 - --help must be quick

        made = package(dossier, kind, out, why=(unprotected or "").strip(), overwrite=overwrite)
        click.echo(f"trucewatch: {made}", err=True)


def _records(dossier: Dossier, out: Path) -> None:
    from trucewatch.cli.code import opened_output  # noqa: PLC0415 - --help must be quick
    from trucewatch.dossier.leaving import report_ids  # noqa: PLC0415 - --help must be quick
    from trucewatch.dossier.passing import outgoing  # noqa: PLC0415 - --help must be quick
    from trucewatch.model.contract import to_json  # noqa: PLC0415 - --help must be quick

    ids = dossier.read(report_ids)
    count = masked = 0
    with (
        opened_output(None if str(out) == "-" else out) as stream,
        progress(not sys.stderr.isatty(), "records", len(ids)) as tick,
    ):
        for made in outgoing(dossier, ids):
            stream.write(to_json(made.coded) + "\n")
            count += 1
            masked += sum(item.count for item in made.masked)
            tick(made.coded.id)
    click.echo(
        f"trucewatch: {count:,} of {len(ids):,} reports -> {out}; {masked:,} names and places masked by the policy", err=True
    )
