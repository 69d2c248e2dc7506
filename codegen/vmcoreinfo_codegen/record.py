# SPDX-License-Identifier: MIT
"""Records, which models and answers are: dataclasses, frozen, whose fields are given by name.

They know nothing of pydantic, which takes longer to import than a verb to answer; `shape` has it
check records, write them as JSON, and make their JSON Schema. What a field tells it stands in the
field's metadata, in pydantic's words.

Python would compile six methods for each frozen dataclass, and a process loads some fifty of them:
that takes longer than to load all that they hold. So their methods are here, once for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import Any, ClassVar, NoReturn, dataclass_transform


def described(text: str | None = None, *, called: str | None = None, **bounds: object) -> Any:
    """A field with a description in the JSON Schema, or another name; `bounds` are `ge`, `pattern`."""
    return field(metadata={"description": text, "alias": called, **bounds})


def unwritten(*, default: Any = MISSING) -> Any:
    """A field that JSON does not have."""
    return field(default=default, repr=False, metadata={"exclude": True})


class _Frozen:
    """The methods of all that is frozen."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    _fields: ClassVar[Mapping[str, Field[Any]]]
    _defaults: ClassVar[Mapping[str, Any]]
    _compared: ClassVar[tuple[str, ...]]

    @classmethod
    def _prepare(cls, kw_only: bool) -> None:
        dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
        cls._fields = {own.name: own for own in fields(cls)}
        found = {name: own.default for name, own in cls._fields.items()}
        cls._defaults = {name: value for name, value in found.items() if value is not MISSING}
        cls._compared = tuple(name for name, own in cls._fields.items() if own.compare)

    def _refuse(self, given: Mapping[str, Any]) -> NoReturn:
        missing = [f"no value for {name!r}" for name in self._fields if name not in given]
        unknown = [f"it has no field {name!r}" for name in given if name not in self._fields]
        raise TypeError(f"{type(self).__name__}: {', '.join([*missing, *unknown])}")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def _values(self) -> tuple[object, ...]:
        return tuple(map(self.__dict__.__getitem__, self._compared))

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        shown = [
            f"{name}={self.__dict__[name]!r}" for name, own in self._fields.items() if own.repr
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value(_Frozen):
    """A frozen dataclass whose fields are given in their order, and have no defaults."""

    def __init_subclass__(cls) -> None:
        cls._prepare(kw_only=False)

    def __init__(self, *values: Any, **more: Any) -> None:
        whole = dict(zip(self._fields, values), **more)
        if len(values) + len(more) != len(self._fields) or whole.keys() != self._fields.keys():
            self._refuse(whole)
        self.__dict__.update(whole)


@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(described, unwritten)
)
class Record(_Frozen):
    """A frozen dataclass that takes no fields but its own; what extends it is one too."""

    # What pydantic goes by; it would take an instance for valid, whatever is in it.
    __pydantic_config__: ClassVar[Mapping[str, Any]] = {
        "extra": "forbid",
        "revalidate_instances": "always",
        "populate_by_name": True,
        # Until 2.10 pydantic warned of every field named model_*.
        "protected_namespaces": (),
    }
    one_of: ClassVar[tuple[type[Record], ...]] = ()
    """The records of which one stands where this one is named; it has no fields of its own."""

    def __init_subclass__(cls) -> None:
        cls._prepare(kw_only=True)

    def __init__(self, **values: Any) -> None:
        whole = {**self._defaults, **values}
        if whole.keys() != self._fields.keys():
            self._refuse(whole)
        self.__dict__.update(whole)


@dataclass(frozen=True, eq=False)
class Form:
    """Of a field with values of a class that is no record: how JSON has them.

    `write` gives what stands there, `shape` is the JSON Schema of that, or gives the record that it is.
    """

    write: Callable[[Any], object]
    shape: Mapping[str, Any] | Callable[[], type[Record]]

    def __get_pydantic_core_schema__(self, kind: type, handler: Any) -> Any:
        from .shape import form_of

        return form_of(self, kind, handler)

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        return dict(self.shape) if isinstance(self.shape, Mapping) else handler(core)
