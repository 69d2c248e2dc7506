# SPDX-License-Identifier: MIT
"""Where the grammar and the schema are: in the source tree, or inside the installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# The wheel carries grammar/ and schema/ as vmcoreinfo_codegen/data/; in a checkout, and in
# an editable install of one, they are where everybody edits them: at the top.
_INSTALLED = _PACKAGE / "data"
_CHECKOUT = _PACKAGE.parent.parent


def root() -> Path:
    """The folder that holds `grammar/` and `schema/`."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def is_checkout() -> bool:
    """Whether this is a source tree, where products can be written beside the schema."""
    return not _INSTALLED.is_dir()


def grammar(name: str) -> str:
    return (root() / "grammar" / name).read_text(encoding="utf-8")


def schema() -> Path:
    """The folder of the `.vmci` files that ship with the tool."""
    return root() / "schema"
