# SPDX-License-Identifier: MIT
"""The patches in a file: a diff, commits as git shows them, a mail, a thread, a mailbox.

In a thread the newest version of each patch counts; replies that quote it do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from email.header import decode_header
from functools import cached_property

from ..limits import Limit
from .diff import FileDiff, file_diffs
from .mail import is_mail, read_mail
from .problem import PatchError

MOST_BYTES = 16 << 20
MOST_PATCHES = 2_000

_FROM = re.compile(
    rb"^>?From (?:[0-9a-f]{40}|\S+@\S+|\S+) +\w{3} \w{3} +\d+ [\d:]+ \d{4}.*\n", re.M
)
_COMMIT = re.compile(r"^commit ([0-9a-f]{7,64})\b.*$")
_TAGS = re.compile(r"^\s*(?:(?:re|aw|fwd?): *)*\[([^\]]*)\]", re.IGNORECASE)
_REPLY = re.compile(r"^\s*(?:re|aw) *:", re.IGNORECASE)
_VERSION = re.compile(r"\bv(\d{1,4})(?![\w.])", re.IGNORECASE)
_COUNT = re.compile(r"\b(\d{1,4})/(\d{1,4})\b")
_QUOTE = re.compile(r"^(?:[ \t]*>)+ ?")
_ID = re.compile(r"<[^<>\s]{1,400}>")
_LONGEST_SUBJECT = 400


@dataclass(frozen=True)
class Patch:
    """One patch: its subject, its place in the series, and its diffs.

    `number` and `total` are those in `[PATCH v2 3/7]`, None if there are none. `parents` are the
    IDs of the mails that it answers.
    """

    subject: str
    message_id: str | None
    commit: str | None
    version: int
    number: int | None
    total: int | None
    is_reply: bool
    parents: tuple[str, ...]
    files: tuple[FileDiff, ...]

    @cached_property
    def title(self) -> str:
        """The subject without its tags, to find the patch in another version."""
        return re.sub(r"\W+", " ", _TAGS.sub("", _REPLY.sub("", self.subject))).strip().lower()


def read_series(*files: bytes) -> tuple[Patch, ...]:
    """The newest patches in files, in the order in which they are applied. Raises PatchError."""
    return newest([patch for data in files for patch in read_patches(data)])


def read_patches(data: bytes) -> list[Patch]:
    """All patches in a file, whatever their version. Raises PatchError."""
    limit = Limit("the patch", MOST_PATCHES, "mails and commits", PatchError)
    found: list[Patch] = []
    for part in _messages(data):
        if is_mail(part):
            limit.spend()
            mail = read_mail(part, PatchError)
            # A mail without a text part is read as a whole.
            texts = mail.texts or (part.decode("utf-8", "replace"),)
            found.append(_mailed(mail.headers, texts))
        else:
            found += _commits(part.decode("utf-8", "replace"), limit)
    return [patch for patch in found if patch.files]


def _messages(data: bytes) -> Iterator[bytes]:
    """The mails in a mailbox, without their `From ` lines; any other file as a whole."""
    starts = [match for match in _FROM.finditer(data) if _is_first(data, match.start())]
    if not starts or starts[0].start() != 0:
        yield data
        return
    ends = [match.start() for match in starts[1:]] + [len(data)]
    for match, end in zip(starts, ends, strict=True):
        yield data[match.end() : end]


def _is_first(data: bytes, at: int) -> bool:
    # In the output of format-patch, git's signature precedes it instead of a blank line.
    return at == 0 or data[at - 1 : at] == b"\n"


def _mailed(headers: Mapping[str, str], texts: Iterable[str]) -> Patch:
    subject = _text(headers.get("subject", ""))
    tags = _TAGS.match(subject)
    count = _COUNT.search(tags[1]) if tags else None
    version = _VERSION.search(tags[1]) if tags else None
    own = _ID.search(headers.get("message-id", ""))
    parents = _ID.findall(headers.get("in-reply-to", "") + headers.get("references", "")[-8000:])
    files, is_quoted = _diffs(texts)
    return Patch(
        subject=subject,
        message_id=own[0] if own else None,
        commit=None,
        version=int(version[1]) if version else 1,
        number=int(count[1]) if count else None,
        total=int(count[2]) if count else None,
        is_reply=bool(_REPLY.match(subject)) or is_quoted,
        parents=tuple(dict.fromkeys(parents)),
        files=tuple(files),
    )


def _text(header: str) -> str:
    """A subject decoded and on one line."""
    joined = re.sub(r"\s+", " ", header).strip()[:_LONGEST_SUBJECT]
    if "=?" not in joined:
        return joined
    try:
        parts = decode_header(joined)
        return "".join(
            part if isinstance(part, str) else part.decode(charset or "ascii", "replace")
            for part, charset in parts
        )
    except (ValueError, LookupError):
        return joined


def _diffs(texts: Iterable[str]) -> tuple[list[FileDiff], bool]:
    """The diffs in the texts of a mail, and whether they are quoted."""
    found: list[FileDiff] = []
    quoted: list[FileDiff] = []
    for text in texts:
        lines = _lines(text)
        found += file_diffs(lines)
        if not found:
            quoted += file_diffs([_QUOTE.sub("", line) for line in lines])
    return (found, False) if found else (quoted, bool(quoted))


def _lines(text: str) -> list[str]:
    # Not splitlines(): a form feed in a source does not end a line.
    return [line.removesuffix("\r") for line in text.split("\n")]


def _commits(text: str, limit: Limit) -> list[Patch]:
    """The patches in the output of `git log -p`, `git show` or `git diff`; a log has the newest
    first.
    """
    lines = _lines(text)
    starts = [place for place, line in enumerate(lines) if _COMMIT.match(line)]
    starts = [place for place in starts if any(_is_head(line) for line in lines[place : place + 4])]
    if not starts:
        limit.spend()
        return [_shown(None, "", lines)]
    limit.spend(len(starts))
    ends = [*starts[1:], len(lines)]
    found = []
    for start, end in zip(starts, ends, strict=True):
        hash_ = _COMMIT.match(lines[start])
        subject = next((n.strip() for n in lines[start:end] if n.startswith("    ")), "")
        found.append(_shown(hash_[1] if hash_ else None, subject, lines[start:end]))
    return found[::-1]


def _is_head(line: str) -> bool:
    return line.startswith(("Author:", "Merge:"))


def _shown(commit: str | None, subject: str, lines: Sequence[str]) -> Patch:
    files = file_diffs(lines)
    if not files:
        files = file_diffs([_QUOTE.sub("", line) for line in lines])
    return Patch(
        subject=subject[:_LONGEST_SUBJECT],
        message_id=None,
        commit=commit,
        version=1,
        number=None,
        total=None,
        is_reply=False,
        parents=(),
        files=tuple(files),
    )


def newest(patches: Sequence[Patch]) -> tuple[Patch, ...]:
    """The newest version of each patch, without replies that quote it."""
    posted = [patch for patch in patches if not patch.is_reply]
    if not posted:
        # There are only replies: use what they quote, each diff once.
        return tuple({patch.files: patch for patch in patches}.values())
    found: list[Patch] = []
    for group in _threads(posted):
        found += _of_thread(group)
    return tuple(found)


def _threads(patches: Sequence[Patch]) -> list[list[Patch]]:
    """Patches grouped by the mails that they answer, or by their titles."""
    groups: dict[str, int] = {}
    found: dict[int, list[Patch]] = {}
    for place, patch in enumerate(patches):
        names = [f"title {patch.title}"] if patch.title else []
        names += [f"mail {one}" for one in (patch.message_id, *patch.parents) if one]
        if patch.total and not patch.parents:
            # Mails without References, as written by `git format-patch`.
            names.append(f"v{patch.version} of {patch.total}")
        joined = {groups[name] for name in names if name in groups}
        into = min(joined, default=place)
        for other in joined - {into}:
            found[into] += found.pop(other)
            groups.update({name: into for name, group in groups.items() if group == other})
        groups.update(dict.fromkeys(names, into))
        found.setdefault(into, []).append(patch)
    return list(found.values())


def _of_thread(patches: Sequence[Patch]) -> list[Patch]:
    """The newest version of each patch; older ones count if a newer version does not resend
    them.
    """
    chosen: list[Patch] = []
    for version in sorted({patch.version for patch in patches}, reverse=True):
        mine = [patch for patch in patches if patch.version == version]
        older = [patch for patch in patches if patch.version < version]
        titles = {patch.title for patch in chosen if patch.title}
        numbers = {patch.number for patch in chosen if patch.number}
        for patch in mine:
            if patch.title not in titles and patch.number not in numbers:
                chosen.append(patch)
        numbers |= {patch.number for patch in mine if patch.number}
        if _is_complete(mine, older, numbers):
            break
    places = {patch.title: patch.number for patch in patches if patch.number}
    return sorted(chosen, key=lambda patch: patch.number or places.get(patch.title) or 0)


def _is_complete(mine: Sequence[Patch], older: Sequence[Patch], numbers: Set[int]) -> bool:
    """Whether a version was sent completely, not only the patches that changed in it."""
    total = next((patch.total for patch in mine if patch.total), None)
    if total is not None:
        return numbers >= set(range(1, total + 1))
    parts = {patch.title for patch in older if patch.number}
    return not any(patch.title in parts for patch in mine)
