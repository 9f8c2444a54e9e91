"""Coded records built by hand for the tests of the dossier. All texts and persons are fictional."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import fields, is_dataclass

from trucewatch.model import Actor, ActorRef, AtRisk, Coded, Mention, Place, Report, SentenceSpan
from trucewatch.model.contract import to_dict


def mention(text, words, after=0):
    start = text.index(words, after)
    return Mention(start, start + len(words), words)


def place(text, words, **other):
    found = mention(text, words)
    facts = {
        "name": words, "kind": "town", "country": "XVA", "admin1": None, "latitude": 46.3612, "longitude": 8.7713, "geonameid": 77,
        "precision": 1, "confidence": 0.9, "candidates": ("Orl (78)",),
    } | other  # fmt: skip
    return Place(found.start, found.end, words, **facts)


def risk(text, words):
    found = mention(text, words)
    return AtRisk(found.start, found.end, words, "e-1")


def actor(text, ref, *words):
    return Actor(ref.id, ref.name, ref.type, ref.country, ref.code, tuple(mention(text, w) for w in words))


def ref(name, id="xva.x", type="rebel"):  # noqa: A002 - the record's word
    return ActorRef(id, name, type, "XVA", "XVAREB")


def coded(text, *, places=(), risks=(), actors=(), events=(), **report):
    sentences = [SentenceSpan(m.start(), m.end()) for m in re.finditer(r"\S[^.!?]*[.!?]?", text)]
    made = Report("r1", text, **({"publisher": "Northern Voice", "language": "en"} | report))
    return Coded(
        made.id, "coded", (), made, sentences=tuple(sentences), places=tuple(places), at_risk=tuple(risks), actors=tuple(actors),
        events=tuple(events),
    )  # fmt: skip


def plain(text):
    """Letters and digits in small plain form, everything else one blank; a possessive falls off."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = "".join(c for c in text if unicodedata.category(c) not in {"Mn", "Cf"}).replace("ł", "l")
    text = re.sub(r"['’]s\b", "", text).replace("'", "").replace("’", "")
    return " " + " ".join(re.findall(r"[^\W_]+", text)) + " "


def survives(name, record):
    """Whether a name stands anywhere in the record as it would be written."""
    line = json.dumps(to_dict(record), ensure_ascii=False).replace("\\n", " ").replace("\\t", " ").replace("\\r", " ")
    return plain(name) in plain(line)


def broken_offsets(record):
    """Every part of a record whose words are not those of its text at its offsets."""
    return [part for part in _parts(record) if not _holds(part, record.text)]


def _parts(value):
    if is_dataclass(value):
        if hasattr(value, "start") and value.start is not None:
            yield value
        for field in fields(value):
            yield from _parts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _parts(item)


def _holds(part, text):
    inside = 0 <= part.start <= part.end <= len(text)
    return inside and (not hasattr(part, "text") or part.text == text[part.start : part.end])
