# SPDX-License-Identifier: MIT
"""A note computed entry by entry: from types, symbols, configuration, memory and other entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import vmcoreinfo
import vmcoreinfo.derive

from ..core.expression import Expression, Key, Read, TypeFact, render
from ..core.key import Kind, kind_of
from ..core.release import Release
from ..debuginfo.facts import Facts, Sources
from ..model import Architecture, Schema
from ..model.entry import Prediction
from ..model.vocabulary import Unit
from ..query.interface.answer import KernelLine
from ..query.interface.notes import LeftOutEntry, Synthesised, SynthesisedEntry

_MASK = 0xFFFFFFFFFFFFFFFF
_PAGE_SIZE = "PAGESIZE"
_FIRST = ("OSRELEASE", "BUILD-ID", _PAGE_SIZE)
_OPTIONS = {
    "size": "--btf", "offset": "--btf", "length": "--btf", "enum": "--btf",
    "symbol": "--symbols", "has": "--symbols", "exported": "--dump", "physical": "--dump", "config": "--config",
}  # fmt: skip
_SYMBOLS = ("symbol", "has", "physical")
_START = "--memory-start"


@dataclass(frozen=True)
class Made:
    """An entry of the new note, and its origin."""

    key: str
    text: str
    source: str


@dataclass(frozen=True)
class LeftOut:
    """An entry that the kernel would print, and where to get its value."""

    key: str
    why: str


@dataclass(frozen=True)
class Synthesis:
    """A note, and the entries that are not in it."""

    entries: tuple[Made, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def text(self) -> bytes:
        return "".join(f"{made.key}={made.text}\n" for made in self.entries).encode()

    def answer(self, line: KernelLine | None, findings: Sequence[str] = ()) -> Synthesised:
        return Synthesised(
            line=line,
            entries=[
                SynthesisedEntry(key=made.key, text=made.text, source=made.source)
                for made in self.entries
            ],
            left_out=[LeftOutEntry(key=left.key, why=left.why) for left in self.left_out],
            findings=list(findings),
        )


@dataclass(frozen=True)
class Kernel:
    """A kernel, and what is known of it.

    `given` are values given by the user, as the kernel prints them; OSRELEASE is one.
    """

    schema: Schema
    release: Release
    arch: Architecture
    sources: Sources
    given: Mapping[str, str]


def synthesise(kernel: Kernel) -> Synthesis:
    """The note that a kernel would have made, as far as known."""
    if kernel.sources.config is None:
        kernel = replace(kernel, sources=replace(kernel.sources, shown=_shown(kernel)))
    predicted = {
        p.key: p for p in kernel.schema.predict(kernel.release, kernel.arch) if _is_on(p, kernel)
    }
    asked = {key: _expressions(p, kernel) for key, p in predicted.items()}
    facts = Facts([e for said in asked.values() for e in said], kernel.sources)
    made = {key: Made(key, text, "given") for key, text in kernel.given.items()}
    if len(kernel.arch.pages) == 1:
        only = Made(_PAGE_SIZE, str(kernel.arch.page), f"the only page size of {kernel.arch.name}")
        made.setdefault(_PAGE_SIZE, only)
    # An entry may follow from others, so repeat until there is no new one.
    before = -1
    while before != len(made):
        before = len(made)
        for key, prediction in predicted.items():
            if key not in made and _shows_itself(prediction, kernel):
                found = _from_facts(kernel, facts, prediction, asked[key], made)
                found = found or _from_derivation(kernel, prediction, made)
                if found:
                    made[key] = found
    # Every kernel prints OSRELEASE first, and readers expect it there.
    first = [key for key in _FIRST if key in made]
    order = [*first, *(key for key in predicted if key in made and key not in first)]
    order += [key for key in made if key not in predicted and key not in first]
    return Synthesis(
        tuple(made[key] for key in order),
        tuple(
            LeftOut(key, _why(kernel, p, asked[key]))
            for key, p in predicted.items()
            if key not in made
        ),
    )


def _shows_itself(prediction: Prediction, kernel: Kernel) -> bool:
    """Whether only kernels that print the entry have the facts that tell its value.

    That is so for symbols, members and enumerators of an option. Values that are computed have
    facts that other kernels have too, so the configuration has to tell.
    """
    is_plain = all(isinstance(said.expression, TypeFact) for said in prediction.export.debug_infos)
    return is_plain or bool(prediction.condition.evaluate(kernel.sources.known))


def _is_on(prediction: Prediction, kernel: Kernel) -> bool:
    """Whether the kernel prints the entry, or may print it: then types and symbols decide."""
    return prediction.condition.evaluate(kernel.sources.known) is not False


def _expressions(prediction: Prediction, kernel: Kernel) -> tuple[Expression, ...]:
    kind = kind_of(prediction.key)
    return prediction.export.debug_info(prediction.key, kind, kernel.release, kernel.arch.name)


def _shown(kernel: Kernel) -> dict[str, int]:
    """The options that can be inferred from symbols, types and memory."""
    asked = {
        option.name: option.debug_info(kernel.release, kernel.arch.name)
        for option in kernel.schema.options
    }
    facts = Facts([e for said in asked.values() for e in said], kernel.sources)
    answers = {name: facts.values(said) for name, said in asked.items()}
    return {name: values.pop() for name, values in answers.items() if len(values) == 1}


def _from_facts(
    kernel: Kernel,
    facts: Facts,
    prediction: Prediction,
    asked: tuple[Expression, ...],
    made: Mapping[str, Made],
) -> Made | None:
    info = _parsed(made)

    def value_of_key(key: str) -> int | None:
        value = info.get(key)
        return value if isinstance(value, int) else None

    answered, values = facts.answer(asked, value_of_key)
    if answered is None or len(values) != 1:
        return None
    text = _printed(prediction, values.pop(), kernel.arch)
    return Made(prediction.key, text, _source(answered, kernel)) if text is not None else None


def _source(expression: Expression, kernel: Kernel) -> str:
    """The expression, with the origin of its symbols if they are not from a symbol table."""
    origins = kernel.sources.origins
    names = [
        e.name for e in expression.walk() if isinstance(e, TypeFact) and e.question in _SYMBOLS
    ]
    told = (f"{name}: {origins[name]}" for name in dict.fromkeys(names) if name in origins)
    return "; ".join((render(expression), *told))


def _from_derivation(
    kernel: Kernel, prediction: Prediction, made: Mapping[str, Made]
) -> Made | None:
    """The entry by a derivation: if reading it is one recipe, another recipe gives its value."""
    for derivation in kernel.schema.derivations:
        if any(r.expression == Key(prediction.key, (0, 0)) for r in derivation.recipes):
            derive = getattr(vmcoreinfo.derive, derivation.name)
            target = vmcoreinfo.derive.Dump(kernel.arch.name)
            try:
                derived = derive(_parsed(made), target)
            except vmcoreinfo.derive.ReadError:
                continue
            text = _printed(prediction, derived.value, kernel.arch) if derived else None
            if derived and text is not None:
                return Made(prediction.key, text, f"{derivation.name}, recipe {derived.recipe}")
    return None


def _parsed(made: Mapping[str, Made]) -> vmcoreinfo.VmcoreInfo:
    return vmcoreinfo.parse("".join(f"{m.key}={m.text}\n" for m in made.values()).encode())


def _printed(prediction: Prediction, value: int, arch: Architecture) -> str | None:
    """The value as the kernel prints it; None if it is an address outside the kernel's half."""
    bits = value & ((1 << arch.bits) - 1)
    if prediction.export.unit is Unit.ADDRESS and bits < (arch.kernel_half or 0):
        return None
    return prediction.format.printed(bits, arch.bits) if prediction.format.is_number else None


def _why(kernel: Kernel, prediction: Prediction, asked: tuple[Expression, ...]) -> str:
    if not _shows_itself(prediction, kernel):
        shown = {option.name for option in kernel.schema.options}
        is_seen = kernel.sources.symbols is None and prediction.condition.names() <= shown
        which = "--config or --symbols" if is_seen else "--config"
        return f"{which} would show whether it has the line: {prediction.condition}"
    # That a NUMBER is an enumerator is a guess, which is wrong if the types don't have it.
    is_guess = not prediction.export.debug_infos and kind_of(prediction.key) is Kind.NUMBER
    if not is_guess:
        missing = _missing(kernel.sources)
        for expression in asked:
            options = [option for option in _needed(expression, kernel.sources) if missing[option]]
            if options:
                return f"{' and '.join(options)} would show: {render(expression)}"
        needed = _needed(asked[0], kernel.sources) if asked else []
        condition = (
            "" if prediction.is_unconditional else f" (it has the line if {prediction.condition})"
        )
        if needed:
            names = {"--btf": kernel.sources.types_name, "--symbols": kernel.sources.symbols_name}
            where = " and ".join(names.get(option, option) for option in needed)
            return f"not in {where}: {render(asked[0])}{condition}"
    others = [e.key for expr in asked for e in expr.walk() if isinstance(e, Key)]
    if others:
        return f"follows from {' and '.join(dict.fromkeys(others))}, which are missing"
    return f"{prediction.export.absent or 'unknown.'} Give it with --set '{prediction.key}=…'"


def _missing(sources: Sources) -> dict[str, bool]:
    """For each option of the command, whether its data are missing."""
    return {
        "--btf": sources.types is None,
        "--symbols": sources.symbols is None,
        "--config": sources.config is None,
        "--dump": sources.memory is None,
        _START: sources.memory is not None and not sources.memory.is_placed,
    }


def _needed(expression: Expression, sources: Sources) -> list[str]:
    """The options of the command that give the data for the expression."""
    needed: dict[str, None] = {}
    for part in expression.walk():
        if isinstance(part, Read):
            needed["--dump"] = None
        elif isinstance(part, TypeFact):
            is_start = part.question == "physical" and _missing(sources)[_START]
            needed[_START if is_start else _OPTIONS[part.question]] = None
    return list(needed)


def moved(symbols: Mapping[str, int], by: int) -> dict[str, int]:
    """Symbols at the addresses at which a moved kernel ran."""
    return {name: address + by & _MASK for name, address in symbols.items()}
