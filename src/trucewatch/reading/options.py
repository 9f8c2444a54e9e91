"""What a caller may choose about reading. This module must not do I/O."""

from __future__ import annotations

from dataclasses import dataclass

#: Languages the coder can code now.
CODED_LANGUAGES = ("en",)
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class FetchOptions:
    """How URLs are fetched. Times in seconds, sizes in bytes.

    ``allow_private`` lifts the ban on private and loopback addresses altogether; ``private_hosts`` lifts it for the named
    ``host`` or ``host:port`` only, for an intranet. ``min_delay`` and ``max_delay`` bound the pause between two fetches from
    one host; robots.txt asks for a length in between.
    """

    allow_private: bool = False
    private_hosts: tuple[str, ...] = ()
    obey_robots: bool = True
    connect_timeout: float = 10.0
    read_timeout: float = 20.0
    total_timeout: float = 60.0
    dns_timeout: float = 10.0
    max_bytes: int = 20 * _MB
    max_redirects: int = 5
    min_delay: float = 1.0
    max_delay: float = 30.0
    user_agent: str = "Trucewatch/0.1 (reads published reports for ceasefire monitoring)"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How sources are read. Sizes in bytes.

    ``language`` forces a language instead of detecting it; ``follow_links`` reads the pages that a feed only sums up.
    ``max_text_bytes`` bounds one report's bytes, ``max_file_bytes`` one PDF's, ``max_archive_bytes`` and ``max_ratio`` what an
    archive may unpack to, ``max_elements`` and ``max_depth`` the markup that is parsed as it stands. ``keep_lines`` hands a line of the
    coding contract on with the report that is read from it, for a caller who keeps codings.
    """

    language: str | None = None
    coded_languages: tuple[str, ...] = CODED_LANGUAGES
    follow_links: bool = False
    max_text_bytes: int = 20 * _MB
    max_file_bytes: int = 200 * _MB
    max_archive_bytes: int = 20_000 * _MB
    max_ratio: int = 200
    max_elements: int = 30_000
    max_depth: int = 150
    keep_lines: bool = False
    fetch: FetchOptions = FetchOptions()
