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

/* Every key of keys.txt, by the list that the parser has of them. */
#define ROW(identifier, kind, name, format) \
	{ LAYOUT_VMCOREINFO_##identifier, LAYOUT_VMCOREINFO_KIND_##kind, #name },
static const struct row {
	enum layout_vmcoreinfo_key key;
	enum layout_vmcoreinfo_kind kind;
	const char *name;	/* of OFFSET(page.flags): "page.flags" */
} rows[] = {
	LAYOUT_VMCOREINFO_KEYS(ROW)
};
#define COUNT (sizeof(rows) / sizeof(rows[0]))

struct field {
	struct layout_vmcoreinfo_text type, name;	/* of "page.flags": page, flags */
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

	for (const struct row *row = rows; row < rows + COUNT; row++) {
		const char *dot = strchr(row->name, '.');
		struct field *field = &fields[count];

		if (row->kind != LAYOUT_VMCOREINFO_KIND_OFFSET || !dot ||
		    layout_vmcoreinfo_get_number(info, row->key, &field->offset) !=
			    LAYOUT_VMCOREINFO_OK)
			continue;
		field->type.data = row->name;
		field->type.length = (size_t)(dot - row->name);
		field->name.data = dot + 1;
		field->name.length = strlen(dot + 1);
		count++;
	}
	qsort(fields, count, sizeof(*fields), by_type_and_offset);
	return count;
}

static void print_size(const struct layout_vmcoreinfo *info, struct layout_vmcoreinfo_text type)
{
	uint64_t size;

	for (const struct row *row = rows; row < rows + COUNT; row++) {
		if (row->kind == LAYOUT_VMCOREINFO_KIND_SIZE && strlen(row->name) == type.length &&
		    memcmp(row->name, type.data, type.length) == 0 &&
		    layout_vmcoreinfo_get_number(info, row->key, &size) == LAYOUT_VMCOREINFO_OK) {
			printf("};\t/* size: %" PRIu64 " */\n", size);
			return;
		}
	}
	printf("};\n");
}

int main(void)
{
	static struct field fields[COUNT];
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
