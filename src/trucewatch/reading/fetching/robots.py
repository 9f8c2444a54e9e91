"""robots.txt: what a site asks of readers, kept for one run (RFC 9309). Fetching is passed in; nothing is opened here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from protego import Protego

from trucewatch.model import TrucewatchError
from trucewatch.reading.reasons import Code, error

if TYPE_CHECKING:
    from collections.abc import Callable

    Get = Callable[[str], tuple[int, bytes]]

_LARGEST = 500_000
_UNAVAILABLE = 500
_OK = 200
_REDIRECT = 300
_MOST_SITES = 2000


@dataclass(slots=True)
class Robots:
    """Rules of each site asked so far. ``get`` gives status and body of an address."""

    agent: str
    get: Get
    _known: dict[str, Protego | TrucewatchError] = field(default_factory=dict)

    def check(self, site: str, url: str) -> float:
        """Seconds the site asks readers to wait between fetches (0 where it asks nothing).

        Raises:
            TrucewatchError: ``fetch-robots`` where ``url`` is not to be fetched, or the rules cannot be had.
        """
        rules = self._rules(site)
        if isinstance(rules, TrucewatchError):
            raise rules
        if not rules.can_fetch(url, self.agent):
            raise error(Code.FETCH_ROBOTS, "the site's robots.txt asks not to fetch this page")
        return float(rules.crawl_delay(self.agent) or 0)

    def _rules(self, site: str) -> Protego | TrucewatchError:
        if site not in self._known:
            if len(self._known) >= _MOST_SITES:
                self._known.pop(next(iter(self._known)))
            self._known[site] = self._ask(site)
        return self._known[site]

    def _ask(self, site: str) -> Protego | TrucewatchError:
        try:
            status, body = self.get(f"{site}/robots.txt")
        except TrucewatchError as problem:
            # a site that cannot be reached or must not be: the page would fail in the same way, and says so best
            return problem
        if status >= _UNAVAILABLE:
            return error(Code.FETCH_ROBOTS, f"robots.txt could not be had (status {status}), so the page is not fetched")
        text = body[:_LARGEST].decode("utf-8", "replace") if _OK <= status < _REDIRECT else ""
        return Protego.parse(text)
