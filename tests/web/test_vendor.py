"""The pages' JavaScript libraries: pinned, whole where they are, and honestly missing where they are not."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import os
import tarfile
from dataclasses import replace

import pytest

from trucewatch.model import TrucewatchError
from trucewatch.web import vendor

PIN = vendor.Pin(
    name="toy",
    version="1.0.0",
    integrity="",
    licence="MIT",
    licence_file="LICENSE",
    files=("dist/toy.js",),
    contains=("part (ISC)",),
)


def packed(**files):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"package/{name.replace('__', '/').replace('_js', '.js')}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return made.getvalue()


@pytest.fixture
def toy(monkeypatch):
    content = packed(dist__toy_js="let toy;\n//# sourceMappingURL=toy.js.map\n", LICENSE="Do as you like.\n")
    pin = replace(PIN, integrity="sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode())
    monkeypatch.setattr(vendor, "pins", lambda: (pin,))
    monkeypatch.setattr(vendor.shutil, "which", lambda _: "npm")
    monkeypatch.setattr(vendor, "_pack", lambda _npm, _wanted, room: (room / "toy-1.0.0.tgz").write_bytes(content))
    return pin


def test_each_pin_has_version_integrity_licence_and_no_address():
    pins = vendor.pins()
    assert [pin.name for pin in pins] == ["maplibre-gl", "htmx.org", "uplot"]
    assert all(len(base64.b64decode(pin.integrity.removeprefix("sha512-"))) == 64 for pin in pins)
    assert "://" not in vendor.PINS.read_text("utf-8")


@pytest.mark.skipif(
    bool(vendor.problem()), reason=f"the web application's libraries are not here ({vendor.problem()}): make web-assets"
)
def test_the_libraries_that_are_here_are_the_ones_the_manifest_says():
    assert vendor.altered() == []
    found = {library.name: library for library in vendor.libraries()}
    for pin in vendor.pins():
        assert set(found[pin.name].files) == set(pin.targets().values())
    words = (vendor.FOLDER / "NOTICE.txt").read_text("utf-8")
    assert words == vendor.notice()
    assert "MapLibre contributors" in words
    assert "Zero-Clause BSD" in words
    assert "The MIT License" in words


def test_a_library_is_laid_with_its_licence_its_hash_and_without_its_map(toy, tmp_path):
    (library,) = vendor.fetch(tmp_path / "vendor")
    assert (tmp_path / "vendor/toy/toy.js").read_text() == "let toy;\n"
    assert set(library.files) == {"toy/toy.js", "toy/LICENSE"}
    assert vendor.libraries(tmp_path / "vendor") == (library,)
    assert vendor.altered(tmp_path / "vendor") == []
    assert "part (ISC)" in vendor.notice(tmp_path / "vendor")
    assert vendor.problem(tmp_path / "vendor") == ""


def test_a_changed_or_lost_file_is_noticed(toy, tmp_path):
    vendor.fetch(tmp_path / "vendor")
    (tmp_path / "vendor/toy/toy.js").write_text("let spy;\n")
    assert vendor.altered(tmp_path / "vendor") == ["toy/toy.js"]
    (tmp_path / "vendor/toy/toy.js").unlink()
    assert vendor.problem(tmp_path / "vendor") == "toy/toy.js is missing"


def test_an_older_version_is_noticed(toy, tmp_path, monkeypatch):
    vendor.fetch(tmp_path / "vendor")
    monkeypatch.setattr(vendor, "pins", lambda: (replace(toy, version="2.0.0"),))
    assert vendor.problem(tmp_path / "vendor") == "toy is 1.0.0, not 2.0.0"


def test_bytes_that_are_not_the_pinned_ones_are_refused_and_what_lay_there_stays(toy, tmp_path, monkeypatch):
    vendor.fetch(tmp_path / "vendor")
    monkeypatch.setattr(vendor, "_pack", lambda _npm, _wanted, room: (room / "toy-1.0.0.tgz").write_bytes(gzip.compress(b"")))
    with pytest.raises(TrucewatchError, match="not the pinned one"):
        vendor.fetch(tmp_path / "vendor")
    assert vendor.problem(tmp_path / "vendor") == ""


def test_without_npm_one_line_says_what_is_missing_and_how_to_get_it(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(vendor.shutil, "which", lambda _: None)
    monkeypatch.setattr(vendor, "problem", lambda *_: "toy is missing")
    assert vendor.main([]) == 1
    assert vendor.main(["--lenient"]) == 0
    *_, last = capsys.readouterr().err.splitlines()
    assert "libraries are not here, all else works" in last
    assert "make web-assets" in last


def test_a_command_that_fails_is_quoted_by_its_first_complaint(tmp_path):
    script = tmp_path / "npm"
    script.write_text("#!/bin/sh\necho 'npm error code ECONNREFUSED' >&2\necho 'npm error a log lies elsewhere' >&2\nexit 1\n")
    script.chmod(0o755)
    with pytest.raises(TrucewatchError, match=r"npm could not fetch them \(npm error code ECONNREFUSED\)"):
        vendor._pack([os.fspath(script)], [PIN], tmp_path)


def test_the_manifest_is_plain_json(toy, tmp_path):
    vendor.fetch(tmp_path / "vendor")
    assert json.loads((tmp_path / "vendor/manifest.json").read_text())["libraries"][0]["licence"] == "MIT"
