"""Adding reports: files, addresses, pasted text; a job does the work, and this page looks at how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, File, Form, Path, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from trucewatch.model import TrucewatchError
from trucewatch.reading import checked_date
from trucewatch.web.house import House, house
from trucewatch.web.jobs import AddOptions, Handed, Url
from trucewatch.web.render import page
from trucewatch.web.security import User, checked_form, reviewer

if TYPE_CHECKING:
    from trucewatch.web.jobs import Source

router = APIRouter(include_in_schema=False)
_MOST_URLS, _MOST_FILES = 50, 200


@router.get("/add")
def show(request: Request, user: Annotated[User, Depends(reviewer)], home: Annotated[House, Depends(house)]) -> Response:
    """The form, and what was added of late."""
    del user
    return page(request, "add.html.j2", jobs=home.jobs.recent()[:10], error="")


@router.post("/add", dependencies=[Depends(checked_form)])
def send(  # noqa: PLR0917 - FastAPI gives them by name
    request: Request,
    user: Annotated[User, Depends(reviewer)],
    home: Annotated[House, Depends(house)],
    files: Annotated[list[UploadFile] | None, File()] = None,
    urls: Annotated[str, Form(max_length=100_000)] = "",
    text: Annotated[str, Form()] = "",
    title: Annotated[str, Form(max_length=200)] = "",
    published: Annotated[str, Form(max_length=40)] = "",
    follow_links: Annotated[bool, Form()] = False,
) -> Response:
    """Put it in line; the answer leads to the job."""
    try:
        options = AddOptions(published=checked_date(published.strip() or None), follow_links=follow_links)
        id_ = home.jobs.add(_sources(files or [], urls, text, title), options, by=user.name)
    except TrucewatchError as error:
        name = "_add_error.html.j2" if request.headers.get("hx-request") else "add.html.j2"
        return page(request, name, status=400, jobs=home.jobs.recent()[:10], error=error.line())
    if request.headers.get("hx-request"):
        return page(request, "_job.html.j2", job=home.jobs.job(id_))
    return RedirectResponse(f"/add/{id_}", 303)


@router.get("/add/{job}")
def stands(
    job: Annotated[str, Path(max_length=40)],
    request: Request,
    user: Annotated[User, Depends(reviewer)],
    home: Annotated[House, Depends(house)],
) -> Response:
    """How a job stands: a page, or for htmx the part of it that changes."""
    del user
    found = home.jobs.job(job)
    return page(request, "_job.html.j2" if request.headers.get("hx-request") else "job.html.j2", job=found)


def _sources(files: list[UploadFile], urls: str, text: str, title: str) -> list[Source]:
    """What was sent. A file's name is shown and kept; it is never a path."""
    addresses = urls.split()
    sent = [file for file in files if file.filename]
    if len(addresses) > _MOST_URLS or len(sent) > _MOST_FILES:
        raise TrucewatchError(
            "too-much", f"at most {_MOST_URLS} addresses and {_MOST_FILES} files at once", next_step="add the rest after"
        )
    made: list[Source] = [Handed(_plain_name(file.filename or ""), file.file.read()) for file in sent]
    made += [Url(address) for address in addresses]
    if text.strip():
        made.append(Handed(_plain_name(title) or "pasted.txt", text.encode("utf-8", "replace"), "text/plain; charset=utf-8"))
    return made


def _plain_name(name: str) -> str:
    """The last part of a name, without control characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable()).strip(". ")[:120]
