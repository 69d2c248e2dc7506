/* SPDX-License-Identifier: MIT */
/* The ELF note around a text. */

static uint32_t word_of(const unsigned char *bytes, bool big_endian)
{
	uint32_t word = 0;
	size_t i;

	for (i = 0; i < 4; i++)
		word = word << 8 | bytes[big_endian ? i : 3 - i];
	return word;
}

struct vmcoreinfo_text vmcoreinfo_note_text(const void *data, size_t size)
{
	static const char name[] = "VMCOREINFO";
	const unsigned char *bytes = (const unsigned char *)data;
	struct vmcoreinfo_text text = { (const char *)data, size };
	unsigned int order;

	/* namesz, descsz, type; the name padded to 12 bytes; the text. */
	if (size < 24 || !same((const char *)bytes + 12, name, sizeof(name)))
		return text;
	for (order = 0; order < 2; order++) {
		bool big_endian = order == 1;

		if (word_of(bytes, big_endian) == sizeof(name) &&
		    word_of(bytes + 8, big_endian) == 0) {
			size_t length = word_of(bytes + 4, big_endian);

			text.data = (const char *)bytes + 24;
			text.length = length < size - 24 ? length : size - 24;
			break;
		}
	}
	return text;
}
