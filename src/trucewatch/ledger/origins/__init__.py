"""Count origins, not copies: which reports are one dispatch, and to whom a statement goes back."""

from trucewatch.ledger.origins.alignment import Alignment, Block, Change, align
from trucewatch.ledger.origins.finding import find
from trucewatch.ledger.origins.grouping import OriginGroup, groups
from trucewatch.ledger.origins.judging import plausible
from trucewatch.ledger.origins.links import Link, LinkKind, ghost_of, ghosts, known_as, relation, unlike
from trucewatch.ledger.origins.signatures import KEYS_VERSION, MOST_HELD, SCREEN, Signature, signature, worth
from trucewatch.ledger.origins.statements import (
    Count,
    Independent,
    StatementKind,
    StatementOrigin,
    independent,
    statement_origin,
)

__all__ = [
    "KEYS_VERSION",
    "MOST_HELD",
    "SCREEN",
    "Alignment",
    "Block",
    "Change",
    "Count",
    "Independent",
    "Link",
    "LinkKind",
    "OriginGroup",
    "Signature",
    "StatementKind",
    "StatementOrigin",
    "align",
    "find",
    "ghost_of",
    "ghosts",
    "groups",
    "independent",
    "known_as",
    "plausible",
    "relation",
    "signature",
    "statement_origin",
    "unlike",
    "worth",
]
