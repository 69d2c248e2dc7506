# SPDX-License-Identifier: MIT
"""The location of the grammar and the schema: in the source tree, or in the installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# The wheel has grammar/ and schema/ in vmcoreinfo_codegen/data/; a checkout, and an editable
# install of one, has them at the top.
_INSTALLED = _PACKAGE / "data"
_CHECKOUT = _PACKAGE.parent.parent


def root() -> Path:
    """The folder with `grammar/` and `schema/`."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def is_checkout() -> bool:
    """Whether this is a source tree, where products can be written beside the schema."""
    return not _INSTALLED.is_dir()


def grammar(name: str) -> str:
    return (root() / "grammar" / name).read_text(encoding="utf-8")


def schema() -> Path:
    """The folder of the `.vmci` files that ship with the tool."""
    return root() / "schema"
