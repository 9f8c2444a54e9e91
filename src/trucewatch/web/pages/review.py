"""The review queue in the browser: one event a screen, a key a verdict, and every verdict a form that works without a script.

What a verdict means is the desk's. Two reviewers may sit here at once: each verdict says what its reviewer had on the screen, and all are kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from trucewatch.dossier.verdicts.desk import Request as Wish
from trucewatch.dossier.verdicts.fields import FIELDS, Values, field_named, show
from trucewatch.dossier.verdicts.forms import allowed, parse
from trucewatch.dossier.verdicts.kinds import CREDIBILITY, RELIABILITY
from trucewatch.dossier.verdicts.queue import REASONS, Filter, Item, Reason
from trucewatch.model import TrucewatchError
from trucewatch.web.house import House, house
from trucewatch.web.render import page
from trucewatch.web.security import User, checked_form, reviewer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trucewatch.dossier.verdicts.kinds import Kind

router = APIRouter()
#: Items that are listed beside the event, and events offered for a merge or split.
SHOWN, OFFERED = 60, 40
#: The tables that the queue rests on: it is worked out anew after every verdict, whoever gave it.
_RESTS = ("attachments", "codings", "current", "events", "incidents", "members", "origins", "verdicts")
_KINDS = ("accept", "reject", "correct", "merge", "split", "note", "grade")
_DONE = {
    "accept": "Accepted", "reject": "Rejected", "correct": "Corrected", "merge": "Put together", "split": "Set apart", "note": "Noted",
    "grade": "Graded", "undo": "Taken back",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """What part of the queue is asked for, as it stands in the address."""

    reason: str = ""
    report: str = ""
    incident: str = ""
    seen: bool = False

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> View:
        """From an address or a form."""
        texts = {name: str(params.get(name) or "")[:80] for name in ("reason", "report", "incident")}
        return cls(**texts, seen=bool(params.get("seen")))

    def filter(self) -> Filter:
        """The desk's filter; a reason that there is not asks for all."""
        reasons = (cast("Reason", self.reason),) if self.reason in get_args(Reason) else ()
        return Filter(reasons=reasons, report=self.report or None, incident=self.incident or None, seen=self.seen)

    def address(self, root: str, **more: str) -> str:
        """The address of the page."""
        given = {
            "reason": self.reason,
            "report": self.report,
            "incident": self.incident,
            "seen": "1" if self.seen else "",
            **more,
        }
        kept = {name: value for name, value in given.items() if value}
        return f"{root}/review{f'?{urlencode(kept)}' if kept else ''}"


@router.get("/review", dependencies=[Depends(reviewer)])
def queue(request: Request, home: Annotated[House, Depends(house)]) -> Response:
    """The queue, with the first event or the one that ``event`` names."""
    return _page(request, home, View.of(request.query_params), dict(request.query_params))


def _page(request: Request, home: House, view: View, params: Mapping[str, str], *, error: str = "") -> Response:
    items = _items(home, view.filter())
    wanted = params.get("event", "")
    item = _item(home, items, wanted)
    at = next((n for n, other in enumerate(items) if item and other.event == item.event), -1)
    root = _root(request)
    context: dict[str, Any] = {
        "view": view,
        "items": items[max(0, at - SHOWN // 2) : max(0, at - SHOWN // 2) + SHOWN],
        "total": len(items),
        "item": item,
        "before": items[at - 1].event if at > 0 else "",
        "after": items[at + 1].event if 0 <= at < len(items) - 1 else (items[0].event if at < 0 and items else ""),
        "saw": json.dumps(item.values.to_plain()) if item else "",
        "offers": _offers(home, item),
        "changed": {mark.field for mark in item.marks} if item else set(),
        "allowed": {name: allowed(name, item.values.type if item else None) for name in FIELDS},
        "fields": FIELDS,
        "show": show,
        "reasons": REASONS,
        "grades": (RELIABILITY, CREDIBILITY),
        "error": error,
        "done": _done(params),
        "address": lambda **more: view.address(root, **more),
    }
    return page(request, "review.html.j2", status=422 if error else 200, **context)


def _items(home: House, wanted: Filter) -> list[Item]:
    """The queue of a filter."""
    return home.remembered(("queue", wanted), _RESTS, lambda _: list(home.reading_desk().items(wanted)))


def _done(params: Mapping[str, str]) -> tuple[str, str] | None:
    """What was done last, and the verdict's id, where the address tells of it."""
    said = _DONE.get(params.get("did", ""))
    return (said, params.get("verdict", "")[:40]) if said else None


def _item(home: House, items: list[Item], wanted: str) -> Item | None:
    """The event to show, as it stands now; a verdict that lost its event is shown as the queue has it."""
    if not wanted:
        return _now(home, items[0]) if items else None
    listed = next((item for item in items if item.event == wanted), None)
    return _now(home, listed) if listed else home.reading_desk().item(wanted)


def _now(home: House, item: Item) -> Item:
    return item if item.lost else home.reading_desk().item(item.event)


def _offers(home: House, item: Item | None) -> list[tuple[str, str]]:
    """Other accounts of the same incident, for a split."""
    if item is None or item.case is None:
        return []
    told = home.reading_desk().incident(item.case.id).items
    return [(other.event, other.headline) for other in told if other.event != item.event][:OFFERED]


@router.get("/review/find", dependencies=[Depends(reviewer)])
def find(request: Request, home: Annotated[House, Depends(house)]) -> Response:
    """Events whose reports hold some words, to merge one with the event under review."""
    words, event = request.query_params.get("q", "").strip()[:200], request.query_params.get("event", "")[:100]
    found = [item for item in home.reading_desk().search(words) if item.event != event][:OFFERED] if words else []
    context: dict[str, Any] = {"q": words, "event": event, "found": found, "view": View.of(request.query_params)}
    return page(request, "review_find.html.j2", **context)


@dataclass(slots=True)
class Given:
    """The form of a verdict."""

    kind: Annotated[str, Form(max_length=20)]
    event: Annotated[str, Form(max_length=100)] = ""
    other: Annotated[str, Form(max_length=100)] = ""
    field: Annotated[str, Form(max_length=20)] = ""
    value: Annotated[str, Form(max_length=2000)] = ""
    saw: Annotated[str, Form(max_length=100_000)] = ""
    text: Annotated[str, Form(max_length=10_000)] = ""
    grade: Annotated[str, Form(max_length=4)] = ""
    on: Annotated[str, Form(max_length=20)] = ""
    lost: Annotated[str, Form(max_length=100)] = ""
    reason: Annotated[str, Form(max_length=80)] = ""
    report: Annotated[str, Form(max_length=80)] = ""
    incident: Annotated[str, Form(max_length=80)] = ""
    seen: Annotated[str, Form(max_length=5)] = ""

    @property
    def view(self) -> View:
        """The part of the queue that the reviewer was in."""
        return View(self.reason, self.report, self.incident, bool(self.seen))


@router.post("/review/verdict", dependencies=[Depends(checked_form)])
def verdict(
    request: Request,
    given: Annotated[Given, Depends()],
    user: Annotated[User, Depends(reviewer)],
    home: Annotated[House, Depends(house)],
) -> Response:
    """Give a verdict, and go on to the next event; a correction, note or grade stays at its event."""
    try:
        following = _following(home, given)
        with home.desk() as desk:
            made = desk.undo(given.lost, user.name) if given.lost else desk.record(_wish(given, user.name, desk))
    except TrucewatchError as error:
        return _page(request, home, given.view, {"event": given.event}, error=error.line())
    stays = given.kind in {"correct", "note", "grade", "split", "merge"}
    where = {"event": given.event if stays else following, "did": made.kind, "verdict": made.id}
    return RedirectResponse(given.view.address(_root(request), **where), 303)


@router.post("/review/undo", dependencies=[Depends(checked_form)])
def undo(
    request: Request,
    given: Annotated[Given, Depends()],
    user: Annotated[User, Depends(reviewer)],
    home: Annotated[House, Depends(house)],
) -> Response:
    """Take back a verdict, or the reviewer's last, and go to its event."""
    try:
        with home.desk() as desk:
            taken = desk.undo(given.text or "last", user.name)
            old = next((v for v in desk.verdicts() if v.id == taken.undoes), None)
    except TrucewatchError as error:
        return _page(request, home, given.view, {"event": given.event}, error=error.line())
    event = (old.event if old else None) or given.event
    return RedirectResponse(given.view.address(_root(request), event=event, did="undo", verdict=taken.id), 303)


def _following(home: House, given: Given) -> str:
    """The event after this one in the queue; none at its end, where the first comes."""
    items = _items(home, given.view.filter())
    at = next((n for n, item in enumerate(items) if item.event == given.event), -1)
    return items[at + 1].event if 0 <= at < len(items) - 1 else ""


def _wish(given: Given, name: str, desk: Any) -> Wish:
    """What the form asks for, as the desk takes it."""
    if given.kind not in _KINDS:
        raise TrucewatchError("verdict-kind", f"there is no verdict {given.kind!r}", next_step=f"one of {', '.join(_KINDS)}")
    kind = cast("Kind", given.kind)
    text, saw = given.text.strip(), _saw(given.saw)
    if kind == "correct":
        named = field_named(given.field)
        return Wish(kind, name, event=given.event, field=named, value=parse(named, given.value), saw=saw, text=text)
    if kind == "grade":
        return _graded(given, name, desk)
    if kind in {"merge", "split"}:
        return Wish(kind, name, event=given.event, other=given.other.strip(), text=text)
    return Wish(kind, name, event=given.event, saw=saw if kind in {"accept", "reject"} else None, text=text)


def _graded(given: Given, name: str, desk: Any) -> Wish:
    """An Admiralty grade ("B2") of the event's report or its incident."""
    letter, digit = given.grade[:1].upper(), given.grade[1:2]
    if len(given.grade) != 2 or letter not in RELIABILITY or not digit.isdigit() or int(digit) not in CREDIBILITY:  # noqa: PLR2004
        raise TrucewatchError(
            "verdict-grade", f"{given.grade!r} is no grade", next_step="a letter A to F and a digit 1 to 6: B2"
        )
    item = desk.item(given.event)
    target = {"incident": item.case.id} if given.on == "incident" and item.case else {"report": item.anchor.report}
    return Wish("grade", name, **target, reliability=letter, credibility=int(digit), text=given.text.strip())


def _saw(text: str) -> Values | None:
    """The fields that the reviewer had on the screen."""
    if not text:
        return None
    try:
        return Values.from_plain(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrucewatchError("verdict-saw", "the form is damaged", why=str(error), next_step="load the page again") from error


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", "")).rstrip("/")
