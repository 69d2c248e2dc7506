# SPDX-License-Identifier: MIT
"""What the schema means: entries and their life on each architecture.

All models are frozen, and independent of how they are written or displayed. This package has their
types; `builder` makes them from syntax trees, `files` and `cache` read and store them.
"""

from .architecture import Architecture
from .base import Boundary, Span
from .derivation import Derivation, Recipe
from .entry import Change, Entry, Export, Prediction, Quirk
from .kernel_files import KernelFile, KernelFiles
from .macro import Macro
from .option import Option
from .schema import Schema
from .vocabulary import Evidence, Format, QuirkKind, Unit

__all__ = [
    "Architecture",
    "Boundary",
    "Change",
    "Derivation",
    "Entry",
    "Evidence",
    "Export",
    "Format",
    "KernelFile",
    "KernelFiles",
    "Macro",
    "Option",
    "Prediction",
    "Quirk",
    "QuirkKind",
    "Recipe",
    "Schema",
    "Span",
    "Unit",
]
