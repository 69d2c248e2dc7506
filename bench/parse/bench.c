/* SPDX-License-Identifier: MIT */
/*
 * Nanoseconds that a parse of a note takes, ours beside peers, in turn in one process:
 *
 *	bench ROUNDS FILE...
 *
 * Each FILE is a note or its text; several are parsed in the order given, as one case. A line
 * of output is a round: the name of each parser, and its nanoseconds a note.
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

/* A buffer of just that size, as of a note in a mapped dump. */
static struct note note_of(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *data = malloc(1 << 20);
	struct vmci_text text;
	struct note note;

	if (!file || !data)
		fail(path);
	text = vmci_note_text(data, fread(data, 1, 1 << 20, file));
	fclose(file);
	note.length = strnlen(text.data, text.length);
	note.text = malloc(note.length);
	memcpy(note.text, text.data, note.length);
	free(data);
	return note;
}

static void count_diagnostic(void *context, const struct vmci_diagnostic *diagnostic)
{
	*(size_t *)context += (size_t)diagnostic->id + 1;
}

static struct vmcoreinfo info;

static uint64_t ours(const struct note *note)
{
	size_t diagnostics = 0;

	return vmci_parse(&info, note->text, note->length, count_diagnostic, &diagnostics) +
	       diagnostics;
}

/* What no parser by lines can do without. */
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

/* A dump of its own for each, as a program that opens dumps has; the raw attribute is parsed as it is set. */
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

/* The same without a note, to be taken off. */
static uint64_t kdumpfile_empty(const struct note *note)
{
	kdump_ctx_t *context = kdump_new();
	kdump_blob_t *blob = kdump_blob_new_dup(note->text, note->length);

	kdump_blob_decref(blob);
	kdump_free(context);
	return 1;
}
#endif

static const struct parser {
	const char *name;
	uint64_t (*parse)(const struct note *note);
	unsigned int slowness;	/* this many times fewer repetitions */
} parsers[] = {
	{ "memcpy", copy, 1 },
	{ "newlines", newlines, 1 },
	{ "ours", ours, 1 },
#ifdef WITH_KDUMPFILE
	{ "kdumpfile", kdumpfile, 64 },
	{ "kdumpfile-empty", kdumpfile_empty, 64 },
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

	repetitions = 4096 / count + 1;
	for (; rounds > 0; rounds--) {
		for (i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++) {
			size_t times = repetitions / parsers[i].slowness + 1, n;
			double start = now();

			for (repetition = 0; repetition < times; repetition++)
				for (n = 0; n < count; n++)
					sink += parsers[i].parse(&notes[n]);
			printf("%s %.1f ", parsers[i].name,
			       (now() - start) / (double)(times * count));
		}
		printf("\n");
	}
	return 0;
}
