# SPDX-License-Identifier: MIT
"""Reads a mail: headers, parts and encodings as far as a patch needs them, in one pass each.

Python's mail parser reads far more, and can't cope with hostile mails: it recurses into every
nested part and every parenthesis of a header.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..limits import Limit

_START = re.compile(rb"From |[A-Z][\w-]+: ")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_HEADER = re.compile(rb"^([A-Za-z-]+):((?:[^\n]*\n?)(?:[ \t][^\n]*\n?)*)", re.MULTILINE)
_BOUNDARY = re.compile(r'\bboundary[ \t]*=[ \t]*(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)
_CHARSET = re.compile(r'\bcharset[ \t]*=[ \t]*"?([^\s;"]+)', re.IGNORECASE)
# In any other charset the ASCII is read; Python also has codecs that are not for text (rot13, hex),
# or are slow (punycode, idna).
_WIDE = re.compile(r"utf-?(16|32)(-?[lb]e)?", re.IGNORECASE)
_MOST_DEPTH = 8
_DIFF = re.compile(r"^(?:diff --git |\+\+\+ )", re.MULTILINE)
_TOLD = ("subject", "message-id", "in-reply-to", "references")


def is_mail(data: bytes) -> bool:
    """Whether the data begin with a mail header; a diff has none."""
    return _START.match(data) is not None


@dataclass(frozen=True)
class Mail:
    """A mail: its relevant headers, by their names in lower case, and its texts.

    The first text is the one that is shown; then come the attachments that contain a diff.
    """

    headers: Mapping[str, str]
    texts: tuple[str, ...]


def read_mail(data: bytes, error: Callable[[str], Exception]) -> Mail:
    """Read a mail. Raises `error` if parts are nested too deeply."""
    shown: list[str] = []
    attached: list[str] = []
    parts = [(data, 0)]
    while parts:
        part, depth = parts.pop()
        Limit("the mail", _MOST_DEPTH, "parts in one another", error).spend(depth)
        headers, body = _split(part)
        content_type = headers.get("content-type", "text/plain")
        kind = re.split(r"[;\s]", content_type.strip(), maxsplit=1)[0].lower()
        encoding = headers.get("content-transfer-encoding", "")
        disposition = headers.get("content-disposition", "").strip().lower()
        found = _BOUNDARY.search(content_type) if kind.startswith("multipart/") else None
        if found:
            inner = _parts(body, (found[1] or found[2] or "").encode("latin-1"))
            parts += [(one, depth + 1) for one in reversed(inner)]
        elif disposition.startswith("attachment") or (shown and kind != "text/html"):
            text = _decoded(body, content_type, encoding)
            if _DIFF.search(text):
                attached.append(text)
        elif not shown and (kind == "text/plain" or "/" not in kind):
            shown.append(_decoded(body, content_type, encoding))
    return Mail(_split(data)[0], (*shown, *attached))


def _split(part: bytes) -> tuple[dict[str, str], bytes]:
    """Headers by their names in lower case, the first of each; and the body."""
    end = _BLANK_LINE.search(part)
    head, body = (part[: end.start() + 1], part[end.end() :]) if end else (part, b"")
    headers: dict[str, str] = {}
    for match in _HEADER.finditer(head):
        name = match[1].decode("ascii").lower()
        if name.startswith(("content-", *_TOLD)) and name not in headers:
            headers[name] = match[2].decode("latin-1")
    return headers, body


def _parts(body: bytes, boundary: bytes) -> list[bytes]:
    mark = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*\r?$", re.MULTILINE)
    found: list[bytes] = []
    begin: int | None = None
    for match in mark.finditer(body):
        if begin is not None:
            found.append(body[begin : match.start()])
        if match[1]:
            return found
        begin = match.end() + 1
    return found if begin is None else [*found, body[begin:]]


def _decoded(body: bytes, content_type: str, encoding: str) -> str:
    encoding = encoding.strip().lower()
    if encoding == "base64":
        body = _from_base64(body)
    elif encoding == "quoted-printable":
        body = binascii.a2b_qp(body)
    charset = _CHARSET.search(content_type)
    if charset and _WIDE.fullmatch(charset[1]):
        return body.decode(charset[1], "replace")
    return body.decode("utf-8", "replace")


def _from_base64(body: bytes) -> bytes:
    """Decode base64; other characters are skipped, as in mail readers."""
    try:
        return binascii.a2b_base64(body + b"===")
    except binascii.Error:
        return body
