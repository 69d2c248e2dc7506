# SPDX-License-Identifier: MIT
"""Explanations: what happened to an entry that a tool lacks, and what an alternative is."""

from __future__ import annotations

from ..core.expression import Expression, Key
from ..core.release import Moment
from ..model import Schema
from ..model.consumer import Alternative
from ..model.timeline import ending, latest, next_beginning
from ..record import Value
from .exports import Exports
from .judge import Outcome

_MOST = 4


class Missing(Value):
    """A missing entry: removed since a release by a commit, or not yet added."""

    key: str
    gone_since: str | None
    commit: str | None
    since: str | None
    replaced_by: tuple[str, ...]
    otherwise: str = "is not exported here"
    gone_at: Moment | None = None

    @property
    def sentence(self) -> str:
        if self.gone_since:
            commit = f", commit {self.commit}" if self.commit else ""
            instead = f", replaced by {' '.join(self.replaced_by)}" if self.replaced_by else ""
            return f"{self.key} was removed in {self.gone_since}{commit}{instead}"
        if self.since:
            return f"{self.key} is exported since {self.since}"
        return f"{self.key} {self.otherwise}"


def missing(schema: Schema, key: str, exports: Exports) -> Missing:
    """Why an entry is missing on the architecture of a kernel."""
    entry = schema.by_key.get(key)
    here = [e for e in entry.exports if e.concerns(exports.arch.name)] if entry else []
    spans = [span for export in here for span in export.spans]
    gone = ending(spans, exports.release.moment)
    coming = next_beginning(spans, exports.release.moment)
    return Missing(
        key,
        gone.told if gone else None,
        gone.commit if gone else None,
        coming.told if coming and not gone else None,
        entry.replaced_by if entry and gone else (),
        _not_in_note(key, exports) if exports.is_note else Missing.otherwise,
        gone.release.opening if gone else None,
    )


def _not_in_note(key: str, exports: Exports) -> str:
    unread = key in exports.unread
    return "is on a line that this release does not read" if unread else "is not in the note"


def describe_alternative(alternative: Alternative) -> str:
    sources = [source.doc for source in alternative.of_dump]
    return " + ".join([*alternative.keys, *sources, *alternative.others])


def why(schema: Schema, outcome: Outcome, exports: Exports) -> str:
    """One or two sentences: what is used, what is missing, what a user sees."""
    taken = outcome.taken
    parts = []
    for key in outcome.misread:
        form = exports.formats[key].value
        parts.append(f"{key} is printed as {form}, which this release reads wrongly")
    if taken is not None and not taken.is_right_for(
        exports.release_of(outcome.need.keys), exports.commits
    ):
        bound = taken.kernels
        until = f" before {bound.until}" if bound and bound.until else ""
        since = f" since {bound.since}" if bound and bound.since else ""
        both = " and" if since and until else ""
        parts.append(
            f"it uses {describe_alternative(taken)}, which is correct only{since}{both}{until}"
        )
        parts += [_changed(schema, key, exports) for key in taken.keys]
    if taken is not None and taken.when is not None and exports.tells(taken.when) is False:
        values = _values(taken.when, exports)
        parts.append(f"it uses {describe_alternative(taken)}, which is wrong if {values}")
    parts += _last_gone([missing(schema, key, exports) for key in outcome.missing])
    parts += [f"the dump has no {source.doc}" for source in outcome.absent]
    if outcome.rests_on:
        others = ", or ".join(source.doc for source in outcome.rests_on)
        parts.append(f"it depends on {others}, which a note alone does not show")
    if not taken and not outcome.missing and not outcome.absent:
        parts.append("it has no way to do this on this kernel")
    return "; ".join(part for part in parts if part)


def _values(when: Expression, exports: Exports) -> str:
    """The values of the note that make an alternative wrong."""
    asked = dict.fromkeys(part.key for part in when.walk() if isinstance(part, Key))
    known = [key for key in asked if key in exports.values]
    return " and ".join(
        f"{key} is {exports.formats[key].printed(exports.values[key])}" for key in known
    )


def _last_gone(absent: list[Missing]) -> list[str]:
    """The most recent removals caused the verdict: a text for those, with their commits."""
    gone = [one for one in absent if one.gone_since]
    if not gone:
        return [one.sentence for one in absent[:_MOST]]
    moment = max(one.gone_at for one in gone if one.gone_at is not None)
    newest = [one for one in gone if one.gone_at == moment]
    last = newest[0].gone_since
    keys = " ".join(one.key for one in newest[:_MOST])
    more = f" and {len(newest) - _MOST} more" if len(newest) > _MOST else ""
    commits = dict.fromkeys(f"commit {one.commit}" for one in newest if one.commit)
    instead = dict.fromkeys(key for one in newest for key in one.replaced_by)
    text = f"{keys}{more} removed in {last}"
    text += f" ({', '.join(commits)})" if commits else ""
    return [text + (f", replaced by {' '.join(list(instead)[:_MOST])}" if instead else "")]


def _changed(schema: Schema, key: str, exports: Exports) -> str:
    """The commit that changed the meaning of a key that is present."""
    entry = schema.by_key.get(key)
    last = latest(
        change.boundary
        for export in (entry.exports if entry else ())
        if export.concerns(exports.arch.name)
        for change in export.changed_by(exports.release.moment)
    )
    if last is None:
        return ""
    commit = f", commit {last.commit}" if last.commit else ""
    return f"{key} has a different meaning since {last.told}{commit}"
