# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.schema import Schema
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for arch in schema.architectures:
        machines = (f"elf-machine {number} with {arch.bits} bits" for number in arch.elf_machines)
        for what in (arch.name, *arch.aliases, *machines):
            owner = owners.setdefault(what, arch.name)
            if owner != arch.name:
                yield (
                    arch.location,
                    f"{arch.name} and {owner} are both {what}",
                    "only one of them can be",
                )


RULE = Rule(
    id="VMCI037",
    name="shared-arch-name",
    doc="A name, an alias, and an ELF machine with its class belong to one architecture, so that a "
    "note or dump with them is from one architecture.",
    example="""
arch sparc {
	doc		"32-bit SPARC."
	source		sparc
	bits		32
	alias		sun4
	since		6.9
}
arch sparc64 { ### sparc64 and sparc are both sun4
	doc		"64-bit SPARC."
	source		sparc
	bits		64
	alias		sun4
	since		6.9
}
""",
    check=_check,
)
