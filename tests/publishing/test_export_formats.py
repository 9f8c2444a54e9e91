"""Each export read by somebody else's reader, or held against a published schema; and what the crosswalks make of an incident."""

from __future__ import annotations

import asyncio
import csv
import json
import sqlite3
import zipfile

import pytest

from publishing import exports_dossier as made
from trucewatch import ontology
from trucewatch.dossier.handover import Handover
from trucewatch.dossier.project import open_dossier
from trucewatch.publishing.exports import acled, exporter, frames, phoenix, shipping, ucdp

pandas = pytest.importorskip("pandas")


def table(path, **options):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, **options))


def the(found, key, value):
    """The one row of which a column has a value."""
    (row,) = (row for row in found if row[key] == value)
    return row


# -- ACLED and UCDP -----------------------------------------------------------------------------------------------------------------


def test_acled_has_acleds_columns_spellings_and_scales_by_pandas(exported):
    found = pandas.read_csv(exported.path("acled"))
    assert tuple(found.columns) == (*acled.OWN, *acled.OURS)
    assert found["event_id_cnty"].isna().all()
    known = {entry.sub_event_type: entry for entry in ontology.load().acled_entries}
    told = found.dropna(subset=["event_type"])
    assert len(told)
    for row in told.itertuples():
        entry = known[row.sub_event_type]
        assert (row.event_type, row.disorder_type) == (entry.event_type, entry.disorder_type)
    assert set(found["geo_precision"].dropna()) <= {1, 2, 3}
    assert set(found["time_precision"].dropna()) <= {1, 2, 3}
    dates = pandas.to_datetime(found["event_date"].dropna())
    assert list(dates.dt.year) == list(found.loc[dates.index, "year"])
    assert found["source_scale"].isna().all()
    assert found["tw_incident"].is_unique


def test_the_shelling_as_acled_and_ucdp_would_have_it_disputed_sides_left_out(exported):
    row = the(table(exported.path("acled")), "tw_category", "shelling")
    assert row["sub_event_type"] == "Shelling/artillery/missile attack"
    assert (row["event_date"], row["time_precision"], row["geo_precision"]) == ("2031-05-04", "1", "2")
    assert (row["latitude"], row["longitude"]) == ("46.4", "-8.8")
    assert (row["actor1"], row["inter1"]) == ("", "")
    assert "Northern Front" in row["tw_named_actors"]
    assert "military" in row["tw_named_actors"]
    assert row["tw_disputed"] == "true"
    assert row["fatalities"] == row["tw_killed_low"] == "2"
    assert row["tw_killed_high"] == "3"
    assert "did not happen" in row["notes"]
    row = the(table(exported.path("ucdp")), "tw_category", "shelling")
    assert (row["low"], row["high"], row["where_prec"], row["date_prec"]) == ("2", "3", "2", "1")
    assert (row["side_a"], row["type_of_violence"]) == ("", "")
    assert int(row["number_of_sources"]) == 4
    assert row["source_office"].split(";")[0] == "State News"
    assert (
        "[a resident]" in row["source_original"]
        or "[resident" in row["source_original"]
        or "Resident" in row["source_original"]
    )
    assert row["geom_wkt"] == "POINT (-8.8 46.4)"


def test_a_detention_without_day_or_place_has_neither(exported):
    row = the(table(exported.path("acled")), "tw_category", "detention")
    assert not any(
        row[name] for name in ("event_date", "year", "time_precision", "latitude", "longitude", "geo_precision", "fatalities")
    )
    assert (row["actor1"], row["actor2"], row["inter2"]) == ("Varenia: military", "civilians", "Civilians")
    row = the(table(exported.path("ucdp")), "tw_category", "detention")
    assert not any(
        row[name] for name in ("year", "date_start", "where_prec", "latitude", "best", "low", "high", "type_of_violence")
    )


def test_ucdp_has_ucdps_columns_and_scales_by_pandas(exported):
    found = pandas.read_csv(exported.path("ucdp"))
    assert tuple(found.columns) == (*ucdp.OWN, *ucdp.OURS)
    for name in ("id", "relid", "conflict_new_id", "dyad_new_id", "side_a_new_id", "gwnoa"):
        assert found[name].isna().all()
    scales = {d.scale: set() for d in ontology.load().degrees}
    for degree in ontology.load().degrees:
        scales[degree.scale].add(degree.code)
    for scale in ("type_of_violence", "where_prec", "date_prec"):
        assert set(found[scale].dropna()) <= scales[scale]
    known = found.dropna(subset=["low", "best", "high"])
    assert ((known["low"] <= known["best"]) & (known["best"] <= known["high"])).all()


@pytest.mark.parametrize(
    ("point", "cell"), [((-90, -180), 1), ((90, 180), 259200), ((0.1, 0.1), 129961), ((-89.9, 179.9), 720)]
)
def test_prio_grid(point, cell):
    assert ucdp.grid(*point) == cell


# -- CAMEO and PLOVER ---------------------------------------------------------------------------------------------------------------


def test_cameo_has_phoenix_columns_by_pandas(exported):
    found = pandas.read_csv(exported.path("cameo"), sep="\t", dtype=str, quoting=csv.QUOTE_NONE, keep_default_na=False)
    assert tuple(found.columns) == (*phoenix.OWN, *phoenix.OURS)
    codes = {entry.code for entry in ontology.load().cameo_codes}
    assert set(found["EventCode"]) <= codes
    assert (found["EventRootCode"] == found["EventCode"].str[:2]).all()
    assert found["EventID"].is_unique
    row = found[found["tw_truce"] == "detention"].iloc[0]
    assert (row["SourceActorFull"], row["SourceActorEntity"], row["SourceActorRole"]) == ("XVAMIL", "XVA", "MIL")
    assert (row["Date"], row["Year"]) == ("", "")
    assert "denied" not in set(found["tw_status"])
    assert exported.about("cameo")["left_out"] == {
        "told as denied, not as happened": 1,
        "told as threatened, not as happened": 1,
    }


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("SYRREB", ("SYR", "REB", [])),
        ("HLH", ("", "HLH", [])),
        ("IGOUNO", ("IGO", "", ["UNO"])),
        ("", ("", "", [])),
        ("UAFkur", ("", "UAF", ["kur"])),
    ],
)
def test_an_actor_code_in_its_parts(code, parts):
    assert phoenix.split(code) == parts


#: The field names of the PLOVER manual, draft 0.7b1, chapter "JSON Data Fields", with what each holds, in JSON Schema.
_ACTOR = {
    "type": "object", "additionalProperties": False,
    "properties": {
        "code": {"type": "string", "minLength": 3, "maxLength": 3}, "sector": {"type": "string", "minLength": 3, "maxLength": 6},
        "actor_text": {"type": "string"}, "identifier_id": {"type": "string"}, "identifier_text": {"type": "string"},
    },
}  # fmt: skip
PLOVER = {
    "type": "object", "required": ["id", "date", "source", "event"], "additionalProperties": False,
    "properties": {
        "id": {"type": "string"}, "has_event": {"const": True}, "date": {"type": ["string", "null"], "pattern": r"^\d{4}-\d\d-\d\d$"},
        "time": {"type": "string"}, "enddate": {"type": "string"}, "source": {"type": "array", "items": _ACTOR},
        "recipient": {"type": "array", "items": _ACTOR}, "event": {"type": "array", "minItems": 1}, "event_loc": {"type": "object"},
        "event_text": {"type": "array"}, "quad_code": {"enum": [1, 2, 3, 4]}, "mode": {"type": "string"}, "context": {"type": "array"},
        "link": {"type": "string"}, "text_info": {"type": "object"}, "size_info": {"type": "object"}, "cite_info": {"type": "object"},
        "coder": {"type": "string"}, "trucewatch": {"type": "object"},
    },
}  # fmt: skip


def test_plover_lines_are_of_the_manuals_fields(exported):
    jsonschema = pytest.importorskip("jsonschema")
    lines = [json.loads(line) for line in exported.path("plover").read_text("utf-8").split("\n") if line]
    for line in lines:
        jsonschema.validate(line, PLOVER)
    shelling = (
        next(line for line in lines if line["size_info"]["dead"] == 3) if any("size_info" in line for line in lines) else {}
    )
    assert shelling["date"] == "2031-05-04"
    assert shelling["source"][0]["sector"] == "REB"
    assert shelling["event_loc"]["latitude"] == 46.4
    assert "text" not in shelling


# -- maps ---------------------------------------------------------------------------------------------------------------------------


def test_geojson_by_geojson_pydantic_and_gdal(exported):
    text = exported.path("geojson").read_text("utf-8")
    reader = pytest.importorskip("geojson_pydantic")
    found = reader.FeatureCollection.model_validate_json(text)
    assert len(found.features) == exported.about("geojson")["rows_out"]["incidents"]
    assert "crs" not in json.loads(text)
    points = {feature.geometry.coordinates[:2] for feature in found.features if feature.geometry}
    assert (-8.8, 46.4) in {tuple(point) for point in points}
    assert any(feature.geometry is None for feature in found.features)
    assert json.loads(text)["trucewatch"]["protection"]["applied"] is True
    gdal = pytest.importorskip("pyogrio")
    assert gdal.read_info(exported.path("geojson"))["features"] == len(found.features)


def test_geopackage_by_gdal(exported):
    gdal = pytest.importorskip("pyogrio")
    path = exported.path("geopackage")
    assert sorted(name for name, _ in gdal.list_layers(path)) == ["accounts", "incidents"]
    info = gdal.read_info(path, layer="incidents")
    assert (info["geometry_type"], info["crs"]) == ("Point", "EPSG:4326")
    assert info["features"] == exported.about("geopackage")["rows_out"]["incidents"]
    meta, _, shapes, values = gdal.raw.read(path, layer="incidents")
    from shapely import from_wkb  # noqa: PLC0415

    points = {(shape.x, shape.y) for shape in from_wkb(shapes) if shape is not None}
    assert (-8.8, 46.4) in points
    assert "shelling" in set(values[list(meta["fields"]).index("category")])
    assert gdal.read_info(path, layer="accounts")["features"] == exported.about("geopackage")["rows_out"]["accounts"]


def test_geopackage_is_marked_as_one_and_whole(exported):
    data = exported.path("geopackage").read_bytes()
    assert data[68:72] == b"GPKG"
    with sqlite3.connect(exported.path("geopackage")) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        assert conn.execute("PRAGMA user_version").fetchone() == (10300,)


def test_geoparquet_by_its_validator(exported):
    path = exported.path("geoparquet")
    validator = pytest.importorskip("geoparquet_validator")
    report = validator.check(str(path))
    assert validator.failed(report) == []
    assert all(validator.conformant(report, part) for part in ("core", "covering"))


def test_parquet_by_pandas_with_types_and_meanings(exported):
    path = exported.path("parquet")
    found = pandas.read_parquet(path)
    assert tuple(found.columns) == frames.EVENTS.names
    assert len(found) == exported.about("parquet")["rows_out"]["events"]
    pq = pytest.importorskip("pyarrow.parquet")
    schema = pq.read_schema(path)
    assert schema.field("latitude").metadata[b"description"]
    assert str(schema.field("killed_best").type) == "int64"
    begin = pq.read_table(exported.path("geoparquet")).column("begin").to_pylist()
    assert {day.isoformat() for day in begin if day} == {"2031-05-04", "2031-05-06"}
    assert json.loads(pq.read_metadata(path).metadata[b"trucewatch"])["format"] == "parquet"


# -- packages -----------------------------------------------------------------------------------------------------------------------


def test_data_package_by_frictionless(exported):
    frictionless = pytest.importorskip("frictionless")
    path = exported.path("datapackage")
    report = frictionless.validate(str(path / "datapackage.json"))
    assert report.valid, report.flatten(["type", "note"])
    package = frictionless.Package(str(path / "datapackage.json"))
    assert [resource.name for resource in package.resources] == [frame.name for frame in frames.FRAMES]
    described = json.loads((path / "datapackage.json").read_text("utf-8"))
    assert described["trucewatch"]["rows_out"] == exported.about("datapackage")["rows_out"]
    assert all(column.name in (path / "codebook.md").read_text("utf-8") for frame in frames.FRAMES for column in frame.columns)


def test_data_package_as_a_zip_by_frictionless(export_dossier, tmp_path):
    frictionless = pytest.importorskip("frictionless")
    out = [tmp_path / "one.zip", tmp_path / "two.zip"]
    with open_dossier(export_dossier, write=True) as dossier:
        for path in out:
            shipping.ship(Handover(dossier), exporter("datapackage"), path)
    assert out[0].read_bytes() == out[1].read_bytes()
    with zipfile.ZipFile(out[0]) as archive:
        assert "datapackage.json" in archive.namelist()
    assert frictionless.Package(str(out[0])).infer is not None


def test_sqlite_by_datasette(exported):
    app = pytest.importorskip("datasette.app")
    folder = exported.path("sqlite")
    metadata = json.loads((folder / "metadata.json").read_text("utf-8"))
    served = app.Datasette([str(folder / "dossier.db")], metadata=metadata, settings={"num_sql_threads": 1})

    async def ask(*paths):
        return [await served.client.get(path) for path in paths]

    answers = asyncio.run(
        ask(
            "/dossier.json", "/dossier/incidents.json?_shape=array&category=shelling", "/dossier/reports.json?_search=shelled&_shape=array",
            "/dossier/incidents",
        )
    )  # fmt: skip
    assert [answer.status_code for answer in answers] == [200] * 4
    tables = {item["name"]: item for item in answers[0].json()["tables"]}
    assert tables["incidents"]["fts_table"] == "incidents_fts"
    assert {link["other_table"] for link in tables["accounts"]["foreign_keys"]["outgoing"]} == {"incidents", "reports"}
    assert len(answers[1].json()) == 1
    assert len(answers[2].json()) == 4
    assert "one occurrence as one or more accounts tell it" in answers[3].text


def test_sqlite_is_whole_and_its_keys_lead_somewhere(exported):
    with sqlite3.connect(exported.path("sqlite") / "dossier.db") as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert conn.execute("PRAGMA foreign_key_check").fetchall() == []
        kept = dict(conn.execute("SELECT name, value FROM about"))
        assert json.loads(kept["rows_out"]) == exported.about("sqlite")["rows_out"]
        assert conn.execute("SELECT count(*) FROM claims").fetchone() == (1,)


# -- linked data --------------------------------------------------------------------------------------------------------------------


def test_provenance_by_prov(exported):
    model = pytest.importorskip("prov.model")
    document = model.ProvDocument.deserialize(content=exported.path("prov").read_text("utf-8"), format="json")
    about = exported.about("prov")
    kinds = [str(kind) for entity in document.get_records(model.ProvEntity) for kind in entity.get_attribute("prov:type")]
    assert kinds.count("tw:Report") == about["rows_out"]["reports"] == 7
    assert kinds.count("tw:Incident") == about["rows_out"]["incidents"]
    assert kinds.count("tw:Evidence") == about["rows_out"]["captures"] == 2
    assert len(list(document.get_records(model.ProvGeneration))) == 7
    names = {str(record.identifier) for record in document.get_records(model.ProvElement)}
    for derived in document.get_records(model.ProvDerivation):
        assert {str(derived.args[0]), str(derived.args[1])} <= names


def test_provenance_tells_no_hash_of_the_bytes_under_the_policy(exported, bare):
    entities = [json.loads(x.path("prov").read_text("utf-8"))["entity"] for x in (exported, bare)]
    evidence = [{key for name, facts in found.items() if name.startswith("tw:k-") for key in facts} for found in entities]
    assert evidence[0] == {"prov:type", "tw:retrieved"}
    assert {"tw:sha256", "tw:uri"} <= evidence[1]


def test_entities_are_made_of_known_parties_on_whom_the_accounts_agree(export_dossier):
    from trucewatch.publishing.exports.followthemoney import entities  # noqa: PLC0415 - needs nothing that is not there

    with open_dossier(export_dossier, write=True) as dossier:
        found = list(entities(Handover(dossier)))
    text = json.dumps(found)
    assert not any(name in text for name in (made.PRIVATE, made.THREATENED, made.TYPED, "Rahma", str(made.EXACT[0])))
    kinds = [schema for schema, _, _ in found]
    assert (kinds.count("Article"), kinds.count("Event")) == (7, 3)
    shelling = next(values for schema, _, values in found if schema == "Event" and values["keywords"][0] == "Shelling")
    assert shelling["involved"] == []
    assert {schema for schema, _, values in found if values.get("name") == ["Varenia: military"]} == {"PublicBody"}
    ids = {id_ for _, id_, _ in found}
    assert all(
        set(values.get(prop, ())) <= ids
        for _, _, values in found
        for prop in ("entity", "document", "involved", "addressEntity")
    )


def test_statements_by_followthemoney(exported):
    path = exported.path("ftm")
    from followthemoney.dataset import Dataset  # noqa: PLC0415 - an extra
    from followthemoney.statement import StatementEntity  # noqa: PLC0415
    from followthemoney.statement.serialize import read_path_statements  # noqa: PLC0415

    found = list(read_path_statements(path, "json"))
    assert len(found) == exported.about("ftm")["rows_out"]["statements"]
    assert all(statement.id == statement.generate_key() for statement in found)
    by_id = {}
    for statement in found:
        by_id.setdefault(statement.entity_id, []).append(statement)
    dataset = Dataset.make({"name": found[0].dataset, "title": "x"})
    entities = [StatementEntity.from_statements(dataset, group) for group in by_id.values()]
    assert len(entities) == exported.about("ftm")["rows_out"]["entities"]
    ids = set(by_id)
    for entity in entities:
        for prop, value in entity.itervalues():
            assert prop.type.name != "entity" or value in ids
    shelling = next(e for e in entities if e.schema.name == "Event" and "Shelling" in e.caption)
    assert shelling.get("startDate") == ["2031-05-04"]
    assert shelling.get("involved") == []
    detention = next(
        e for e in entities if (e.schema.name == "Event" and "rivers" in " ".join(e.get("summary"))) or "Detention" in e.caption
    )
    assert detention.get("startDate") == []


#: As much of the standard's context as the export uses, written out here: a reader of linked data would fetch it, and tests fetch nothing.
_OA = "http://www.w3.org/ns/oa#"
_AS = "http://www.w3.org/ns/activitystreams#"
CONTEXT = {
    "oa": _OA, "as": _AS, "dc": "http://purl.org/dc/elements/1.1/", "dctypes": "http://purl.org/dc/dcmitype/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "id": "@id", "type": "@type",
    **{name: f"oa:{name}" for name in ("Annotation", "TextQuoteSelector", "TextPositionSelector", "SpecificResource", "TextualBody", "exact", "prefix", "suffix")},
    "start": "oa:start", "end": "oa:end", "value": "rdf:value", "format": "dc:format", "label": "rdfs:label", "Text": "dctypes:Text",
    **{name: {"@id": f"oa:has{name.capitalize()}", "@type": "@id"} for name in ("body", "target", "source", "selector", "purpose")},
    "motivation": {"@id": "oa:motivatedBy", "@type": "@vocab"}, "purpose": {"@id": "oa:hasPurpose", "@type": "@vocab"},
    "via": {"@id": "oa:via", "@type": "@id"}, **{name: f"oa:{name}" for name in ("classifying", "commenting", "identifying", "tagging", "describing")},
    "AnnotationCollection": "as:OrderedCollection", "AnnotationPage": "as:OrderedCollectionPage", "first": {"@id": "as:first", "@type": "@id"},
    "items": {"@id": "as:items", "@type": "@id", "@container": "@list"}, "total": "as:totalItems", "startIndex": "as:startIndex",
}  # fmt: skip


def test_annotations_by_rdflib_are_web_annotations_whose_words_are_there(exported, export_dossier):
    rdflib = pytest.importorskip("rdflib")
    document = json.loads(exported.path("annotations").read_text("utf-8"))
    assert document["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    graph = rdflib.Graph().parse(
        data=json.dumps({**document, "@context": [CONTEXT, document["@context"][1]]}), format="json-ld"
    )
    oa = rdflib.Namespace(_OA)
    found = set(graph.subjects(rdflib.RDF.type, oa.Annotation))
    assert (
        len(found)
        == document["total"]
        == len(document["first"]["items"])
        == sum(exported.about("annotations")["rows_out"].values())
    )
    for annotation in found:
        assert (annotation, oa.motivatedBy, None) in graph
        assert (annotation, oa.hasTarget, None) in graph
    lines = [json.loads(line) for line in exported.path("jsonl").read_text("utf-8").splitlines()]
    texts = {f"urn:trucewatch:{line['id']}": line["text"] for line in lines}
    for target in graph.objects(None, oa.hasTarget):
        text = texts[str(graph.value(target, oa.hasSource))]
        kinds = {graph.value(s, rdflib.RDF.type): s for s in graph.objects(target, oa.hasSelector)}
        at, quote = kinds[oa.TextPositionSelector], kinds[oa.TextQuoteSelector]
        start, end = int(graph.value(at, oa.start)), int(graph.value(at, oa.end))
        assert str(graph.value(quote, oa.exact)) == text[start:end]
        assert text[:start].endswith(str(graph.value(quote, oa.prefix)))
        assert text[end:].startswith(str(graph.value(quote, oa.suffix)))


def test_the_contract_lines_are_of_the_contracts_schema(exported):
    jsonschema = pytest.importorskip("jsonschema")
    from trucewatch.model.contract import schema  # noqa: PLC0415

    check = jsonschema.Draft202012Validator(schema())
    lines = [json.loads(line) for line in exported.path("jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == 7
    assert not [error.message for line in lines for error in check.iter_errors(line)]
    masked = {item["reason"] for item in exported.about("jsonl")["protection"]["masked"]}
    assert "threatened" in masked
    assert made.PRIVATE not in json.dumps(lines)
