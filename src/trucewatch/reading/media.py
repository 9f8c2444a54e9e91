"""Addresses of pictures, films and sound: what kind they are. No I/O."""

from __future__ import annotations

import re

from trucewatch.model import Media

_KINDS = {
    "video": "mp4 m4v webm mov avi mkv mpg mpeg ogv m3u8 flv wmv 3gp",
    "audio": "mp3 ogg oga wav m4a aac flac opus",
    "image": "jpg jpeg png gif webp avif svg tif tiff bmp",
    "document": "pdf doc docx odt xls xlsx ods ppt pptx kml kmz",
}
_BY_ENDING = {ending: kind for kind, endings in _KINDS.items() for ending in endings.split()}
_ENDING = re.compile(r"\.([a-z0-9]{2,5})(?:[?#]|$)", re.IGNORECASE)
_PLAYERS = re.compile(
    r"^(?:https?:)?//(?:www\.|player\.|m\.)?(?:youtube(?:-nocookie)?\.com/(?:embed|watch|shorts|live|v)|youtu\.be/|vimeo\.com/|"
    r"(?:geo\.)?dailymotion\.com/|rumble\.com/|odysee\.com/|bitchute\.com/|rutube\.ru/|vk\.com/video|ok\.ru/video|"
    r"facebook\.com/(?:plugins/video|watch|[\w.]+/videos)|streamable\.com/|tiktok\.com/)",
    re.IGNORECASE,
)
_SOUND = re.compile(
    r"^(?:https?:)?//(?:w\.|www\.|open\.)?(?:soundcloud|spotify|podcasts\.apple|anchor\.fm|audioboom)\b", re.IGNORECASE
)
_URL = re.compile(r"<?((?:https?:)?//[^\s<>]{4,2000})>?")


def kind_of(url: str) -> str | None:
    """The kind of medium (video, audio, image, document) by an address's ending or player; None where it is neither."""
    if _PLAYERS.match(url):
        return "video"
    if _SOUND.match(url):
        return "audio"
    match = _ENDING.search(url.split("?", 1)[0])
    return _BY_ENDING.get(match[1].lower()) if match else None


def media_url(text: str) -> Media | None:
    """The media address a line consists of, or None."""
    match = _URL.fullmatch(text.strip())
    kind = kind_of(match[1]) if match else None
    return Media(kind, match[1]) if match and kind else None


def is_bare_url(text: str) -> bool:
    """Whether a line is nothing but an address."""
    return bool(_URL.fullmatch(text.strip()))
