# SPDX-License-Identifier: MIT
"""What a patch to the kernel does to exports: a diff, `git format-patch`, or a mail, quoted or not."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..model import Schema
from ..model.vocabulary import Format
from ..terms.key import argument_of, kind_of

MOST_BYTES = 16 << 20

_FILE = re.compile(r"^(?:---|\+\+\+) (?:[ab]/)?(\S+)")
_ARCH = re.compile(r"^arch/([^/]+)/")
_CALL = re.compile(r"\b(VMCOREINFO_\w+)\(\s*([\w.]+)\s*(?:,\s*([\w.]+)\s*)?[,)]")
_PRINTED = re.compile(r'vmcoreinfo_append_str\(\s*"([^"=\\]+)=([^"\\]*)')
_QUOTE = re.compile(r"^(?:[ \t]*>)+ ?")


@dataclass(frozen=True)
class Touched:
    """A line that prints an entry, taken out or put in; `source` is the folder under arch/, None for all."""

    key: str
    form: str
    source: str | None


@dataclass(frozen=True)
class Patch:
    """Exports that a patch takes out and puts in; what is in both only moved, or changed its form."""

    removed: tuple[Touched, ...]
    added: tuple[Touched, ...]

    @property
    def reformatted(self) -> list[tuple[Touched, Touched]]:
        """Entries that stay and are printed in another form."""
        return [
            (old, new)
            for old in self.removed
            for new in self.added
            if old.key == new.key and old.source == new.source and old.form != new.form
        ]

    def renamed(self) -> list[tuple[Touched, Touched]]:
        """What is taken out while one of the same kind, about the same struct, is put in.

        Where there is more than one on either side, nobody can tell which became which.
        """
        return [
            (old, new)
            for old in self.gone()
            for new in self.came()
            if _alike(old, new)
            and sum(_alike(old, other) for other in self.came()) == 1
            and sum(_alike(other, new) for other in self.gone()) == 1
        ]

    def formats(self, source: str) -> dict[str, Format]:
        """How entries are printed that stay, on architectures below a folder of arch/."""
        return {
            new.key: format_
            for _, new in self.reformatted
            if new.source in (None, source) and (format_ := format_of(new.form)) is not None
        }

    def gone(self) -> list[Touched]:
        """What is taken out and not put in again, for the same or for all architectures."""
        return [t for t in self.removed if not _covers(self.added, t)]

    def came(self) -> list[Touched]:
        return [t for t in self.added if not _covers(self.removed, t)]


_FORMATS = (
    (re.compile(r"0x%[lh]*x"), Format.PREFIXED_HEX),
    (re.compile(r"%[lh]*x"), Format.HEX),
    (re.compile(r"%[lh]*u"), Format.DECIMAL),
    (re.compile(r"%[lh]*[di]"), Format.SIGNED),
    (re.compile(r"%s"), Format.STRING),
)


def format_of(form: str) -> Format | None:
    """The format of a value that is printed so; None for what is printed in no known way."""
    text = form.replace("\\n", "").strip()
    return next((format_ for shape, format_ in _FORMATS if shape.fullmatch(text)), None)


def _alike(old: Touched, new: Touched) -> bool:
    owners = [argument_of(t.key).partition(".") for t in (old, new)]
    is_member = all(dot for _, dot, _ in owners)
    return (
        kind_of(old.key) is kind_of(new.key)
        and old.source == new.source
        and is_member
        and owners[0][0] == owners[1][0]
    )


def _covers(lines: Iterable[Touched], wanted: Touched) -> bool:
    return any(t.key == wanted.key and t.source in (None, wanted.source) for t in lines)


def read_patch(data: bytes, schema: Schema) -> Patch:
    """Every line with a sign that prints an entry. Headers of a mail and quoting are taken away."""
    source: str | None = None
    removed: list[Touched] = []
    added: list[Touched] = []
    for line in _lines(data):
        name = _FILE.match(line)
        if name:
            arch = _ARCH.match(name[1])
            # Of a file that is new or gone the other name is /dev/null.
            source = source if name[1] == "dev/null" else arch[1] if arch else None
            continue
        if line[:1] in "+-" and line[:1]:
            touched = removed if line[0] == "-" else added
            touched += [Touched(key, form, source) for key, form in _exports(line[1:], schema)]
    return Patch(tuple(dict.fromkeys(removed)), tuple(dict.fromkeys(added)))


def _lines(data: bytes) -> list[str]:
    text = data.decode("utf-8", "replace")
    # Only headers at the very start make a mail; a diff has none.
    if re.match(r"(?:From |[A-Z][\w-]+: )", text):
        message = email.message_from_bytes(data, policy=email.policy.default)
        body = message.get_body(("plain",))
        if body is not None:
            text = str(body.get_content())
    return [_QUOTE.sub("", line) for line in text.splitlines()]


def _exports(code: str, schema: Schema) -> Iterable[tuple[str, str]]:
    """Keys that a line of C prints, each with its printf format."""
    for match in _PRINTED.finditer(code):
        yield match[1], match[2]
    for match in _CALL.finditer(code):
        macro = schema.by_macro.get(match[1])
        if macro is not None and macro.prints:
            key, _, form = macro.prints[-1].printf.partition("=")
            # NAME and FIELD are the macro's arguments; a name may contain the other's word.
            arguments = {"NAME": match[2], "FIELD": match[3] or "FIELD"}
            pieces = re.split(r"(?<![A-Za-z])(NAME|FIELD)(?![A-Za-z])", key)
            yield "".join(arguments.get(piece, piece) for piece in pieces), form
