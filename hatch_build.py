# SPDX-License-Identifier: MIT
"""What the wheel installs outside of the packages and is made while it is built.

Completion scripts are no checked-in products: what shtab writes changes with its release. What
CMake and pkg-config look for has the version in it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SHELLS = {
    "bash": "share/bash-completion/completions/vmcoreinfo",
    "zsh": "share/zsh/site-functions/_vmcoreinfo",
    "fish": "share/fish/vendor_completions.d/vmcoreinfo.fish",
}
_WITH_VERSION = {
    "cmake/VmcoreinfoConfigVersion.cmake.in": "share/cmake/Vmcoreinfo/VmcoreinfoConfigVersion.cmake",
    "cmake/vmcoreinfo.pc.in": "share/pkgconfig/vmcoreinfo.pc",
}


class SharedDataHook(BuildHookInterface[Any]):
    """What `[tool.hatch.build.targets.wheel.hooks.custom]` of pyproject.toml runs."""

    def dependencies(self) -> list[str]:
        """What the command needs to be run, but its parser, which is beside it here."""
        needed = self.metadata.core.dependencies
        return [requirement for requirement in needed if not requirement.startswith("vmcoreinfo=")]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        self._made = tempfile.TemporaryDirectory()
        for number, (place, text) in enumerate(self._texts()):
            path = Path(self._made.name) / str(number)
            path.write_text(text, encoding="utf-8")
            build_data["shared_data"][str(path)] = place

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Where each file goes, and what is in it."""
        root = Path(self.root)
        sys.path[:0] = [str(root / "codegen"), str(root / "generated" / "python")]
        from vmcoreinfo_codegen.cli.completion import script

        for shell, place in _SHELLS.items():
            yield place, script(shell)
        for source, place in _WITH_VERSION.items():
            text = (root / source).read_text(encoding="utf-8")
            yield place, text.replace("@VERSION@", self.metadata.version)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        self._made.cleanup()
