"""The room's data files are well formed, and their rules do what they are for."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path

import pytest

from trucewatch.reading import MEANINGS, Code
from trucewatch.reading.blocks import Block, Line
from trucewatch.reading.furniture import is_furniture, strip_furniture
from trucewatch.reading.language import detect
from trucewatch.reading.origin import compile_phrase
from trucewatch.reading.rules import table

from .builders import BODY

TABLES = sorted(path.name.removesuffix(".tsv") for path in files("trucewatch.reading").joinpath("data").iterdir())


@pytest.mark.parametrize("name", TABLES)
def test_every_table_names_its_source_and_has_no_row_twice(name):
    text = files("trucewatch.reading").joinpath("data", f"{name}.tsv").read_text("utf-8")
    assert any(line.startswith("# Source:") for line in text.splitlines())
    rows = [tuple(row.values()) for row in table(name)]
    assert rows
    assert len(rows) == len(set(rows))
    assert all(cell.strip() == cell and cell for row in rows for cell in row)


def test_furniture_rules():
    for row in table("furniture"):
        assert row["where"] in {"any", "tail", "head"}
        assert row["how"] in {"whole", "starts", "contains", "regex"}
        assert row["action"] in {"drop", "cut"}
        assert 0 <= int(row["max"]) <= 1200
        re.compile(row["phrase"]) if row["how"] == "regex" else None
        if row["how"] in {"starts", "contains"}:
            assert row["phrase"] == row["phrase"].lower()
            assert int(row["max"]) > 0


def test_origin_rules():
    for row in table("origins"):
        assert row["where"] in {"any", "whole"}
        assert row["relation"] in {"republished", "translated", "quoted"}
        compile_phrase(row["phrase"])
        assert not re.search(r"\{(?!who|date|lang|piece|\d)", row["phrase"])


def test_labels_and_agencies():
    fields = {"byline", "publisher", "origin", "translated", "published", "updated", "url", "title", "language", "ignored"}
    for row in table("labels"):
        assert row["field"] in fields or re.fullmatch(r"tag:[a-z]+", row["field"])
        assert row["label"] == row["label"].lower()
    assert len({row["name"] for row in table("agencies")}) == len(table("agencies"))


def test_every_reason_code_is_documented():
    page = (Path(__file__).parents[2] / "docs" / "reading.md").read_text("utf-8")
    assert set(MEANINGS) == set(Code)
    for code in Code:
        assert f"`{code}`" in page


def test_readers_come_in_by_the_entry_point_group():
    names = {point.name for point in entry_points(group="trucewatch.readers")}
    assert {"feed", "gzip", "html", "jsonl", "pdf", "text", "wacz", "warc"} <= names


@pytest.mark.parametrize(
    "text",
    [
        "Share Tweet Print 24", "Share on Facebook", "0 Comments", "5 min read", "Advertisement", "*", "* * *", "Read more: Army denies it",
        "Follow us on Telegram", "Sign up for our newsletter", "Please consider making a donation to keep our journalism free.",
        "All rights reserved.", "© 2024 Valley Herald", "Copyright © Valley Herald 2024", "We use cookies to improve your visit.",
        "The views expressed in this article are those of the author and do not necessarily reflect those of the Herald.",
        "Photo: Ann Bell/Herald", "Featured image is from Hill Tribune", "Subscribe", "Become a member of Valley Herald",
        "Support us on Patreon", "Note to readers: please click the share buttons.", "Filed under: War, Valley", "[Photo credit: Ann Bell]",
        "Have you got a story? Send us a tip.", "This website uses cookies", "Listen to this article",
    ],
)  # fmt: skip
def test_furniture_is_known(text):
    assert is_furniture(text)


@pytest.mark.parametrize(
    "text",
    [
        "Support US-backed forces received from the air was decisive.", "Contact was lost with the convoy on Friday.",
        "Comments by the minister angered the front.", "Also on Friday, two soldiers were killed.", "Entry is prohibited without a permit.",
        "These figures do not necessarily reflect the toll.", "Help us, the villagers shouted.", "Turkey donated tents to the camp.",
        "The army shared a video of the strike.", "Save the Children said two of its staff were killed.", "Watch towers were set on fire.",
        "The mission said it would print the lists.", "Three soldiers were killed.", "More from the front line was not known.",
        "The email was sent by the command.", "Top commanders met on Friday.", "The group first appeared in 2014.",
        "To support the offensive, aircraft struck the town.", "Photographs showed two burnt vehicles.",
        "The observers read the statement aloud.", "Video: army advances on the town", "Follow-up patrols were planned.",
    ],
)  # fmt: skip
def test_prose_is_not_furniture(text):
    assert not is_furniture(text)
    assert strip_furniture([Block((Line(text),))]) or is_furniture(text, tail=True) is False


def test_comments_and_related_links_are_cut():
    blocks = [
        Block((Line(text),))
        for text in (*BODY, "Related articles", "Army denies shelling the village", "Comments", "Great post!")
    ]
    assert [block.text for block in strip_furniture(blocks)] == list(BODY)


def test_tail_rules_do_not_touch_the_body():
    texts = [
        "Source: the mission's own count.",
        *BODY,
        "Reporting by Ann Bell; editing by Omar Said",
        "Our Standards: the Herald's rules",
    ]
    assert [block.text for block in strip_furniture([Block((Line(text),)) for text in texts])] == texts[:-2]


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        (BODY[0], None, "en"),
        (BODY[0], "ar", "en"),
        ("Two shells landed near the village.", None, "en"),
        ("Rebels shell Aleppo", None, "en"),
        ("Army denies strike on convoy", None, "en"),
        ("La mission a déclaré vendredi que deux obus étaient tombés près du village. Personne n'a été blessé.", "en", "fr"),
        ("Миссия сообщила в пятницу, что два снаряда упали рядом с деревней.", None, "ru"),
        ("أعلنت البعثة يوم الجمعة أن قذيفتين سقطتا قرب القرية ولم يصب أحد بأذى.", None, "ar"),
        ("Die Mission teilte am Freitag mit, dass zwei Granaten in der Nähe des Dorfes eingeschlagen seien.", None, "de"),
        ("La misión dijo el viernes que dos proyectiles habían caído cerca de la aldea. Nadie resultó herido.", None, "es"),
        (
            "De missie zei vrijdag dat twee granaten in de buurt van het dorp waren ingeslagen, maar niemand raakte gewond.",
            None,
            "nl",
        ),
        ("Misyon cuma günü iki merminin köyün yakınına düştüğünü söyledi. Kimse yaralanmadı.", None, "tr"),
    ],
)
def test_language(text, declared, language):
    assert detect(text, declared).code == language
