# SPDX-License-Identifier: MIT
"""What products depend on, in the syntax of Makefiles that ninja understands too."""

from __future__ import annotations

import re
from collections.abc import Iterable

# What make reads in a rule, and neither make nor ninja can be told not to: a line end, an
# assignment, a pattern, a wildcard, a recipe.
_MEANS_SOMETHING = re.compile(r"[\x00-\x08\x0a-\x1f\x7f:=%;|*?\[\]]")


def depfile(products: Iterable[str], sources: Iterable[str]) -> str:
    """A rule without a recipe, and one for each source, so that one that is gone is not an error.

    Raises ValueError for a name that Makefiles can't have.
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
