"""Bytes -> reports: one reader a format, and where a report came from.

``read`` is the door; readers come in by the entry point group ``trucewatch.readers``. This room codes nothing.
"""

from trucewatch.reading.options import FetchOptions, ReadOptions
from trucewatch.reading.reader import read
from trucewatch.reading.reasons import MEANINGS, Code
from trucewatch.reading.source import Reader, Source

__all__ = ["MEANINGS", "Code", "FetchOptions", "ReadOptions", "Reader", "Source", "read"]
