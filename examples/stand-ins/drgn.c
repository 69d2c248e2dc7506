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

#define START_KERNEL_MAP UINT64_C(0xffffffff80000000)

struct kernel {
	struct drgn_vmcoreinfo_text osrelease;
	uint8_t build_id[20];
	size_t build_id_length;
	uint64_t page_size, kaslr_offset, swapper_pg_dir, mem_section_length;
	int64_t phys_base;
	uint64_t kimage_voffset, pac_mask, crash_time;
	bool have_phys_base, have_kimage_voffset, have_pac_mask, have_crash_time;
	bool pgtable_l5, arm_lpae;
	uint64_t page_shift, va_bits, section_size_bits, max_physmem_bits, slab_mapcount;
};

static void report(void *path, const struct drgn_vmcoreinfo_diagnostic *found)
{
	if (found->severity == DRGN_VMCOREINFO_SEVERITY_ERROR)
		fprintf(stderr, "%s: line %zu: %.*s: %s\n", (const char *)path, found->line,
			(int)found->key.length, found->key.data, found->message);
}

/*
 * These stable kernels take other bytes for their build ID. A distribution's 6.1.0-56 does not tell
 * which of them it is, and counts as 6.1.0 here as there.
 */
static bool build_id_is_broken(struct drgn_vmcoreinfo_text release)
{
	static const unsigned broken[][4] = {	/* version, patch level, first and last sublevel */
		{ 5, 15, 168, 65535 }, { 6, 1, 113, 118 }, { 6, 6, 55, 62 },
		{ 6, 10, 14, 65535 }, { 6, 11, 3, 9 },
	};
	char text[65] = "";
	unsigned version, patch, sub;

	memcpy(text, release.data, release.length < 64 ? release.length : 64);
	if (sscanf(text, "%u.%u.%u", &version, &patch, &sub) != 3)
		return false;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		if (version == broken[i][0] && patch == broken[i][1] && sub >= broken[i][2] &&
		    sub <= broken[i][3])
			return true;
	return false;
}

static uint64_t derived(const struct drgn_vmcoreinfo *info, const struct drgn_vmcoreinfo_target *target,
			enum drgn_vmcoreinfo_status derive(const struct drgn_vmcoreinfo *,
						     const struct drgn_vmcoreinfo_target *,
						     struct drgn_vmcoreinfo_derived *))
{
	struct drgn_vmcoreinfo_derived found = { .value = 0 };

	return derive(info, target, &found) == DRGN_VMCOREINFO_OK ? found.value : 0;
}

/* False, with a message, where libdrgn gives an error. */
static bool read_kernel(struct kernel *kernel, const struct drgn_vmcoreinfo *info,
			const struct drgn_vmcoreinfo_target *target, const char *path)
{
	uint64_t l5 = 0;

	*kernel = (struct kernel){ .kaslr_offset = 0 };
	if (!drgn_vmcoreinfo_get_text(info, DRGN_VMCOREINFO_OSRELEASE, &kernel->osrelease) ||
	    !drgn_vmcoreinfo_get_u64(info, DRGN_VMCOREINFO_PAGESIZE, &kernel->page_size) ||
	    !drgn_vmcoreinfo_get_u64(info, DRGN_VMCOREINFO_SYMBOL_swapper_pg_dir, &kernel->swapper_pg_dir)) {
		fprintf(stderr, "%s: no OSRELEASE, PAGESIZE or SYMBOL(swapper_pg_dir)\n", path);
		return false;
	}
	kernel->page_shift = derived(info, target, drgn_vmcoreinfo_derive_page_shift);
	if (!kernel->page_shift) {
		fprintf(stderr, "%s: PAGESIZE is no power of two\n", path);
		return false;
	}
	if (!build_id_is_broken(kernel->osrelease))
		drgn_vmcoreinfo_get_bytes(info, DRGN_VMCOREINFO_BUILD_ID, kernel->build_id,
				    sizeof(kernel->build_id), &kernel->build_id_length);
	drgn_vmcoreinfo_get_u64(info, DRGN_VMCOREINFO_KERNELOFFSET, &kernel->kaslr_offset);
	drgn_vmcoreinfo_get_u64(info, DRGN_VMCOREINFO_LENGTH_mem_section, &kernel->mem_section_length);
	kernel->have_phys_base = drgn_vmcoreinfo_get_i64(info, DRGN_VMCOREINFO_NUMBER_phys_base, &kernel->phys_base);
	kernel->have_kimage_voffset =
		drgn_vmcoreinfo_get_u64(info, DRGN_VMCOREINFO_NUMBER_kimage_voffset, &kernel->kimage_voffset);
	kernel->have_pac_mask =
		drgn_vmcoreinfo_get_u64(info, DRGN_VMCOREINFO_NUMBER_KERNELPACMASK, &kernel->pac_mask);
	kernel->have_crash_time = drgn_vmcoreinfo_get_u64(info, DRGN_VMCOREINFO_CRASHTIME, &kernel->crash_time);
	kernel->pgtable_l5 = drgn_vmcoreinfo_get_u64(info, DRGN_VMCOREINFO_NUMBER_pgtable_l5_enabled, &l5) && l5;
	kernel->arm_lpae = drgn_vmcoreinfo_has(info, DRGN_VMCOREINFO_CONFIG_ARM_LPAE);
	kernel->va_bits = derived(info, target, drgn_vmcoreinfo_derive_va_bits);
	kernel->section_size_bits = derived(info, target, drgn_vmcoreinfo_derive_section_size_bits);
	kernel->max_physmem_bits = derived(info, target, drgn_vmcoreinfo_derive_max_physmem_bits);
	kernel->slab_mapcount = derived(info, target, drgn_vmcoreinfo_derive_slab_mapcount);
	return true;
}

static void print_number(const char *name, bool there, uint64_t value)
{
	if (there)
		printf("%s=%#" PRIx64 "\n", name, value);
}

static void print_kernel(const struct kernel *kernel)
{
	printf("UTS_RELEASE=%.*s\n", (int)kernel->osrelease.length, kernel->osrelease.data);
	if (kernel->build_id_length) {
		printf("build_id=");
		for (size_t i = 0; i < kernel->build_id_length; i++)
			printf("%02x", kernel->build_id[i]);
		printf("\n");
	}
	printf("PAGE_SIZE=%" PRIu64 "\nPAGE_SHIFT=%" PRIu64 "\nPAGE_MASK=%" PRIu64 "\n",
	       kernel->page_size, kernel->page_shift, ~(kernel->page_size - 1));
	print_number("kaslr_offset", true, kernel->kaslr_offset);
	print_number("swapper_pg_dir", true, kernel->swapper_pg_dir);
	if (kernel->have_phys_base)
		print_number("swapper_pg_dir_physical", true,
			     kernel->swapper_pg_dir - START_KERNEL_MAP + (uint64_t)kernel->phys_base);
	if (kernel->have_kimage_voffset)
		print_number("swapper_pg_dir_physical", true,
			     kernel->swapper_pg_dir - kernel->kimage_voffset);
	print_number("phys_base", kernel->have_phys_base, (uint64_t)kernel->phys_base);
	print_number("kimage_voffset", kernel->have_kimage_voffset, kernel->kimage_voffset);
	print_number("pac_mask", kernel->have_pac_mask, kernel->pac_mask);
	print_number("pgtable_l5", kernel->pgtable_l5, 1);
	print_number("arm_lpae", kernel->arm_lpae, 1);
	print_number("va_bits", kernel->va_bits, kernel->va_bits);
	print_number("mem_section_length", kernel->mem_section_length, kernel->mem_section_length);
	print_number("SECTION_SIZE_BITS", kernel->section_size_bits, kernel->section_size_bits);
	print_number("MAX_PHYSMEM_BITS", kernel->max_physmem_bits, kernel->max_physmem_bits);
	print_number("PAGE_SLAB_MAPCOUNT_VALUE", kernel->slab_mapcount, kernel->slab_mapcount);
	if (kernel->have_crash_time)
		printf("CRASHTIME=%" PRIu64 "\n", kernel->crash_time);
}

/* What its helper for kallsyms looks up by itself: addresses, so the names are those of the note. */
static void print_kallsyms(const struct drgn_vmcoreinfo *info)
{
	static const enum drgn_vmcoreinfo_key keys[] = {
		DRGN_VMCOREINFO_SYMBOL__stext, DRGN_VMCOREINFO_SYMBOL_kallsyms_names,
		DRGN_VMCOREINFO_SYMBOL_kallsyms_num_syms, DRGN_VMCOREINFO_SYMBOL_kallsyms_token_table,
		DRGN_VMCOREINFO_SYMBOL_kallsyms_token_index, DRGN_VMCOREINFO_SYMBOL_kallsyms_offsets,
		DRGN_VMCOREINFO_SYMBOL_kallsyms_addresses, DRGN_VMCOREINFO_SYMBOL_kallsyms_relative_base,
	};
	uint64_t address;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (drgn_vmcoreinfo_get_u64(info, keys[i], &address))
			print_number(drgn_vmcoreinfo_entry_of(keys[i])->name, true, address);
}

int main(int argc, char **argv)
{
	static struct drgn_vmcoreinfo info;
	struct drgn_vmcoreinfo_target target = { .read = NULL };
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
	if (drgn_vmcoreinfo_parse(&info, text.data, text.length, report, argv[1]) ||
	    !read_kernel(&kernel, &info, &target, argv[1]))
		return 1;
	print_kernel(&kernel);
	print_kallsyms(&info);
	return 0;
}
