/* SPDX-License-Identifier: MIT */
/*
 * What a crash handler writes down first: which kernel, when, how far it was moved, where its log
 * is. Reads /proc/vmcore, any other ELF dump of a 64-bit machine of this byte order, or a note.
 */
#include "crash_vmcoreinfo.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOTES_AT_MOST (16u << 20)	/* of all CPUs, and ours */

static char *read_at(FILE *dump, long offset, size_t size)
{
	char *data = malloc(size ? size : 1);

	if (data && (fseek(dump, offset, SEEK_SET) != 0 || fread(data, 1, size, dump) != size)) {
		free(data);
		data = NULL;
	}
	return data;
}

/* The note among those of a segment, from its header on; NULL where it is not there. */
static const char *among(const char *notes, size_t size, size_t *length)
{
	size_t at = 0;

	while (size - at >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr header;
		size_t whole;

		memcpy(&header, notes + at, sizeof(header));
		whole = sizeof(header) + (((size_t)header.n_namesz + 3) & ~(size_t)3) +
			(((size_t)header.n_descsz + 3) & ~(size_t)3);
		if (whole > size - at)
			return NULL;
		if (header.n_namesz == sizeof("VMCOREINFO") && header.n_type == 0 &&
		    memcmp(notes + at + sizeof(header), "VMCOREINFO", sizeof("VMCOREINFO")) == 0) {
			*length = whole;
			return notes + at;
		}
		at += whole;
	}
	return NULL;
}

/* The bytes that the note is in: of an ELF dump those of its segment of notes, else the file. */
static char *notes_of(FILE *dump, size_t *size)
{
	Elf64_Ehdr header;
	size_t there = fread(&header, 1, sizeof(header), dump);

	if (there < SELFMAG || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
		char *data = malloc(NOTES_AT_MOST);

		rewind(dump);
		*size = data ? fread(data, 1, NOTES_AT_MOST, dump) : 0;
		return data;
	}
	if (there < sizeof(header) || header.e_ident[EI_CLASS] != ELFCLASS64)
		return NULL;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		Elf64_Phdr segment;

		if (fseek(dump, (long)(header.e_phoff + i * sizeof(segment)), SEEK_SET) != 0 ||
		    fread(&segment, sizeof(segment), 1, dump) != 1)
			return NULL;
		if (segment.p_type != PT_NOTE || segment.p_filesz > NOTES_AT_MOST)
			continue;
		*size = (size_t)segment.p_filesz;
		return read_at(dump, (long)segment.p_offset, *size);
	}
	return NULL;
}

static void print_text(const struct crash_vmcoreinfo *info, const char *what,
		       enum crash_vmcoreinfo_key key)
{
	enum crash_vmcoreinfo_status status;
	struct crash_vmcoreinfo_text text;

	status = crash_vmcoreinfo_get_text(info, key, &text);
	if (status == CRASH_VMCOREINFO_OK)
		printf("%-14s %.*s\n", what, (int)text.length, text.data);
	else if (status != CRASH_VMCOREINFO_ABSENT)
		printf("%-14s %s\n", what, crash_vmcoreinfo_status_name(status));
}

static void summarize(const struct crash_vmcoreinfo *info)
{
	struct crash_vmcoreinfo_derived derived;
	uint64_t seconds;

	print_text(info, "release", CRASH_VMCOREINFO_OSRELEASE);
	print_text(info, "build id", CRASH_VMCOREINFO_BUILD_ID);
	if (crash_vmcoreinfo_get_number(info, CRASH_VMCOREINFO_CRASHTIME, &seconds) ==
	    CRASH_VMCOREINFO_OK) {
		time_t then = (time_t)seconds;
		const struct tm *fields = gmtime(&then);
		char date[32];

		if (fields && strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S UTC", fields))
			printf("%-14s %s\n", "crashed", date);
	}
	if (crash_vmcoreinfo_derive_kaslr_offset(info, NULL, &derived) == CRASH_VMCOREINFO_OK)
		printf("%-14s %#llx\n", "moved by", (unsigned long long)derived.value);
	if (crash_vmcoreinfo_derive_log_buffer(info, NULL, &derived) == CRASH_VMCOREINFO_OK)
		printf("%-14s behind %#llx, as %s\n", "log", (unsigned long long)derived.value,
		       derived.recipe);
}

int main(int argc, char **argv)
{
	static struct crash_vmcoreinfo info;
	size_t size = 0, length = 0;
	struct crash_vmcoreinfo_text text;
	const char *note;
	char *notes;
	FILE *dump;

	if (argc != 2) {
		fprintf(stderr, "usage: crash-summary DUMP\n");
		return 2;
	}
	dump = fopen(argv[1], "rb");
	if (!dump) {
		perror(argv[1]);
		return 2;
	}
	notes = notes_of(dump, &size);
	note = notes ? among(notes, size, &length) : NULL;
	if (!note) {
		fprintf(stderr, "%s: no VMCOREINFO note in it\n", argv[1]);
		return 1;
	}
	text = crash_vmcoreinfo_note_text(note, length);
	crash_vmcoreinfo_parse(&info, text.data, text.length, NULL, NULL);
	summarize(&info);
	free(notes);
	fclose(dump);
	return 0;
}
