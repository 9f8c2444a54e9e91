"""docs/evidence.md tells what the code does."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .makers import dossier

ROOT = Path(__file__).parents[3]
DOC = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")


def test_every_finding_is_explained():
    sources = [
        (ROOT / "src/trucewatch/dossier/evidence" / name).read_text() for name in ("chain.py", "verify.py", "timestamp.py")
    ]
    codes = set(re.findall(r'(?:Trouble|_trouble)\(\s*"([a-z-]+)"', "".join(sources)))
    assert len(codes) > 12
    assert {code for code in codes if f"`{code}`" not in DOC} == set()


@pytest.mark.skipif(
    not all(map(shutil.which, ("sh", "sed", "tr", "head", "tail", "sha256sum"))), reason="needs the usual tools"
)
def test_the_commands_for_checking_by_hand_give_the_digests(tmp_path):
    _, known, entries, _ = dossier(tmp_path / "evidence")
    record = known.sorted()[1]
    chain, member = (
        next(line.split("   #")[0] for line in DOC.splitlines() if line.startswith(start)) for start in ("sed -n", "tail -c")
    )
    member = (
        member.replace("X.warc.gz", record.segment).replace("OFFSET", str(record.offset)).replace("LENGTH", str(record.length))
    )
    for command, digest in ((chain, entries[4].hash), (member, record.stored_sha256)):
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout.split()[0] == digest
