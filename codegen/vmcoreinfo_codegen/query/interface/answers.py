# SPDX-License-Identifier: MIT
"""What each verb prints with `--format json`."""

from __future__ import annotations

from .answer import Answer
from .consumers import (
    AdaptedNote,
    Compat,
    Impacts,
    Lifetimes,
    Unread,
)
from .kernels import (
    Budget,
    Check,
    Diff,
    Explain,
    Extracted,
    Formatted,
    Generated,
    History,
    Listing,
    Regenerated,
    Synced,
)
from .notes import (
    Attached,
    Audit,
    Derives,
    Finds,
    FoundNote,
    Parse,
    Synthesised,
)

ANSWERS: dict[str, type[Answer]] = {
    "parse": Parse,
    "note": FoundNote,
    "find": Finds,
    "list": Listing,
    "diff": Diff,
    "audit": Audit,
    "compat": Compat,
    "impact": Impacts,
    "unused": Unread,
    "lifetime": Lifetimes,
    "adapt": AdaptedNote,
    "derive": Derives,
    "synth": Synthesised,
    "attach": Attached,
    "extract": Extracted,
    "budget": Budget,
    "history": History,
    "explain": Explain,
    "check": Check,
    "sync": Synced,
    "generate": Generated,
    "regenerate": Regenerated,
    "fmt": Formatted,
}
