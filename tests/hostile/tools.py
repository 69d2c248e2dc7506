# SPDX-License-Identifier: MIT
"""Hostile trees of tools: sources, folders, tarballs, repositories."""

from __future__ import annotations

import functools
import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from . import repositories
from .case import Case
from .trees import ANY, REFUSED, sparse, tar_of, write_tree

_READ = 'pc->read_vmcoreinfo("SIZE(page)")'
_GOOD = f"int\nf(void)\n{{\n\t{_READ};\n}}\n"
_SOURCES = {
    "many reads": f"int\nf(void)\n{{\n{_READ};\n" * 20_000,
    "one long line": f"{_READ}, " * 50_000,
    "deep brackets": "(" * 200_000 + _READ + ")" * 200_000,
    "deep arguments": "arm64_get_vmcoreinfo(" * 50_000 + _READ + ")" * 50_000,
    "deep conditions": "#if A\n" * 20_000 + _GOOD,
    "many macros": "".join(f'#define A{n} A{n + 1} "x"\n' for n in range(50_000)) + _GOOD,
    "many else": "#if A\n#elif B\n" + "#elif C\n" * 20_000 + _GOOD,
    "open strings": f"\"\n'\n{_READ}\n" * 50_000,
    "an escape": 'pc->read_vmcoreinfo("SIZE(\x1b[2J)");\nf("SIZE(\x1b[2J)=");\n',
    "a long key": f'int\nf(void)\n{{\n\tpc->read_vmcoreinfo("{"A" * 3_000_000}");\n}}\n',
}


def _case(
    name: str, verb: str, *arguments: str | Path, codes: tuple[int, ...] = ANY, seconds: float = 5
) -> Case:
    words = (verb, "--consumer", "crash", *map(str, arguments))
    return Case(f"tool: {name}", words, None, seconds, 700, codes)


def _written(top: Path, name: str, text: str) -> Path:
    top.mkdir(parents=True)
    (top / name).write_text(text)
    return top


def of_tools(folder: Path) -> Iterator[Case]:
    for name, text in _SOURCES.items():
        yield _case(name, "extract", _written(folder / name, "a.c", text), seconds=20)

    def having(name: str, make: Callable[[Path], object], codes: tuple[int, ...]) -> Case:
        top = _written(folder / name, "b.c", _GOOD)
        make(top / "a.c")
        return _case(name, "extract", top, codes=codes)

    yield having("a FIFO", os.mkfifo, (0,))
    yield having("a link to zeros", lambda path: path.symlink_to("/dev/zero"), (0,))
    yield having("a folder as source", lambda path: path.mkdir(), (0,))
    yield having("30 GB of nothing", functools.partial(sparse, size=30 << 30), REFUSED)
    yield _case("zeros instead", "extract", "/dev/zero", codes=REFUSED)
    archive = folder / "a.tar.gz"
    archive.write_bytes(gzip.compress(tar_of({"a.c": _GOOD.encode(), "../b.c": b""})))
    yield _case("a tarball", "diff", archive, codes=(1,))
    archive = folder / "b.tar.gz"
    archive.write_bytes(gzip.compress(bytes(200 << 20), 1))
    yield _case("a tarball of zeros", "extract", archive, codes=REFUSED)
    for name, plant in repositories.PLANTS.items():
        # The plants are made for kernel trees, which have that file.
        files = {"a.c": _GOOD, "kernel/vmcore_info.c": _GOOD}
        top = repositories.commit(write_tree(folder / f"repository {name}", files))
        repositories.git(top, "tag", "9.9.9")
        plant(top, folder / "mark")
        for verb in ("history", "sync"):
            more = ["--dry-run"] if verb == "sync" else []
            yield _case(f"repository: {name}: {verb}", verb, top, *more)
