/* SPDX-License-Identifier: MIT */
/* The release of a note. */

/* Up to four numbers of OSRELEASE, in 16-bit fields from the top; 0 if there are fewer than two. */
static uint64_t release_of(const struct vmcoreinfo *info)
{
	uint64_t numbers[4] = { 0, 0, 0, 0 };
	const char *at, *stop;
	size_t part;

	if (!vmcoreinfo_has(info, VMCOREINFO_OSRELEASE))
		return 0;
	/* The byte that ends the value is not a digit. */
	at = info->text.data + info->values[VMCOREINFO_OSRELEASE].offset;
	stop = info->text.data + info->text.length;
	for (part = 0; part < 4; part++) {
		const char *start = at;

		for (; at < stop && digit_of(*at) < 10; at++) {
			numbers[part] = numbers[part] * 10 + digit_of(*at);
			if (numbers[part] > 0xffff)
				return 0;
		}
		if (at == start)
			break;
		if (at >= stop || *at != '.') {
			part++;
			break;
		}
		at++;
	}
	if (part < 2)
		return 0;
	return numbers[0] << 48 | numbers[1] << 32 | numbers[2] << 16 | numbers[3];
}

static bool is_within(uint64_t release, uint64_t since, uint64_t until)
{
	return release && release >= since && (!until || release < until);
}
