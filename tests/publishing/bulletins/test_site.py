"""A bulletin as files: whole, valid, without a request, hostile words harmless, masked names nowhere, the same bytes each time."""

from __future__ import annotations

import json
import re
from collections import Counter
from hashlib import sha256
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urlsplit

import pytest
from lxml import etree, html
from tests.publishing.bulletins.conftest import HANDLER, MASKED, SCRIPT, built, contents

from trucewatch.dossier.config import read
from trucewatch.dossier.masking.policy import Policy
from trucewatch.dossier.project import open_dossier
from trucewatch.dossier.store.tables import incidents
from trucewatch.model import TrucewatchError
from trucewatch.publishing.bulletins import site as site_module
from trucewatch.publishing.bulletins.folder import MARK
from trucewatch.publishing.bulletins.frame import Choices
from trucewatch.publishing.bulletins.gather import Gathered, Paper, gather

VOID = {"meta", "link", "br", "img", "input", "hr"}
#: What HTML allows in a head, in words of our pages.
#: One incident, so that a bulletin is quickly made.
FEW = {"begin": "2031-05-11", "until": "2031-05-11"}
HEAD = {"meta", "title", "link", "script", "style"}


def pages(folder):
    return {name: data.decode("utf-8") for name, data in contents(folder).items() if name.endswith(".html")}


@pytest.fixture(scope="module")
def parsed(site):
    parser = html.HTMLParser(recover=False, encoding="utf-8")
    return {name: html.document_fromstring(text.encode("utf-8"), parser=parser) for name, text in pages(site).items()}


def is_page(name):
    return not name.startswith("embed/")


def test_each_incident_has_its_pages(site, home):
    with open_dossier(home) as dossier:
        ids = set(dossier.read(lambda conn: list(conn.scalars(incidents.select().with_only_columns(incidents.c.id)))))
    assert {path.stem for path in (site / "incidents").iterdir()} == ids == {path.stem for path in (site / "embed").iterdir()}
    assert len(ids) > 10
    named = ("index", "map", "incidents", "ledger", "regions", "themes", "sources", "reports", "method")
    assert all((site / f"{name}.html").is_file() for name in named)


def test_every_element_is_closed_where_it_should_be(site):
    for name, text in pages(site).items():
        stack = []
        for found in re.finditer(
            r"<(/?)([a-zA-Z][\w-]*)((?:[^>\"]|\"[^\"]*\")*?)(/?)>", re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
        ):
            closing, tag, _, alone = found.groups()
            if closing:
                assert stack, (name, found.group())
                assert stack.pop() == tag, (name, found.group(), text[max(0, found.start() - 200) : found.end()])
            elif tag.lower() not in VOID and not alone:
                stack.append(tag)
        assert not stack, (name, stack)


def test_pages_are_plain_documents(parsed):
    for name, page in parsed.items():
        assert page.get("lang") == "en"
        assert page.xpath("count(//title)") == 1 or page.xpath("count(/html/head/title)") == 1, name
        assert {child.tag for child in page.find("head")} <= HEAD
        assert page.xpath("count(//h1)") == 1, name
        ids = Counter(page.xpath("//@id"))
        assert [one for one, number in ids.items() if number > 1] == [], name
        for reference in page.xpath("//@aria-labelledby"):
            assert set(reference.split()) <= set(ids), (name, reference)
        assert not page.xpath("//table[not(.//th[@scope])]"), name
        assert not page.xpath("//p//div | //p//table | //p//ul | //a//a | //ul/p | //ol/p"), name


def test_each_page_says_its_terms_and_where_it_is_from(parsed):
    for name, page in parsed.items():
        words = " ".join(page.text_content().split())
        assert "CC BY 4.0" in words, name
        assert "as of 15 May 2031" in words, name
        assert "Trucewatch" in words, name
        assert "their publishers'" in words, name
        assert page.xpath("//link[@rel='license'] | //a[contains(@rel, 'license')]"), name


def test_all_links_lead_somewhere(parsed, site):
    known = set(contents(site))
    checked = 0
    for name, page in parsed.items():
        for target in page.xpath("//@href | //@src"):
            parts = urlsplit(target)
            if parts.scheme in {"https", "http", "mailto"}:
                continue
            assert (parts.scheme, parts.netloc) == ("", ""), (name, target)
            path = normpath(join(dirname(name), unquote(parts.path))) if parts.path else name
            assert path in known, (name, target)
            if parts.fragment and path.endswith(".html"):
                assert parsed[path].xpath("//*[@id=$id]", id=parts.fragment), (name, target)
            checked += 1
    assert checked > 500


def test_nothing_is_loaded_from_anywhere_else(parsed):
    for name, page in parsed.items():
        loaded = page.xpath("//script/@src | //img/@src | //iframe/@src | //source/@src | //object/@data | //embed/@src")
        loaded += page.xpath(
            "//link[contains(@rel, 'stylesheet') or contains(@rel, 'icon') or contains(@rel, 'preload')]/@href"
        )
        assert all(not urlsplit(url).scheme and not url.startswith("//") for url in loaded), name
        for link in page.xpath("//a[starts-with(@href, 'http')]"):
            assert {"noopener", "noreferrer", "nofollow"} <= set(link.get("rel", "").split()), (name, link.get("href"))
        policy = page.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
        assert policy.startswith("default-src 'none'; "), name
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "url(" not in "".join(page.xpath("//style/text() | //@style")), name


def test_hostile_words_are_words(parsed, site):
    seen = 0
    for name, page in parsed.items():
        scripts = page.xpath("//script")
        assert [script.get("src", "").rpartition("/")[2] for script in scripts] == (["bulletin.js"] if is_page(name) else []), (
            name
        )
        assert not any(script.text for script in scripts), name
        assert not page.xpath("//img | //iframe | //object | //form"), name
        assert not page.xpath("//@*[starts-with(name(), 'on')] | //@style"), name
        assert not [url for url in page.xpath("//@href") if "javascript:" in url.lower() and not url.startswith("mailto:")], (
            name
        )
        assert not [text for text in page.xpath("//meta/@content") if "&lt;" in text or "&amp;" in text], name
        seen += SCRIPT in page.text_content()
    assert seen > 5
    for name, text in pages(site).items():
        assert SCRIPT not in text, name
        assert HANDLER not in text, name
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), name


def test_the_words_of_the_evidence_stand_in_front_with_their_clause_marked(parsed):
    page = next(
        page
        for name, page in parsed.items()
        if name.startswith("incidents/") and "Prisoner release" in page.xpath("string(//h1)")
    )
    quotes = [" ".join(quote.text_content().split()) for quote in page.xpath("//div[@class='account']//blockquote")]
    assert "The government released 20 prisoners on Sunday as a gesture of goodwill." in quotes
    assert page.xpath("//blockquote/mark")
    assert page.xpath("//div[@class='account']//p[contains(., 'origin 1')]")


def test_disagreement_and_numbers_have_their_origins(parsed):
    found = [page for name, page in parsed.items() if name.startswith("incidents/")]
    page = max(found, key=lambda page: len(page.xpath("//section[@aria-labelledby='tolls']//tbody/tr")))
    assert page.xpath("//section[@aria-labelledby='apart']//ul[@class='versions']/li//a[starts-with(@href, '#a-')]")
    assert len(page.xpath("//div[@class='sides']/div/h3")) > 1
    heads = [cell.text_content() for cell in page.xpath("(//section[@aria-labelledby='tolls']//thead)[1]//th")]
    assert heads == ["Low", "Best", "High", "Whose number", "Of whom", "Published", "Origin"]
    rows = page.xpath("//section[@aria-labelledby='tolls']//tbody/tr")
    assert len(rows) > 2
    assert all(row.xpath("td[4]/a") and row.xpath("string(td[7])").isdigit() for row in rows)


def test_masked_names_are_nowhere(site, abroad):
    for folder in (site, abroad):
        for name, data in contents(folder).items():
            words = data.decode("utf-8").replace("=\r\n", "")
            for masked in MASKED:
                assert masked not in words, (name, masked)
                assert masked.replace(" ", "%20") not in words, (name, masked)
    assert "[a journalist]" in (site / "incidents.html").read_text("utf-8") + "".join(pages(site).values())


def test_a_name_that_may_leave_leaves_and_is_on_record(own, tmp_path):
    toml = own / "dossier.toml"
    allowed = '\n[[protection.allow]]\nname = "Lena Marsh"\nreason = "asked to be named"\nby = "R"\nat = "2031-05-21"\n'
    toml.write_text(toml.read_text("utf-8") + allowed, "utf-8")
    built(own, tmp_path / "out")
    assert any("Lena Marsh" in text for text in pages(tmp_path / "out").values())
    assert "1 name stand unmasked" in " ".join((tmp_path / "out" / "method.html").read_text("utf-8").split())
    with open_dossier(own) as dossier:
        assert '"override"' in dossier.log.path.read_text("utf-8")


def test_places_of_protected_sites_are_coarse(own):
    with open_dossier(own, write=True) as dossier:
        raw = {row.id: row for row in dossier.read(lambda conn: list(conn.execute(incidents.select())))}
        lines = [case.line for case in gather(dossier, None, None, None).cases]
    coarse = [
        line for line in lines if raw[line.id].latitude is not None and line.latitude not in {None, raw[line.id].latitude}
    ]
    assert coarse
    assert all(line.latitude == round(line.latitude, 1) and line.precision >= 2 for line in coarse)


def test_two_bulletins_are_the_same_bytes(home, site, tmp_path):
    built(home, tmp_path / "again", agreement="karsh-2031")
    assert contents(tmp_path / "again") == contents(site)


def test_the_list_names_every_file_with_its_hash(site):
    listed = json.loads((site / MARK).read_text("utf-8"))
    found = contents(site)
    assert listed["files"] == {name: sha256(data).hexdigest() for name, data in found.items() if name != MARK}
    assert listed["as_of"] == "2031-05-15"
    assert listed["coders"][0]["model"].startswith("trucewatch-en-")
    assert {item["reason"] for item in listed["masked"]} >= {"threatened"}


def test_without_an_agreement_there_is_no_ledger(abroad):
    assert not (abroad / "ledger.html").exists()
    index = html.fromstring((abroad / "index.html").read_bytes())
    assert "Ledger" not in index.xpath("string(//header)")
    assert index.xpath("//section[contains(@class, 'part')]//h2[text()='By category']")


def test_the_address_is_in_canonical_links_citations_and_frames(abroad):
    for name, text in pages(abroad).items():
        page = html.fromstring(text.encode())
        wanted = f"https://watch.example/karsh/{name if is_page(name) else name.replace('embed/', 'incidents/')}"
        assert page.xpath("//link[@rel='canonical']/@href") == [wanted]
    page = next(html.fromstring(text.encode()) for name, text in pages(abroad).items() if name.startswith("incidents/"))
    citation = page.xpath("string(//p[@class='copy'])")
    assert "https://watch.example/karsh/incidents/" in citation
    assert "CC BY-SA 4.0" in citation
    assert "Told by" in citation
    assert '<iframe src="https://watch.example/karsh/embed/' in page.xpath("string(//pre)")
    assert page.xpath("//a[starts-with(@href, 'mailto:?subject=')]")


def test_what_other_sites_show_of_a_link_are_the_words_of_the_evidence(parsed):
    page = next(p for n, p in parsed.items() if n.startswith("incidents/") and "Prisoner release" in p.xpath("string(//h1)"))
    said = {one.get("property") or one.get("name"): one.get("content") for one in page.xpath("//meta[@content]")}
    assert said["og:title"] == "Prisoner release in Brod, 11 May 2031"
    assert "released 20 prisoners" in said["og:description"] == said["description"]
    assert said["DC.date"] == "2031-05-15"
    assert said["DC.source"].startswith("https://")


def test_the_frame_for_other_sites_is_one_file(site):
    from base64 import b64encode  # noqa: PLC0415

    for path in (site / "embed").iterdir():
        page = html.fromstring(path.read_bytes())
        assert not page.xpath("//script | //link[@rel='stylesheet'] | //img")
        (style,) = page.xpath("//style/text()")
        policy = page.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
        assert b64encode(sha256(style.encode()).digest()).decode() in policy


def test_long_lists_are_paged_and_every_incident_is_listed_once(home, tmp_path, monkeypatch):
    monkeypatch.setattr(site_module, "PAGE", 3)
    monkeypatch.setattr(site_module, "PAPERS", 2)
    built(home, tmp_path / "out")
    found = pages(tmp_path / "out")
    names = sorted(name for name in found if re.fullmatch(r"incidents(-\d+)?\.html", name))
    assert len(names) > 4
    listed = [url for name in names for url in html.fromstring(found[name].encode()).xpath("//p[@class='what']/a/@href")]
    assert len(listed) == len(set(listed)) == len(list((tmp_path / "out" / "incidents").iterdir()))
    assert len([name for name in found if name.startswith("reports")]) > 2
    for name, text in found.items():
        for target in html.fromstring(text.encode()).xpath("//nav[@class='pager']/a/@href"):
            assert (tmp_path / "out" / dirname(name) / target).is_file()


def test_days_leave_out_what_lies_outside_and_the_reports_that_tell_of_it(home, tmp_path):
    made = built(home, tmp_path / "out", **FEW)
    assert made.incidents == 1
    assert made.reports < 7
    (page,) = (tmp_path / "out" / "incidents").iterdir()
    assert "Prisoner release" in page.read_text("utf-8")
    assert "11 May 2031" in html.fromstring((tmp_path / "out" / "index.html").read_bytes()).xpath("string(//h1)")


def test_nothing_to_tell_is_told(home, tmp_path):
    made = built(home, tmp_path / "out", begin="1999-01-01", until="1999-01-02", agreement="karsh-2031")
    assert made.incidents == 0
    assert "That nothing is reported" in (tmp_path / "out" / "index.html").read_text("utf-8")
    assert etree.parse(str(tmp_path / "out" / "feed.atom")).getroot() is not None


FACTS = {
    "dossier": "d", "agreement": None, "cases": (), "publishers": (), "pairs": (), "quoted": (), "namings": (), "copies": {}, "unread": 0,
    "coders": (), "masked": (), "overrides": 0, "policy": Policy(),
}  # fmt: skip


def paper(published):
    return Paper(f"r-{published}", "", "", published, "", None, "", "", "", (), 0, "")


@pytest.mark.parametrize(
    ("published", "as_of", "day"),
    [
        (("2031-05-12", "2031-05-14T09:00:00+02:00"), "2031-05-14T09:00:00+02:00", "2031-05-14"),
        (("2031-05", "2031"), "2031-05", "2031-05-01"),
        (("yesterday", None), "", "1970-01-01"),
        (("9999-12-31",), "9999-12-31", "9999-12-31"),
    ],
)
def test_it_is_as_of_the_newest_report_as_far_as_that_is_known(home, published, as_of, day):
    gathered = Gathered(papers=tuple(map(paper, published)), **FACTS)
    frame = site_module.frame_of(read(home), Choices(), gathered, "")
    assert (frame.as_of, frame.day) == (as_of, day)


def test_a_report_from_a_far_year_does_not_stretch_the_ledger(home, tmp_path):
    built(home, tmp_path / "out", agreement="karsh-2031", as_of="9999-12-31")
    assert "31 December 9999" in (tmp_path / "out" / "index.html").read_text("utf-8")
    assert re.search(r"reports on 2 May 2031 to \d+ \w+ 2071", (tmp_path / "out" / "ledger.html").read_text("utf-8"))


# The folder --------------------------------------------------------------------------------------------------------------------------------


def refusal(folder, out, **options):
    with pytest.raises(TrucewatchError) as caught:
        built(folder, out, **(FEW | options))
    return caught.value.code


def test_a_folder_of_somebody_elses_is_left_alone(home, tmp_path):
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter.txt").write_text("years of work")
    assert refusal(home, out, overwrite=True) == "not-a-bulletin"
    assert refusal(home, out / "chapter.txt", overwrite=True) == "not-a-bulletin"
    assert refusal(home, home, overwrite=True) == "not-a-bulletin"
    assert contents(out) == {"chapter.txt": b"years of work"}


def test_a_bulletin_is_replaced_only_when_asked_and_only_if_nobody_added_to_it(home, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    built(home, out, **FEW)
    assert refusal(home, out) == "bulletin-exists"
    built(home, out, overwrite=True, **FEW, title="Another")
    assert "Another" in (out / "index.html").read_text("utf-8")
    (out / "notes").mkdir()
    (out / "notes" / "mine.txt").write_text("mine")
    assert refusal(home, out, overwrite=True) == "bulletin-changed"
    assert (out / "notes" / "mine.txt").read_text() == "mine"


def test_a_bulletin_that_fails_leaves_what_was_there(home, tmp_path, monkeypatch):
    out = tmp_path / "out"
    built(home, out, **FEW)
    before = contents(tmp_path)

    def failing(self):
        yield "index.html", b"half"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(site_module.Site, "files", failing)
    assert refusal(home, out, overwrite=True, title="Another") == "unwritable"
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "https://", "https://example.org/?a=b", "javascript:alert(1)", "https://a b/"]
)
def test_an_address_that_pages_cannot_stand_under_is_refused(home, tmp_path, url):
    assert refusal(home, tmp_path / "out", base_url=url) == "bad-base-url"
    assert not (tmp_path / "out").exists()
