"""Agreement files: found, read, checked and kept. The only module of this room that opens them."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

from trucewatch.knowledge.actors import ActorFile
from trucewatch.knowledge.places import Gazetteer
from trucewatch.ledger.agreements.making import Desk, made
from trucewatch.ledger.agreements.nodes import Unreadable, parse, read_bytes
from trucewatch.ledger.agreements.problems import Problem, Report
from trucewatch.ledger.agreements.shaping import shaped
from trucewatch.model import TrucewatchError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trucewatch.model.agreement import Agreement

_SUFFIXES = (".yaml", ".yml", ".toml")
DEMO = "karsh-2031"


def shipped() -> tuple[str, ...]:
    """Ids of the agreements that come with the package; the last is the demonstration's, which is invented."""
    folder = files("trucewatch.ledger.agreements").joinpath("data")
    return (*sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml")), DEMO)


def find(name: str, beside: Path | None = None) -> Path:
    """The file of an agreement: a path, an id beside another file, or the id of a shipped one.

    Raises:
        TrucewatchError: ``no-agreement``, naming those that are shipped.
    """
    folders = [beside.parent] if beside else []
    candidates = [folder / f"{name}{suffix}" for folder in folders for suffix in _SUFFIXES]
    if not beside:
        candidates.append(Path(name))
    if name in shipped():
        candidates.append(_shipped(name))
    for path in candidates:
        if path.is_file():
            return path
    raise TrucewatchError(
        "no-agreement",
        "there is no such agreement",
        where=name,
        next_step=f"name a YAML or TOML file, or one of {', '.join(shipped())}",
    )


def _shipped(name: str) -> Path:
    folder = files("trucewatch").joinpath("demo") if name == DEMO else files("trucewatch.ledger.agreements").joinpath("data")
    with as_file(folder.joinpath(f"{name}.yaml")) as path:
        return path


def own_tables(path: Path) -> tuple[list[Path], list[Path]]:
    """The invented actors and places that the demonstration's agreement needs; none for any other file."""
    if path.stem != DEMO or path.parent.name != "demo":
        return [], []
    return [path.parent / "states.tsv", path.parent / "groups.tsv"], [path.parent / "places.tsv"]


def desks(path: Path, actors: Sequence[Path] = (), gazetteers: Sequence[Path] = ()) -> tuple[ActorFile, Gazetteer]:
    """The actor file and gazetteer for a file, with further tables; the demonstration's come by themselves."""
    more_actors, more_places = own_tables(path)
    return ActorFile.load(_once(more_actors, actors)), Gazetteer.load(extra=_once(more_places, gazetteers))


def _once(own: Sequence[Path], given: Sequence[Path]) -> list[Path]:
    """An agreement's own tables and those that are given; a copy of one of its own (a dossier names it too) is not read twice."""
    known = {path.read_bytes() for path in own} if own and given else set()
    return [*own, *(path for path in given if not known or not path.is_file() or path.read_bytes() not in known)]


def lint(path: Path, actors: ActorFile, gazetteer: Gazetteer) -> tuple[Problem, ...]:
    """Everything that is wrong with an agreement file, by line.

    Raises:
        TrucewatchError: ``no-agreement`` or ``agreement-too-big``: there is nothing to check.
    """
    return _read(path, actors, gazetteer, ())[1]


def load(path: Path, actors: ActorFile, gazetteer: Gazetteer) -> Agreement:
    """The agreement of a file without errors, with the terms it carries over from those it builds on.

    Raises:
        TrucewatchError: ``agreement-broken`` (the first error, and how many there are), ``no-agreement``, ``agreement-too-big``.
    """
    agreement, problems = _read(path, actors, gazetteer, ())
    errors = [problem for problem in problems if problem.severity == "error"]
    if agreement is None:
        more = f"; {len(errors) - 1} more: trucewatch agreement lint {path}" if len(errors) > 1 else ""
        where = f"{errors[0].file}:{errors[0].line}"
        raise TrucewatchError("agreement-broken", errors[0].message, where=where, next_step=f"mend the file{more}")
    return agreement


def _read(
    path: Path, actors: ActorFile, gazetteer: Gazetteer, chain: tuple[Path, ...]
) -> tuple[Agreement | None, tuple[Problem, ...]]:
    report = Report(str(path))
    try:
        root = parse(read_bytes(path), path.suffix)
    except Unreadable as broken:
        report.error(broken.line, broken.message)
        return None, report.sorted()
    here = (*chain, path.resolve())

    def fetch(name: str) -> Agreement | str:
        try:
            other = find(name, path)
            if other.resolve() in here:
                return f"{name!r} builds on this agreement in its turn"
            found, problems = _read(other, actors, gazetteer, here)
        except TrucewatchError:
            return f"no agreement {name!r} beside this file or among the shipped ones ({', '.join(shipped())})"
        return found or f"{name!r} has errors of its own, the first in {problems[0].file}:{problems[0].line}"

    item = shaped(root, "agreement", report)
    agreement = made(item, Desk(actors, gazetteer, fetch), report)
    ident = item.text("id")
    if ident and ident != path.stem:
        report.warning(
            item.at("id"), f"the file is named {path.stem!r}, its id is {ident!r}: others find it by the file's name"
        )
    return agreement, report.sorted()
