/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a note, in the form that editors jump to. The exit code is 1 where a line
 * can't be used, so a script that collects dumps can tell which to look at.
 */
#include "lint_vmcoreinfo.h"

#include <stdio.h>

static void report(void *context, const struct lint_vmcoreinfo_diagnostic *diagnostic)
{
	static const char *const severities[] = {
		[LINT_VMCOREINFO_SEVERITY_INFO] = "note",
		[LINT_VMCOREINFO_SEVERITY_WARNING] = "warning",
		[LINT_VMCOREINFO_SEVERITY_ERROR] = "error",
	};

	printf("%s:%zu: %s: %.*s%s%s [%s]\n", (const char *)context, diagnostic->line,
	       severities[diagnostic->severity], (int)diagnostic->name.length, diagnostic->name.data,
	       diagnostic->name.length ? ": " : "", diagnostic->message,
	       lint_vmcoreinfo_diagnostic_name(diagnostic->id));
}

int main(int argc, char **argv)
{
	static struct lint_vmcoreinfo info;
	static char data[65536];
	size_t errors = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: note-lint NOTE...\n");
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		struct lint_vmcoreinfo_text text;

		if (!file) {
			perror(argv[i]);
			return 2;
		}
		text = lint_vmcoreinfo_note_text(data, fread(data, 1, sizeof(data), file));
		fclose(file);
		errors += lint_vmcoreinfo_parse(&info, text.data, text.length, report, argv[i]);
	}
	return errors ? 1 : 0;
}
