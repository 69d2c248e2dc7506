/* SPDX-License-Identifier: MIT */
/*
 * Coverage-guided fuzzing of the derivations: whatever text, architecture, byte order and
 * memory, each keeps the promises of the header.
 *
 * The last four bytes of the input choose the dump, the text is before them. The build
 * makes derivations.inc, a list of the header's derivations: DERIVATION(name) for each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmcoreinfo.h"

#define PROMISE(kept) ((kept) ? (void)0 : broken(#kept, __LINE__))

typedef enum vmcoreinfo_status derivation(const struct vmcoreinfo *, const struct vmcoreinfo_dump *,
				    struct vmcoreinfo_derived *);

#define DERIVATION(name) vmcoreinfo_derive_##name,
static derivation *const derivations[] = {
#include "derivations.inc"
	NULL
};

enum { MEMORY_NONE, MEMORY_NOISE, MEMORY_ECHO, MEMORY_FLAKY, MEMORY_KINDS };

struct memory {
	unsigned int kind;
	unsigned int seed;
	unsigned int reads;
	unsigned int failures;
};

static const char not_set[] = "not set";

static void broken(const char *promise, int line)
{
	fprintf(stderr, "derive.c:%d: broken promise: %s\n", line, promise);
	abort();
}

static bool read_memory(void *context, uint64_t address, void *buffer, size_t size)
{
	struct memory *memory = context;
	uint64_t value = memory->kind == MEMORY_ECHO ? address : address * memory->seed >> 3;
	unsigned char *bytes = buffer;
	size_t i;

	/* Recipes read pointers and integers. */
	PROMISE(size == 1 || size == 2 || size == 4 || size == 8);
	memory->reads++;
	if (memory->kind == MEMORY_FLAKY && (address ^ memory->seed) % 3 == 0) {
		memory->failures++;
		return false;
	}
	for (i = 0; i < size; i++)
		bytes[i] = (unsigned char)(value >> 8 * i);
	return true;
}

static void check(derivation *derive, const struct vmcoreinfo *info, const struct vmcoreinfo_dump *dump)
{
	struct vmcoreinfo_derived derived = { 0x5a, not_set }, again = { 0xa5, not_set };
	struct memory *memory = dump ? dump->context : NULL;
	enum vmcoreinfo_status status = derive(info, dump, &derived);
	bool is_readable = dump && dump->read;

	PROMISE(status == VMCOREINFO_OK || status == VMCOREINFO_NO_RECIPE || status == VMCOREINFO_READ_FAILED);
	PROMISE(status == VMCOREINFO_OK ? derived.recipe && derived.recipe[0] && derived.recipe != not_set :
				    derived.recipe == not_set && derived.value == 0x5a);
	/* A derivation ends with the read that failed. */
	if (is_readable)
		PROMISE(memory->failures == (status == VMCOREINFO_READ_FAILED));
	else
		PROMISE(!memory || memory->reads == 0);
	PROMISE(derive(info, dump, &again) == status);
	PROMISE(again.recipe == derived.recipe);
	PROMISE(status != VMCOREINFO_OK || again.value == derived.value);
	if (memory)
		memory->reads = memory->failures = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmcoreinfo_dump dump = { VMCOREINFO_ARCH_UNKNOWN, false, read_memory, NULL };
	struct memory memory = { 0, 0, 0, 0 };
	struct vmcoreinfo *info;
	const uint8_t *chosen;
	char *text;
	size_t i;

	if (size < 4)
		return 0;
	size -= 4;
	chosen = data + size;
	dump.arch = (enum vmcoreinfo_arch)(chosen[0] < 64 ? chosen[0] : chosen[0] - 128);
	dump.big_endian = chosen[1] & 1;
	dump.context = &memory;
	memory.kind = (chosen[1] >> 1) % MEMORY_KINDS;
	memory.seed = chosen[2] | (unsigned int)chosen[3] << 8;
	if (memory.kind == MEMORY_NONE)
		dump.read = NULL;

	info = malloc(sizeof(*info));
	text = malloc(size ? size : 1);
	PROMISE(info && text);
	if (size)
		memcpy(text, data, size);
	vmcoreinfo_parse(info, text, size, NULL, NULL);
	for (i = 0; derivations[i]; i++) {
		check(derivations[i], info, &dump);
		check(derivations[i], info, NULL);
	}
	free(info);
	free(text);
	return 0;
}
