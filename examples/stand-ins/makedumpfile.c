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

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEY(name) MAKEDUMPFILE_VMCOREINFO_##name

/* makedumpfile's own values for what was not found. */
#define NOT_FOUND_SYMBOL 0
#define NOT_FOUND_LONG_VALUE (-1)

static struct makedumpfile_vmcoreinfo info;
static struct makedumpfile_vmcoreinfo_dump target;

/* What makedumpfile keeps of a note, by key: the list of keys is the parser's. */
#define FIELD(identifier, kind, name, format) int64_t identifier;
static struct {
	MAKEDUMPFILE_VMCOREINFO_KEYS(FIELD)
} table;

#define ROW(identifier, kind, name, format) \
	{ KEY(identifier), KEY(KIND_##kind), KEY(FORMAT_##format), &table.identifier },
static const struct row {
	enum makedumpfile_vmcoreinfo_key key;
	enum makedumpfile_vmcoreinfo_kind kind;
	enum makedumpfile_vmcoreinfo_format format;
	int64_t *at;
} rows[] = {
	MAKEDUMPFILE_VMCOREINFO_KEYS(ROW)
};
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static int64_t not_found(const struct row *row)
{
	return row->kind == KEY(KIND_SYMBOL) ? NOT_FOUND_SYMBOL : NOT_FOUND_LONG_VALUE;
}

static void report(void *path, const struct makedumpfile_vmcoreinfo_diagnostic *found)
{
	if (found->severity == MAKEDUMPFILE_VMCOREINFO_SEVERITY_ERROR)
		fprintf(stderr, "%s: line %zu: %.*s: %s\n", (const char *)path, found->line,
			(int)found->name.length, found->name.data, found->message);
}

/* False, with a message, for a value that can't be used. Garbage is as good as none. */
static bool read_row(const struct row *row, const char *path)
{
	uint64_t bits = 0;

	switch (makedumpfile_vmcoreinfo_get_number(&info, row->key, &bits)) {
	case KEY(OK):
		*row->at = (int64_t)bits;
		return true;
	case KEY(MALFORMED):
	case KEY(OUT_OF_RANGE):
		fprintf(stderr, "%s: %s has no value that can be used\n", path,
			makedumpfile_vmcoreinfo_entry_of(row->key)->name);
		return false;
	default:	/* absent, or garbage; no number, but text */
		*row->at = not_found(row);
		return true;
	}
}

/* False, with a message, for a note that makedumpfile refuses. */
static bool read_vmcoreinfo(struct makedumpfile_vmcoreinfo_text text, char *path)
{
	makedumpfile_vmcoreinfo_parse(&info, text.data, text.length, report, path);
	for (size_t i = 0; i < COUNT(rows); i++)
		if (!read_row(&rows[i], path))
			return false;
	if (!makedumpfile_vmcoreinfo_has(&info, KEY(OSRELEASE)) || table.PAGESIZE <= 0 ||
	    table.PAGESIZE & (table.PAGESIZE - 1)) {
		fprintf(stderr, "%s: no OSRELEASE, or no PAGESIZE that is a power of two\n", path);
		return false;
	}
	if (table.CRASHTIME == 0) {
		fprintf(stderr, "%s: CRASHTIME is 0\n", path);
		return false;
	}
	return true;
}

typedef enum makedumpfile_vmcoreinfo_status derivation(const struct makedumpfile_vmcoreinfo *,
						 const struct makedumpfile_vmcoreinfo_dump *,
						 struct makedumpfile_vmcoreinfo_derived *);

static int64_t derived(derivation *derive)
{
	struct makedumpfile_vmcoreinfo_derived found;

	return derive(&info, &target, &found) == KEY(OK) ? (int64_t)found.value
							 : NOT_FOUND_LONG_VALUE;
}

/* Keys that were renamed: one place each, by whatever name this kernel has for it. */
static void settle_renamed(void)
{
	table.OFFSET_page__refcount = derived(makedumpfile_vmcoreinfo_derive_page_refcount_offset);
	table.OFFSET_page_compound_head = derived(makedumpfile_vmcoreinfo_derive_page_head_offset);
	table.NUMBER_PAGE_BUDDY_MAPCOUNT_VALUE = derived(makedumpfile_vmcoreinfo_derive_buddy_mapcount);
	table.NUMBER_PAGE_SLAB_MAPCOUNT_VALUE = derived(makedumpfile_vmcoreinfo_derive_slab_mapcount);
	table.NUMBER_PG_slab = derived(makedumpfile_vmcoreinfo_derive_slab_flag);
	table.NUMBER_SECTION_SIZE_BITS = derived(makedumpfile_vmcoreinfo_derive_section_size_bits);
	table.NUMBER_MAX_PHYSMEM_BITS = derived(makedumpfile_vmcoreinfo_derive_max_physmem_bits);
	/* 6.3 to 6.5 have them in the second page of a folio, counted from the first. */
	if (table.OFFSET_folio__folio_order >= table.SIZE_page && table.SIZE_page >= 0)
		table.OFFSET_page_compound_order = table.OFFSET_folio__folio_order - table.SIZE_page;
	if (table.OFFSET_folio__folio_dtor >= table.SIZE_page && table.SIZE_page >= 0)
		table.OFFSET_page_compound_dtor = table.OFFSET_folio__folio_dtor - table.SIZE_page;
}

/* NULL where makedumpfile can't tell. */
static const char *memory_type(void)
{
	int64_t sections, per_root;

	if (table.SIZE_page < 0 || table.OFFSET_page_flags < 0 || table.OFFSET_page__refcount < 0 ||
	    table.OFFSET_page_mapping < 0)
		return NULL;
	if ((table.SYMBOL_node_data || table.SYMBOL_pgdat_list) && table.SIZE_pglist_data >= 0 &&
	    table.OFFSET_pglist_data_node_mem_map >= 0 && table.OFFSET_pglist_data_node_start_pfn >= 0 &&
	    table.OFFSET_pglist_data_node_spanned_pages >= 0)
		return "DISCONTIGMEM";
	if (table.SYMBOL_mem_section && table.SIZE_mem_section > 0 &&
	    table.OFFSET_mem_section_section_mem_map >= 0) {
		if (table.LENGTH_mem_section == NOT_FOUND_LONG_VALUE)
			return "SPARSEMEM_EX";
		if (table.NUMBER_MAX_PHYSMEM_BITS < table.NUMBER_SECTION_SIZE_BITS ||
		    table.NUMBER_SECTION_SIZE_BITS < 0 || table.NUMBER_MAX_PHYSMEM_BITS > 62)
			return NULL;
		sections = INT64_C(1) << (table.NUMBER_MAX_PHYSMEM_BITS - table.NUMBER_SECTION_SIZE_BITS);
		per_root = table.PAGESIZE / table.SIZE_mem_section;
		if (per_root && table.LENGTH_mem_section == (sections + per_root - 1) / per_root)
			return "SPARSEMEM_EX";
		return "SPARSEMEM";
	}
	return table.SYMBOL_mem_map ? "FLATMEM" : NULL;
}

static void print_arm64(void)
{
	int64_t width = table.NUMBER_VA_BITS, actual = derived(makedumpfile_vmcoreinfo_derive_va_bits);
	int64_t shift = derived(makedumpfile_vmcoreinfo_derive_page_shift);

	if (width < 4 || actual < 0 || actual > 63 || shift < 4)
		return;
	printf("va_bits      : %" PRId64 " (vmcoreinfo)\n", width);
	printf("vabits_actual : %" PRId64 " (vmcoreinfo)\n", actual);
	printf("page_offset   : %" PRIx64 " (from page_end check)\n", -(UINT64_C(1) << actual));
	printf("max_physmem_bits : %" PRId64 " (vmcoreinfo)\n", table.NUMBER_MAX_PHYSMEM_BITS);
	printf("pgtable_level: %" PRId64 "\n", (width - 4) / (shift - 3));
	printf("kimage_voffset   : %" PRIx64 "\n", (uint64_t)table.NUMBER_kimage_voffset);
	printf("section_size_bits: %" PRId64 "\n", table.NUMBER_SECTION_SIZE_BITS);
}

static void print_debugging(void)
{
	const bool arm64 = target.arch == MAKEDUMPFILE_VMCOREINFO_ARCH_ARM64;
	const int64_t base = arm64 ? table.NUMBER_PHYS_OFFSET : table.NUMBER_phys_base;

	printf("page_size    : %" PRId64 "\n", table.PAGESIZE);
	if (base != NOT_FOUND_LONG_VALUE)
		printf("phys_base    : %" PRIx64 " (vmcoreinfo)\n", (uint64_t)base);
	if (arm64)
		print_arm64();
	if (memory_type())
		printf("Memory type  : %s\n", memory_type());
	printf("compound_order_offset : %" PRId64 "\n",
	       table.OFFSET_page_compound_order < 0 ? 0 : table.OFFSET_page_compound_order);
	printf("compound_dtor_offset  : %" PRId64 "\n",
	       table.OFFSET_page_compound_dtor < 0 ? 0 : table.OFFSET_page_compound_dtor);
}

static void print_row(const struct row *row, uint64_t moved)
{
	const char *name = makedumpfile_vmcoreinfo_entry_of(row->key)->name;
	struct makedumpfile_vmcoreinfo_text text;

	switch (row->format) {
	case KEY(FORMAT_STRING):
	case KEY(FORMAT_HEXBYTES):
	case KEY(FORMAT_FLAG):
		if (makedumpfile_vmcoreinfo_get_text(&info, row->key, &text) == KEY(OK))
			printf("%s=%.*s\n", name, (int)text.length, text.data);
		return;
	default:
		break;
	}
	if (*row->at == not_found(row))
		return;
	if (row->kind == KEY(KIND_SYMBOL))
		printf("%s=%" PRIx64 "\n", name, (uint64_t)*row->at - moved);
	else if (row->format == KEY(FORMAT_HEX))
		printf("%s=%" PRIx64 "\n", name, (uint64_t)*row->at);
	else if (row->format == KEY(FORMAT_PREFIXED_HEX))
		printf("%s=0x%" PRIx64 "\n", name, (uint64_t)*row->at);
	else
		printf("%s=%" PRId64 "\n", name, *row->at);
}

/* The values of the table, not the text of the note: what makedumpfile would go on with. */
static void print_values(bool linked)
{
	uint64_t moved = 0;

	if (linked && table.KERNELOFFSET != NOT_FOUND_LONG_VALUE) {
		moved = (uint64_t)table.KERNELOFFSET;
		table.KERNELOFFSET = NOT_FOUND_LONG_VALUE;
	}
	for (size_t i = 0; i < COUNT(rows); i++)
		print_row(&rows[i], moved);
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
