# SPDX-License-Identifier: MIT
from __future__ import annotations

from collections.abc import Iterator

from ..rule import Found, Rule, Severity
from ..subject import Subject

_GONE = "a later mainline release does not, and the distribution may have backported its removal"


def _check(subject: Subject) -> Iterator[Found]:
    # Rule VMCA009 reports keys that were cut off.
    known = {*subject.ends.head, *subject.ends.tail}
    if subject.unfinished is not None:
        known.add(subject.unfinished.key or "")
    for one in subject.missing:
        if one.key in known:
            continue
        if one.may_be_gone:
            yield Found(one.key, one.why, None, _GONE, Severity.INFO)
        else:
            yield Found(one.key, one.why)


RULE = Rule(
    id="VMCA011",
    name="missing-key",
    doc="All keys that this release exports on this architecture are present: with a .config all "
    "of them; without one, those that do not depend on the configuration, and those whose "
    "condition another key proves.",
    severity=Severity.ERROR,
    remedy="the text was cut or changed, or OSRELEASE is not the kernel's release: 'vmcoreinfo "
    "explain KEY' shows what to do without the key",
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
