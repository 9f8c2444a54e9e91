"""Broken, hostile and odd inputs: each gives one clear line with a reason code, and the others are still read."""

from __future__ import annotations

import io
import os
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trucewatch.model import Report, TrucewatchError, Unread
from trucewatch.reading import ReadOptions, read

from .builders import BODY, article, gz, jsonl, lines, page_warc, pdf, rss, wacz

TEXT = "\n\n".join(BODY)


def failed(item, code):
    assert isinstance(item, Unread), item
    assert item.status == "failed"
    assert item.reasons[0].code == code, item.reasons
    assert "\n" not in item.reasons[0].message
    assert "Traceback" not in item.reasons[0].message


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t\n", "empty"),
        ("a.html", b"", "empty"),
        ("a.jsonl", b"", "empty"),
        ("a.jsonl", b"\n\n", "empty"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
        ("a.html", bytes(range(256)) * 20, "binary"),
        ("a.bin", b"\x00\x01\x02\x03" * 100, "binary"),
        ("a.pdf", b"%PDF-1.7 nothing more", "truncated"),
        ("a.pdf", b"%PDF-1.7\nrubbish\n%%EOF", "unreadable"),
        ("a.warc.gz", b"\x1f\x8b\x08\x00rubbish", "truncated"),
        ("a.warc", b"WARC/1.0\r\nWARC-Type: response\r\n", "bad-warc-record"),
        ("a.wacz", b"PK\x03\x04rubbish", "bad-archive"),
        ("a.txt.gz", b"\x1f\x8b\x08\x00rubbish", "truncated"),
        ("a.txt.gz", gz(b"text")[:-8] + b"\0" * 8, "bad-archive"),
        ("a.xml", b"<rss version='2.0'><channel><title>t</title></channel></rss>", "empty"),
        ("a.html", b"<html><body><script>1</script></body></html>", "no-text"),
        ("a.html", b"<html></html>", "no-text"),
        ("a.txt", b"* * *\n\n---\n", "no-text"),
        ("a.txt", b"12345", "no-text"),
    ],
)
def test_each_bad_file_gives_one_line_with_its_code(read_bytes, name, data, code):
    (item,) = read_bytes(data, name)
    failed(item, code)


def test_pdf_without_text(read_bytes):
    (item,) = read_bytes(pdf([[]]), "scan.pdf")
    failed(item, "no-text")


def test_cut_pdf_is_read_as_far_as_it_goes_or_fails_by_name(read_bytes, codes):
    whole = pdf([lines(["The mission said on Friday that two shells had landed near the village of Tel Amar."] * 3)])
    (item,) = read_bytes(whole[: -len(whole) // 4], "cut.pdf")
    assert codes(item)[0] == "truncated" or codes(item) == ["truncated"]


def test_missing_file_and_pattern_do_not_stop_the_others(tmp_path):
    good = tmp_path / "good.txt"
    good.write_text(TEXT)
    one, two, three, four = read([str(tmp_path / "none.txt"), str(good), str(tmp_path / "*.pdf"), ""])
    failed(one, "not-found")
    assert isinstance(two, Report)
    failed(three, "not-found")
    failed(four, "not-found")


def test_empty_folder_and_foreign_files_in_a_folder(tmp_path):
    (tmp_path / "empty").mkdir()
    (item,) = read([str(tmp_path / "empty")])
    failed(item, "empty")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (item,) = read([str(tmp_path / "pictures")])
    assert (item.status, item.reasons[0].code) == ("skipped", "binary")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(TEXT)
    path.chmod(0)
    (item,) = read([str(path)])
    failed(item, "unreadable")


def test_link_that_leads_nowhere_and_link_loop(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    codes = {item.id.rsplit("/", 1)[1]: item.reasons[0].code for item in read([str(tmp_path)])}
    assert codes == {"a": "not-found", "self": "unreadable"} or set(codes) == {"a", "self"}


def test_fifty_megabytes_of_text_give_one_line(tmp_path):
    path = tmp_path / "big.txt"
    path.write_bytes(b"Two shells landed near the village on Friday. " * 1_100_000)
    started = time.process_time()
    (item,) = read([str(path)])
    failed(item, "too-large")
    assert time.process_time() - started < 5


def test_one_sentence_of_a_megabyte_is_read(read_bytes):
    text = (
        "The mission said that "
        + "the shells and the mortars and the rockets of the front were heard, and " * 14_000
        + "it ended."
    )
    started = time.process_time()
    (item,) = read_bytes(text, "long.txt")
    assert isinstance(item, Report)
    assert item.text == text
    assert time.process_time() - started < 5


def test_a_hundred_thousand_nested_elements_do_not_crash(read_bytes, codes):
    for tag in ("div", "b"):
        page = f"<html><body><h1>Title</h1>{f'<{tag}>' * 100_000}<p>{BODY[0]}</p><p>{BODY[1]}</p>{f'</{tag}>' * 100_000}</body></html>"
        started = time.process_time()
        (item,) = read_bytes(page, "deep.html")
        assert isinstance(item, Report)
        assert BODY[0] in item.text
        assert BODY[1] in item.text
        assert "simplified" in codes(item)
        assert time.process_time() - started < 8


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<script>", "<a href='", "<p", "<![CDATA[", "<table>", "<li>", "&amp;", "<div ", "\"'<", "<select><option>"],
)
def test_markup_made_to_be_slow_is_not(read_bytes, piece):
    page = f"<html><body><p>{BODY[0]}</p>" + piece * 20_000
    started = time.process_time()
    read_bytes(page, "slow.html")
    assert time.process_time() - started < 8


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "*" * 100_000, "_a" * 50_000, "[a](" * 30_000, "`" * 50_000, "<" * 100_000, "\\" * 99_999, "a\n" * 20_000],
)
def test_markdown_made_to_be_slow_is_not(read_bytes, text):
    started = time.process_time()
    read_bytes(TEXT + "\n\n" + text, "slow.md")
    assert time.process_time() - started < 8


def test_page_that_ends_inside_a_tag_is_marked_truncated(read_bytes, codes):
    page = article().split(BODY[2][:40])[0] + "Both sides <a href='http"
    (item,) = read_bytes(page, "cut.html")
    assert isinstance(item, Report)
    assert codes(item) == ["truncated"]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("utf-8-sig", TEXT), ("utf-16", TEXT), ("utf-16-le", TEXT), ("utf-32", TEXT)],
)
def test_unicode_encodings(read_bytes, encoding, text):
    (item,) = read_bytes(text.encode(encoding), "a.txt")
    assert isinstance(item, Report)
    assert item.text == text


def test_declared_charset_is_used_and_a_missing_one_guessed_with_a_note(read_bytes, codes):
    body = (
        "The mission’s café in Tel Amar was hit by two shells on Friday, said the “Valley Herald” – nobody was hurt.",
        *BODY,
    )
    page = article(body=body).replace("charset='utf-8'", "charset='windows-1252'")
    (declared,) = read_bytes(page.encode("cp1252"), "a.html")
    assert (declared.text.split("\n\n")[0], codes(declared)) == (body[0], [])
    (guessed,) = read_bytes("\n\n".join(body).encode("cp1252"), "a.txt")
    assert codes(guessed) == ["encoding-guessed"]
    assert "two shells" in guessed.text
    (wrong,) = read_bytes(article(body=body).encode("cp1252"), "b.html")
    assert codes(wrong) == ["encoding-guessed"]


def test_cut_inside_a_character(read_bytes, codes):
    (item,) = read_bytes((TEXT + " é").encode()[:-1], "a.txt")
    assert codes(item) == ["truncated"]


def test_control_characters_go_and_line_ends_are_one_kind(read_bytes):
    (item,) = read_bytes(
        TEXT.replace("\n", "\r\n").replace("shells", "sh\u00adel\u200bls").replace("road", "ro\x07ad"), "a.txt"
    )
    assert item.text == TEXT


def test_broken_lines_of_json_cost_only_themselves(read_bytes):
    good = {"id": "good", "text": TEXT}
    data = jsonl(
        good, '{"id": "cut", "text": "Two she', "", "[1, 2]", {"id": "no-text"}, {"id": "n", "text": 5}, {"text": "  "},
        '{"a":' * 100_000, "null", "\ufeff", {"id": "last", "text": TEXT},
    )  # fmt: skip
    results = read_bytes(data, "a.jsonl")
    kinds = [item.reasons[0].code if isinstance(item, Unread) else "ok" for item in results]
    assert kinds == [
        "ok",
        "bad-json",
        "bad-json",
        "missing-field",
        "missing-field",
        "empty",
        "bad-json",
        "bad-json",
        "bad-json",
        "ok",
    ]
    assert results[1].id.endswith("#2")
    assert results[3].id == "no-text"


def test_json_fields_of_the_wrong_kind_are_noted(read_bytes, codes):
    rows = [
        {"id": 7, "text": TEXT, "published": "yesterday", "title": 5},
        {"id": None, "text": TEXT, "published": "3 May 2024"},
        {"id": "s", "text": TEXT + " \ud800"},
        {"id": "s", "text": TEXT},
    ]
    one, two, three, four = read_bytes(jsonl(*rows), "a.jsonl")
    assert (one.id, one.published, one.title) == ("7", None, None)
    assert sorted(codes(one)) == ["bad-date", "missing-field"]
    assert (two.published, codes(two)) == ("2024-05-03", ["bad-date"])
    assert (three.text, codes(three)) == (TEXT + " \ufffd", ["replaced-characters"])
    assert (four.id, codes(four)) == ("s~2", ["duplicate-id"])


def test_a_line_longer_than_the_limit_is_passed_over(read_bytes):
    options = ReadOptions(max_text_bytes=5000)
    one, two = read_bytes(jsonl({"id": "a", "text": "x" * 50_000}, {"id": "b", "text": TEXT}), "a.jsonl", options=options)
    failed(one, "too-large")
    assert two.id == "b"


def test_bad_published_argument_is_refused_at_once():
    with pytest.raises(TrucewatchError, match="ISO 8601"):
        read(["-"], published="17.03.2020", stdin=io.BytesIO())


@pytest.mark.parametrize("packed", [True, False])
def test_warc_cut_inside_a_record_keeps_the_records_before(read_bytes, packed):
    data = page_warc(3, packed=packed)
    for share in (0.99, 0.9, 0.8, 0.7):
        results = read_bytes(data[: int(len(data) * share)], "cut.warc.gz" if packed else "cut.warc")
        assert isinstance(results[0], Report)
        assert isinstance(results[-1], Unread)
        assert results[-1].status == "failed"
        assert results[-1].reasons[0].code in {"truncated", "bad-warc-record"}


def test_warc_with_a_damaged_middle(read_bytes):
    data = bytearray(page_warc(3))
    data[len(data) // 2 : len(data) // 2 + 40] = b"\xff" * 40
    results = read_bytes(bytes(data), "a.warc.gz")
    assert isinstance(results[0], Report)
    assert any(isinstance(item, Unread) and item.status == "failed" for item in results)


def test_bombs_are_refused(read_bytes):
    (item,) = read_bytes(gz(b"a b " * 6_000_000), "a.txt.gz", options=ReadOptions(max_text_bytes=100_000_000))
    failed(item, "bomb")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.warc", b"0" * 30_000_000)
    (item,) = read_bytes(out.getvalue(), "a.wacz")
    failed(item, "bomb")
    nested = b"The end."
    for _ in range(8):
        nested = gz(nested)
    (item,) = read_bytes(nested, "a.gz")
    failed(item, "bomb")


def test_entity_bomb_in_a_feed(read_bytes):
    entities = "".join(f"<!ENTITY l{i} '{f'&l{i - 1};' * 10}'>" for i in range(1, 12))
    feed = f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY l0 'boom'>{entities}]><rss><channel><title>t</title><item><title>x</title>"
    started = time.process_time()
    read_bytes(feed + f"<description>&l11; {TEXT}</description></item></channel></rss>", "a.xml")
    assert time.process_time() - started < 5


def test_cut_feed_is_read_with_a_note(read_bytes, codes):
    data = rss([{"title": "One", "content": f"<p>{TEXT}</p>"}, {"title": "Two", "content": f"<p>{TEXT}</p>"}])
    results = read_bytes(data[:-300], "a.xml")
    assert isinstance(results[0], Report)
    assert "truncated" in codes(results[-1])


def test_zip_that_is_no_wacz(read_bytes):
    (item,) = read_bytes(wacz({}), "a.wacz")
    failed(item, "binary")


def test_same_file_twice_gets_two_ids(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(TEXT)
    one, two = read([str(path), str(path)])
    assert (one.id, two.id) == (str(path), f"{path}~2")


def test_same_input_gives_the_same_results(tmp_path):
    for name, data in (
        ("a.html", article().encode()),
        ("b.warc.gz", page_warc()),
        ("c.xml", rss([{"title": "t", "content": TEXT}])),
    ):
        (tmp_path / name).write_bytes(data)
    assert list(read([str(tmp_path)])) == list(read([str(tmp_path)]))


_NAMES = st.sampled_from(
    ["x.txt", "x.md", "x.html", "x.pdf", "x.xml", "x.warc", "x.warc.gz", "x.wacz", "x.jsonl", "x.gz", "x", "x.bin"]
)
_STARTS = st.sampled_from(
    [
        b"",
        b"%PDF-1.4\n",
        b"<html><body><p>",
        b"<rss><channel><item>",
        b"WARC/1.0\r\n",
        b"PK\x03\x04",
        b"\x1f\x8b\x08",
        b'{"text": "',
        b"---\ntitle: ",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=_NAMES, start=_STARTS, data=st.binary(max_size=400))
def test_any_bytes_give_at_least_one_item_and_never_an_error(tmp_path, name, start, data):
    path = tmp_path / name
    path.write_bytes(start + data)
    results = list(read([str(path)]))
    assert results
    for item in results:
        assert isinstance(item, Report | Unread)
        if isinstance(item, Unread):
            assert item.reasons
            assert item.reasons[0].code != "reader-failed", item


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300), name=st.sampled_from(["x.txt", "x.md", "x.html"]))
def test_any_text_gives_an_item_whose_text_utf8_can_carry(tmp_path, text, name):
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    for item in read([str(path)]):
        report = item if isinstance(item, Report) else item.report
        if report:
            report.text.encode("utf-8")
            assert report.text.strip()
            origin = report.origin
            assert origin is None or origin.start is None or 0 <= origin.start < origin.end <= len(report.text)
        if isinstance(item, Unread):
            assert item.reasons[0].code != "reader-failed", item
