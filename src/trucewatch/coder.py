"""The coder: every room from analysis to record, in one call.

``load()`` opens the parts once (a second or so); ``Coder.code`` turns one report into one ``Coded`` record. The same report, coder and
settings give the same record. This module must not read inputs or write outputs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import trucewatch
from trucewatch import language, ontology
from trucewatch.coding.cast import Cast
from trucewatch.coding.claims import find_claims, sentence_kinds
from trucewatch.coding.events import Context, find_at_risk, find_events
from trucewatch.coding.incidents import incident_roles
from trucewatch.coding.judge import Settings, settings
from trucewatch.coding.lexicon import Lexicon
from trucewatch.coding.tree import Tree
from trucewatch.knowledge import times
from trucewatch.knowledge.actors import ActorFile
from trucewatch.knowledge.places import Gazetteer, Hints, PlaceMention
from trucewatch.model import (
    Actor,
    ActorRef,
    Coded,
    CoderFacts,
    Mention,
    Reason,
    Report,
    SentenceSpan,
    TrucewatchError,
    Unread,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from trucewatch.language.analyser import Analyser
    from trucewatch.language.analysis import Analysis
    from trucewatch.model import Claim, Place, Time
    from trucewatch.ontology import Ontology

CODED_LANGUAGES = ("en",)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BREAK = re.compile(r"[.!?…。؟\n\r]+")
#: Longest stretch without a sentence end that is coded: beyond it a text is a table or a dump, and would take minutes.
MAX_RUN = 100_000
_ISO_DATE = re.compile(r"^(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True)
class Coder:
    """Codes reports. Build with ``trucewatch.load()``; safe to share between calls, one a process."""

    analyser: Analyser
    lexicon: Lexicon
    ontology: Ontology
    actors: ActorFile
    gazetteer: Gazetteer
    judging: bool = True
    """Whether the learned head weighs what the rules propose; without it the rules stand alone (for comparison)."""
    weights: Settings = field(default_factory=settings)
    """How rules and head are weighed (``coding/data/judge.tsv``)."""

    @property
    def facts(self) -> CoderFacts:
        """Versions of everything that makes a record."""
        facts = self.analyser.model_facts
        return CoderFacts(
            version=trucewatch.__version__,
            model=f"{facts.name}-{facts.version}",
            ontology=f"{self.ontology.version}+lexicon.{self.lexicon.version}",
            gazetteer=self.gazetteer.version,
            actors=self.actors.version,
        )

    def code(self, report: Report | Unread | str, *, published: str | None = None, id: str | None = None) -> Coded:  # noqa: A002 - the contract's word
        """Code one report.

        Args:
            report: a ``Report``, the text itself, or an ``Unread`` (which becomes a skipped or failed record).
            published: ISO 8601 date that anchors relative dates, where the report has none.
            id: identifier for a report given as text; default its hash.

        Returns:
            The record; status ``failed`` with a reason when coding broke, never an exception for a bad report.
        """
        if isinstance(report, Unread):
            return Coded(report.id, report.status, report.reasons, report.report, coder=self.facts)
        if isinstance(report, str):
            made = Report(id or "", report, published=published, language="en")
            report = replace(made, id=id or made.sha256[:12])
        elif published and not report.published:
            report = replace(report, published=published)
        if _SURROGATE.search(report.text):
            note = Reason("surrogates-replaced", "code points that are no characters were replaced one by one with U+FFFD")
            report = replace(report, text=_SURROGATE.sub("\ufffd", report.text), notes=(*report.notes, note))
        if not report.text.strip():
            return Coded(report.id, "failed", (Reason("empty", "there is no text to code"),), report, coder=self.facts)
        if report.language not in {None, *CODED_LANGUAGES}:
            reason = Reason(
                "language-not-coded", f"language {report.language} is kept, not coded; coded: {', '.join(CODED_LANGUAGES)}"
            )
            return Coded(report.id, "skipped", (reason,), report, coder=self.facts)
        run_on = longest_run(report.text)
        if run_on > MAX_RUN:
            reason = Reason(
                "no-sentences",
                f"{run_on:,} characters without a sentence end, at most {MAX_RUN:,} are coded - is this prose? Split it first",
            )
            return Coded(report.id, "failed", (reason,), report, coder=self.facts)
        return self._guarded(report)

    def stream(self, reports: Iterable[Report | Unread]) -> Iterator[Coded]:
        """Code reports one after the other, in order."""
        for report in reports:
            yield self.code(report)

    def _guarded(self, report: Report) -> Coded:
        """One bad report must not end a batch: what breaks becomes a failed record that says what broke."""
        try:
            return self._code(report)
        except TrucewatchError as error:
            return Coded(report.id, "failed", (error.reason(),), report, coder=self.facts)
        except (
            ValueError,
            IndexError,
            KeyError,
            TypeError,
            AttributeError,
            ArithmeticError,
            RuntimeError,
            RecursionError,
            MemoryError,
        ) as error:
            reason = Reason(
                "coder-error", f"{type(error).__name__}: {error} - the report is kept; please report this with its text"
            )
            return Coded(report.id, "failed", (reason,), report, coder=self.facts)

    def _code(self, report: Report) -> Coded:
        analysis = self.analyser.analyse(report.text)
        anchor = anchor_date(report)
        tree = Tree(analysis, self.lexicon.forms)
        found_times = times.find(report.text, anchor=anchor)
        cast = Cast(tree, self.lexicon, self.actors, anchor.isoformat() if anchor else None, found_times)
        places = self._places(analysis, report, cast, found_times)
        claims = find_claims(analysis, resolve_actor=_Resolver(analysis, cast))
        context = Context(
            tree,
            self.lexicon,
            self.ontology,
            cast,
            places,
            found_times,
            claims,
            self.analyser.read_act if self.judging else None,
            self.weights,
        )
        events = find_events(context)
        kinds = sentence_kinds(analysis, claims)
        sentences = tuple(SentenceSpan(s.start, s.end, kind) for s, kind in zip(analysis.sentences, kinds, strict=True))
        return Coded(
            id=report.id,
            status="partial" if report.notes else "coded",
            reasons=report.notes,
            report=report,
            sentences=sentences,
            claims=claims,
            events=events,
            actors=_actors(cast, report.text, claims),
            places=places,
            times=found_times,
            at_risk=find_at_risk(context, events),
            incident_roles=incident_roles(analysis, events) if self.judging else (),
            coder=self.facts,
            persons=tuple(
                Mention(span.start, span.end, report.text[span.start : span.end])
                for span in analysis.entities
                if span.label == "person" and any(token.upos == "PROPN" for token in analysis.tokens[span.first : span.last])
            ),
        )

    def _places(self, analysis: Analysis, report: Report, cast: Cast, found_times: Sequence[Time]) -> tuple[Place, ...]:
        """Places of the text: mentions the actor file or the date rules do not claim, resolved over the whole document."""
        exclude = [(t.start, t.end) for t in found_times]
        exclude += [(m.start, m.end) for m in cast.mentions if m.ref.type not in {"state", "government"}]
        mentions: Sequence[PlaceMention] = self.gazetteer.find(analysis, exclude=exclude)
        countries = tuple(dict.fromkeys(m.ref.country for m in cast.mentions if m.ref.country))
        regions = tuple(name for names in report.tags.values() for name in names)
        return self.gazetteer.resolve(mentions, text=report.text, hints=Hints(countries, regions))


class _Resolver:
    """Actor look-up by character offsets, for the claims."""

    def __init__(self, analysis: Analysis, cast: Cast) -> None:
        self.cast = cast
        self.starts = {t.start: t.i for t in analysis.tokens}
        self.ends = {t.end: t.i for t in analysis.tokens}

    def __call__(self, start: int, end: int) -> ActorRef | None:
        first, last = self.starts.get(start), self.ends.get(end)
        if first is None or last is None or last < first:
            return None
        found = self.cast.ref(first, last + 1)
        if found is not None:
            return found
        return next((ref for j in range(first, last + 1) if (ref := self.cast.known(j)) is not None), None)


def longest_run(text: str) -> int:
    """Length in characters of the longest stretch without a line break or the end of a sentence."""
    longest = last = 0
    for match in _BREAK.finditer(text):
        longest, last = max(longest, match.start() - last), match.end()
    return max(longest, len(text) - last)


def anchor_date(report: Report) -> date | None:
    """The date that relative dates count from: when the words were first published, where a reprint says so."""
    for value in (
        report.origin.published if report.origin and report.origin.relation == "republished" else None,
        report.published,
    ):
        match = _ISO_DATE.match(value or "")
        if match:
            try:
                return date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                continue
    return None


def _actors(cast: Cast, text: str, claims: Sequence[Claim]) -> tuple[Actor, ...]:
    """Actors of the actor file that the report mentions, in order of first mention."""
    del claims
    found: dict[str, tuple[ActorRef, list[Mention]]] = {}
    for m in cast.mentions:
        found.setdefault(m.ref.id, (m.ref, []))[1].append(Mention(m.start, m.end, text[m.start : m.end]))
    return tuple(Actor(r.id, r.name, r.type, r.country, r.code, tuple(mentions)) for r, mentions in found.values())


def load(*, model: Path | None = None, actors: Sequence[Path] = (), gazetteers: Sequence[Path] = ()) -> Coder:
    """Open the coder.

    Args:
        model: folder with the encoder's weights; default the package's own.
        actors: more actor files, in the format of ``knowledge/actors/data``.
        gazetteers: more gazetteers, in the format of ``knowledge/places/data/supplement.tsv``.

    Raises:
        TrucewatchError: a part is missing or its hash is wrong.
    """
    return Coder(
        analyser=language.load(model),
        lexicon=Lexicon.load(),
        ontology=ontology.load(),
        actors=ActorFile.load(actors),
        gazetteer=Gazetteer.load(extra=gazetteers),
    )
