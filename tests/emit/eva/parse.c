/* SPDX-License-Identifier: MIT */
/*
 * Any text of 1 to 4096 bytes is parsed, at the start of a buffer of 4096: a byte before the text is
 * out of bounds, one behind it where the text is as long as the buffer.
 */
#include "__fc_builtin.h"
#include "vmcoreinfo.h"

#define MOST 4096

static char buffer[MOST];
static volatile int any;
static volatile size_t told;

static void report(void *context, const struct vmcoreinfo_diagnostic *diagnostic)
{
	told = diagnostic->offset + diagnostic->line + diagnostic->name.length + *(size_t *)context;
	told = (size_t)diagnostic->id + (size_t)diagnostic->key + (size_t)diagnostic->message[0];
}

int main(void)
{
	struct vmcoreinfo info;
	size_t length = (size_t)Frama_C_interval(1, MOST), context = 0;
	const char *text = buffer;

	Frama_C_make_unknown(buffer, MOST);
	vmcoreinfo_parse(&info, text, length, any ? report : NULL, &context);
	return 0;
}
