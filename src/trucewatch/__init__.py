"""Trucewatch reads published reports on a ceasefire and codes what they say happened, who says so, and in which words.

>>> import trucewatch
>>> coder = trucewatch.load()
>>> coded = coder.code("Rebels shelled the village of Aldun on Monday, the army said.", published="2031-05-06")
>>> [(event.type, event.truce) for event in coded.events]
[('ASSAULT', 'shelling')]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trucewatch.coder import Coder, load
    from trucewatch.model import Coded, Report
    from trucewatch.reading import read

__version__ = "0.1.0"
__all__ = ["Coded", "Coder", "Report", "__version__", "load", "read"]

_HOMES = {
    "Coded": "trucewatch.model",
    "Coder": "trucewatch.coder",
    "Report": "trucewatch.model",
    "load": "trucewatch.coder",
    "read": "trucewatch.reading",
}


def __getattr__(name: str) -> Any:
    """Open the rooms when first asked for, so that ``import trucewatch`` and ``--help`` stay quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'trucewatch' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - the point of this function

    return getattr(import_module(_HOMES[name]), name)
