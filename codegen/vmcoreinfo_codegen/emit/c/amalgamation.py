# SPDX-License-Identifier: MIT
"""The runtime as one header and one source: each `#include "x"` is replaced by what it names.

`runtime/` compiles as it stands, beside the files that are generated (`names.h`, `tables.h`,
`derivations.h`, `recipes.h`); a product has all of them in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_INCLUDE = re.compile(r'^#include "(.+)"\n', re.MULTILINE)
_SPDX = "/* SPDX-License-Identifier: MIT */\n"


@cache
def runtime() -> Mapping[str, str]:
    """The files of the runtime by their names."""
    folder = files(__package__) / "runtime"
    return {
        file.name: file.read_text("utf-8")
        for file in folder.iterdir()
        if file.name[-2:] in (".c", ".h")
    }


def amalgamated(name: str, generated: Mapping[str, str], kept: tuple[str, ...] = ()) -> str:
    """A file of the runtime, without its licence, and all that it includes but for `kept`."""

    def included(match: re.Match[str]) -> str:
        if match[1] in kept:
            return match[0]
        return amalgamated(match[1], generated, kept)

    text = generated[name] if name in generated else runtime()[name]
    return _INCLUDE.sub(included, text.removeprefix(_SPDX))
