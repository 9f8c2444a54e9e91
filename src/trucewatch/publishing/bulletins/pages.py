"""Pages out of templates: everything is escaped, addresses are relative, and each page's own policy lets nothing else load.

Reports are hostile text. What a page may load is the bulletin's own style sheet and script, under ``file:`` or where it stands; an incident
for other sites may load nothing at all. This module must not read a dossier or write files.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from html import unescape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from trucewatch.publishing import plain, words
from trucewatch.publishing.basemap.palette import MARKS, OTHER, mark
from trucewatch.publishing.bulletins import passages
from trucewatch.publishing.bulletins.atlas import ATTRIBUTION
from trucewatch.publishing.bulletins.frame import web_address
from trucewatch.publishing.bulletins.lines import file_name
from trucewatch.publishing.page import content_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from jinja2 import Environment

    from trucewatch.model.incident import Teller, Toll
    from trucewatch.publishing.bulletins.frame import Frame

_CONTROLS = {code: 0xFFFD for code in (*range(32), *range(127, 160)) if code not in {9, 10, 13}}
POLICY = "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src 'self' data:; base-uri 'none'; form-action 'none'"
GRADES: Mapping[str, str] = {
    "opposed sides agree": "Origins of opposed sides say that it happened: each has reason to say otherwise.",
    "independent": "Several origins say so that are not known to go back to one another.",
    "several dependent": "Several reports tell of it, but all go back to one origin.",
    "single origin": "One origin in one report tells of it, or nobody says that it happened and it is only denied.",
}
#: How a copy is known, by the kind of the link.
WAYS: Mapping[str, str] = {
    "verbatim": "word for word",
    "retitled": "under another title",
    "trimmed": "shortened",
    "edited": "edited",
    "excerpt": "a part of it",
    "translation": "says that it is a translation",
    "declared": "says so itself",
    "agency": "the same agency's dispatch",
    "quoted": "quoted at length",
}
_ROUGH = {2: "near it", 3: "somewhere in the district", 4: "somewhere in the province", 5: "a line or area", 6: "the country only",
          7: "no country"}  # fmt: skip
_INCIDENT = re.compile(r"\[([A-Za-z0-9_-]+)\]")


@cache
def asset(name: str) -> str:
    """A file of the bulletin's own look."""
    return files("trucewatch.publishing.bulletins").joinpath("files", name).read_text("utf-8").replace("\r\n", "\n")


@dataclass(frozen=True)
class Pages:
    """Renders pages of one bulletin. ``shared`` is at hand in every template; ``addresses``: an incident's id to its page."""

    frame: Frame
    shared: Mapping[str, Any]
    addresses: Mapping[str, str]

    def page(self, template: str, path: str, **context: Any) -> bytes:
        """A page that will stand at ``path``; ``here`` names its entry in the navigation where that is another page."""
        root = "../" * path.count("/")
        context.setdefault("here", path)
        return self._text(template, path=path, root=root, policy=POLICY, **context)

    def embed(self, path: str, **context: Any) -> bytes:
        """A page for other sites' frames: its style within, no script."""
        style = asset("embed.css")
        policy = f"default-src 'none'; style-src '{content_hash(style)}'; base-uri 'none'; form-action 'none'"
        return self._text("embed.html.j2", path=path, style=style, policy=policy, **context)

    def text(self, template: str, **context: Any) -> str:
        """A piece of HTML that is no page of its own."""
        return self._text(template, **context).decode("utf-8")

    def _text(self, template: str, **context: Any) -> bytes:
        made = self._environment.get_template(template).render(**context)
        return made.translate(_CONTROLS).encode("utf-8", "replace")

    @cached_property
    def _environment(self) -> Environment:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only bulletins need it

        folder = str(files("trucewatch.publishing.bulletins").joinpath("templates"))
        made = Environment(
            loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        made.filters |= self._filters()
        made.globals |= {
            "frame": self.frame,
            "marks": (*MARKS, OTHER),
            "mark": mark,
            "grades": GRADES,
            "ways": WAYS,
            "attribution": ATTRIBUTION,
            "mailto": passages.mailto,
            "licence": self._licence,
            **self.shared,
        }
        return made

    def _filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "clean": words.clean,
            "day": words.day,
            "many": passages.many,
            "linked": self._linked,
            "base": lambda path: path.rpartition("/")[2],
            "shown_pages": _shown_pages,
            "rough": lambda precision: _ROUGH.get(precision or 1, ""),
            "tallied": _tallied,
            "ranged": _ranged,
            "web": web_address,
            "file_name": file_name,
            "named": _named,
            "unescaped": lambda text: unescape(str(text)).strip(),
            "origin_number": lambda origin, numbers: numbers.get(origin, ""),
        }

    def _licence(self) -> Markup:
        found = self.frame.licence
        if not found.url:
            return escape(found.name)
        return Markup('<a rel="license noopener noreferrer nofollow" href="{}">{}</a>').format(found.url, found.name)

    def _linked(self, sentence: str, root: str) -> Markup:
        """A sentence in which ids of incidents lead to their pages."""
        parts, at, text = [], 0, words.clean(sentence)
        for found in _INCIDENT.finditer(text):
            address = self.addresses.get(found[1])
            if address:
                parts += [
                    escape(text[at : found.start()]),
                    Markup('<a class="ref" href="{}{}">accounts</a>').format(root, address),
                ]
                at = found.end()
        return Markup("").join([*parts, escape(text[at:])])


def _shown_pages(number: int, at: int) -> list[int | None]:
    """Numbers of pages for a pager: the first, the last, those around this one; None for a gap."""
    wanted = sorted({0, number - 1, *range(max(0, at - 2), min(number, at + 3))})
    made: list[int | None] = []
    for page in wanted:
        if made and made[-1] is not None and page - made[-1] > 1:
            made.append(None)
        made.append(page)
    return made


def _tallied(values: Iterable[str]) -> str:
    """Values with how often, the most first: "Shelling 3, Clash"."""
    counted = sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{value} {number}" if number > 1 else value for value, number in counted) or "nothing"


def _ranged(toll: Toll) -> str:
    """A toll in words: "2 to 5, most often 3"."""
    best = "" if toll.best is None else f", most often {toll.best:,}"
    if toll.low is None and toll.high is None:
        return f"most often {toll.best:,}" if toll.best is not None else "a number not stated"
    if toll.low is not None and toll.high is not None:
        return f"{toll.low:,}" if toll.low == toll.high else f"{toll.low:,} to {toll.high:,}{best}"
    return (f"at least {toll.low:,}" if toll.low is not None else f"up to {toll.high:,}") + best


def _named(accounts: Iterable[str], tellers: Mapping[str, Teller]) -> list[tuple[str, str]]:
    """Who gives some accounts, each once, with the first of theirs."""
    found: dict[str, str] = {}
    for key in accounts:
        if key in tellers:
            found.setdefault(words.clean(tellers[key].who), key)
    return list(found.items())


def anchor(key: str) -> str:
    """An account's name within its incident's page."""
    return f"a-{file_name(key.replace('/', '_'))}"


__all__ = ["GRADES", "POLICY", "WAYS", "Pages", "anchor", "asset", "plain"]
