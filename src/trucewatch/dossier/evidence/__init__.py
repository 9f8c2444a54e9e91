"""Evidence: the bytes received, in WARC; the chain of custody; checks, time stamps and packages. Knows no database.

The modules ``verify``, ``timestamp`` and ``package`` are used by their names; the rest of the public names are here.
"""

from trucewatch.dossier.evidence.archive import Archive, Writer
from trucewatch.dossier.evidence.chain import JSON, Entry, check, from_line, link, to_line
from trucewatch.dossier.evidence.log import CaughtUp, CustodyLog
from trucewatch.dossier.evidence.records import Capture, Cut, KnownEnd, Stored, StoredRecord, local_uri
from trucewatch.dossier.evidence.trouble import Trouble

__all__ = [
    "JSON",
    "Archive",
    "Capture",
    "CaughtUp",
    "CustodyLog",
    "Cut",
    "Entry",
    "KnownEnd",
    "Stored",
    "StoredRecord",
    "Trouble",
    "Writer",
    "check",
    "from_line",
    "link",
    "local_uri",
    "to_line",
]
