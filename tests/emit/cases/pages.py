# SPDX-License-Identifier: MIT
"""Page flags and types, page tables, the kernel log: one recipe per generation."""

from __future__ import annotations

from tests.emit.cases.case import NO_RECIPE, plain

PAGES = [
    *plain(
        "page_head_offset",
        {
            "7_0": ("OSRELEASE=7.0 OFFSET(page.compound_head)=8", (8, "compound_head")),
            "7_1": ("OSRELEASE=7.1 OFFSET(page.compound_info)=8", (8, "compound_info")),
            "32_bits": ("OFFSET(page.compound_head)=4", (4, "compound_head")),
            "both": (
                "OFFSET(page.compound_head)=8 OFFSET(page.compound_info)=16",
                (16, "compound_info"),
            ),
            "neither": ("OSRELEASE=4.3", NO_RECIPE),
        },
    ),
    *plain(
        "page_refcount_offset",
        {
            "4_5": ("OSRELEASE=4.5 OFFSET(page._count)=28", (28, "count")),
            "4_6": ("OSRELEASE=4.6 OFFSET(page._refcount)=52", (52, "refcount")),
            "both": ("OFFSET(page._count)=28 OFFSET(page._refcount)=52", (52, "refcount")),
            "neither": ("OSRELEASE=4.6", NO_RECIPE),
        },
    ),
    # 0xf5000000 as an int: 4110417920 - 2^32 = -184549376.
    *plain(
        "slab_mapcount",
        {
            "6_12": (
                "NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376",
                (-184549376, "page_type"),
            ),
            "6_9": ("OSRELEASE=6.9 NUMBER(PG_slab)=9", NO_RECIPE),
        },
    ),
    *plain(
        "slab_flag",
        {
            "exported": ("OSRELEASE=6.9 NUMBER(PG_slab)=9", (9, "exported")),
            "exported_goes_before_the_release": (
                "OSRELEASE=3.8 NUMBER(PG_slab)=8",
                (8, "exported"),
            ),
            "2_6_24": ("OSRELEASE=2.6.24", (7, "constant")),
            "3_8": ("OSRELEASE=3.8.13", (7, "constant")),
            "3_9": ("OSRELEASE=3.9", NO_RECIPE),
            "6_12_has_page_types": (
                "OSRELEASE=6.12 NUMBER(PAGE_SLAB_MAPCOUNT_VALUE)=-184549376",
                NO_RECIPE,
            ),
            "no_release": ("PAGESIZE=4096", NO_RECIPE),
        },
    ),
    *plain(
        "buddy_mapcount",
        {
            "2_6_37_has_a_flag": ("OSRELEASE=2.6.37", NO_RECIPE),
            "2_6_38": ("OSRELEASE=2.6.38.8", (-2, "constant")),
            "2_6_39": ("OSRELEASE=2.6.39", (-128, "constant")),
            "3_0": ("OSRELEASE=3.0.101", (-128, "constant")),
            "3_8": ("OSRELEASE=3.8.13", (-128, "constant")),
            "3_9": ("OSRELEASE=3.9", NO_RECIPE),
            "3_9_exports_it": (
                "OSRELEASE=3.9 NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-128",
                (-128, "exported"),
            ),
            "4_18": ("NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-129", (-129, "exported")),
            # 0xf0000000 as an int: 4026531840 - 2^32.
            "6_12": ("NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-268435456", (-268435456, "exported")),
            "exported_goes_before_the_release": (
                "OSRELEASE=2.6.38 NUMBER(PAGE_BUDDY_MAPCOUNT_VALUE)=-128",
                (-128, "exported"),
            ),
        },
    ),
    *plain(
        "page_table_root",
        {
            "swapper": (
                "SYMBOL(swapper_pg_dir)=ffffffff8200a000 SYMBOL(init_top_pgt)=ffffffff8200b000",
                (0xFFFFFFFF8200A000, "swapper_pg_dir"),
            ),
            "top": (
                "SYMBOL(init_level4_pgt)=ffffffff81c0a000 SYMBOL(init_top_pgt)=ffffffff8200a000",
                (0xFFFFFFFF8200A000, "init_top_pgt"),
            ),
            "level4": (
                "SYMBOL(init_level4_pgt)=ffffffff81c0a000",
                (0xFFFFFFFF81C0A000, "init_level4_pgt"),
            ),
            "none": ("OSRELEASE=4.13", NO_RECIPE),
        },
    ),
]


LOG_BUF = "SYMBOL(log_buf)=ffffffff81a54320"
AT_LOG_BUF = 0xFFFFFFFF81A54320

LOGS = plain(
    "log_buffer",
    {
        "5_10": (
            f"OSRELEASE=5.10 SYMBOL(prb)=ffffffff82a5b7c0 {LOG_BUF}",
            (0xFFFFFFFF82A5B7C0, "prb"),
        ),
        "3_11": (
            f"OSRELEASE=3.11 {LOG_BUF} SYMBOL(log_first_idx)=1 SIZE(printk_log)=16",
            (AT_LOG_BUF, "printk_log"),
        ),
        "3_6": (
            f"OSRELEASE=3.6 {LOG_BUF} SYMBOL(log_first_idx)=1 SIZE(log)=16",
            (AT_LOG_BUF, "log"),
        ),
        "3_5": (
            f"OSRELEASE=3.5 {LOG_BUF} SYMBOL(log_first_idx)=1",
            (AT_LOG_BUF, "log_without_layout"),
        ),
        "3_4": (
            f"OSRELEASE=3.4 {LOG_BUF} SYMBOL(log_end)=1 SYMBOL(logged_chars)=2",
            (AT_LOG_BUF, "byte_ring"),
        ),
        "log_buf_alone": (LOG_BUF, NO_RECIPE),
        "layout_without_log_buf": ("SIZE(printk_log)=16 SYMBOL(log_end)=1", NO_RECIPE),
    },
)
