# SPDX-License-Identifier: MIT
"""What verbs print of tools that read notes."""

from __future__ import annotations

from typing import Literal

from ...record import described
from .answer import Answer

Judged = Literal["ok", "fallback", "degraded", "wrong", "fatal"]
Overall = Literal["ok", "degraded", "wrong", "fatal"]


class MissingEntry(Answer):
    """An entry for lack of which a purpose is worse; nulls where nothing is known of it."""

    key: str
    gone_since: str | None
    commit: str | None
    since: str | None = described("where it is not exported yet: since when it is")
    replaced_by: list[str]


class JudgedPurpose(Answer):
    """What becomes of one purpose of a tool."""

    purpose: str
    verdict: Judged
    missing: list[MissingEntry]
    why: str
    seen: str = described("what a user sees, where it is not ok")
    assumed: list[str] = described(
        "entries that the configuration decides, taken for there, or whose values"
        " are not known, taken for such that the way is right; and in words what else a dump may"
        " tell, taken for told where no dump was read"
    )
    fixed_in: str | None = described(
        "first release for which it works, and for a fallback is ok; 'next': in none yet"
    )


class Compat(Answer):
    """`vmcoreinfo compat --format json`"""

    consumer: str
    release: str
    kernel: str
    arch: str
    input: str | None = described("the note or dump that was judged; null for a prediction")
    verdict: Overall
    declared: bool | None = described(
        "whether the release declares to know that kernel; null where it declares nothing"
    )
    fixed_in: str | None = described("first release without a fatal or wrong purpose")
    purposes: list[JudgedPurpose]


class Broken(Answer):
    """A purpose that a change makes worse; releases from the first to the last of them."""

    consumer: str
    releases: str
    purpose: str
    verdict: Judged
    archs: list[str]
    seen: str
    fixed_in: str | None


class NoAlternative(Answer):
    """Where no release, and nothing in the tool's repository, works after the change."""

    arch: str
    consumer: str
    purpose: str


class Impacts(Answer):
    """`vmcoreinfo impact --format json`"""

    kernel: str = described("the change is made to a kernel like this one")
    removed: list[str]
    added: list[str]
    renamed: list[str] = described("'old becomes new', where a patch seems to say so")
    reformatted: list[str]
    unknown: list[str] = described("keys that the schema does not know")
    breaks: list[Broken]
    unused_after: list[str]
    no_alternative: list[NoAlternative]


class Unread(Answer):
    """`vmcoreinfo unused --format json`"""

    kernel: str
    unused: list[str] = described("exported, and read by no tool for anything")
    missing: list[str] = described("read by a tool, known to kernels, and not exported")


class Lifetime(Answer):
    """The kernels that one release handles without a fatal or wrong purpose, beside what it declares.

    First and last of the mainline releases that the schema knows; nulls where there is none.
    """

    release: str
    date: str | None
    arch: str
    first: str | None
    last: str | None
    declared_first: str | None
    declared_last: str | None
    ends_by: str | None = described("the purpose that ends it, and how")


class Lifetimes(Answer):
    """`vmcoreinfo lifetime --format json`"""

    consumer: str
    arch: str
    releases: list[Lifetime]


class WrittenLine(Answer):
    """A line that was added, for which purpose, and why it is right."""

    key: str
    text: str
    purpose: str
    why: str


class Refusal(Answer):
    """A purpose for which no line makes the tool read the note rightly."""

    purpose: str
    seen: str
    why: str


class AdaptedNote(Answer):
    """`vmcoreinfo adapt --format json`"""

    consumer: str
    written: list[WrittenLine]
    refused: list[Refusal]
    text: str | None = described("the note; null where something was refused")
