/* SPDX-License-Identifier: MIT */
/* Texts, and messages. */

static size_t length_of(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

static bool is_same(const char *one, const char *other)
{
	size_t length = length_of(one);

	return length == length_of(other) && memcmp(one, other, length) == 0;
}

static bool begins(const char *text, const char *with)
{
	for (; *with; text++, with++)
		if (*text != *with)
			return false;
	return true;
}

/* The same of a text that ends at `stop`. */
static bool begins_within(const char *text, const char *stop, const char *with)
{
	for (; *with; text++, with++)
		if (text == stop || *text != *with)
			return false;
	return true;
}

/* A buffer that is filled from the front; it is marked too long if something does not fit. */
struct writing {
	char *data;
	size_t size;
	size_t length;
	bool is_too_long;
};

static void put_bytes(struct writing *out, const char *bytes, size_t length)
{
	if (length > out->size - out->length) {
		out->is_too_long = true;
		return;
	}
	memcpy(out->data + out->length, bytes, length);
	out->length += length;
}

static void put(struct writing *out, const char *text)
{
	put_bytes(out, text, length_of(text));
}

static void put_number(struct writing *out, uint64_t value, unsigned int base)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	put_bytes(out, digits + at, sizeof(digits) - at);
}

/* One line to standard error, in one write; standard output may carry the dump. */
static char told[512];
static struct writing line = { told, sizeof(told) - 1, 0, false };

static void tell(const char *text)
{
	if (!line.length)
		put(&line, "vmcoreinfo-rescue: ");
	put(&line, text);
}

static void tell_number(uint64_t value)
{
	put_number(&line, value, 10);
}

static void end_line(void)
{
	told[line.length] = '\n';
	(void)write_all(2, told, line.length + 1);
	line.length = 0;
	line.is_too_long = false;
}

static void tell_line(const char *text)
{
	tell(text);
	end_line();
}
