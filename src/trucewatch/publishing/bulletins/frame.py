"""What a bulletin says of itself: title, who issues it, on which terms, where it stands, and as of when. Nothing is read from a clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from trucewatch.model import TrucewatchError
from trucewatch.publishing.words import clean

if TYPE_CHECKING:
    from trucewatch.dossier.config import Config

#: SPDX id to the licence's name and address.
LICENCES = {
    "CC0-1.0": ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    "CC-BY-4.0": ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    "CC-BY-SA-4.0": ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    "CC-BY-NC-4.0": ("CC BY-NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/"),
    "CC-BY-NC-SA-4.0": ("CC BY-NC-SA 4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/"),
    "CC-BY-ND-4.0": ("CC BY-ND 4.0", "https://creativecommons.org/licenses/by-nd/4.0/"),
    "CC-BY-NC-ND-4.0": ("CC BY-NC-ND 4.0", "https://creativecommons.org/licenses/by-nc-nd/4.0/"),
    "ODbL-1.0": ("ODbL 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "ODC-By-1.0": ("ODC-By 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
    "PDDL-1.0": ("PDDL 1.0", "https://opendatacommons.org/licenses/pddl/1-0/"),
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What was asked for; None where the dossier's settings or its reports decide. Dates are ISO 8601."""

    begin: str | None = None
    until: str | None = None
    agreement: str | None = None
    title: str | None = None
    licence: str | None = None
    base_url: str | None = None
    as_of: str | None = None
    day: str | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """The terms; ``url`` is empty where they have no page."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The bulletin's own facts. ``as_of`` is ISO 8601 as precise as known, ``day`` the situation report's, ``base_url`` ends in a slash."""

    dossier: str
    name: str
    title: str
    publisher: str
    licence: Licence
    base_url: str
    contact: str
    as_of: str
    day: str
    begin: str | None
    until: str | None
    version: str

    def url(self, path: str) -> str:
        """The address of a page, as far as it is known: absolute where the bulletin's own address is."""
        return f"{self.base_url}{path}"

    def urn(self, *parts: str) -> str:
        """A name for a part that stays while the dossier does, wherever the bulletin stands."""
        return str(uuid5(UUID(hex=uuid5(NAMESPACE_URL, f"trucewatch:{self.dossier}").hex), "/".join(parts)).urn)

    @property
    def mail(self) -> str:
        """The contact, where it is a mail address."""
        return self.contact if is_mail(self.contact) else ""


def licence_of(text: str) -> Licence:
    """A licence by its SPDX id, its address, or in the owner's words."""
    words = clean(text)
    known = {key.casefold(): value for key, value in LICENCES.items()}.get(words.casefold())
    if known:
        return Licence(*known)
    return Licence(words, words if web_address(words) else "")


def web_address(url: str | None) -> str:
    """An address that may stand in a link: http or https with a host, without blanks and controls; else nothing."""
    text = (url or "").strip()
    if not text.isprintable() or any(char in text for char in ' <>"\\^`{|}'):
        return ""
    try:
        parts = urlsplit(text)
        host = parts.hostname
    except ValueError:
        return ""
    return text if parts.scheme in {"http", "https"} and host else ""


def is_mail(text: str) -> bool:
    """Whether a contact is a plain mail address."""
    name, at, host = text.partition("@")
    plain = text.isascii() and text.isprintable() and not any(char in text for char in ' <>"(),:;[]\\')
    return bool(at and name and "." in host and plain and "@" not in host)


def base_of(config: Config, given: str | None) -> str:
    """Where the bulletin will stand, with a slash at the end; empty where it is not known.

    Raises:
        TrucewatchError: ``bad-base-url``.
    """
    text = config.bulletin_base_url if given is None else given
    if not text:
        return ""
    found = web_address(text)
    parts = urlsplit(found)
    if not found or parts.query or parts.fragment:
        raise TrucewatchError(
            "bad-base-url",
            f"{text!r} is no address that pages can stand under",
            next_step="write it like https://example.org/karsh/",
        )
    return found if found.endswith("/") else f"{found}/"
