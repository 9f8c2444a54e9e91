"""Publishers, addresses and days as they are compared: "Reuters", "reuters.com" and "REUTERS" are one.

Names come from the actor file where it knows the medium; otherwise the name itself is folded. This module must not guess a publisher.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from trucewatch.knowledge.actors import ActorFile, is_medium
from trucewatch.ledger.origins.wording import fold

_WEB = re.compile(r"^(?:https?://)?(?:www\.)?|\.(?:com|org|net|info|news|[a-z]{2})(?:\.[a-z]{2})?/?$", re.IGNORECASE)
_THE = re.compile(r"^the\s+", re.IGNORECASE)
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@lru_cache(maxsize=8192)
def publisher_key(name: str | None) -> str:
    """One key for a publisher's spellings: the actor id of a known medium, else the folded name; empty for none."""
    if not name or not name.strip():
        return ""
    known = ActorFile.load()
    bare = _WEB.sub("", name.strip())
    for form in dict.fromkeys((name.strip(), bare, bare.title(), bare.upper())):
        ref = known.resolve(form)
        if ref and is_medium(ref) and ref.id.startswith("media."):
            return ref.id
    return re.sub(r"[\W_]+", "", "".join(fold(word) for word in _THE.sub("", bare).split()))


def same_publisher(one: str | None, other: str | None) -> bool:
    """Whether two names are one publisher's; False where one is missing."""
    return bool(publisher_key(one)) and publisher_key(one) == publisher_key(other)


@lru_cache(maxsize=8192)
def address_key(url: str | None) -> str:
    """An address without scheme, "www.", query and closing slash; empty where it names no page (a site's front page)."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    host, path = (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/")
    if not host or not (path or parts.query):
        return ""
    return f"{host}{path}" if path else f"{host}?{parts.query}"


def day_key(iso: str | None) -> str:
    """The day of an ISO date, or the empty string where no day is known."""
    return iso[:10] if iso and _DAY.match(iso) else ""


def day_words(iso: str | None) -> str:
    """A date as people write it: "16 March 2020", "March 2020", "2020"; the empty string for none."""
    year, _, rest = (iso or "")[:10].partition("-")
    month, _, day = rest.partition("-")
    name = _MONTHS[int(month) - 1] if month.isdigit() and 1 <= int(month) <= len(_MONTHS) else ""
    return " ".join(part for part in (str(int(day)) if day.isdigit() and name else "", name, year) if part)
