# SPDX-License-Identifier: MIT
"""Small kernel trees with the constructs that real ones have, and some that none has yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from vmcoreinfo_codegen.kernel.extract import Extraction, extract
from vmcoreinfo_codegen.kernel.tree import open_tree

MAKEFILE = "VERSION = 6\nPATCHLEVEL = 9\nSUBLEVEL = 0\nEXTRAVERSION =\n"

HEADER = r"""
/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LINUX_VMCORE_INFO_H
#define LINUX_VMCORE_INFO_H

#define VMCOREINFO_BYTES	   PAGE_SIZE
__printf(1, 2)
void vmcoreinfo_append_str(const char *fmt, ...);

#define VMCOREINFO_SYMBOL(name) \
	vmcoreinfo_append_str("SYMBOL(%s)=%lx\n", #name, (unsigned long)&name)
#define VMCOREINFO_OFFSET(name, field) \
	vmcoreinfo_append_str("OFFSET(%s.%s)=%lu\n", #name, #field, \
			      (unsigned long)offsetof(struct name, field))
#define VMCOREINFO_NUMBER(name) \
	vmcoreinfo_append_str("NUMBER(%s)=%ld\n", #name, (long)name)
#define VMCOREINFO_CONFIG(name) \
	vmcoreinfo_append_str("CONFIG_%s=y\n", #name)
#define VMCOREINFO_BUILD_ID()						\
	({								\
		static_assert(sizeof(vmlinux_build_id) == 20);		\
		vmcoreinfo_append_str("BUILD-ID=%20phN\n", vmlinux_build_id); \
	})
#endif
"""

Small = Callable[[Mapping[str, str | bytes]], Path]
Extract = Callable[..., Extraction]


def write_tree(top: Path, files: Mapping[str, str | bytes]) -> Path:
    """A tree with a Makefile, the header above, and these files."""
    whole: dict[str, str | bytes] = {
        "Makefile": MAKEFILE,
        "include/linux/vmcore_info.h": HEADER,
        "arch/x86/Makefile": "",
        "arch/arm64/Makefile": "",
        **files,
    }
    for name, content in whole.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return top


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return lambda files: write_tree(tmp_path / "linux", files)


@pytest.fixture
def extracted(small: Small) -> Extract:
    """The extraction of a small tree; one string is kernel/vmcore_info.c."""

    def of(files: Mapping[str, str | bytes] | str) -> Extraction:
        return extract(
            open_tree(small({"kernel/vmcore_info.c": files} if isinstance(files, str) else files))
        )

    return of
