/* SPDX-License-Identifier: MIT */
/* What the driver prints of values, lines and quirks; it has print_bytes(). */

static const struct vmcoreinfo_entry *entry_of(unsigned int key)
{
	return vmcoreinfo_entry_of((enum vmcoreinfo_key)key);
}

static void print_value(FILE *out, const struct vmcoreinfo *info, enum vmcoreinfo_key key)
{
	const struct vmcoreinfo_entry *entry = entry_of(key);
	enum vmcoreinfo_status status = vmcoreinfo_get_status(info, key), of_number, of_bytes;
	struct vmcoreinfo_text text = { NULL, 0 };
	struct vmcoreinfo_line line;
	size_t length = 0, again = 0;
	uint8_t bytes[256];
	uint64_t bits = 0;

	of_number = vmcoreinfo_get_number(info, key, &bits);
	of_bytes = vmcoreinfo_get_bytes(info, key, bytes, sizeof(bytes), &length);
	if (vmcoreinfo_has(info, key) != (status == VMCOREINFO_OK))
		fprintf(out, "contradiction: %s is there, or is not\n", entry->name);
	if (status == VMCOREINFO_ABSENT) {
		if (of_number != status || of_bytes != status ||
		    vmcoreinfo_get_text(info, key, &text) != status ||
		    vmcoreinfo_find_line(info, entry->name, entry->name_length, &line))
			fprintf(out, "contradiction: %s is absent, but has a value\n",
				entry->name);
		return;
	}
	if (vmcoreinfo_get_text(info, key, &text) != status ||
	    (of_number != status && of_number != VMCOREINFO_WRONG_TYPE) ||
	    (of_bytes != status && of_bytes != VMCOREINFO_WRONG_TYPE &&
	     of_bytes != VMCOREINFO_TOO_LONG))
		fputs("contradiction: two statuses of one value\n", out);
	fprintf(out, "value %s %s ", entry->name, vmcoreinfo_status_name(status));
	if (of_number == VMCOREINFO_OK)
		fprintf(out, "%" PRIu64 " ", bits);
	else
		fputs("- ", out);
	print_bytes(out, text.data, text.length);
	fputc(' ', out);
	if (of_bytes == VMCOREINFO_OK) {
		print_bytes(out, bytes, length);
		if (length && (vmcoreinfo_get_bytes(info, key, bytes, length - 1, &again) !=
			       VMCOREINFO_TOO_LONG || again != length))
			fputs(" contradiction: longer than the buffer", out);
	} else if (of_bytes == VMCOREINFO_TOO_LONG) {
		fprintf(out, "%zu", length);
	} else {
		fputc('-', out);
	}
	fputc('\n', out);
	if (!vmcoreinfo_find_line(info, entry->name, entry->name_length, &line) ||
	    line.key != key || line.value.data != text.data || line.value.length != text.length)
		fputs("contradiction: vmcoreinfo_find_line() differs\n", out);
}

static void print_number(FILE *out, const struct vmcoreinfo_line *line)
{
	uint64_t bits;

	if (vmcoreinfo_line_number(line, &bits) == VMCOREINFO_OK)
		fprintf(out, " %" PRIu64, bits);
	else
		fputs(" -", out);
}

static void print_lines(FILE *out, const struct vmcoreinfo *info)
{
	struct vmcoreinfo_line line;

	memset(&line, 0, sizeof(line));
	while (vmcoreinfo_next_line(info, &line)) {
		fprintf(out, "line %zu ", line.number);
		print_bytes(out, line.name.data, line.name.length);
		fputc(' ', out);
		print_bytes(out, line.value.data, line.value.length);
		print_number(out, &line);
		fputc('\n', out);
	}
}

static void print_quirks(FILE *out, const struct vmcoreinfo *info)
{
	unsigned int key, arch;

	for (key = 0; key < VMCOREINFO_KEY_COUNT; key++) {
		if (vmcoreinfo_quirk_of(info, (enum vmcoreinfo_key)key, (enum vmcoreinfo_arch)64) !=
		    vmcoreinfo_quirk_of(info, (enum vmcoreinfo_key)key, VMCOREINFO_ARCH_UNKNOWN))
			fputs("contradiction: a quirk of what is no architecture\n", out);
		for (arch = 0; arch < VMCOREINFO_ARCH_COUNT; arch++) {
			const struct vmcoreinfo_quirk *quirk = vmcoreinfo_quirk_of(
				info, (enum vmcoreinfo_key)key, (enum vmcoreinfo_arch)arch);

			if (quirk)
				fprintf(out, "quirk %s %u %s %s\n", entry_of(key)->name, arch,
					quirk->releases, quirk->text);
		}
	}
}
