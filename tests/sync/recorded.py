# SPDX-License-Identifier: MIT
"""A small kernel tree with the exports of a recorded one, in files of the same names."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

from tests.conftest import CORPUS

HEADER = r"""#ifndef LINUX_CRASH_CORE_H
#define LINUX_CRASH_CORE_H
void vmcoreinfo_append_str(const char *fmt, ...);
#define VMCOREINFO_OSRELEASE(value) vmcoreinfo_append_str("OSRELEASE=%s\n", value)
#define VMCOREINFO_BUILD_ID() vmcoreinfo_append_str("BUILD-ID=%20phN\n", vmlinux_build_id)
#define VMCOREINFO_PAGESIZE(value) vmcoreinfo_append_str("PAGESIZE=%ld\n", value)
#define VMCOREINFO_SYMBOL(name) vmcoreinfo_append_str("SYMBOL(%s)=%lx\n", #name, &name)
#define VMCOREINFO_SYMBOL_ARRAY(name) vmcoreinfo_append_str("SYMBOL(%s)=%lx\n", #name, name)
#define VMCOREINFO_SIZE(name) vmcoreinfo_append_str("SIZE(%s)=%lu\n", #name, sizeof(name))
#define VMCOREINFO_STRUCT_SIZE(name) \
	vmcoreinfo_append_str("SIZE(%s)=%lu\n", #name, sizeof(struct name))
#define VMCOREINFO_OFFSET(name, field) \
	vmcoreinfo_append_str("OFFSET(%s.%s)=%lu\n", #name, #field, offsetof(struct name, field))
#define VMCOREINFO_TYPE_OFFSET(name, field) \
	vmcoreinfo_append_str("OFFSET(%s.%s)=%lu\n", #name, #field, offsetof(name, field))
#define VMCOREINFO_LENGTH(name, value) vmcoreinfo_append_str("LENGTH(%s)=%lu\n", #name, value)
#define VMCOREINFO_NUMBER(name) vmcoreinfo_append_str("NUMBER(%s)=%ld\n", #name, (long)name)
#define VMCOREINFO_CONFIG(name) vmcoreinfo_append_str("CONFIG_%s=y\n", #name)
#endif
"""


def _call(export: dict[str, Any]) -> str:
    macro, key = export["macro"], export["key"]
    if macro == "vmcoreinfo_append_str":
        return f'vmcoreinfo_append_str("{export["printf"]}\\n", value);'
    argument = key.partition("(")[2].rstrip(")") or key.removeprefix("CONFIG_")
    if "OFFSET" in macro:
        argument = argument.replace(".", ", ", 1)
    if macro == "VMCOREINFO_LENGTH":
        argument += ", 1"
    return f"{macro}({'' if macro == 'VMCOREINFO_BUILD_ID' else argument});"


def write_recorded(full_version: str, top: Path) -> Path:
    """Write the tree; each file has one function, with every export under its own #if."""
    with lzma.open(CORPUS / "kernel-trees.jsonl.xz", "rt") as file:
        tree = next(t for t in map(json.loads, file) if t["full_version"] == full_version)
    files: dict[str, list[str]] = {}
    for export in sorted(tree["entries"], key=lambda e: e["line"]):
        lines = files.setdefault(export["file"], ["void save(void)", "{"])
        call = "\t" + _call(export)
        condition = export["condition"]
        lines += [f"#if {condition}", call, "#endif"] if condition else [call]
    version = full_version.split(".")
    makefile = f"VERSION = {version[0]}\nPATCHLEVEL = {version[1]}\nSUBLEVEL = {version[2]}\n"
    texts = {name: "\n".join([*lines, "}", ""]) for name, lines in files.items()}
    texts |= {"Makefile": makefile, "include/linux/crash_core.h": HEADER}
    texts |= {f"arch/{name}/Kconfig": "" for name in tree["archs_present"]}
    for name, text in texts.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return top
