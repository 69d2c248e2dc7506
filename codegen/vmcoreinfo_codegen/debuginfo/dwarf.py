# SPDX-License-Identifier: MIT
"""The types of a vmlinux that has DWARF and no BTF, through drgn (extra `dump`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .problem import DebugInfoError

_KINDS = ("struct ", "union ", "", "enum ")


class Dwarf:
    """Answers as `facts.Types` does, out of DWARF. Raises DebugInfoError."""

    def __init__(self, path: str) -> None:
        try:
            import drgn
        except ImportError as error:
            raise DebugInfoError(
                f"{path}: no BTF in it, and DWARF is read through drgn, which is not here; "
                "install it with: pip install drgn"
            ) from error
        self._drgn = drgn
        self._program = drgn.Program()
        # Of no program that runs, so nothing that drgn would look for by itself.
        module = self._program.extra_module(path, create=True)
        try:
            module.try_file(path, force=True)
        except (OSError, ValueError) as error:
            raise DebugInfoError(f"{path}: {error}") from error
        if module.wants_debug_file():
            raise DebugInfoError(
                f"{path}: neither BTF nor DWARF in it; take the vmlinux of the debug package, or --btf"
            )

    def load(self, names: Iterable[str]) -> None:
        """drgn looks each up when it is asked for."""

    def sizes(self, name: str) -> set[int]:
        return {self._drgn.sizeof(type_) for type_ in self._types(name) if self._is_whole(type_)}

    def offsets(self, name: str, path: str) -> set[int]:
        found = set()
        for type_ in self._types(name):
            try:
                found.add(self._drgn.offsetof(self._plain(type_), path))
            except (LookupError, TypeError, SyntaxError, ValueError):
                continue
        return found

    def lengths(self, name: str, path: str) -> set[int]:
        found = set()
        for type_ in self._types(name):
            try:
                member = self._plain(type_).member(path).type
            except (LookupError, TypeError):
                continue
            array = self._plain(member)
            if array.kind == self._drgn.TypeKind.ARRAY and array.length is not None:
                found.add(array.length)
        return found

    def enumerators(self, names: Iterable[str]) -> dict[str, int]:
        found = {}
        for name in names:
            try:
                value = self._program.constant(name)
            except LookupError:
                continue
            found[name] = int(value.value_())
        return found

    def _types(self, name: str) -> Iterator[Any]:
        for kind in _KINDS:
            try:
                yield self._program.type(kind + name)
            except (LookupError, SyntaxError):
                continue

    def _plain(self, type_: Any) -> Any:
        while type_.kind == self._drgn.TypeKind.TYPEDEF:
            type_ = type_.type
        return type_

    def _is_whole(self, type_: Any) -> bool:
        plain = self._plain(type_)
        return (
            bool(getattr(plain, "is_complete", lambda: True)())
            if plain.kind != self._drgn.TypeKind.VOID
            else False
        )
