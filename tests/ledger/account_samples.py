"""Accounts made by hand, for tests of what compares and clusters them. Invented places and sides."""

from __future__ import annotations

from dataclasses import replace

from trucewatch.model import Harm, Mention
from trucewatch.model.incident import Account, Party, Scene, Spot, Voice, When

ORL = Spot("Orl", "Orl", "village", "XVA", "North", 30.28, -40.15, None, 1)
MERN = Spot("Mern", "Mern", "village", "XVA", "North", 30.28, -40.088, None, 1)  # 6 km east of Orl
NEAR_ORL = replace(ORL, precision=2)
DISTRICT = Spot("Karsh District", "Karsh District", "admin2", "XVA", "North", 30.3, -40.1, None, 3)
ARMY = Party("the army", "XVA-MIL", "Varenia: military", "military", "XVA", "XVAMIL")
FRONT = Party("the Front", "xva.nf", "Northern Front", "rebel", "XVA", "XVAREB")
MINISTRY = Voice("the ministry", "XVA-GOV", "Varenia: government", "XVA", "asserts")
SPOKESMAN = Voice("the Front's spokesman", "xva.nf", "Northern Front", "XVA", "asserts")


def on(day: str, text: str = "") -> When:
    return When(text or day, day, "day", day, day)


def dead(number: int, who: str = "people") -> Harm:
    return Harm("killed", number, number, number, who, None, 0, 1)


def account(
    report: str = "r1",
    number: int = 1,
    *,
    place: Spot | None = ORL,
    day: str | None = "2032-05-12",
    time: When | None = None,
    words: tuple[str, ...] = (),
    strand: int | None = None,
    **other: object,
) -> Account:
    """A shelling of Orl on 12 May 2032, told by one report; any field can be another."""
    when = time or (on(day) if day else None)
    base = Account(
        key=f"{report}/e{number}", report=report, event=f"e{number}", number=number, published="2032-05-13", publisher=f"Paper {report}",
        title=None, type="ASSAULT", mode="heavy-weapons", truce="shelling", status="happened", actor=(), recipient=(), instrument=(),
        place=place, time=when, harm=(), voice=Voice(), predicate=Mention(0, 7, "shelled"), start=0, end=20,
        quote=" ".join(f"{report}{number}{letter}" for letter in "abcdefgh"), sentence="Somebody shelled Orl.", confidence=0.8,
    )  # fmt: skip
    made = replace(base, **other)
    scene = Scene(
        f"{report}#{number if strand is None else strand}",
        (place,) if place else (),
        (when,) if when else (),
        made.harm,
        words,
        denied=made.status == "denied",
    )
    return replace(made, scene=scene)
