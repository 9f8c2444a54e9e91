"""What the web application may be told at its start; every default is the careful one. This module must not read files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Role: TypeAlias = Literal["reader", "reviewer", "admin"]
#: From the one who may do least to the one who may do most.
ROLES: tuple[Role, ...] = get_args(Role)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits and names. ``hosts``: names besides loopback by which the application may be called. Times are seconds, sizes bytes."""

    hosts: tuple[str, ...] = ()
    max_body: int = 1 << 20
    max_upload: int = 64 << 20
    per_second: float = 100.0
    burst: int = 1000
    logins: int = 10
    login_window: float = 300.0
    session_idle: float = 8 * 3600.0
    session_life: float = 7 * 86_400.0
    writer_idle: float = 20.0


@dataclass(frozen=True, slots=True)
class User:
    """Who asks. ``name`` stands in verdicts; ``sure`` is false for a request that shows neither a session nor a token."""

    name: str
    role: Role
    sure: bool = True

    def may(self, role: Role) -> bool:
        """Whether this user has the role, or one that includes it."""
        return ROLES.index(self.role) >= ROLES.index(role)
