# SPDX-License-Identifier: MIT
"""What all models share: frozen, and with releases, conditions and places as fields."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from ..core.condition import ALWAYS, Condition
from ..core.expression import Expression
from ..core.release import Bounds, Release
from ..problem import Location
from .expression import WrittenExpression, written
from .vocabulary import Evidence


class Model(BaseModel):
    """A frozen record that takes no fields but its own; its validator is built when first used."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, defer_build=True
    )


def _release(value: object) -> Release:
    return value if isinstance(value, Release) else Release.parse(str(value))


def instance_of(kind: type) -> PlainValidator:
    """A field that holds a value of ours as it is."""

    def check(value: object) -> object:
        if not isinstance(value, kind):
            raise TypeError(f"not a {kind.__name__}: {value!r}")
        return value

    return PlainValidator(check)


ReleaseField = Annotated[
    Release,
    PlainValidator(_release),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d+)+(-rc\d+)?$"}),
]
# Places serve messages; they are no part of the data (a moved line is no other schema).
LocationField = Annotated[Location, instance_of(Location), Field(exclude=True, repr=False)]
PlacesField = Annotated[tuple[Location, ...], instance_of(tuple), Field(exclude=True, repr=False)]
ConditionField = Annotated[
    Condition,
    instance_of(Condition),
    PlainSerializer(lambda c: None if c == ALWAYS else str(c), return_type=str | None),
    WithJsonSchema({"type": ["string", "null"]}),
]
ExpressionField = Annotated[
    Expression,
    instance_of(Expression),
    PlainSerializer(written, return_type=WrittenExpression),
]


class Boundary(Model):
    """A release at which something begins or ends, why, and what that rests on."""

    release: ReleaseField
    maybe_earlier: bool = False
    seen: ReleaseField | None = None
    commit: str | None = None
    evidence: Evidence | None = None
    reason: str = ""
    location: LocationField

    @property
    def is_certain(self) -> bool:
        return not self.maybe_earlier and self.seen is None


class Span(Model):
    """Half-open `[since, until)`, and the stable branches that got it from a release on."""

    since: Boundary
    until: Boundary | None = None
    backports: tuple[Boundary, ...] = ()

    @property
    def bounds(self) -> Bounds:
        return self.since.release, self.until.release if self.until else None

    @property
    def branches(self) -> tuple[Release, ...]:
        return tuple(backport.release for backport in self.backports) if self.backports else ()


class Ranged(Model):
    """When an attribute of an entry holds; without bounds, always."""

    since: ReleaseField | None = None
    until: ReleaseField | None = None
    backports: tuple[ReleaseField, ...] = ()

    @property
    def bounds(self) -> Bounds:
        return self.since, self.until

    @property
    def branches(self) -> tuple[Release, ...]:
        return self.backports
