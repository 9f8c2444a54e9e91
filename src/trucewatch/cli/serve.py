"""`trucewatch serve`: a dossier as a web application."""

from __future__ import annotations

import ipaddress
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from trucewatch.cli.dossiers import FOLDER
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from trucewatch.web.settings import Role
    from trucewatch.web.users import Users

#: Seconds after which a thread hands over to another that waits. A page waits after each row that it reads: while two threads worked
#: something out, it took 450 ms with Python's own 0.005, and 100 ms with this.
_TURN = 0.0005
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    name="serve",
    epilog="""\b
Examples:
  trucewatch serve karsh --open
  trucewatch serve karsh --add-user ada --role reviewer
  trucewatch serve karsh --team --host 0.0.0.0 --allow-host truce.example.org --certificate cert.pem --key key.pem
  trucewatch serve karsh --add-token notebook --role reader""",
)
@FOLDER
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Listen there.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8765, show_default=True, help="0 takes a free one.")
@click.option("--team", is_flag=True, help="Users log in.")
@click.option("--allow-host", "hosts", metavar="NAME", multiple=True, help="A further name under which browsers call it.")
@click.option("--behind-proxy", is_flag=True, help="A reverse proxy on this machine stands before it: believe its headers.")
@click.option("--certificate", type=_FILE, help="Serve HTTPS with this certificate (PEM).")
@click.option("--key", type=_FILE, help="The certificate's key.")
@click.option("--open", "open_browser", is_flag=True, help="Open the browser.")
@click.option("--add-user", metavar="NAME", help="Add a user, or change one: asks for a password, serves nothing.")
@click.option("--add-token", metavar="NAME", help="Make a token for a program, print it once, serve nothing.")
@click.option(
    "--role", type=click.Choice(["reader", "reviewer", "admin"]), default="reader", show_default=True, help="Of what is added."
)
@click.option("--remove-user", metavar="NAME", help="Remove a user or token of this name, serve nothing.")
def command(  # noqa: PLR0917 - click gives them by name
    folder: Path, host: str, port: int, team: bool, hosts: tuple[str, ...], behind_proxy: bool, certificate: Path | None,
    key: Path | None, open_browser: bool, add_user: str | None, add_token: str | None,
    role: Literal["reader", "reviewer", "admin"], remove_user: str | None,
) -> int | None:  # fmt: skip
    """Serve a dossier as a web application: to this machine alone, or with --team to users who log in.

    Everything comes from this machine; no page loads anything from elsewhere.
    """
    _require()
    from trucewatch.dossier.config import read  # noqa: PLC0415 - --help must be quick
    from trucewatch.web.users import Users  # noqa: PLC0415

    read(folder)
    users = Users(folder)
    if add_user or add_token or remove_user:
        return _changed(users, add_user, add_token, remove_user, role)
    _check(users, host, team=team, behind_proxy=behind_proxy)
    if bool(certificate) != bool(key):
        raise TrucewatchError("bad-option", "--certificate and --key come together", next_step="give both")
    named = () if _is_any(host) else (host,)
    _serve(
        folder, _bound(host, port), (*named, *hosts), team=team, proxy=behind_proxy, tls=(certificate, key), show=open_browser
    )
    return None


def _require() -> None:
    try:
        import argon2  # noqa: F401, PLC0415
        import fastapi  # noqa: F401, PLC0415
        import itsdangerous  # noqa: F401, PLC0415
        import python_multipart  # noqa: F401, PLC0415
        import uvicorn  # noqa: F401, PLC0415
    except ImportError as error:
        raise TrucewatchError(
            "no-web", "the web application is not installed", why=str(error), next_step="pip install 'trucewatch[web]'"
        ) from error


def _changed(users: Users, add_user: str | None, add_token: str | None, remove: str | None, role: Role) -> int:
    if add_user:
        password = click.prompt(f"Password of {add_user}", hide_input=True, confirmation_prompt=True, err=True)
        users.add(add_user, role, password)
        click.echo(f"trucewatch: {add_user} may log in as {role}", err=True)
    if add_token:
        click.echo(users.add_token(add_token, role))
        click.echo("trucewatch: keep this token; it is not shown again", err=True)
    if remove and not users.remove(remove):
        raise TrucewatchError(
            "no-user", f"there is no user {remove!r}", next_step=f"known: {', '.join(users.names()) or 'nobody'}"
        )
    return 0


def _check(users: Users, host: str, *, team: bool, behind_proxy: bool) -> None:
    if (behind_proxy or not _is_loopback(host)) and not team:
        raise TrucewatchError(
            "not-alone", "others could reach the dossier, and nobody would have to log in", where=host,
            next_step="add --team, or leave out --host and --behind-proxy",
        )  # fmt: skip
    if team and not users.names():
        raise TrucewatchError(
            "no-user", "nobody could log in", where=str(users.path), next_step="add a user with --add-user NAME --role admin"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_any(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _bound(host: str, port: int) -> socket.socket:
    """A socket on the address, so that what is taken is said before anything is opened."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(512)  # who comes before the application is up waits for it
    except OSError as error:
        bound.close()
        raise TrucewatchError(
            "address-taken", "cannot listen there", where=f"{host}:{port}", why=error.strerror or str(error),
            next_step="choose another --port; 0 takes a free one",
        ) from error  # fmt: skip
    return bound


def _prepare(folder: Path) -> None:
    """Bring an older dossier up to date, and put right what an interrupted command left; a folder for reading alone stays as it is."""
    from trucewatch.dossier.project import open_dossier  # noqa: PLC0415

    try:
        with open_dossier(folder, write=True, tell=lambda line: click.echo(f"trucewatch: {line}", err=True)):
            pass
    except TrucewatchError as error:
        if error.code != "read-only":
            raise


def _serve(
    folder: Path, bound: socket.socket, hosts: tuple[str, ...], *, team: bool, proxy: bool,
    tls: tuple[Path | None, Path | None], show: bool,
) -> None:  # fmt: skip
    import uvicorn  # noqa: PLC0415

    from trucewatch.web.app import create  # noqa: PLC0415
    from trucewatch.web.settings import Settings  # noqa: PLC0415

    _prepare(folder)
    app = create(folder, team=team, settings=Settings(hosts=hosts))
    host, port = bound.getsockname()[:2]
    shown = "localhost" if _is_loopback(host) or _is_any(host) else f"[{host}]" if ":" in host else host
    address = f"{'https' if tls[0] else 'http'}://{shown}:{port}/"
    click.echo(f"trucewatch: {folder} at {address} - stop with Ctrl-C", err=True)
    if not tls[0] and not proxy and not _is_loopback(host):
        click.echo("trucewatch: passwords go over the network as they are; use --certificate, or a proxy with HTTPS", err=True)
    if show:
        click.launch(address)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, date_header=True, proxy_headers=proxy,
        forwarded_allow_ips="127.0.0.1,::1", timeout_graceful_shutdown=10, timeout_keep_alive=15, ws="none", limit_concurrency=400,
        h11_max_incomplete_event_size=65_536,
        ssl_certfile=tls[0], ssl_keyfile=tls[1],
    )  # fmt: skip
    sys.setswitchinterval(_TURN)
    uvicorn.Server(config).run(sockets=[bound])
    sys.stderr.flush()
