"""Reports for the tests of origins. Fictional, written for these tests; nothing told here took place."""

from __future__ import annotations

from dataclasses import replace

from trucewatch.model import Origin, Report

STORY = (
    "Shells hit the covered market in Tessin on Tuesday, killing three traders and wounding eleven, the mayor said.",
    "Mayor Ola Brand told reporters that the guns stood on the heights above Aldun, which the Northern Front has held since March.",
    "A school for 240 pupils lost its gymnasium; the children had been sent home an hour earlier because the power was out.",
    "Doctors at the Karsh hospital said most of the wounded had been hit by splinters of glass and tin.",
    "The Varenian army answered with rockets, and smoke stood over the orchards until the evening.",
    "Firemen from Lumen needed five hours to put out a blaze in a timber yard beside the railway.",
    "Crater analysis would take several days, the Karsh Monitoring Mission said, and nobody should draw conclusions before that.",
    "An old woman who had refused to leave her cellar was pulled out alive by neighbours.",
    "Insurance assessors put the damage to shops alone at 90 thousand crowns.",
)
#: The same template, filled with another town, day and figures.
LOOK_ALIKE = (
    "Shells hit the covered market in Orsova on Friday, killing seven traders and wounding twenty, the mayor said.",
    "Mayor Ivar Stolt told reporters that the guns stood on the heights above Brod, which the Northern Front has held since June.",
    "A school for 310 pupils lost its gymnasium; the children had been sent home an hour earlier because the power was out.",
    "Doctors at the Melk hospital said most of the wounded had been hit by splinters of glass and tin.",
    "The Varenian army answered with rockets, and smoke stood over the orchards until the evening.",
    "Firemen from Petra needed two hours to put out a blaze in a timber yard beside the railway.",
    "Crater analysis would take several days, the Karsh Monitoring Mission said, and nobody should draw conclusions before that.",
    "An old woman who had refused to leave her cellar was pulled out alive by neighbours.",
    "Insurance assessors put the damage to shops alone at 40 thousand crowns.",
)
OTHER = (
    "A court in Lumen freed four farmers on Monday who had been accused of signalling to the enemy with bed sheets.",
    "Their lawyer, Marta Quill, had brought the sheets along and asked the judge to find a message on them.",
    "The prosecutor, who had wanted nine years, left by a side door and would not speak to the press.",
    "In the street the men were given bread and salt, and one of them fainted.",
    "The ministry of justice said that the ruling would be studied with the care that it deserved.",
)


def text(sentences: tuple[str, ...], per: int = 2) -> str:
    """Sentences as a text of paragraphs."""
    return "\n\n".join(" ".join(sentences[at : at + per]) for at in range(0, len(sentences), per))


def report(name: str, sentences: tuple[str, ...] | str, published: str | None = "2031-05-13", **about: object) -> Report:
    """A report; ``about`` are further fields."""
    body = sentences if isinstance(sentences, str) else text(sentences)
    made = Report(name, body, published, "Shells hit Tessin market", f"Paper {name}", language="en")
    return replace(made, **about)  # type: ignore[arg-type]


def declared(
    publisher: str | None, published: str | None = None, url: str | None = None, relation: str = "republished"
) -> Origin:
    """An origin that stood outside the text."""
    return Origin(publisher, published, url, relation)  # type: ignore[arg-type]
