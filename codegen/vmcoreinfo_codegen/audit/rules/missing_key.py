# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ...model.vocabulary import QuirkKind
from ..rule import Found, Rule, Severity
from ..subject import Subject


def _check(subject: Subject) -> Iterator[Found]:
    if not subject.predictions:
        return
    in_all = set.intersection(*({*predicted} for predicted in subject.predictions))
    for key, prediction in subject.predictions[0].items():
        if key not in in_all or key in subject.info or subject.quirks(key, QuirkKind.MISSING):
            continue
        conditions = {str(p[key].condition): p[key].condition for p in subject.predictions}
        if subject.config is None:
            if all(p[key].is_unconditional for p in subject.predictions):
                yield Found(key, f"every {_kernel(subject)} exports it")
        elif all(c.evaluate(subject.config) for c in conditions.values()):
            because = "" if prediction.is_unconditional else f", as {prediction.condition} holds"
            yield Found(key, f"this kernel exports it{because}")


def _kernel(subject: Subject) -> str:
    return f"{subject.arch.name if subject.arch else 'kernel'} {subject.release}"


RULE = Rule(
    id="VMCA011",
    name="missing-key",
    doc="What this release exports on this architecture is there: with a .config all of it, without "
    "one what does not depend on the configuration.",
    severity=Severity.ERROR,
    remedy="the text was cut or changed, or the kernel is not the release that it says: 'vmcoreinfo "
    "explain KEY' tells what a reader does without it",
    example="""
OSRELEASE=2.6.24 ### every x86_64 2.6.24 exports it
PAGESIZE=4096
SYMBOL(init_uts_ns)=ffffffff80561000
SYMBOL(node_online_map)=ffffffff80561000
SYMBOL(swapper_pg_dir)=ffffffff80201000
SYMBOL(_stext)=ffffffff80209000
SYMBOL(vmlist)=ffffffff80561000
SYMBOL(phys_base)=ffffffff80561000
SYMBOL(init_level4_pgt)=ffffffff80561000
SIZE(page)=56
SIZE(pglist_data)=14336
SIZE(zone)=1792
SIZE(free_area)=24
SIZE(list_head)=16
SIZE(nodemask_t)=8
OFFSET(page.flags)=0
OFFSET(page._count)=8
OFFSET(page.mapping)=24
OFFSET(page.lru)=40
OFFSET(pglist_data.node_zones)=0
OFFSET(pglist_data.nr_zones)=1
OFFSET(pglist_data.node_start_pfn)=2
OFFSET(pglist_data.node_spanned_pages)=3
OFFSET(pglist_data.node_id)=4
OFFSET(zone.free_area)=5
OFFSET(zone.vm_stat)=6
OFFSET(zone.spanned_pages)=7
OFFSET(free_area.free_list)=0
OFFSET(list_head.next)=0
LENGTH(zone.free_area)=11
NUMBER(NR_FREE_PAGES)=0
LENGTH(free_area.free_list)=5
""",
    check=_check,
)
