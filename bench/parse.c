/* SPDX-License-Identifier: MIT */
/*
 * Measures the nanoseconds of a parse of a note, ours and peers in turn in one process:
 *
 *	parse ROUNDS FILE...
 *
 * Each FILE is a note or its text; several are parsed in the order given, as one case. Each line
 * of output is a round: the name of each measurement and its nanoseconds, per note, for names per
 * name, for derivations all of them per note. bench/parse.py builds it, and makes the list of
 * derivations, DERIVATION(name) for each.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vmcoreinfo.h"

struct note {
	char *text;
	size_t length;
};

static struct note *notes;
static size_t count;
static volatile uint64_t sink;

static void fail(const char *why)
{
	fprintf(stderr, "bench: %s\n", why);
	exit(1);
}

/* A buffer of exactly this size, as for a note in a mapped dump. */
static struct note note_of(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *data = malloc(1 << 20);
	struct vmcoreinfo_text text;
	struct note note;

	if (!file || !data)
		fail(path);
	text = vmcoreinfo_note_text(data, fread(data, 1, 1 << 20, file));
	fclose(file);
	note.length = strnlen(text.data, text.length);
	note.text = malloc(note.length);
	memcpy(note.text, text.data, note.length);
	free(data);
	return note;
}

static void count_diagnostic(void *context, const struct vmcoreinfo_diagnostic *diagnostic)
{
	*(size_t *)context += (size_t)diagnostic->id + 1;
}

static struct vmcoreinfo info;

static uint64_t ours(const struct note *note)
{
	size_t diagnostics = 0;

	return vmcoreinfo_parse(&info, note->text, note->length, count_diagnostic, &diagnostics) +
	       diagnostics;
}

static uint64_t silently(const struct note *note)
{
	return vmcoreinfo_parse(&info, note->text, note->length, NULL, NULL);
}

/* The minimum that any parser by lines has to do. */
static uint64_t newlines(const struct note *note)
{
	const char *at = note->text, *end = at + note->length;
	uint64_t sum = 0;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		if (!newline)
			break;
		sum += (uint64_t)(newline - at);
		at = newline + 1;
	}
	return sum;
}

static char copied[1 << 20];

static uint64_t copy(const struct note *note)
{
	memcpy(copied, note->text, note->length);
	__asm__ volatile("" ::: "memory");
	return (unsigned char)copied[note->length / 2];
}

#ifdef WITH_KDUMPFILE
#include <libkdumpfile/kdumpfile.h>

/* A new context for each note, as in a program that opens dumps; setting the raw attribute parses it. */
static uint64_t kdumpfile(const struct note *note)
{
	kdump_ctx_t *context = kdump_new();
	kdump_blob_t *blob = kdump_blob_new_dup(note->text, note->length);
	kdump_attr_t attribute;
	uint64_t good;

	attribute.type = KDUMP_BLOB;
	attribute.val.blob = blob;
	good = kdump_set_attr(context, "linux.vmcoreinfo.raw", &attribute) == KDUMP_OK;
	kdump_free(context);
	return good;
}

/* The same without a note; its time is subtracted. */
static uint64_t kdumpfile_empty(const struct note *note)
{
	kdump_ctx_t *context = kdump_new();
	kdump_blob_t *blob = kdump_blob_new_dup(note->text, note->length);

	kdump_blob_decref(blob);
	kdump_free(context);
	return 1;
}
#endif

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *names[VMCOREINFO_KEY_COUNT];

static void sort_names(void)
{
	unsigned int key;

	for (key = 0; key < VMCOREINFO_KEY_COUNT; key++)
		names[key] = vmcoreinfo_entry_of((enum vmcoreinfo_key)key)->name;
	qsort(names, VMCOREINFO_KEY_COUNT, sizeof(names[0]), compare_names);
}

static uint64_t look_up(const struct note *note)
{
	uint64_t sum = note->length;
	unsigned int i;

	for (i = 0; i < VMCOREINFO_KEY_COUNT; i++) {
		enum vmcoreinfo_key key = VMCOREINFO_NO_KEY;

		vmcoreinfo_key_from_name(names[i], strlen(names[i]), &key);
		sum += (uint64_t)key;
	}
	return sum;
}

static uint64_t search(const struct note *note)
{
	uint64_t sum = note->length;
	unsigned int i;

	for (i = 0; i < VMCOREINFO_KEY_COUNT; i++)
		sum += (uint64_t)((const char **)bsearch(&names[i], names, VMCOREINFO_KEY_COUNT,
							 sizeof(names[0]), compare_names) - names);
	return sum;
}

#define DERIVATION(name) vmcoreinfo_derive_##name,
static enum vmcoreinfo_status (*const derivations[])(const struct vmcoreinfo *,
	const struct vmcoreinfo_dump *, struct vmcoreinfo_derived *) = {
#include "derivations.inc"
};

/* For the note parsed last. */
static uint64_t derive(const struct note *note)
{
	static const struct vmcoreinfo_dump dump = { VMCOREINFO_ARCH_X86_64, false, NULL, NULL };
	uint64_t sum = note->length;
	size_t i;

	for (i = 0; i < sizeof(derivations) / sizeof(derivations[0]); i++) {
		struct vmcoreinfo_derived derived = { 0, NULL };

		sum += derivations[i](&info, &dump, &derived) + derived.value;
	}
	return sum;
}

static const struct parser {
	const char *name;
	uint64_t (*parse)(const struct note *note);
	unsigned int slowness;	/* divisor of the number of repetitions */
	unsigned int parts;	/* number of measured operations in one repetition */
} parsers[] = {
	{ "memcpy", copy, 1, 1 },
	{ "newlines", newlines, 1, 1 },
	{ "ours", ours, 1, 1 },
	{ "silent", silently, 1, 1 },
	{ "derivations", derive, 1, 1 },
	{ "name", look_up, 8, VMCOREINFO_KEY_COUNT },
	{ "name-bsearch", search, 32, VMCOREINFO_KEY_COUNT },
#ifdef WITH_KDUMPFILE
	{ "kdumpfile", kdumpfile, 64, 1 },
	{ "kdumpfile-empty", kdumpfile_empty, 64, 1 },
#endif
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[1]) : 0;
	size_t i, repetition, repetitions;
	cpu_set_t one;

	if (rounds < 1)
		fail("usage: bench ROUNDS FILE...");
	count = (size_t)argc - 2;
	notes = calloc(count, sizeof(*notes));
	for (i = 0; i < count; i++)
		notes[i] = note_of(argv[2 + i]);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);

	sort_names();
	repetitions = 4096 / count + 1;
	for (; rounds > 0; rounds--) {
		for (i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++) {
			size_t times = repetitions / parsers[i].slowness + 1, n;
			double start = now();

			for (repetition = 0; repetition < times; repetition++)
				for (n = 0; n < count; n++)
					sink += parsers[i].parse(&notes[n]);
			printf("%s %.1f ", parsers[i].name,
			       (now() - start) / (double)(times * count * parsers[i].parts));
		}
		printf("\n");
	}
	return 0;
}
