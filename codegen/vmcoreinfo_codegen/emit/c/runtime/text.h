/* SPDX-License-Identifier: MIT */
/* Any line, and a text of them. */

/* The value of a digit, or 16 for what is none. */
static unsigned int digit_of(char byte)
{
	if (byte >= '0' && byte <= '9')
		return (unsigned int)(byte - '0');
	if (byte >= 'a' && byte <= 'f')
		return (unsigned int)(byte - 'a') + 10;
	if (byte >= 'A' && byte <= 'F')
		return (unsigned int)(byte - 'A') + 10;
	return 16;
}

/* The whole of `text` as digits of `base`, at least one, into at most `most`. */
static enum vmcoreinfo_status number_of_base(struct vmcoreinfo_text text, unsigned int base,
					     uint64_t most, uint64_t *value)
{
	enum vmcoreinfo_status status = VMCOREINFO_OK;
	uint64_t sum = 0;
	size_t i;

	if (text.length == 0)
		return VMCOREINFO_MALFORMED;
	for (i = 0; i < text.length; i++) {
		unsigned int digit = digit_of(text.data[i]);
		uint64_t low, high;

		if (digit >= base)
			return VMCOREINFO_MALFORMED;
		/* In halves, as a division would be a call where words have 32 bits. */
		low = (sum & UINT32_MAX) * base + digit;
		high = (sum >> 32) * base + (low >> 32);
		if (high > UINT32_MAX || (high << 32 | (low & UINT32_MAX)) > most)
			status = VMCOREINFO_OUT_OF_RANGE;
		else
			sum = high << 32 | (low & UINT32_MAX);
	}
	*value = sum;
	return status;
}

static struct vmcoreinfo_text without(struct vmcoreinfo_text text, size_t prefix)
{
	text.data += prefix;
	text.length -= prefix;
	return text;
}

static bool has_0x(struct vmcoreinfo_text text)
{
	return text.length >= 2 && text.data[0] == '0' && text.data[1] == 'x';
}

static enum vmcoreinfo_status signed_of(struct vmcoreinfo_text text, uint64_t *bits)
{
	enum vmcoreinfo_status status;

	if (text.length == 0 || text.data[0] != '-')
		return number_of_base(text, 10, INT64_MAX, bits);
	status = number_of_base(without(text, 1), 10, (uint64_t)INT64_MAX + 1, bits);
	*bits = 0 - *bits;
	return status;
}

/* The bits of a value, 1 for a flag, 0 where it is no number. */
static enum vmcoreinfo_status value_of(enum vmcoreinfo_format format, struct vmcoreinfo_text text,
				       uint64_t *bits)
{
	size_t i;

	*bits = 0;
	switch (format) {
	case VMCOREINFO_FORMAT_DECIMAL:
	case VMCOREINFO_FORMAT_SIGNED:
	case VMCOREINFO_FORMAT_PREFIXED_HEX:
		/* As strtoull(, , 0) reads them in the tools, but for octal. */
		if (has_0x(text))
			return number_of_base(without(text, 2), 16, UINT64_MAX, bits);
		if (format == VMCOREINFO_FORMAT_SIGNED)
			return signed_of(text, bits);
		return number_of_base(text, 10, UINT64_MAX, bits);
	case VMCOREINFO_FORMAT_HEX:
		if (has_0x(text))
			text = without(text, 2);
		return number_of_base(text, 16, UINT64_MAX, bits);
	case VMCOREINFO_FORMAT_STRING:
		return text.length ? VMCOREINFO_OK : VMCOREINFO_MALFORMED;
	case VMCOREINFO_FORMAT_HEXBYTES:
		if (text.length == 0 || text.length % 2)
			return VMCOREINFO_MALFORMED;
		for (i = 0; i < text.length; i++)
			if (digit_of(text.data[i]) == 16)
				return VMCOREINFO_MALFORMED;
		return VMCOREINFO_OK;
	default:	/* VMCOREINFO_FORMAT_FLAG */
		*bits = 1;
		return text.length == 1 && text.data[0] == 'y' ? VMCOREINFO_OK
							       : VMCOREINFO_MALFORMED;
	}
}

static bool is_number(enum vmcoreinfo_format format)
{
	return format <= VMCOREINFO_FORMAT_PREFIXED_HEX;
}

/* Whether a number is printed in another base than kernels print that key in. */
static bool has_other_base(enum vmcoreinfo_format format, struct vmcoreinfo_text text)
{
	return is_number(format) && has_0x(text) != (format == VMCOREINFO_FORMAT_PREFIXED_HEX);
}

/* Take in the value of a known key; `line` is where its name stands. */
static void take_value(struct parser *parser, const char *line, struct vmcoreinfo_text name,
		       unsigned int key, struct vmcoreinfo_text value)
{
	struct vmcoreinfo *info = parser->info;
	enum vmcoreinfo_format format = (enum vmcoreinfo_format)shapes[key].format;
	enum vmcoreinfo_status status, before = (enum vmcoreinfo_status)info->statuses[key];
	uint64_t bits;

	status = value_of(format, value, &bits);
	if (status == VMCOREINFO_MALFORMED)
		tell(parser, VMCOREINFO_MALFORMED_LINE, value.data, name, key,
		       malformed_messages[format]);
	else if (status == VMCOREINFO_OUT_OF_RANGE)
		tell(parser, VMCOREINFO_OVERFLOW_LINE, value.data, name, key,
		       "the number does not fit in 64 bits");
	else if (before != VMCOREINFO_ABSENT)
		tell(parser, VMCOREINFO_DUPLICATE_LINE, line, name, key, DUPLICATE);
	if (status == VMCOREINFO_OK && has_other_base(format, value))
		tell(parser, VMCOREINFO_OTHER_BASE_LINE, value.data, name, key,
		       "kernels print the value of this key in another base");
	if (status == VMCOREINFO_OK && is_garbage(key, value.data, value.length)) {
		status = VMCOREINFO_GARBAGE;
		tell(parser, VMCOREINFO_GARBAGE_LINE, value.data, name, key,
		       "the value is one that some kernels print, and means nothing");
	}
	/* The last line counts, but none that is worse than what stood before it. */
	if (before == VMCOREINFO_OK && status != VMCOREINFO_OK)
		return;
	info->statuses[key] = (uint8_t)status;
	info->values[key].bits = bits;
	info->values[key].text = value.data;
}

/* One line of printable bytes, without its newline; `name` is set to what stands before the '='. */
static void parse_line(struct parser *parser, const char *line, const char *stop,
		       struct vmcoreinfo_text *name, unsigned int *key)
{
	const char *equals = find(line, stop, '=');
	const struct shape *shape;
	struct vmcoreinfo_text value;

	if (equals == stop) {
		tell(parser, VMCOREINFO_MALFORMED_LINE, line, *name, *key, "no '=' in the line");
		return;
	}
	if (equals == line) {
		tell(parser, VMCOREINFO_MALFORMED_LINE, line, *name, *key,
		       "nothing before the '='");
		return;
	}
	name->length = (size_t)(equals - line);
	value.data = equals + 1;
	value.length = (size_t)(stop - value.data);
	shape = shape_of(line, name->length);
	if (!shape) {
		tell(parser, VMCOREINFO_UNKNOWN_LINE, line, *name, *key, UNKNOWN);
		return;
	}
	parser->shape = shape;
	*key = shape->key;
#if OTHER_KEYS
	if (*key == VMCOREINFO_NO_KEY)
		return;
#endif
	take_value(parser, line, *name, *key, value);
}

/* Whatever line is at `at`; returns where the next one is, `*end` where there is none. */
static RARE const char *parse_any(struct parser *parser, const char *at, const char **end)
{
	struct vmcoreinfo_text name = { at, 0 };
	unsigned int key = VMCOREINFO_NO_KEY;
	const char *stop = find_unprintable(at, *end);

	/* A NUL ends the text. */
	if (stop < *end && *stop == '\0')
		*end = stop;
	if (stop == at && stop == *end)
		return stop;
	if (stop == *end || *stop == '\n') {
		parse_line(parser, at, stop, &name, &key);
	} else {
		tell(parser, VMCOREINFO_NOT_TEXT_LINE, stop, name, key,
		       "a byte that is not printable ASCII; the line is not used");
		while (stop < *end && *stop != '\n' && *stop != '\0')
			stop++;
		if (stop < *end && *stop == '\0')
			*end = stop;
	}
	if (stop < *end) {
		parser->line++;
		return stop + 1;
	}
	tell(parser, VMCOREINFO_TRUNCATED_LINE, at, name, key,
	       "the last line has no newline; it may be cut");
	return stop;
}

size_t vmcoreinfo_parse(struct vmcoreinfo *info, const char *text, size_t length,
			vmcoreinfo_report *report_to, void *context)
{
	struct parser parser = { info, report_to, context, 1, 0, NO_SHAPE };
	const char *limit, *end, *at;
	char last[2 * WINDOW];
	size_t key;

	/* NULL is no address to count from, so none is an empty text. */
	if (!text || !length) {
		text = "";
		length = 0;
	}
	limit = end = text + length;
	for (key = 0; key < VMCOREINFO_KEY_COUNT; key++)
		info->statuses[key] = VMCOREINFO_ABSENT;
	info->text.data = text;

	for (at = text; at < end;) {
		size_t left = (size_t)(end - at);
		const char *from = at;

		if (left >= WINDOW) {
			at = fast_lines(&parser, at, end - WINDOW + 1, 0);
		} else {
			/* The same in a copy with other bytes behind it. */
			copy(last, at, left);
			copy(last + left, zeros, sizeof(zeros));
			at += fast_lines(&parser, last, last + left,
					 (uintptr_t)at - (uintptr_t)last) - last;
		}
		if (at == from)
			at = parse_any(&parser, at, &end);
	}
	info->text.length = (size_t)(end - text);
	while (at < limit && *at == '\0')
		at++;
	if (at < limit) {
		struct vmcoreinfo_text none = { end, 0 };

		/* It is behind the last line. */
		if (end > text && end[-1] != '\n')
			parser.line++;
		tell(&parser, VMCOREINFO_NOT_TEXT_LINE, end, none, VMCOREINFO_NO_KEY,
		       "there is more text behind a NUL byte; it is not read");
	}
	return parser.errors;
}
