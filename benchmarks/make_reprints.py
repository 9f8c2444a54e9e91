"""Makes invented reports and their copies, with who copied whom known: the material of reprints.py.

Originals are built from the frames of reprints_bank.tsv (sixty skeletons: fifteen topics with four openings each) and from the free texts
of training/data/events. Copies are verbatim, under another title, trimmed, lightly edited, excerpted, with boilerplate around, and copies
of copies; look-alikes are other stories from the same skeleton (other town, day and figures, with the same people or with others), days
of a series of reports, stories that share an outlet's background paragraph, and round-ups. The same seed makes the same reports.

Run as a script it prints them as JSON lines: python benchmarks/make_reprints.py --seed 1 --count 2000 > reports.jsonl
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from trucewatch.model import Origin, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HERE = Path(__file__).resolve().parent
EVENTS = HERE.parent / "training" / "data" / "events"
BEGIN = date(2031, 1, 6)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
#: Slots of a story that stay the same in a near look-alike: the conflict and its people. All others change.
STANDING = ("region", "state", "army", "rebels", "mission", "charity", "person2", "person3", "month")
AGENCIES = ("Meridian", "Northline", "Tri-River Press", "Coastal Wire")
SYNONYMS = {
    "said": "stated", "announced": "made known", "dead": "killed", "wounded": "injured", "about": "around", "soldiers": "troops",
    "lorries": "trucks", "lorry": "truck", "shells": "rounds", "near": "close to", "noon": "midday", "began": "started",
    "children": "youngsters", "asked": "requested", "evening": "dusk", "houses": "homes", "lawyer": "attorney", "road": "highway",
    "hurt": "injured", "fled": "escaped", "villagers": "locals", "residents": "inhabitants", "reporters": "journalists",
    "planned": "scheduled", "several": "a number of", "while": "as", "until": "till", "because": "since", "show": "reveal",
    "thought": "believed", "called": "termed", "large": "big", "shot": "gunned", "fields": "farmland", "took": "seized",
    "held": "kept", "since": "from", "before": "ahead of", "promised": "pledged", "agreement": "accord", "talks": "negotiations",
    "government": "authorities", "found": "discovered", "armed": "weapon-carrying", "men": "males", "burned": "blazed",
    "need": "require", "help": "assistance", "people": "persons", "left": "departed", "police": "constabulary", "killed": "slain",
    "attack": "assault", "later": "afterwards", "among": "amid", "town": "city", "also": "as well", "not": "not", "would": "was to",
    "must": "has to", "stopped": "halted", "fighters": "gunmen", "sent": "dispatched", "week": "seven days", "like": "such as",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """A text in the making: paragraphs of sentences, who publishes it and when."""

    title: str
    paragraphs: tuple[tuple[str, ...], ...]
    publisher: str
    published: date
    lines: tuple[str, ...] = ()
    """Boilerplate before (odd places) and after (even places) the text."""
    dateline: str = ""
    origin: Origin | None = None

    @property
    def text(self) -> str:
        """The text as a reader would find it."""
        body = [" ".join(paragraph) for paragraph in self.paragraphs]
        body[0] = self.dateline + body[0]
        return "\n\n".join([*self.lines[1::2], *body, *self.lines[0::2]])


@dataclass(frozen=True, slots=True)
class Made:
    """One report, the family it belongs to (reports of one family are one origin), and how it was made."""

    report: Report
    family: str
    kind: str


@dataclass(slots=True)
class Press:
    """Makes reports one after the other; all chance comes from ``chance``."""

    chance: random.Random
    made: list[Made] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    outlets: list[str] = field(default_factory=list)

    def emit(self, story: Story, family: str, kind: str) -> None:
        """Add a report."""
        number = len(self.made)
        dated = None if self.chance.random() < 0.06 else story.published.isoformat()
        if dated and self.chance.random() < 0.5:
            dated += f"T{self.chance.randrange(6, 23):02d}:{self.chance.randrange(60):02d}:00+00:00"
        origin = story.origin
        if story.dateline and origin is None:
            who = story.dateline[story.dateline.index("(") + 1 : story.dateline.index(")")]
            start = story.text.index(who)
            origin = Origin(who, None, None, "republished", start, start + len(who))
        report = Report(
            f"r{number:05d}", story.text, dated, story.title, story.publisher, url=address(story, number), language="en", origin=origin
        )  # fmt: skip
        self.made.append(Made(report, family, kind))

    def name(self, tail: str = "") -> str:
        """A new invented name."""
        first = (
            "Bar",
            "Dol",
            "Ker",
            "Mil",
            "Os",
            "Tes",
            "Val",
            "Zur",
            "Gro",
            "Lu",
            "Pre",
            "Sha",
            "Ild",
            "Ny",
            "Tor",
            "Hal",
            "Ruk",
            "Em",
        )
        middle = ("a", "e", "i", "o", "u", "ano", "eri", "ovi", "ula", "ist", "and", "emb", "ork")
        last = ("n", "sk", "va", "r", "dun", "mir", "ta", "ll", "zh", "brod", "sin", "ka", "m", "las", "ne", "rok")
        while True:
            found = self.chance.choice(first) + self.chance.choice(middle) + self.chance.choice(last) + tail
            if found not in self.names or len(self.names) > 2500:
                self.names.add(found)
                return found

    def outlet(self) -> str:
        """One of the papers and sites that there are."""
        if not self.outlets:
            kinds = ("Courier", "Herald", "Post", "Voice", "Mirror", "Observer", "Gazette", "Online", "Today", "Tribune")
            self.outlets = [f"{self.name()} {self.chance.choice(kinds)}" for _ in range(90)]
        return self.chance.choice(self.outlets)

    def day(self) -> date:
        """A day of the year that is reported on."""
        return BEGIN + timedelta(days=self.chance.randrange(240))


def address(story: Story, number: int) -> str:
    """The address of a report."""
    return f"https://{re.sub('[^a-z]', '', story.publisher.lower())}.example/{story.published:%Y/%m}/{number}"


@cache
def bank() -> dict[str, dict[str, tuple[str, ...]]]:
    """The frames by topic and kind."""
    found: dict[str, dict[str, list[str]]] = {}
    lines = (HERE / "reprints_bank.tsv").read_text("utf-8").splitlines()
    for line in [line for line in lines if not line.startswith("#")][1:]:
        topic, kind, text = line.split("\t")
        found.setdefault(topic, {}).setdefault(kind, []).append(text)
    return {topic: {kind: tuple(texts) for kind, texts in kinds.items()} for topic, kinds in found.items()}


@cache
def free_texts() -> tuple[str, ...]:
    """The project's own short texts: first lines of the blocks of training/data/events."""
    found = []
    for path in sorted(EVENTS.glob("*.txt")):
        for block in path.read_text("utf-8").split("\n\n"):
            first = block.strip().splitlines()[0] if block.strip() else "#"
            if not first.startswith("#") and len(first) > 60:
                found.append(first)
    return tuple(dict.fromkeys(found))


@cache
def skeletons() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Sixty skeletons: the opening and the frames that follow it. They are the same for every seed."""
    fixed, found = random.Random("skeletons"), []
    for topic, kinds in bank().items():
        if topic in {"any", "own", "background", "wrap"} or topic.startswith("series"):
            continue
        for lead in kinds["lead"]:
            body = fixed.sample(kinds["body"], fixed.randrange(6, 9)) + fixed.sample(
                bank()["any"]["body"], fixed.randrange(2, 6)
            )
            fixed.shuffle(body)
            if fixed.random() < 0.35:
                body.append(fixed.choice(bank()["background"]["body"]))
            found.append((lead, tuple(body)))
    return tuple(found)


def facts(press: Press, day: date, keep: dict[str, str] | None = None) -> dict[str, str]:
    """Values for the slots of a story; those of ``keep`` stay."""
    chance = press.chance
    region, state = press.name(), press.name("ia")
    made = {
        "town": press.name(),
        "town2": press.name(),
        "village": press.name(),
        "region": f"the {region} valley",
        "road": f"H{chance.randrange(2, 60)}",
        "river": press.name(),
        "state": state,
        "army": f"the {state[:-2]}ian army",
        "rebels": f"the {region} {chance.choice(['Front', 'Brigades', 'Guard', 'Council'])}",
        "mission": f"the {region} Observer Mission",
        "charity": chance.choice(["Open Hand", "the Lamp Society", "Doctors' League", "Bread for the Road"]),
        "person": f"{press.name()} {press.name()}",
        "person2": f"{press.name()} {press.name()}",
        "person3": f"{press.name()} {press.name()}",
        "hospital": press.name(),
        "month": chance.choice(MONTHS),
        "time": f"{chance.randrange(1, 12)}.{chance.choice(['05', '10', '20', '30', '45'])}",
        "number": str(chance.randrange(12, 300)),
    }
    happened = day - timedelta(days=chance.randrange(2))
    made |= {"day": DAYS[happened.weekday()], "date": f"{happened.day} {MONTHS[happened.month - 1]}"}
    made["date0"] = f"{(happened - timedelta(days=1)).day} {MONTHS[(happened - timedelta(days=1)).month - 1]}"
    for slot in range(1, 13):
        small = chance.random() < 0.5
        made[f"n{slot}"] = chance.choice(NUMBERS) if small else str(chance.randrange(13, 400))
    return made | (keep or {})


def fill(frame: str, values: dict[str, str]) -> str:
    """A frame with its slots filled and a capital at the beginning of each sentence."""
    text = frame.format(**values)
    return re.sub(r"(^|[.] )([a-z])", lambda m: m[1] + m[2].upper(), text)


def paragraphs(sentences: Sequence[str], chance: random.Random) -> tuple[tuple[str, ...], ...]:
    """Sentences in paragraphs of one to three."""
    rest, found = list(sentences), []
    while rest:
        size = chance.randrange(1, 4)
        found.append(tuple(rest[:size]))
        rest = rest[size:]
    return tuple(found)


def from_skeleton(press: Press, number: int, values: dict[str, str], day: date) -> Story:
    """A story of a skeleton with these facts."""
    lead, body = skeletons()[number]
    title, first = lead.split(" | ")
    sentences = [fill(frame, values) for frame in (first, *body)]
    dateline = f"{values['town'].upper()} ({press.chance.choice(AGENCIES)}) - " if press.chance.random() < 0.15 else ""
    return Story(fill(title, values), paragraphs(sentences, press.chance), press.outlet(), day, dateline=dateline)


def from_free_texts(press: Press, day: date, texts: Iterator[str], count: int) -> Story:
    """A story of several free texts, none of which is used twice as long as there are enough."""
    chosen = [next(texts) for _ in range(count)]
    title = " ".join(chosen[0].split()[:7]).strip(",.;:")
    return Story(title, paragraphs(chosen, press.chance), press.outlet(), day)


# --- copies ------------------------------------------------------------------------------------------------------------------------


def passed_on(press: Press, story: Story, *, declare: float = 0.3) -> Story:
    """The same story in another outlet, a little later; sometimes it says where it comes from."""
    chance = press.chance
    outlet = next(o for o in iter(press.outlet, None) if o != story.publisher)
    origin = None
    if chance.random() < declare:
        dated = story.published.isoformat() if chance.random() < 0.6 else None
        origin = Origin(story.publisher, dated, None, "republished")
    kept = story.dateline if chance.random() < 0.7 else ""
    later = story.published + timedelta(days=chance.choice([0, 0, 1, 1, 2, 4]))
    return replace(story, publisher=outlet, published=later, origin=origin, dateline=kept)


def verbatim(press: Press, story: Story) -> Story:
    """As it stands."""
    return passed_on(press, story)


def retitled(press: Press, story: Story) -> Story:
    """Another title over the same text."""
    words = story.paragraphs[0][0].split()
    start = press.chance.randrange(0, 4)
    title = press.chance.choice(["What we know: ", "Watch: ", "War diary: ", "", "Valley news: "]) + " ".join(
        words[start : start + 7]
    ).strip(",.;")
    return replace(passed_on(press, story), title=title)


def trimmed(press: Press, story: Story) -> Story:
    """The end cut off."""
    count = len(story.paragraphs)
    kept = max(1, round(count * press.chance.uniform(0.4, 0.85)))
    return replace(passed_on(press, story), paragraphs=story.paragraphs[:kept])


def excerpted(press: Press, story: Story) -> Story:
    """A piece from the middle."""
    count = len(story.paragraphs)
    size = max(2, min(4, count // 3))
    start = press.chance.randrange(0, max(1, count - size))
    shorter = replace(passed_on(press, story), paragraphs=story.paragraphs[start : start + size], dateline="")
    return replace(shorter, title=press.chance.choice([story.title, " ".join(shorter.paragraphs[0][0].split()[:6])]))


def edited(press: Press, story: Story) -> Story:
    """Words replaced, a sentence dropped, two put the other way round, a figure or two brought up to date, a sentence added."""
    chance = press.chance
    sentences = [sentence for paragraph in story.paragraphs for sentence in paragraph]
    rate = chance.uniform(0.3, 1.0)
    sentences = [reworded(sentence, rate, chance) for sentence in sentences]
    if len(sentences) > 5:
        for _ in range(chance.randrange(0, 3)):
            sentences.pop(chance.randrange(1, len(sentences)))
    for _ in range(chance.randrange(0, 3)):
        at = chance.randrange(0, len(sentences) - 1)
        sentences[at], sentences[at + 1] = sentences[at + 1], sentences[at]
    sentences = updated(sentences, chance.randrange(0, 4), chance)
    if chance.random() < 0.4:
        sentences.insert(chance.randrange(1, len(sentences)), chance.choice(bank()["own"]["body"]))
    title = story.title if chance.random() < 0.5 else reworded(story.title, 1.0, chance)
    return replace(passed_on(press, story), title=title, paragraphs=paragraphs(sentences, chance))


def reworded(sentence: str, rate: float, chance: random.Random) -> str:
    """Some words replaced by others of like meaning; figures up to twelve sometimes in the other writing."""
    words = []
    for word in sentence.split(" "):
        plain = word.strip(",.;:")
        new = SYNONYMS.get(plain.lower(), plain)
        if plain in NUMBERS and chance.random() < 0.2:
            new = str(NUMBERS.index(plain) + 2)
        swap = new != plain and chance.random() < rate
        words.append(word.replace(plain, new.capitalize() if plain[:1].isupper() else new) if swap else word)
    return " ".join(words)


def updated(sentences: list[str], count: int, chance: random.Random) -> list[str]:
    """So many figures brought up to date."""
    found = list(sentences)
    for _ in range(count):
        at = chance.randrange(len(found))
        found[at] = re.sub(
            r"\b(?:\d\d+|" + "|".join(NUMBERS) + r")\b", lambda _: str(chance.randrange(5, 99)), found[at], count=1
        )
    return found


def wrapped(press: Press, story: Story) -> Story:
    """Boilerplate before and after it."""
    lines = tuple(press.chance.sample(bank()["wrap"]["body"], press.chance.randrange(1, 6)))
    return replace(passed_on(press, story), lines=lines)


COPIES: dict[str, tuple[Callable[[Press, Story], Story], float]] = {
    "verbatim": (verbatim, 1.2), "retitled": (retitled, 1.0), "trimmed": (trimmed, 1.5), "edited": (edited, 2.2),
    "excerpted": (excerpted, 1.3), "wrapped": (wrapped, 1.3),
}  # fmt: skip


def copies(press: Press, story: Story, family: str, count: int) -> None:
    """Add so many copies of a story, some of them copies of copies."""
    sources = [story]
    for _ in range(count):
        kind = press.chance.choices(list(COPIES), [weight for _, weight in COPIES.values()])[0]
        source = press.chance.choice(sources)
        copy = COPIES[kind][0](press, source)
        if press.chance.random() < 0.2:
            copy = replace(copy, lines=tuple(press.chance.sample(bank()["wrap"]["body"], press.chance.randrange(1, 4))))
        press.emit(copy, family, kind)
        if kind not in {"excerpted", "trimmed"}:
            sources.append(copy)


# --- families, look-alikes, series ---------------------------------------------------------------------------------------------------


def families(press: Press, count: int, texts: Iterator[str]) -> None:
    """Originals with copies, and look-alikes beside them."""
    chance = press.chance
    for _ in range(count):
        day, family, skeleton = press.day(), f"f{len(press.made)}", chance.randrange(60)
        values = facts(press, day)
        free = chance.random() < 0.3
        story = (
            from_free_texts(press, day, texts, chance.randrange(4, 13)) if free else from_skeleton(press, skeleton, values, day)
        )
        if chance.random() < 0.2 and not free:  # a long report, of which excerpts are small parts
            story = replace(story, paragraphs=story.paragraphs + from_free_texts(press, day, texts, 12).paragraphs)
        if chance.random() < 0.85:
            press.emit(story, family, "original")
        copies(press, story, family, chance.choice([1, 1, 2, 2, 3, 3, 4, 6, 9]))
        if not free and chance.random() < 0.6:
            look_alikes(press, skeleton, values, story, family)


def look_alikes(press: Press, skeleton: int, values: dict[str, str], model: Story, family: str) -> None:
    """Other stories from the same skeleton, each a family of its own; some with a copy."""
    for number in range(press.chance.randrange(1, 4)):
        near = press.chance.random() < 0.6
        other = model.published + timedelta(days=press.chance.choice([-9, -5, -2, 1, 3, 7, 12]))
        keep = {slot: values[slot] for slot in STANDING} if near else {}
        story = from_skeleton(press, skeleton, facts(press, other, keep), other)
        if near:
            story = replace(story, publisher=model.publisher)
        name = f"{family}-like{number}"
        press.emit(story, name, "near look-alike" if near else "far look-alike")
        if press.chance.random() < 0.35:
            copies(press, story, name, 1)


def series(press: Press, days: int) -> None:
    """Daily reports: the same places and phrases each day, with other figures; now and then one is reprinted."""
    for topic in [topic for topic in bank() if topic.startswith("series")]:
        standing = {f"s{k}": press.name() for k in range(6)}
        publisher, first = press.outlet(), press.day()
        for day in range(days):
            when = first + timedelta(days=day)
            values = facts(press, when, standing) | {"number": str(100 + day), **moving(press, when)}
            title, lead = bank()[topic]["lead"][0].split(" | ")
            sentences = [fill(frame, values) for frame in (lead, *bank()[topic]["body"])]
            story = Story(fill(title, values), paragraphs(sentences, random.Random(topic)), publisher, when)
            name = f"{topic}-{publisher}-{day}"
            press.emit(story, name, "series")
            if press.chance.random() < 0.12:
                copies(press, story, name, 1)


def moving(press: Press, when: date) -> dict[str, str]:
    """The dates of a day of a series, and figures of which a few stand still from day to day."""
    before = when - timedelta(days=1)
    days = {"date": f"{when.day} {MONTHS[when.month - 1]}", "date0": f"{before.day} {MONTHS[before.month - 1]}"}
    return days | {
        f"n{k}": "two" if press.chance.random() < 0.15 else str(press.chance.randrange(3, 140)) for k in range(1, 13)
    }


def singles(press: Press, count: int, texts: Iterator[str]) -> None:
    """Stories without a copy: some share an outlet's background paragraph or boilerplate, some tell one event in other words."""
    groups = max(1, count // 12)
    for group in range(groups):
        day = press.day()
        values = facts(press, day)
        background = fill(press.chance.choice(bank()["background"]["body"]), values)
        wrap, outlet = tuple(press.chance.sample(bank()["wrap"]["body"], 3)), press.outlet()
        for number, skeleton in enumerate(press.chance.sample(range(0, 60, 4), 6)):  # six topics, one event's names
            story = from_skeleton(press, skeleton + press.chance.randrange(4), values, day)
            story = replace(story, publisher=outlet, paragraphs=(*story.paragraphs[:6], (background,)), lines=wrap, dateline="")
            press.emit(story, f"single-{group}-{number}", "shared background")
        for number in range(6):
            story = from_free_texts(press, press.day(), texts, press.chance.randrange(3, 9))
            press.emit(replace(story, lines=wrap), f"free-{group}-{number}", "single")


def roundups(press: Press, count: int) -> None:
    """Weekly reviews that quote a paragraph each of several reports; each is an origin of its own."""
    sources = [made for made in press.made if made.kind == "original"]
    for number in range(min(count, len(sources) // 5)):
        chosen = press.chance.sample(sources, 5)
        pieces = [(made.report.text.split("\n\n")[0],) for made in chosen]
        own = tuple(press.chance.sample(bank()["any"]["body"][9:], 2))
        filler = fill(own[0], facts(press, press.day())), fill(own[1], facts(press, press.day()))
        story = Story(
            f"The week in review ({number})", (*pieces[:3], filler, *pieces[3:]), press.outlet(), BEGIN + timedelta(days=250)
        )
        press.emit(story, f"roundup-{number}", "round-up")


def forever(texts: Sequence[str], chance: random.Random) -> Iterator[str]:
    """The texts in chance order, again and again: beyond the first round they recur in other company."""
    while True:
        yield from chance.sample(list(texts), len(texts))


def make(seed: int, count: int = 2000) -> list[Made]:
    """So many reports, in chance order."""
    chance = random.Random(seed)
    press, texts = Press(chance), forever(free_texts(), chance)
    singles(press, count // 6, texts)
    for _ in range(max(1, count // 2000)):
        series(press, 26 if count >= 2000 else 6)
    while len(press.made) < count - count // 100:
        families(press, max(1, (count - len(press.made)) // 12), texts)
    roundups(press, count - len(press.made))
    kept = press.made[:count]
    chance.shuffle(kept)
    return kept


def main() -> None:
    """Print the reports as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=2000)
    chosen = parser.parse_args()
    for made in make(chosen.seed, chosen.count):
        row = {**asdict(made.report), "family": made.family, "kind": made.kind}
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
