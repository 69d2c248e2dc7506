# SPDX-License-Identifier: MIT
"""Linux patches of 2012 to 2026 as facts: what each changes, its effect on tools, the answer of
`impact`.

    python -m tests.patch.history corpus FOLDER
    python -m tests.patch.history aside FOLDER

read the patches in a folder, by the names in corpus.toml or aside.toml, and write corpus.json or
aside.json: the entries and names that each changes, and the answer for the patch itself. Without a
folder only the page in docs/ is written from both. The fast tests use patches made from these
facts, as the patches themselves are not in the repository.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.patch.history.facts import Facts, facts_of
from vmcoreinfo_codegen.compat.proposal import Proposal
from vmcoreinfo_codegen.compat.reply import answer
from vmcoreinfo_codegen.core.release import Release
from vmcoreinfo_codegen.model import Schema
from vmcoreinfo_codegen.patch.change import KernelChange, together
from vmcoreinfo_codegen.patch.reading import of_series
from vmcoreinfo_codegen.patch.series import read_series
from vmcoreinfo_codegen.query.interface.consumers import Impacts

HERE = Path(__file__).parent
PAGE = ROOT / "docs" / "patch-history.md"


@dataclass(frozen=True)
class Corpus:
    """Patches with their effect on tools, and the facts read from each."""

    name: str

    @cached_property
    def patches(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = tomllib.loads((HERE / f"{self.name}.toml").read_text())[
            "patch"
        ]
        return found

    @cached_property
    def changed(self) -> dict[str, Facts]:
        found: dict[str, Facts] = json.loads((HERE / f"{self.name}.json").read_text())
        return found

    def measure(self, schema: Schema, folder: Path) -> None:
        """Read the patches, and write their facts."""
        found: dict[str, Facts] = {}
        for patch in self.patches:
            data = (folder / patch["file"]).read_bytes()
            change, told = impact_of(schema, data, patch["release"])
            said = {"outcome": told.outcome, "tools": tools(told)}
            found[patch["file"]] = {"answer": said, **facts_of(schema, change)}
        text = json.dumps(found, indent=1, ensure_ascii=False)
        (HERE / f"{self.name}.json").write_text(f"{text}\n")


CORPUS, ASIDE = Corpus("corpus"), Corpus("aside")


def impact_of(schema: Schema, data: bytes, release: str) -> tuple[KernelChange, Impacts]:
    to = Release.parse(release)
    changes = of_series(schema, to, read_series(data))
    return together(schema, changes), answer(schema, Proposal(changes=tuple(changes)), to)


def tools(told: Impacts) -> list[str]:
    """Tools that `impact` reports as broken; a fallback with the same result does not count."""
    return sorted({one.consumer for one in told.breaks if one.verdict != "fallback"})


def is_told(patch: dict[str, Any], said: Facts) -> bool:
    """Whether `impact` reports a tool that broke."""
    return bool({one["tool"] for one in patch.get("broke", ())} & set(said["tools"]))
