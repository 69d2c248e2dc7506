# SPDX-License-Identifier: MIT
"""Small trees with the exports of a vendor's recorded tree, and the same names in their files."""

from __future__ import annotations

import json
import lzma
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from tests.conftest import CORPUS

_PRINTED = {
    "decimal": "%lu",
    "hex": "%lx",
    "signed": "%ld",
    "0x-hex": "0x%lx",
    "flag": "y",
    "string": "%s",
    "hexbytes": "%20phN",
}
_HEADER = "void vmcoreinfo_append_str(const char *fmt, ...);\n"
_ARCHS = "arm arm64 ia64 powerpc riscv s390 sh x86"


@cache
def _recorded() -> tuple[dict[str, str], dict[str, list[dict[str, Any]]]]:
    facts = CORPUS / "facts"
    trees = map(json.loads, (facts / "vendor-trees.jsonl").read_text().splitlines())
    with lzma.open(facts / "vendor-sets.jsonl.xz", "rt") as file:
        sets = {one["set"]: one["exports"] for one in map(json.loads, file)}
    return {tree["kernel"]: tree["set"] for tree in trees}, sets


def makefiles(kernel: str) -> dict[str, str]:
    """The Makefile of a Red Hat build, and the one that it includes."""
    version, _, rest = kernel.partition("-")
    build, _, dist = rest.partition(".el")
    numbers = version.split(".")
    major, _, minor = dist.partition("_")
    said = dict(zip(["VERSION", "PATCHLEVEL", "SUBLEVEL"], numbers, strict=True))
    own = {"RHEL_MAJOR": major, "RHEL_MINOR": minor or "0", "RHEL_RELEASE": build}
    return {
        name: "".join(f"{key} = {value}\n" for key, value in values.items())
        for name, values in (("Makefile", said), ("Makefile.rhelver", own))
    }


def write_vendor_tree(kernel: str, top: Path, of: str = "") -> Path:
    """Write the tree of a build, with its recorded exports, or those of the build `of`."""
    trees, sets = _recorded()
    texts = {**makefiles(kernel), "include/linux/crash_core.h": _HEADER}
    texts |= {f"arch/{name}/Kconfig": "" for name in _ARCHS.split()}
    for export in sets[trees[of or kernel]]:
        call = f'\tvmcoreinfo_append_str("{export["key"]}={_PRINTED[export["format"]]}\\n", v);\n'
        condition = export.get("condition")
        lines = f"#if {condition}\n{call}#endif\n" if condition else call
        texts.setdefault(export["file"], "void save(void)\n{\n")
        texts[export["file"]] += lines
    for name, text in texts.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + ("}\n" if name.endswith(".c") else ""))
    return top


def git(repository: Path, *arguments: str, day: str = "2025-01-01") -> None:
    """Run git; commits are dated at noon of a day."""
    when = f"{day}T12:00:00Z"
    identity = {
        f"GIT_{who}_{what}": "t" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
    command = ["git", "-C", str(repository), *arguments]
    subprocess.run(
        command, check=True, capture_output=True, env={**os.environ, **identity, **dates}
    )


def commit(repository: Path, tag: str, day: str = "2025-01-01") -> None:
    """Commit all files, with a tag."""
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", tag, "--allow-empty", day=day)
    git(repository, "tag", tag)
