/* SPDX-License-Identifier: MIT */
/* The text of a plan: the file for `-i`, and the whole changed note. */

static void put_text(struct writing *out, struct vmcoreinfo_text text)
{
	put_bytes(out, text.data, text.length);
}

/* A value as the kernel prints it; an address less `moved`. */
static void put_value(struct writing *out, const struct change *change, uint64_t moved)
{
	uint64_t value = change->value - moved;

	switch (change->format) {
	case VMCOREINFO_FORMAT_HEX:
		put_number(out, value, 16);
		break;
	case VMCOREINFO_FORMAT_PREFIXED_HEX:
		put(out, "0x");
		put_number(out, value, 16);
		break;
	case VMCOREINFO_FORMAT_SIGNED:
		if (value >> 63) {
			put(out, "-");
			value = -value;
		}
		put_number(out, value, 10);
		break;
	default:
		put_number(out, value, 10);
		break;
	}
}

static void put_line(struct writing *out, const struct change *change, uint64_t moved)
{
	put(out, key_names[change->key]);
	put(out, "=");
	put_value(out, change, moved);
	put(out, "\n");
}

/*
 * The file that makedumpfile reads besides the dump's note: it needs release and page size first,
 * and adds the KASLR offset to every SYMBOL in it (read_vmcoreinfo_symbol()).
 */
static void put_overlay(struct writing *out, const struct plan *plan,
			const struct vmcoreinfo *info)
{
	static const uint16_t first[] = { VMCOREINFO_OSRELEASE, VMCOREINFO_PAGESIZE };
	struct vmcoreinfo_text text;
	uint64_t moved = 0;
	size_t i;

	(void)vmcoreinfo_get_number(info, VMCOREINFO_KERNELOFFSET, &moved);
	for (i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		if (vmcoreinfo_get_text(info, first[i], &text) == VMCOREINFO_ABSENT)
			continue;
		put(out, key_names[first[i]]);
		put(out, "=");
		put_text(out, text);
		put(out, "\n");
	}
	for (i = 0; i < plan->count; i++)
		put_line(out, &plan->changes[i],
			 begins(key_names[plan->changes[i].key], "SYMBOL(") ? moved : 0);
}

/* Whether a line's key is removed or rewritten. */
static const struct change *change_of(const struct plan *plan, const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < plan->count; i++) {
		const char *name = key_names[plan->changes[i].key];
		size_t size = length_of(name);

		if (length > size && text[size] == '=' && memcmp(text, name, size) == 0)
			return &plan->changes[i];
	}
	return NULL;
}

static void put_additions(struct writing *out, const struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		if (!plan->changes[i].is_gone && !plan->changes[i].replaces)
			put_line(out, &plan->changes[i], 0);
}

/* The note, with additions before CRASHTIME, which every kernel prints last. */
static void put_note(struct writing *out, const struct plan *plan, const struct vmcore *core)
{
	const char *at = core->text, *end = core->text + core->length;
	bool is_added = false;

	while (at < end) {
		const char *stop = at;
		const struct change *change;

		while (stop < end && *stop != '\n')
			stop++;
		if (!is_added && begins_within(at, stop, "CRASHTIME=")) {
			put_additions(out, plan);
			is_added = true;
		}
		change = change_of(plan, at, (size_t)(stop - at));
		if (!change) {
			put_bytes(out, at, (size_t)(stop - at));
			put(out, "\n");
		} else if (change->replaces) {
			put_line(out, change, 0);
		}
		at = stop < end ? stop + 1 : end;
	}
	if (!is_added)
		put_additions(out, plan);
}
