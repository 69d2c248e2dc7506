/* SPDX-License-Identifier: MIT */
#ifndef VMCOREINFO_PARSER_H
#define VMCOREINFO_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "names.h"

/*
 * Within one VMCOREINFO_ABI no number of an enumerator changes, and no structure but those
 * that only the library makes: struct vmcoreinfo_entry, struct vmcoreinfo_quirk and struct
 * vmcoreinfo_diagnostic may get members behind the last one.
 */

/* What became of a question. */
enum vmcoreinfo_status {
	VMCOREINFO_OK,
	VMCOREINFO_ABSENT,	/* the note has no such line */
	VMCOREINFO_MALFORMED,	/* it has one, with a value that is none of this key */
	VMCOREINFO_OUT_OF_RANGE,	/* the number does not fit in 64 bits */
	VMCOREINFO_GARBAGE,	/* the value is one that some kernels print, and means nothing */
	VMCOREINFO_WRONG_TYPE,	/* asked for a number of a key that has none, or for bytes */
	VMCOREINFO_TOO_LONG,	/* the bytes do not fit in the caller's buffer */
	VMCOREINFO_NO_RECIPE,	/* no recipe applies to this note */
	VMCOREINFO_READ_FAILED,	/* the recipe applies, but memory could not be read */
};

/* Bytes in the caller's text; not terminated. */
struct vmcoreinfo_text {
	const char *data;
	size_t length;
};

/* A parsed note. It points into the text, which must outlive it; all members are private. */
struct vmcoreinfo {
	struct vmcoreinfo_text text;
	uint8_t statuses[VMCOREINFO_ROOM];
	struct {
		uint64_t bits;
		size_t offset;
	} values[VMCOREINFO_ROOM];
};

enum vmcoreinfo_severity {
	VMCOREINFO_SEVERITY_INFO,
	VMCOREINFO_SEVERITY_WARNING,
	VMCOREINFO_SEVERITY_ERROR,
};

struct vmcoreinfo_diagnostic {
	enum vmcoreinfo_diagnostic_id id;
	enum vmcoreinfo_severity severity;
	size_t offset;		/* of the byte that is wrong, from the start of the text */
	size_t line;		/* from 1 */
	struct vmcoreinfo_text name;	/* of the key as it stands there; empty where the line has none */
	enum vmcoreinfo_key key;	/* VMCOREINFO_NO_KEY where that is no known one */
	const char *message;
};

typedef void vmcoreinfo_report(void *context, const struct vmcoreinfo_diagnostic *diagnostic);

/*
 * Parse a text. One bad line never loses the others. `report` may be NULL; it is
 * called for each diagnostic, in the order of the lines. Returns the number of
 * diagnostics that are errors. Such a line may be of a key that nobody asks for: to
 * refuse a note, go by the status of the keys that are needed.
 */
size_t vmcoreinfo_parse(struct vmcoreinfo *info, const char *text, size_t length,
			vmcoreinfo_report *report, void *context);

/*
 * The text in `data`: the descriptor of a raw VMCOREINFO ELF note of either byte
 * order, or `data` itself where it does not start with the header of one.
 */
struct vmcoreinfo_text vmcoreinfo_note_text(const void *data, size_t size);

/* VMCOREINFO_OK where the note has a usable value for the key, else why not. */
enum vmcoreinfo_status vmcoreinfo_get_status(const struct vmcoreinfo *info,
					     enum vmcoreinfo_key key);

/* Whether it is VMCOREINFO_OK. */
bool vmcoreinfo_has(const struct vmcoreinfo *info, enum vmcoreinfo_key key);

/*
 * A number of any format, set if the status is VMCOREINFO_OK. A negative one is its two's
 * complement, so (int64_t)bits is the value of a key of VMCOREINFO_FORMAT_SIGNED.
 */
enum vmcoreinfo_status vmcoreinfo_get_number(const struct vmcoreinfo *info,
					     enum vmcoreinfo_key key, uint64_t *bits);

/* Any value as it is printed, set unless the status is VMCOREINFO_ABSENT. */
enum vmcoreinfo_status vmcoreinfo_get_text(const struct vmcoreinfo *info, enum vmcoreinfo_key key,
					   struct vmcoreinfo_text *text);

/*
 * The bytes of a value of VMCOREINFO_FORMAT_HEXBYTES. `*length` is set to how many there
 * are, if they fit or the status is VMCOREINFO_TOO_LONG.
 */
enum vmcoreinfo_status vmcoreinfo_get_bytes(const struct vmcoreinfo *info, enum vmcoreinfo_key key,
					    uint8_t *bytes, size_t size, size_t *length);

/* A line `name=value` of printable bytes, of a known key or not. */
struct vmcoreinfo_line {
	struct vmcoreinfo_text name;
	struct vmcoreinfo_text value;
	size_t number;		/* from 1 */
	enum vmcoreinfo_key key;	/* VMCOREINFO_NO_KEY where it is no known one */
	size_t next;		/* private: the offset of the line behind it */
};

/*
 * On to the next such line: the first of all for a `line` of zeros, `= { 0 }`. False, and
 * `line` as it was, behind the last.
 */
bool vmcoreinfo_next_line(const struct vmcoreinfo *info, struct vmcoreinfo_line *line);

/* The line of a key, known or not, whose value counts: that is the last one which is usable. */
bool vmcoreinfo_find_line(const struct vmcoreinfo *info, const char *name, size_t length,
			  struct vmcoreinfo_line *line);

/*
 * The number in a line. Of a key that is not known, a SYMBOL() is hexadecimal, and any
 * other value decimal, with or without a sign, or hexadecimal behind 0x.
 */
enum vmcoreinfo_status vmcoreinfo_line_number(const struct vmcoreinfo_line *line, uint64_t *bits);

/* How many keys this parser knows: VMCOREINFO_KEY_COUNT when it was compiled. */
size_t vmcoreinfo_key_count(void);

bool vmcoreinfo_key_from_name(const char *name, size_t length, enum vmcoreinfo_key *key);

/* Understands aliases, such as `uname -m` prints them: aarch64, ppc64le, amd64. */
enum vmcoreinfo_arch vmcoreinfo_arch_from_name(const char *name, size_t length);

/* By the header of an ELF file: `e_machine`, and 32 or 64 by its class. */
enum vmcoreinfo_arch vmcoreinfo_arch_from_elf(unsigned int machine, unsigned int bits);

/* A word, such as "malformed"; "?" for a number that is none. */
const char *vmcoreinfo_diagnostic_name(enum vmcoreinfo_diagnostic_id id);
const char *vmcoreinfo_status_name(enum vmcoreinfo_status status);

#if VMCOREINFO_HAS_METADATA

/* Releases in which the value of an entry is not what its key says. */
struct vmcoreinfo_quirk {
	enum vmcoreinfo_quirk_kind kind;
	const char *releases;	/* such as "6.6..6.8.9, 6.9.3.." */
	const char *text;	/* in which way, for people */
};

/* What is known of an entry. Releases are the first with it and the first without it. */
struct vmcoreinfo_entry {
	const char *name;
	const char *since;	/* NULL for a key that no kernel exports */
	const char *until;	/* NULL while it is exported */
	const enum vmcoreinfo_key *replaced_by;
	const struct vmcoreinfo_quirk *quirks;
	unsigned int replaced_by_count;
	unsigned int quirk_count;
	unsigned int name_length;
	enum vmcoreinfo_kind kind;
	enum vmcoreinfo_format format;
	enum vmcoreinfo_unit unit;
};

/* What is known of a key; NULL for a number that is no key. */
const struct vmcoreinfo_entry *vmcoreinfo_entry_of(enum vmcoreinfo_key key);

/*
 * The quirk that a key has in this note, NULL for none: that of its value, where the
 * status is VMCOREINFO_GARBAGE, else the first one of its OSRELEASE. Those of single
 * architectures are told for them alone. A distribution's kernel may have the repair of a
 * later release.
 */
const struct vmcoreinfo_quirk *vmcoreinfo_quirk_of(const struct vmcoreinfo *info,
						   enum vmcoreinfo_key key,
						   enum vmcoreinfo_arch arch);

#endif
#if VMCOREINFO_HAS_DERIVATIONS

/* Read `size` bytes of dump memory at a kernel virtual address; false where that fails. */
typedef bool vmcoreinfo_read(void *context, uint64_t address, void *buffer, size_t size);

/*
 * What the text does not tell of a dump. Without an architecture, recipes of single ones
 * do not apply; without `read`, those that read memory fail.
 */
struct vmcoreinfo_dump {
	enum vmcoreinfo_arch arch;
	bool big_endian;
	vmcoreinfo_read *read;
	void *context;
};

struct vmcoreinfo_derived {
	uint64_t value;		/* a negative one as its two's complement */
	const char *recipe;	/* name of the recipe that was used */
};

/* Values that take several entries, or memory of the dump; `dump` may be NULL. */

#include "derivations.h"

#endif

#ifdef __cplusplus
}
#endif

#endif /* VMCOREINFO_PARSER_H */
