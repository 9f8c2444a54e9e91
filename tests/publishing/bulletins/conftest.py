"""A dossier of the demonstration's reports and two hostile ones, and the bulletins of it. Everything in them is invented."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

import trucewatch
from trucewatch.dossier.adding import Adding
from trucewatch.dossier.keeping import coder_json
from trucewatch.dossier.project import init, open_dossier
from trucewatch.publishing.bulletins.frame import Choices
from trucewatch.publishing.bulletins.site import write

DEMO = Path(str(files("trucewatch").joinpath("demo")))
REPORTS = sorted((DEMO / "reports").glob("*.*"))
SCRIPT = '<script>alert("x")</script>'
HANDLER = '"><img src=x onerror=alert(1)>'
HOSTILE = {
    "id": f"hostile {SCRIPT}",
    "title": f"{SCRIPT} shelling \u202e\x07 {HANDLER}",
    "publisher": f"Karsh Post {HANDLER} {SCRIPT}",
    "byline": [f"{SCRIPT} {HANDLER}"],
    "url": 'javascript:alert("x")//https://example.org/',
    "language": "en",
    "published": "2031-05-14",
    "text": f"Rebels shelled the town of Tessin on 13 May 2031, the army of {SCRIPT} said. {HANDLER} Resident Ysolde Tarn was wounded in the attack.",
}
#: The same as a page, with tags, an origin and a link of its own; its words are Arabic letters and an opening bracket that never closes.
PAGE = """<!doctype html><html lang="en"><head><title>Road {handler} blocked</title>
<meta property="og:site_name" content="مرصد {script} Post"><link rel="canonical" href="https://post.example/a?b=1&amp;c=%22%3E">
<meta property="article:published_time" content="2031-05-13T09:30:00+02:00"></head><body>
<div class="breadcrumbs">Region: <a rel="tag" href="/region/x">{script}</a> Theme: <a rel="tag" href="/theme/y">{handler} أمن</a></div>
<article><h1>Road {handler} blocked</h1>
<p>On 12 May 2031, protesters blocked the H7 road near Aldun, witness Oren Vask said. {script} Nobody was hurt.</p>
<p>Rebels in الوادي "shelled the village of Orl [and withdrew on 12 May 2031, the mission said.</p></article>
<p>The original source of this article is <a href="javascript:alert(2)">{handler} Wire</a></p></body></html>"""
MASKED = ("Lena Marsh", "Ysolde Tarn", "Ysolde", "Oren Vask", "Vask")


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;").replace(">", "&gt;")


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """The dossier; tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("bulletins") / "karsh"
    init(folder, name=f"Karsh {SCRIPT}")
    hostile, page = folder.parent / "hostile.jsonl", folder.parent / "page.html"
    hostile.write_text(json.dumps(HOSTILE) + "\n", "utf-8")
    page.write_text(PAGE.format(script=escaped(SCRIPT), handler=escaped(HANDLER)), "utf-8")
    coder = trucewatch.load(actors=[DEMO / "states.tsv", DEMO / "groups.tsv"], gazetteers=[DEMO / "places.tsv"])

    def coding(items):
        return (
            coder.code(item) if not hasattr(item, "text") else replace(coder.code(item), id=item.id, report=item)
            for item in items
        )

    with open_dossier(folder, write=True) as dossier:
        adding = Adding(dossier, coder_json(coder.facts), coding, dossier.reading())
        assert {added.outcome for added in adding.run([str(path) for path in (*REPORTS, hostile, page)])} == {"added"}
    return folder


@pytest.fixture
def own(home, tmp_path):
    """A copy of the dossier."""
    return Path(shutil.copytree(home, tmp_path / "karsh"))


def built(folder, out, *, overwrite=False, **choices):
    with open_dossier(folder, write=True) as dossier:
        return write(dossier, out, Choices(**choices), overwrite=overwrite)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="session")
def site(home, tmp_path_factory):
    """The bulletin, held against the demonstration's agreement."""
    out = tmp_path_factory.mktemp("site") / "site"
    built(home, out, agreement="karsh-2031")
    return out


@pytest.fixture(scope="session")
def abroad(home, tmp_path_factory):
    """The same where its address is known, without an agreement, under another licence."""
    out = tmp_path_factory.mktemp("abroad") / "site"
    built(home, out, base_url="https://watch.example/karsh", licence="CC-BY-SA-4.0", title="Watch & see")
    return out
