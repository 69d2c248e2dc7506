# SPDX-License-Identifier: MIT
"""Records, the base of models and answers: frozen dataclasses whose fields are given by name.

They know nothing of pydantic, which takes longer to import than a verb to answer; `shape` has it
check records, write them as JSON, and make their JSON Schema. What a field tells it is in the
field's metadata, in pydantic's words.

Python would compile six methods for each frozen dataclass, and a process loads over a hundred of
them: that takes longer than to load all that they hold. So their methods are here, once for all.
`dataclasses` itself, which loads what inspects and compiles Python, makes a class one of its own
when it is asked about it first; most questions never ask.
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
"""What a field of a mapping is by default."""


class _Told:
    """What a class tells of a field beside its type."""

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
        """The same in words of dataclasses."""
        import dataclasses

        more: dict[str, Any] = {}
        if self.default is not _REQUIRED:
            # Dataclasses refuse what might change as a default, and take a function that gives it.
            fixed = type(self.default).__hash__ is not None
            more = {"default": self.default} if fixed else {"default_factory": lambda: self.default}
        return dataclasses.field(
            repr=self.repr, compare=self.compare, metadata=self.metadata, **more
        )


def described(text: str | None = None, *, called: str | None = None, **bounds: object) -> Any:
    """A field with a description in the JSON Schema, or another name; `bounds` are `ge`, `pattern`."""
    return _Told(metadata={"description": text, "alias": called, **bounds})


def unwritten(*, default: Any = _REQUIRED) -> Any:
    """A field that JSON does not have."""
    return _Told(default, {"exclude": True}, repr=False)


def uncompared(*, default: Any = _REQUIRED) -> Any:
    """A field by which a value is neither equal to another nor comes before it."""
    return _Told(default, compare=False)


_PLAIN = _Told()
# What refuses to be set is set by this.
_set = object.__setattr__


class _Dataclass:
    """Makes a dataclass of the class that is asked for the fields of one."""

    def __get__(self, one: object, owner: type[_Frozen]) -> Any:
        from dataclasses import dataclass

        for name in owner.__annotations__:
            if name in owner._fields:
                setattr(owner, name, owner._fields[name].field())
        dataclass(init=False, repr=False, eq=False, kw_only=owner._by_name)(owner)
        return owner.__dataclass_fields__


class _Frozen:
    """The methods of all that is frozen."""

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
        # Those of a class without any are all the same.
        cls._compared = attrgetter(*(compared or ["__class__"]))
        if not cls._by_name:
            type.__setattr__(cls, "__match_args__", tuple(cls._fields))
        type.__setattr__(cls, "__dataclass_fields__", _Dataclass())

    @classmethod
    def _told(cls, name: str) -> _Told:
        """What a class tells of a field; its attribute is then the default alone."""
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
    """The same with other values of some fields."""
    if not changes.keys() <= one._fields.keys():
        one._refuse({name: one.__dict__[name] for name in one._fields} | changes)
    made = object.__new__(type(one))
    # What was worked out of the old values, and kept beside them, stays behind.
    _set(made, "__dict__", {name: one.__dict__[name] for name in one._fields} | changes)
    return made


@dataclass_transform(frozen_default=True, field_specifiers=(uncompared,))
class Value(_Frozen):
    """A frozen dataclass whose fields are given in their order, or by name."""

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
    """A value that comes before and after others, by its fields in their order."""

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
    """A frozen dataclass that takes no fields but its own; what extends it is one too."""

    _by_name = True
    # What pydantic goes by; it would take an instance for valid, whatever is in it.
    __pydantic_config__: ClassVar[Mapping[str, Any]] = {
        "extra": "forbid",
        "revalidate_instances": "always",
        "populate_by_name": True,
        # Until 2.10 pydantic warned of every field named model_*.
        "protected_namespaces": (),
    }
    one_of: ClassVar[tuple[type[Record], ...]] = ()
    """The records of which one is where this one is named; it has no fields of its own."""

    def __init__(self, **values: Any) -> None:
        whole = {**self._defaults, **values}
        if whole.keys() != self._fields.keys():
            self._refuse(whole)
        _set(self, "__dict__", whole)


class Form:
    """Of a field with values of a class that is not a record: how JSON has them.

    `write` gives what is there, `shape` is the JSON Schema of that, or gives the record that it is.
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
