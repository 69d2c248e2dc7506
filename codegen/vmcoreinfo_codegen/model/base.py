# SPDX-License-Identifier: MIT
"""Shared parts of models: fields for releases, conditions and expressions; boundaries and spans."""

from __future__ import annotations

from typing import Annotated

from ..core.condition import ALWAYS, Condition
from ..core.expression import Expression
from ..core.release import Bounds, Release
from ..problem import Location
from ..record import Form, Record, unwritten
from .vocabulary import Evidence


def _written(expression: Expression) -> Record:
    # Only `generate` needs these ten records.
    from .expression import written

    return written(expression)


def _written_expression() -> type[Record]:
    from .expression import WrittenExpression

    return WrittenExpression


ReleaseField = Annotated[
    Release, Form(str, {"type": "string", "pattern": r"^\d+(\.\d+)+(-rc\d+)?$"})
]
ConditionField = Annotated[
    Condition,
    Form(lambda c: None if c == ALWAYS else str(c), {"type": ["string", "null"]}),
]
ExpressionField = Annotated[Expression, Form(_written, _written_expression)]


class Boundary(Record):
    """A release at which something begins or ends, with the reason and the evidence."""

    release: ReleaseField
    maybe_earlier: bool = False
    seen: ReleaseField | None = None
    commit: str | None = None
    evidence: Evidence | None = None
    reason: str = ""
    build: str = unwritten(default="")
    """The build of a vendor's kernel at which it is, such as `rhel8 build 372.9.1`."""
    location: Location = unwritten()

    @property
    def told(self) -> str:
        """The boundary as text."""
        return self.build or str(self.release)

    @property
    def is_certain(self) -> bool:
        return not self.maybe_earlier and self.seen is None


class Span(Record):
    """A half-open span `[since, until)`, and the stable releases that it was backported to."""

    since: Boundary
    until: Boundary | None = None
    backports: tuple[Boundary, ...] = ()

    @property
    def bounds(self) -> Bounds:
        return self.since.release, self.until.release if self.until else None

    @property
    def branches(self) -> tuple[Release, ...]:
        return tuple(backport.release for backport in self.backports) if self.backports else ()


class Ranged(Record):
    """The releases in which an attribute of an entry holds; without bounds, all."""

    since: ReleaseField | None = None
    until: ReleaseField | None = None
    backports: tuple[ReleaseField, ...] = ()

    @property
    def bounds(self) -> Bounds:
        return self.since, self.until

    @property
    def branches(self) -> tuple[Release, ...]:
        return self.backports
