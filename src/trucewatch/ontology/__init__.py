"""What can happen: PLOVER, CAMEO, ACLED, UCDP and the ceasefire categories, as tables with one loader.

    >>> from trucewatch.ontology import load
    >>> load().default_acled("ASSAULT", "heavy-weapons", "shelling").sub_event_type
    'Shelling/artillery/missile attack'

Categories are data (``data/*.tsv``); this room must not read text or know an actor.
"""

from trucewatch.ontology.entries import (
    AcledEntry,
    Bearing,
    Cameo,
    Context,
    Crossing,
    Degree,
    EventType,
    Mode,
    Obligation,
    Truce,
)
from trucewatch.ontology.ontology import Ontology, acled_records, build, load

__all__ = [
    "AcledEntry",
    "Bearing",
    "Cameo",
    "Context",
    "Crossing",
    "Degree",
    "EventType",
    "Mode",
    "Obligation",
    "Ontology",
    "Truce",
    "acled_records",
    "build",
    "load",
]
