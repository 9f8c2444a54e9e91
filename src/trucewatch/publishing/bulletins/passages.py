"""What readers carry away: a citation that keeps the sources, and the text of a mail. It makes no markup."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from trucewatch.publishing.words import clean, day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trucewatch.publishing.bulletins.frame import Frame
    from trucewatch.publishing.bulletins.gather import Paper
    from trucewatch.publishing.bulletins.groups import Group
    from trucewatch.publishing.bulletins.lines import Case

_MOST_SOURCES = 6
#: A mail's text in a link; mail readers cut longer ones.
_MAIL = 1500


def many(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def issued(frame: Frame) -> str:
    """The bulletin with who issues it and as of when."""
    by = f" {frame.publisher}," if frame.publisher else ""
    return f"{frame.title},{by} as of {day(frame.as_of) or 'no day known'}"


def terms(frame: Frame) -> str:
    """The licence, for a citation."""
    return f"Codes and counts: {frame.licence.name}; quoted words are their publishers'."


def whole(frame: Frame, reports: int) -> str:
    """The citation of the bulletin."""
    return _sentences(f"{issued(frame)}. Coded by Trucewatch {frame.version} from {many(reports, 'report')}", frame.url("index.html")
                      if frame.base_url else "", terms(frame))  # fmt: skip


def of_case(case: Case, frame: Frame, papers: Mapping[str, Paper]) -> str:
    """The citation of an incident, with who tells of it and where."""
    line = case.line
    day_ = f", {line.days}" if line.days and line.days not in line.headline else ""
    founded = f"Reported, {line.grade}: {many(line.origins, 'origin')} in {many(line.reports, 'report')}"
    apart = f"Disputed: {', '.join(line.disputed)}" if line.disputed else ""
    told = f"Told by {'; '.join(_sources(case, papers))}"
    where = frame.url(line.address) if frame.base_url else ""
    return _sentences(
        f"“{line.headline}”{day_} (incident {line.id})", f"{issued(frame)}", founded, apart, told, where, terms(frame)
    )


def of_group(group: Group, frame: Frame) -> str:
    """The citation of a region's or theme's page."""
    where = frame.url(group.page) if frame.base_url else ""
    return _sentences(f"“{group.label}”, {many(len(group.lines), 'incident')}", issued(frame), where, terms(frame))


def _sentences(*parts: str) -> str:
    return " ".join(part if part.endswith((".", "/")) or part.startswith("http") else f"{part}." for part in parts if part)


def _sources(case: Case, papers: Mapping[str, Paper]) -> list[str]:
    found: dict[str, None] = {}
    for teller in case.incident.tellers:
        paper = papers.get(teller.report)
        name = paper.publisher if paper else clean(teller.publisher or "publisher not known")
        date = day(teller.published)
        facts = ", ".join(part for part in (date, paper.url if paper else "") if part)
        found[f"{name} ({facts})" if facts else name] = None
    more = len(found) - _MOST_SOURCES
    return [*list(found)[:_MOST_SOURCES], *([f"and {more} more"] if more > 0 else [])]


def mail_of_case(case: Case, frame: Frame, papers: Mapping[str, Paper]) -> str:
    """The text of a mail on an incident: its headline, the first words, the citation."""
    line = case.line
    words = f"“{line.quote}”\n{line.who}\n\n" if line.quote else ""
    return f"{line.headline}\n\n{words}{of_case(case, frame, papers)}"


def mailto(subject: str, body: str) -> str:
    """A link that opens a mail to nobody yet, with its subject and text."""
    text = body if len(body) <= _MAIL else f"{body[: _MAIL - 1]}…"
    return f"mailto:?subject={_quoted(clean(subject))}&body={_quoted(text)}"


def _quoted(text: str) -> str:
    return quote(text.replace("\r\n", "\n").replace("\n", "\r\n"), safe="", errors="replace")
