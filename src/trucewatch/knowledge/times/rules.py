"""What a time expression looks like: patterns over the lower-cased text, keyed by the kind of word they begin with.

Knows shapes only; what a match means is said in ``resolve.py``. Patterns write ``~`` for a blank (or one line break, never
two) and ``{NAME}`` for a word class of the data file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from trucewatch.knowledge.times.vocabulary import Vocabulary, vocabulary

#: (handler, kinds of first word, pattern); the longest match at a place wins, the earlier rule among equals.
RULES: tuple[tuple[str, str, str], ...] = (
    (
        "iso",
        "digit",
        r"(?P<y>{YEAR})-(?P<mon>[01]\d)-(?P<d>[0-3]\d)(?:[t ](?P<h>[012]\d):(?P<min>{MIN})(?::{MIN})?(?:z|[+-]\d\d:?\d\d)?)?",
    ),
    ("slash", "digit", r"(?P<a>\d{1,2})(?P<sep>[/.])(?P<b>\d{1,2})(?P=sep)(?P<y>{YEAR})"),
    (
        "day",
        "digit ordinal weekday short the",
        r"(?:(?P<w>{W}|{WS}\.?),?~)?(?:the~)?(?:{DD}|(?P<o>{ORD}))(?:~of)?[~-]?(?P<m>{M})\b\.?(?:,?~(?P<y>{YEARS})\b)?",
    ),
    (
        "day",
        "month weekday short",
        r"(?:(?P<w>{W}|{WS}\.?),?~)?(?P<m>{M})\b\.?~(?:the~)?{DD}(?!:\d|,\d|\.\d|%|~?(?:a\.m|p\.m))(?:(?:,~?|~)(?P<y>{YEARS})\b)?",
    ),
    (
        "range",
        "digit the night between from",
        r"(?:(?:between|from)~)?(?:(?:the~)?night~of~)?{DD}(?:~?[-–—]~?|~(?:and|to|until)~)(?:the~)?{DE}(?:~of)?~(?P<m>{M})\b\.?(?:,?~(?P<y>{YEAR})\b)?",
    ),
    ("range", "month", r"(?P<m>{M})\b\.?~{DD}(?:~?[-–—]~?|~to~){DE}(?:,?~(?P<y>{YEAR})\b)?"),
    ("between", "digit month", r"{DD}~(?P<m>{M})\b\.?(?:~?[-–—]~?|~(?:to|until)~){DE}~(?P<m2>{M})\b\.?(?:,?~(?P<y>{YEAR})\b)?"),
    ("between", "month", r"(?P<m>{M})\b\.?~{DD}(?:~?[-–—]~?|~(?:to|until)~)(?P<m2>{M})\b\.?~{DE}(?:,?~(?P<y>{YEAR})\b)?"),
    (
        "month",
        "month part direction the",
        r"(?:(?:the~)?(?P<part>{PART})[~-](?:of~)?|(?P<dir>last|this|next|past|coming)~)?(?P<m>{M})\b(?:\.?,?~(?:of~)?(?P<y>{YEARS})\b)?",
    ),
    ("month", "earlier", r"(?P<el>earlier|later)~in~(?P<m>{M})\b(?:~(?P<y>{YEAR})\b)?"),
    (
        "season",
        "season part direction the",
        r"(?:(?:the~)?(?P<part>{PART})[~-]|(?P<dir>last|this|next|past|coming)~|(?P<the>the~))?(?P<s>{SEASON})\b(?:~(?:of~)?(?P<y>{YEAR})\b)?",
    ),
    (
        "quarter",
        "ordinal the",
        r"(?:the~)?(?P<o>first|second|third|fourth|last)~quarter(?:~of~(?P<y>{YEAR}|this~year|last~year))?",
    ),
    ("quarter", "q", r"q(?P<q>[1-4])~(?P<y>{YEAR})\b"),
    ("decade", "digit part the", r"(?:the~)?(?:(?P<part>{PART})[~-])?(?P<y>1[5-9]\d0|20\d0)['’]?s\b"),
    ("year", "digit part", r"(?:(?P<part>{PART})[~-])?(?P<y>{YEAR})(?![\d])"),
    (
        "weekday",
        "weekday direction part the",
        r"(?:(?:the~)?(?P<dir>{DIR}|previous|following)~)?(?:(?P<part>{PART})(?:~on)?[~-])?(?P<w>{W})\b(?:~(?P<dp>{DP})\b)?(?!s\b)",
    ),
    ("days", "from between", r"(?:from|between)~(?P<w>{W})~(?:to|and|until|through)~(?P<w2>{W})\b"),
    (
        "deictic",
        "deictic part the",
        r"(?:(?:late|early)~)?(?P<x>today|tonight|yesterday|tomorrow|overnight)\b(?:~(?P<dp>{DP})\b)?",
    ),
    ("deictic", "the", r"the~day~(?P<x>before~yesterday|after~tomorrow)"),
    (
        "part_today",
        "direction earlier part",
        r"(?:(?:earlier|later|late|early)~)?(?P<dir>this|last)~(?P<dp>morning|afternoon|evening|night)\b",
    ),
    (
        "unit",
        "direction earlier part the",
        r"(?:(?P<el>earlier|later|late|early|mid)[~-])?(?:the~)?(?P<dir>{DIR})~(?P<u>week|weekend|month|year|decade|century|quarter|day)\b",
    ),
    ("unit", "the", r"(?P<the>the~)(?P<u>weekend)\b"),
    (
        "reference",
        "earlier direction the same",
        r"(?:(?P<el>earlier|later|late|early)~(?:in~|on~)?)?(?:the~|that~)(?P<rel>same~|next~|following~|previous~|preceding~)?(?P<u>day|week|month|year|morning|afternoon|evening|night)\b",
    ),
    ("day_before", "the", r"the~day~(?P<rel>before|after)\b(?!~(?:yesterday|tomorrow))"),
    (
        "ago",
        "number digit article",
        r"(?:(?:about|almost|nearly|over|more~than|less~than)~)?(?P<n>{N})~(?P<u>{U})(?:~and~a~half)?~(?P<rel>ago|earlier|later|from~now|hence|previously|afterwards)\b",
    ),
    ("ago", "plural", r"(?P<n>)(?P<u>{U})~(?P<rel>ago|earlier|later)\b"),
    (
        "window",
        "the direction recent",
        r"(?:the~)?(?P<dir>past|last|next|coming|previous|recent|following)~(?:(?P<n>{N})~)?(?P<u>{U})\b",
    ),
    ("window", "the", r"(?P<dir>the~)(?P<n>)(?P<u>month|week|year)\b"),
    (
        "duration",
        "number digit article",
        r"(?:(?:more~than|at~least|less~than|over|about|nearly|almost|up~to)~)?(?P<n>{N})(?:~more|~full|~straight|~consecutive)?(?P<gap>[~]|-)(?P<u>{U})(?P<half>~and~a~half)?(?:-long)?\b",
    ),
    ("duration", "plural", r"(?P<n>)(?P<u>{U})(?P<gap>)(?P<long>-long)?\b"),
    ("duration", "unit", r"(?P<n>)(?P<u>{U})(?P<gap>)(?P<long>-long)\b"),
    ("every", "every", r"(?:every|each)~(?:(?P<n>{N}|other|few)~)?(?:(?P<u>{U})|(?P<w>{W})|(?P<dp>{DP}))\b"),
    ("times_per", "number digit twice", r"(?:once|twice|(?:{N})~times)~(?:a|per|each|every)~(?P<u>{U})\b"),
    ("clock", "digit", r"(?P<h>[012]?\d)(?:[:.](?P<min>[0-5]\d))?~?(?P<ap>[ap])\.?m\b\.?{ZONE}"),
    ("clock", "digit", r"(?P<h>[01]\d|2[0-4]|\d)[:.](?P<min>[0-5]\d)(?::[0-5]\d)?(?:~hours|~hrs)?(?P<z>{ZONE})"),
    (
        "clock",
        "digit",
        r"(?P<h>[01]\d|2[0-4])(?P<min>[0-5]\d)~?(?P<z>(?:gmt|utc|hours|hrs|local~time|z)\b(?:~(?:gmt|utc|local~time))?)",
    ),
    ("clock", "digit number", r"(?P<hn>{N})(?:~o['’]clock)?~in~the~(?P<dp>morning|afternoon|evening)\b"),
    ("named_clock", "clock", r"(?P<c>{CLOCK})\b{ZONE}"),
    ("daypart", "daypart", r"(?P<dp>dawn|daybreak|sunrise|dusk|sunset|nightfall)\b"),
    ("vague", "vague", r"(?P<v>{VAGUE})\b"),
    ("set", "set", r"(?P<s>{SET})\b"),
    ("holiday", "holiday direction", r"(?:(?P<dir>last|this|next)~)?(?P<hol>{HOLIDAY})\b(?:(?:,?~)(?P<y>{YEAR})\b)?"),
)

#: what may stand before a number
LEADS = (
    "half",
    "few",
    "several",
    "many",
    "couple",
    "dozens",
    "hundreds",
    "about",
    "almost",
    "nearly",
    "over",
    "more",
    "less",
    "at",
    "up",
)
BLANK = r"(?:[ \t\xa0]{1,2}\n?|\n)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled pattern and the name of the function that reads it."""

    handler: str
    pattern: re.Pattern[str]


def _any(words: object) -> str:
    """Alternatives, longest first, with blanks and apostrophes as written in text."""
    made = sorted((str(w) for w in words), key=lambda w: (-len(w), w))  # type: ignore[attr-defined]
    return "|".join(re.escape(w).replace(r"\ ", "~").replace("'", "['’]") for w in made)


def _classes(words: Vocabulary) -> dict[str, str]:
    tens = _any(w for w, n in words.numbers["numbers"].items() if n in range(20, 100))
    number = _any(words.numbers["numbers"])
    ordinals = _any(words.numbers["ordinals"])
    digits = r"(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?:~1/2)?"
    counts = rf"(?:{tens})[-~](?:{number})|(?:{number})(?:~hundred)?"
    vague = r"half~an?|a~few|few|several|many|a~couple~of|couple~of|dozens~of|hundreds~of|an?~hundred|an?"
    return {
        "MIN": r"[0-5]\d",
        "YEAR": r"(?:1[5-9]|20)\d\d",
        "YEARS": r"(?:1[5-9]|20)\d\d|(?:last|this|next)~year",
        "DD": r"(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\d)",
        "DE": r"(?P<e>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\d)",
        "M": _any(words.numbers["months"]),
        "W": _any(words.numbers["weekdays"]),
        "WS": _any(words.numbers["weekday_short"]),
        "ORD": ordinals,
        "U": _any(words.units),
        "N": f"{vague}|{digits}|{counts}",
        "PART": _any(words.numbers["parts"]),
        "SEASON": _any(words.strings["seasons"]),
        "DIR": _any(words.numbers["directions"]),
        "DP": _any(words.strings["dayparts"]),
        "CLOCK": _any(words.strings["clocks"]),
        "VAGUE": _any(words.strings["vague"]),
        "SET": _any(words.strings["sets"]),
        "HOLIDAY": _any(words.strings["holidays"]),
        "ZONE": r"(?:~\(?(?:gmt|utc|est|edt|local~time|local)\b\)?)?",
    }


def _kinds(words: Vocabulary) -> dict[str, set[str]]:
    """First words of each kind."""
    firsts = {
        "month": words.numbers["months"],
        "weekday": words.numbers["weekdays"],
        "short": words.numbers["weekday_short"],
        "ordinal": words.numbers["ordinals"],
        "part": words.numbers["parts"],
        "direction": [*words.numbers["directions"], "previous", "following"],
        "season": words.strings["seasons"],
        "clock": words.strings["clocks"],
        "set": words.strings["sets"],
        "vague": words.strings["vague"],
        "holiday": words.strings["holidays"],
        "number": [*words.numbers["numbers"], *LEADS],
        "unit": words.strings["units"],
        "plural": [w for w in words.units if w not in words.strings["units"]],
        "daypart": words.strings["dayparts"],
    }
    made = {kind: {str(w).split()[0].split("'")[0].split("-")[0] for w in names} for kind, names in firsts.items()}
    made["earlier"] = {"earlier", "later", "late", "early", "mid"}
    for kind in ("the", "from", "between", "recent", "same", "twice", "every", "night", "q", "article", "deictic"):
        made[kind] = {kind}
    made["the"] = {"the", "that"}
    made["twice"] = {"once", "twice"}
    made["every"] = {"every", "each"}
    made["article"] = {"a", "an"}
    made["q"] = {"q1", "q2", "q3", "q4"}
    made["deictic"] = {"today", "tonight", "yesterday", "tomorrow", "overnight"}
    return made


@cache
def index() -> dict[str, tuple[Rule, ...]]:
    """Rules by first word; under the key ``#`` those that begin with a digit."""
    words = vocabulary()
    classes, kinds = _classes(words), _kinds(words)
    found: dict[str, list[Rule]] = {}
    for handler, starts, source in RULES:
        body = re.sub(r"\{([A-Z]+)\}", lambda m: m[1] if m[1] not in classes else _wrap(m[1], classes[m[1]]), source)
        rule = Rule(handler, re.compile(_blanks(body) + r"(?!\w)"))
        for kind in starts.split():
            for first in {"#"} if kind == "digit" else kinds[kind]:
                bucket = found.setdefault(first, [])
                if rule not in bucket:
                    bucket.append(rule)
    return {first: tuple(rules) for first, rules in found.items()}


@cache
def openers() -> frozenset[str]:
    """Words that may follow an article in a time: first words of rules, units, and what qualifies either."""
    words = vocabulary()
    phrases = (w for phrase in (*words.strings["vague"], *words.strings["holidays"]) for w in phrase.split())
    return frozenset({*index(), *words.units, *phrases, "same", "preceding", "weekend", "night"})


def _wrap(name: str, body: str) -> str:
    return body if name in {"DD", "DE", "ZONE"} else f"(?:{body})"


def _blanks(body: str) -> str:
    """``[~-]`` and ``[~]`` are a blank or the rest of the class; ``~`` elsewhere is a blank."""
    body = body.replace("[~-]", f"(?:{BLANK}|-)").replace("[-~]", f"(?:{BLANK}|-)").replace("[~]", BLANK)
    return body.replace("~", BLANK)
