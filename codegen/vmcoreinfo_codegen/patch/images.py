# SPDX-License-Identifier: MIT
"""The files of a patch before and after it: complete if the tree is available, else pieces in
hunks.

Both are read like kernel trees. What a hunk does not show is reported, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ..kernel.options import is_kconfig
from ..kernel.source import Excerpt, Source
from ..limits import Limit
from .change import Unseen
from .diff import MARK, FileDiff, Hunk
from .problem import PatchError

# The files that print lines of the note in 2.6.24 to 7.3, and the headers of their macros.
_PRINTS = re.compile(
    r"(?:kernel/(?:kexec|kexec_core|crash_core|vmcore_info|printk|printk/printk)"
    r"|arch/\w+/(?:kernel|kexec)/(?:machine_kexec|crash_core|vmcore_info|core)\w*"
    r"|include/linux/(?:kexec|crash_core|vmcore_info))\.[ch]"
)
# The largest file of a kernel that prints has 4,000 lines.
_MOST_STEPS = 20_000_000
_REMEDY = "give the revision that it applies to with --rev"


@dataclass(frozen=True)
class Piece:
    """A file, or the part in a hunk; `section` is the first line of the function or struct
    around.
    """

    source: Source
    section: str = ""


@dataclass(frozen=True)
class Images:
    """The changed pieces, before and after; `unseen` are changes that the patch does not show."""

    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    unseen: tuple[Unseen, ...]


def pieces_of(files: Iterable[FileDiff]) -> Images:
    """The pieces in the hunks of a patch."""
    before: list[Piece] = []
    after: list[Piece] = []
    unseen: list[Unseen] = []
    for file in files:
        prints = _prints(file)
        if file.is_hidden and prints:
            unseen.append(Unseen(file.path, 1, file.path, "the patch does not show its lines"))
        if file.old and file.new and prints and _arch(file.old) != _arch(file.new):
            reason = (
                "it becomes a file of another architecture, but the patch does not show all of it"
            )
            if file.old not in (None, file.new):
                unseen.append(Unseen(file.old, 1, f"{file.old} becomes {file.new}", reason))
        for hunk in file.hunks:
            old, new = _piece(file, hunk, "-"), _piece(file, hunk, "+")
            before += [old] if old else []
            after += [new] if new else []
            if prints and hunk.changes:
                unseen += _unseen(file, hunk, old, new)
    return Images(tuple(before), tuple(after), tuple(unseen))


def applied(files: Iterable[FileDiff], tree: Mapping[str, Source]) -> Images:
    """The complete files of a tree that a patch changes, before and after.

    For files that are not sources, only the hunks are read. Raises PatchError if the patch does not
    apply.
    """
    before: list[Piece] = []
    after: list[Piece] = []
    unseen: list[Unseen] = []
    for file in files:
        source = tree.get(file.old) if file.old else None
        if file.old and source is None and is_source(file.old):
            raise PatchError(f"{file.old}: not in the tree; {_REMEDY}")
        if file.old and source is None:
            shown = pieces_of([file])
            before += shown.before
            after += shown.after
            unseen += shown.unseen
            continue
        if source is not None:
            before.append(Piece(source))
        if file.new and not file.is_hidden:
            text = _patched(source.text if source else "", file)
            after.append(Piece(Source(file.new, text)))
        elif file.new:
            unseen.append(Unseen(file.path, 1, file.path, "the patch does not show its lines"))
    return Images(tuple(before), tuple(after), tuple(unseen))


def is_source(path: str) -> bool:
    """Whether entries can depend on a file."""
    return path.endswith((".c", ".h")) or is_kconfig(path)


def _prints(file: FileDiff) -> bool:
    """Whether a file may print lines of the note, by its name or its hunks."""
    if any(path and _PRINTS.fullmatch(path) for path in (file.old, file.new)):
        return True
    return any(MARK.search(line) for hunk in file.hunks for line in hunk.lines)


def _arch(path: str) -> str | None:
    parts = path.split("/")
    return parts[1] if parts[0] == "arch" and len(parts) > 2 else None


def _piece(file: FileDiff, hunk: Hunk, sign: Literal["-", "+"]) -> Piece | None:
    """The part of the file in a hunk, before (`-`) or after (`+`)."""
    path = file.old if sign == "-" else file.new
    if path is None:
        return None
    lines: list[str] = []
    labels: list[str] = []
    old, new = hunk.old, hunk.new
    for line in hunk.lines:
        if line[0] in (" ", sign):
            lines.append(line[1:])
            labels.append(str(old) if line[0] != "+" else f"+{new}")
        old += line[0] != "+"
        new += line[0] != "-"
    # A new or removed file is shown completely.
    is_whole = file.old is None or file.new is None
    first = hunk.old if sign == "-" else hunk.new
    name = f"{file.path}:{hunk.old}"
    excerpt = None if is_whole else Excerpt(name, first, labels)
    text = "\n".join(_in_comment(lines) if excerpt else lines) + "\n"
    return Piece(Source(path, text, excerpt), hunk.section)


def _in_comment(lines: list[str]) -> list[str]:
    """The lines, with the rest of a comment that began before them replaced by spaces."""
    text = "\n".join(lines)
    opens, closes = text.find("/*"), text.find("*/")
    if closes >= 0 and not 0 <= opens < closes:
        gone = text[: closes + 2]
        return (re.sub(r"[^\n]", " ", gone) + text[closes + 2 :]).split("\n")
    if opens < 0 and lines and all(re.match(r"\s*\*(?!\w)|\s*$", line) for line in lines):
        return [""] * len(lines)
    return lines


def _unseen(file: FileDiff, hunk: Hunk, old: Piece | None, new: Piece | None) -> Iterator[Unseen]:
    path, line = file.path, hunk.new
    changed = next(
        (text[1:].strip() for text in hunk.lines if text[0] != " " and text[1:].strip()), ""
    )
    if not hunk.is_whole:
        yield Unseen(path, line, changed, "lines of this hunk are missing")
    opened = [piece.source.unbalanced if piece else [] for piece in (old, new)]
    if opened[0] != opened[1]:
        told = next((text for text in opened[1] + opened[0] if text not in opened[0]), "#endif")
        yield Unseen(path, line, told, "the patch does not show what else it encloses")
    for piece, sign in ((old, "-"), (new, "+")):
        if piece is not None and _is_cut(piece.source, hunk, sign):
            yield Unseen(path, line, changed, "the patch does not show the whole call")


def _is_cut(source: Source, hunk: Hunk, sign: str) -> bool:
    """Whether a changed line is in a call that begins before the hunk."""
    depth = 0
    head = [line for line in hunk.lines if line[0] in (" ", sign)]
    for line, code in zip(head, source.code.split("\n"), strict=False):
        for character in re.sub(r'"(?:\\.|[^"\\])*"', "", code):
            depth += (character == "(") - (character == ")")
            if depth < 0:
                before = head[: head.index(line) + 1]
                return any(text[0] == sign for text in before)
            if character in ";{}" and depth == 0:
                return False
    return False


def _patched(text: str, file: FileDiff) -> str:
    """A file with the hunks of a patch applied, each where its lines are found. Raises
    PatchError.
    """
    lines = text.split("\n")
    steps = Limit(f"{file.old}", _MOST_STEPS, "steps to find the lines of the patch", PatchError)
    found: list[str] = []
    at = 0
    for hunk in file.hunks:
        old = [line[1:].rstrip() for line in hunk.lines if line[0] != "+"]
        place = _found(lines, old, at, hunk.old - 1 if old else hunk.old, steps)
        if place is None:
            raise PatchError(
                f"{file.old}:{hunk.old}: the patch does not apply to the tree; {_REMEDY}"
            )
        found += lines[at:place]
        at = place
        for line in hunk.lines:
            if line[0] == "+":
                found.append(line[1:])
            else:
                found += [] if line[0] == "-" else [lines[at]]
                at += 1
    return "\n".join([*found, *lines[at:]])


def _found(
    lines: list[str], wanted: list[str], first: int, expected: int, steps: Limit
) -> int | None:
    """Where lines are found, nearest to where they are expected; trailing spaces do not count."""
    most = len(lines) - len(wanted)

    def stands(place: int) -> bool:
        for n, text in enumerate(wanted):
            steps.spend()
            if lines[place + n].rstrip() != text:
                return False
        return True

    expected = max(first, min(expected, most))
    for away in range(max(expected - first, most - expected) + 1):
        for place in (expected - away, expected + away):
            if first <= place <= most and stands(place):
                return place
    return None
