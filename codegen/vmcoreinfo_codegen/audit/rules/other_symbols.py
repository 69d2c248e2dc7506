# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..compare import with_symbols
from ..rule import Found, Rule, Severity
from ..subject import Subject

_MASK = 0xFFFFFFFFFFFFFFFF
_OFFSET = "KERNELOFFSET"


def _check(subject: Subject) -> Iterator[Found]:
    pairs = list(with_symbols(subject))
    moves = Counter((value - theirs) & _MASK for _, value, theirs in pairs)
    if not moves:
        return
    # The offset of most symbols should be that of all: it is the KASLR offset.
    move, _ = moves.most_common(1)[0]
    name = subject.truth.symbols_name
    offset = subject.info.line(_OFFSET)
    if move and offset is not None and offset.value != move:
        message = f"{offset.text} here, but symbols are moved by {move:x} against {name}"
        yield Found(_OFFSET, message, offset.line)
    for line, value, theirs in pairs:
        if (value - theirs) & _MASK != move:
            moved = f" ({theirs:x} moved by {move:x})" if move else ""
            there = (theirs + move) & _MASK
            yield Found(line.key, f"{line.text} here, but {there:x} in {name}{moved}", line.line)


RULE = Rule(
    id="VMCA042",
    name="other-symbols",
    doc="With --symbols: every SYMBOL has its address in System.map or kallsyms, all moved by the "
    "same offset, which is KERNELOFFSET or zero.",
    severity=Severity.ERROR,
    remedy="the symbols belong to another kernel or boot, or the text was changed",
    example="""
OSRELEASE=6.12.0
SYMBOL(_stext)=ffffffff91000000
SYMBOL(init_uts_ns)=ffffffff92a18000
SYMBOL(prb)=ffffffff92a18008 ### ffffffff92a18008 here, but ffffffff92a20000 in System.map (ffffffff82a20000 moved by 10000000)
KERNELOFFSET=20000000 ### 20000000 here, but symbols are moved by 10000000 against System.map
""",
    check=_check,
    needs="--symbols",
)
