"""The index of a WACZ (CDXJ): a line a capture, sorted by a key that puts a site's addresses side by side (SURT).

This module must not do I/O.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trucewatch.dossier.evidence.chain import JSON

_WWW = re.compile(r"^www\d*\.")
_PORTS = {"http": 80, "https": 443}
#: Lines of the index in one packed block.
_LINES = 1024
_DIGITS = re.compile(r"\D")
_SECONDS = 14


def key(url: str) -> str:
    """The sort key: ``https://www.Herald.example/A?b=1&a=2`` is ``example,herald)/a?a=2&b=1``; a URN stays, in lower case."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        return url.lower()
    host = ",".join(reversed(_WWW.sub("", parts.hostname).split(".")))
    port = f":{parts.port}" if parts.port and parts.port != _PORTS[parts.scheme] else ""
    query = f"?{'&'.join(sorted(parts.query.split('&')))}" if parts.query else ""
    path = parts.path.rstrip("/") or "/"
    return f"{host}{port}){path}{query}".lower()


def digits(moment: str) -> str:
    """A time as 14 digits: ``2031-05-14T08:15:00Z`` is ``20310514081500``."""
    return _DIGITS.sub("", moment)[:_SECONDS]


def line(url: str, moment: str, fields: Mapping[str, JSON]) -> str:
    """One line, with its end."""
    return f"{key(url)} {digits(moment)} {json.dumps(fields)}\n"


def packed(lines: Sequence[str], name: str) -> tuple[bytes, bytes]:
    """The sorted lines as gzip blocks (``index.cdx.gz``), and the index of the blocks (``index.idx``).

    The second holds the first key of each block, its place, length and digest.
    """
    data, index = bytearray(), ["!meta 0 " + json.dumps({"format": "cdxj-gzip-1.0", "filename": name})]
    for block in _blocks(sorted(lines)):
        squeezed = _gzip("".join(block).encode())
        first = block[0].split("{", 1)[0].strip()
        place = {"offset": len(data), "length": len(squeezed), "digest": f"sha256:{hashlib.sha256(squeezed).hexdigest()}"}
        index.append(f"{first} {json.dumps(place)}")
        data += squeezed
    return bytes(data), ("\n".join(index) + "\n").encode()


def _blocks(lines: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(lines), _LINES):
        yield lines[start : start + _LINES]


def _gzip(data: bytes) -> bytes:
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return squeezer.compress(data) + squeezer.flush()
