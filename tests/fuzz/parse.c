/* SPDX-License-Identifier: MIT */
/*
 * Coverage-guided fuzzing of the C parser: whatever the bytes, it keeps the promises of
 * its header, and says of a text what it says of its lines, each parsed on its own.
 *
 * The input is a text, or a raw note. fuzz.py builds this with sanitizers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmcoreinfo.h"

#define PROMISE(kept) ((kept) ? (void)0 : broken(#kept, __LINE__))

static void broken(const char *promise, int line)
{
	fprintf(stderr, "parse.c:%d: broken promise: %s\n", line, promise);
	abort();
}

/* What was told about a text so far. */
struct told {
	const char *text;
	size_t length;
	size_t line;
	size_t line_start;
	size_t errors;
	size_t count;
};

static void told(void *context, const struct vmcoreinfo_diagnostic *diagnostic)
{
	struct told *so_far = context;
	size_t start, newlines = 0, i;

	PROMISE((unsigned int)diagnostic->id <= VMCOREINFO_GARBAGE_LINE);
	PROMISE(diagnostic->severity <= VMCOREINFO_SEVERITY_ERROR);
	PROMISE(diagnostic->message && diagnostic->message[0]);
	PROMISE(strcmp(vmcoreinfo_diagnostic_name(diagnostic->id), "?") != 0);
	PROMISE(diagnostic->offset <= so_far->length);
	PROMISE(diagnostic->line >= so_far->line);
	PROMISE(diagnostic->name.data >= so_far->text);
	PROMISE(diagnostic->name.data + diagnostic->name.length <= so_far->text + so_far->length);
	PROMISE(!diagnostic->name.length || !memchr(diagnostic->name.data, '=', diagnostic->name.length));

	start = so_far->line_start;
	for (i = start; i < diagnostic->offset; i++) {
		newlines += so_far->text[i] == '\n';
		if (so_far->text[i] == '\n')
			start = i + 1;
	}
	/* A NUL with text behind it is on the line that it ends, or on one of its own. */
	PROMISE(diagnostic->line == so_far->line + newlines ||
		(diagnostic->offset < so_far->length &&
		 so_far->text[diagnostic->offset] == '\0' &&
		 diagnostic->line == so_far->line + newlines + 1));
	if (diagnostic->offset < so_far->length && so_far->text[diagnostic->offset] != '\0') {
		so_far->line = diagnostic->line;
		so_far->line_start = start;
	}
	so_far->errors += diagnostic->severity == VMCOREINFO_SEVERITY_ERROR;
	so_far->count++;
}

/* A copy of exactly that size; what is behind it, or before, is out of bounds. */
static char *copy_of(const void *data, size_t length)
{
	char *copy = malloc(length ? length : 1);

	PROMISE(copy);
	if (length)
		memcpy(copy, data, length);
	return copy;
}

/* The number as the C library reads it. */
static uint64_t number_of(struct vmcoreinfo_text text, enum vmcoreinfo_format format)
{
	bool has_0x = text.length > 2 && memcmp(text.data, "0x", 2) == 0;
	char *copy = malloc(text.length + 1), *end;
	uint64_t number;

	PROMISE(copy);
	memcpy(copy, text.data, text.length);
	copy[text.length] = '\0';
	if (format == VMCOREINFO_FORMAT_SIGNED && !has_0x)
		number = (uint64_t)strtoll(copy, &end, 10);
	else
		number = strtoull(copy, &end, has_0x || format == VMCOREINFO_FORMAT_HEX ? 16 : 10);
	PROMISE(*end == '\0');
	free(copy);
	return number;
}

static bool is_number(enum vmcoreinfo_format format)
{
	return format == VMCOREINFO_FORMAT_DECIMAL || format == VMCOREINFO_FORMAT_SIGNED ||
	       format == VMCOREINFO_FORMAT_HEX || format == VMCOREINFO_FORMAT_PREFIXED_HEX;
}

static void check_value(const struct vmcoreinfo *info, enum vmcoreinfo_key key)
{
	const struct vmcoreinfo_entry *entry = vmcoreinfo_entry_of(key);
	enum vmcoreinfo_status status = vmcoreinfo_get_status(info, key), of_number, of_bytes;
	struct vmcoreinfo_text text = { NULL, 0 };
	const char *start = info->text.data, *end = start + info->text.length;
	struct vmcoreinfo_line line;
	uint8_t bytes[64], *enough;
	size_t length = 0, again = 0;
	uint64_t bits = 0;

	of_number = vmcoreinfo_get_number(info, key, &bits);
	of_bytes = vmcoreinfo_get_bytes(info, key, bytes, sizeof(bytes), &length);
	PROMISE(status <= VMCOREINFO_GARBAGE);
	PROMISE(vmcoreinfo_has(info, key) == (status == VMCOREINFO_OK));
	PROMISE(vmcoreinfo_get_text(info, key, &text) == status);
	if (status == VMCOREINFO_ABSENT) {
		PROMISE(of_number == status && of_bytes == status && !text.data);
		return;
	}
	PROMISE(text.data > start + entry->name_length && text.data + text.length <= end);
	PROMISE(text.data[-1] == '=');
	PROMISE(memcmp(text.data - 1 - entry->name_length, entry->name, entry->name_length) == 0);
	PROMISE(text.data - 1 - entry->name_length == start ||
		text.data[-2 - (ptrdiff_t)entry->name_length] == '\n');
	PROMISE(text.data + text.length == end || text.data[text.length] == '\n');
	/* It goes through the text: of some keys, others in another text. */
	if (((size_t)key + info->text.length) % 16 == 0) {
		PROMISE(vmcoreinfo_find_line(info, entry->name, entry->name_length, &line));
		PROMISE(line.key == key && line.value.data == text.data);
		PROMISE(line.value.length == text.length);
	}
	PROMISE((status == VMCOREINFO_GARBAGE) <= (entry->quirk_count > 0));
	PROMISE((status == VMCOREINFO_GARBAGE) <=
		(vmcoreinfo_quirk_of(info, key, VMCOREINFO_ARCH_UNKNOWN) != NULL));

	PROMISE(of_number == (is_number(entry->format) ? status : VMCOREINFO_WRONG_TYPE));
	if (of_number == VMCOREINFO_OK)
		PROMISE(number_of(text, entry->format) == bits);
	if (entry->format != VMCOREINFO_FORMAT_HEXBYTES) {
		PROMISE(of_bytes == VMCOREINFO_WRONG_TYPE);
		return;
	}
	if (status != VMCOREINFO_OK) {
		PROMISE(of_bytes == status);
		return;
	}
	PROMISE(length == text.length / 2 && length > 0);
	PROMISE(of_bytes == (length <= sizeof(bytes) ? VMCOREINFO_OK : VMCOREINFO_TOO_LONG));
	PROMISE(vmcoreinfo_get_bytes(info, key, bytes, length < 64 ? length - 1 : 63, &again) ==
		VMCOREINFO_TOO_LONG);
	PROMISE(again == length);
	enough = malloc(length);
	PROMISE(enough && vmcoreinfo_get_bytes(info, key, enough, length, &again) == VMCOREINFO_OK);
	PROMISE(again == length);
	free(enough);
}

/* Of each known key what the last usable line says, else the last one, by parsing line after line. */
static void check_lines(const struct vmcoreinfo *whole, size_t errors)
{
	static const char *place[VMCOREINFO_KEY_COUNT];
	static enum vmcoreinfo_status status[VMCOREINFO_KEY_COUNT];
	static uint64_t bits[VMCOREINFO_KEY_COUNT];
	struct vmcoreinfo *one = malloc(sizeof(*one));
	const char *at = whole->text.data, *end = at + whole->text.length;
	unsigned int key;

	PROMISE(one);
	memset(place, 0, sizeof(place));
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = newline ? (size_t)(newline - at) + 1 : (size_t)(end - at), found = 0;
		char *line = copy_of(at, length);

		errors -= vmcoreinfo_parse(one, line, length, NULL, NULL);
		for (key = 0; key < VMCOREINFO_KEY_COUNT; key++) {
			enum vmcoreinfo_status now = (enum vmcoreinfo_status)one->statuses[key];

			if (now == VMCOREINFO_ABSENT)
				continue;
			found++;
			if (place[key] && status[key] == VMCOREINFO_OK && now != VMCOREINFO_OK)
				continue;
			place[key] = at + one->values[key].offset;
			status[key] = now;
			bits[key] = one->values[key].bits;
		}
		PROMISE(found <= 1);
		free(line);
		at += length;
	}
	PROMISE(errors == 0);
	for (key = 0; key < VMCOREINFO_KEY_COUNT; key++) {
		enum vmcoreinfo_status now = vmcoreinfo_get_status(whole, (enum vmcoreinfo_key)key);

		PROMISE(now == (place[key] ? status[key] : VMCOREINFO_ABSENT));
		if (!place[key])
			continue;
		PROMISE(whole->text.data + whole->values[key].offset == place[key]);
		if (now == VMCOREINFO_OK)
			PROMISE(whole->values[key].bits == bits[key]);
	}
	free(one);
}

/* Lines follow each other, and each has a name and a value of its own. */
static void check_iteration(const struct vmcoreinfo *info)
{
	const char *end = info->text.data + info->text.length, *before = info->text.data;
	struct vmcoreinfo_line line;
	size_t number = 0;
	uint64_t bits;

	memset(&line, 0, sizeof(line));
	while (vmcoreinfo_next_line(info, &line)) {
		PROMISE(line.number > number && line.name.length > 0);
		PROMISE(line.name.data >= before && line.value.data == line.name.data + line.name.length + 1);
		PROMISE(line.value.data + line.value.length <= end);
		PROMISE(!memchr(line.name.data, '=', line.name.length));
		PROMISE(!line.value.length || !memchr(line.value.data, '\n', line.value.length));
		PROMISE(line.key == VMCOREINFO_NO_KEY || vmcoreinfo_entry_of(line.key));
		if (vmcoreinfo_line_number(&line, &bits) == VMCOREINFO_OK && line.key != VMCOREINFO_NO_KEY)
			PROMISE(number_of(line.value, vmcoreinfo_entry_of(line.key)->format) == bits);
		number = line.number;
		before = line.value.data + line.value.length;
	}
}

/* Every name of the text is found by it, in a line that begins so. */
static void check_names(const struct vmcoreinfo *info)
{
	const char *at = info->text.data, *end = at + info->text.length;
	unsigned int left;

	for (left = 16; at < end && left; left--) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;
		const char *equals = memchr(at, '=', (size_t)(stop - at));
		size_t length = (size_t)((equals ? equals : stop) - at);
		char *name = copy_of(at, length);
		enum vmcoreinfo_key key = VMCOREINFO_NO_KEY;
		struct vmcoreinfo_line found;
		bool known = vmcoreinfo_key_from_name(name, length, &key);

		if (known) {
			PROMISE(vmcoreinfo_entry_of(key)->name_length == length);
			PROMISE(memcmp(vmcoreinfo_entry_of(key)->name, name, length) == 0);
		}
		if (vmcoreinfo_find_line(info, name, length, &found)) {
			PROMISE(!known || vmcoreinfo_get_status(info, key) != VMCOREINFO_ABSENT);
			PROMISE(found.key == key && found.name.length == length);
			PROMISE(memcmp(found.name.data, name, length) == 0);
			PROMISE(found.value.data + found.value.length <= end);
		}
		vmcoreinfo_arch_from_name(name, length);
		free(name);
		at = newline ? newline + 1 : end;
	}
}

static void check_text(const char *data, size_t length)
{
	struct vmcoreinfo *info = malloc(sizeof(*info)), *silent = malloc(sizeof(*silent));
	char *text = copy_of(data, length), *before = copy_of(data, length);
	struct told so_far = { text, length, 1, 0, 0, 0 };
	size_t errors;
	unsigned int key;

	PROMISE(info && silent);
	errors = vmcoreinfo_parse(info, text, length, told, &so_far);
	PROMISE(errors == so_far.errors);
	PROMISE(vmcoreinfo_parse(silent, text, length, NULL, NULL) == errors);
	PROMISE(!length || memcmp(before, text, length) == 0);
	PROMISE(info->text.length <= length);
	PROMISE(!info->text.length || !memchr(info->text.data, '\0', info->text.length));
	PROMISE(memcmp(info->statuses, silent->statuses, VMCOREINFO_KEY_COUNT) == 0);
	for (key = 0; key < VMCOREINFO_KEY_COUNT; key++) {
		check_value(info, (enum vmcoreinfo_key)key);
		if (!vmcoreinfo_has(info, (enum vmcoreinfo_key)key))
			continue;
		PROMISE(info->values[key].bits == silent->values[key].bits);
		PROMISE(info->values[key].offset == silent->values[key].offset);
	}
	PROMISE(!vmcoreinfo_has(info, VMCOREINFO_NO_KEY) && !vmcoreinfo_entry_of(VMCOREINFO_NO_KEY));
	/* Text behind a NUL is the one error that is of no line. */
	for (key = 0; info->text.length + key < length && !text[info->text.length + key]; key++)
		;
	check_lines(info, errors - (info->text.length + key < length));
	check_iteration(info);
	check_names(info);
	free(info);
	free(silent);
	free(text);
	free(before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *note = copy_of(data, size);
	struct vmcoreinfo_text text = vmcoreinfo_note_text(note, size);

	PROMISE(text.data >= note && text.data + text.length <= note + size);
	PROMISE(text.data == note + 24 || (text.data == note && text.length == size));
	check_text(text.data, text.length);
	if (text.data != note)
		check_text(note, size);
	free(note);
	return 0;
}
