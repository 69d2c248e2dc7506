# SPDX-License-Identifier: MIT
"""Dependencies of products, in Makefile syntax that ninja understands too."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Characters with a meaning in a rule that make and ninja can't both escape: a line end, an
# assignment, a pattern, a wildcard, a recipe.
_MEANS_SOMETHING = re.compile(r"[\x00-\x08\x0a-\x1f\x7f:=%;|*?\[\]]")


def depfile(products: Iterable[str], sources: Iterable[str]) -> str:
    """A rule without a recipe, and one for each source, so that a removed one is not an error.

    Raises ValueError for a name that can't be in a Makefile.
    """
    needed = [_escaped(source) for source in dict.fromkeys(sources)]
    made = " ".join(_escaped(product) for product in products)
    rule = " \\\n".join([f"{made}:", *(f"  {name}" for name in needed)])
    return "\n".join([rule, "", *(f"{name}:" for name in needed), ""])


def _escaped(name: str) -> str:
    refused = _MEANS_SOMETHING.search(name)
    if refused:
        raise ValueError(f"{name!r}: a name with {refused[0]!r} can't be used in a Makefile")
    # As gcc -MD does: a backslash before a space counts for itself only when doubled.
    name = re.sub(r"(\\*)([ \t])", r"\1\1\\\2", name)
    return name.replace("$", "$$").replace("#", "\\#")
