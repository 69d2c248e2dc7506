/* SPDX-License-Identifier: MIT */
/* What the stand-ins read: an ELF core of 64 bits, or a note alone. */
#ifndef STAND_INS_DUMP_H
#define STAND_INS_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file in memory, read-only, until the program ends. */
struct dump {
	const unsigned char *data;
	size_t size;
	const void *note;	/* text of the note, or a file that is no ELF core, whole */
	size_t note_size;
	const char *arch;	/* as `uname -m` prints it; empty where the file does not tell */
};

/* False, with a message on standard error, for what is no dump with a note. */
bool dump_open(struct dump *dump, const char *path);

/* Bytes of the memory of the crashed machine; false where the dump has not all of them. */
bool dump_read_physical(const struct dump *dump, uint64_t address, void *buffer, size_t size);

/* By the virtual addresses of the program headers; those of QEMU have none of the kernel's. */
bool dump_read_virtual(const struct dump *dump, uint64_t address, void *buffer, size_t size);

#endif
