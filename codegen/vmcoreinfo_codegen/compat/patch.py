# SPDX-License-Identifier: MIT
"""What a patch to the kernel does to exports: a diff, `git format-patch`, or a mail, quoted or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from ..core.key import Kind, argument_of, kind_of
from ..limits import Limit
from ..model import Schema
from ..model.vocabulary import Format
from ..problem import shortened
from .mail import is_mail, plain_text

MOST_BYTES = 16 << 20
MOST_EXPORTS = 10_000
"""Lines of a patch that print an entry; all kernels together printed some 200 entries."""
# The kernel cuts a line of the note after 80 bytes.
_LONGEST_KEY = 200
_FORMS_EACH = 16
_Name = TypeVar("_Name")

_FILE = re.compile(r"^(?:---|\+\+\+) (?:[ab]/)?(\S+)")
_ARCH = re.compile(r"^arch/([^/]+)/")
_CALL = re.compile(r"\b(VMCOREINFO_\w+)\(\s*([\w.]+)\s*(?:,\s*([\w.]+)\s*)?[,)]")
_PRINTED = re.compile(r'vmcoreinfo_append_str\(\s*"([^"=\\]+)=([^"\\]*)')
_QUOTE = re.compile(r"^(?:[ \t]*>)+ ?")


class PatchError(Exception):
    """A patch that is none to a kernel: more of something than such a patch can have."""


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

    @cached_property
    def reformatted(self) -> list[tuple[Touched, Touched]]:
        """Entries that stay and are printed in another form. Raises PatchError."""
        added = _by(self.added, lambda t: (t.key, t.source))
        most = _FORMS_EACH * (len(self.removed) + len(self.added))
        pairs = Limit("forms of an entry", most, "pairs", PatchError)
        found = []
        for old in self.removed:
            forms = added.get((old.key, old.source), [])
            pairs.spend(len(forms))
            found += [(old, new) for new in forms if old.form != new.form]
        return found

    def renamed(self) -> list[tuple[Touched, Touched]]:
        """What is taken out while one of the same kind, about the same struct, is put in.

        Where there is more than one on either side, nobody can tell which became which.
        """
        gone, came = _by(self.gone(), _struct_of), _by(self.came(), _struct_of)
        return [
            (olds[0], came[struct][0])
            for struct, olds in gone.items()
            if struct is not None and len(olds) == 1 and len(came.get(struct, ())) == 1
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
        return _not_in(self.removed, self.added)

    def came(self) -> list[Touched]:
        return _not_in(self.added, self.removed)


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


_Struct = tuple[Kind, str | None, str]


def _struct_of(touched: Touched) -> _Struct | None:
    """The struct that a member is of, with the kind of the entry; None for what is no member."""
    struct, dot, _ = argument_of(touched.key).partition(".")
    return (kind_of(touched.key), touched.source, struct) if dot else None


def _by(lines: Iterable[Touched], name: Callable[[Touched], _Name]) -> dict[_Name, list[Touched]]:
    found: dict[_Name, list[Touched]] = {}
    for line in lines:
        found.setdefault(name(line), []).append(line)
    return found


def _not_in(lines: Iterable[Touched], others: Iterable[Touched]) -> list[Touched]:
    """Those that no other line covers: of the same key, for the same or for all architectures."""
    there = {(t.key, t.source) for t in others}
    return [t for t in lines if not there & {(t.key, None), (t.key, t.source)}]


def read_patch(data: bytes, schema: Schema) -> Patch:
    """Every line with a sign that prints an entry. Headers of a mail and quoting are taken away.

    Raises PatchError for what no patch to a kernel can be.
    """
    exports = Limit("the patch", MOST_EXPORTS, "lines that print an entry", PatchError)
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
            for key, form in _exports(line[1:], schema):
                exports.spend()
                if len(key) > _LONGEST_KEY:
                    raise PatchError(f"a key of {len(key)} characters: '{shortened(key)}'")
                touched.append(Touched(key, form, source))
    patch = Patch(tuple(dict.fromkeys(removed)), tuple(dict.fromkeys(added)))
    # Worked out here, where what is wrong with it can still be told.
    _ = patch.reformatted
    return patch


def _lines(data: bytes) -> list[str]:
    text = plain_text(data, PatchError) if is_mail(data) else None
    if text is None:
        text = data.decode("utf-8", "replace")
    return [_QUOTE.sub("", line) for line in text.splitlines()]


def _exports(code: str, schema: Schema) -> Iterable[tuple[str, str]]:
    """Keys that a line of C prints, each with its printf format."""
    for match in _PRINTED.finditer(code):
        yield match[1], match[2]
    for match in _CALL.finditer(code):
        macro = schema.by_macro.get(match[1])
        printf = macro.newest_printf if macro is not None else None
        if printf is not None:
            key, _, form = printf.partition("=")
            # NAME and FIELD are the macro's arguments; a name may contain the other's word.
            arguments = {"NAME": match[2], "FIELD": match[3] or "FIELD"}
            pieces = re.split(r"(?<![A-Za-z])(NAME|FIELD)(?![A-Za-z])", key)
            yield "".join(arguments.get(piece, piece) for piece in pieces), form
