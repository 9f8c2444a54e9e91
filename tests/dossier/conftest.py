"""Fresh databases for tests: each test that asks for ``store_url`` or ``store`` runs on SQLite and on PostgreSQL.

PostgreSQL is the server that TRUCEWATCH_TEST_POSTGRES names (a URL whose user may create databases), or a private one where
initdb is found; without either, those tests are skipped and say so.
"""

from __future__ import annotations

import itertools
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from tests.dossier.postgres import cluster, find_programs

from trucewatch.dossier.store.engine import Store, open_engine
from trucewatch.dossier.store.migrate import migrate

BOTH = ("sqlite", "postgres")
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL where tests make databases: ``url`` of one it has, and the name of a migrated one to copy."""

    url: str
    template: str

    def create(self, template: str = "template0") -> str:
        """A new database, a copy of ``template``; gives its URL."""
        name = f"tw_{os.getpid()}_{next(_numbers)}"
        encoding = " ENCODING 'UTF8'" if template == "template0" else ""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{encoding}')
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        self.run(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')

    def run(self, statement: str) -> None:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as conn:
            conn.execute(text(statement))
        engine.dispose()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """The PostgreSQL of this run."""
    given = os.environ.get("TRUCEWATCH_TEST_POSTGRES", "").replace("postgresql://", "postgresql+psycopg://", 1)
    if given:
        yield from _server(given)
        return
    programs = find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL here: neither TRUCEWATCH_TEST_POSTGRES nor initdb")
    with cluster(programs) as url:
        yield from _server(url)


def _server(url):
    empty = Server(url, "")
    migrated = empty.create()
    engine = open_engine(migrated, Path())
    migrate(engine)
    engine.dispose()
    yield Server(url, make_url(migrated).database)
    empty.drop(migrated)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    engine = open_engine("", folder)
    migrate(engine)
    engine.dispose()
    return folder / "dossier.sqlite"


def fresh(request, tmp_path, kind, migrated):
    """The URL of a database of this test alone."""
    if kind == "sqlite":
        path = tmp_path / "dossier.sqlite"
        if migrated:
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    server = request.getfixturevalue("postgres")
    url = server.create(server.template) if migrated else server.create()
    request.addfinalizer(lambda: server.drop(url))
    return url


@pytest.fixture(params=BOTH)
def store_url(request, tmp_path):
    """The URL of an empty database."""
    return fresh(request, tmp_path, request.param, migrated=False)


@pytest.fixture(params=BOTH)
def store(request, tmp_path):
    """A store with all tables and no rows."""
    opened = Store(open_engine(fresh(request, tmp_path, request.param, migrated=True), tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def both(request, tmp_path):
    """Two stores with all tables and no rows: one of each kind."""
    opened = [Store(open_engine(fresh(request, tmp_path, kind, migrated=True), tmp_path)) for kind in BOTH]
    yield opened
    for one in opened:
        one.close()
