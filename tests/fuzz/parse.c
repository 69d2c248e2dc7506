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

	PROMISE((unsigned int)diagnostic->id <= VMCOREINFO_NOT_TEXT_LINE);
	PROMISE(diagnostic->severity <= VMCOREINFO_SEVERITY_ERROR);
	PROMISE(diagnostic->message && diagnostic->message[0]);
	PROMISE(strcmp(vmcoreinfo_diagnostic_name(diagnostic->id), "?") != 0);
	PROMISE(diagnostic->offset <= so_far->length);
	PROMISE(diagnostic->line >= so_far->line);
	PROMISE(diagnostic->key.data >= so_far->text);
	PROMISE(diagnostic->key.data + diagnostic->key.length <= so_far->text + so_far->length);
	PROMISE(!diagnostic->key.length || !memchr(diagnostic->key.data, '=', diagnostic->key.length));

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
	char *copy = malloc(text.length + 1), *end;
	uint64_t number;

	PROMISE(copy);
	memcpy(copy, text.data, text.length);
	copy[text.length] = '\0';
	if (format == VMCOREINFO_FORMAT_SIGNED)
		number = (uint64_t)strtoll(copy, &end, 10);
	else
		number = strtoull(copy, &end, format == VMCOREINFO_FORMAT_DECIMAL ? 10 : 16);
	PROMISE(*end == '\0');
	free(copy);
	return number;
}

static void check_value(const struct vmcoreinfo *info, enum vmcoreinfo_key key)
{
	const struct vmcoreinfo_entry *entry = vmcoreinfo_entry_of(key);
	struct vmcoreinfo_text text = { NULL, 0 }, found = { NULL, 0 };
	const char *start = info->text.data, *end = start + info->text.length;
	uint8_t bytes[64], *enough;
	size_t length = 0, again = 0;
	bool is_number, fits_u64, fits_i64, is_bytes;
	uint64_t u64 = 0;
	int64_t i64 = 0;

	fits_u64 = vmcoreinfo_get_u64(info, key, &u64);
	fits_i64 = vmcoreinfo_get_i64(info, key, &i64);
	is_bytes = vmcoreinfo_get_bytes(info, key, bytes, sizeof(bytes), &length);
	if (!vmcoreinfo_has(info, key)) {
		PROMISE(!fits_u64 && !fits_i64 && !is_bytes);
		PROMISE(!vmcoreinfo_get_text(info, key, &text));
		PROMISE(!vmcoreinfo_find(info, entry->name, entry->name_length, &text));
		return;
	}
	PROMISE(vmcoreinfo_get_text(info, key, &text));
	PROMISE(text.data > start + entry->name_length && text.data + text.length <= end);
	PROMISE(text.data[-1] == '=');
	PROMISE(memcmp(text.data - 1 - entry->name_length, entry->name, entry->name_length) == 0);
	PROMISE(text.data - 1 - entry->name_length == start ||
		text.data[-2 - (ptrdiff_t)entry->name_length] == '\n');
	PROMISE(text.data + text.length == end || text.data[text.length] == '\n');
	PROMISE(text.length > 0);
	PROMISE(vmcoreinfo_find(info, entry->name, entry->name_length, &found));
	PROMISE(found.data == text.data && found.length == text.length);

	is_number = entry->format == VMCOREINFO_FORMAT_DECIMAL || entry->format == VMCOREINFO_FORMAT_SIGNED ||
		    entry->format == VMCOREINFO_FORMAT_HEX || entry->format == VMCOREINFO_FORMAT_PREFIXED_HEX;
	PROMISE(is_number == (fits_u64 || fits_i64));
	if (is_number)
		PROMISE(number_of(text, entry->format) == (fits_u64 ? u64 : (uint64_t)i64));
	if (fits_u64 && fits_i64)
		PROMISE(i64 >= 0 && u64 == (uint64_t)i64);
	else if (fits_u64)
		PROMISE(u64 > INT64_MAX && entry->format != VMCOREINFO_FORMAT_SIGNED);
	else if (fits_i64)
		PROMISE(i64 < 0 && entry->format == VMCOREINFO_FORMAT_SIGNED);
	if (entry->format != VMCOREINFO_FORMAT_HEXBYTES) {
		PROMISE(!is_bytes);
		return;
	}
	PROMISE(length == text.length / 2 && is_bytes == (length <= sizeof(bytes)));
	PROMISE(!vmcoreinfo_get_bytes(info, key, bytes, length < 64 ? length - 1 : 63, &again));
	PROMISE(again == length);
	enough = malloc(length);
	PROMISE(enough && vmcoreinfo_get_bytes(info, key, enough, length, &again) && again == length);
	free(enough);
}

/* Of each known key the value of the last line that can be used, by parsing line after line. */
static void check_lines(const struct vmcoreinfo *whole, size_t errors)
{
	static const char *place[VMCOREINFO_KEY_COUNT];
	static uint64_t bits[VMCOREINFO_KEY_COUNT];
	struct vmcoreinfo *one = malloc(sizeof(*one));
	const char *at = whole->text.data, *end = at + whole->text.length;
	const bool *present;
	unsigned int key;

	PROMISE(one);
	memset(place, 0, sizeof(place));
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = newline ? (size_t)(newline - at) + 1 : (size_t)(end - at);
		char *line = copy_of(at, length);

		errors -= vmcoreinfo_parse(one, line, length, NULL, NULL);
		present = memchr(one->present, true, sizeof(one->present));
		if (present) {
			key = (unsigned int)(present - one->present);
			place[key] = at + (one->values[key].text - line);
			bits[key] = one->values[key].bits;
			PROMISE(!memchr(present + 1, true, VMCOREINFO_KEY_COUNT - 1 - key));
		}
		free(line);
		at += length;
	}
	PROMISE(errors == 0);
	for (key = 0; key < VMCOREINFO_KEY_COUNT; key++) {
		PROMISE(vmcoreinfo_has(whole, (enum vmcoreinfo_key)key) == (place[key] != NULL));
		if (!place[key])
			continue;
		PROMISE(whole->values[key].text == place[key]);
		PROMISE(whole->values[key].bits == bits[key]);
	}
	free(one);
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
		struct vmcoreinfo_text found = { NULL, 0 };
		enum vmcoreinfo_key key = VMCOREINFO_KEY_COUNT;
		bool known = vmcoreinfo_key_from_name(name, length, &key);

		if (known) {
			PROMISE(vmcoreinfo_entry_of(key)->name_length == length);
			PROMISE(memcmp(vmcoreinfo_entry_of(key)->name, name, length) == 0);
		}
		if (vmcoreinfo_find(info, name, length, &found)) {
			PROMISE(!known || vmcoreinfo_has(info, key));
			PROMISE(found.data > info->text.data + length);
			PROMISE(found.data[-1] == '=');
			PROMISE(memcmp(found.data - 1 - length, name, length) == 0);
			PROMISE(found.data + found.length <= end);
			PROMISE(!found.length || !memchr(found.data, '\n', found.length));
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
	PROMISE(memcmp(info->present, silent->present, sizeof(info->present)) == 0);
	for (key = 0; key < VMCOREINFO_KEY_COUNT; key++) {
		check_value(info, (enum vmcoreinfo_key)key);
		if (!vmcoreinfo_has(info, (enum vmcoreinfo_key)key))
			continue;
		PROMISE(info->values[key].bits == silent->values[key].bits);
		PROMISE(info->values[key].text == silent->values[key].text);
	}
	PROMISE(!vmcoreinfo_has(info, VMCOREINFO_KEY_COUNT) && !vmcoreinfo_entry_of(VMCOREINFO_KEY_COUNT));
	/* Text behind a NUL is the one error that is of no line. */
	for (key = 0; info->text.length + key < length && !text[info->text.length + key]; key++)
		;
	check_lines(info, errors - (info->text.length + key < length));
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
