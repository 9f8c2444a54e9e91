"""Bytes -> reports: one reader a format, and where a report came from.

``read`` is the door for names of sources, ``read_payload`` the one for bytes already in hand; readers come in by the entry point group
``trucewatch.readers``. This room codes nothing.
"""

from trucewatch.reading.inputs import Input, expand
from trucewatch.reading.options import FetchOptions, ReadOptions
from trucewatch.reading.reader import Payload, checked_date, read, read_payload
from trucewatch.reading.reasons import MEANINGS, Code
from trucewatch.reading.source import Reader, Source

__all__ = [
    "MEANINGS",
    "Code",
    "FetchOptions",
    "Input",
    "Payload",
    "ReadOptions",
    "Reader",
    "Source",
    "checked_date",
    "expand",
    "read",
    "read_payload",
]
