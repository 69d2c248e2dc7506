# SPDX-License-Identifier: MIT
"""The output of each verb with `--format json`."""

from __future__ import annotations

from .answer import Answer
from .consumers import (
    AdaptedNote,
    Compats,
    Impacts,
    LifetimeAnswer,
    Unread,
)
from .kernels import Budget, Explain, Listing
from .notes import (
    Attached,
    Audits,
    Derives,
    Finds,
    FoundNote,
    Parse,
    Synthesised,
)
from .proofs import Proofs
from .schemas import Check, Formatted, Generated, Regenerated
from .tools import Diff, Extract, Histories, Syncs

ANSWERS: dict[str, type[Answer]] = {
    "parse": Parse,
    "note": FoundNote,
    "find": Finds,
    "list": Listing,
    "diff": Diff,
    "audit": Audits,
    "compat": Compats,
    "impact": Impacts,
    "unused": Unread,
    "lifetime": LifetimeAnswer,
    "adapt": AdaptedNote,
    "prove": Proofs,
    "derive": Derives,
    "synth": Synthesised,
    "attach": Attached,
    "extract": Extract,
    "budget": Budget,
    "history": Histories,
    "explain": Explain,
    "check": Check,
    "sync": Syncs,
    "generate": Generated,
    "regenerate": Regenerated,
    "fmt": Formatted,
}
