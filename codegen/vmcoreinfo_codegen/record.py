# SPDX-License-Identifier: MIT
"""Records, which models and answers are: frozen dataclasses whose fields are given by name.

They know nothing of pydantic, without which a process starts in a third of the time; `shape` has
it check records, write them as JSON, and make their JSON Schema. What a field tells it stands in
the field's metadata, in pydantic's words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform


def described(text: str | None = None, *, called: str | None = None, **bounds: object) -> Any:
    """A field with a description in the JSON Schema, or another name; `bounds` are `ge`, `pattern`."""
    return field(metadata={"description": text, "alias": called, **bounds})


def unwritten(*, default: Any = MISSING) -> Any:
    """A field that JSON does not have."""
    return field(default=default, repr=False, metadata={"exclude": True})


@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(described, unwritten)
)
class Record:
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
    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, kw_only=True)(cls)


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
