/* SPDX-License-Identifier: MIT */
/*
 * Where the kernel's address space has its areas, and the page tables that translate them, as far
 * as a note tells it. The architecture has to be told: the text of a note does not have it.
 */
#include "map_vmcoreinfo.h"

#include <stdio.h>
#include <string.h>

/* What a reader of the dump's memory would be. This one has no dump, and says what it would read. */
static bool no_memory(void *context, uint64_t address, void *buffer, size_t size)
{
	(void)buffer;
	printf("%-28s to be read: %zu bytes at %#llx\n", (const char *)context, size,
	       (unsigned long long)address);
	return false;
}

typedef enum map_vmcoreinfo_status derivation(const struct map_vmcoreinfo *,
					      const struct map_vmcoreinfo_dump *,
					      struct map_vmcoreinfo_derived *);

static void print_address(const struct map_vmcoreinfo *info, enum map_vmcoreinfo_arch arch,
			  const char *name, derivation *derive)
{
	char label[32];
	struct map_vmcoreinfo_dump dump = { .arch = arch, .read = no_memory, .context = label };
	struct map_vmcoreinfo_derived derived;

	snprintf(label, sizeof(label), "%s", name);
	if (derive(info, &dump, &derived) == MAP_VMCOREINFO_OK)
		printf("%-28s %#llx, by %s\n", name, (unsigned long long)derived.value,
		       derived.recipe);
}

int main(int argc, char **argv)
{
	static char data[65536];
	static struct map_vmcoreinfo info;
	struct map_vmcoreinfo_text text;
	struct map_vmcoreinfo_dump dump = { .arch = MAP_VMCOREINFO_ARCH_UNKNOWN };
	struct map_vmcoreinfo_derived bits;

	if (argc == 2)
		dump.arch = map_vmcoreinfo_arch_from_name(argv[1], strlen(argv[1]));
	if (dump.arch == MAP_VMCOREINFO_ARCH_UNKNOWN) {
		fprintf(stderr, "usage: address-map ARCH <NOTE\n");
		return 2;
	}
	text = map_vmcoreinfo_note_text(data, fread(data, 1, sizeof(data), stdin));
	map_vmcoreinfo_parse(&info, text.data, text.length, NULL, NULL);
	if (map_vmcoreinfo_get_text(&info, MAP_VMCOREINFO_OSRELEASE, &text) != MAP_VMCOREINFO_OK) {
		fprintf(stderr, "address-map: no note on standard input\n");
		return 1;
	}
	printf("%-28s %.*s\n", "release", (int)text.length, text.data);
	if (map_vmcoreinfo_derive_va_bits(&info, &dump, &bits) == MAP_VMCOREINFO_OK)
		printf("%-28s %llu bits, by %s\n", "virtual addresses",
		       (unsigned long long)bits.value, bits.recipe);
	print_address(&info, dump.arch, "start of the vmalloc area",
		      map_vmcoreinfo_derive_vmalloc_start);
	print_address(&info, dump.arch, "top page table", map_vmcoreinfo_derive_page_table_root);
	for (unsigned i = 0; i < MAP_VMCOREINFO_KEY_COUNT; i++) {
		enum map_vmcoreinfo_key key = (enum map_vmcoreinfo_key)i;
		const struct map_vmcoreinfo_entry *entry = map_vmcoreinfo_entry_of(key);
		uint64_t value;

		if (entry->unit == MAP_VMCOREINFO_UNIT_ADDRESS &&
		    entry->kind == MAP_VMCOREINFO_KIND_NUMBER &&
		    map_vmcoreinfo_get_number(&info, key, &value) == MAP_VMCOREINFO_OK)
			printf("%-28s %#llx\n", entry->name, (unsigned long long)value);
	}
	return 0;
}
