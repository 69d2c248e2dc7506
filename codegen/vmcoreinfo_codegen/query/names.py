# SPDX-License-Identifier: MIT
"""Keys, releases and architectures as users write them; unknown names get suggestions."""

from __future__ import annotations

from ..core.key import argument_of
from ..model import Architecture, Entry, Schema
from ..model.kernel import Kernel, kernel_named
from ..model.line import Line
from ..problem import near_misses, shortened


class UnknownName(Exception):
    """A name that the schema does not know; `near` are similar known ones."""

    def __init__(self, what: str, name: str, near: list[str], remedy: str = "") -> None:
        self.near = near
        hint = f"; did you mean {' or '.join(near)}?" if near else f"; {remedy}" if remedy else ""
        super().__init__(f"unknown {what} '{shortened(name)}'{hint}")


def find_entry(schema: Schema, key: str) -> Entry:
    """The entry of a key, or of its argument if that is unique."""
    if key in schema.by_key:
        return schema.by_key[key]
    same = [known for known in schema.by_key if argument_of(known).lower() == key.lower()]
    if len(same) == 1:
        return schema.by_key[same[0]]
    near = same or near_misses(key, schema.by_key)
    if not near:
        about = {argument_of(known): known for known in schema.by_key}
        near = [about[argument] for argument in near_misses(key, about)]
    raise UnknownName("key", key, near, "'vmcoreinfo list' shows the keys of a kernel")


def find_kernel(schema: Schema, text: str) -> Kernel:
    """The kernel of any `uname -r` output, mainline release, or vendor's release such as
    rhel9.6."""
    known = [str(declared.release) for declared in schema.releases]
    try:
        if not text.isprintable():
            raise ValueError(text)
        kernel = kernel_named(schema, text)
    except ValueError:
        vendors = [
            f"{line.vendor}{build.release}"
            for line in schema.lines
            for build in line.builds
            if build.release
        ]
        near = near_misses(text, [*known, *vendors])
        raise UnknownName("release", text, near, "write it like 6.9 or rhel9.6") from None
    if not schema.is_declared(kernel.release):
        remedy = f"the schema has {known[0]} to {known[-1]}"
        raise UnknownName("release", text, near_misses(str(kernel.release.branch), known), remedy)
    return kernel


def find_architecture(schema: Schema, name: str) -> Architecture:
    architecture = schema.architecture(name)
    if architecture is None:
        known = schema.architecture_names()
        remedy = f"one of {' '.join(arch.name for arch in schema.architectures)}"
        raise UnknownName("architecture", name, near_misses(name, known), remedy)
    return architecture


def find_lines(schema: Schema, name: str) -> list[Line]:
    """The line of that name, such as rhel9, or all lines of a vendor; only those with a base of
    their own."""
    lines = [line for line in schema.lines if line.base is not None]
    wanted = name.lower()
    found = [line for line in lines if wanted in line.known_as]
    found = found or [line for line in lines if wanted in line.vendors]
    if not found:
        known = [one for line in lines for one in (*line.known_as, *line.vendors)]
        remedy = f"one of {' '.join(line.name for line in lines)}" if lines else ""
        raise UnknownName("line", name, near_misses(name, dict.fromkeys(known)), remedy)
    return found
