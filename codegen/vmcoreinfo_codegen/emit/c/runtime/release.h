/* SPDX-License-Identifier: MIT */
/* The release of a note. */

/* The numbers of OSRELEASE, up to four, in fields of 16 bits from the top; 0 where there are not two. */
static uint64_t release_of(const struct vmcoreinfo *info)
{
	struct vmcoreinfo_text text;
	uint64_t numbers[4] = { 0, 0, 0, 0 };
	size_t i = 0, part;

	if (vmcoreinfo_get_text(info, VMCOREINFO_OSRELEASE, &text) != VMCOREINFO_OK)
		return 0;
	for (part = 0; part < 4; part++) {
		size_t start = i;

		for (; i < text.length && digit_of(text.data[i]) < 10; i++) {
			numbers[part] = numbers[part] * 10 + digit_of(text.data[i]);
			if (numbers[part] > 0xffff)
				return 0;
		}
		if (i == start)
			break;
		if (i == text.length || text.data[i] != '.') {
			part++;
			break;
		}
		i++;
	}
	if (part < 2)
		return 0;
	return numbers[0] << 48 | numbers[1] << 32 | numbers[2] << 16 | numbers[3];
}

static bool is_within(uint64_t release, uint64_t since, uint64_t until)
{
	return release && release >= since && (!until || release < until);
}
