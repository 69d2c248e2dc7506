/* SPDX-License-Identifier: MIT */
/*
 * Whatever a parse may leave is asked all that it answers: any status, any number, any place in any
 * text of up to 4096 bytes. What parse.c can't say is assumed here: that a key with a status
 * other than absent has a value, which MemorySanitizer sees to. Lines are of what the header promises.
 */
#include "__fc_builtin.h"
#include "vmcoreinfo.h"

#define MOST 4096

typedef enum vmcoreinfo_status derivation(const struct vmcoreinfo *, const struct vmcoreinfo_dump *,
					  struct vmcoreinfo_derived *);

#define DERIVATION(name) vmcoreinfo_derive_##name,
static derivation *const derivations[] = {
#include "derivations.inc"
	NULL
};

static char buffer[MOST];
static char name[MOST];
static struct vmcoreinfo info;
static volatile int any;

/* Up to eight bytes of anything. */
static bool read_memory(void *context, uint64_t address, void *memory, size_t size)
{
	(void)context;
	(void)address;
	Frama_C_make_unknown(memory, size);
	return any;
}

static void values(void)
{
	enum vmcoreinfo_key key = (enum vmcoreinfo_key)Frama_C_unsigned_int_interval(0, 0xffffffff);
	struct vmcoreinfo_text text;
	uint8_t bytes[64];
	uint64_t bits;
	size_t length;

	vmcoreinfo_get_status(&info, key);
	vmcoreinfo_has(&info, key);
	vmcoreinfo_get_number(&info, key, &bits);
	vmcoreinfo_get_text(&info, key, &text);
	vmcoreinfo_entry_of(key);
	vmcoreinfo_quirk_of(&info, key, (enum vmcoreinfo_arch)any);
	vmcoreinfo_get_bytes(&info, key, bytes, (size_t)Frama_C_interval(0, sizeof(bytes)), &length);
}

static void lines(void)
{
	struct vmcoreinfo_line line = { { NULL, 0 }, { NULL, 0 }, 0, VMCOREINFO_NO_KEY, 0 };

	line.next = (size_t)Frama_C_interval(0, MOST);
	vmcoreinfo_next_line(&info, &line);
}

static void one_line(void)
{
	struct vmcoreinfo_line line = { { name, 0 }, { buffer, 0 }, 0, VMCOREINFO_NO_KEY, 0 };
	uint64_t bits;

	line.name.length = (size_t)Frama_C_interval(0, MOST);
	line.value.length = (size_t)Frama_C_interval(0, MOST);
	line.key = (enum vmcoreinfo_key)any;
	vmcoreinfo_line_number(&line, &bits);
}

static void names(void)
{
	size_t length = (size_t)Frama_C_interval(0, MOST);
	enum vmcoreinfo_key key;

	vmcoreinfo_key_count();
	vmcoreinfo_key_from_name(name, length, &key);
	vmcoreinfo_diagnostic_name((enum vmcoreinfo_diagnostic_id)any);
	vmcoreinfo_status_name((enum vmcoreinfo_status)any);
	vmcoreinfo_note_text(buffer, length);
}

static void derived(void)
{
	struct vmcoreinfo_dump dump = { VMCOREINFO_ARCH_UNKNOWN, false, NULL, NULL };
	struct vmcoreinfo_derived value;
	size_t i;

	dump.arch = (enum vmcoreinfo_arch)any;
	dump.big_endian = any;
	dump.read = any ? read_memory : NULL;
	for (i = 0; derivations[i]; i++)
		derivations[i](&info, any ? &dump : NULL, &value);
}

int main(void)
{
	unsigned int key;

	Frama_C_make_unknown(buffer, sizeof(buffer));
	Frama_C_make_unknown(name, sizeof(name));
	info.text.data = buffer;
	info.text.length = (size_t)Frama_C_interval(0, MOST);
	for (key = 0; key < VMCOREINFO_KEY_COUNT; key++) {
		info.statuses[key] = (uint8_t)Frama_C_interval(VMCOREINFO_OK, VMCOREINFO_GARBAGE);
		info.values[key].bits = Frama_C_unsigned_long_interval(0, UINT64_MAX);
		info.values[key].offset = (size_t)Frama_C_interval(0, MOST);
	}
	values();
	lines();
	one_line();
	names();
	derived();
	return 0;
}
