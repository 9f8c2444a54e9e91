"""The keys by which texts meet that may be copies of one another: MinHash bands of the whole and winnowed passages of its parts.

Keys are numbers for an index (signed 64-bit). The same text has the same keys on every machine and in every version that keeps
``KEYS_VERSION``; hashing is done here, with fixed seeds, because keys are stored. Two texts that share a key are *candidates*, no more: whether
they are copies is for ``align`` and ``relation``. This module must not decide that.

Two kinds of keys, because a copy may be of the whole or of a part:

- ``BANDS`` bands of ``ROWS`` MinHash values each over runs of five words (Broder 1997; bands after Indyk and Motwani 1998). Of two texts that
  share 40% of their runs, 97 in 100 pairs share a band.
- passages: of the hashes of all runs of six words the least in each stretch (winnowing, Schleimer, Wilkerson and Aiken 2003), so that a
  piece of a long report meets the whole, wherever it was cut. The stretch grows with the text so that no text has more than
  ``MOST_PASSAGES``; what is chosen from a long text is, but for the edges, chosen from a piece of it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from trucewatch.ledger.origins.wording import wording

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

#: Raise it when keys change: stored ones must then be made anew.
KEYS_VERSION = 1
#: A key that more reports than this hold tells nothing (a template, boilerplate): callers may leave it aside, or compare with this many of
#: its holders only. Identical texts are met by ``Signature.exact``, however many there are.
MOST_HELD = 120
#: Two candidates are worth aligning where they share this part of the keys of the one that has fewer, or so many keys (see ``worth``).
SCREEN, ENOUGH = 0.16, 3
BANDS = 20
ROWS = 2
MOST_PASSAGES = 36
_RUN = 5
_PASSAGE_RUN = 6
_LEAST_STRETCH = 12
_SEED = 20201
_MIX_1, _MIX_2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_SHIFT = np.uint64(33)


@dataclass(frozen=True, slots=True)
class Signature:
    """The keys of a text. ``bands`` has 56 at most; ``exact`` is one number for all texts with the same words in the same order.

    A text without words has no bands, and ``exact`` 0.
    """

    bands: tuple[int, ...]
    exact: int
    words: int

    def shared(self, other: Signature) -> int:
        """How many keys two texts have in common."""
        return len(set(self.bands) & set(other.bands))


def worth(shared: int, keys: int, other_keys: int) -> bool:
    """Whether two candidates are worth aligning, by the keys they share and have; keys that too many hold (``MOST_HELD``) do not count."""
    return shared >= min(ENOUGH, max(1, SCREEN * min(keys, other_keys)))


def signature(text: str) -> Signature:
    """The keys of a text, after furniture, notices and dateline are left aside."""
    forms = wording(text).forms
    if not forms:
        return Signature((), 0, 0)
    hashes = np.array([_hashed(form) for form in forms], dtype=np.uint64)
    bands = dict.fromkeys((*_bands(_runs(hashes, _RUN)), *_passages(_runs(hashes, _PASSAGE_RUN))))
    return Signature(tuple(bands), _signed(blake2b("\n".join(forms).encode(), digest_size=8).digest()), len(forms))


@lru_cache(maxsize=65536)
def _hashed(form: str) -> int:
    return int.from_bytes(blake2b(form.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _signed(digest: bytes) -> int:
    return int.from_bytes(digest, "little", signed=True)


def _mixed(values: Hashes) -> Hashes:
    """Each number stirred (MurmurHash3's finaliser), so that near numbers come to lie far apart."""
    values = (values ^ (values >> _SHIFT)) * _MIX_1
    values = (values ^ (values >> _SHIFT)) * _MIX_2
    return values ^ (values >> _SHIFT)


def _runs(hashes: Hashes, size: int) -> Hashes:
    """One number for each run of ``size`` words; a shorter text is one run."""
    count = max(1, len(hashes) - size + 1)
    found = np.full(count, size, dtype=np.uint64)
    for k in range(min(size, len(hashes))):
        found = _mixed(found * np.uint64(31) + hashes[k : k + count])
    return found


def _seeds() -> Hashes:
    return _mixed(np.arange(_SEED, _SEED + BANDS * ROWS, dtype=np.uint64))


def _bands(runs: Hashes) -> list[int]:
    """The bands of the MinHash over all runs."""
    least = _mixed(runs[None, :] ^ _seeds()[:, None]).min(axis=1).reshape(BANDS, ROWS)
    found = np.arange(1, BANDS + 1, dtype=np.uint64)
    for row in range(ROWS):
        found = _mixed(found * np.uint64(31) + least[:, row])
    return [int(value) for value in found.astype(np.int64)]


def _passages(runs: Hashes) -> list[int]:
    """The least hash of each stretch of runs, with a stretch so long that there are not too many."""
    stretch = _LEAST_STRETCH
    while True:
        if len(runs) <= stretch:
            return [int(runs.min().astype(np.int64))]
        windows = np.lib.stride_tricks.sliding_window_view(runs, stretch)
        chosen = np.unique(windows.min(axis=1))
        if len(chosen) <= MOST_PASSAGES:
            return [int(value) for value in chosen.astype(np.int64)]
        stretch = stretch * 5 // 4
