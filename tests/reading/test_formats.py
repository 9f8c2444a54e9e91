"""Each format, from bytes made here to reports."""

from __future__ import annotations

import io
import textwrap

from trucewatch.model import Report, Unread
from trucewatch.reading import ReadOptions, read

from .builders import BODY, article, gz, jsonl, lines, page_warc, pdf, rss, wacz, warc

TEXT = "\n\n".join(BODY)


def test_html_page_gives_body_title_publisher_and_no_furniture(read_bytes):
    (report,) = read_bytes(article(above="<p>By Ann Bell | 3 May 2024</p>"), "a.html")
    assert report.text == TEXT
    assert (report.title, report.publisher, report.byline) == ("Shells land near Tel Amar", "Valley Herald", ("Ann Bell",))
    assert report.published == "2024-05-03"
    assert report.language == "en"


def test_text_and_page_of_one_article_give_the_same_text(read_bytes):
    (page,) = read_bytes(article(above="<p>By Ann Bell</p><p>Valley Herald, May 3, 2024</p>"), "a.html")
    text = "Shells land near Tel Amar\n\nBy Ann Bell\n\nValley Herald, May 3, 2024\n\n" + TEXT + "\n\nShare Tweet Print\n"
    (plain,) = read_bytes(text, "a.txt")
    assert plain.text == page.text == TEXT
    assert plain.title == page.title
    assert plain.published == page.published == "2024-05-03"


def test_hard_wrapped_text_is_put_back_into_paragraphs(read_bytes):
    wrapped = "\n\n".join(textwrap.fill(paragraph, 72) for paragraph in BODY)
    (report,) = read_bytes("Shells land near Tel Amar\n\n" + wrapped, "a.txt")
    assert report.text == TEXT


def test_markdown_marks_are_taken_off(read_bytes):
    source = (
        "---\ntitle: Bounty offered\nauthor: Ann Bell\ndate: 2024-05-03\ntags: [truce, valley]\n---\n"
        "The front offered *a bounty* of \\$25,000 for **two** reporters, [the Herald](https://herald.example) said.\n\n"
        "- The first was in the valley at the time.\n- The second had left the country in March.\n\n"
        '> "We condemn the offer," their union said in a statement on Friday.\n'
    )
    (report,) = read_bytes(source, "a.md")
    assert report.text.split("\n\n") == [
        "The front offered a bounty of $25,000 for two reporters, the Herald said.",
        "The first was in the valley at the time.",
        "The second had left the country in March.",
        '"We condemn the offer," their union said in a statement on Friday.',
    ]
    assert (report.title, report.byline, report.published) == ("Bounty offered", ("Ann Bell",), "2024-05-03")
    assert report.tags["keyword"] == ("truce", "valley")


def test_pdf_lines_become_paragraphs_and_running_heads_go(read_bytes):
    rows = [
        "The joint mission said on Friday that two shells had landed near the vil-",
        "lage of Tel Amar. Nobody was hurt, they said, but a school in the village",
        "was damaged and the road to the north was closed for the whole day.",
        "",
        "The army denied that it had fired on the village. A spokesman said that the",
        "de-escalation zone was quiet and that shells had come from the other side.",
    ]
    other = ["The mission will send a patrol to the village as soon as the road is open again.", "Both commands have agreed."]
    pages = [
        [(72, 810, 9, "Joint Mission Daily Report"), *lines(body), (300, 30, 9, f"Page {number} of 2")]
        for number, body in ((1, rows), (2, other))
    ]
    pages[0].insert(1, (72, 794, 18, "Shells land near Tel Amar"))
    (report,) = read_bytes(pdf(pages), "a.pdf")
    first, second, *_ = report.text.split("\n\n")
    assert report.title == "Shells land near Tel Amar"
    assert first.startswith("The joint mission said on Friday that two shells had landed near the village of Tel Amar.")
    assert first.endswith("for the whole day.")
    assert "the de-escalation zone was quiet" in second
    assert "Daily Report" not in report.text
    assert "Page" not in report.text


def test_feed_with_full_content_gives_a_report_an_entry(read_bytes):
    items = [
        {
            "title": f"Report {i}",
            "link": f"https://herald.example/{i}",
            "creator": "Ann Bell",
            "pubDate": "Fri, 03 May 2024 10:00:00 GMT",
            "category": "truce",
            "description": "Short.",
            "content": "".join(f"<p>{p}</p>" for p in BODY) + "<p>The post Report appeared first on Valley Herald.</p>",
        }
        for i in (1, 2)
    ]
    results = read_bytes(rss(items), "feed.xml")
    assert [item.text for item in results] == [TEXT, TEXT]
    assert [item.id.split("#")[1] for item in results] == ["1", "2"]
    assert results[0].url == "https://herald.example/1"
    assert results[0].published == "2024-05-03T10:00:00+00:00"
    assert (results[0].publisher, results[0].byline, results[0].title) == ("Valley Herald", ("Ann Bell",), "Report 1")
    assert results[0].tags == {"keyword": ("truce",)}


def test_feed_summary_is_read_with_a_note_and_an_empty_entry_is_skipped(read_bytes, codes):
    items = [
        {"title": "One", "description": "Two shells landed near the village, the mission said on Friday..."},
        {"title": "Two"},
    ]
    first, second = read_bytes(rss(items), "feed.rss")
    assert codes(first) == ["summary-only"]
    assert isinstance(second, Unread)
    assert (second.status, codes(second)) == ("skipped", ["no-text"])


def test_atom_feed(read_bytes):
    atom = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Hill Tribune</title><entry><title>Shells</title>"
        "<link href='https://tribune.example/1'/><published>2024-05-03T08:00:00Z</published><author><name>Omar Said</name></author>"
        f"<content type='html'>&lt;p&gt;{BODY[0]}&lt;/p&gt;&lt;p&gt;{BODY[1]}&lt;/p&gt;</content></entry></feed>"
    )
    (report,) = read_bytes(atom, "x.atom")
    assert report.text == "\n\n".join(BODY[:2])
    assert (report.publisher, report.published, report.byline) == ("Hill Tribune", "2024-05-03T08:00:00Z", ("Omar Said",))


def test_warc_pages_in_order_other_records_left_out(read_bytes):
    pages = [
        ("https://herald.example/1", "text/html", article("First of the two reports").encode(), 200),
        ("https://herald.example/logo.png", "image/png", b"\x89PNG....", 200),
        ("https://herald.example/robots.txt", "text/plain", b"User-agent: *", 200),
        ("https://herald.example/gone", "text/html", b"<html>gone</html>", 404),
        ("https://herald.example/2", "text/html", article("Second of the two reports").encode(), 200),
    ]
    for packed, name in ((True, "a.warc.gz"), (False, "a.warc")):
        first, gone, second = read_bytes(warc(pages, packed=packed), name)
        assert (first.title, second.title) == ("First of the two reports", "Second of the two reports")
        assert first.text == TEXT
        assert first.url == "https://herald.example/1"
        assert first.retrieved == "2024-05-04T08:00:00Z"
        assert isinstance(gone, Unread)
        assert gone.status == "skipped"


def test_wacz_reads_listed_pages_only(read_bytes):
    data = wacz({"data.warc.gz": page_warc(3)}, pages=["https://herald.example/1", "https://herald.example/3"])
    first, second = read_bytes(data, "a.wacz")
    assert [first.title, second.title] == ["Report number 1 from the valley", "Report number 3 from the valley"]


def test_wacz_whose_list_matches_nothing_gives_every_page(read_bytes):
    assert len(read_bytes(wacz({"data.warc.gz": page_warc(2)}, pages=["https://other.example/"]), "a.wacz")) == 2


def test_gzipped_json_lines(read_bytes):
    (report,) = read_bytes(gz(jsonl({"id": "x", "text": TEXT})), "a.jsonl.gz")
    assert (report.id, report.text) == ("x", TEXT)


def test_json_lines_keep_the_text_to_the_character(read_bytes):
    text = "\r\n  KABUL (Reuters) - Two shells\u200b landed near the village,\tthe mission said.\x00\n\nThe army denied it.  "
    (report,) = read_bytes(
        jsonl({"id": "x", "text": text, "published": "2024-05-03", "byline": "Ann Bell and Omar Said"}), "a.jsonl"
    )
    assert report.text == text
    assert text[report.origin.start : report.origin.end] == "Reuters"
    assert report.byline == ("Ann Bell", "Omar Said")


def test_stdin_is_json_lines_and_the_order_is_the_callers(tmp_path):
    path = tmp_path / "b.txt"
    path.write_text("A note from the valley\n\n" + TEXT)
    stream = io.BytesIO(jsonl({"id": "one", "text": TEXT}, {"text": TEXT}))
    ids = [item.id for item in read([str(path), "-", str(tmp_path / "none")], stdin=stream)]
    assert ids == [str(path), "one", "-#2", str(tmp_path / "none")]
    assert not stream.closed


def test_a_plain_report_on_stdin_is_told_what_belongs_there():
    (found,) = read(["-"], stdin=io.BytesIO(b"The army shelled Aldun.\n"))
    assert found.reasons[0].code == "bad-json"
    assert "name any other report as a file" in found.reasons[0].message


def test_folders_are_walked_sorted_and_patterns_matched(tmp_path):
    for name in ("b/two.txt", "a/one.txt", "c.html", ".hidden"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(article() if name.endswith("html") else "A note from the valley\n\n" + TEXT)
    names = [item.id.removeprefix(str(tmp_path) + "/") for item in read([str(tmp_path)])]
    assert names == ["c.html", "a/one.txt", "b/two.txt"]
    names = [item.id.removeprefix(str(tmp_path) + "/") for item in read([str(tmp_path / "*" / "*.txt")])]
    assert names == ["a/one.txt", "b/two.txt"]


def test_published_is_used_where_the_report_names_none(read_bytes):
    (dated,) = read_bytes("Title of it\n\nValley Herald, 3 May 2024\n\n" + TEXT, "a.txt", published="2020-01-01")
    (undated,) = read_bytes(TEXT, "b.txt", published="2020-01-01")
    assert (dated.published, undated.published) == ("2024-05-03", "2020-01-01")


def test_reading_is_lazy(tmp_path):
    stream = io.BytesIO(jsonl(*({"id": str(i), "text": TEXT} for i in range(2000))))
    results = read(["-"], stdin=stream)
    assert isinstance(next(results), Report)
    assert stream.tell() < 200_000


def test_language_can_be_forced(read_bytes):
    text = "Le convoi a été touché lundi près de la ville, selon le porte-parole de la mission. Personne n'a été blessé."
    (kept,) = read_bytes(text, "a.txt")
    assert isinstance(kept, Unread)
    assert (kept.status, kept.reasons[0].code, kept.report.language, kept.report.text) == (
        "skipped",
        "language-not-coded",
        "fr",
        text,
    )
    (forced,) = read_bytes(text, "a.txt", options=ReadOptions(language="en"))
    assert isinstance(forced, Report)
