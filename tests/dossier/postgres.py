"""A private PostgreSQL for the tests: a cluster in a temporary folder, on loopback, gone when they end."""

from __future__ import annotations

import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Unsafe on purpose: the cluster does not outlive the tests.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "listen_addresses": "127.0.0.1",
    "lc_messages": "C",
    "autovacuum": "on",
}


def find_programs() -> Path | None:
    """The folder of initdb and postgres, if this machine has them."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


def ordinary_user() -> tuple[int, int] | None:
    """Whom to run as: PostgreSQL refuses root. ``None`` for the user who runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise RuntimeError("root runs the tests and there is no user to run PostgreSQL as")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster(programs: Path) -> Iterator[str]:
    """Runs a cluster; gives the URL of its database ``postgres``."""
    folder = Path(tempfile.mkdtemp(prefix="tw-pg-", dir="/tmp"))  # a socket's path must be short
    user = ordinary_user()
    if user:
        os.chown(folder, *user)
    password, port, data = secrets.token_hex(8), free_port(), folder / "data"
    run = _runner(folder, user)
    (folder / "password").write_text(password, encoding="utf-8")
    if user:
        os.chown(folder / "password", *user)
    try:
        run(programs / "initdb", "-D", data, "-U", "trucewatch", "-A", "scram-sha-256", f"--pwfile={folder / 'password'}",
            "-E", "UTF8", "--locale=C", "--no-sync")  # fmt: skip
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [programs / "postgres", "-D", data, "-p", port, "-k", folder, *settings]
        with (folder / "log").open("wb") as log, _started(command, folder, user, log) as server:
            _wait_for(server, port, folder / "log")
            yield f"postgresql+psycopg://trucewatch:{password}@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account(user):
    return {"user": user[0], "group": user[1], "extra_groups": []} if user else {}


def _runner(folder, user):
    def run(*command):
        done = subprocess.run(
            [str(part) for part in command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            check=False, timeout=120, **_account(user),
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stdout.decode()}")

    return run


def _dies_with_us() -> None:
    """Asks Linux to stop the server when the tests are killed, so that none is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG; SIGINT is PostgreSQL's fast shutdown


@contextmanager
def _started(command, folder, user, log):
    server = subprocess.Popen(
        [str(part) for part in command], cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_dies_with_us,  # noqa: PLW1509
        **_account(user),
    )  # fmt: skip
    try:
        yield server
    finally:
        server.send_signal(signal.SIGQUIT)  # immediate: nothing in it is kept
        server.wait(60)


def _wait_for(server, port, log):
    """Until it lets us in, or has ended, or a minute is over."""
    deadline = time.monotonic() + 60
    while "ready to accept connections" not in log.read_text(errors="replace"):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start on port {port}: {log.read_text(errors='replace')}")
        time.sleep(0.05)
