"""``users.toml`` of a dossier: who may log in, with which role, and the tokens of programs. Only hashes are kept.

Passwords by argon2; a token is 32 random bytes, of which the SHA-256 is kept. The file is readable to its owner alone, and replaced whole.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import tomllib
from dataclasses import dataclass, field
from hashlib import sha256
from threading import BoundedSemaphore, RLock
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from trucewatch.model import TrucewatchError
from trucewatch.web.settings import ROLES, User

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trucewatch.web.settings import Role

FILE = "users.toml"
LEAST_PASSWORD, MOST_PASSWORD = 10, 1024
_NAME = re.compile(r"[^\W_][\w .@'-]{0,79}")
#: Of passwords that are checked at one time: each takes some 64 MB.
_AT_ONCE = BoundedSemaphore(2)
_HASHER = PasswordHasher()


@dataclass(slots=True)
class Users:
    """The users of the dossier in ``folder``. The file is read anew when it has changed."""

    folder: Path
    _stamp: tuple[int, int] | None = None
    _data: dict[str, dict[str, Any]] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / FILE

    def names(self) -> tuple[str, ...]:
        """Who may log in."""
        return tuple(self._read().get("users", {}))

    def user(self, name: str) -> User | None:
        """A user by name, as long as they are there."""
        found = self._read().get("users", {}).get(name)
        return None if found is None else User(name, found["role"])

    def check(self, name: str, password: str) -> User | None:
        """The user with this name and password; it takes as long where there is no such name."""
        found = self._read().get("users", {}).get(name)
        right = _matches(found["password"] if found else _dummy(), password[:MOST_PASSWORD])
        return User(name, found["role"]) if found and right else None

    def bearer(self, token: str) -> User | None:
        """Whose token this is."""
        digest = _digest(token)
        for name, found in self._read().get("tokens", {}).items():
            if hmac.compare_digest(found["sha256"], digest):
                return User(name, found["role"])
        return None

    def add(self, name: str, role: Role, password: str) -> None:
        """Add a user, or give one another password and role.

        Raises:
            TrucewatchError: ``bad-name``, ``weak-password``, ``unwritable``.
        """
        _check_name(name)
        self._put("users", name, {"role": role, "password": _hashed(name, password)})

    def roles(self) -> dict[str, Role]:
        """Every user's role, by name."""
        return {name: row["role"] for name, row in sorted(self._read().get("users", {}).items())}

    def set_password(self, name: str, password: str) -> None:
        """Give a user another password.

        Raises:
            TrucewatchError: ``no-user``, ``weak-password``, ``unwritable``.
        """
        self._change(name, {"password": _hashed(name, password)})

    def set_role(self, name: str, role: Role) -> None:
        """Give a user another role, which holds from their next request on.

        Raises:
            TrucewatchError: ``no-user``; ``last-admin`` where nobody would be left who may do this; ``unwritable``.
        """
        with self._lock:
            self._keep_an_admin(name, role)
            self._change(name, {"role": role})

    def drop(self, name: str) -> None:
        """Remove a user as an admin does: the last admin stays.

        Raises:
            TrucewatchError: ``no-user``, ``last-admin``, ``unwritable``.
        """
        with self._lock:
            self._keep_an_admin(name, None)
            if name not in self.roles() or not self.remove(name):
                raise _no_user(name)

    def add_token(self, name: str, role: Role) -> str:
        """A new token for a program; it is told once and kept as a hash."""
        _check_name(name)
        token = f"tw_{secrets.token_urlsafe(32)}"
        self._put("tokens", name, {"role": role, "sha256": _digest(token)})
        return token

    def remove(self, name: str) -> bool:
        """Remove a user and the token of this name; whether there was one."""
        with self._lock:
            data = {table: dict(rows) for table, rows in self._read().items()}
            found = [table for table, rows in data.items() if rows.pop(name, None) is not None]
            self._write(data)
        return bool(found)

    def _keep_an_admin(self, name: str, role: Role | None) -> None:
        admins = {user for user, now in self.roles().items() if now == "admin"}
        if role != "admin" and admins == {name}:
            raise TrucewatchError("last-admin", f"{name} is the only admin", next_step="make somebody else admin first")

    def _change(self, name: str, part: Mapping[str, str]) -> None:
        with self._lock:
            row = self._read().get("users", {}).get(name)
            if row is None:
                raise _no_user(name)
            self._put("users", name, {**row, **part})

    def _put(self, table: str, name: str, row: Mapping[str, str]) -> None:
        with self._lock:
            data = {key: dict(rows) for key, rows in self._read().items()}
            data.setdefault(table, {})[name] = dict(row)
            self._write(data)

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return {}
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._stamp:
            self._data, self._stamp = _parsed(self.path), stamp
        return self._data

    def _write(self, data: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
        part = self.path.with_name(f"{FILE}.part")
        try:
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(_written(data))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
        except OSError as error:
            raise TrucewatchError(
                "unwritable", "the users cannot be written", where=str(self.path), why=error.strerror or str(error),
                next_step="check the rights on the folder; nothing was changed",
            ) from error  # fmt: skip


def _parsed(path: Path) -> dict[str, dict[str, Any]]:
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        for table, secret in (("users", "password"), ("tokens", "sha256")):
            for row in data.get(table, {}).values():
                _check_row(row, secret)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TrucewatchError(
            "bad-users", "the users cannot be read", where=str(path), why=type(error).__name__,
            next_step="mend the file, or remove it and add the users again",
        ) from error  # fmt: skip
    return {table: data[table] for table in ("users", "tokens") if table in data}


def _check_row(row: Mapping[str, object], secret: str) -> None:
    if row["role"] not in ROLES or not isinstance(row[secret], str):
        raise ValueError(secret)


def _written(data: Mapping[str, Mapping[str, Mapping[str, str]]]) -> str:
    lines = [
        "# Who may log in. Written by `trucewatch serve --add-user`, `--add-token`, `--remove-user` and the pages for it; hashes only."
    ]
    for table, rows in data.items():
        for name, row in sorted(rows.items()):
            quoted = name.replace("\\", "\\\\").replace('"', '\\"')
            lines += ["", f'[{table}."{quoted}"]', *(f'{key} = "{value}"' for key, value in row.items())]
    return "\n".join(lines) + "\n"


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise TrucewatchError("bad-name", f"{name!r} is no name", next_step="use letters, digits, blanks and .@'-, up to 80")


def _no_user(name: str) -> TrucewatchError:
    return TrucewatchError("no-user", f"there is no user {name!r}", next_step="look at the list of users")


def _hashed(name: str, password: str) -> str:
    """The hash of a password that will do."""
    alike = len(set(password)) < LEAST_PASSWORD // 2 or password.casefold() == name.casefold()
    if alike or not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise TrucewatchError(
            "weak-password",
            f"a password has at least {LEAST_PASSWORD} characters, not all alike, and is not the name",
            next_step="take a longer one",
        )
    with _AT_ONCE:
        return _HASHER.hash(password)


def _matches(hashed: str, password: str) -> bool:
    try:
        with _AT_ONCE:
            return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


_dummies: list[str] = []


def _dummy() -> str:
    """A hash that no password fits, made once."""
    if not _dummies:
        _dummies.append(_HASHER.hash(secrets.token_urlsafe(24)))
    return _dummies[0]


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
