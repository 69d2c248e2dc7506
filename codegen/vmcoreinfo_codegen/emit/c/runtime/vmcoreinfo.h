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
 * Within one VMCOREINFO_ABI, enumerator values never change. Neither do structures, except for
 * those that only the library creates: struct vmcoreinfo_entry, struct vmcoreinfo_quirk and struct
 * vmcoreinfo_diagnostic may get new members at the end.
 */

/* The result of a query. */
enum vmcoreinfo_status {
	VMCOREINFO_OK,
	VMCOREINFO_ABSENT,	/* the note has no such line */
	VMCOREINFO_MALFORMED,	/* the line's value is not valid for this key */
	VMCOREINFO_OUT_OF_RANGE,	/* the number does not fit in 64 bits */
	VMCOREINFO_GARBAGE,	/* garbage that some kernels print as the value */
	VMCOREINFO_WRONG_TYPE,	/* the key's value is not a number, or not bytes */
	VMCOREINFO_TOO_LONG,	/* the bytes do not fit in the caller's buffer */
	VMCOREINFO_NO_RECIPE,	/* no recipe applies to this note */
	VMCOREINFO_READ_FAILED,	/* the recipe applies, but memory could not be read */
};

/* Bytes in the caller's text; not NUL-terminated. */
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
	size_t offset;		/* of the first wrong byte, from the start of the text */
	size_t line;		/* from 1 */
	struct vmcoreinfo_text name;	/* the key's text in the line; empty if the line has none */
	enum vmcoreinfo_key key;	/* VMCOREINFO_NO_KEY if it is unknown */
	const char *message;
};

typedef void vmcoreinfo_report(void *context, const struct vmcoreinfo_diagnostic *diagnostic);

/*
 * Parse a text. A bad line does not affect the others. `report` may be NULL; it is called for each
 * diagnostic, in line order. Returns the number of diagnostics that are errors. Such a line may
 * belong to a key that you don't need: to reject a note, check the status of the keys that you do
 * need.
 */
size_t vmcoreinfo_parse(struct vmcoreinfo *info, const char *text, size_t length,
			vmcoreinfo_report *report, void *context);

/*
 * The text in `data`: the descriptor of a raw VMCOREINFO ELF note of either byte
 * order, or `data` itself if it does not start with such a header.
 */
struct vmcoreinfo_text vmcoreinfo_note_text(const void *data, size_t size);

/* VMCOREINFO_OK if the note has a usable value for the key, otherwise the reason. */
enum vmcoreinfo_status vmcoreinfo_get_status(const struct vmcoreinfo *info,
					     enum vmcoreinfo_key key);

/* Whether the status is VMCOREINFO_OK. */
bool vmcoreinfo_has(const struct vmcoreinfo *info, enum vmcoreinfo_key key);

/*
 * A number in any format, set if the status is VMCOREINFO_OK. Negative numbers are in two's
 * complement, so (int64_t)bits is the value of a key with VMCOREINFO_FORMAT_SIGNED.
 */
enum vmcoreinfo_status vmcoreinfo_get_number(const struct vmcoreinfo *info,
					     enum vmcoreinfo_key key, uint64_t *bits);

/* Any value as printed, set unless the status is VMCOREINFO_ABSENT. */
enum vmcoreinfo_status vmcoreinfo_get_text(const struct vmcoreinfo *info, enum vmcoreinfo_key key,
					   struct vmcoreinfo_text *text);

/*
 * The bytes of a value of VMCOREINFO_FORMAT_HEXBYTES. `*length` is set to their number if they fit
 * or the status is VMCOREINFO_TOO_LONG.
 */
enum vmcoreinfo_status vmcoreinfo_get_bytes(const struct vmcoreinfo *info, enum vmcoreinfo_key key,
					    uint8_t *bytes, size_t size, size_t *length);

/* A line `name=value` of printable bytes, of a known or unknown key. */
struct vmcoreinfo_line {
	struct vmcoreinfo_text name;
	struct vmcoreinfo_text value;
	size_t number;		/* from 1 */
	enum vmcoreinfo_key key;	/* VMCOREINFO_NO_KEY if it is unknown */
	size_t next;		/* private: the offset of the next line */
};

/*
 * Advance to the next such line; start with a `line` of zeros, `= { 0 }`. After the last line,
 * returns false and leaves `line` unchanged.
 */
bool vmcoreinfo_next_line(const struct vmcoreinfo *info, struct vmcoreinfo_line *line);

/* The line whose value counts for a key, known or not: the last usable one. */
bool vmcoreinfo_find_line(const struct vmcoreinfo *info, const char *name, size_t length,
			  struct vmcoreinfo_line *line);

/*
 * The number in a line. For an unknown key, a SYMBOL() is hexadecimal, and any other value decimal,
 * with or without a sign, or hexadecimal with 0x.
 */
enum vmcoreinfo_status vmcoreinfo_line_number(const struct vmcoreinfo_line *line, uint64_t *bits);

/* How many keys this parser knows: VMCOREINFO_KEY_COUNT when it was compiled. */
size_t vmcoreinfo_key_count(void);

bool vmcoreinfo_key_from_name(const char *name, size_t length, enum vmcoreinfo_key *key);

/* Accepts aliases, such as those of `uname -m`: aarch64, ppc64le, amd64. */
enum vmcoreinfo_arch vmcoreinfo_arch_from_name(const char *name, size_t length);

/* From the header of an ELF file: `e_machine`, and 32 or 64 for its class. */
enum vmcoreinfo_arch vmcoreinfo_arch_from_elf(unsigned int machine, unsigned int bits);

/* A word, such as "malformed"; "?" for an invalid number. */
const char *vmcoreinfo_diagnostic_name(enum vmcoreinfo_diagnostic_id id);
const char *vmcoreinfo_status_name(enum vmcoreinfo_status status);

#if VMCOREINFO_HAS_METADATA

/* Releases in which the value of an entry is wrong or missing. */
struct vmcoreinfo_quirk {
	enum vmcoreinfo_quirk_kind kind;
	const char *releases;	/* such as "6.6..6.8.9, 6.9.3.." */
	const char *text;	/* how it is wrong, for people */
};

/* Information about an entry. The releases are the first with it and the first without it. */
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

/* Information about a key; NULL for an invalid number. */
const struct vmcoreinfo_entry *vmcoreinfo_entry_of(enum vmcoreinfo_key key);

/*
 * The quirk of a key in this note, NULL for none: that of its value if the status is
 * VMCOREINFO_GARBAGE, otherwise the first one for its OSRELEASE. Quirks of certain architectures
 * are returned only for those. A distribution's kernel may have the fix of a later release.
 */
const struct vmcoreinfo_quirk *vmcoreinfo_quirk_of(const struct vmcoreinfo *info,
						   enum vmcoreinfo_key key,
						   enum vmcoreinfo_arch arch);

#endif
#if VMCOREINFO_HAS_DERIVATIONS

/* Read `size` bytes of dump memory at a kernel virtual address; false on failure. */
typedef bool vmcoreinfo_read(void *context, uint64_t address, void *buffer, size_t size);

/*
 * What the text does not show about a dump. Without an architecture, recipes for certain
 * architectures do not apply; without `read`, recipes that read memory fail.
 */
struct vmcoreinfo_dump {
	enum vmcoreinfo_arch arch;
	bool big_endian;
	vmcoreinfo_read *read;
	void *context;
};

struct vmcoreinfo_derived {
	uint64_t value;		/* in two's complement if negative */
	const char *recipe;	/* name of the recipe that was used */
};

/* Values computed from several entries or dump memory; `dump` may be NULL. */

#include "derivations.h"

#endif

#ifdef __cplusplus
}
#endif

#endif /* VMCOREINFO_PARSER_H */
