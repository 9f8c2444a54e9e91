"""Makes small files of every format in memory, for the tests of the reading room. All texts are fictional."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

BODY = (
    (
        "Monitors of the joint mission said on Friday that two shells had landed near the village of Tel Amar. "
        "Nobody was hurt, they said, but a school was damaged and the road to the north was closed for the day."
    ),
    (
        "The army denied that it had fired on the village. A spokesman said the shells had come from the other side of the river, "
        "where fighters of the Hill Front have held positions since the truce was signed in the spring."
    ),
    (
        "Both sides have accused each other of breaking the truce. The mission said that it would send a patrol to the place "
        "as soon as the road was open again, and that it had asked both commands for their reports."
    ),
)


def article(title="Shells land near Tel Amar", body=BODY, head="", above="", below=""):
    """A plain news page."""
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in body)
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title} - Valley Herald</title>{head}</head><body>"
        f"<nav><a href='/'>Home</a> <a href='/about'>About</a></nav><article><h1>{title}</h1>{above}{paragraphs}</article>{below}"
        "<footer><p>Copyright 2024 Valley Herald. All rights reserved.</p></footer></body></html>"
    )


def pdf(pages, title=None):
    """A PDF of text pages: each page a list of (x, y, size, text); a text of None makes a page without text."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", None, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for page in pages:
        stream = "\n".join(
            f"BT /F1 {size} Tf {x} {y} Td ({text.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) Tj ET"
            for x, y, size, text in page
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    info = ""
    if title:
        objects.append(f"<< /Title ({title}) >>")
        info = f" /Info {len(objects)} 0 R"
    out = b"%PDF-1.4\n"
    places = []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    tail = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R{info} >>\n"
    )
    return out + f"{tail}startxref\n{len(out)}\n%%EOF\n".encode()


def lines(texts, top=780, size=11, step=14, left=72):
    """Rows of one PDF column; an empty text leaves a gap."""
    return [(left, top - step * i, size, text) for i, text in enumerate(texts) if text]


def warc(records, *, packed=True, kind="response"):
    """A WARC of (url, content type, body, status) records."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    for url, content_type, body, status in records:
        http = (
            StatusAndHeaders(f"{status} OK", [("Content-Type", content_type)], protocol="HTTP/1.1")
            if kind == "response"
            else None
        )
        headers = {"WARC-Date": "2024-05-04T08:00:00Z"}
        writer.write_record(
            writer.create_warc_record(
                url, kind, payload=io.BytesIO(body), http_headers=http, warc_headers_dict=headers,
                warc_content_type="" if http else content_type,
            )
        )  # fmt: skip
    return out.getvalue()


def page_warc(count=2, *, packed=True):
    """A WARC of ``count`` articles."""
    return warc(
        [
            (
                f"https://herald.example/{i}",
                "text/html; charset=utf-8",
                article(f"Report number {i} from the valley").encode(),
                200,
            )
            for i in range(1, count + 1)
        ],
        packed=packed,
    )


def wacz(warcs, pages=()):
    """A WACZ of named WARC files and listed page URLs."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("datapackage.json", "{}")
        for name, data in warcs.items():
            archive.writestr(f"archive/{name}", data)
        if pages:
            rows = [json.dumps({"format": "json-pages-1.0"}), *(json.dumps({"url": url, "title": "t"}) for url in pages)]
            archive.writestr("pages/pages.jsonl", "\n".join(rows))
    return out.getvalue()


def rss(items, title="Valley Herald"):
    """An RSS feed of dicts of element -> text; ``content`` is content:encoded."""
    names = {"content": "content:encoded", "creator": "dc:creator"}
    rows = "".join(
        "<item>" + "".join(f"<{names.get(k, k)}><![CDATA[{v}]]></{names.get(k, k)}>" for k, v in item.items()) + "</item>"
        for item in items
    )
    return (
        "<?xml version='1.0' encoding='utf-8'?><rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' "
        f"xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>{title}</title><language>en</language>{rows}</channel></rss>"
    ).encode()


def jsonl(*rows):
    """JSON lines; strings go in as they are."""
    return "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows).encode()


def gz(data):
    return gzip.compress(data, mtime=0)
