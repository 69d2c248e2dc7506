// SPDX-License-Identifier: MIT
/*
 * Stands for how makedumpfile reads the note of a dump, and what it makes of it before it looks at
 * pages.
 *
 *	makedumpfile [-g|-D] DUMP|NOTE [ARCH]
 *
 * prints every value that it uses as KEY=VALUE; with -g as a file for its option -i, that is with the
 * addresses at which the kernel was linked; with -D the lines that it prints at --message-level 31.
 * Exits with 1 where makedumpfile gives up.
 */
#include "build/makedumpfile_vmcoreinfo.h"
#include "dump.h"
#include "makedumpfile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEY(name) MAKEDUMPFILE_VMCOREINFO_##name

static struct makedumpfile_vmcoreinfo info;
static struct makedumpfile_vmcoreinfo_target target;

static struct symbol_table symbol_table;
static struct size_table size_table;
static struct offset_table offset_table;
static struct array_length array_length;
static struct number_table number_table;
static int64_t page_size;

#define SYMBOL_ROW(name) { KEY(SYMBOL_##name), &symbol_table.name },
static const struct { enum makedumpfile_vmcoreinfo_key key; uint64_t *at; } address_rows[] = {
	SYMBOLS(SYMBOL_ROW)
};

#define SIZE_ROW(name) { KEY(SIZE_##name), &size_table.name },
#define OFFSET_ROW(name) { KEY(OFFSET_##name), &offset_table.name },
#define LENGTH_ROW(name) { KEY(LENGTH_##name), &array_length.name },
#define NUMBER_ROW(name) { KEY(NUMBER_##name), &number_table.name },
static const struct { enum makedumpfile_vmcoreinfo_key key; int64_t *at; } long_rows[] = {
	SIZES(SIZE_ROW) OFFSETS(OFFSET_ROW) LENGTHS(LENGTH_ROW) NUMBERS(NUMBER_ROW)
};

/* Those of no kind: OSRELEASE, PAGESIZE, KERNELOFFSET, CRASHTIME and four of CONFIG_. */
enum { ROWS_OF_NO_KIND = 8 };
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
typedef char every_key_has_a_row[
	COUNT(address_rows) + COUNT(long_rows) + ROWS_OF_NO_KIND == KEY(KEY_COUNT) ? 1 : -1];

static void report(void *path, const struct makedumpfile_vmcoreinfo_diagnostic *found)
{
	if (found->severity == MAKEDUMPFILE_VMCOREINFO_SEVERITY_ERROR)
		fprintf(stderr, "%s: line %zu: %.*s: %s\n", (const char *)path, found->line,
			(int)found->key.length, found->key.data, found->message);
}

/* False, with a message, for a note that makedumpfile refuses. */
static bool read_vmcoreinfo(struct makedumpfile_vmcoreinfo_text text, char *path)
{
	uint64_t crash_time;

	if (makedumpfile_vmcoreinfo_parse(&info, text.data, text.length, report, path))
		return false;
	for (size_t i = 0; i < COUNT(address_rows); i++)
		if (!makedumpfile_vmcoreinfo_get_u64(&info, address_rows[i].key, address_rows[i].at))
			*address_rows[i].at = NOT_FOUND_SYMBOL;
	for (size_t i = 0; i < COUNT(long_rows); i++)
		*long_rows[i].at = makedumpfile_vmcoreinfo_has(&info, long_rows[i].key) ?
			(int64_t)info.values[long_rows[i].key].bits : NOT_FOUND_LONG_VALUE;
	if (!makedumpfile_vmcoreinfo_has(&info, KEY(OSRELEASE)) ||
	    !makedumpfile_vmcoreinfo_get_i64(&info, KEY(PAGESIZE), &page_size) || page_size <= 0 ||
	    page_size & (page_size - 1)) {
		fprintf(stderr, "%s: no OSRELEASE, or no PAGESIZE that is a power of two\n", path);
		return false;
	}
	if (makedumpfile_vmcoreinfo_get_u64(&info, KEY(CRASHTIME), &crash_time) && !crash_time) {
		fprintf(stderr, "%s: CRASHTIME is 0\n", path);
		return false;
	}
	return true;
}

typedef enum makedumpfile_vmcoreinfo_status derivation(const struct makedumpfile_vmcoreinfo *,
						 const struct makedumpfile_vmcoreinfo_target *,
						 struct makedumpfile_vmcoreinfo_derived *);

static int64_t derived(derivation *derive)
{
	struct makedumpfile_vmcoreinfo_derived found;

	return derive(&info, &target, &found) == MAKEDUMPFILE_VMCOREINFO_OK ? (int64_t)found.value :
									NOT_FOUND_LONG_VALUE;
}

/* Keys that were renamed: one place each, by whatever name this kernel has for it. */
static void settle_renamed(void)
{
	offset_table.page__refcount = derived(makedumpfile_vmcoreinfo_derive_page_refcount_offset);
	offset_table.page_compound_head = derived(makedumpfile_vmcoreinfo_derive_page_head_offset);
	number_table.PAGE_BUDDY_MAPCOUNT_VALUE = derived(makedumpfile_vmcoreinfo_derive_buddy_mapcount);
	number_table.PAGE_SLAB_MAPCOUNT_VALUE = derived(makedumpfile_vmcoreinfo_derive_slab_mapcount);
	number_table.PG_slab = derived(makedumpfile_vmcoreinfo_derive_slab_flag);
	number_table.SECTION_SIZE_BITS = derived(makedumpfile_vmcoreinfo_derive_section_size_bits);
	number_table.MAX_PHYSMEM_BITS = derived(makedumpfile_vmcoreinfo_derive_max_physmem_bits);
	/* 6.3 to 6.5 have them in the second page of a folio, counted from the first. */
	if (offset_table.folio__folio_order >= size_table.page && size_table.page >= 0)
		offset_table.page_compound_order = offset_table.folio__folio_order - size_table.page;
	if (offset_table.folio__folio_dtor >= size_table.page && size_table.page >= 0)
		offset_table.page_compound_dtor = offset_table.folio__folio_dtor - size_table.page;
}

/* NULL where makedumpfile can't tell. */
static const char *memory_type(void)
{
	int64_t sections, per_root;

	if (size_table.page < 0 || offset_table.page_flags < 0 || offset_table.page__refcount < 0 ||
	    offset_table.page_mapping < 0)
		return NULL;
	if ((symbol_table.node_data || symbol_table.pgdat_list) && size_table.pglist_data >= 0 &&
	    offset_table.pglist_data_node_mem_map >= 0 && offset_table.pglist_data_node_start_pfn >= 0 &&
	    offset_table.pglist_data_node_spanned_pages >= 0)
		return "DISCONTIGMEM";
	if (symbol_table.mem_section && size_table.mem_section > 0 &&
	    offset_table.mem_section_section_mem_map >= 0) {
		if (array_length.mem_section == NOT_FOUND_LONG_VALUE)
			return "SPARSEMEM_EX";
		if (number_table.MAX_PHYSMEM_BITS < number_table.SECTION_SIZE_BITS ||
		    number_table.SECTION_SIZE_BITS < 0 || number_table.MAX_PHYSMEM_BITS > 62)
			return NULL;
		sections = INT64_C(1) << (number_table.MAX_PHYSMEM_BITS - number_table.SECTION_SIZE_BITS);
		per_root = page_size / size_table.mem_section;
		if (per_root && array_length.mem_section == (sections + per_root - 1) / per_root)
			return "SPARSEMEM_EX";
		return "SPARSEMEM";
	}
	return symbol_table.mem_map ? "FLATMEM" : NULL;
}

static void print_arm64(void)
{
	int64_t width = number_table.VA_BITS, actual = derived(makedumpfile_vmcoreinfo_derive_va_bits);
	int64_t shift = derived(makedumpfile_vmcoreinfo_derive_page_shift);

	if (width < 4 || actual < 0 || actual > 63 || shift < 4)
		return;
	printf("va_bits      : %" PRId64 " (vmcoreinfo)\n", width);
	printf("vabits_actual : %" PRId64 " (vmcoreinfo)\n", actual);
	printf("page_offset   : %" PRIx64 " (from page_end check)\n", -(UINT64_C(1) << actual));
	printf("max_physmem_bits : %" PRId64 " (vmcoreinfo)\n", number_table.MAX_PHYSMEM_BITS);
	printf("pgtable_level: %" PRId64 "\n", (width - 4) / (shift - 3));
	printf("kimage_voffset   : %" PRIx64 "\n", (uint64_t)number_table.kimage_voffset);
	printf("section_size_bits: %" PRId64 "\n", number_table.SECTION_SIZE_BITS);
}

static void print_debugging(void)
{
	const bool arm64 = target.arch == MAKEDUMPFILE_VMCOREINFO_ARCH_ARM64;
	const enum makedumpfile_vmcoreinfo_key base = arm64 ? KEY(NUMBER_PHYS_OFFSET) : KEY(NUMBER_phys_base);

	printf("page_size    : %" PRId64 "\n", page_size);
	if (makedumpfile_vmcoreinfo_has(&info, base))
		printf("phys_base    : %" PRIx64 " (vmcoreinfo)\n", info.values[base].bits);
	if (arm64)
		print_arm64();
	if (memory_type())
		printf("Memory type  : %s\n", memory_type());
	printf("compound_order_offset : %" PRId64 "\n",
	       offset_table.page_compound_order < 0 ? 0 : offset_table.page_compound_order);
	printf("compound_dtor_offset  : %" PRId64 "\n",
	       offset_table.page_compound_dtor < 0 ? 0 : offset_table.page_compound_dtor);
}

static void print_text(enum makedumpfile_vmcoreinfo_key key)
{
	struct makedumpfile_vmcoreinfo_text text;

	if (makedumpfile_vmcoreinfo_get_text(&info, key, &text))
		printf("%s=%.*s\n", makedumpfile_vmcoreinfo_entry_of(key)->name, (int)text.length, text.data);
}

/* The values of the tables, not the text of the note: what makedumpfile would go on with. */
static void print_values(bool linked)
{
	uint64_t moved = 0;

	if (linked)
		makedumpfile_vmcoreinfo_get_u64(&info, KEY(KERNELOFFSET), &moved);
	else
		print_text(KEY(KERNELOFFSET));
	print_text(KEY(OSRELEASE));
	printf("PAGESIZE=%" PRId64 "\n", page_size);
	print_text(KEY(CRASHTIME));
	print_text(KEY(CONFIG_X86_PAE));
	print_text(KEY(CONFIG_ARM_LPAE));
	print_text(KEY(CONFIG_PGTABLE_3));
	print_text(KEY(CONFIG_PGTABLE_4));
	for (size_t i = 0; i < COUNT(address_rows); i++)
		if (*address_rows[i].at != NOT_FOUND_SYMBOL)
			printf("%s=%" PRIx64 "\n", makedumpfile_vmcoreinfo_entry_of(address_rows[i].key)->name,
			       *address_rows[i].at - moved);
	for (size_t i = 0; i < COUNT(long_rows); i++) {
		const struct makedumpfile_vmcoreinfo_entry *entry = makedumpfile_vmcoreinfo_entry_of(long_rows[i].key);

		if (*long_rows[i].at == NOT_FOUND_LONG_VALUE)
			continue;
		if (entry->format == MAKEDUMPFILE_VMCOREINFO_FORMAT_PREFIXED_HEX)
			printf("%s=0x%" PRIx64 "\n", entry->name, (uint64_t)*long_rows[i].at);
		else
			printf("%s=%" PRId64 "\n", entry->name, *long_rows[i].at);
	}
}

int main(int argc, char **argv)
{
	bool option = argc > 2 && argv[1][0] == '-';
	struct dump dump;
	char *path;

	if (argc < 2 + option || argc > 3 + option || (option && strcmp(argv[1], "-g") &&
						       strcmp(argv[1], "-D"))) {
		fprintf(stderr, "usage: %s [-g|-D] DUMP|NOTE [ARCH]\n", argv[0]);
		return 2;
	}
	path = argv[1 + option];
	if (!dump_open(&dump, path))
		return 2;
	if (argc == 3 + option)
		dump.arch = argv[2 + option];
	target.arch = makedumpfile_vmcoreinfo_arch_from_name(dump.arch, strlen(dump.arch));
	if (!read_vmcoreinfo(makedumpfile_vmcoreinfo_note_text(dump.note, dump.note_size), path))
		return 1;
	settle_renamed();
	if (option && argv[1][1] == 'D')
		print_debugging();
	else
		print_values(option);
	return 0;
}
