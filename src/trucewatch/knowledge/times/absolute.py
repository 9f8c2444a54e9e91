"""What calendar expressions mean: dates, months, seasons, quarters, decades, years, weekdays, holidays.

Each function reads one match and returns its value, or None where the words are no time after all. A year that is not
told is the one nearest the anchor; without an anchor it stays ``XXXX``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from trucewatch.knowledge.times import spans
from trucewatch.knowledge.times.spans import UNKNOWN, Value
from trucewatch.knowledge.times.vocabulary import vocabulary

if TYPE_CHECKING:
    import re

    from trucewatch.knowledge.times.context import Context

_YEARS = {"last": -1, "this": 0, "next": 1}
FAR = 270  # days: a date without a year this far ahead is taken for the past one, whatever the clause
SOON = 45  # days: a date without a year this near ahead is taken for the coming one

MONTHS_SOON = 2  # the same for a month without a year, in months


def _number(table: str, word: str) -> int:
    return vocabulary().numbers[table][word]


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _capital(match: re.Match[str], group: str, c: Context) -> bool:
    return c.text[match.start(group)].isupper()


def pick_year(month: int, day: int, c: Context) -> int | None:
    """The year of a month and day told without one.

    The last such day; the next one where it is near, or where the clause looks ahead and it is not almost a year away.
    """
    if c.anchor is None:
        return None
    years = (c.anchor.year - 1, c.anchor.year, c.anchor.year + 1)
    days = [d for d in (_safe(y, month, day) for y in years) if d is not None]
    past = [d for d in days if d <= c.anchor]
    ahead = [d for d in days if d > c.anchor]
    wait = (ahead[0] - c.anchor).days if ahead else FAR
    if ahead and (wait <= SOON or not past or (c.future and wait < FAR)):
        return ahead[0].year
    return past[-1].year if past else None


def iso(match: re.Match[str], c: Context) -> Value | None:  # noqa: ARG001
    """2020-03-15, with or without a clock time."""
    day = _safe(int(match["y"]), int(match["mon"]), int(match["d"]))
    if day is None:
        return None
    made = spans.at_day(day)
    return (
        replace(made, type="TIME", value=f"{made.value}T{match['h']}:{match['min']}", precision="minute")
        if match["h"]
        else made
    )


def slash(match: re.Match[str], c: Context) -> Value | None:
    """15/03/2020.

    Two readings stay two unless a part is over 12, the parts are equal, or another date in the text tells the order.
    """
    a, b, year = int(match["a"]), int(match["b"]), int(match["y"])
    readings = [d for d in (_safe(year, b, a), _safe(year, a, b)) if d is not None]
    if not readings:
        return None
    if len(readings) == 1 or a == b or c.day_first is not None or match["sep"] == ".":
        first = match["sep"] == "." or c.day_first is not False
        return spans.at_day(readings[0] if first else readings[-1])
    return Value("DATE", f"{year:04}-XX-XX", "year", min(readings), max(readings))


def day(match: re.Match[str], c: Context) -> Value | None:
    """15 March 2020, March 15, the 15th of March, Sunday, 15 March."""
    groups = match.groupdict()
    if not _capital(match, "m", c):
        return None
    number = int(groups["d"]) if groups["d"] else _number("ordinals", groups["o"])
    month = _number("months", groups["m"])
    year = _told_year(match, c) or pick_year(month, number, c)
    if _safe(2000, month, number) is None:
        return None
    if year is None:
        return Value("DATE", f"XXXX-{month:02}-{number:02}", "day")
    made = _safe(year, month, number)
    return spans.at_day(made) if made else None


def day_range(match: re.Match[str], c: Context) -> Value | None:
    """March 3-5, between 3 and 5 March, the night of 14-15 March."""
    first, last = int(match["d"]), int(match["e"])
    month = _number("months", match["m"])
    year = int(match["y"]) if match["y"] else pick_year(month, first, c)
    if first >= last or not _capital(match, "m", c) or _safe(2000, month, last) is None:
        return None
    if year is None:
        return Value("DATE", f"XXXX-{month:02}-{first:02}/XXXX-{month:02}-{last:02}", "day")
    begin, until = _safe(year, month, first), _safe(year, month, last)
    if begin is None or until is None:
        return None
    if "night" in match[0] and last == first + 1:
        return Value("TIME", f"{begin.isoformat()}TNI", "hour", begin, until)
    return spans.at_range(begin, until)


def between(match: re.Match[str], c: Context) -> Value | None:
    """28 February - 3 March; the first day lies in the year before where the second would precede it."""
    months = _number("months", match["m"]), _number("months", match["m2"])
    days = int(match["d"]), int(match["e"])
    if not (_capital(match, "m", c) and _capital(match, "m2", c)):
        return None
    year = int(match["y"]) if match["y"] else pick_year(months[1], days[1], c)
    if year is None:
        return Value("DATE", f"XXXX-{months[0]:02}-{days[0]:02}/XXXX-{months[1]:02}-{days[1]:02}", "day")
    until = _safe(year, months[1], days[1])
    begin = _safe(year - (months > (months[1], months[1])), months[0], days[0])
    return spans.at_range(begin, until) if begin and until and begin <= until else None


def _told(match: re.Match[str], group: str) -> str:
    return match.groupdict().get(group) or ""


def _told_year(match: re.Match[str], c: Context) -> int | None:
    """The year that stands beside a month: "2020", or "last year" counted from the anchor."""
    told = _told(match, "y")
    if not told or told.isdigit():
        return int(told) if told else None
    return c.anchor.year + _YEARS[told.split()[0]] if c.anchor else None


def _is_month(match: re.Match[str], c: Context) -> bool:
    """Whether a month's name without a day stands for the month: "May" and "March" need a word before or a year after."""
    word = match["m"]
    if not _capital(match, "m", c) or (len(word) < 4 and word != "may" and not _told(match, "y")):  # noqa: PLR2004
        return False
    lists = vocabulary().lists
    if word not in lists["ambiguous_months"] or any(_told(match, g) for g in ("y", "part", "dir", "el")):
        return True
    return c.lead in lists["month_lead"] and not c.text[c.end : c.end + 2].strip().isupper()


def month(match: re.Match[str], c: Context) -> Value | None:
    """March, March 2020, late March, earlier in March, last November, next April."""
    if not _is_month(match, c):
        return None
    number, direction = _number("months", match["m"]), _told(match, "dir")
    year = _told_year(match, c) or _month_year(number, direction, c)
    if year is None:
        return Value("DATE", f"XXXX-{number:02}", "month")
    made = spans.at_month(year, number)
    part = _told(match, "part")
    return spans.third(made, _number("parts", part)) if part else narrowed(made, _told(match, "el"), c.anchor)


def narrowed(made: Value, word: str, anchor: date | None) -> Value:
    """A span cut to before ("earlier") or after ("later") the anchor, where the anchor lies in it."""
    if anchor is None or made.begin is None or made.until is None or not made.begin <= anchor <= made.until:
        return made
    if word == "earlier":
        return replace(made, until=anchor)
    return replace(made, begin=anchor) if word == "later" else made


def _month_year(number: int, direction: str, c: Context) -> int | None:
    if c.anchor is None:
        return None
    here = (c.anchor.year, c.anchor.month)
    if direction == "this":
        return here[0]
    if direction in {"last", "past"}:
        return here[0] - (number >= here[1])
    if direction in {"next", "coming"} or (c.future and number != here[1]):
        return here[0] + (number <= here[1])
    steps = (number - here[1]) % 12
    if steps <= MONTHS_SOON:
        return here[0] + (number < here[1])
    return here[0] if number < here[1] else here[0] - 1


def season(match: re.Match[str], c: Context) -> Value | None:
    """Last fall, early spring, summer 2014, in the winter; "the fall of" a town is none."""
    direction, part = _told(match, "dir"), _told(match, "part")
    plain = not (direction or part or match["y"])
    if plain and (match["s"] in {"fall", "spring"} or not match["the"] or c.next_word == "of"):
        return None
    code = vocabulary().strings["seasons"][match["s"]]
    if match["y"]:
        made = spans.at_season(int(match["y"]), code)
    elif c.anchor is None:
        made = Value("DATE", None if direction else f"XXXX-{code}", "season")
    else:
        made = _near_season(code, direction, c.anchor)
    return spans.third(made, _number("parts", part)) if part else made


def _near_season(code: str, direction: str, anchor: date) -> Value:
    around = [spans.at_season(y, code) for y in range(anchor.year - 2, anchor.year + 2)]
    if direction in {"next", "coming"}:
        return next((s for s in around if s.begin and s.begin > anchor), around[-1])
    if direction in {"last", "past"}:
        return [s for s in around if s.until and s.until < anchor][-1]
    if direction == "this":
        return next((s for s in around if s.until and s.until >= anchor), around[-1])
    return [s for s in around if s.begin and s.begin <= anchor][-1]


def quarter(match: re.Match[str], c: Context) -> Value | None:
    """The third quarter of 2019, Q1 2020."""
    groups = match.groupdict()
    word = groups.get("o") or ""
    year = groups["y"] or ""
    if word == "last" or (not year and "quarter" not in match[0]):
        return None
    number = int(groups["q"]) if groups.get("q") else _number("ordinals", word)
    if year.isdigit():
        return spans.at_quarter(int(year), number)
    if c.anchor is None:
        return Value("DATE", f"XXXX-Q{number}" if not year else None, "quarter")
    return spans.at_quarter(c.anchor.year - (year.startswith("last")), number) if year else None


def decade(match: re.Match[str], c: Context) -> Value | None:  # noqa: ARG001
    """The 1990s, early 1990s."""
    made = spans.at_decade(int(match["y"]))
    return spans.third(made, _number("parts", match["part"])) if match["part"] else made


def year(match: re.Match[str], c: Context) -> Value | None:
    """1998, early 2020. A number of people, a telephone number or a price is none."""
    before, after = c.low[max(0, c.start - 2) : c.start], c.low[c.end : c.end + 2]
    if before[-1:] in {"$", "€", "£", "/", ".", ",", ":", "#", "+"} or (before[-1:] == "-" and before[:1].isdigit()):
        return None
    if after[:1] in {"%", "/", ":"} or (after[:1] in {"-", ".", ","} and after[1:].isdigit()):
        return None
    lists = vocabulary().lists
    lead, following = c.lead, c.next_word
    if following in lists["counted"] or following in vocabulary().units:
        return None if lead not in lists["firm_year_lead"] or following in vocabulary().units else _year(match)
    numbered = not 1900 <= int(match["y"]) <= 2099  # noqa: PLR2004
    if numbered and lead not in lists["year_lead"]:
        return None
    if lead[:1].isdigit() or (before.strip() and before[-1:].isdigit()):
        return None
    return _year(match)


def _year(match: re.Match[str]) -> Value:
    made = spans.at_year(int(match["y"]))
    return spans.third(made, _number("parts", match["part"])) if match["part"] else made


def weekday_date(number: int, direction: str, c: Context) -> date | None:
    """A weekday as a day: the last one (the anchor's day included), or the next where the words or the clause look ahead."""
    if c.anchor is None:
        return None
    back = (c.anchor.isoweekday() - number) % 7
    if direction in {"last", "past", "previous"}:
        return c.anchor - timedelta(days=back or 7)
    if direction in {"next", "coming", "following", "upcoming"}:
        return c.anchor + timedelta(days=7 - back)
    if direction == "this" or (c.future and not c.low.startswith(("'s", "’s"), c.end)):
        return c.anchor + timedelta(days=(7 - back) % 7)
    return c.anchor - timedelta(days=back)


def weekday(match: re.Match[str], c: Context) -> Value | None:
    """Friday, last Friday, next Monday, early Tuesday, Wednesday night."""
    if not _capital(match, "w", c):
        return None
    found = weekday_date(_number("weekdays", match["w"]), match["dir"] or "", c)
    if match["dp"]:
        return part_of(found, match["dp"])
    return spans.at_day(found) if found else Value("DATE", None, "day")


def part_of(found: date | None, word: str) -> Value:
    """A part of a day ("2020-03-15TNI")."""
    code = vocabulary().strings["dayparts"][word]
    return Value("TIME", f"{found.isoformat()}{code}" if found else None, "hour", found, found)


def weekdays(match: re.Match[str], c: Context) -> Value | None:
    """From Monday to Wednesday, as one span."""
    if not (_capital(match, "w", c) and _capital(match, "w2", c)):
        return None
    numbers = _number("weekdays", match["w"]), _number("weekdays", match["w2"])
    begin = weekday_date(numbers[0], "", c)
    if begin is None or c.anchor is None:
        return UNKNOWN
    until = begin + timedelta(days=(numbers[1] - numbers[0]) % 7)
    if until > c.anchor and not c.future:
        begin, until = begin - timedelta(days=7), until - timedelta(days=7)
    return spans.at_range(begin, until)


def holiday(match: re.Match[str], c: Context) -> Value | None:
    """Christmas, last Easter, Eid al-Fitr (known to be a time, its day not)."""
    if not _capital(match, "hol", c):
        return None
    rule = vocabulary().strings["holidays"][match["hol"].replace("’", "'")]
    if not rule or (c.anchor is None and not match["y"]):
        return Value("DATE", f"XXXX-{rule}" if rule[:1].isdigit() else None, "day")
    if match["y"]:
        return spans.at_day(spans.holiday(rule, int(match["y"])))
    anchor = c.anchor or date.min
    days = [spans.holiday(rule, y) for y in range(anchor.year - 1, anchor.year + 2)]
    ahead = [d for d in days if d > anchor]
    past = [d for d in days if d <= anchor]
    next_one = match["dir"] == "next" or (match["dir"] != "last" and (c.future or (ahead[0] - anchor).days <= SOON))
    return spans.at_day(ahead[0] if next_one else past[-1])
