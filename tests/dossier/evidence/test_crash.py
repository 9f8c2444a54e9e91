"""Commands killed in the middle, and what the next one finds."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import time
from dataclasses import asdict

import pytest

from trucewatch.dossier.evidence import Archive, CustodyLog, StoredRecord, link
from trucewatch.dossier.evidence.verify import verify

from .makers import WHEN, from_file

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals")


class Database:
    """A file that is replaced whole at each commit, as a database's transaction would be."""

    def __init__(self, path):
        self.path = path

    def read(self):
        return json.loads(self.path.read_text()) if self.path.exists() else {"records": [], "times": 0}

    def records(self):
        found = [StoredRecord(**record) for record in self.read()["records"]]
        return sorted(found, key=lambda record: (record.segment, record.offset))

    def entries(self):
        made = []
        for number in range(self.read()["times"]):
            made.append(link(made[-1] if made else None, WHEN, "capture", {"number": number, "filler": "x" * 500}))
        return made

    def end(self, segment):
        return max((record.offset + record.length for record in self.records() if record.segment == segment), default=None)

    def commit(self, stored):
        state = self.read()
        state["records"] += [asdict(record) for record in stored.records]
        state["times"] += 1
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(state))
        part.replace(self.path)

    def after(self, seq):
        return [entry for entry in self.entries() if entry.seq > seq]


def _work(folder):
    archive, log, database = Archive(folder), CustodyLog(folder / "custody.jsonl"), Database(folder.parent / "database.json")
    while True:
        with archive.writer(database.end) as writer:
            database.commit(writer.store(from_file(random.randbytes(60_000))))
        log.catch_up(database.after)


def test_a_killed_command_leaves_nothing_that_the_next_cannot_account_for(tmp_path):
    folder = tmp_path / "evidence"
    archive, log, database = Archive(folder), CustodyLog(folder / "custody.jsonl"), Database(tmp_path / "database.json")
    chance = random.Random(1)
    for _ in range(12):
        command = multiprocessing.get_context("fork").Process(target=_work, args=(folder,))
        command.start()
        time.sleep(0.03 + chance.random() / 10)
        os.kill(command.pid, signal.SIGKILL)
        command.join()
        log.catch_up(database.after)
        cuts = list(archive.recover(database.end))
        assert all(cut.length for cut in cuts)
        assert list(verify(archive, database.records(), database.entries(), log)) == []
    assert database.records()
