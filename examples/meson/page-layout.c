/* SPDX-License-Identifier: MIT */
/*
 * The layout of the kernel's page structures as a note tells it, for a dump whose debug information
 * is not at hand. A field is shown as `pahole` shows it, with its offset.
 */
#include "layout_vmcoreinfo.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct field {
	struct layout_vmcoreinfo_text type, name;	/* of "OFFSET(page.flags)": page, flags */
	uint64_t offset;
};

static int by_type_and_offset(const void *left, const void *right)
{
	const struct field *a = left, *b = right;
	size_t shorter = a->type.length < b->type.length ? a->type.length : b->type.length;
	int order = memcmp(a->type.data, b->type.data, shorter);

	if (!order)
		order = (a->type.length > b->type.length) - (a->type.length < b->type.length);
	if (!order)
		order = (a->offset > b->offset) - (a->offset < b->offset);
	return order ? order : strcmp(a->name.data, b->name.data);	/* of a union */
}

static size_t read_fields(const struct layout_vmcoreinfo *info, struct field *fields)
{
	size_t count = 0;

	for (unsigned key = 0; key < LAYOUT_VMCOREINFO_KEY_COUNT; key++) {
		const struct layout_vmcoreinfo_entry *entry = layout_vmcoreinfo_entry_of((enum layout_vmcoreinfo_key)key);
		struct field *field = &fields[count];
		const char *dot;

		if (entry->kind != LAYOUT_VMCOREINFO_KIND_OFFSET ||
		    !layout_vmcoreinfo_get_u64(info, (enum layout_vmcoreinfo_key)key, &field->offset))
			continue;
		field->type.data = entry->name + strlen("OFFSET(");
		dot = strchr(field->type.data, '.');
		if (!dot)
			continue;
		field->type.length = (size_t)(dot - field->type.data);
		field->name.data = dot + 1;
		field->name.length = strlen(dot + 1) - strlen(")");
		count++;
	}
	qsort(fields, count, sizeof(*fields), by_type_and_offset);
	return count;
}

static void print_size(const struct layout_vmcoreinfo *info, struct layout_vmcoreinfo_text type)
{
	char name[64];
	int length = snprintf(name, sizeof(name), "SIZE(%.*s)", (int)type.length, type.data);
	struct layout_vmcoreinfo_text size;

	if (length > 0 && layout_vmcoreinfo_find(info, name, (size_t)length, &size))
		printf("};\t/* size: %.*s */\n", (int)size.length, size.data);
	else
		printf("};\n");
}

int main(void)
{
	static struct field fields[LAYOUT_VMCOREINFO_KEY_COUNT];
	static struct layout_vmcoreinfo info;
	static char data[65536];
	struct layout_vmcoreinfo_text text =
		layout_vmcoreinfo_note_text(data, fread(data, 1, sizeof(data), stdin));
	size_t count;

	layout_vmcoreinfo_parse(&info, text.data, text.length, NULL, NULL);
	count = read_fields(&info, fields);
	for (size_t i = 0; i < count; i++) {
		const struct field *field = &fields[i];
		bool first = i == 0 || field->type.length != field[-1].type.length ||
			     memcmp(field->type.data, field[-1].type.data, field->type.length) != 0;
		bool last = i + 1 == count || field->type.length != field[1].type.length ||
			    memcmp(field->type.data, field[1].type.data, field->type.length) != 0;

		if (first)
			printf("struct %.*s {\n", (int)field->type.length, field->type.data);
		printf("\t%-20.*s /* %6" PRIu64 " */\n", (int)field->name.length,
		       field->name.data, field->offset);
		if (last)
			print_size(&info, field->type);
	}
	return count == 0;
}
