# SPDX-License-Identifier: MIT
"""Completion scripts, made while the wheel is built, go where shells look for them.

They are no checked-in products: what shtab writes changes with its release.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PLACES = {
    "bash": "share/bash-completion/completions/vmcoreinfo",
    "zsh": "share/zsh/site-functions/_vmcoreinfo",
    "fish": "share/fish/vendor_completions.d/vmcoreinfo.fish",
}


class CompletionHook(BuildHookInterface[Any]):
    """What `[tool.hatch.build.targets.wheel.hooks.custom]` of pyproject.toml runs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        sys.path[:0] = [str(root / "codegen"), str(root / "generated" / "python")]
        from vmcoreinfo_codegen.cli.completion import script

        self._scripts = tempfile.TemporaryDirectory()
        for shell, place in _PLACES.items():
            path = Path(self._scripts.name) / shell
            path.write_text(script(shell), encoding="utf-8")
            build_data["shared_data"][str(path)] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        self._scripts.cleanup()
