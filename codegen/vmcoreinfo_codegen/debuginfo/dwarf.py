# SPDX-License-Identifier: MIT
"""The types of a vmlinux with DWARF but without BTF, through drgn (extra `dump`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from .problem import DebugInfoError

_KINDS = ("struct ", "union ", "", "enum ")
_DEEPEST = 32

_Answer = TypeVar("_Answer")
_Asked = ParamSpec("_Asked")


def _told(
    ask: Callable[Concatenate[Dwarf, _Asked], _Answer],
) -> Callable[Concatenate[Dwarf, _Asked], _Answer]:
    """Turns drgn's errors about damaged DWARF into DebugInfoError.

    drgn raises plain Exception for many of them, so all exceptions are caught.
    """

    @wraps(ask)
    def asked(dwarf: Dwarf, /, *args: _Asked.args, **kwargs: _Asked.kwargs) -> _Answer:
        try:
            return ask(dwarf, *args, **kwargs)
        except DebugInfoError:
            raise
        except Exception as error:
            raise DebugInfoError(f"{dwarf.name}: its DWARF can't be read: {error}") from error

    return asked


class Dwarf:
    """Implements `facts.Types` with DWARF. Raises DebugInfoError."""

    def __init__(self, path: str) -> None:
        try:
            import drgn
        except ImportError as error:
            raise DebugInfoError(
                f"{path}: no BTF in it, and drgn, which is needed to read DWARF, is not installed; "
                "install it with: pip install drgn"
            ) from error
        self.name = path
        self._drgn = drgn
        self._program = drgn.Program()
        # An extra module belongs to no running program, so drgn does not search for its file.
        module = self._program.extra_module("vmlinux", create=True)
        self._open(module)
        if module.wants_debug_file():
            raise DebugInfoError(
                f"{path}: neither BTF nor DWARF in it; use the vmlinux of the debug package, or "
                "--btf"
            )

    @_told
    def _open(self, module: Any) -> None:
        module.try_file(os.fsencode(self.name), force=True)

    def load(self, names: Iterable[str]) -> None:
        """Does nothing: drgn looks types up on demand."""

    @_told
    def sizes(self, name: str) -> set[int]:
        return {self._drgn.sizeof(type_) for type_ in self._types(name) if self._is_whole(type_)}

    @_told
    def offsets(self, name: str, path: str) -> set[int]:
        found = set()
        for type_ in self._types(name):
            try:
                found.add(self._drgn.offsetof(self._plain(type_), path))
            except (LookupError, TypeError, SyntaxError, ValueError):
                continue
        return found

    @_told
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

    @_told
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
        for _ in range(_DEEPEST):
            if type_.kind != self._drgn.TypeKind.TYPEDEF:
                return type_
            type_ = type_.type
        raise DebugInfoError(f"{self.name}: more than {_DEEPEST} typedefs of typedefs")

    def _is_whole(self, type_: Any) -> bool:
        plain = self._plain(type_)
        return (
            bool(getattr(plain, "is_complete", lambda: True)())
            if plain.kind != self._drgn.TypeKind.VOID
            else False
        )
