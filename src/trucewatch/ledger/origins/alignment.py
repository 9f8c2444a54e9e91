"""Two texts laid side by side: which words of one stand in the other in the same order, where, and what differs between them.

Own alignment by longest common subsequence, bit-parallel (Hyyrö 2004) on Python's long integers, cut into local blocks as sequence search
does it: a word that agrees counts for the block, words between count against it, and a block that has lost too much ends. What remains is laid
side by side once more, so that a paragraph that moved is found. This module must not judge what an alignment means.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Literal

from trucewatch.ledger.origins.wording import Kind, Wording, wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

ChangeKind = Literal["name", "number", "date"]
_KINDS: dict[Kind, ChangeKind] = {Kind.NAME: "name", Kind.NUMBER: "number", Kind.DATE: "date"}
_GAP_COST = 0.5
_DROP = 6.0
_LEAST_BLOCK = 7.0
_ROUNDS = 4
_LEAST_REST = 8
_LONGEST_GAP = 12
_SPELLING = 4

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Block:
    """A passage the texts share, little changed: ``a[start_a:end_a]``, ``b[start_b:end_b]``; ``words`` of it agree. Offsets in code points."""

    start_a: int
    end_a: int
    start_b: int
    end_b: int
    words: int


@dataclass(frozen=True, slots=True)
class Change:
    """A name, figure or date that is another inside a shared passage: "3" in the one, "5" in the other, with their offsets."""

    kind: ChangeKind
    a: str
    b: str
    start_a: int
    end_a: int
    start_b: int
    end_b: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """How two texts agree. Shares are of the words that are compared (no furniture), 0 to 1.

    ``kept`` counts the different names, figures and dates that agree inside the blocks (each kind in the order name, number, date).
    ``from_start`` tells for a and b whether the shared passages take in the beginning of its words; ``longest`` is the longest run of words
    without a difference; ``quoted`` counts the words that agree and stand in quotation marks in both.
    """

    words: int
    words_a: int
    words_b: int
    blocks: tuple[Block, ...]
    changes: tuple[Change, ...]
    kept: tuple[int, int, int]
    from_start: tuple[bool, bool]
    longest: int
    quoted: int

    @property
    def share_a(self) -> float:
        """The share of a's words that stand in b."""
        return self.words / self.words_a if self.words_a else 0.0

    @property
    def share_b(self) -> float:
        """The share of b's words that stand in a."""
        return self.words / self.words_b if self.words_b else 0.0

    def turned(self) -> Alignment:
        """The same, seen from b."""
        return Alignment(
            self.words,
            self.words_b,
            self.words_a,
            tuple(Block(x.start_b, x.end_b, x.start_a, x.end_a, x.words) for x in self.blocks),
            tuple(Change(x.kind, x.b, x.a, x.start_b, x.end_b, x.start_a, x.end_a) for x in self.changes),
            self.kept,
            (self.from_start[1], self.from_start[0]),
            self.longest,
            self.quoted,
        )


def align(a: str, b: str) -> Alignment:
    """Lay two texts side by side. Furniture, notices of origin and datelines are left aside; case and punctuation do not count."""
    one, other = wording(a), wording(b)
    blocks = _blocks(one, other)
    pairs = [pair for block in blocks for pair in block]
    return Alignment(
        words=len(pairs),
        words_a=len(one),
        words_b=len(other),
        blocks=tuple(_block(one, other, block) for block in blocks),
        changes=_changes(a, b, one, other, blocks),
        kept=_kept(one, pairs),
        from_start=(any(i <= _DROP for i, _ in pairs), any(j <= _DROP for _, j in pairs)),
        longest=max(map(_longest, blocks), default=0),
        quoted=sum(one.quoted[i] & other.quoted[j] for i, j in pairs),
    )


def _block(one: Wording, other: Wording, block: Sequence[Pair]) -> Block:
    (i, j), (k, n) = block[0], block[-1]
    return Block(one.starts[i], one.ends[k], other.starts[j], other.ends[n], len(block))


def _blocks(one: Wording, other: Wording) -> list[list[Pair]]:
    """The blocks of word pairs, in the order of the first text; each round looks at what the last left over."""
    rest_a, rest_b = list(range(len(one))), list(range(len(other)))
    found: list[list[Pair]] = []
    for _ in range(_ROUNDS):
        if min(len(rest_a), len(rest_b)) < _LEAST_REST:
            break
        pairs = common([one.forms[i] for i in rest_a], [other.forms[j] for j in rest_b])
        new = list(_cut([(rest_a[i], rest_b[j]) for i, j in pairs]))
        if not new:
            break
        found += new
        used_a, used_b = {i for block in new for i, _ in block}, {j for block in new for _, j in block}
        rest_a, rest_b = [i for i in rest_a if i not in used_a], [j for j in rest_b if j not in used_b]
    return sorted(found) or _whole(one, other)


def _whole(one: Wording, other: Wording) -> list[list[Pair]]:
    """Texts too short for a block that are the same all the same."""
    same = len(one) > 0 and one.forms == other.forms
    return [[(i, i) for i in range(len(one))]] if same else []


def common(a: Sequence[str], b: Sequence[str]) -> list[Pair]:
    """A longest common subsequence as pairs of positions."""
    first = 0
    while first < len(a) and first < len(b) and a[first] == b[first]:
        first += 1
    last = 0
    while last < min(len(a), len(b)) - first and a[-1 - last] == b[-1 - last]:
        last += 1
    middle = _common(a[first : len(a) - last], b[first : len(b) - last])
    head = [(k, k) for k in range(first)]
    tail = [(len(a) - k, len(b) - k) for k in range(last, 0, -1)]
    return head + [(i + first, j + first) for i, j in middle] + tail


def _common(a: Sequence[str], b: Sequence[str]) -> list[Pair]:
    rows = _rows(a, b)
    found: list[Pair] = []
    i, j = len(a), len(b)
    while i and j:
        bit = i - 1
        if rows[j - 1] >> bit & 1:
            i -= 1
        elif j > 1 and not rows[j - 2] >> bit & 1:
            j -= 1
        else:
            i, j = i - 1, j - 1
            found.append((i, j))
    return found[::-1]


def _rows(a: Sequence[str], b: Sequence[str]) -> list[int]:
    """One long integer a word of ``b``: bit i is 0 where the common subsequence grows at word i of ``a``."""
    masks: defaultdict[str, int] = defaultdict(int)
    for at, word in enumerate(a):
        masks[word] |= 1 << at
    full = (1 << len(a)) - 1
    row, rows = full, []
    for word in b:
        if mask := masks.get(word, 0):
            agreed = row & mask
            row = (row + agreed | row - agreed) & full
        rows.append(row)
    return rows


def _cut(pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """The pairs cut into blocks: each ends at its best point once the words between have cost too much."""
    block: list[Pair] = []
    score = best = 0.0
    best_at = 0
    for pair in pairs:
        cost = _GAP_COST * max(pair[0] - block[-1][0] - 1, pair[1] - block[-1][1] - 1) if block else 0.0
        if block and (score - cost <= 0 or best - (score - cost) > _DROP):
            if best >= _LEAST_BLOCK:
                yield block[:best_at]
            block, score, best, cost = [], 0.0, 0.0, 0.0
        block.append(pair)
        score += 1 - cost
        if score > best:
            best, best_at = score, len(block)
    if best >= _LEAST_BLOCK:
        yield block[:best_at]


def _longest(block: Sequence[Pair]) -> int:
    """The longest run of pairs without a word between them."""
    best = run = 1
    for before, pair in pairwise(block):
        run = run + 1 if pair[0] - before[0] == 1 and pair[1] - before[1] == 1 else 1
        best = max(best, run)
    return best


def _kept(one: Wording, pairs: Sequence[Pair]) -> tuple[int, int, int]:
    found = {(one.kinds[i], one.forms[i]) for i, _ in pairs if one.kinds[i]}
    names, numbers, dates = (sum(kind == wanted for kind, _ in found) for wanted in (Kind.NAME, Kind.NUMBER, Kind.DATE))
    return names, numbers, dates


def _changes(a: str, b: str, one: Wording, other: Wording, blocks: Sequence[Sequence[Pair]]) -> tuple[Change, ...]:
    """What differs between the pairs of each block and in the rest of the sentences at its two ends, each difference once."""
    forms_a, forms_b = set(one.forms), set(other.forms)
    found: dict[tuple[str, str, str], Change] = {}
    for gap_a, gap_b in (gap for block in blocks for gap in _gaps(one, other, block)):
        told_a, told_b = [at for at in gap_a if one.kinds[at]], [at for at in gap_b if other.kinds[at]]
        for kind in _KINDS if told_a and told_b else ():
            moved_a = forms_b if kind == Kind.NAME else {other.forms[at] for at in told_b}
            moved_b = forms_a if kind == Kind.NAME else {one.forms[at] for at in told_a}
            here, there = _only(one, told_a, kind, moved_a), _only(other, told_b, kind, moved_b)
            if here and there and not _spelt(one, other, here, there):
                change = _change((a, b), _stretch(one, here), _stretch(other, there), _KINDS[kind])
                found.setdefault((change.kind, change.a.casefold(), change.b.casefold()), change)
    return tuple(sorted(found.values(), key=lambda change: (change.start_a, change.start_b, change.kind)))


def _gaps(one: Wording, other: Wording, block: Sequence[Pair]) -> Iterator[tuple[range, range]]:
    """The words between the pairs of a block where both texts have some, and those at its two ends."""
    for (i, j), (k, n) in pairwise(block):
        if 1 < k - i <= _LONGEST_GAP and 1 < n - j <= _LONGEST_GAP:
            yield range(i + 1, k), range(j + 1, n)
    yield _end(one, other, block, -1)
    yield _end(one, other, block[::-1], 1)


def _end(one: Wording, other: Wording, block: Sequence[Pair], step: int) -> tuple[range, range]:
    """What is left of the two sentences at an end of a block, if they are for the most part in it."""
    (i, j) = block[0]
    gap_a, gap_b = _rest(one, i, step), _rest(other, j, step)
    if not gap_a or not gap_b:
        return gap_a, gap_b
    here, there = one.sentences[i], other.sentences[j]
    inside = list(takewhile(lambda pair: one.sentences[pair[0]] == here and other.sentences[pair[1]] == there, block))
    return (gap_a, gap_b) if len(inside) >= max(len(gap_a), len(gap_b)) else (range(0), range(0))


def _rest(text: Wording, at: int, step: int) -> range:
    """The words of a sentence before (step -1) or after (1) a word."""
    end = at
    while 0 <= end + step < len(text) and text.sentences[end + step] == text.sentences[at]:
        end += step
    return range(end, at) if step < 0 else range(at + 1, end + 1)


def _only(text: Wording, span: Sequence[int], kind: Kind, elsewhere: AbstractSet[str]) -> list[int]:
    """The words of a kind in a gap that do not stand elsewhere in the other text: those only moved."""
    return [at for at in span if text.kinds[at] == kind and text.forms[at] not in elsewhere]


def _spelt(one: Wording, other: Wording, here: Sequence[int], there: Sequence[int]) -> bool:
    """Whether two names are likely one in two spellings ("Saraqib", "Saraqeb")."""
    first, second = one.forms[here[0]], other.forms[there[0]]
    return first.isalpha() and second.isalpha() and alike(first, second)


@lru_cache(maxsize=16384)
def alike(first: str, second: str) -> bool:
    """Whether two words agree in all but a few letters: three in four of the longer one's, in order."""
    longer = max(len(first), len(second))
    return longer >= _SPELLING and 4 * len(common(first, second)) >= 3 * longer


def _change(texts: tuple[str, str], here: tuple[int, int], there: tuple[int, int], kind: ChangeKind) -> Change:
    return Change(kind, texts[0][slice(*here)], texts[1][slice(*there)], *here, *there)


def _stretch(text: Wording, found: Sequence[int]) -> tuple[int, int]:
    """From the first to the last of some words, as offsets."""
    return text.starts[found[0]], text.ends[found[-1]]
