# SPDX-License-Identifier: MIT
"""Small kernel trees with constructs of real ones, and some that no tree has yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from vmcoreinfo_codegen.kernel.extract import Extraction, extract
from vmcoreinfo_codegen.kernel.tree import open_tree

MAKEFILE = "VERSION = 6\nPATCHLEVEL = 9\nSUBLEVEL = 0\nEXTRAVERSION =\n"

HEADER = r"""
#ifndef SMALL_VMCORE_INFO_H
#define SMALL_VMCORE_INFO_H

#define VMCOREINFO_BYTES	PAGE_SIZE	/* no call, so no export */
void vmcoreinfo_append_str(const char *fmt, ...);

#define VMCOREINFO_SYMBOL(what) \
	vmcoreinfo_append_str("SYMBOL(%s)=%lx\n", #what, (ulong)&(what))
#define VMCOREINFO_OFFSET(type, member) \
	vmcoreinfo_append_str("OFFSET(%s.%s)=%lu\n", \
			      #type, #member, (ulong)offsetof(struct type, member))
#define VMCOREINFO_NUMBER(what) \
	vmcoreinfo_append_str("NUMBER(%s)=%ld\n", #what, (long)(what))
#define VMCOREINFO_CONFIG(what) vmcoreinfo_append_str("CONFIG_%s=y\n", #what)
#define VMCOREINFO_BUILD_ID() ({					\
		check_size_of(build_id);				\
		vmcoreinfo_append_str("BUILD-ID=%20phN\n", build_id);	\
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
