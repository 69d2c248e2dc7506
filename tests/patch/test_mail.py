# SPDX-License-Identifier: MIT
"""The text of a mail, beside what Python's own package makes of the same bytes."""

from __future__ import annotations

import base64
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from vmcoreinfo_codegen.patch.mail import read_mail

TEXT = "--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-\tVMCOREINFO_SYMBOL(prb);\n+\t/* größer = 2 */\n"


def single(cte: str) -> bytes:
    mail = EmailMessage(policy=policy.SMTP.clone(linesep="\n"))
    mail.set_content(TEXT, cte=cte)
    return bytes(mail)


def several(boundary: str, *parts: MIMEBase) -> bytes:
    mail = MIMEMultipart("mixed", boundary, parts)
    mail["Subject"] = "[PATCH] printk"
    return mail.as_bytes()


def html() -> MIMEBase:
    return MIMEText("<p>-VMCOREINFO_SYMBOL(html);</p>", "html")


def attached() -> MIMEBase:
    part = MIMEText("-VMCOREINFO_SYMBOL(attached);\n")
    part["Content-Disposition"] = 'attachment; filename="0001.patch"'
    return part


def plain(charset: str = "utf-8") -> MIMEBase:
    return MIMEText(TEXT, "plain", charset)


MAILS = {
    "base64": single("base64"),
    "quoted-printable": single("quoted-printable"),
    "8bit": single("8bit"),
    "two parts": several("=_a", plain(), html()),
    "the text is not the first": several("=_a", html(), plain()),
    "a name that needs quotes": several("=_a:b c", plain(), html()),
    "a name without quotes": several("abc", plain(), html()).replace(b'"abc"', b"abc"),
    "a name of another alphabet": several("abc", plain()).replace(b"abc", "ä".encode()),
    "in one another": several("out", MIMEMultipart("alternative", "in", [plain(), html()])),
    "behind an attachment": several("=_a", attached(), plain()),
    "UTF-16": several("=_a", plain("utf-16")),
}  # fmt: skip


@pytest.mark.parametrize("name", MAILS)
def test_text(name: str) -> None:
    data = MAILS[name]
    if name != "a name of another alphabet":  # Python's package finds no part there.
        parts = [
            part
            for part in message_from_bytes(data, policy=policy.default).walk()
            if part.get_content_type() == "text/plain" and not part.is_attachment()
        ]
        assert parts[0].get_content().strip() == TEXT.strip()
    (found,) = read_mail(data, ValueError).texts
    assert found.strip() == TEXT.strip()


def test_no_text() -> None:
    assert read_mail(several("=_a", html(), attached()), ValueError).texts == ()


@pytest.mark.parametrize("kind", ["text/x-patch", "text/plain", "application/octet-stream"])
def test_a_diff_that_is_attached(kind: str) -> None:
    part = MIMEBase(*kind.split("/"))
    part["Content-Disposition"] = 'attachment; filename="0001.patch"'
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(TEXT.encode()).decode())
    shown, diff = read_mail(several("=_a", plain(), part), ValueError).texts
    assert (shown.strip(), diff) == (TEXT.strip(), TEXT)


def test_headers() -> None:
    mail = read_mail(
        several("=_a", plain()).replace(b"Subject: ", b"Message-Id: <1@x>\nSubject: "), ValueError
    )
    assert mail.headers["message-id"].strip() == "<1@x>"
    assert mail.headers["subject"].strip() == "[PATCH] printk"


def test_the_end_mark_ends_it() -> None:
    """What stands behind it is none of the mail, nor what stands before the first part."""
    data = several("=_a", html()) + b"\n--=_a\nContent-Type: text/plain\n\nbehind\n"
    assert read_mail(data, ValueError).texts == ()


def test_parts_in_parts() -> None:
    part: MIMEBase = plain()
    for depth in range(9):
        part = MIMEMultipart("mixed", f"=_{depth}", [part])
    with pytest.raises(ValueError, match="parts in one another"):
        read_mail(part.as_bytes(), ValueError)
