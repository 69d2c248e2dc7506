# SPDX-License-Identifier: MIT
"""Adds a prefix to all names of the C product, so that one program can have two of them.

That includes names that only the source has, as two sources may be included in one translation
unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..product import Product

# In strings only names of our files are renamed. Names that begin with `vmcoreinfo_` are ours
# everywhere, also in comments; `vmcoreinfo` alone is a common word.
_FILE = re.compile(r"\bvmcoreinfo(?=\.[ch]\b)")
_PUBLIC = rf"{_FILE.pattern}|(?<=\bstruct )vmcoreinfo\b|\bvmcoreinfo_\w+|\bVMCOREINFO_\w+"
_IN_COMMENT = re.compile(_PUBLIC)
_TOKEN = re.compile(
    r"(?P<comment>/\*.*?\*/|//[^\n]*)"
    r'|(?P<string>"(?:\\.|[^"\\\n])*")'
    rf"|(?P<public>{_PUBLIC})"
    r"|(?P<other>\b[A-Za-z_]\w*)",
    re.DOTALL,
)

# Definitions of a source that begin in the first column: functions, tables, macros, structures.
_LOCAL = re.compile(
    r"^static [\w \n]*?\*?(?P<function>\w+)\("
    r"|^static [\w *]*?(?P<table>\w+)(?:\[[^\]\n]*\])* =(?: |$)"
    r"|^(?:static const )?struct (?P<struct>\w+) \{$"
    r"|^\} (?P<unnamed>\w+)\[\] = "
    r"|^#define (?P<macro>[A-Z]\w*)",
    re.MULTILINE,
)


def prefixed(products: Iterable[Product], prefix: str) -> list[Product]:
    """Header and source with `prefix` before every name, including file names."""
    return [
        Product(_renamed(product.path, prefix, set()), _renamed(product.text, prefix, own))
        for product in products
        for own in [local_names(product.text) if product.path.endswith(".c") else set()]
    ]


def local_names(source: str) -> set[str]:
    """The names that a source defines at file scope, without those of the header."""
    names = {match[match.lastgroup or 0] for match in _LOCAL.finditer(source)}
    return {name for name in names if not name.lower().startswith("vmcoreinfo")}


def _renamed(text: str, prefix: str, local: set[str]) -> str:
    def name(text: str) -> str:
        return f"{prefix.upper()}_{text}" if text.isupper() else f"{prefix}_{text}"

    def token(match: re.Match[str]) -> str:
        whole = match[0]
        if match.lastgroup == "comment":
            return _IN_COMMENT.sub(lambda found: public(found[0]), whole)
        if match.lastgroup == "string":
            return _FILE.sub(f"{prefix}_vmcoreinfo", whole)
        if match.lastgroup == "public":
            return public(whole)
        return name(whole) if whole in local else whole

    def public(text: str) -> str:
        return f"{prefix.upper() if text[0] == 'V' else prefix}_{text}"

    return _TOKEN.sub(token, text)
