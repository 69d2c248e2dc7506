# SPDX-License-Identifier: MIT
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations, product

from ...core.build import PLACES, KernelName
from ...model import Schema
from ...model.line import Line
from ..rule import Finding, Rule

_PLACE = re.compile("|".join(PLACES))
_NUMBERS = re.compile(r"[0-9]+")
_RELEASE = "6.1"
_MOST_TRIED = 200


def _check(schema: Schema) -> Iterator[Finding]:
    known: dict[str, Line] = {}
    for line in schema.lines:
        for name in _names(line):
            first = known.setdefault(name, line)
            if first is not line:
                message = f"'{name}' is also {first.name} in {first.location}"
                yield line.location, message
    for one, other in combinations(schema.lines, 2):
        # Lines with a base of their own are asked first.
        if (one.base is None) is not (other.base is None):
            continue
        same = next((name for a in one.names for b in other.names for name in _same(a, b)), None)
        if same is not None:
            message = f"'{same}' is a kernel of both {one.name} and {other.name}"
            yield other.location, message, "make a 'called' of one of them more specific"


def _names(line: Line) -> Iterator[str]:
    """All names of a line and its releases."""
    yield from line.known_as
    for build in line.builds:
        if build.release:
            yield from (f"{name}{build.release}" for name in line.vendors)


def _same(one: KernelName, other: KernelName) -> Iterator[str]:
    """Names that both patterns read, built from either one with the numbers of the other."""
    if not _may_be_same(one.pattern, other.pattern):
        return
    for own, its in ((one, other), (other, one)):
        for name in _tried(own, its):
            if its.read(name) is not None and own.read(name) is not None:
                yield name


def _may_be_same(one: str, other: str) -> bool:
    """Whether the literal parts of two patterns can match the same name."""
    (head, tail), (other_head, other_tail) = _cut(one), _cut(other)
    if head == other_head:
        return _is_alike(tail, other_tail)
    return _is_alike(_PLACE.split(one)[0], _PLACE.split(other)[0])


@cache
def _cut(pattern: str) -> tuple[str, str]:
    """The pattern up to its last placeholder, and the rest."""
    end = max((place.end() for place in _PLACE.finditer(pattern)), default=0)
    return pattern[:end], pattern[end:]


def _is_alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _tried(own: KernelName, other: KernelName) -> Iterator[str]:
    places, parts = _PLACE.findall(own.pattern), _PLACE.split(own.pattern)
    numbers = dict.fromkeys(["1", *_NUMBERS.findall(_PLACE.sub("", other.pattern))])
    numbers = {n: None for n in numbers if n == "1" or n not in own.pattern}
    values = [(_RELEASE,) if place == "RELEASE" else tuple(numbers) for place in places]
    for number, chosen in enumerate(product(*values)):
        if number == _MOST_TRIED:
            return
        yield "".join(map("".join, zip(("", *chosen), parts, strict=True)))


RULE = Rule(
    id="VMCI055",
    name="line-names",
    doc="A kernel name belongs to one vendor's line, and so does the name of a vendor's release.",
    example="""
line rhel11 of rhel {
	doc		"Kernels of a vendor."
	base		6.8
	called		"6.8.0-BUILD.el11"
	alias		centos
	build 10 as 11.0 2024-11-01 {
	}
}

line stream11 of centos { ### 'centos11.0' is also rhel11 in example.vmci
	doc		"Kernels of another vendor."
	base		6.8
	called		"6.8.0-BUILD.el11s"
	build 12 as 11.0 2024-12-01 {
	}
}

line cloud11 of cloud { ### '6.8.0-700.el11' is a kernel of both rhel11 and cloud11
	doc		"Kernels of a third."
	base		6.8
	called		"6.8.0-700.el11"
}
""",
    check=_check,
)
