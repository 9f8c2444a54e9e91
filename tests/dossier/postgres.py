"""A private PostgreSQL for the tests: a cluster in a temporary folder, on loopback, gone when they end."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
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
    """The folder of initdb and pg_ctl, if this machine has them."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


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
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        run(
            programs / "pg_ctl",
            "-D",
            data,
            "-w",
            "-t",
            "60",
            "-l",
            folder / "log",
            "-o",
            f"-p {port} -k {folder} {options}",
            "start",
        )
        try:
            yield f"postgresql+psycopg://trucewatch:{password}@127.0.0.1:{port}/postgres"
        finally:
            run(programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _runner(folder, user):
    account = {"user": user[0], "group": user[1], "extra_groups": []} if user else {}

    def run(*command):
        done = subprocess.run(
            [str(part) for part in command], cwd=folder, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT,
            stdout=subprocess.DEVNULL if "start" in command else subprocess.PIPE,  # the server would keep a pipe open
            check=False, timeout=120, **account,
        )  # fmt: skip
        if done.returncode:
            log = folder / "log"
            raise RuntimeError(
                f"{command[0]} failed: {(done.stdout or b'').decode()} {log.read_text() if log.exists() else ''}"
            )

    return run
