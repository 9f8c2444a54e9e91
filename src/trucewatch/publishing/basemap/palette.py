"""The map's colours and marks, for light and for dark.

A mark's shape says the group of ceasefire categories, and its colour says it again; a hollow, broken mark says that the accounts
contradict each other. So nothing is told by colour alone. The groups are those of `ontology/data/truce.tsv`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Palette:
    """The basemap's colours in one theme."""

    water: str
    land: str
    shore: str
    border: str
    division: str
    disputed: str
    text: str
    quiet: str
    halo: str
    cluster: str
    cluster_text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """How incidents of one group are drawn. ``path`` is SVG path data in a box of 24 by 24."""

    group: str
    label: str
    path: str
    light: str
    dark: str

    def colour(self, theme: Theme) -> str:
        """The mark's colour in a theme."""
        return self.light if theme == "light" else self.dark


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        water="#dbe5e8",
        land="#f7f5f0",
        shore="#b4c3c8",
        border="#847e70",
        division="#d3cdbf",
        disputed="#8a4b62",
        text="#3d3a34",
        quiet="#615d54",
        halo="#f7f5f0",
        cluster="#ffffff",
        cluster_text="#2d2b27",
    ),
    "dark": Palette(
        water="#0d1418",
        land="#1a2228",
        shore="#33434c",
        border="#6c7a83",
        division="#303c44",
        disputed="#d495ab",
        text="#d3dade",
        quiet="#94a1a9",
        halo="#141b20",
        cluster="#10171b",
        cluster_text="#eef2f4",
    ),
}

_BURST = "M12 1.5 14.6 7 20.4 4.6 18 10.2 23 12.6 18 15 20.4 20.4 14.6 18.2 12 23.2 9.4 18.2 3.6 20.4 6 15 1 12.6 6 10.2 3.6 4.6 9.4 7Z"
_UP = "M12 3 22.2 20.6 1.8 20.6Z"
_DOWN = "M12 21 22.2 3.4 1.8 3.4Z"
_HEXAGON = "M12 2 20.7 7 20.7 17 12 22 3.3 17 3.3 7Z"
_CIRCLE = "M12 3A9 9 0 1 1 12 21 9 9 0 1 1 12 3Z"
_CROSS = "M8.6 2.5H15.4V8.6H21.5V15.4H15.4V21.5H8.6V15.4H2.5V8.6H8.6Z"
_SQUARE = "M4 4H20V20H4Z"
_DIAMOND = "M12 1.5 22.5 12 12 22.5 1.5 12Z"

MARKS: tuple[Mark, ...] = (
    Mark("fire", "Fire", _BURST, "#b3261e", "#ff8a7a"),
    Mark("ground", "Ground", _UP, "#925200", "#f0a94f"),
    Mark("weapons", "Weapons", _DOWN, "#6f4aa8", "#c0a3f2"),
    Mark("monitoring", "Monitoring", _HEXAGON, "#0b6a8f", "#6cc4ea"),
    Mark("people", "People", _CIRCLE, "#a8326b", "#f58dbb"),
    Mark("humanitarian", "Humanitarian", _CROSS, "#2b7340", "#7dce93"),
    Mark("sites", "Protected sites", _SQUARE, "#706110", "#d9c65c"),
    Mark("politics", "Politics", _DIAMOND, "#4a5a68", "#a9bac8"),
)
#: What an incident without a category is drawn as.
OTHER = Mark("other", "Other", "M5 10H19V14H5Z", "#5f5b53", "#b5b0a6")


def mark(group: str | None) -> Mark:
    """The mark of a group; that of `other` where there is none."""
    return next((each for each in MARKS if each.group == group), OTHER)
