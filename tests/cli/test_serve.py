"""`trucewatch serve`: who may be served, and who may log in."""

from __future__ import annotations

import socket
import stat

import pytest
from click.testing import CliRunner

pytest.importorskip("fastapi", reason="the web application is not installed")

from trucewatch.cli.serve import command
from trucewatch.dossier.project import init
from trucewatch.model import TrucewatchError
from trucewatch.web.users import Users


@pytest.fixture
def folder(tmp_path):
    init(tmp_path / "karsh")
    return tmp_path / "karsh"


def serve(folder, *options, typed=""):
    return CliRunner().invoke(command, [str(folder), *options], input=typed)


@pytest.mark.parametrize("options", [["--host", "0.0.0.0"], ["--host", "192.0.2.1"], ["--behind-proxy"], ["--host", "::"]])  # noqa: S104
def test_others_are_let_in_only_as_a_team(folder, options):
    error = serve(folder, *options).exception
    assert isinstance(error, TrucewatchError)
    assert error.code == "not-alone"


def test_a_team_needs_somebody_who_can_log_in(folder):
    assert serve(folder, "--team").exception.code == "no-user"


def test_a_user_is_added_with_a_password_that_is_typed_twice(folder):
    assert (
        serve(folder, "--add-user", "ada", "--role", "admin", typed="a long enough word\na long enough word\n").exit_code == 0
    )
    assert Users(folder).check("ada", "a long enough word").role == "admin"
    assert stat.S_IMODE((folder / "users.toml").stat().st_mode) == 0o600
    assert serve(folder, "--remove-user", "ada").exit_code == 0
    assert serve(folder, "--remove-user", "ada").exception.code == "no-user"


def test_a_token_is_printed_once(folder):
    made = serve(folder, "--add-token", "notebook", "--role", "reviewer")
    token = made.stdout.strip()
    assert Users(folder).bearer(token).role == "reviewer"
    assert token not in (folder / "users.toml").read_text("utf-8")


def test_a_port_that_is_taken_is_said(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        error = serve(folder, "--port", str(taken.getsockname()[1])).exception
    assert error.code == "address-taken"


def test_a_folder_that_is_no_dossier_is_said(tmp_path):
    assert serve(tmp_path).exception.code == "no-dossier"
