from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from dataclasses import replace

import pytest
from warcio.archiveiterator import ArchiveIterator

from trucewatch.dossier.evidence import cdxj
from trucewatch.dossier.evidence.package import Page, export_bagit, export_wacz
from trucewatch.model import Report, TrucewatchError
from trucewatch.reading import read

from .makers import WHEN, dossier, fetched

INFO = {"title": "Karsh valley, May 2031", "created": "2031-05-20T10:00:00Z", "software": "trucewatch 0.1.0"}
TEXT = (
    "<html><head><title>{0}</title></head><body><article><h1>{0}</h1><p>Monitors of the joint mission said on Friday that two "
    "shells had landed near the village of Tel Amar. Nobody was hurt, they said, but a school was damaged and the road to the "
    "north was closed for the day.</p><p>The army denied that it had fired on the village. A spokesman said that the shells had "
    "come from the other side of the river.</p></article></body></html>"
)


@pytest.fixture
def parts(tmp_path):
    archive, known, entries, log = dossier(tmp_path / "evidence", captures=0, segments=2)
    with archive.writer(known.end) as writer:
        for number in range(3):
            known.add(writer.store(replace(fetched(number), payload=TEXT.format(f"Shells land, day {number}").encode())))
    return archive, known, entries, log


def pages(count=3):
    return [Page(f"Shells land, day {n}", f"https://herald.example/news/{n}", WHEN) for n in range(count)]


def wacz(parts, out, **more):
    archive, known, *_ = parts
    return export_wacz(archive, more.pop("records", known.sorted()), pages(), out, INFO, **more)


def bag_files(parts):
    archive, _, _, log = parts
    segments = [(f"evidence/segments/{name}", archive.path(name)) for name in archive.names()]
    return [*segments, ("evidence/custody.jsonl", log.path), ("notes/قرية.txt", b"A note.\n"), ("empty.txt", b"")]


BAG_INFO = {"Source-Organization": "Karsh Monitoring Mission", "Bagging-Date": "2031-05-20"}


def test_a_bag_is_valid_by_the_library_of_congress_own_tool(parts, tmp_path):
    bagit = pytest.importorskip("bagit")
    out = export_bagit(bag_files(parts), tmp_path / "bag", BAG_INFO)
    bag = bagit.Bag(str(out))
    assert bag.is_valid()
    assert bag.version_info == (1, 0)
    assert bag.info["Source-Organization"] == "Karsh Monitoring Mission"
    files = bag_files(parts)
    size = sum(len(data) if isinstance(data, bytes) else data.stat().st_size for _, data in files)
    assert bag.info["Payload-Oxum"] == f"{size}.{len(files)}"
    (out / "data" / "notes" / "قرية.txt").write_bytes(b"A nute.\n")
    assert not bag.is_valid()


def test_an_empty_bag_is_valid(tmp_path):
    bagit = pytest.importorskip("bagit")
    assert bagit.Bag(str(export_bagit([], tmp_path / "bag", {}))).is_valid()


def test_a_zipped_bag_holds_the_same_bag(parts, tmp_path):
    folder = export_bagit(bag_files(parts), tmp_path / "bag", BAG_INFO)
    with zipfile.ZipFile(export_bagit(bag_files(parts), tmp_path / "bag.zip", BAG_INFO)) as zipped:
        assert zipped.testzip() is None
        held = {name: zipped.read(name) for name in zipped.namelist()}
    assert held == {
        f"bag/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_names_that_would_break_a_manifest_are_escaped(tmp_path):
    out = export_bagit([("100%\r\n.txt", b"x")], tmp_path / "bag.zip", {})
    with zipfile.ZipFile(out) as zipped:
        assert zipped.read("bag/manifest-sha256.txt").decode().split("  ")[1] == "data/100%25%0D%0A.txt\n"


@pytest.mark.parametrize("name", ["../x", "/x", "a//b", "a/./b", "", "a\\b", "a/..", "\udcff"])
def test_a_name_that_leads_out_of_the_bag_is_refused(tmp_path, name):
    with pytest.raises(TrucewatchError) as caught:
        export_bagit([("a.txt", b"x"), (name, b"x")], tmp_path / "bag", {})
    assert caught.value.code == "bad-package"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("info", [{"a: b": "c"}, {"a": "b\nc: d"}, {"": "x"}])
def test_a_label_that_would_break_the_bags_facts_is_refused(tmp_path, info):
    with pytest.raises(TrucewatchError):
        export_bagit([], tmp_path / "bag", info)


def test_two_files_of_one_name_are_refused(tmp_path):
    with pytest.raises(TrucewatchError, match="two files"):
        export_bagit([("a", b"1"), ("a", b"2")], tmp_path / "bag", {})


def test_a_wacz_is_valid_by_the_reference_validator(parts, tmp_path, capsys):
    main = pytest.importorskip("wacz.main").main
    out = wacz(parts, tmp_path / "valley.wacz")
    assert main(["validate", "-f", str(out)]) == 0, capsys.readouterr().out
    spoilt = tmp_path / "spoilt.wacz"
    with zipfile.ZipFile(out) as old, zipfile.ZipFile(spoilt, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b" " if name.startswith("pages") else b""))
    assert main(["validate", "-f", str(spoilt)]) == 1


def test_a_wacz_holds_the_segments_bit_for_bit_and_unpacked(parts, tmp_path):
    archive, _known, *_ = parts
    with zipfile.ZipFile(wacz(parts, tmp_path / "valley.wacz")) as zipped:
        assert {entry.compress_type for entry in zipped.infolist()} == {zipfile.ZIP_STORED}
        for name in archive.names():
            assert zipped.read(f"archive/{name}") == archive.path(name).read_bytes()
        package = json.loads(zipped.read("datapackage.json"))
        assert package["wacz_version"] == "1.1.1"
        assert package["title"] == INFO["title"]
        for resource in package["resources"]:
            data = zipped.read(resource["path"])
            assert (resource["bytes"], resource["hash"]) == (len(data), "sha256:" + hashlib.sha256(data).hexdigest())
        digest = json.loads(zipped.read("datapackage-digest.json"))
        assert digest["hash"] == "sha256:" + hashlib.sha256(zipped.read("datapackage.json")).hexdigest()


def _index(zipped):
    lines = gzip.decompress(zipped.read("indexes/index.cdx.gz")).decode().splitlines()
    return [(line.split(" ", 2)[0], line.split(" ", 2)[1], json.loads(line.split(" ", 2)[2])) for line in lines]


def test_the_index_leads_to_the_records(parts, tmp_path):
    with zipfile.ZipFile(wacz(parts, tmp_path / "valley.wacz")) as zipped:
        index = _index(zipped)
        assert [line[:2] for line in index] == sorted(line[:2] for line in index)
        assert len(index) == 5
        for key, moment, fields in index:
            data = zipped.read(f"archive/{fields['filename']}")[int(fields["offset"]) :][: int(fields["length"])]
            record = next(iter(ArchiveIterator(io.BytesIO(data))))
            assert record.rec_headers.get_header("WARC-Target-URI") == fields["url"]
            assert "sha256:" + hashlib.sha256(record.content_stream().read()).hexdigest() == fields["digest"]
            assert moment == "20310514081500"
            assert fields["mime"] == ("text/html" if key.startswith("example,") else "text/plain")
            assert fields.get("status") == ("200" if key.startswith("example,") else None)


def test_the_index_of_the_index_leads_to_its_blocks(parts):
    lines = [cdxj.line(f"https://herald.example/{n:05}", WHEN, {"n": n}) for n in range(2500)]
    data, index = cdxj.packed(lines[::-1], "index.cdx.gz")
    meta, *blocks = index.decode().splitlines()
    assert json.loads(meta.removeprefix("!meta 0 ")) == {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}
    assert len(blocks) == 3
    text = ""
    for block in blocks:
        key, moment, place = block.split(" ", 2)
        place = json.loads(place)
        piece = gzip.decompress(data[place["offset"] : place["offset"] + place["length"]]).decode()
        assert piece.startswith(f"{key} {moment} ")
        text += piece
    assert text == "".join(lines)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.herald.example/News/1?b=2&a=1",
        "http://herald.example:80/",
        "http://herald.example",
        "https://herald.example:8443/a/b/",
        "http://www2.sub.herald.example/a%20b",
        "urn:trucewatch:file:a%20b.txt",
    ],
)
def test_keys_are_those_of_other_tools(url):
    assert cdxj.key(url) == pytest.importorskip("surt").surt(url)


def test_the_reading_room_reads_a_wacz(parts, tmp_path):
    found = list(read([str(wacz(parts, tmp_path / "valley.wacz"))]))
    assert all(isinstance(item, Report) for item in found)
    assert [item.title for item in found] == [f"Shells land, day {n}" for n in range(3)]
    assert [item.url for item in found] == [f"https://herald.example/news/{n}" for n in range(3)]


def test_a_choice_of_records_leaves_nothing_else(parts, tmp_path):
    _archive, known, *_ = parts
    chosen = [record for record in known.sorted() if record.type == "response"][1:]
    with zipfile.ZipFile(wacz(parts, tmp_path / "valley.wacz", records=chosen)) as zipped:
        (name,) = [name for name in zipped.namelist() if name.startswith("archive/")]
        records = [record.rec_headers.get_header("WARC-Record-ID") for record in ArchiveIterator(io.BytesIO(zipped.read(name)))]
        assert records == [f"<{record.record_id}>" for record in chosen]
        assert len(_index(zipped)) == 2


def test_the_same_content_gives_the_same_bytes(parts, tmp_path):
    one, two = wacz(parts, tmp_path / "one.wacz"), wacz(parts, tmp_path / "two.wacz")
    assert one.read_bytes() == two.read_bytes()
    (tmp_path / "x").mkdir()
    bags = [export_bagit(bag_files(parts), folder / "bag.zip", BAG_INFO) for folder in (tmp_path, tmp_path / "x")]
    assert bags[0].read_bytes() == bags[1].read_bytes()


def test_nothing_is_overwritten_unasked(parts, tmp_path):
    for name in ("bag", "bag.zip"):
        out = export_bagit([("a", b"1")], tmp_path / name, {})
        with pytest.raises(TrucewatchError) as caught:
            export_bagit([("a", b"2")], out, {})
        assert caught.value.code == "exists"
        export_bagit([("a", b"2")], out, {}, overwrite=True)
    assert (tmp_path / "bag" / "data" / "a").read_bytes() == b"2"
    out = wacz(parts, tmp_path / "valley.wacz")
    with pytest.raises(TrucewatchError):
        wacz(parts, out)
    wacz(parts, out, overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bag", "bag.zip", "evidence", "valley.wacz"]


def test_a_folder_that_is_no_bag_is_never_overwritten(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "letter.txt").write_text("dear")
    with pytest.raises(TrucewatchError, match="no bag"):
        export_bagit([], home, {}, overwrite=True)
    assert (home / "letter.txt").exists()


def test_a_failed_package_leaves_the_old_one_and_no_rest(parts, tmp_path):
    _archive, known, *_ = parts
    out = wacz(parts, tmp_path / "valley.wacz")
    before = out.read_bytes()
    first, *rest = known.sorted()
    with pytest.raises(TrucewatchError) as caught:
        wacz(parts, out, overwrite=True, records=[replace(first, stored_sha256="0" * 64), *rest])
    assert caught.value.code == "evidence-damaged"
    with pytest.raises(TrucewatchError) as caught:
        export_bagit([("a", b"1"), ("b", tmp_path / "none")], tmp_path / "bag", {})
    assert caught.value.code == "unreadable"
    assert out.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evidence", "valley.wacz"]


def test_a_full_disk_is_said_plainly(parts, tmp_path, file_limit):
    with file_limit(1000), pytest.raises(TrucewatchError) as caught:
        wacz(parts, tmp_path / "valley.wacz")
    assert caught.value.code == "disk-full"
    assert not (tmp_path / "valley.wacz").exists()


def test_what_a_package_says_of_itself_is_not_the_callers(parts, tmp_path):
    archive, known, *_ = parts
    with pytest.raises(TrucewatchError):
        export_wacz(archive, known.sorted(), [], tmp_path / "x.wacz", {"resources": "none"})


def test_records_out_of_order_are_refused(parts, tmp_path):
    _archive, known, *_ = parts
    records = known.sorted()
    first = [record for record in records if record.segment == records[0].segment]
    mixed = [first[0], *[record for record in records if record.segment != records[0].segment], first[1]]
    with pytest.raises(TrucewatchError) as caught:
        wacz(parts, tmp_path / "x.wacz", records=mixed)
    assert caught.value.code == "records-unsorted"
