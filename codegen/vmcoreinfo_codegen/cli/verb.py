# SPDX-License-Identifier: MIT
"""The verbs, each with its help and examples; a verb's module is loaded when it is used."""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """A verb; its module in `verbs/` has `add_arguments(parser)` and `run(options) -> int`.

    `example` has one example per line, the simplest first.
    """

    name: str
    help: str
    example: str
    module: str


VERBS = (
    Verb(
        "note",
        "extract the VMCOREINFO note from a dump",
        "vmcoreinfo note vmcore > vmcoreinfo.txt",
        "note",
    ),
    Verb(
        "find",
        "search any file for notes, symbols, BTF or .config",
        "vmcoreinfo find memory.raw -o vmcoreinfo.txt\n"
        "vmcoreinfo find memory.raw --what btf -o btf",
        "find",
    ),
    Verb(
        "parse",
        "parse a note from a dump, an ELF note or its text",
        "vmcoreinfo parse vmcore --get OSRELEASE",
        "parse",
    ),
    Verb(
        "audit",
        "check notes for wrong, missing and suspicious entries",
        "vmcoreinfo audit vmcore --vmlinux vmlinux --config /boot/config-6.12.0\n"
        "vmcoreinfo audit /var/crash --jobs 4 --failing",
        "audit",
    ),
    Verb(
        "derive",
        "compute derived values from a note and the dump's memory",
        "vmcoreinfo derive vmcore vmalloc_start",
        "derive",
    ),
    Verb(
        "synth",
        "create a note for a dump that has none",
        "vmcoreinfo synth --dump vmcore -o vmcoreinfo.txt\n"
        "vmcoreinfo synth --vmlinux vmlinux --dump vmcore -o vmcoreinfo.txt",
        "synth",
    ),
    Verb(
        "attach",
        "copy a dump and put a note into the copy",
        "vmcoreinfo attach vmcoreinfo.txt vmcore -o vmcore-with-note",
        "attach",
    ),
    Verb(
        "explain",
        "show everything known about a key or a derived value",
        "vmcoreinfo explain 'OFFSET(vmap_area.va_start)'",
        "explain",
    ),
    Verb(
        "list",
        "list the entries that a kernel exports",
        "vmcoreinfo list --kernel 6.9 --arch arm64",
        "list_",
    ),
    Verb(
        "diff",
        "compare two kernels, or the schema with a source tree",
        "vmcoreinfo diff 6.8 6.9 --arch ppc64\n"
        "vmcoreinfo diff --kernel ~/linux\n"
        "vmcoreinfo diff --consumer crash ~/crash --rev 9.0.2",
        "diff",
    ),
    Verb(
        "compat",
        "check whether a tool works with a kernel's note",
        "vmcoreinfo compat --consumer makedumpfile@1.7.4 --kernel 6.9 --arch ppc64",
        "compat",
    ),
    Verb(
        "impact",
        "show which tools a removal or a patch breaks",
        "vmcoreinfo impact 'SYMBOL(vmap_area_list)'",
        "impact",
    ),
    Verb(
        "adapt",
        "rewrite a note so that an older tool reads it correctly",
        "vmcoreinfo adapt vmcore --for makedumpfile@1.7.8 -o vmcore-for-1.7.8",
        "adapt",
    ),
    Verb(
        "prove",
        "run a tool on dumps and compare its results with the prediction",
        "vmcoreinfo prove --consumer makedumpfile --binary ./makedumpfile vmcore",
        "prove",
    ),
    Verb(
        "unused",
        "list the entries that no tool reads",
        "vmcoreinfo unused --kernel 7.3",
        "unused",
    ),
    Verb(
        "lifetime",
        "show which kernels each release of a tool handles",
        "vmcoreinfo lifetime makedumpfile --arch x86_64",
        "lifetime",
    ),
    Verb(
        "extract",
        "list what a kernel tree exports, or what a tool's sources read",
        "vmcoreinfo extract linux-source-6.1.tar.xz --arch arm64\n"
        "vmcoreinfo extract --consumer crash ~/crash --rev 9.0.2",
        "extract",
    ),
    Verb(
        "history",
        "compare the schema's releases with the tags of a repository",
        "vmcoreinfo history ~/linux --tags 'v[4-7].*'\n"
        "vmcoreinfo history --consumer makedumpfile ~/makedumpfile",
        "history",
    ),
    Verb(
        "budget",
        "show a note's maximum size and how it grew",
        "vmcoreinfo budget --kernel 7.3 --arch ppc64 --plot budget.svg",
        "budget",
    ),
    Verb(
        "sync",
        "update the schema from a kernel tree or a tool's releases",
        "vmcoreinfo sync ~/linux --rev v7.4 --release 7.4 --dry-run\n"
        "vmcoreinfo sync --consumer drgn ~/drgn --dry-run",
        "sync",
    ),
    Verb(
        "generate",
        "generate parsers and tables from the schema",
        "vmcoreinfo generate c python --out build\n"
        "vmcoreinfo generate c --for drgn --prefix drgn --out src --depfile src/vmcoreinfo.d\n"
        "vmcoreinfo generate c --for makedumpfile@1.7.8 --kernel 5.10.. --arch x86_64 arm64\n"
        "printf '%s\\n' BUILD-ID 'OFFSET(page.*)' | vmcoreinfo generate python --keys -",
        "generate",
    ),
    Verb(
        "regenerate",
        "rerun the commands recorded in generated files",
        "vmcoreinfo regenerate --check src",
        "regenerate",
    ),
    Verb(
        "check",
        "check the schema for mistakes",
        "vmcoreinfo check --schema schema",
        "check",
    ),
    Verb(
        "fmt",
        "format schema files",
        "vmcoreinfo fmt --check schema/kernel/page.vmci",
        "fmt",
    ),
    Verb(
        "completion",
        "print a shell completion script",
        "vmcoreinfo completion bash > ~/.local/share/bash-completion/completions/vmcoreinfo",
        "completion",
    ),
)
