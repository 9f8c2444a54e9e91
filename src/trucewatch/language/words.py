"""Text -> syntactic words with exact offsets, as Universal Dependencies cuts English.

"don't" is "do" + "n't", "Assad's" is "Assad" + "'s", "Syrian-backed" is three words, "U.S." and "Mr." are one. One
compiled expression walks the text once, so the time is linear in its length. This module decides nothing about
sentences.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: No word is longer than this; a longer run (a base64 blob, a 1 MB word) is cut into pieces of this length.
MAX_WORD = 128

#: Written with a full stop that belongs to the word.
ABBREVIATIONS = """
    Mr Mrs Ms Dr Prof Rev Hon Gen Lt Col Maj Capt Cpl Sgt Cmdr Adm Brig Gov Sen Rep Pres Sec Amb Supt Fr St Mt Ft Jr
    Sr Messrs Mmes Inc Corp Ltd Co Bros Assn Dept Univ Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Ave Blvd Rd vs
    Vs etc No no pp p vol Vol ed eds Ed al cf ca approx est Est Fig fig figs Figs Eq Nos i.e e.g ie eg Ph.D M.Sc B.A Op
    Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan Ky La Md Mass Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Tenn
    Tex Va Vt Wash Wis Wyo Tel tel Ext ext Ch ch Art art Sect Para para Mon Tue Tues Wed Thu Thurs Fri sq Sq km mi ft
""".split()  # noqa: SIM905  (reads better)
#: These are also common words: the stop is taken in only when a number or capitalised word follows on the line.
_AMBIGUOUS = frozenset(
    "Mar Co Miss Ill Ind Del La Mass Ore Pa Wash ed Ed Op Hon mi ft km Fri Mon Wed est ca Ark Mt Ga Mo Md".split()  # noqa: SIM905
)
#: And these only when a number follows ("No. 5", but "He said no. Then").
_NUMBERED = frozenset(
    "No no Nos Sec Art art Ch ch p pp Para para Fig fig Figs figs Eq vol Vol".split()  # noqa: SIM905
)
#: A hyphen after these is part of the word ("re-elected", "anti-tank", "al-Assad", "co-operation").
_HYPHEN_PREFIXES = (
    "anti|bi|co|counter|cyber|de|ex|extra|hyper|inter|intra|macro|mega|mid|micro|mini|mis|mono|multi|neo|non|over|pan|"
    "para|post|pre|pro|proto|pseudo|quasi|re|self|semi|sub|super|trans|tri|ultra|un|under|uni|vice|e|x|t"
)
_NAME_PREFIXES = "al|el|ad|an|ar|as|ash|at|az|ul|ur|ed|ez|bin|Al|El|Ad|An|Ar|As|Ash|At|Az|Ul|Ur|Ed|Ez"
_APOSTROPHES = "'’ʼ"
_A = f"[{_APOSTROPHES}]"
_LETTER = r"[^\W\d_]"
_UNITS = "am|pm|AM|PM|km|kms|m|cm|mm|kg|g|lb|lbs|mph|kph|kW|MW|ft|in|hrs?|mins?|secs?|GB|MB|yo|K|k|M|bn|mn"

_END = r"[^\s<>\"“”.,;:!?'’)\]}]"
_URL = rf"(?:https?://|www\.)[^\s<>\"“”]{{1,2000}}{_END}"
_MAIL = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}"
_DOMAIN = r"\b[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,4}\.(?:com|org|net|gov|info|edu)\b" + rf"(?:/[^\s<>\"“”]{{0,2000}}{_END})?"
_WORD = rf"{_LETTER}[\w\u0300-\u036f]*(?:{_A}{_LETTER}+)*"
_LOOSE = rf"{_A}(?:s|S|re|RE|ve|VE|ll|LL|d|D|m|M|em|cause|til)\b|\w+"
_KINDS = {
    "url": f"{_URL}|{_MAIL}|{_DOMAIN}",
    "dots": r"\.{2,}|…+|(?:\. ){2,}\.",
    "initials": rf"(?:{_LETTER}\.){{2,}}|(?:Ph\.D|M\.Sc|B\.Sc|Lt\.Col)\.",
    "abbr": rf"\b(?:{'|'.join(sorted(map(re.escape, ABBREVIATIONS), key=len, reverse=True))})\.(?!\w)",
    "initial": r"\b[A-Z]\.(?=\s+[A-Z]|[A-Z])",
    "unit": rf"\d[\d,.]{{0,20}}(?=(?:{_UNITS})\b)",
    "number": r"\d+(?:[.,:/]\d+)*(?:st|nd|rd|th|s\b)?|[.]\d+",
    "fixed": rf"\b(?:(?i:{_HYPHEN_PREFIXES})|{_NAME_PREFIXES})[-‐](?={_LETTER})",
    "word": f"{_WORD}|{_LOOSE}",
    "run": r"-{2,}|[–—]+|={2,}|\*{2,}|_{2,}|[!?]{2,}|#{2,}|~{2,}|``|''|[:;]-?[)(DP](?!\w)|<3",
    "other": r"\S",
}
_PATTERN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()))
_NEGATION = re.compile(rf"(?i)^(.+)(n{_A}t)$")
_CLITIC = re.compile(rf"(?i)^(.+)({_A}(?:s|re|ve|ll|d|m))$")
_FUSED = re.compile(r"(?i)^(?:(can)(not)|(gon|wan|got)(na|ta)|(gim|lem)(me)|(do)(nt))$")


def _cut_word(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Split contractions off one run of letters."""
    word = text[start:end]
    fused = _FUSED.match(word)
    if fused:
        cut = start + len(next(group for group in fused.groups() if group))
        yield start, cut
        yield cut, end
        return
    match = _NEGATION.match(word) or _CLITIC.match(word)
    if match is None or len(word) > MAX_WORD:
        yield start, end
        return
    cut = start + match.end(1)
    yield from _cut_word(text, start, cut)
    yield cut, end


def _raw(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    while True:
        match = _PATTERN.search(text, position)
        if match is None:
            return
        start, end = match.span()
        kind = match.lastgroup
        if kind == "fixed":
            end = _join_prefix(text, end)
        if kind in {"fixed", "word"}:
            yield from _cut_word(text, start, end)
        elif kind == "abbr" and not _takes_stop(text, start, end):
            end -= 1
            yield start, end
        else:
            yield start, end
        position = end


def _join_prefix(text: str, end: int) -> int:
    """End of the word that a hyphenated prefix ending at ``end`` opens."""
    stop = end + MAX_WORD
    while end < stop:
        match = _PATTERN.match(text, end)
        if match is None:
            return end
        end = match.end()
        if match.lastgroup != "fixed":
            return end
    return end


def _takes_stop(text: str, start: int, end: int) -> bool:
    """Whether the stop before ``end`` belongs to the abbreviation and does not end a sentence."""
    word = text[start : end - 1]
    following = text[end : end + 3].lstrip(" ")[:1]
    if word in _NUMBERED:
        return following.isdigit()
    return word not in _AMBIGUOUS or following.isdigit() or following.isupper()


def words(text: str) -> list[tuple[int, int]]:
    """Offsets (start, end) of the words of ``text``, in order, never overlapping, never holding white space.

    Everything that is not white space is in exactly one word, except for a spaced ellipsis ". . .", which is one word.
    """
    found: list[tuple[int, int]] = []
    for start, end in _raw(text):
        if end - start <= MAX_WORD:
            found.append((start, end))
        else:
            found += [(k, min(k + MAX_WORD, end)) for k in range(start, end, MAX_WORD)]
    return found
