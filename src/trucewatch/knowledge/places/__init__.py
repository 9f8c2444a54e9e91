"""Places: a gazetteer in one file, finding mentions and saying which place they mean. No network, no server."""

from trucewatch.knowledge.places.gazetteer import Gazetteer
from trucewatch.knowledge.places.records import Candidate, Hints, PlaceMention
from trucewatch.knowledge.places.store import Demonym, Entry

__all__ = ["Candidate", "Demonym", "Entry", "Gazetteer", "Hints", "PlaceMention"]
