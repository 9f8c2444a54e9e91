"""Small archives and chains for the tests of the evidence. All texts are fictional."""

from __future__ import annotations

from trucewatch.dossier.evidence import Archive, Capture, CustodyLog, link, local_uri

PAGE = (
    b"<html><head><title>Shells near Tel Amar</title></head><body><p>"
    + b"Two shells landed near the village. " * 20
    + b"</p></body></html>"
)
WHEN = "2031-05-14T08:15:00Z"


def fetched(number=1, body=PAGE, **more):
    return Capture(
        f"https://herald.example/news/{number}",
        "fetch",
        body,
        "text/html; charset=utf-8",
        WHEN,
        status_line="HTTP/1.1 200 OK",
        response_headers=(("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"), ("Content-Length", "99")),
        request_line=f"GET /news/{number} HTTP/1.1",
        request_headers=(("Host", "herald.example"), ("Accept-Encoding", "gzip, deflate")),
        metadata={"case": f"case {number}"},
        **more,
    )


def from_file(payload, name="report.txt", kind="file", content_type="text/plain"):
    return Capture(local_uri(kind, name), kind, payload, content_type, WHEN)


def chain(count):
    entries = []
    for number in range(1, count + 1):
        entries.append(link(entries[-1] if entries else None, WHEN, "capture", {"number": number, "name": "Tel Amar, تل عمار"}))
    return entries


class Known:
    """What a database would know: the records, and where each segment ends."""

    def __init__(self):
        self.records = []

    def add(self, stored):
        self.records.extend(stored.records)
        return stored

    def end(self, segment):
        ends = [record.offset + record.length for record in self.records if record.segment == segment]
        return max(ends) if ends else None

    def sorted(self):
        return sorted(self.records, key=lambda record: (record.segment, record.offset))


def dossier(folder, captures=3, entries=6, segments=1):
    """An archive, what is known of it, a chain and its log."""
    archive, known = Archive(folder), Known()
    for _ in range(segments):
        with archive.writer() as writer:
            for number in range(captures):
                known.add(writer.store(fetched(number)))
            known.add(writer.store(from_file(b"A note from the valley.\n" * 30)))
    made = chain(entries)
    log = CustodyLog(folder / "custody.jsonl")
    log.append(made)
    return archive, known, made, log
