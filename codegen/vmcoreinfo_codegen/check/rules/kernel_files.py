# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model import KernelFiles, Schema
from ...model.kernel_files import is_path
from ...problem import did_you_mean, shortened
from ..rule import Finding, Rule


def _check(schema: Schema) -> Iterator[Finding]:
    used = {id(files) for export in schema.exports() for files in schema.files_of(export)}
    for place, files in enumerate(schema.kernel_files):
        yield from _in_order(files)
        for file in files.files:
            if not is_path(file.path):
                message = f"'{shortened(file.path)}' is not a path in the kernel tree"
                yield file.location, message, "write it like kernel/vmcore_info.c"
        for other in schema.kernel_files[:place]:
            shared = _shared(other, files)
            if shared is not None:
                message = f"a second 'files'{shared}"
                yield files.location, message, f"continue the one in {other.location}"
        if id(files) not in used:
            yield _unused(schema, files)


def _in_order(files: KernelFiles) -> Iterator[Finding]:
    for before, file in zip(files.files, files.files[1:]):
        path = shortened(file.path)
        if file.since is None:
            hint = "only the first file has no 'since'"
            yield file.location, f"{path} has no release in which it took over", hint
        elif before.since and file.since.release.opening <= before.since.release.opening:
            message = f"{path} takes over in {file.since.release}, but the file before it in "
            hint = "give the files in order of time"
            yield file.location, f"{message}{before.since.release}", hint
        elif file.path == before.path:
            yield file.location, f"{path} takes over from itself", "leave the line out"


def _shared(one: KernelFiles, other: KernelFiles) -> str | None:
    """What the heads of both blocks cover, as text; None if they cover different entries."""
    of = f" of {other.subsystem}" if other.subsystem else ""
    if one.subsystem != other.subsystem or (one.archs is None) != (other.archs is None):
        return None
    archs = [name for name in other.archs or () if name in (one.archs or ())]
    if other.archs is not None and not archs:
        return None
    return of + (f" on {' '.join(archs)}" if archs else "")


def _unused(schema: Schema, files: KernelFiles) -> Finding:
    subsystems = {export.subsystem for export in schema.exports()} - {""}
    if files.subsystem and files.subsystem not in subsystems:
        hint = did_you_mean(files.subsystem, sorted(subsystems))
        hint = hint or f"write 'subsystem {shortened(files.subsystem)}' before its entries"
        message = f"no entry is of the subsystem '{shortened(files.subsystem)}'"
        return files.location, message, hint
    of = f" of {files.subsystem}" if files.subsystem else ""
    where = "shared by all architectures"
    if files.archs is not None:
        where = f"on {' '.join(files.archs)} alone"
    return files.location, f"no entry{of} {where}", "leave the block out"


RULE = Rule(
    id="VMCI058",
    name="kernel-files",
    doc="`files` blocks give the source files of different entries, of some at least, and each file "
    "but the first has the release in which it took over, in order of time.",
    example="""
NUMBER(PG_lru) {
	doc		"Bit number of the lru page flag."
	value		signed bit
	via		VMCOREINFO_NUMBER
	since		6.8
}

files {
	file		"kernel/crash_core.c"
	file		"kernel/vmcore_info.c" since 6.10
	file		"kernel/vmcore.c" since 6.9 ### kernel/vmcore.c takes over in 6.9, but the file before it in 6.10
	file		"/kernel/vmcore.c" since 6.10 ### '/kernel/vmcore.c' is not a path in the kernel tree
	file		"kernel/note.c" ### kernel/note.c has no release in which it took over
}

files { ### a second 'files'
	file		"kernel/other.c"
}

files of pritnk { ### no entry is of the subsystem 'pritnk'
	file		"kernel/printk.c"
}

files on arm64 { ### no entry on arm64 alone
	file		"arch/arm64/kernel/vmcore_info.c"
}
""",
    check=_check,
)
