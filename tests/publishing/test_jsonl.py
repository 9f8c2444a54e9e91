from __future__ import annotations

import io
import json

import pytest
from jsonschema import Draft202012Validator

from publishing import samples
from trucewatch.model import TrucewatchError
from trucewatch.model.contract import from_dict, schema, to_dict, to_json
from trucewatch.publishing import exporter

RECORDS = [samples.coded(), samples.failed(), samples.skipped(), samples.coded(report=samples.report(byline=(), origin=None))]


def test_each_record_is_one_line():
    stream = io.StringIO()
    writer = exporter("jsonl").open(stream)
    for record in [*RECORDS, samples.hostile("a\n\u2028\u0085\r\ud800b")]:
        writer.write(record)
    writer.close()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 5
    assert [json.loads(line)["id"] for line in lines[:4]] == [record.id for record in RECORDS]
    stream.getvalue().encode("utf-8")


@pytest.mark.parametrize("record", RECORDS)
def test_lines_are_valid_and_read_back_the_same(record):
    made = json.loads(to_json(record))
    Draft202012Validator(schema()).validate(made)
    assert from_dict(made) == record
    assert to_json(from_dict(made)) == to_json(record)
    assert from_dict(to_dict(record)) == record


def test_the_schema_is_a_schema_and_closes_every_field():
    Draft202012Validator.check_schema(schema())
    made = to_dict(samples.coded())
    del made["events"][0]["status"]
    assert list(Draft202012Validator(schema()).iter_errors(made))


@pytest.mark.parametrize("line", [{}, {"id": 1}, {"id": "x", "status": "coded", "reasons": 3, "report": None, "text": ""}])
def test_what_is_no_record_is_refused(line):
    with pytest.raises(TrucewatchError, match="not a line"):
        from_dict(line)


def test_an_unknown_format_names_those_there_are():
    with pytest.raises(TrucewatchError, match="csv, html, jsonl, table"):
        exporter("xml")
