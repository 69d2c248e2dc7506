# SPDX-License-Identifier: MIT
"""pydantic for records: validation, JSON output, and JSON Schemas."""

from __future__ import annotations

import inspect
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from .record import Form, Record

_Record = TypeVar("_Record", bound=Record)


def checked(record: _Record) -> _Record:
    """The record itself. Raises pydantic.ValidationError if a field does not have its type."""
    _adapter(type(record)).validate_python(record, strict=True)
    return record


def plain(record: Record) -> Any:
    """A record as JSON values."""
    return _adapter(type(record)).dump_python(record, mode="json", by_alias=True)


def json_schema(kind: type[Record]) -> dict[str, Any]:
    """The JSON Schema for the output of `plain`."""
    one_of: Any = reduce(or_, kind.one_of or (kind,))
    shape = TypeAdapter(one_of).json_schema(mode="serialization", schema_generator=_Shapes)
    own = {"description": inspect.getdoc(kind), "title": kind.__name__} if kind.one_of else {}
    return {**shape, **own}


_adapters: dict[type[Record], TypeAdapter[Any]] = {}


def _adapter(kind: type[Record]) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


class _Shapes(GenerateJsonSchema):
    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        shape = super().dataclass_schema(schema)
        # pydantic before 2.12 took every docstring of a dataclass for one that Python generated.
        return {"description": inspect.getdoc(schema["cls"]), **shape}


def form_of(form: Form, kind: type, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
    """A field that holds an instance of a class, and is written in its form."""
    shape = handler.generate_schema(form.shape()) if callable(form.shape) else None
    serialization = core_schema.plain_serializer_function_ser_schema(
        form.write, return_schema=shape
    )
    return core_schema.is_instance_schema(kind, serialization=serialization)
