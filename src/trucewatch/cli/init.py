"""`trucewatch init`: a new dossier."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    name="init",
    epilog="""\b
Examples:
  trucewatch init karsh                            a dossier in the new folder karsh
  trucewatch init karsh --name "Karsh Valley 2031"
  trucewatch init karsh --store postgresql://monitor@db.example/karsh""",
)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", metavar="TEXT", help="What the project is called; default: the folder's name.")
@click.option(
    "--store", "url", metavar="URL", default="sqlite", show_default=True,
    help="sqlite (a file in the folder) or a postgresql:// URL for a team.",
)  # fmt: skip
def command(folder: Path, name: str | None, url: str) -> None:
    """Make a dossier: a folder that holds one monitoring project, with its evidence, coded reports, incidents and verdicts.

    Its settings are in the commented file dossier.toml: feeds to watch, your own actors and places, the protection policy.
    """
    from trucewatch.dossier.project import init  # noqa: PLC0415 - --help must be quick

    config = init(folder, name=name, url=url)
    click.echo(f"trucewatch: made {config.path} - read it, then: trucewatch add {folder} REPORT...", err=True)
