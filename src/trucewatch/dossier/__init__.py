"""A dossier: one monitoring project, with its evidence, coded reports, incidents, verdicts and protection policy.

The parts open when first asked for, so that ``--help`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Dossier": "trucewatch.dossier.project",
    "init": "trucewatch.dossier.project",
    "open_desk": "trucewatch.dossier.desk",
    "open_dossier": "trucewatch.dossier.project",
}
__all__ = ["Dossier", "init", "open_desk", "open_dossier"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'trucewatch.dossier' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
