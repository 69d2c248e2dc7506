// SPDX-License-Identifier: MIT
/*
 * Stands for what libdrgn takes from the note when it opens a Linux dump.
 *
 *	drgn DUMP|NOTE [ARCH]
 *
 * prints it as NAME=VALUE. Exits with 1 where drgn would not open the dump.
 */
#include "build/drgn_vmcoreinfo.h"
#include "dump.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEY(name) DRGN_VMCOREINFO_##name
#define START_KERNEL_MAP UINT64_C(0xffffffff80000000)

static struct drgn_vmcoreinfo info;
static struct drgn_vmcoreinfo_dump target;

/* A number that may be 0 and there. */
struct number {
	bool is_there;
	uint64_t value;
};

struct kernel {
	struct drgn_vmcoreinfo_text osrelease;
	uint8_t build_id[20];
	size_t build_id_length;		/* 0 where the note has none, or one that means nothing */
	struct number page_size, swapper_pg_dir, kaslr_offset, mem_section_length;
	struct number phys_base, kimage_voffset, pac_mask, pgtable_l5, crash_time;
	bool arm_lpae;
	struct number page_shift, va_bits, section_size_bits, max_physmem_bits, slab_mapcount;
};

static void report(void *path, const struct drgn_vmcoreinfo_diagnostic *found)
{
	if (found->severity == DRGN_VMCOREINFO_SEVERITY_ERROR)
		fprintf(stderr, "%s: line %zu: %.*s: %s\n", (const char *)path, found->line,
			(int)found->name.length, found->name.data, found->message);
}

/* Whether libdrgn can use each line that it reads; `report` has told of one that it can't. */
static bool all_usable(void)
{
	for (unsigned key = 0; key < DRGN_VMCOREINFO_KEY_COUNT; key++) {
		switch (drgn_vmcoreinfo_get_status(&info, (enum drgn_vmcoreinfo_key)key)) {
		case KEY(OK):
		case KEY(ABSENT):
		case KEY(GARBAGE):	/* as good as absent */
			break;
		default:
			return false;
		}
	}
	return true;
}

static struct number number(enum drgn_vmcoreinfo_key key)
{
	struct number found = { false, 0 };

	found.is_there = drgn_vmcoreinfo_get_number(&info, key, &found.value) == KEY(OK);
	return found;
}

typedef enum drgn_vmcoreinfo_status derivation(const struct drgn_vmcoreinfo *,
					       const struct drgn_vmcoreinfo_dump *,
					       struct drgn_vmcoreinfo_derived *);

static struct number derived(derivation *derive)
{
	struct drgn_vmcoreinfo_derived found = { .value = 0 };
	bool is_there = derive(&info, &target, &found) == KEY(OK);

	return (struct number){ is_there, found.value };
}

/* False, with a message, where libdrgn gives an error. */
static bool read_kernel(struct kernel *kernel, const char *path)
{
	*kernel = (struct kernel){
		.page_size = number(KEY(PAGESIZE)),
		.swapper_pg_dir = number(KEY(SYMBOL_swapper_pg_dir)),
		.kaslr_offset = number(KEY(KERNELOFFSET)),
		.mem_section_length = number(KEY(LENGTH_mem_section)),
		.phys_base = number(KEY(NUMBER_phys_base)),
		.kimage_voffset = number(KEY(NUMBER_kimage_voffset)),
		.pac_mask = number(KEY(NUMBER_KERNELPACMASK)),
		.pgtable_l5 = number(KEY(NUMBER_pgtable_l5_enabled)),
		.crash_time = number(KEY(CRASHTIME)),
		.arm_lpae = drgn_vmcoreinfo_has(&info, KEY(CONFIG_ARM_LPAE)),
		.page_shift = derived(drgn_vmcoreinfo_derive_page_shift),
		.va_bits = derived(drgn_vmcoreinfo_derive_va_bits),
		.section_size_bits = derived(drgn_vmcoreinfo_derive_section_size_bits),
		.max_physmem_bits = derived(drgn_vmcoreinfo_derive_max_physmem_bits),
		.slab_mapcount = derived(drgn_vmcoreinfo_derive_slab_mapcount),
	};
	if (drgn_vmcoreinfo_get_bytes(&info, KEY(BUILD_ID), kernel->build_id,
				      sizeof(kernel->build_id), &kernel->build_id_length))
		kernel->build_id_length = 0;
	if (!all_usable())
		return false;
	if (drgn_vmcoreinfo_get_text(&info, KEY(OSRELEASE), &kernel->osrelease) ||
	    !kernel->page_size.is_there || !kernel->swapper_pg_dir.is_there) {
		fprintf(stderr, "%s: no OSRELEASE, PAGESIZE or SYMBOL(swapper_pg_dir)\n", path);
		return false;
	}
	if (!kernel->page_shift.is_there) {
		fprintf(stderr, "%s: PAGESIZE is no power of two\n", path);
		return false;
	}
	return true;
}

static void print_number(const char *name, struct number found)
{
	if (found.is_there)
		printf("%s=%#" PRIx64 "\n", name, found.value);
}

static void print_kernel(const struct kernel *kernel)
{
	struct number physical = kernel->swapper_pg_dir;

	printf("UTS_RELEASE=%.*s\n", (int)kernel->osrelease.length, kernel->osrelease.data);
	if (kernel->build_id_length) {
		printf("build_id=");
		for (size_t i = 0; i < kernel->build_id_length; i++)
			printf("%02x", kernel->build_id[i]);
		printf("\n");
	}
	printf("PAGE_SIZE=%" PRIu64 "\nPAGE_SHIFT=%" PRIu64 "\nPAGE_MASK=%" PRIu64 "\n",
	       kernel->page_size.value, kernel->page_shift.value, ~(kernel->page_size.value - 1));
	printf("kaslr_offset=%#" PRIx64 "\n", kernel->kaslr_offset.value);
	print_number("swapper_pg_dir", kernel->swapper_pg_dir);
	physical.is_there = kernel->phys_base.is_there || kernel->kimage_voffset.is_there;
	physical.value -= kernel->phys_base.is_there ? START_KERNEL_MAP - kernel->phys_base.value
						     : kernel->kimage_voffset.value;
	print_number("swapper_pg_dir_physical", physical);
	print_number("phys_base", kernel->phys_base);
	print_number("kimage_voffset", kernel->kimage_voffset);
	print_number("pac_mask", kernel->pac_mask);
	if (kernel->pgtable_l5.value)
		printf("pgtable_l5=0x1\n");
	if (kernel->arm_lpae)
		printf("arm_lpae=0x1\n");
	print_number("va_bits", kernel->va_bits);
	print_number("mem_section_length", kernel->mem_section_length);
	print_number("SECTION_SIZE_BITS", kernel->section_size_bits);
	print_number("MAX_PHYSMEM_BITS", kernel->max_physmem_bits);
	print_number("PAGE_SLAB_MAPCOUNT_VALUE", kernel->slab_mapcount);
	if (kernel->crash_time.is_there)
		printf("CRASHTIME=%" PRIu64 "\n", kernel->crash_time.value);
}

/* What its helper for kallsyms looks up by itself: addresses, so the names are those of the note. */
static void print_kallsyms(void)
{
	static const enum drgn_vmcoreinfo_key keys[] = {
		KEY(SYMBOL__stext), KEY(SYMBOL_kallsyms_names), KEY(SYMBOL_kallsyms_num_syms),
		KEY(SYMBOL_kallsyms_token_table), KEY(SYMBOL_kallsyms_token_index),
		KEY(SYMBOL_kallsyms_offsets), KEY(SYMBOL_kallsyms_addresses),
		KEY(SYMBOL_kallsyms_relative_base),
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		print_number(drgn_vmcoreinfo_entry_of(keys[i])->name, number(keys[i]));
}

int main(int argc, char **argv)
{
	struct drgn_vmcoreinfo_text text;
	struct kernel kernel;
	struct dump dump;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: %s DUMP|NOTE [ARCH]\n", argv[0]);
		return 2;
	}
	if (!dump_open(&dump, argv[1]))
		return 2;
	if (argc == 3)
		dump.arch = argv[2];
	target.arch = drgn_vmcoreinfo_arch_from_name(dump.arch, strlen(dump.arch));
	text = drgn_vmcoreinfo_note_text(dump.note, dump.note_size);
	drgn_vmcoreinfo_parse(&info, text.data, text.length, report, argv[1]);
	if (!read_kernel(&kernel, argv[1]))
		return 1;
	print_kernel(&kernel);
	print_kallsyms();
	return 0;
}
