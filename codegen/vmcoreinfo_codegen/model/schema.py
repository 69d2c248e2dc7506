# SPDX-License-Identifier: MIT
"""The whole schema, and queries on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from ..core.condition import NEVER
from ..core.expression import Expression, TypeFact
from ..core.key import Kind
from ..core.release import Bounds, Moment, Release, common
from ..problem import Location
from ..record import Record, unwritten
from .architecture import Architecture
from .base import Boundary, Ranged, ReleaseField, Span
from .c_type import CType
from .consumer import Consumer
from .derivation import Derivation
from .distribution import Distribution
from .entry import Entry, Export, KindDefault, Prediction, Quirk, Via, fact_of
from .kernel_files import KernelFile, KernelFiles
from .layout import Layouts
from .line import Line
from .macro import Macro, Print
from .numbers import Numbers
from .option import Option
from .timeline import Segment, first_in_force, in_mainline, segments
from .vocabulary import Format


class DeclaredRelease(Record):
    """A mainline release and its date, `YYYY-MM-DD` or `YYYY-MM`; `longterm` if distributions use
    it."""

    release: ReleaseField
    date: str
    longterm: bool = False
    location: Location = unwritten()


class PrivateKey(Record):
    """A key of a tool's own notes, which no kernel exports."""

    key: str
    format: Format


class Schema(Record):
    """Everything in the `.vmci` files, with entries in the order of the `source` lines."""

    releases: tuple[DeclaredRelease, ...]
    architectures: tuple[Architecture, ...]
    macros: tuple[Macro, ...]
    entries: tuple[Entry, ...]
    derivations: tuple[Derivation, ...]
    types: tuple[CType, ...] = ()
    kernel_files: tuple[KernelFiles, ...] = ()
    lines: tuple[Line, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    # In a subset of the schema: keys that a tool asked for and that no kernel exports.
    private_keys: tuple[PrivateKey, ...] = unwritten(default=())
    key_numbers: Numbers | None = None
    arch_numbers: Numbers | None = None
    # In the schema of a vendor's kernel: the mainline releases whose keys it has, the commits that
    # it is known to have or lack, and the newest release from which it may have backports.
    likes: tuple[tuple[str, ReleaseField], ...] = unwritten(default=())
    commits: tuple[tuple[str, bool], ...] = unwritten(default=())
    backported_until: ReleaseField | None = unwritten(default=None)
    # Their defaults are part of the entries already; they are kept for writing new entries.
    kinds: tuple[KindDefault, ...] = unwritten(default=())
    options: tuple[Option, ...] = unwritten(default=())

    @cached_property
    def of_lines(self) -> dict[object, Schema]:
        """The schemas of builds of lines that were asked for."""
        return {}

    @cached_property
    def by_key(self) -> dict[str, Entry]:
        return {entry.key: entry for entry in self.entries}

    @cached_property
    def by_kind(self) -> dict[Kind, KindDefault]:
        return {default.kind: default for default in self.kinds}

    @cached_property
    def entries_by_number(self) -> tuple[Entry, ...]:
        """Entries in the order of their key numbers; those without a number are last."""
        places = _places(self.key_numbers)
        return tuple(sorted(self.entries, key=lambda entry: places.get(entry.key, len(places))))

    @cached_property
    def architectures_by_number(self) -> tuple[Architecture, ...]:
        """Architectures in the order of their numbers; those without a number are last."""
        places = _places(self.arch_numbers)
        return tuple(
            sorted(self.architectures, key=lambda arch: places.get(arch.name, len(places)))
        )

    @cached_property
    def by_type(self) -> dict[str, CType]:
        return {one.name: one for one in self.types}

    @cached_property
    def layouts(self) -> Layouts:
        """What the types tell of members and structures."""
        return Layouts(self.entries, self.by_type)

    @cached_property
    def by_macro(self) -> dict[str, Macro]:
        return {macro.name: macro for macro in self.macros}

    @cached_property
    def _by_arch(self) -> dict[str, Architecture]:
        names = {arch.name: arch for arch in self.architectures}
        return {alias: arch for arch in self.architectures for alias in arch.aliases} | names

    @cached_property
    def declared(self) -> dict[Release, DeclaredRelease]:
        return {declared.release: declared for declared in self.releases}

    def branches(self) -> list[tuple[DeclaredRelease, Bounds]]:
        """Each mainline release, and the bounds of all kernels from it to before the next one."""
        ends = [*(declared.release for declared in self.releases[1:]), None]
        return [
            (declared, (declared.release, until))
            for declared, until in zip(self.releases, ends, strict=True)
        ]

    def releases_of(self, arch: Architecture) -> tuple[Release, ...]:
        """The mainline releases that have an architecture, in order."""
        found = [d.release for d in self.releases if arch.existed_in(d.release)]
        return tuple(sorted(found, key=lambda release: release.opening))

    @cached_property
    def latest(self) -> Release:
        return max(declared.release for declared in self.releases)

    def architecture(self, name: str) -> Architecture | None:
        """The architecture with that name or alias (`aarch64`, `amd64`, `ppc64el`)."""
        return self._by_arch.get(name)

    def architecture_names(self) -> list[str]:
        return list(self._by_arch)

    def is_declared(self, release: Release) -> bool:
        """Whether a release is declared; for a candidate or stable release, its branch."""
        return release.branch in self.declared

    def predict(self, release: Release, arch: Architecture) -> Iterator[Prediction]:
        """The entries that a kernel of that release exports on that architecture, in schema order.

        Conditions are simplified by what the architecture decides; an entry whose condition can't
        hold there is left out.
        """
        if not arch.existed_in(release):
            return
        known = self.fixed_config(arch)
        for there in self._exported(release):
            prediction = _prediction(there, arch, known)
            if prediction is not None:
                yield prediction

    def predict_entry(
        self, entry: Entry, release: Release, arch: Architecture
    ) -> Prediction | None:
        """The prediction for one entry; None if that kernel does not export it."""
        return _prediction(_there(entry, release), arch, self.fixed_config(arch))

    def _exported(self, release: Release) -> list[list[Prediction]]:
        """What kernels of a release export on some architecture; cached, because every architecture
        needs it."""
        if release not in self._exports:
            found = (_there(entry, release) for entry in self.entries)
            self._exports[release] = [there for there in found if there]
        return self._exports[release]

    @cached_property
    def _exports(self) -> dict[Release, list[list[Prediction]]]:
        return {}

    def printfs(self, via: Via) -> list[tuple[str, Bounds]]:
        """The printf formats of whole lines that a macro has while `via` holds, with their
        bounds."""
        if via.printf is not None:
            return [(via.printf, via.bounds)]
        found = [(p.printf, common(via.bounds, p.bounds)) for p in self._prints(via)]
        return [(printf, bounds) for printf, bounds in found if bounds is not None]

    def form(self, export: Export, release: Release) -> str:
        """How a kernel prints the value: the part of the printf format after the `=`, if known."""
        moment = release.moment
        via = first_in_force(export.vias, moment)
        return self._form(via, first_in_force(self._prints(via), moment))

    def forms(self, export: Export) -> list[Segment[str]]:
        """How mainline prints the value, over the whole life of the export."""

        def form_at(moment: Moment) -> str:
            via = in_mainline(export.vias, moment)
            return self._form(via, in_mainline(self._prints(via), moment))

        return segments(
            [*export.vias, *(printed for via in export.vias for printed in self._prints(via))],
            form_at,
            export.first.release,
            export.last.release if export.last else None,
        )

    def _prints(self, via: Via | None) -> tuple[Print, ...]:
        macro = self.by_macro.get(via.macro) if via is not None else None
        return macro.prints if macro is not None else ()

    def _form(self, via: Via | None, printed: Print | None) -> str:
        if via is None:
            return ""
        printf = via.printf or (printed.printf if printed is not None else "")
        return printf.partition("=")[2]

    def files_of(self, export: Export) -> list[KernelFiles]:
        """The `files` blocks of an export: that of shared code, or those of its architectures."""
        alike = self._kernel_files.get((export.subsystem, export.archs is None), ())
        return [one for one in alike if one.archs is None or any(map(export.concerns, one.archs))]

    @cached_property
    def _kernel_files(self) -> dict[tuple[str, bool], list[KernelFiles]]:
        """By subsystem, and whether it is shared code."""
        found: dict[tuple[str, bool], list[KernelFiles]] = {}
        for files in self.kernel_files:
            found.setdefault((files.subsystem, files.archs is None), []).append(files)
        return found

    def file_of(self, export: Export, release: Release, arch: str) -> KernelFile | None:
        """The source file that prints an export in a kernel; None if the schema does not name it."""
        for files in self.files_of(export):
            if files.archs is None or arch in files.archs:
                return files.at(release.moment)
        return None

    def spans(self) -> Iterator[Span]:
        """Every span in the schema: of architectures, macros and exports."""
        yield from (arch.span for arch in self.architectures)
        yield from (macro.span for macro in self.macros)
        for export in self.exports():
            yield from export.spans

    def boundaries(self) -> Iterator[Boundary]:
        """Every boundary of those spans, of changed meanings and of source files."""
        for span in self.spans():
            yield span.since
            if span.until is not None:
                yield span.until
            yield from span.backports
        for export in self.exports():
            yield from (change.boundary for change in export.changes)
        for files in self.kernel_files:
            yield from (file.since for file in files.files if file.since is not None)

    def ranged(self) -> Iterator[tuple[Location, Ranged]]:
        """Everything that only holds in a range of releases, with its location."""
        for macro in self.macros:
            yield from ((macro.location, printed) for printed in macro.prints)
        for export in self.exports():
            for attribute in (
                *export.formats,
                *export.vias,
                *export.dependencies,
                *export.debug_infos,
            ):
                yield export.location, attribute
            yield from ((behind.location, behind) for behind in export.behind)
            yield from ((one.location, one) for one in export.types)
        for option in self.options:
            yield from ((option.location, said) for said in option.debug_infos)
        for arch in self.architectures:
            yield from ((arch.location, said) for said in arch.debug_infos)
        for derivation in self.derivations:
            yield from ((recipe.location, recipe) for recipe in derivation.recipes)

    def quirks(self) -> Iterator[Quirk]:
        for export in self.exports():
            yield from export.quirks

    def exports(self) -> Iterator[Export]:
        for entry in self.entries:
            yield from entry.exports

    def fixed_config(self, arch: Architecture) -> Mapping[str, bool]:
        """The symbols that the architecture alone decides, and their values."""
        return self._fixed_configs[arch.name]

    @cached_property
    def _fixed_configs(self) -> dict[str, Mapping[str, bool]]:
        everywhere = {name for arch in self.architectures for name in arch.config}
        return {
            arch.name: {name: False for name in everywhere.difference(arch.config, arch.optional)}
            | dict.fromkeys(arch.config, True)
            for arch in self.architectures
        }

    def questions(self) -> list[Expression]:
        """Everything that entries, options and architectures ask of debug information,
        configuration and memory."""
        said = [fact.expression for export in self.exports() for fact in export.debug_infos]
        own = [fact_of(entry.key, entry.kind) for entry in self.entries]
        shown = [said.expression for option in self.options for said in option.debug_infos]
        told = [said.expression for arch in self.architectures for said in arch.debug_infos]
        return said + [question for question in own if question is not None] + shown + told

    def asked_config(self, known: Mapping[str, bool | int]) -> dict[str, bool | int]:
        """The value of every symbol that the schema asks for; one that is not in a configuration is
        off."""
        return {name: known.get(name, False) for name in self.config_names()}

    def config_names(self) -> list[str]:
        """Every Kconfig symbol that is named in a condition or a fact and that a configuration
        decides."""
        fixed = {name for arch in self.architectures for name in arch.config}
        fixed -= {name for arch in self.architectures for name in arch.optional}
        names = {
            name
            for export in self.exports()
            for dependency in export.dependencies
            for name in dependency.condition.names()
        }
        asked = {
            fact.name
            for question in self.questions()
            for fact in question.walk()
            if isinstance(fact, TypeFact) and fact.question == "config"
        }
        return sorted((names - fixed) | asked)


def _there(entry: Entry, release: Release) -> list[Prediction]:
    """The exports of an entry in kernels of a release, each with its whole condition."""
    return [
        Prediction(
            entry.key, export.condition(release), entry.format_of(export, release), export, release
        )
        for export in entry.exports
        if export.contains(release)
    ]


def _prediction(
    there: Iterable[Prediction], arch: Architecture, known: Mapping[str, bool]
) -> Prediction | None:
    for whole in there:
        if whole.export.concerns(arch.name):
            left = whole.condition.simplify(known)
            if left == NEVER:
                continue
            if left is whole.condition:
                return whole
            return Prediction(whole.key, left, whole.format, whole.export, whole.release)
    return None


def _places(numbers: Numbers | None) -> dict[str, int]:
    return {name: place for place, name in enumerate(numbers.names)} if numbers else {}
