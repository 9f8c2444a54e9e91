"""Coded records built by hand for the exporters' tests. The reports are fictional and written for this file."""

from __future__ import annotations

from dataclasses import replace

from trucewatch.model import (
    Acled,
    Actor,
    ActorRef,
    Alternative,
    AtRisk,
    Basis,
    Claim,
    Coded,
    CoderFacts,
    Event,
    Harm,
    IncidentRole,
    Media,
    Mention,
    Origin,
    Participant,
    Place,
    Reason,
    Report,
    SentenceSpan,
    Time,
)  # fmt: skip

FACTS = CoderFacts("0.1.0", "trucewatch-en-0.1.0", "o1", "g1", "a1")
ARMY = ActorRef("karsia-army", "Army of Karsia", "military", "KRS", "KRSMIL")
FRONT = ActorRef("aldun-front", "Aldun Front", "armed group", None, "KRSREB")
TEXT = (
    "On 4 May, Karsian gunners shelled the village of Aldun, killing three militants, the Aldun Front said. "
    "It said the guns had been moved back into the buffer zone. "
    "The army denied that it had fired on the village. "
    "Nobody honest believes that tale. "
    "The front offered a bounty for the reporter Mira Tolen."
)


def mention(words: str, text: str = TEXT, after: int = 0) -> Mention:
    start = text.index(words, after)
    return Mention(start, start + len(words), words)


def participant(words: str, ref: ActorRef | None = None, after: int = 0) -> Participant:
    found = mention(words, after=after)
    return Participant(found.start, found.end, found.text, ref)


def sentences(text: str = TEXT) -> tuple[SentenceSpan, ...]:
    found, start = [], 0
    for part in text.split(". "):
        end = start + len(part) + (0 if part.endswith(".") else 1)
        kind = "opinion" if part.startswith("Nobody") else "statement"
        found.append(SentenceSpan(start, end, kind))
        start = end + 1
    return tuple(found)


def _event(predicate: str, clause: str, **other: object) -> Event:
    words, evidence = mention(predicate), mention(clause)
    event = Event(
        id="e-0000000000", type="ASSAULT", mode="artillery", context=("military",), cameo="194", quad=4,
        acled=Acled("Explosions/Remote violence", "Shelling/artillery/missile attack"), truce="shelling", predicate=words, actor=(),
        recipient=(), instrument=(), status="happened", claim=None, place=None, time=None, harm=(), sentence=0, start=evidence.start,
        end=evidence.end, confidence=0.5, basis=Basis("lexicon:shell.v", "tense:past"),
    )  # fmt: skip
    return replace(event, **other)


def events() -> tuple[Event, ...]:
    three = mention("three militants")
    shelled = _event(
        "shelled", "On 4 May, Karsian gunners shelled the village of Aldun, killing three militants",
        id="e-1111111111", actor=(participant("Karsian gunners", ARMY),), recipient=(participant("the village of Aldun"),),
        instrument=(mention("gunners"),), claim="c1", place=0, time=0, confidence=0.91,
        harm=(Harm("killed", 3, 3, 3, "militants", "aldun-front", three.start, three.end),),
        basis=Basis("lexicon:shell.v+instrument", "tense:past", ("verb class fire",), (Alternative("type", "MOBILIZE", "head", 0.06),)),
    )  # fmt: skip
    fired = _event(
        "fired", "it had fired on the village", id="e-2222222222", status="denied", claim="c3", sentence=2, confidence=0.77,
        actor=(replace(participant("The army", ARMY), via=mention("it", after=TEXT.index("denied that"))),), acled=None,
        recipient=(participant("the village", after=TEXT.index("fired")),),
    )  # fmt: skip
    bounty = _event(
        "offered a bounty", "The front offered a bounty for the reporter Mira Tolen", id="e-3333333333", type="THREATEN", mode="violate",
        truce=None, quad=3, cameo="138", acled=None, status="threatened", sentence=4, actor=(participant("The front", FRONT),),
        recipient=(participant("the reporter Mira Tolen"),), confidence=0.64,
    )  # fmt: skip
    return shelled, fired, bounty


def claims() -> tuple[Claim, ...]:
    return (
        Claim("c1", (mention("the Aldun Front"),), (mention("said"),),
              (mention("On 4 May, Karsian gunners shelled the village of Aldun, killing three militants"),), "asserts", FRONT, None, "cue:say"),
        Claim("c2", (mention("It"),), (mention("said", after=TEXT.index("It said")),),
              (mention("the guns had been moved back into the buffer zone"),), "asserts", FRONT, None, "cue:say", mention("the Aldun Front")),
        Claim("c3", (mention("The army"),), (mention("denied"),), (mention("that it had fired on the village"),), "denies", ARMY, None, "cue:deny"),
    )  # fmt: skip


def report(**other: object) -> Report:
    made = Report(
        id="karsia/1.html", text=TEXT, published="2031-05-06", title="Guns fall on Aldun", publisher="Free Aldun Post",
        byline=("Ana Verin", "Tol Marek"), url="https://post.example/1", language="en",
        origin=Origin("Southern Wire", "2031-05-05", "https://wire.example/1", "republished"), media=(Media("image", "https://post.example/i.jpg"),),
        tags={"region": ("Karsia",)},
    )  # fmt: skip
    return replace(made, **other)


def coded(**other: object) -> Coded:
    village, day, person = mention("Aldun"), mention("4 May"), mention("Mira Tolen")
    made = Coded(
        id="karsia/1.html", status="coded", reasons=(), report=report(), sentences=sentences(), claims=claims(), events=events(),
        actors=(Actor(ARMY.id, ARMY.name, ARMY.type, ARMY.country, ARMY.code, (mention("The army"),)),),
        places=(Place(village.start, village.end, "Aldun", "Aldun", "village", "KRS", "South", 36.5, 36.25, 42, 1, 0.8, ("Aldun, North",)),),
        times=(Time(day.start, day.end, "4 May", "DATE", "2031-05-04", "day", "2031-05-04", "2031-05-04"),),
        at_risk=(AtRisk(person.start, person.end, "Mira Tolen", "e-3333333333"),), coder=FACTS,
    )  # fmt: skip
    return replace(made, **other)


def failed(name: str = "broken.pdf") -> Coded:
    return Coded(name, "failed", (Reason("no-text", "the PDF holds no text"),), None, coder=FACTS)


def skipped(name: str = "autre.html") -> Coded:
    text = "Le village a été bombardé."
    return Coded(
        name,
        "skipped",
        (Reason("language-not-coded", "language fr is kept, not coded"),),
        Report(name, text, language="fr"),
        coder=FACTS,
    )


ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script>x</script>",
    "javascript:alert(1)",
    "{{ 7*7 }}",
    "{% raw %}",
    "</textarea>'\"<b>",
    "]]><!--",
)


def hostile(attack: str) -> Coded:
    """A record with the attack in every field of text there is."""
    text = f"{attack} shelled {attack}."
    whole = Mention(0, len(attack), attack)
    ref = ActorRef(attack, attack, attack, attack, attack)
    who = Participant(0, len(attack), attack, ref, whole)
    event = replace(
        _event("shelled", "shelled"), id=attack, type=attack, mode=attack, context=(attack,), cameo=attack, truce=attack, status=attack,
        predicate=Mention(len(attack) + 1, len(attack) + 8, "shelled"), actor=(who,), recipient=(who,), instrument=(whole,), claim=attack,
        place=0, time=0, harm=(Harm("killed", 1, 1, 1, attack, attack, 0, len(attack)),), start=0, end=len(text), acled=Acled(attack, attack),
        basis=Basis(attack, attack, (attack,), (Alternative(attack, attack, attack),)),
    )  # fmt: skip
    made = Report(
        attack,
        text,
        attack,
        attack,
        attack,
        (attack,),
        attack,
        attack,
        Origin(attack, attack, attack, "republished"),
        (Media(attack, attack),),
        {attack: (attack,)},
    )
    return Coded(
        attack, "partial", (Reason(attack, attack),), made, (SentenceSpan(0, len(text), "opinion"),),
        (Claim(attack, (whole,), (whole,), (whole,), attack, ref, None, attack, whole, conduit=(whole,)), Claim("c2", (), (whole,), (whole,), attack, None, None)),
        (event,), (), (Place(0, len(attack), attack, attack, attack, attack, attack, 1.0, 1.0, 1, 1, 0.5, (attack,)),),
        (Time(0, len(attack), attack, attack, attack, attack),), (AtRisk(0, len(attack), attack, attack),),
        (IncidentRole(0, len(attack), attack, "victim", attack, 0.5),), CoderFacts(attack, attack, attack, attack, attack),
    )  # fmt: skip
