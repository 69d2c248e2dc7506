# SPDX-License-Identifier: MIT
"""Keys, releases and architectures as people write them; what is unknown gets near misses."""

from __future__ import annotations

from ..core.key import argument_of
from ..core.release import Release, parse_release_string
from ..model import Architecture, Entry, Schema
from ..problem import near_misses, shortened


class UnknownName(Exception):
    """A name that the schema does not know; `near` are the known ones like it."""

    def __init__(self, what: str, name: str, near: list[str], remedy: str = "") -> None:
        self.near = near
        hint = f"; did you mean {' or '.join(near)}?" if near else f"; {remedy}" if remedy else ""
        super().__init__(f"unknown {what} '{shortened(name)}'{hint}")


def find_entry(schema: Schema, key: str) -> Entry:
    """The entry of a key; its bare argument will do where only one key has it."""
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


def find_release(schema: Schema, text: str) -> tuple[Release, str]:
    """A release and the distribution's part behind it, of any `uname -r` output."""
    known = [str(declared.release) for declared in schema.releases]
    try:
        if not text.isprintable():
            raise ValueError(text)
        release, distribution = parse_release_string(text)
    except ValueError:
        raise UnknownName("release", text, near_misses(text, known), "write it as 6.9") from None
    if not schema.is_declared(release):
        remedy = f"the schema knows {known[0]} to {known[-1]}"
        raise UnknownName("release", text, near_misses(str(release.branch), known), remedy)
    return release, distribution


def find_architecture(schema: Schema, name: str) -> Architecture:
    architecture = schema.architecture(name)
    if architecture is None:
        known = schema.architecture_names()
        remedy = f"one of {' '.join(arch.name for arch in schema.architectures)}"
        raise UnknownName("architecture", name, near_misses(name, known), remedy)
    return architecture
