"""Origins in the database: a new report meets the texts it may be a copy of, and the groups it touches are worked out anew.

Called inside a write transaction. This module must not decide what a copy is: that is the ledger's.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from trucewatch.dossier import keeping
from trucewatch.dossier.sql import canonical, chunks, short_id
from trucewatch.dossier.store import rows
from trucewatch.dossier.store.tables import bands, links, origins
from trucewatch.ledger.origins import MOST_HELD, align, ghosts, groups, relation, signature

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from trucewatch.ledger.origins import Link
    from trucewatch.model import Report
