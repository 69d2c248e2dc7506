# SPDX-License-Identifier: MIT
"""The C runtime as one file: each `#include "x"` is replaced by that file.

`runtime/` of a package compiles unchanged, beside the generated files (for `emit.c`: `names.h`,
`tables.h`, `derivations.h`, `recipes.h`); a product contains all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_INCLUDE = re.compile(r'^#include "(.+)"\n', re.MULTILINE)
_SPDX = "/* SPDX-License-Identifier: MIT */\n"


@cache
def runtime(language: str = "c") -> Mapping[str, str]:
    """The files of the runtime of a package of `emit`, by their names."""
    folder = files(f"{__package__}.{language}") / "runtime"
    return {
        file.name: file.read_text("utf-8")
        for file in folder.iterdir()
        if file.name[-2:] in (".c", ".h")
    }


def amalgamated(name: str, files: Mapping[str, str], kept: tuple[str, ...] = ()) -> str:
    """A file without its licence, with the files that it includes in it, except `kept`."""

    def included(match: re.Match[str]) -> str:
        return match[0] if match[1] in kept else amalgamated(match[1], files, kept)

    return _INCLUDE.sub(included, files[name].removeprefix(_SPDX))
