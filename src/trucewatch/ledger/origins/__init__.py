"""Count origins, not copies: which reports are one dispatch, and to whom a statement goes back."""

from trucewatch.ledger.origins.alignment import Alignment, Block, Change, align
from trucewatch.ledger.origins.finding import find
from trucewatch.ledger.origins.grouping import OriginGroup, groups
from trucewatch.ledger.origins.links import Link, LinkKind, ghost_of, ghosts, known_as, relation, unlike
from trucewatch.ledger.origins.signatures import KEYS_VERSION, MOST_HELD, SCREEN, Signature, signature

__all__ = [
    "KEYS_VERSION",
    "MOST_HELD",
    "SCREEN",
    "Alignment",
    "Block",
    "Change",
    "Link",
    "LinkKind",
    "OriginGroup",
    "Signature",
    "align",
    "find",
    "ghost_of",
    "ghosts",
    "groups",
    "known_as",
    "relation",
    "signature",
    "unlike",
]
