"""Reports coded once and kept, so that a benchmark of the dossier need not wait for the coder.

``Replay`` codes by looking up what the real coder made of the same words; a report it has not met is an error. Not for accuracy.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from trucewatch.model import Coded, Report, Unread  # noqa: E402
from trucewatch.model.contract import from_dict, to_json  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GOLD = ROOT / "tests" / "ledger" / "gold"


def bodies() -> list[dict[str, str]]:
    """Invented reports: id, publisher, published, title, text; marks taken off. For speed and strength only."""
    import re  # noqa: PLC0415

    found: list[dict[str, str]] = []
    for path in sorted(GOLD.glob("*/reports.txt")):
        for part in path.read_text("utf-8").split("\n## ")[0:]:
            head, _, body = part.removeprefix("## ").partition("\n---\n")
            name, *lines = head.strip().splitlines()
            facts = {key: value for key, _, value in (line.partition(": ") for line in lines)}
            text = re.sub(r"\[\[[^|\]]+\|([^\]]+)\]\]", r"\1", body).strip()
            found.append({"id": name, "text": text, **{key: facts[key] for key in ("publisher", "published", "title")}})
    return found


class Replay:
    """A stand-in for the coder: knows the records of the reports in a file."""

    def __init__(self, path: Path) -> None:
        self.records: dict[str, Coded] = {}
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                coded = from_dict(json.loads(line))
                self.records[_key(coded.text)] = coded

    @property
    def facts(self) -> object:
        """The coder's versions."""
        return next(iter(self.records.values())).coder

    def __call__(self, items: Iterable[Report | Unread]) -> Iterator[Coded]:
        """Code reports, in order."""
        for item in items:
            if isinstance(item, Unread):
                yield Coded(item.id, item.status, item.reasons, item.report, coder=self.facts)  # type: ignore[arg-type]
            else:
                yield replace(self.records[_key(item.text)], id=item.id, report=item)


def _key(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def prepare(path: Path, most: int | None = None) -> None:
    """Code the invented reports once and keep the records; does nothing where they are kept already."""
    if path.exists():
        return
    import trucewatch  # noqa: PLC0415

    worlds = sorted(GOLD.glob("*/states.tsv"))
    coder = trucewatch.load(
        actors=[path.parent / name for path in worlds for name in ("states.tsv", "groups.tsv")],
        gazetteers=[path.parent / "places.tsv" for path in worlds],
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as out:
        for body in bodies()[:most]:
            report = Report(body["id"], body["text"], body["published"], body["title"], body["publisher"], language="en")
            out.write(to_json(coder.code(report)) + "\n")
    part.replace(path)


if __name__ == "__main__":
    prepare(ROOT / "out" / "replay.jsonl")
    print(len(Replay(ROOT / "out" / "replay.jsonl").records), "records")
