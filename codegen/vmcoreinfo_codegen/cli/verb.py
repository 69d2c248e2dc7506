# SPDX-License-Identifier: MIT
"""The verbs: what each is for, and an example; their modules are loaded when asked for."""

from __future__ import annotations

from typing import NamedTuple


class Verb(NamedTuple):
    """A verb; its module in `verbs/` has `add_arguments(parser)` and `run(options) -> int`.

    `example` may be several, one a line, the plainest first.
    """

    name: str
    help: str
    example: str
    module: str


VERBS = (
    Verb(
        "note",
        "get the note out of a dump, as it is",
        "vmcoreinfo note vmcore > vmcoreinfo.txt",
        "note",
    ),
    Verb(
        "find",
        "look for notes, BTF or .config in a memory image, or any file",
        "vmcoreinfo find memory.raw -o vmcoreinfo.txt\n"
        "vmcoreinfo find memory.raw --what btf -o btf",
        "find",
    ),
    Verb(
        "parse",
        "read a note: of a dump, raw, or its text",
        "vmcoreinfo parse tests/corpus/notes/x86_64-7.3.4+deb13-amd64.note --get OSRELEASE",
        "parse",
    ),
    Verb(
        "audit",
        "look for what is wrong or odd in a note",
        "vmcoreinfo audit vmcore --vmlinux vmlinux --config config\n"
        "vmcoreinfo audit /var/crash --jobs 4 --failing",
        "audit",
    ),
    Verb(
        "derive",
        "work out values from a note and the memory of its dump",
        "vmcoreinfo derive vmcore vmalloc_start",
        "derive",
    ),
    Verb(
        "synth",
        "make a note for a dump that has none",
        "vmcoreinfo synth --kernel 6.1.0-56-amd64 --arch amd64 --btf btf --symbols System.map "
        "--dump vmcore",
        "synth",
    ),
    Verb(
        "attach",
        "copy a dump with a note put into it",
        "vmcoreinfo attach vmcoreinfo.txt vmcore -o vmcore-with-note",
        "attach",
    ),
    Verb(
        "explain",
        "tell the whole story of a key, or of a derived value",
        "vmcoreinfo explain 'OFFSET(vmap_area.va_start)'",
        "explain",
    ),
    Verb(
        "list",
        "list what a kernel exports",
        "vmcoreinfo list --kernel 6.9 --arch arm64",
        "list_",
    ),
    Verb(
        "diff",
        "show what changed between two kernels",
        "vmcoreinfo diff 6.8 6.9 --arch ppc64\n"
        "vmcoreinfo diff --kernel ~/linux\n"
        "vmcoreinfo diff --consumer crash ~/crash --rev 9.0.2",
        "diff",
    ),
    Verb(
        "compat",
        "tell whether a tool can do its work with a kernel's note",
        "vmcoreinfo compat --consumer makedumpfile@1.7.4 --kernel 6.9 --arch ppc64",
        "compat",
    ),
    Verb(
        "impact",
        "tell who breaks when an entry goes, or by a patch",
        "vmcoreinfo impact 'SYMBOL(vmap_area_list)'",
        "impact",
    ),
    Verb(
        "adapt",
        "rewrite a note so that an older tool reads it rightly",
        "vmcoreinfo adapt vmcore --for makedumpfile@1.7.8 -o vmcore-for-1.7.8",
        "adapt",
    ),
    Verb(
        "prove",
        "run a tool on dumps, and tell whether it does what is predicted",
        "vmcoreinfo prove --consumer makedumpfile --binary ./makedumpfile --reference "
        "/usr/bin/makedumpfile vmcore",
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
        "read out of a kernel tree what it exports, or of a tool's what it reads",
        "vmcoreinfo extract linux-source-6.1.tar.xz --arch arm64\n"
        "vmcoreinfo extract --consumer crash ~/crash --rev 9.0.2",
        "extract",
    ),
    Verb(
        "history",
        "compare lives in the schema with the tags of a repository",
        "vmcoreinfo history ~/linux --tags 'v[4-7].*'\n"
        "vmcoreinfo history --consumer makedumpfile ~/makedumpfile",
        "history",
    ),
    Verb(
        "budget",
        "bound the size of a note, and show how it grew",
        "vmcoreinfo budget --kernel 7.3 --arch ppc64 --plot budget.svg",
        "budget",
    ),
    Verb(
        "sync",
        "bring the schema up to a kernel tree, or to the releases of a tool, and regenerate",
        "vmcoreinfo sync ~/linux --rev v7.4 --release 7.4 --dry-run\n"
        "vmcoreinfo sync --consumer drgn ~/drgn --dry-run",
        "sync",
    ),
    Verb(
        "generate",
        "write the parsers and tables that come from the schema",
        "vmcoreinfo generate c python --out build\n"
        "vmcoreinfo generate c --for drgn --prefix drgn --out src --depfile src/vmcoreinfo.d\n"
        "vmcoreinfo generate c --for makedumpfile@1.7.8 --kernel 5.10.. --arch x86_64 arm64\n"
        "printf '%s\\n' BUILD-ID 'OFFSET(page.*)' | vmcoreinfo generate python --keys -",
        "generate",
    ),
    Verb(
        "regenerate",
        "make parsers again in the way that they say they were made",
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
        "lay out schema files in the one way they are written",
        "vmcoreinfo fmt --check schema/kernel/page.vmci",
        "fmt",
    ),
    Verb(
        "completion",
        "print the completion script of a shell",
        "vmcoreinfo completion bash > ~/.local/share/bash-completion/completions/vmcoreinfo",
        "completion",
    ),
)
