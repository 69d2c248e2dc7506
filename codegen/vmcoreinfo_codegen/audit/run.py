# SPDX-License-Identifier: MIT
"""Audits of many inputs against the same schema, configuration and debug information."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import vmcoreinfo

from ..compressed import CompressedError, read_file
from ..debuginfo.btf import MOST_BYTES, Btf
from ..debuginfo.dwarf import Dwarf
from ..debuginfo.facts import Facts, Types, symbol_names
from ..debuginfo.problem import DebugInfoError
from ..debuginfo.symbols import Symbols
from ..debuginfo.vmlinux import Vmlinux
from ..dump.problem import DumpError, NoNote
from ..dump.reader import Found, find_note
from ..model import Architecture, Schema
from ..model.entry import fact_of
from ..terms.expression import Expression
from ..terms.release import Release
from . import audit
from .identify import architectures_of, release_of
from .rule import Finding, Severity
from .subject import Subject, Truth

UNREADABLE = "VMCA000"
"""No rule of its own: an input without a note, or that can't be read."""


@dataclass(frozen=True)
class Audited:
    """What came of one input; `is_readable` False where there was no note to look at."""

    path: str
    release: str | None
    arch: str | None
    findings: tuple[Finding, ...]
    is_readable: bool = True


@dataclass(frozen=True)
class Auditor:
    """What all inputs of a run share.

    `arch` and `release` are what the user said, None to let each note tell.
    """

    schema: Schema
    arch: Architecture | None = None
    release: Release | None = None
    config: Mapping[str, bool | int] | None = None
    truth: Truth = field(default_factory=Truth)

    def audited(self, path: str, format_: str | None) -> Audited:
        try:
            found = find_note(path, format_)
        except (DumpError, OSError) as error:
            message = str(error) if isinstance(error, DumpError) else f"{path}: {error.strerror}"
            remedy = "name a dump, a note or its text" if not isinstance(error, NoNote) else ""
            finding = Finding(UNREADABLE, Severity.ERROR, None, message, remedy)
            return Audited(path, None, None, (finding,), is_readable=False)
        subject = self._subject(found)
        if not any(line.format for line in subject.info.lines):
            message = "no VMCOREINFO entry in it; expected lines like OSRELEASE=6.12.0"
            finding = Finding(UNREADABLE, Severity.ERROR, None, message, "name a dump or a note")
            return Audited(path, None, None, (finding,), is_readable=False)
        release = subject.info.get("OSRELEASE")
        return Audited(
            path,
            str(release) if release is not None else None,
            subject.arch.name if subject.arch else None,
            tuple(audit(subject)),
        )

    def _subject(self, found: Found) -> Subject:
        info = vmcoreinfo.parse(found.text)
        release, distribution = release_of(self.schema, info)
        if self.release is not None:
            release, distribution = self.release, ""
        told = self.arch or self.schema.architecture(found.arch or "")
        archs = [told] if told else architectures_of(self.schema, info, release)
        return Subject(
            found.text,
            info,
            self.schema,
            release,
            distribution,
            tuple(archs),
            self.config,
            self.truth,
        )


def truth_of(schema: Schema, btf: Path | None, vmlinux: Path | None, symbols: Path | None) -> Truth:
    """What the files of a kernel tell of it. Raises DebugInfoError, OSError."""
    asked = expressions(schema)
    types: Types | None = None
    facts_name = symbols_name = vmlinux_name = ""
    addresses: Mapping[str, int] | None = None
    release = build_id = None
    if vmlinux is not None:
        kernel = Vmlinux(vmlinux)
        try:
            release, build_id = kernel.release(), kernel.build_id()
            addresses = kernel.addresses(symbol_names(asked)) or None
            types = kernel.btf() if btf is None else None
        finally:
            kernel.close()
        facts_name = symbols_name = vmlinux_name = str(vmlinux)
        if types is None and btf is None:
            types = Dwarf(str(vmlinux))
    if btf is not None:
        types, facts_name = read_btf(btf), str(btf)
    if symbols is not None:
        addresses = Symbols.read(symbols).addresses(symbol_names(asked))
        symbols_name = str(symbols)
    return Truth(
        facts=Facts(asked, types) if types is not None else None,
        facts_name=facts_name,
        symbols=addresses,
        symbols_name=symbols_name,
        release=release,
        build_id=build_id,
        vmlinux_name=vmlinux_name,
    )


def read_btf(path: Path) -> Btf:
    """BTF of a file, compressed or not. Raises DebugInfoError, OSError."""
    try:
        return Btf(read_file(path, MOST_BYTES), str(path))
    except CompressedError as error:
        raise DebugInfoError(str(error)) from error


def expressions(schema: Schema) -> list[Expression]:
    """Everything that entries of the schema ask of debug information."""
    asked = [
        fact.expression
        for export in schema.exports()
        for fact in export.debug_infos
        if fact.expression is not None
    ]
    own = [fact_of(entry.key, entry.kind) for entry in schema.entries]
    return asked + [expression for expression in own if expression is not None]
