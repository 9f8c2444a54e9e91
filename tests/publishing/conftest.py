"""One small dossier for all tests of the exports, and each format of it, written once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from publishing import exports_dossier
from trucewatch.dossier.handover import Handover
from trucewatch.dossier.project import open_dossier
from trucewatch.publishing.exports import formats
from trucewatch.publishing.exports.shipping import beside, place, ship

#: Formats that need a package which may be missing.
NEEDS = {"parquet": "pyarrow", "geoparquet": "pyarrow", "ftm": "followthemoney"}


@pytest.fixture(scope="session")
def export_dossier(tmp_path_factory):
    return exports_dossier.make(tmp_path_factory.mktemp("exports") / "karsh")


def every(folder, out, *names, **options):
    """Every format of a dossier (or some), each under its name and suffix; those whose package is missing are left out."""
    with open_dossier(folder, write=True) as dossier:
        for made in [made for made in formats() if not names or made.name in names]:
            try:
                ship(Handover(dossier, **options), made, place(made, out / f"{made.name}{made.suffix}", "x", overwrite=False))
            except Exception as error:
                if made.name in NEEDS and getattr(error, "code", "").endswith("-missing"):
                    continue
                raise
    return Exported(out)


class Exported:
    """Where exports lie."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name):
        if name in NEEDS:
            pytest.importorskip(NEEDS[name], reason=f"{NEEDS[name]} is not installed")
        return next(p for p in self.folder.iterdir() if p.name.split(".")[0] == name and not p.name.endswith(".about.json"))

    def about(self, name):
        return json.loads(beside(self.path(name)).read_text("utf-8"))

    def files(self):
        """Every file with its bytes, by its path in the folder."""
        return {str(p.relative_to(self.folder)): p.read_bytes() for p in sorted(self.folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="session")
def exported(export_dossier, tmp_path_factory):
    """As it leaves."""
    return every(export_dossier, tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="session")
def bare(export_dossier, tmp_path_factory):
    """Without the policy, from a copy."""
    folder = Path(shutil.copytree(export_dossier, tmp_path_factory.mktemp("bare") / "karsh"))
    return every(folder, tmp_path_factory.mktemp("bare-out"), unprotected="a test")
