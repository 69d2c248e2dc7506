# SPDX-License-Identifier: MIT
"""Other names for the C product, so that two of its kind have room in one program.

All names get it that other files see, and those that only the source has: two of them may be
included in one translation unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..product import Product

# Strings are not looked into, but for names of our files. What begins with `vmcoreinfo_` is ours
# wherever it stands, in a comment too; `vmcoreinfo` alone is the word of the field.
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

# What a source defines at its left margin: functions, tables, macros, structures.
_LOCAL = re.compile(
    r"^static [\w \n]*?\*?(?P<function>\w+)\("
    r"|^static [\w *]*?(?P<table>\w+)(?:\[[^\]\n]*\])* =(?: |$)"
    r"|^(?:static const )?struct (?P<struct>\w+) \{$"
    r"|^\} (?P<unnamed>\w+)\[\] = "
    r"|^#define (?P<macro>[A-Z]\w*)",
    re.MULTILINE,
)


def prefixed(products: Iterable[Product], prefix: str) -> list[Product]:
    """Header and source with `prefix` before every name of theirs, their own too."""
    return [
        Product(_renamed(product.path, prefix, set()), _renamed(product.text, prefix, own))
        for product in products
        for own in [local_names(product.text) if product.path.endswith(".c") else set()]
    ]


def local_names(source: str) -> set[str]:
    """The names that a source has at file scope for itself. None is one of the header's."""
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
