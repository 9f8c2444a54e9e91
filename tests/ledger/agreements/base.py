"""A small sound agreement that tests break in one place at a time, and what to hold it against."""

from __future__ import annotations

from functools import cache

from trucewatch.knowledge.actors import ActorFile
from trucewatch.knowledge.places import Gazetteer
from trucewatch.ledger.agreements import lint, load

TEXT = """\
trucewatch-agreement: 1
id: small
title: A small truce
date: 2020-03-05
place: Moscow
kind: InterIntra
stage: Cea
parties:
  - {actor: TUR, role: signed}
  - {actor: RUS, role: signed}
status:
  - {state: in force, from: 2020-03-05}
sources:
  - {title: The truce, publisher: Somebody, date: 2020-03-05}
areas:
  road:
    type: LineString
    coordinates: [[36.76, 35.85], [36.20, 35.80]]
    width_km: 6
    lies_in: [SYR/Idlib]
  square:
    type: Polygon
    coordinates: [[[36.0, 35.5], [37.0, 35.5], [37.0, 36.0], [36.0, 36.0], [36.0, 35.5]]]
    lies_in: [SYR]
terms:
  - id: fire
    label: Ceasefire
    text: No fire.
    obligations: [no fire]
    bearers: [parties]
    area: square
    period: {from: 2020-03-06T00:01}
  - id: patrols
    label: Patrols
    text: They patrol.
    obligations: [joint patrols]
    bearers: [TUR, RUS-MIL]
    area: road
    period: {from: 2020-03-15, until: 2020-12-31, deadline: 2020-06-01}
"""


@cache
def desk():
    return ActorFile.load(), Gazetteer.load()


def written(tmp_path, text=TEXT, name="small.yaml"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def edited(*changes):
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text


def problems(tmp_path, text, name="small.yaml"):
    return lint(written(tmp_path, text, name), *desk())


def agreement(tmp_path, text=TEXT, name="small.yaml"):
    return load(written(tmp_path, text, name), *desk())
