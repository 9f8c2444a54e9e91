"""PDF -> report, by pypdfium2. Lines are put back into paragraphs by their places on the page. No network, no OCR."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

from trucewatch.reading.article import finish
from trucewatch.reading.blocks import Block, Draft, plain, squeeze
from trucewatch.reading.decode import clean
from trucewatch.reading.reasons import Code, error, note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trucewatch.model import Report, Unread
    from trucewatch.reading.source import Source

_MAX_PAGES = 3000
_MARGIN_LINES = 3
_FEWEST_PAGES = 2
_LONGEST_HEADING = 300
_BAD_TITLE = re.compile(
    r"^(?:microsoft word|untitled|document\d*$|slide \d|powerpoint)|\.(?:docx?|pdf|indd|odt|rtf|qxd|pptx?)$", re.IGNORECASE
)
_SOFT = "\x02\ufffe\u00ad"
_PREFIXES = frozenset(
    [
        "al",
        "anti",
        "co",
        "counter",
        "cross",
        "de",
        "el",
        "ex",
        "inter",
        "mid",
        "multi",
        "non",
        "post",
        "pre",
        "pro",
        "re",
        "self",
        "semi",
        "sub",
        "trans",
        "un",
        "vice",
    ]
)
_SENTENCE_END = re.compile(r"""[.!?:;]["'”’)\]]*$""")


@dataclass(frozen=True, slots=True)
class _Row:
    """One printed line and its box on the page (points, y upward)."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom


class PdfReader:
    """Reads the text layer of one PDF."""

    name = "pdf"

    def sniff(self, head: bytes, name: str, content_type: str | None) -> float:
        """Sure where the signature stands in the first kilobyte."""
        if b"%PDF-" in head[:1024]:
            return 0.95
        return 0.2 if (content_type or "").startswith("application/pdf") or name.lower().endswith(".pdf") else 0.0

    def read(self, source: Source) -> Iterator[Report | Unread]:
        """The one report in a PDF."""
        data = source.data(source.options.max_file_bytes)
        cut = b"%%EOF" not in data[-2048:]
        pages, title = _pages(data, source.options.max_text_bytes, cut=cut)
        draft = Draft(_blocks(pages), title=title)
        if not draft.blocks:
            raise error(Code.NO_TEXT, "the PDF holds no text", why="a scan, perhaps", next_step="run it through OCR first")
        if cut:
            draft.notes.append(note(Code.TRUNCATED, "the PDF ends before its end mark"))
        yield finish(draft, source)


def _pdfium() -> Any:
    import pypdfium2  # noqa: PLC0415 - loads a library; only readers of PDFs pay for it

    return pypdfium2


def _pages(data: bytes, limit: int, *, cut: bool) -> tuple[list[list[_Row]], str | None]:
    try:
        document = _pdfium().PdfDocument(data)
    except _pdfium().PdfiumError as problem:
        code = Code.TRUNCATED if cut else Code.UNREADABLE
        raise error(
            code, "the PDF cannot be opened", why=str(problem), next_step="is it whole, and without a password?"
        ) from problem
    try:
        title = squeeze(document.get_metadata_dict().get("Title") or "")
        pages = _all_rows(document, limit)
    finally:
        document.close()
    return pages, title if title and not _BAD_TITLE.search(title) and " " in title else None


def _all_rows(document: Any, limit: int) -> list[list[_Row]]:
    pages: list[list[_Row]] = []
    size = 0
    for number in range(min(len(document), _MAX_PAGES)):
        try:
            page = document[number]
            rows = _rows(page.get_textpage())
            page.close()
        except _pdfium().PdfiumError:
            continue
        size += sum(len(row.text) for row in rows)
        if size > limit:
            raise error(Code.TOO_LARGE, f"more than {limit / 1e6:g} MB of text in the PDF")
        pages.append(rows)
    return pages


def _rows(textpage: Any) -> list[_Row]:
    """The page's lines, pieces side by side put together."""
    rows: list[_Row] = []
    for index in range(textpage.count_rects()):
        left, bottom, right, top = textpage.get_rect(index)
        text = " ".join(textpage.get_text_bounded(left, bottom, right, top).splitlines())
        if not text.strip() or top <= bottom:
            continue
        row = _Row(text, left, *_height(textpage, (left, bottom, right, top)))
        if rows and (joined := _beside(rows[-1], row)):
            rows[-1] = joined
        else:
            rows.append(row)
    return rows


def _height(textpage: Any, box: tuple[float, float, float, float]) -> tuple[float, float, float]:
    """Bottom, right and top of a piece, by its font's height where that can be had: inked height changes with the letters."""
    left, bottom, right, top = box
    index = textpage.get_index(left + 1, (bottom + top) / 2, 4, 4)
    if index is None:
        return bottom, right, top
    loose = textpage.get_charbox(index, loose=True)
    return (loose[1], right, loose[3]) if loose[3] > loose[1] else (bottom, right, top)


def _beside(before: _Row, after: _Row) -> _Row | None:
    """Both as one line where they stand on one baseline, left to right."""
    overlap = min(before.top, after.top) - max(before.bottom, after.bottom)
    if overlap < 0.5 * min(before.height, after.height) or after.left < before.right - before.height:
        return None
    gap = "" if after.left - before.right < 0.12 * after.height or before.text.endswith(" ") else " "
    return _Row(
        before.text + gap + after.text,
        before.left,
        min(before.bottom, after.bottom),
        max(before.right, after.right),
        max(before.top, after.top),
    )


def _blocks(pages: Sequence[Sequence[_Row]]) -> list[Block]:
    repeated = _repeated(pages)
    every = [row for page in pages for row in page]
    if not every:
        return []
    size = median(row.height for row in every)
    known = Counter(word for row in every for word in re.findall(r"[\w-]+", row.text.lower()))
    blocks: list[Block] = []
    for page in pages:
        rows = [row for row in page if _shape(row.text) not in repeated]
        for group in _paragraphs(rows):
            text = squeeze(clean(_joined([row.text for row in group], known)))
            if text:
                heading = median(row.height for row in group) > 1.2 * size and len(text) < _LONGEST_HEADING
                blocks.append(Block((plain(text),), "heading" if heading else "text"))
    return blocks


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", squeeze(text)).lower()


def _repeated(pages: Sequence[Sequence[_Row]]) -> frozenset[str]:
    """Lines that run along the head or foot of most pages."""
    if len(pages) < _FEWEST_PAGES:
        return frozenset()
    counts: Counter[str] = Counter()
    for rows in pages:
        margin = [*rows[:_MARGIN_LINES], *rows[-_MARGIN_LINES:]]
        counts.update({_shape(row.text) for row in margin})
    return frozenset(
        shape
        for shape, count in counts.items()
        if count >= max(_FEWEST_PAGES, 0.5 * len(pages)) and len(shape) < _LONGEST_HEADING
    )


def _paragraphs(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Rows that stand together: parted by a wider gap, another size, an indent or a short last line."""
    if not rows:
        return
    gaps = [above.bottom - below.top for above, below in pairwise(rows) if above.bottom > below.top]
    usual = median(gaps) if gaps else 0.0
    right = max(row.right for row in rows)
    left = min(row.left for row in rows)
    group = [rows[0]]
    for above, below in pairwise(rows):
        if _parted(above, below, usual, (left, right)):
            yield group
            group = []
        group.append(below)
    yield group


def _parted(above: _Row, below: _Row, usual: float, sides: tuple[float, float]) -> bool:
    left, right = sides
    size = max(above.height, below.height)
    gap = above.bottom - below.top
    if gap > usual + 0.45 * size or abs(above.height - below.height) > 0.2 * size:
        return True
    ends = bool(_SENTENCE_END.search(above.text.strip()))
    short = above.right < left + 0.8 * (right - left)
    indented = below.left > above.left + 0.8 * size and below.left < above.left + 6 * size
    return (ends and (short or indented)) or gap < -2 * size


def _joined(texts: Sequence[str], known: Counter[str]) -> str:
    """Lines as running text, words broken at a line's end put together again."""
    whole = ""
    for text in texts:
        line = text.strip()
        if whole and whole[-1] in _SOFT:
            whole = whole.rstrip(_SOFT) + line
        elif re.search(r"\w-$", whole) and re.match(r"\w", line):
            whole = _unbroken(whole, line, known)
        else:
            whole = f"{whole} {line}" if whole else line
    return whole


def _unbroken(whole: str, line: str, known: Counter[str]) -> str:
    """The hyphen goes where the word is printed whole elsewhere, or where nothing speaks for a compound."""
    first = re.findall(r"[\w-]+-$", whole)[-1][:-1].lower()
    second = re.findall(r"^[\w-]+", line)[0].lower()
    keep = known[f"{first}-{second}"] > 0 or first in _PREFIXES or not second[0].isalpha() or not line[0].islower()
    if known[first + second] and not known[f"{first}-{second}"]:
        keep = False
    return (whole if keep else whole[:-1]) + line
