# SPDX-License-Identifier: MIT
"""`vmcoreinfo impact`"""

from __future__ import annotations

import argparse
import re
import textwrap
from collections.abc import Iterator, Sequence

from ...compat.impact import Break, Change, Impact, impact
from ...compat.parser import PURPOSE
from ...compat.patch import MOST_BYTES, MOST_EXPORTS, Patch, PatchError, Touched, read_patch
from ...files.reading import InputError, read_argument
from ...model import Architecture, Schema
from ...model.vocabulary import Verdict
from ...problem import shortened
from ...query.interface import Broken, Impacts, NoAlternative
from ...query.names import UnknownName, find_entry
from ...terms.release import Release
from ..failure import FINDINGS, FINE, Failure
from ..output import print_json
from ..schema import add_schema_option, load_schema, release_of

_WIDTH = 96
_KEY = re.compile(r"[!-<>-~]{1,200}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", metavar="KEY", nargs="*", help="an entry that is to go")
    parser.add_argument(
        "--patch",
        metavar="FILE",
        help="what a patch takes out and puts in: a diff, a mail with one, quoted or not; - for stdin",
    )
    parser.add_argument(
        "--add", metavar="KEY", action="append", default=[], help="an entry that comes"
    )
    parser.add_argument(
        "--to",
        metavar="RELEASE",
        help="the release that is to have the change (default: where the entries went, or the next)",
    )
    parser.add_argument(
        "--format",
        choices=["table", "json", "mail"],
        default="table",
        help="table for people (default), json for machines, mail to paste into one",
    )
    add_schema_option(parser)


def run(options: argparse.Namespace) -> int:
    if not options.key and options.patch is None:
        raise Failure("impact takes entries that go, or --patch with what a patch does")
    schema = load_schema(options.schema)
    patch = Patch((), ()) if options.patch is None else _patch(schema, options.patch)
    keys = [_key(schema, key) for key in options.key]
    removed = [Touched(key, "", None) for key in keys] + patch.gone()
    added = [Touched(_new_key(key), "", None) for key in options.add] + patch.came()
    if len(removed) + len(added) > MOST_EXPORTS:
        raise Failure(f"more than {MOST_EXPORTS} entries that go or come")
    if options.patch and not (removed or added or patch.reformatted):
        raise Failure(f"{options.patch}: no line of it takes out or puts in an export", FINDINGS)
    base = _base(schema, [t.key for t in removed], options.to)
    changes = [_change(arch, removed, added, patch) for arch in schema.architectures]
    found = impact(schema, base, changes)
    answer = _answer(schema, found, patch)
    if options.format == "json":
        print_json(answer.model_dump(mode="json"))
    else:
        width = 72 if options.format == "mail" else _WIDTH
        print("\n".join(_lines(answer, width)))
    return FINDINGS if answer.breaks else FINE


def _key(schema: Schema, text: str) -> str:
    try:
        return find_entry(schema, text).key
    except UnknownName as error:
        raise Failure(str(error)) from error


def _new_key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise Failure(f"--add '{shortened(text)}': a key is printable ASCII without '='")
    return text


def _patch(schema: Schema, path: str) -> Patch:
    try:
        patch = read_patch(read_argument(path, MOST_BYTES), schema)
        # Worked out here, where what is wrong with it can still be told.
        _ = patch.reformatted
    except InputError as error:
        raise Failure(f"--patch {error}") from error
    except PatchError as error:
        raise Failure(f"--patch {path}: {error}") from error
    return patch


def _base(schema: Schema, removed: Sequence[str], to: str | None) -> Release:
    """The release that the change is made to: the one before `to`, or before the entries went."""
    mainline = [declared.release for declared in schema.releases]
    until = None if to is None else release_of(schema, to)
    if until is None:
        ends = [schema.by_key[key].last for key in removed if key in schema.by_key]
        gone = [end.release for end in ends if end is not None]
        until = min(gone, key=lambda release: release.opening) if gone else None
    if until is None:
        return schema.latest
    before = [release for release in mainline if release.opening < until.branch.opening]
    return max(before, default=schema.latest, key=lambda release: release.opening)


def _change(
    arch: Architecture, removed: Sequence[Touched], added: Sequence[Touched], patch: Patch
) -> Change:
    return Change(
        arch,
        frozenset(t.key for t in removed if t.source in (None, arch.source)),
        frozenset(t.key for t in added if t.source in (None, arch.source)),
        patch.formats(arch.source),
    )


def _answer(schema: Schema, found: Impact, patch: Patch) -> Impacts:
    unknown = [key for key in (*found.removed, *found.added) if key not in schema.by_key]
    return Impacts(
        kernel=str(found.base),
        removed=list(found.removed),
        added=list(found.added),
        renamed=[f"{old.key} becomes {new.key}" for old, new in patch.renamed()],
        reformatted=[f"{old.key}: {old.form} becomes {new.form}" for old, new in patch.reformatted],
        unknown=unknown,
        breaks=[_broken(one) for one in found.breaks],
        unused_after=list(found.unused_after),
        no_alternative=[
            NoAlternative(arch=arch, consumer=one.consumer, purpose=one.purpose)
            for one in found.breaks
            if one.fixed_in is None and one.purpose != PURPOSE
            if one.verdict is not Verdict.FALLBACK
            for arch in one.archs
        ],
    )


def _broken(one: Break) -> Broken:
    first, last = str(one.releases[0]), str(one.releases[-1])
    return Broken.model_validate(
        {
            "consumer": one.consumer,
            "releases": first if first == last else f"{first}..{last}",
            "purpose": one.purpose,
            "verdict": one.verdict.value,
            "archs": list(one.archs),
            "seen": one.seen,
            "fixed_in": str(one.fixed_in) if one.fixed_in else None,
        }
    )


def _lines(answer: Impacts, width: int) -> Iterator[str]:
    yield f"On a kernel like {answer.kernel}:"
    told = (
        ("-", answer.removed),
        ("+", answer.added),
        ("~", answer.renamed),
        ("~", answer.reformatted),
    )
    for sign, keys in told:
        yield from (f"  {sign} {key}" for key in keys)
    yield ""
    if not answer.breaks:
        yield "Nobody breaks, of the tools and releases that the schema knows."
    for broken in answer.breaks:
        archs = "every architecture" if len(broken.archs) > 12 else ", ".join(broken.archs)
        yield f"{broken.consumer} {broken.releases}: {broken.purpose} on {archs}: {broken.verdict}"
        later = (
            "its repository, in no release yet" if broken.fixed_in == "next" else broken.fixed_in
        )
        fixed = f"Works from {later} on." if broken.fixed_in else "No release works after it."
        if broken.verdict == "fallback":
            fixed = "The result is the same."
        yield from textwrap.wrap(
            f"{broken.seen.rstrip('.')}. {fixed}",
            width,
            initial_indent="    ",
            subsequent_indent="    ",
        )
    if answer.unused_after:
        yield ""
        yield "Of no use to any of them once it is gone:"
        yield from (f"  {key}" for key in answer.unused_after)
    if answer.no_alternative:
        yield ""
        yield "Nothing takes its place:"
        yield from (f"  {n.arch}: {n.consumer}, {n.purpose}" for n in answer.no_alternative)
    if answer.unknown:
        yield ""
        yield f"Not known to the schema (new, or misspelt): {' '.join(answer.unknown)}"
