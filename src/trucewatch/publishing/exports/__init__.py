"""A dossier in the formats of other programs: one module a format, each an entry point of the group ``trucewatch.dossier_exporters``.

Two groups live side by side. ``trucewatch.exporters`` (see :mod:`trucewatch.publishing`) are formats of a *stream of coded records*, which
``trucewatch code`` writes before there is a dossier. Those of this group are formats of a *dossier*: they are given incidents and records as
they may leave, and a path. A format of records becomes one of a dossier by :class:`trucewatch.publishing.exports.records.OfRecords`. The
built-ins come in by the same door as plug-ins. This room must not read the database: an exporter sees a :class:`Handover` and nothing else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol

from trucewatch import __version__
from trucewatch.publishing import plugged

if TYPE_CHECKING:
    from pathlib import Path

    from trucewatch.dossier.handover import Handover

GROUP = "trucewatch.dossier_exporters"


@dataclass(frozen=True, slots=True)
class Written:
    """What an exporter wrote: rows by what a row is, and why something that it was given is not among them.

    ``whole``: reports are written with all their events, those too that a reviewer rejects.
    """

    rows: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    whole: bool = False


class DossierExporter(Protocol):
    """A format of a dossier.

    ``line`` says in one line what it holds; ``suffix`` is that of the file, empty for a folder; ``text`` tells whether it can go to standard
    output. The same dossier must give the same bytes.
    """

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def line(self) -> str:
        """What it holds, in a line."""

    @property
    def suffix(self) -> str:
        """How its file's name ends."""

    @property
    def text(self) -> bool:
        """Whether it can go to standard output."""

    def write(self, given: Handover, out: Path) -> Written:
        """Write everything that is given to ``out``, where nothing is yet."""


def exporter(name: str) -> DossierExporter:
    """The exporter of a format.

    Raises:
        TrucewatchError: ``unknown-format``.
    """
    made: DossierExporter = plugged(GROUP, name)
    return made


def formats() -> list[DossierExporter]:
    """Every format that is installed, by name."""
    return [point.load()() for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)]


def about(given: Handover, format_: str, written: Written) -> dict[str, Any]:
    """What every export says of itself: of which dossier, by which coders, under which policy, what was asked for, rows in and out.

    Nothing of it depends on the time of the export.
    """
    left_out = Counter(written.left_out)
    if given.rejected and not written.whole:
        left_out["rejected by a reviewer"] = len(given.rejected)
    wanted = {name: getattr(given.wanted, name) for name in given.wanted.__dataclass_fields__}
    return {
        "format": format_,
        "dossier": dict(given.facts),
        "software": {"name": "Trucewatch", "version": __version__},
        "coders": [dict(coder) for coder in given.coders],
        "protection": dict(given.policy),
        "filters": {name: value for name, value in wanted.items() if value is not None},
        "rows_in": {
            "incidents": {"dossier": given.incidents.there, "chosen": given.incidents.chosen},
            "reports": {"dossier": given.reports.there, "chosen": given.reports.chosen},
        },
        "rows_out": dict(sorted(written.rows.items())),
        "left_out": dict(sorted(left_out.items())),
    }
