# SPDX-License-Identifier: MIT
"""Unified diffs: files, hunks and lines, as written by git, diff and quilt, and damaged by
mails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..limits import Limit
from .problem import PatchError

MOST_FILES = 20_000
MOST_HUNKS = 100_000

MARK = re.compile(r"vmcoreinfo_|VMCOREINFO_")
"""The beginning of names of macros and functions that print."""
_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)")
_GIT = re.compile(r"diff --git (\S+) (\S+)$")
_NAMED = re.compile(r"(rename|copy) (from|to) (.+)")
_HIDDEN = re.compile(r"Binary files |GIT binary patch|@@@ ")
# The folders at the top of a kernel tree; a path's parts before one of them are dropped.
_TOPS = frozenset(
    [
        "Documentation",
        "arch",
        "block",
        "certs",
        "crypto",
        "drivers",
        "fs",
        "include",
        "init",
        "io_uring",
        "ipc",
        "kernel",
        "lib",
        "mm",
        "net",
        "rust",
        "samples",
        "scripts",
        "security",
        "sound",
        "tools",
        "usr",
        "virt",
    ]
)
_NOTHING = "/dev/null"


@dataclass(frozen=True)
class Hunk:
    """Lines with their signs: ` `, `-`, `+`. `old` and `new` are the numbers of the first line.

    `section` is the text after the second `@@`: the first line of the function or struct around.
    `is_whole` tells whether the hunk has as many lines as its header says.
    """

    old: int
    new: int
    section: str
    lines: tuple[str, ...]
    is_whole: bool

    @property
    def changes(self) -> bool:
        return any(line[0] != " " for line in self.lines)


@dataclass(frozen=True)
class FileDiff:
    """The diff of one file: its path before and after, None if it doesn't exist then.

    `is_hidden` tells that lines are not shown: in a binary diff, a merge, a deletion without lines.
    """

    old: str | None
    new: str | None
    hunks: tuple[Hunk, ...]
    is_hidden: bool = False

    @property
    def path(self) -> str:
        return self.new or self.old or ""


@dataclass
class _Open:
    """The diff of a file while it is being read."""

    old: str | None
    new: str | None
    hunks: list[Hunk] = field(default_factory=list)
    is_hidden: bool = False
    is_deleted: bool = False

    def closed(self) -> FileDiff:
        hidden = self.is_hidden or (self.is_deleted and not self.hunks)
        new = None if self.is_deleted else self.new
        return FileDiff(self.old, new, tuple(self.hunks), hidden)


def file_diffs(lines: Sequence[str]) -> list[FileDiff]:
    """The diffs of all files in a text. Raises PatchError if there are too many.

    In a text without any header, lines with a sign are one hunk of a file without a name, if one of
    them names a function or macro that prints: any text has lines that begin with a dash.
    """
    found = list(_files(lines))
    if not found and any(line[:1] in ("+", "-") and MARK.search(line) for line in lines):
        found = [FileDiff("", "", (_loose(lines, 0)[0],))]
    return found


def _files(lines: Sequence[str]) -> Iterator[FileDiff]:
    files = Limit("the patch", MOST_FILES, "files", PatchError)
    hunks = Limit("the patch", MOST_HUNKS, "hunks", PatchError)
    open_: _Open | None = None
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        git = _GIT.match(line)
        names = _names(lines, at - 1)
        if git:
            files.spend()
            if open_:
                yield open_.closed()
            open_ = _Open(_path(git[1]), _path(git[2]))
        elif names:
            if open_ is None or open_.hunks:
                files.spend()
                if open_:
                    yield open_.closed()
                open_ = _Open(None, None)
            open_.old, open_.new = names
            at += 1
            if at < len(lines) and not lines[at].startswith("@@") and lines[at][:1] in ("+", "-"):
                hunk, at = _loose(lines, at)
                open_.hunks.append(hunk)
        elif open_ is None:
            continue
        elif match := _HUNK.match(line):
            hunks.spend()
            hunk, at = _hunk(lines, at, match)
            open_.hunks.append(hunk)
        elif _HIDDEN.match(line):
            open_.is_hidden = True
        elif not open_.hunks:
            _extended(open_, line)
    if open_:
        yield open_.closed()


def _extended(file: _Open, line: str) -> None:
    """Apply a line between git's `diff --git` and the first hunk."""
    if line.startswith("deleted file mode"):
        file.is_deleted = True
    elif line.startswith("new file mode"):
        file.old = None
    elif match := _NAMED.match(line):
        if match[2] == "from":
            # The source of a copy does not change.
            file.old = _path(f"a/{match[3]}") if match[1] == "rename" else None
        else:
            file.new = _path(f"b/{match[3]}")


def _names(lines: Sequence[str], at: int) -> tuple[str | None, str | None] | None:
    """The names in `--- a/x` and `+++ b/x`."""
    if not lines[at].startswith("--- ") or at + 1 >= len(lines):
        return None
    if not lines[at + 1].startswith("+++ "):
        return None
    return _path(lines[at][4:]), _path(lines[at + 1][4:])


def _path(text: str) -> str | None:
    """A path from the top of the kernel tree; None for no file."""
    text = text.partition("\t")[0].strip().strip('"')
    if text == _NOTHING:
        return None
    parts = text.split("/")
    # A file at the top, such as Makefile, has only its last part.
    for place, part in enumerate(parts[:-1]):
        if part in _TOPS:
            return "/".join(parts[place:])
    return "/".join(parts[1:]) if len(parts) > 1 else text


def _hunk(lines: Sequence[str], at: int, head: re.Match[str]) -> tuple[Hunk, int]:
    """A hunk, and the index of the next line. A truncated hunk ends before a line that can't
    belong to it.
    """
    left = {"-": int(head[2] or 1), "+": int(head[4] or 1)}
    found: list[str] = []
    while at < len(lines) and (left["-"] > 0 or left["+"] > 0):
        line = lines[at] or " "
        sign = line[0]
        if sign == "\\":
            at += 1
            continue
        if sign not in " +-" or (sign == "-" and _names(lines, at) and _begins(lines, at + 2)):
            break
        for side in ("-", "+"):
            if sign in (" ", side):
                left[side] -= 1
        found.append(line)
        at += 1
    is_whole = left == {"-": 0, "+": 0}
    # A hunk edited by hand may have more lines than its header says.
    while is_whole and at < len(lines) and re.match(r"[-+](?![-+]{1,2} |[-+]$)", lines[at]):
        found.append(lines[at])
        at += 1
    return Hunk(int(head[1]), int(head[3]), head[5], tuple(found), is_whole), at


def _begins(lines: Sequence[str], at: int) -> bool:
    return at < len(lines) and lines[at].startswith("@@ ")


def _loose(lines: Sequence[str], at: int) -> tuple[Hunk, int]:
    """Lines with a sign but without a `@@` line, up to the next header."""
    found: list[str] = []
    while at < len(lines) and not re.match(r"diff |@@ ", lines[at]) and not _names(lines, at):
        if lines[at][:1] in ("+", "-", " "):
            found.append(lines[at])
        at += 1
    return Hunk(1, 1, "", tuple(found), True), at
