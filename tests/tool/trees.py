# SPDX-License-Identifier: MIT
"""Small trees of tools with constructs of real ones, and repositories of them."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

MAKEDUMPFILE = {
    "makedumpfile.h": r"""
#define STR_OSRELEASE	"OSRELEASE="
#define STR_PAGESIZE	"PAGESIZE="
#define STR_NUMBER(X)	"NUMBER("X")="
#define READ_NUMBER(str_number, number) \
do { \
	NUMBER(number) = read_vmcoreinfo_long(STR_NUMBER(str_number)); \
} while (0)
""",
    "makedumpfile.c": r"""
#include "makedumpfile.h"
long
read_vmcoreinfo_long(char *str_structure)
{
	while (fgets(buf, BUFSIZE_FGETS, info->file_vmcoreinfo))
		if (strncmp(buf, str_structure, strlen(str_structure)) == 0)
			data = strtol(buf + strlen(str_structure), &endp, 10);
	return data;
}

int
read_vmcoreinfo_basic_info(void)
{
	if (strncmp(buf, STR_OSRELEASE, strlen(STR_OSRELEASE)) == 0)
		get_release = TRUE;
	if (strncmp(buf, STR_PAGESIZE, strlen(STR_PAGESIZE)) == 0)
		page_size = strtol(buf+strlen(STR_PAGESIZE),&endp,10);
}

int
read_vmcoreinfo(void)
{
	READ_SYMBOL("init_uts_ns", init_uts_ns); /* READ_SYMBOL("no", no); */
	READ_MEMBER_OFFSET("page.flags", page.flags);
#ifdef __aarch64__
	READ_NUMBER("VA_BITS", VA_BITS);
#endif
#if 0
	READ_NUMBER("PG_lru", PG_lru);
#endif
}

int
read_vmcoreinfo_xen(void)
{
	READ_SYMBOL("dom_xen", dom_xen);
}
""",
    "sadump_info.c": r"""
static int
get_kaslr_offset_from_vmcoreinfo(void)
{
	pos = strstr(buf, STR_NUMBER("phys_base"));
	if (!pos)
		goto quit;
	*phys_base  = strtoull(pos + strlen(STR_NUMBER("phys_base")), NULL, 0);
}
""",
}
CRASH = {
    "arm64.c": r"""
static int
arm64_get_vmcoreinfo(unsigned long *vaddr, const char *label, int base)
{
	char *string = pc->read_vmcoreinfo(label);
}

static int
arm64_ranges(void)
{
	if (!arm64_get_vmcoreinfo(&r->start, "NUMBER(VMALLOC_START)", NUM_HEX))
		return FALSE;
	if (arm64_get_vmcoreinfo(&value, "NUMBER(VA_BITS)", NUM_DEC)) {
		known = TRUE;
	}
}
""",
    "kernel.c": r"""
void
get_log_from_vmcoreinfo(char *file)
{
	if ((string = pc->read_vmcoreinfo("OSRELEASE"))) {
		free(string);
	} else
		error(FATAL, "VMCOREINFO: cannot determine kernel version\n");
	if ((string = pc->read_vmcoreinfo("SYMBOL(log_buf)"))) {
		vmc->log_buf_SYMBOL = htol(string, RETURN_ON_ERROR, NULL);
		fprintf(fp, "SYMBOL(log_buf): %lx\n", vmc->log_buf_SYMBOL);
	}
	string = pc->read_vmcoreinfo("SIZE(page)");
	if (string) {
		size = atol(string);
	}
}
""",
}
DRGN = {
    "libdrgn/parse.inc.strswitch": r"""
struct drgn_error *drgn_program_parse_vmcoreinfo(struct drgn_program *prog)
{
	@memswitch (line, equals - line)@
	@case "OSRELEASE"@
		break;
	@case "KERNELOFFSET"@
		err = parse_vmcoreinfo_u64(value, newline, 16,
					   &prog->vmcoreinfo.kaslr_offset);
		break;
	@case "CRASHTIME"@
		break;
	@endswitch@
}
""",
    "drgn/helpers/mm.py": r'''
def slab(prog):
    """As in rb"^NUMBER\(PG_lru\)=" of the note."""
    match = re.search(  # rb"^NUMBER\(PG_slab\)="
        rb"^NUMBER\(PAGE_SLAB_MAPCOUNT_VALUE\)=(-?[0-9]+)$",
        prog["VMCOREINFO"].string_(),
        flags=re.M,
    )


def kallsyms(prog):
    symbol_reqd = [
        "kallsyms_names",
        "_stext",
    ]
''',
}
LIBKDUMPFILE = {
    "src/addrxlat/x86_64.c": r"""
static addrxlat_status
set_linux(struct os_init_data *ctl)
{
	status = get_symval(ctl->ctx, "_stext", &stext);
	if (status != ADDRXLAT_OK)
		return set_error(ctl->ctx, status, "none");
	status = get_offsetof(ctl->ctx, "list_head", "next", &list_next);
	if (status == ADDRXLAT_OK) {
		next = list_next;
	}
}
""",
    "src/kdumpfile/vtop.c": r"""
static kdump_status
get_linux_x86_64_levels(kdump_ctx_t *ctx, int *levels)
{
	static const char l5_enabled[] = "pgtable_l5_enabled";
	attr = lookup_dir_attr(ctx->dict, gattr(ctx, GKI_linux_number),
			       l5_enabled, sizeof(l5_enabled) - 1);
}
""",
}


def write(top: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return top


def git(top: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "tag.gpgSign=false"]
    command = ["git", "-C", str(top), *identity, *arguments]
    dates = {"GIT_AUTHOR_DATE": "2030-05-06T12:00Z", "GIT_COMMITTER_DATE": "2030-05-06T12:00Z"}
    subprocess.run(command, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin", **dates})


def tagged(top: Path, trees: Sequence[tuple[str, Mapping[str, str]]]) -> Path:
    """A repository with a tag for each tree, one after the other."""
    top.mkdir(parents=True, exist_ok=True)
    git(top, "init", "-q")
    for tag, files in trees:
        write(top, files)
        git(top, "add", "-A")
        git(top, "commit", "-qm", tag, "--allow-empty")
        git(top, "tag", tag)
    return top
