"""``dossier.toml``: what the owner of a dossier may choose, with every default written out and explained.

Reads and checks the file; a wrong key or value is one clear error that names both. This module must not open the database.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trucewatch.dossier.masking.policy import Policy
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from pathlib import Path

FILE = "dossier.toml"
#: The layout of a dossier's folder. A dossier of a later format is not opened.
FORMAT = 1
_DAY = 86_400

TEMPLATE = """\
# A Trucewatch dossier. Change what you like; a line that is left out has the value shown here.
format = {format}
name = {name}

[store]
# Where reports, incidents and verdicts are kept: "sqlite" is a file in this folder, fine for one machine and several people on it.
# A team with a server: "postgresql://user@host/database" (pip install 'trucewatch[postgres]'; the password is best left to PGPASSWORD
# or ~/.pgpass). The evidence stays in this folder either way.
url = {url}

[coder]
# Your own actor files and gazetteers, in the format of the built-in ones; paths count from this folder.
actors = []
gazetteers = []
# How many processes code reports.
jobs = 1

[watch]
# Feeds (RSS, Atom) that `trucewatch watch` polls, and whether the pages they link to are fetched and kept.
feeds = []
follow_links = true
# Seconds between two polls of one feed; a server that asks for longer is obeyed, one that fails is asked less and less often.
every = 900

[fetch]
# Addresses inside your own network that may be fetched ("intranet.example:8080"); all others must be public.
private_hosts = []
# robots.txt is obeyed. Switch off only for sites that have given you leave.
obey_robots = true

[evidence]
# A new WARC segment is begun when one has grown to this many bytes.
segment_bytes = 1_000_000_000
# RFC 3161 time stamps on the chain of custody: the URL of an authority that you trust, or "" for none (pip install 'trucewatch[timestamps]').
timestamp_authority = ""

[publishers]
# Whose side a publisher stands on, as you judge it: actor ids. It tells "opposed sides agree" from "independent". Example:
# "Northern Voice" = "xva.nf"

[ledger]
# The agreement that incidents are held against: a YAML or TOML file (paths count from this folder), or the name of one that is shipped
# (`trucewatch agreement show --list`); "" for none.
agreement = ""

[bulletin]
# What `trucewatch bulletin` says of itself; title, licence and base_url can be given on the command line too.
# Its title ("": the dossier's name), and who issues it.
title = ""
publisher = ""
# The terms for what is yours in it (codes, counts, findings, layout); quoted words stay their publishers'. An SPDX id ("CC-BY-4.0",
# "CC-BY-SA-4.0", "CC0-1.0"), a URL, or your own words ("All rights reserved").
licence = "CC-BY-4.0"
# Where it will stand ("https://example.org/karsh/"), for canonical links, feed and citations; "": all links are relative.
base_url = ""
# Where readers send corrections: a mail address or a page. It is printed; an address is the digest's sender.
contact = ""

[protection]
# Applied to whatever leaves the dossier. Reviewers see everything.
mask_private_persons = true
mask_threatened_persons = true
coarsen_protected_sites = true
# Degrees to which the place of a hospital, school, camp or aid convoy is rounded (0.1 is about 11 km).
coarse_degrees = 0.1
# Names that may leave nevertheless, each with a reason; every use is logged:
# [[protection.allow]]
# name = "Mira Tolen"
# reason = "asked to be named, letter of 2031-05-20"
# by = "A. Reviewer"
# at = "2031-05-21"
"""


@dataclass(frozen=True, slots=True)
class Config:
    """A dossier's settings. ``folder`` is absolute; ``protection`` is the table as written, for the policy to read."""

    folder: Path
    name: str
    url: str = "sqlite"
    actors: tuple[Path, ...] = ()
    gazetteers: tuple[Path, ...] = ()
    jobs: int = 1
    feeds: tuple[str, ...] = ()
    follow_links: bool = True
    every: int = 900
    private_hosts: tuple[str, ...] = ()
    obey_robots: bool = True
    segment_bytes: int = 1_000_000_000
    timestamp_authority: str = ""
    agreement: str = ""
    bulletin_title: str = ""
    bulletin_publisher: str = ""
    bulletin_licence: str = "CC-BY-4.0"
    bulletin_base_url: str = ""
    bulletin_contact: str = ""
    publishers: Mapping[str, str] = field(default_factory=dict)
    protection: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The file itself."""
        return self.folder / FILE


#: table -> key -> (field, check); the check gives the value or raises ValueError with what was expected
_Check = Any


def template(name: str, url: str = "sqlite") -> str:
    """The text of a new ``dossier.toml``."""
    return TEMPLATE.format(format=FORMAT, name=_quoted(name), url=_quoted(url))


def _quoted(text: str) -> str:
    import json  # noqa: PLC0415 - TOML's basic strings are JSON's

    return json.dumps(text, ensure_ascii=False)


def read(folder: Path, name: str = FILE) -> Config:
    """The settings of the dossier in ``folder``.

    Raises:
        TrucewatchError: ``no-dossier``, ``bad-config``, ``newer-dossier``.
    """
    path = folder / name
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise TrucewatchError(
            "no-dossier", "there is no dossier here", where=str(folder), next_step=f"make one: trucewatch init {folder}"
        ) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TrucewatchError(
            "bad-config", "cannot be read", where=str(path), why=str(error), next_step="mend the file"
        ) from error
    return _checked(data, folder.resolve(), path)


def _checked(data: Mapping[str, Any], folder: Path, path: Path) -> Config:
    made = data.get("format", FORMAT)
    if not isinstance(made, int) or isinstance(made, bool):
        raise _wrong(path, "format", made, "a number")
    if made > FORMAT:
        raise TrucewatchError(
            "newer-dossier", f"made by a newer Trucewatch (format {made}; this one knows up to {FORMAT})", where=str(path),
            next_step="install the newer version; nothing was changed",
        )  # fmt: skip
    known: dict[tuple[str | None, str], tuple[str, str, _Check]] = {
        **{(None, key): spec for key, spec in _TOP.items()},
        **{(t, k): spec for t, keys in _TABLES.items() for k, spec in keys.items()},
    }
    values: dict[str, Any] = {}
    for table, key, value in _items(data, path):
        if table in _FREE:
            continue
        spec = known.get((table, key))
        name = f"{table}.{key}" if table else key
        if spec is None:
            near = ", ".join(k for t, k in known if t == table)
            raise TrucewatchError(
                "bad-config",
                f"there is no setting {name!r}",
                where=str(path),
                next_step=f"known here: {near or ', '.join(_TABLES)}",
            )
        field_, expected, check = spec
        made_value = check(value, folder)
        if made_value is None:
            raise _wrong(path, name, value, expected)
        values[field_] = made_value
    values.pop("format", None)
    values["publishers"] = _publishers(data.get("publishers", {}), path)
    values["protection"] = data.get("protection", {})
    Policy.from_mapping(data, where=str(path))
    return Config(folder=folder, **{"name": folder.name, **values})


def _items(data: Mapping[str, Any], path: Path) -> list[tuple[str | None, str, Any]]:
    found: list[tuple[str | None, str, Any]] = []
    for key, value in data.items():
        if key in _TABLES or key in _FREE:
            if not isinstance(value, Mapping):
                raise _wrong(path, key, value, "a table")
            found += [(key, inner, item) for inner, item in value.items()]
        else:
            found.append((None, key, value))
    return found


def _publishers(table: Any, path: Path) -> Mapping[str, str]:
    for name, side in table.items():
        if not isinstance(side, str):
            raise _wrong(path, f"publishers.{name}", side, "an actor id in quotes")
    return dict(table)


def _wrong(path: Path, name: str, value: Any, expected: str) -> TrucewatchError:
    return TrucewatchError("bad-config", f"{name} is {value!r}", where=str(path), next_step=f"it must be {expected}")


def _text(value: Any, _folder: Path) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: Any, _folder: Path) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(least: int, most: int) -> Any:
    def check(value: Any, _folder: Path) -> int | None:
        return value if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most else None

    return check


def _texts(value: Any, _folder: Path) -> tuple[str, ...] | None:
    return tuple(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else None


def _web(value: Any, folder: Path) -> tuple[str, ...] | None:
    texts = _texts(value, folder)
    return texts if texts is not None and all(text.startswith(("http://", "https://")) for text in texts) else None


def _address(value: Any, _folder: Path) -> str | None:
    return value if isinstance(value, str) and (not value or value.startswith(("http://", "https://"))) else None


def _paths(value: Any, folder: Path) -> tuple[Path, ...] | None:
    texts = _texts(value, folder)
    return None if texts is None else tuple(folder / text for text in texts)


_TOP: Mapping[str, tuple[str, str, _Check]] = {
    "format": ("format", "a number", _number(1, FORMAT)),
    "name": ("name", "a text in quotes", _text),
}
_TABLES: Mapping[str, Mapping[str, tuple[str, str, _Check]]] = {
    "store": {"url": ("url", '"sqlite" or "postgresql://..."', _text)},
    "coder": {
        "actors": ("actors", "a list of file names", _paths),
        "gazetteers": ("gazetteers", "a list of file names", _paths),
        "jobs": ("jobs", "a number from 1 to 64", _number(1, 64)),
    },
    "watch": {
        "feeds": ("feeds", "a list of http(s) URLs", _web),
        "follow_links": ("follow_links", "true or false", _flag),
        "every": ("every", "a number of seconds from 60 to a week", _number(60, 7 * _DAY)),
    },
    "fetch": {
        "private_hosts": ("private_hosts", "a list of hosts", _texts),
        "obey_robots": ("obey_robots", "true or false", _flag),
    },
    "bulletin": {
        "title": ("bulletin_title", "a text in quotes", _text),
        "publisher": ("bulletin_publisher", "a text in quotes", _text),
        "licence": ("bulletin_licence", "an SPDX id or your own words, in quotes", _text),
        "base_url": ("bulletin_base_url", 'an http(s) URL, or ""', _address),
        "contact": ("bulletin_contact", "a text in quotes", _text),
    },
    "ledger": {"agreement": ("agreement", "the name of an agreement or of its file, in quotes", _text)},
    "evidence": {
        "segment_bytes": ("segment_bytes", "a number of bytes from 1,000,000", _number(1_000_000, 1 << 40)),
        "timestamp_authority": ("timestamp_authority", 'a URL, or ""', _text),
    },
}
#: Tables that other parts read: the policy checks its own.
_FREE = ("publishers", "protection")
