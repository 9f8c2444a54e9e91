"""What expressions mean that lean on the anchor, on the last day told, or on nothing: deictic words, lengths, rhythms, clocks.

Each function reads one match and returns its value, or None where the words are no time after all.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from trucewatch.knowledge.times import spans
from trucewatch.knowledge.times.absolute import narrowed, part_of
from trucewatch.knowledge.times.spans import UNKNOWN, Value
from trucewatch.knowledge.times.vocabulary import vocabulary

if TYPE_CHECKING:
    from datetime import date

    from trucewatch.knowledge.times.context import Context

DEICTIC = {
    "today": 0,
    "tonight": 0,
    "yesterday": -1,
    "tomorrow": 1,
    "before yesterday": -2,
    "after tomorrow": 2,
    "overnight": 0,
}
LIMIT = 2000  # years, and no more of any unit: farther dates are rhetoric


def amount(words: str) -> float | None:
    """A number in digits or words; None for "several" and its like.

    A hyphen or blank joins tens and ones ("twenty-five").
    """
    if not words or words[0].isdigit():
        digits = words.replace(",", "")
        half = digits.endswith("1/2")
        return float(re.match(r"[0-9.]+", digits)[0]) + (0.5 if half else 0) if digits else None  # type: ignore[index]
    if words in {"a", "an"}:
        return 1
    if words.startswith("half"):
        return 0.5
    if "couple" in words:
        return 2
    table = vocabulary().numbers["numbers"]
    total = 0
    for word in re.split(r"[\s-]+", words):
        if word not in table and word not in {"a", "an"}:
            return None
        number = table.get(word, 1)
        total = max(1, total) * number if number == 100 else total + number  # noqa: PLR2004
    return total


def _count(words: str) -> str:
    number = amount(words)
    return "X" if number is None else f"{number:g}" if number < 1e6 else str(int(number))  # noqa: PLR2004


def _moved(day: date, count: float, letter: str) -> date | None:
    """A day moved by a number of units, None beyond the calendar or its use."""
    if abs(count) > LIMIT * 12 or count != int(count):
        return None
    try:
        return spans.shift(day, int(count), letter)
    except (OverflowError, ValueError):
        return None


def _letter(word: str) -> str:
    return vocabulary().units[word]


def deictic(match: re.Match[str], c: Context) -> Value | None:
    """Today, yesterday, tomorrow morning, tonight, overnight, the day before yesterday."""
    word = " ".join(match["x"].split())
    found = c.anchor and c.anchor + timedelta(days=DEICTIC[word])
    part = match.groupdict().get("dp")
    if part:
        return part_of(found, part)
    if word in {"tonight", "overnight"}:
        made = part_of(found, "night")
        return replace(made, begin=found - timedelta(days=1)) if found and word == "overnight" else made
    return spans.at_day(found) if found else Value("DATE", None, "day")


def part_today(match: re.Match[str], c: Context) -> Value | None:
    """This morning, last night."""
    last = match["dir"] == "last"
    if last and match["dp"] not in {"night", "evening"}:
        return None
    return part_of(c.anchor and c.anchor - timedelta(days=int(last)), match["dp"])


def unit(match: re.Match[str], c: Context) -> Value | None:
    """Last week, this month, next year, earlier this week, the weekend."""
    groups = match.groupdict()
    name = groups["u"]
    way = vocabulary().numbers["directions"][groups["dir"]] if groups.get("dir") else 0
    if c.anchor is None:
        return Value("DATE", None, "day" if name in {"day", "weekend"} else name)
    if name == "day" and (groups["dir"] != "this" or "the" in match[0].split()):
        return None
    if groups.get("dir") in {"past", "coming"} and not groups.get("el"):
        return None
    if name == "weekend":
        return _weekend(c, way, bare=not groups.get("dir"))
    moved = _moved(c.anchor, way, _letter(name))
    if moved is None:
        return UNKNOWN
    made = spans.around(moved, _letter(name))
    word = groups.get("el") or ""
    parts = vocabulary().numbers["parts"]
    return spans.third(made, parts[word]) if word in parts else narrowed(made, word, c.anchor)


def _weekend(c: Context, way: int, *, bare: bool) -> Value | None:
    if c.anchor is None:
        return UNKNOWN
    past = bare and not c.future and c.anchor.isoweekday() < 6  # noqa: PLR2004
    return spans.at_weekend(c.anchor + timedelta(weeks=-1 if past else way))


def reference(match: re.Match[str], c: Context) -> Value | None:
    """The same day, that day, the next morning, later that year: told from the last day of the document."""
    relation = (match["rel"] or "").strip()
    that = bool(re.match(r"that\b|\w+\s(?:in\s|on\s)?that\b", match[0]))
    if (not relation and not that) or (that and relation not in {"", "same"}):
        return None
    if (
        that
        and not relation
        and not re.search(r"(?:^|on|in|earlier|later|since|until|,)\s*$", c.low[max(0, c.start - 8) : c.start])
        and not match["el"]
    ):
        return None
    way = {"next": 1, "following": 1, "previous": -1, "preceding": -1}.get(relation, 0)
    parts = vocabulary().strings["dayparts"]
    name = match["u"]
    size = "D" if name in parts else _letter(name)
    found = c.reference and _moved(c.reference, way, size)
    if name in parts:
        return part_of(found, name)
    return spans.around(found, size) if found else Value("DATE", None, name)


def day_before(match: re.Match[str], c: Context) -> Value | None:
    """The day before, the day after: from the last day told, where nothing follows that it would lean on."""
    if not re.match(r"\s*(?:[.,;:)\"”]|$)", c.low[c.end : c.end + 3]):
        return None
    found = c.reference and _moved(c.reference, -1 if match["rel"] == "before" else 1, "D")
    return spans.at_day(found) if found else Value("DATE", None, "day")


def ago(match: re.Match[str], c: Context) -> Value | None:
    """Two days ago (from the anchor), two days later (from the last day told)."""
    letter, relation = _letter(match["u"]), " ".join(match["rel"].split())
    way = 1 if relation in {"later", "from now", "hence", "afterwards"} else -1
    vague = Value("DATE", "PAST_REF" if way < 0 else "FUTURE_REF", "vague")
    count = amount(match["n"]) if match["n"] else None
    base = c.anchor if relation in {"ago", "from now", "hence"} else c.reference
    if count is None:
        return vague
    if base is None:
        return UNKNOWN
    if letter.startswith("T"):
        return _hours(count * way, letter, base, relation)
    found = _moved(base, count * way, letter)
    times, name = spans.unit_parts(letter)
    return spans.around(found, "Y" if times > 1 and name == "Y" else name) if found else vague


def _hours(count: float, letter: str, base: date, relation: str) -> Value:
    days = int(abs(count) // 24) if letter == "TH" else 0
    if relation == "ago" and days:
        return spans.at_day(base - timedelta(days=min(days, 3000)))
    return Value("TIME", None, {"TH": "hour", "TM": "minute"}.get(letter, "second"))


def window(match: re.Match[str], c: Context) -> Value | None:
    """The past two months, in recent days, in the coming days, over the month: a length with its bounds."""
    groups = match.groupdict()
    way, words, name = groups["dir"].strip(), groups["n"] or "", groups["u"]
    singular = name in vocabulary().strings["units"]
    if way == "the" and not re.search(r"\b(?:over|during|throughout)\s$", c.low[max(0, c.start - 12) : c.start]):
        return None
    if singular and not words and way not in {"past", "the", "coming"}:
        return None
    count = 1 if singular and not words else amount(words) if words else None
    if words in {"few", "several", "many"}:
        count = None
    made = spans.duration("X" if count is None else f"{count:g}", _letter(name))
    ahead = way in {"next", "coming", "following"}
    base = c.anchor
    if base is None:
        return made
    far = _moved(base, count if ahead else -count, _letter(name)) if count else None
    return replace(made, begin=base, until=far) if ahead else replace(made, begin=far, until=base)


def duration(match: re.Match[str], c: Context) -> Value | None:
    """For three days, nine years, a 72-hour ceasefire; an age ("34-year-old") is none."""
    groups = match.groupdict()
    words, name = groups["n"] or "", groups["u"]
    after = c.low[c.end : c.end + 5]
    if re.match(r"[\s-]olds?\b", after) or name in {"second", "quarter", "quarters", "night"}:
        return None
    if not words and not groups.get("long") and c.lead not in {"for", "within", "of", "many"}:
        return None
    count = amount(words)
    if count is not None and groups.get("half"):
        count += 0.5
    if words[:1].isdigit() and c.low[max(0, c.start - 1) : c.start] in {"$", ".", ","}:
        return None
    if words in {"a", "an"} and c.lead in {"a", "times", "time"}:
        return None
    return spans.duration("X" if count is None else f"{count:g}", _letter(name))


def every(match: re.Match[str], c: Context) -> Value | None:
    """Every day, each Friday, every two weeks, every night."""
    if match["w"]:
        number = vocabulary().numbers["weekdays"][match["w"]]
        return Value("SET", f"XXXX-WXX-{number}", "day") if c.text[match.start("w")].isupper() else None
    if match["dp"]:
        return Value("SET", f"XXXX-XX-XX{vocabulary().strings['dayparts'][match['dp']]}", "hour")
    count = "2" if match["n"] == "other" else "X" if match["n"] == "few" else _count(match["n"]) if match["n"] else "1"
    return replace(spans.duration(count, _letter(match["u"])), type="SET")


def times_per(match: re.Match[str], c: Context) -> Value | None:  # noqa: ARG001
    """Twice a week."""
    return replace(spans.duration("1", _letter(match["u"])), type="SET")


def named_set(match: re.Match[str], c: Context) -> Value | None:
    """Daily, annually; a newspaper's name ("Daily News") is none."""
    if c.text[c.start].isupper() and c.text[c.end + 1 : c.end + 2].isupper():
        return None
    value = vocabulary().strings["sets"][match["s"]]
    return Value("SET", value, {"H": "hour", "D": "day", "W": "week", "M": "month", "Y": "year"}[value[-1]])


def clock(match: re.Match[str], c: Context) -> Value | None:
    """3 p.m., 14:30 local time, 0600 GMT, 4 in the morning. The day is added by the finder."""
    groups = match.groupdict()
    if groups.get("hn") is not None:
        hour = amount(groups["hn"])
        if hour is None or not 1 <= hour <= 12 or hour != int(hour):  # noqa: PLR2004
            return None
        return _clock(int(hour) % 12 + 12 * (groups["dp"] != "morning"), 0)
    hour, minute = int(groups["h"]), int(groups["min"] or 0)
    if groups.get("ap"):
        if not 1 <= hour <= 12:  # noqa: PLR2004
            return None
        hour = hour % 12 + 12 * (groups["ap"] == "p")
    dotted = c.low[c.start : c.end][len(groups["h"])] == "."
    if dotted and not groups.get("ap") and not groups.get("z"):
        return None
    return _clock(hour, minute) if re.search(r"[\s(]$|^$", c.low[max(0, c.start - 1) : c.start]) else None


def _clock(hour: int, minute: int) -> Value | None:
    if hour > 24 or (hour == 24 and minute):  # noqa: PLR2004
        return None
    return Value("TIME", f"T{hour:02}:{minute:02}", "minute")


def named_clock(match: re.Match[str], c: Context) -> Value | None:
    """Noon, midday, midnight."""
    return (
        None
        if c.text[c.start].isupper() and c.lead
        else Value("TIME", f"T{vocabulary().strings['clocks'][match['c']]}", "hour")
    )


def daypart(match: re.Match[str], c: Context) -> Value | None:
    """At dawn, after dusk: only where a preposition shows that the hour is meant."""
    if c.lead not in {"at", "by", "before", "after", "until", "since", "from", "around"} or c.text[c.start].isupper():
        return None
    return Value("TIME", vocabulary().strings["dayparts"][match["dp"]], "hour")


def vague(match: re.Match[str], c: Context) -> Value | None:
    """Now, currently, the near future."""
    if match["v"] == "now" and c.lead in {"by", "until", "right", "from"}:
        return Value("DATE", "PRESENT_REF", "vague", c.anchor, c.anchor)
    return Value("DATE", vocabulary().strings["vague"][" ".join(match["v"].split())], "vague")
