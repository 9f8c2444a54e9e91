"""What a change reaches is clustered as if everything were: reports come, go and change, and the kept ledger is the whole one after each step."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from tests.ledger.account_samples import ARMY, DISTRICT, FRONT, MERN, NEAR_ORL, ORL, account, dead

from trucewatch.ledger import tables
from trucewatch.ledger.cluster import cluster_profiles
from trucewatch.ledger.compare import score
from trucewatch.ledger.profile import leads, profile
from trucewatch.ledger.region import Region

WORDS = (
    "object market",
    "object school",
    "object bridge",
    "word roof",
    "word orchard",
    "word nurse",
    "word siren",
    "name tessin",
)
SPOTS = (ORL, MERN, NEAR_ORL, DISTRICT, None, replace(ORL, name="Veld", text="Veld", latitude=30.6))
#: Days on which things happen: few, so that nearly all hangs together, or many, so that a change reaches a part.
DENSE, WIDE = range(11, 15), range(1, 29)


class Kept:
    """A ledger as a database keeps it."""

    def __init__(self):
        self.known = {}
        self.edges = {}
        self.at = {}

    def profiles(self, keys):
        return {key: self.known[key] for key in keys if key in self.known}

    def ties(self, keys):
        return [(*pair, found) for pair, found in self.edges.items() if not {*pair}.isdisjoint(keys)]

    def homes(self, keys):
        return {key: self.at[key] for key in keys if key in self.at}

    def held(self, ids):
        return {id_: {key for key, home in self.at.items() if home == id_} for id_ in ids}

    def change(self, report, accounts):
        """A report's accounts are these now; none where it is gone."""
        keys = {key for key in self.known if key.startswith(f"{report}/")} | {one.key for one in accounts}
        before = dict(self.edges)
        self.known = {key: found for key, found in self.known.items() if key not in keys} | {
            one.key: profile(one) for one in accounts
        }
        self.edges = {pair: found for pair, found in before.items() if keys.isdisjoint(pair)}
        strands = {}
        for _, found in sorted(self.known.items()):
            strands.setdefault(found.strand, []).append(found)
        heads = {p.account.key: p for members in strands.values() for p in leads(members)}
        for strand, members in strands.items():
            if strand.startswith(f"{report}#"):
                self.edges |= {(members[0].account.key, other.account.key): 0.0 for other in members[1:]}
        for one in sorted(keys & heads.keys()):
            for other, found in heads.items():
                points = score(heads[one], found) if found.strand != heads[one].strand else None
                if points is not None and points > 0:
                    self.edges[min(one, other), max(one, other)] = points
        around = {key for pair in before.items() ^ self.edges.items() for key in pair[0]}
        region = Region(self)
        made, reached = region.settle(keys, around)
        self.at = {key: home for key, home in self.at.items() if key not in reached}
        for members in made:
            if any(self.known[key].role == "told" for key in members):
                self.at |= dict.fromkeys(members, f"i-{min(members)}")
        return len(region.seen)

    @property
    def incidents(self):
        found = {}
        for key, home in self.at.items():
            found.setdefault(home, set()).add(key)
        return {frozenset(keys) for keys in found.values()}

    @property
    def whole(self):
        made = cluster_profiles(self.known, {pair: found for pair, found in self.edges.items() if found > 0})
        return {keys for keys in made if any(self.known[key].role == "told" for key in keys)}


def told(random, report, days):
    """One to three occurrences, each told once or twice; many without a place or a day, some planned or denied."""
    found = []
    for strand in range(random.randint(1, 3)):
        spot, on = random.choice(SPOTS), random.choice(days)
        day = f"2032-05-{on:02}" if random.random() < 0.7 else None
        words, side = tuple(random.sample(WORDS, 2)), random.choice([(), (ARMY,), (FRONT,)])
        for _ in range(random.randint(1, 2)):
            found.append(account(
                report, len(found), place=spot, day=day, words=words, strand=strand, actor=side, published=f"2032-05-{on + random.randint(1, 3):02}",
                status=random.choice(["happened"] * 6 + ["denied", "planned", "threatened"]),
                harm=(dead(random.randint(1, 3)),) if random.random() < 0.4 else (),
            ))  # fmt: skip
    return found


def few(monkeypatch, crowd, sure):
    """Vague strands hang together in small crowds."""
    limits = {**tables.limits(), "crowd of vague strands": crowd, "sure ties of vague strands": sure}
    monkeypatch.setattr(tables, "limits", lambda: limits)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("crowd", [(2, 5), (4, 2), (8, 3)])
def test_the_same_where_vague_strands_are_crowded(monkeypatch, seed, crowd):
    few(monkeypatch, *crowd)
    test_a_ledger_that_is_kept_up_is_the_whole_ledger(seed, DENSE)


@pytest.mark.parametrize("days", [DENSE, WIDE], ids=["dense", "wide"])
@pytest.mark.parametrize("seed", range(3))
def test_a_ledger_that_is_kept_up_is_the_whole_ledger(seed, days):
    random = Random(seed)
    kept = Kept()
    reports = []
    seen = held = 0
    for number in range(40):
        if reports and random.random() < 0.25:
            report = random.choice(reports)
            seen += kept.change(report, [] if random.random() < 0.5 else told(random, report, days))
        else:
            reports.append(f"r{number}")
            seen += kept.change(reports[-1], told(random, reports[-1], days))
        held += len(kept.known)
        assert kept.incidents == kept.whole, number
    assert max(map(len, kept.incidents)) > 2
    assert seen < held if days is DENSE else seen < 0.8 * held
