# SPDX-License-Identifier: MIT
"""Records, the base of models and answers: frozen dataclasses with keyword fields.

They don't depend on pydantic, which takes longer to import than a verb takes to answer; `shape`
uses it to check records, write them as JSON, and make their JSON Schema. Field metadata for it uses
pydantic's names.

Python would compile six methods for each frozen dataclass, and a process loads over a hundred of
them, which takes longer than loading everything else in their modules. So the methods are shared
here. `dataclasses` itself is slow to import too; a class becomes a real dataclass only when its
fields are first asked for, and most questions never do that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from dataclasses import Field

_REQUIRED: Any = object()
NOTHING: Mapping[Any, Any] = MappingProxyType({})
"""The default of a mapping field."""


class _Told:
    """What a class declares for a field besides its type."""

    def __init__(
        self,
        default: Any = _REQUIRED,
        metadata: Mapping[str, Any] | None = None,
        repr: bool = True,
        compare: bool = True,
    ) -> None:
        self.default = default
        self.metadata = metadata
        self.repr = repr
        self.compare = compare

    def field(self) -> Any:
        """The declaration as a field of dataclasses."""
        import dataclasses

        more: dict[str, Any] = {}
        if self.default is not _REQUIRED:
            # Dataclasses refuse a mutable default, and take a factory instead.
            fixed = type(self.default).__hash__ is not None
            more = {"default": self.default} if fixed else {"default_factory": lambda: self.default}
        return dataclasses.field(
            repr=self.repr, compare=self.compare, metadata=self.metadata, **more
        )


def described(text: str | None = None, *, called: str | None = None, **bounds: object) -> Any:
    """A field with a description in the JSON Schema, or another name; `bounds` are `ge`,
    `pattern`."""
    return _Told(metadata={"description": text, "alias": called, **bounds})


def unwritten(*, default: Any = _REQUIRED) -> Any:
    """A field that is left out of JSON."""
    return _Told(default, {"exclude": True}, repr=False)


def uncompared(*, default: Any = _REQUIRED) -> Any:
    """A field that equality and order ignore."""
    return _Told(default, compare=False)


_PLAIN = _Told()
# Sets attributes in spite of __setattr__.
_set = object.__setattr__


class _Dataclass:
    """Makes a class a dataclass when its dataclass fields are asked for."""

    def __get__(self, one: object, owner: type[_Frozen]) -> Any:
        from dataclasses import dataclass

        for name in owner.__annotations__:
            if name in owner._fields:
                setattr(owner, name, owner._fields[name].field())
        dataclass(init=False, repr=False, eq=False, kw_only=owner._by_name)(owner)
        return owner.__dataclass_fields__


class _Frozen:
    """The methods that all frozen classes share."""

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
        _compared: ClassVar[attrgetter[tuple[Any, ...]]]
    _by_name: ClassVar[bool]
    _fields: ClassVar[Mapping[str, _Told]] = {}
    _defaults: ClassVar[Mapping[str, Any]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = [name for name, kind in cls.__annotations__.items() if "ClassVar[" not in str(kind)]
        cls._fields = {**cls._fields, **{name: cls._told(name) for name in own}}
        found = {name: told.default for name, told in cls._fields.items()}
        cls._defaults = {name: value for name, value in found.items() if value is not _REQUIRED}
        compared = [name for name, told in cls._fields.items() if told.compare]
        # All values of a class without compared fields are equal.
        cls._compared = attrgetter(*(compared or ["__class__"]))
        if not cls._by_name:
            type.__setattr__(cls, "__match_args__", tuple(cls._fields))
        type.__setattr__(cls, "__dataclass_fields__", _Dataclass())

    @classmethod
    def _told(cls, name: str) -> _Told:
        """The declaration of a field; the class attribute is then only the default."""
        if name not in cls.__dict__:
            return _PLAIN
        told = cls.__dict__[name]
        if not isinstance(told, _Told):
            return _Told(told)
        if told.default is _REQUIRED:
            delattr(cls, name)
        else:
            setattr(cls, name, told.default)
        return told

    def _refuse(self, given: Mapping[str, Any]) -> NoReturn:
        missing = [f"no value for {name!r}" for name in self._fields if name not in given]
        unknown = [f"it has no field {name!r}" for name in given if name not in self._fields]
        wrong = [*missing, *unknown] or ["more values than fields"]
        raise TypeError(f"{type(self).__name__}: {', '.join(wrong)}")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._compared(self) == self._compared(other)

    def __hash__(self) -> int:
        return hash(self._compared(self))

    def __repr__(self) -> str:
        shown = [
            f"{name}={self.__dict__[name]!r}" for name, told in self._fields.items() if told.repr
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


_Any = TypeVar("_Any", bound=_Frozen)


def replace(one: _Any, **changes: Any) -> _Any:
    """A copy with other values for some fields."""
    if not changes.keys() <= one._fields.keys():
        one._refuse({name: one.__dict__[name] for name in one._fields} | changes)
    made = object.__new__(type(one))
    # Cached properties of the old values are not copied.
    _set(made, "__dict__", {name: one.__dict__[name] for name in one._fields} | changes)
    return made


@dataclass_transform(frozen_default=True, field_specifiers=(uncompared,))
class Value(_Frozen):
    """A frozen dataclass whose fields may be positional or keywords."""

    _by_name = False

    def __init__(self, *values: Any, **more: Any) -> None:
        whole = dict(zip(self._fields, values))
        if more or len(values) != len(self._fields):
            whole = self._whole(values, more)
        _set(self, "__dict__", whole)

    def _whole(self, values: Sequence[Any], more: Mapping[str, Any]) -> dict[str, Any]:
        whole = {**self._defaults, **dict(zip(self._fields, values)), **more}
        given_twice = more and not more.keys().isdisjoint([*self._fields][: len(values)])
        if given_twice or len(values) > len(self._fields) or whole.keys() != self._fields.keys():
            self._refuse(whole)
        return whole


class Ordered(Value):
    """A value that is ordered by its fields."""

    def __lt__(self, other: Self) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._compared(self) < self._compared(other)

    def __le__(self, other: Self) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._compared(self) <= self._compared(other)

    def __gt__(self, other: Self) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._compared(self) > self._compared(other)

    def __ge__(self, other: Self) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._compared(self) >= self._compared(other)


@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(described, unwritten)
)
class Record(_Frozen):
    """A frozen dataclass that accepts only its own fields, as keywords; so do its subclasses."""

    _by_name = True
    # pydantic's configuration; it would otherwise accept an instance as valid, whatever it
    # contains.
    __pydantic_config__: ClassVar[Mapping[str, Any]] = {
        "extra": "forbid",
        "revalidate_instances": "always",
        "populate_by_name": True,
        # pydantic before 2.10 warned about every field named model_*.
        "protected_namespaces": (),
    }
    one_of: ClassVar[tuple[type[Record], ...]] = ()
    """The alternatives that this record stands for; it has no fields of its own."""

    def __init__(self, **values: Any) -> None:
        whole = {**self._defaults, **values}
        if whole.keys() != self._fields.keys():
            self._refuse(whole)
        _set(self, "__dict__", whole)


class Form:
    """The JSON form of a field whose class is not a record.

    `write` gives the JSON value, `shape` is its JSON Schema, or returns the record that it is.
    """

    def __init__(
        self,
        write: Callable[[Any], object],
        shape: Mapping[str, Any] | Callable[[], type[Record]],
    ) -> None:
        self.write = write
        self.shape = shape

    def __get_pydantic_core_schema__(self, kind: type, handler: Any) -> Any:
        from .shape import form_of

        return form_of(self, kind, handler)

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> Any:
        return dict(self.shape) if isinstance(self.shape, Mapping) else handler(core)
