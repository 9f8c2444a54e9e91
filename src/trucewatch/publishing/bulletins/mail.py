"""The digest: one mail, in plain text and in HTML, that a reader or a mailing list can send on. It has no recipient: none is invented.

The same bulletin gives the same bytes: date, message id and boundary come from the content. This module must not send anything.
"""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from trucewatch.publishing.bulletins.lines import moment
from trucewatch.publishing.words import clean

if TYPE_CHECKING:
    from trucewatch.publishing.bulletins.frame import Frame


def digest(frame: Frame, subject: str, text: str, html: str) -> bytes:
    """The mail as an ``.eml`` file. It has a sender only where the bulletin's contact is a mail address.

    Args:
        frame: the bulletin's facts.
        subject: one line.
        text: the plain part.
        html: the HTML part, self-contained.
    """
    name = sha256(f"{frame.dossier}\n{subject}\n{text}\n{html}".encode("utf-8", "replace")).hexdigest()[:32]
    made = EmailMessage(policy=SMTP)
    made["Subject"] = clean(subject)
    if frame.mail:
        made["From"] = frame.mail
    at = moment(frame.as_of)
    if at:
        made["Date"] = format_datetime(datetime.fromisoformat(at))
    made["Message-ID"] = f"<digest.{name}@trucewatch.invalid>"
    made["X-Unsent"] = "1"
    made.set_content(_whole(text), cte="quoted-printable")
    made.add_alternative(_whole(html), subtype="html", cte="quoted-printable")
    made.set_boundary(f"=_trucewatch_{name}")
    return made.as_bytes()


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
