/* SPDX-License-Identifier: MIT */
/*
 * Tells all that the generated C parser says of a text, a line a fact, so that it
 * can be compared with what Python says. One process answers many requests.
 *
 * A request is some of these lines, then "go". Bytes are hexadecimal digits, "-"
 * where there are none.
 *
 *   text BYTES		parse a text
 *   note BYTES		parse the text of an ELF note
 *   null		parse a text of length 0 at no address
 *   find BYTES		look a name up in what was parsed last
 *   lines		every line of it, and the quirks of each key on each architecture
 *   memory ADDRESS BYTES	there is such memory, for the targets that follow
 *   target ARCH little|big none|map|noise|flaky|echo
 *			derive every value; ARCH "-" is none, "?" a number of none
 *   targetless		derive every value without a dump
 *   metadata		what is known of every entry, architecture, diagnostic
 *
 * An answer is its length in bytes on a line of its own, then that many bytes.
 * A "contradiction" line is a promise of the header that was not kept.
 *
 * Memory of a target: `map` has what the request gives; `noise` has some byte at
 * every address; `flaky` is the same, but fails at a quarter of the addresses;
 * `echo` has at each address that address; with `none` there is no reader.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmcoreinfo.h"

#if VMCOREINFO_HAS_DERIVATIONS
/* The build makes a list of the header's derivations: DERIVATION(name) for each. */
#define DERIVATION(name) { #name, vmcoreinfo_derive_##name },
static const struct {
	const char *name;
	enum vmcoreinfo_status (*derive)(const struct vmcoreinfo *, const struct vmcoreinfo_dump *,
				   struct vmcoreinfo_derived *);
} derivations[] = {
#include "derivations.inc"
	{ NULL, NULL }
};
#endif

static const char *const severity_names[] = { "info", "warning", "error" };

enum { MOST_CHUNKS = 64 };

struct bytes {
	unsigned char *start;	/* as allocated */
	unsigned char *data;	/* what follows the last one is out of bounds */
	size_t length;
};

struct chunk {
	uint64_t address;
	struct bytes bytes;
};

enum mode { MODE_NONE, MODE_MAP, MODE_NOISE, MODE_FLAKY, MODE_ECHO, MODE_COUNT };

static const char *const mode_names[] = { "none", "map", "noise", "flaky", "echo" };

struct state {
	FILE *out;
	struct bytes text;
	struct vmcoreinfo *info;
	struct chunk chunks[MOST_CHUNKS];
	size_t chunk_count;
	enum mode mode;
};

static void fail(const char *why)
{
	fprintf(stderr, "driver: %s\n", why);
	exit(3);
}

static void *allocate(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		fail("no memory");
	return memory;
}

/* A buffer of exactly that size, so that a sanitizer sees a read of one byte more. */
static struct bytes buffer_of(size_t length)
{
	struct bytes bytes;

	/* malloc(0) may give a byte that can be read. */
	bytes.start = allocate(length ? length : 1);
	bytes.data = length ? bytes.start : bytes.start + 1;
	bytes.length = length;
	return bytes;
}

static struct bytes copy_of(const void *data, size_t length)
{
	struct bytes bytes = buffer_of(length);

	memcpy(bytes.data, data, length);
	return bytes;
}

static unsigned int digit(char letter)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = letter ? strchr(digits, letter) : NULL;

	if (!at)
		fail("not hexadecimal digits");
	return (unsigned int)(at - digits);
}

static struct bytes bytes_of(const char *word)
{
	struct bytes bytes;
	size_t i;

	bytes = buffer_of(strcmp(word, "-") == 0 ? 0 : strlen(word) / 2);
	for (i = 0; i < bytes.length; i++)
		bytes.data[i] = (unsigned char)(digit(word[2 * i]) << 4 |
						digit(word[2 * i + 1]));
	return bytes;
}

static void print_bytes(FILE *out, const void *data, size_t length)
{
	const unsigned char *bytes = data;
	size_t i;

	if (length == 0)
		fputc('-', out);
	for (i = 0; i < length; i++)
		fprintf(out, "%02x", bytes[i]);
}

#include "driver_values.h"

/* ---- the text ---------------------------------------------------------------- */

static void report(void *context, const struct vmcoreinfo_diagnostic *diagnostic)
{
	struct state *state = context;
	const char *start = (const char *)state->text.data;
	const struct vmcoreinfo_text *name = &diagnostic->name;
	enum vmcoreinfo_key key = VMCOREINFO_NO_KEY;

	fprintf(state->out, "diagnostic %s %s %zu %zu ",
		vmcoreinfo_diagnostic_name(diagnostic->id), severity_names[diagnostic->severity],
		diagnostic->line, diagnostic->offset);
	print_bytes(state->out, name->data, name->length);
	fprintf(state->out, " %s\n", diagnostic->message);
	if (diagnostic->offset > state->text.length)
		fprintf(state->out, "contradiction: the offset is outside of the text\n");
	if (start && (name->data < start ||
		      name->data + name->length > start + state->text.length))
		fprintf(state->out, "contradiction: the name is outside of the text\n");
	if (name->length)
		vmcoreinfo_key_from_name(name->data, name->length, &key);
	if (key != diagnostic->key)
		fprintf(state->out, "contradiction: the key is not that of the name\n");
}

static void parse(struct state *state, const char *text, size_t length)
{
	struct vmcoreinfo *silent = allocate(sizeof(*silent));
	size_t errors;
	unsigned int key;

	/* What the parser leaves unset shows, as the two are filled with different bytes. */
	memset(state->info, 0xa5, sizeof(*state->info));
	memset(silent, 0x5a, sizeof(*silent));
	errors = vmcoreinfo_parse(state->info, text, length, report, state);
	fprintf(state->out, "errors %zu\n", errors);
	if (vmcoreinfo_parse(silent, text, length, NULL, NULL) != errors ||
	    memcmp(silent->statuses, state->info->statuses, VMCOREINFO_KEY_COUNT) != 0)
		fputs("contradiction: without a report it differs\n", state->out);
	for (key = 0; key < VMCOREINFO_KEY_COUNT; key++) {
		print_value(state->out, state->info, (enum vmcoreinfo_key)key);
		if (vmcoreinfo_has(silent, (enum vmcoreinfo_key)key) &&
		    (state->info->values[key].bits != silent->values[key].bits ||
		     state->info->values[key].offset != silent->values[key].offset))
			fputs("contradiction: a value is not set\n", state->out);
	}
	if (vmcoreinfo_quirk_of(state->info, VMCOREINFO_NO_KEY, VMCOREINFO_ARCH_UNKNOWN))
		fputs("contradiction: there is a quirk of nothing\n", state->out);
	if (vmcoreinfo_has(state->info, (enum vmcoreinfo_key)VMCOREINFO_KEY_COUNT) ||
	    vmcoreinfo_has(state->info, VMCOREINFO_NO_KEY))
		fputs("contradiction: it has what is no key\n", state->out);
	free(silent);
}

static void take_text(struct state *state, const void *data, size_t length)
{
	free(state->text.start);
	state->text = copy_of(data, length);
	parse(state, (const char *)state->text.data, state->text.length);
}

static void take_note(struct state *state, const struct bytes *note)
{
	const char *start = (const char *)note->data;
	struct vmcoreinfo_text text = vmcoreinfo_note_text(note->data, note->length);

	fprintf(state->out, "note %td %zu\n", text.data - start, text.length);
	if (text.data < start || text.data + text.length > start + note->length) {
		fputs("contradiction: the text is outside of the note\n", state->out);
		return;
	}
	take_text(state, text.data, text.length);
}

static void find(struct state *state, const struct bytes *name)
{
	struct vmcoreinfo_line line;

	fputs("find ", state->out);
	print_bytes(state->out, name->data, name->length);
	if (vmcoreinfo_find_line(state->info, (const char *)name->data, name->length, &line)) {
		fputs(" is ", state->out);
		print_bytes(state->out, line.value.data, line.value.length);
		print_number(state->out, &line);
	}
	fputc('\n', state->out);
}

#if VMCOREINFO_HAS_DERIVATIONS
/* ---- derivations ------------------------------------------------------------- */

static unsigned char noise(uint64_t address)
{
	address *= UINT64_C(0x9e3779b97f4a7c15);
	address ^= address >> 29;
	address *= UINT64_C(0xbf58476d1ce4e5b9);
	return (unsigned char)(address >> 56);
}

static bool read_map(const struct state *state, uint64_t address, void *buffer, size_t size)
{
	size_t i;

	for (i = 0; i < state->chunk_count; i++) {
		const struct chunk *chunk = &state->chunks[i];
		uint64_t skip = address - chunk->address;

		if (skip < chunk->bytes.length && size <= chunk->bytes.length - skip) {
			memcpy(buffer, chunk->bytes.data + skip, size);
			return true;
		}
	}
	return false;
}

static bool read_memory(void *context, uint64_t address, void *buffer, size_t size)
{
	const struct state *state = context;
	unsigned char *bytes = buffer;
	bool good = true;
	size_t i;

	if (state->mode == MODE_MAP)
		good = read_map(state, address, buffer, size);
	else if (state->mode == MODE_FLAKY && noise(address) % 4 == 0)
		good = false;
	else if (state->mode == MODE_ECHO)
		for (i = 0; i < size; i++)
			bytes[i] = (unsigned char)(address >> (8 * i));
	else
		for (i = 0; i < size; i++)
			bytes[i] = noise(address + i);
	fprintf(state->out, "read %" PRIx64 " %zu %s\n", address, size, good ? "ok" : "failed");
	return good;
}

static void derive(const struct state *state, const struct vmcoreinfo_dump *dump)
{
	size_t i;

	for (i = 0; derivations[i].name; i++) {
		struct vmcoreinfo_derived derived = { 0x5a5a5a5a, "not set" };
		enum vmcoreinfo_status status;

		status = derivations[i].derive(state->info, dump, &derived);
		fprintf(state->out, "derive %s %s", derivations[i].name, vmcoreinfo_status_name(status));
		if (status == VMCOREINFO_OK)
			fprintf(state->out, " %" PRIu64 " %s", derived.value, derived.recipe);
		fputc('\n', state->out);
	}
}

static void take_target(struct state *state, char *arch, const char *order, const char *mode)
{
	struct vmcoreinfo_dump dump = { VMCOREINFO_ARCH_UNKNOWN, false, read_memory, state };
	unsigned int i;

	if (strcmp(arch, "?") == 0) {
		dump.arch = (enum vmcoreinfo_arch)64;
	} else if (strcmp(arch, "-") != 0) {
		struct bytes name = copy_of(arch, strlen(arch));

		dump.arch = vmcoreinfo_arch_from_name((const char *)name.data, name.length);
		free(name.start);
	}
	dump.big_endian = strcmp(order, "big") == 0;
	for (i = 0; i < MODE_COUNT && strcmp(mode, mode_names[i]) != 0; i++)
		;
	if (i == MODE_COUNT)
		fail("no such memory");
	state->mode = (enum mode)i;
	if (state->mode == MODE_NONE)
		dump.read = NULL;
	derive(state, &dump);
}
#else
static void derive(const struct state *state, const void *dump)
{
	(void)state;
	(void)dump;
}

static void take_target(struct state *state, char *arch, const char *order, const char *mode)
{
	(void)arch;
	(void)order;
	(void)mode;
	(void)mode_names;
	derive(state, NULL);
}
#endif

/* ---- what is known ----------------------------------------------------------- */

static void print_metadata(FILE *out)
{
	static const char *const kinds[] = {
		"SYMBOL", "SIZE", "OFFSET", "LENGTH", "NUMBER", "CONFIG", "bare",
	};
	static const char *const formats[] = {
		"decimal", "signed", "hex", "0x-hex", "string", "hexbytes", "flag",
	};
	static const char *const units[] = {
		"-", "address", "physical-address", "bytes", "count", "bits", "bit", "mask",
		"index", "seconds", "page-type", "displacement", "register", "boolean", "text",
	};
	enum vmcoreinfo_key again;
	unsigned int key, id, machine, bits;
	size_t i;

	fprintf(out, "release %s %s\n", VMCOREINFO_FIRST_RELEASE, VMCOREINFO_LATEST_RELEASE);
	if (vmcoreinfo_key_count() != VMCOREINFO_KEY_COUNT)
		fputs("contradiction: two counts of keys\n", out);
	for (key = 0; key < VMCOREINFO_KEY_COUNT; key++) {
		const struct vmcoreinfo_entry *entry = entry_of(key);

		again = VMCOREINFO_NO_KEY;
		fprintf(out, "entry %s %s %s %s %s %s", entry->name, kinds[entry->kind],
			formats[entry->format], units[entry->unit], entry->since ? entry->since : "-",
			entry->until ? entry->until : "-");
		for (i = 0; i < entry->replaced_by_count; i++)
			fprintf(out, " %s", entry_of(entry->replaced_by[i])->name);
		fputc('\n', out);
		if (strlen(entry->name) != entry->name_length)
			fputs("contradiction: not the length of the name\n", out);
		if (!vmcoreinfo_key_from_name(entry->name, entry->name_length, &again) || (unsigned int)again != key)
			fputs("contradiction: the key is not found by its name\n", out);
		if (vmcoreinfo_key_from_name(entry->name, entry->name_length - 1, &again) &&
		    (unsigned int)again == key)
			fputs("contradiction: the key is found by a part of its name\n", out);
	}
	if (entry_of(VMCOREINFO_KEY_COUNT) || vmcoreinfo_entry_of(VMCOREINFO_NO_KEY))
		fputs("contradiction: there is an entry of no key\n", out);
	for (id = 0; id <= VMCOREINFO_GARBAGE_LINE; id++)
		fprintf(out, "id %s\n", vmcoreinfo_diagnostic_name((enum vmcoreinfo_diagnostic_id)id));
	if (strcmp(vmcoreinfo_diagnostic_name((enum vmcoreinfo_diagnostic_id)id), "?") != 0)
		fputs("contradiction: there is a diagnostic of no name\n", out);
	for (i = 0; i <= VMCOREINFO_READ_FAILED; i++)
		fprintf(out, "status %s\n", vmcoreinfo_status_name((enum vmcoreinfo_status)i));
	if (strcmp(vmcoreinfo_status_name((enum vmcoreinfo_status)i), "?") != 0)
		fputs("contradiction: there is a status of no name\n", out);
	if (vmcoreinfo_key_from_name(NULL, 0, &again) || vmcoreinfo_arch_from_name(NULL, 0))
		fputs("contradiction: no name is a name\n", out);
	for (machine = 0; machine <= 0xffff; machine++) {
		for (bits = 32; bits <= 64; bits += 32) {
			enum vmcoreinfo_arch arch = vmcoreinfo_arch_from_elf(machine, bits);

			if (arch != VMCOREINFO_ARCH_UNKNOWN)
				fprintf(out, "machine %u %u %u\n", machine, bits, (unsigned int)arch);
		}
	}
#if VMCOREINFO_HAS_DERIVATIONS
	for (i = 0; derivations[i].name; i++)
		fprintf(out, "derivation %s\n", derivations[i].name);
#endif
}

/* ---- requests ---------------------------------------------------------------- */

static void forget_memory(struct state *state)
{
	while (state->chunk_count)
		free(state->chunks[--state->chunk_count].bytes.start);
}

static void take_line(struct state *state, char *line)
{
	const char *verb = strtok(line, " ");
	char *words[3] = { NULL, NULL, NULL };
	struct bytes bytes;
	size_t i;

	for (i = 0; i < 3; i++)
		words[i] = strtok(NULL, " ");
	if (!verb)
		fail("an empty line");
	if (strcmp(verb, "null") == 0) {
		free(state->text.start);
		memset(&state->text, 0, sizeof(state->text));
		parse(state, NULL, 0);
	} else if (strcmp(verb, "targetless") == 0) {
		derive(state, NULL);
	} else if (strcmp(verb, "lines") == 0) {
		print_lines(state->out, state->info);
		print_quirks(state->out, state->info);
	} else if (strcmp(verb, "metadata") == 0) {
		print_metadata(state->out);
	} else if (strcmp(verb, "memory") == 0 && words[1]) {
		if (state->chunk_count == MOST_CHUNKS)
			fail("too much memory");
		state->chunks[state->chunk_count].address = strtoull(words[0], NULL, 16);
		state->chunks[state->chunk_count++].bytes = bytes_of(words[1]);
	} else if (strcmp(verb, "target") == 0 && words[2]) {
		take_target(state, words[0], words[1], words[2]);
	} else if (words[0]) {
		bytes = bytes_of(words[0]);
		if (strcmp(verb, "text") == 0)
			take_text(state, bytes.data, bytes.length);
		else if (strcmp(verb, "note") == 0)
			take_note(state, &bytes);
		else if (strcmp(verb, "find") == 0)
			find(state, &bytes);
		else
			fail("no such verb");
		free(bytes.start);
	} else {
		fail("no such verb");
	}
}

int main(void)
{
	struct state state;
	char *line = NULL, *answer = NULL;
	size_t room = 0, length = 0;
	ssize_t count;

	memset(&state, 0, sizeof(state));
	state.info = allocate(sizeof(*state.info));
	state.out = open_memstream(&answer, &length);
	while (state.out && (count = getline(&line, &room, stdin)) > 0) {
		alarm(60);	/* against a parser that does not come to an end */
		line[count - 1] = '\0';
		if (strcmp(line, "go") != 0) {
			take_line(&state, line);
			continue;
		}
		fclose(state.out);
		printf("%zu\n", length);
		fwrite(answer, 1, length, stdout);
		fflush(stdout);
		alarm(0);
		free(answer);
		forget_memory(&state);
		state.out = open_memstream(&answer, &length);
	}
	if (state.out)
		fclose(state.out);
	free(answer);
	forget_memory(&state);
	free(state.text.start);
	free(state.info);
	free(line);
	return 0;
}
