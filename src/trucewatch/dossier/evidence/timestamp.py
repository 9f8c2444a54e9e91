"""Time stamps (RFC 3161): an outside authority signs that the chain's head existed at a time. Off unless asked for.

Only the head's hash leaves the house, never what it stands for. Authorities are plug-ins of the group ``trucewatch.timestamps``:
a factory that takes a setting (for the built-in one, a URL) and gives an :class:`Authority`. Needs the extra ``timestamps``.
"""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from trucewatch.dossier.evidence.chain import from_line, to_line
from trucewatch.dossier.evidence.disk import make_folder, read_plainly, said_plainly, sync_folder, take, write_all
from trucewatch.dossier.evidence.trouble import Trouble
from trucewatch.model import TrucewatchError
from trucewatch.reading.fetching.fetcher import checked_url
from trucewatch.reading.fetching.network import Deadline, Guard, GuardedTransport, resolve
from trucewatch.reading.fetching.network import said_plainly as network_said_plainly
from trucewatch.reading.options import FetchOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import ModuleType

    from trucewatch.dossier.evidence.chain import Entry
    from trucewatch.reading.fetching.network import Resolver

GROUP = "trucewatch.timestamps"
_MOST_BYTES = 200_000
_SHA256 = "2.16.840.1.101.3.4.2.1"
_OK = 200
_DIGEST_BYTES = 32
_NONCE_BITS = 63
_GRANTED = frozenset((0, 1))
#: DER: the algorithm SHA-256 without parameters, and the head of a 32-byte octet string.
_IMPRINT = bytes.fromhex("3031300d060960864801650304020105000420")


class Authority(Protocol):
    """Whoever signs the time."""

    def stamp(self, digest: bytes) -> bytes:
        """The authority's answer (a DER ``TimeStampResp``) for a SHA-256 digest of 32 bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a token says: time (ISO 8601 UTC), the authority's policy (an OID) and the token's serial number.

    ``trusted`` is whether the signature leads to one of the roots that were given; without roots nothing is said of it.
    """

    at: str
    policy: str
    serial: int
    trusted: bool


@dataclass(frozen=True, slots=True)
class HttpAuthority:
    """An authority at a URL, asked over the guarded way to the network: no private addresses, no redirects, no proxies."""

    url: str
    options: FetchOptions = field(default_factory=FetchOptions)
    resolver: Resolver = resolve

    def stamp(self, digest: bytes) -> bytes:
        """Ask for a stamp; the answer is checked to be of this digest and this question.

        Raises:
            TrucewatchError: ``timestamp-refused``, ``timestamps-not-installed``, or a ``fetch-...`` code.
        """
        _library()
        nonce = secrets.randbits(_NONCE_BITS)
        answer = self._post(query(digest, nonce))
        with _understood():
            info = _granted(answer).tst_info
            if info.nonce != nonce:
                raise _refused("it answers another question")
        check(answer, digest)
        return answer

    def _post(self, question: bytes) -> bytes:
        kinds = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        deadline = Deadline()
        deadline.start(self.options.total_timeout)
        with (
            network_said_plainly(),
            self._client(deadline) as client,
            client.stream("POST", checked_url(self.url), content=question, headers=kinds) as response,
        ):
            if response.status_code != _OK:
                raise _refused(f"it answered with status {response.status_code}")
            body = b""
            for chunk in response.iter_raw():
                deadline.left()
                body += chunk
                if len(body) > _MOST_BYTES:
                    raise _refused("its answer is too big")
            return body

    def _client(self, deadline: Deadline) -> httpx.Client:
        options = self.options
        return httpx.Client(
            transport=GuardedTransport(Guard(options, self.resolver), deadline),
            timeout=httpx.Timeout(options.read_timeout, connect=options.connect_timeout),
            headers={"User-Agent": options.user_agent, "Accept-Encoding": "identity"},
            follow_redirects=False,
            trust_env=False,
        )


def authority(name: str, setting: str) -> Authority:
    """The authority that a plug-in of that name makes of a setting.

    Raises:
        TrucewatchError: ``unknown-authority``, ``bad-plugin``.
    """
    known = {point.name: point for point in entry_points(group=GROUP)}
    if name not in known:
        choice = ", ".join(sorted(known)) or "none is installed"
        raise TrucewatchError("unknown-authority", f"no time stamp authority is called {name!r}", next_step=f"choose: {choice}")
    try:
        made: Authority = known[name].load()(setting)
    except Exception as problem:
        raise TrucewatchError("bad-plugin", f"the authority {name} cannot be loaded", why=str(problem)) from problem
    return made


def query(digest: bytes, nonce: int) -> bytes:
    """A ``TimeStampReq`` (DER) for a SHA-256 digest, which asks for the authority's certificate.

    Written here because rfc3161-client hashes what it is given, and the chain's hash is what is to be stamped.
    """
    if len(digest) != _DIGEST_BYTES:
        raise TrucewatchError("bad-digest", f"a SHA-256 digest has {_DIGEST_BYTES} bytes, not {len(digest)}")
    number = nonce.to_bytes(nonce.bit_length() // 8 + 1, "big")
    body = b"\x02\x01\x01" + _IMPRINT + digest + bytes((2, len(number))) + number + b"\x01\x01\xff"
    return bytes((0x30, len(body))) + body


def check(token: bytes, digest: bytes, roots: Sequence[bytes] = ()) -> Stamp:
    """What a token says, if it is of this digest; with ``roots`` (PEM certificates) its signature must lead to one of them.

    Raises:
        TrucewatchError: ``timestamp-wrong``, ``timestamp-refused``, ``timestamps-not-installed``.
    """
    with _understood():
        response = _granted(token)
        info = response.tst_info
        imprint = info.message_imprint
        if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message != digest:
            raise _wrong("it is of something else")
        if roots:
            _verify(response, digest, roots)
        at = info.gen_time.isoformat().replace("+00:00", "Z")
        return Stamp(at, info.policy.dotted_string, info.serial_number, bool(roots))


def _verify(response: Any, digest: bytes, roots: Sequence[bytes]) -> None:
    library = _library()
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 - comes with the extra

    certificates = [certificate for root in roots for certificate in load_pem_x509_certificates(root)]
    try:
        library.VerifierBuilder(roots=certificates).build().verify(response, digest)
    except library.VerificationError as problem:
        raise _wrong(str(problem)) from problem


def _granted(token: bytes) -> Any:
    response = _library().decode_timestamp_response(token)
    if response.status not in _GRANTED:
        raise _refused("; ".join(response.status_string) or f"status {response.status}")
    return response


def _library() -> ModuleType:
    try:
        import rfc3161_client  # noqa: PLC0415 - an extra
    except ImportError as problem:
        raise TrucewatchError(
            "timestamps-not-installed",
            "time stamps need the package rfc3161-client",
            next_step="pip install 'trucewatch[timestamps]'",
        ) from problem
    return rfc3161_client


@contextmanager
def _understood() -> Iterator[None]:
    """The library says of bytes that are no token: ``ValueError``."""
    try:
        yield
    except ValueError as problem:
        raise _wrong(str(problem)) from problem


def _refused(why: str) -> TrucewatchError:
    return TrucewatchError("timestamp-refused", "the authority gave no stamp", why=why, next_step="try again or ask another")


def _wrong(why: str) -> TrucewatchError:
    return TrucewatchError("timestamp-wrong", "the time stamp does not hold", why=why)


@dataclass(frozen=True, slots=True)
class Stamps:
    """The tokens below ``folder`` (a dossier's ``evidence``): ``timestamps/<seq>.tsr`` beside the entry in ``<seq>.json``."""

    folder: Path

    def add(self, head: Entry, authority: Authority) -> Path:
        """Have the chain's head stamped, and keep the token; gives its path.

        Raises:
            TrucewatchError: ``already-stamped``, what the authority raises, ``read-only``, ``disk-full``.
        """
        path = self._path(head.seq)
        if path.exists():
            raise TrucewatchError("already-stamped", f"entry {head.seq} has a time stamp", where=str(path))
        digest = bytes.fromhex(head.hash)
        token = authority.stamp(digest)
        check(token, digest)
        with said_plainly(path.parent):
            make_folder(path.parent)
            _keep(path.with_suffix(".json"), to_line(head))
            _keep(path, token)
        return path

    def seqs(self) -> list[int]:
        """The entries that have a token."""
        return sorted(int(path.stem) for path in self._path(0).parent.glob("*.tsr") if path.stem.isdecimal())

    def read(self, seq: int) -> tuple[Entry, bytes]:
        """The entry that was stamped, and its token.

        Raises:
            TrucewatchError: ``unreadable``, ``bad-entry``.
        """
        path = self._path(seq)
        try:
            with read_plainly(path):
                return from_line(path.with_suffix(".json").read_bytes()), path.read_bytes()
        except FileNotFoundError as problem:
            raise TrucewatchError("unreadable", "the token or its entry is missing", where=str(path)) from problem

    def check(self, entry: Callable[[int], Entry | None], roots: Sequence[bytes] = ()) -> Iterator[Trouble]:
        """Every token that does not hold for the chain's entry of its number, which ``entry`` gives."""
        for seq in self.seqs():
            where = f"timestamps/{seq}.tsr"
            try:
                kept, token = self.read(seq)
                if kept != entry(seq):
                    yield Trouble("timestamp-wrong", where, f"it is of another entry than entry {seq} of the chain")
                check(token, bytes.fromhex(kept.hash), roots)
            except TrucewatchError as problem:
                yield Trouble(problem.code, where, problem.why or problem.what)

    def _path(self, seq: int) -> Path:
        return self.folder / "timestamps" / f"{seq}.tsr"


def _keep(path: Path, data: bytes) -> None:
    """Write a small file to last, under another name first."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        handle = take(part, new=True)
        if handle:
            with handle:
                write_all(handle, data)
                os.fsync(handle.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(path.parent)
