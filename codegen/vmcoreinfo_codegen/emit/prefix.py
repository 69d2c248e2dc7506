# SPDX-License-Identifier: MIT
"""Other names for the C product, so that two of its kind have room in one program."""

from __future__ import annotations

import re

from .product import Product

# Strings are not looked into, but for names of our files. What begins with `vmci_` is ours
# wherever it stands, in a comment too; `vmcoreinfo` alone is the word of the field.
_FILE = re.compile(r"\bvmcoreinfo(?=\.[ch]\b)")
_TOKEN = re.compile(
    rf'(?P<file>{_FILE.pattern})|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|(?P<struct>(?<=\bstruct )vmcoreinfo\b)|(?P<lower>\bvmci_\w+)"
    r"|(?P<upper>\b(?:VMCI_\w+|VMCOREINFO_H\b))"
)


def prefixed(product: Product, prefix: str) -> Product:
    """The product with `prefix` in front of every name that other files see, its own too."""

    def renamed(text: str) -> str:
        return _TOKEN.sub(lambda token: _renamed(token, prefix), text)

    return Product(renamed(product.path), renamed(product.text))


def _renamed(token: re.Match[str], prefix: str) -> str:
    text = token[0]
    if token.lastgroup == "string":
        return _FILE.sub(f"{prefix}_vmcoreinfo", text)
    return f"{prefix.upper()}_{text}" if token.lastgroup == "upper" else f"{prefix}_{text}"
