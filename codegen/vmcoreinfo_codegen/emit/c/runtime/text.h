/* SPDX-License-Identifier: MIT */
/* Any line, and a text of lines. */

/* The value of a digit, or 16 if it is not a digit. */
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

/* Convert everything from `at` to `stop`, at least one digit of `base`, to a number of at most `most`. */
static enum vmcoreinfo_status number_of_base(const char *at, const char *stop, unsigned int base,
					     uint64_t most, uint64_t *value)
{
	enum vmcoreinfo_status status = VMCOREINFO_OK;
	uint64_t sum = 0;

	if (at == stop)
		return VMCOREINFO_MALFORMED;
	for (; at < stop; at++) {
		unsigned int digit = digit_of(*at);
		uint64_t low, high;

		if (digit >= base)
			return VMCOREINFO_MALFORMED;
		/* In halves, as a division would be a call on 32-bit machines. */
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

static bool has_0x(const char *at, const char *stop)
{
	return stop - at >= 2 && at[0] == '0' && at[1] == 'x';
}

static enum vmcoreinfo_status signed_of(const char *at, const char *stop, uint64_t *bits)
{
	enum vmcoreinfo_status status;

	if (at < stop && *at == '-') {
		status = number_of_base(at + 1, stop, 10, (uint64_t)INT64_MAX + 1, bits);
		*bits = 0 - *bits;
		return status;
	}
	return number_of_base(at, stop, 10, INT64_MAX, bits);
}

/* The bits of a value: 1 for a flag, 0 if it is not a number. */
static enum vmcoreinfo_status value_of(enum vmcoreinfo_format format, const char *at,
				       const char *stop, uint64_t *bits)
{
	*bits = 0;
	switch (format) {
	case VMCOREINFO_FORMAT_DECIMAL:
	case VMCOREINFO_FORMAT_SIGNED:
	case VMCOREINFO_FORMAT_PREFIXED_HEX:
		/* Like strtoull(, , 0) in the tools, except for octal. */
		if (has_0x(at, stop))
			return number_of_base(at + 2, stop, 16, UINT64_MAX, bits);
		if (format == VMCOREINFO_FORMAT_SIGNED)
			return signed_of(at, stop, bits);
		return number_of_base(at, stop, 10, UINT64_MAX, bits);
	case VMCOREINFO_FORMAT_HEX:
		if (has_0x(at, stop))
			at += 2;
		return number_of_base(at, stop, 16, UINT64_MAX, bits);
	case VMCOREINFO_FORMAT_STRING:
		return at < stop ? VMCOREINFO_OK : VMCOREINFO_MALFORMED;
	case VMCOREINFO_FORMAT_HEXBYTES:
		if (at == stop || (stop - at) % 2)
			return VMCOREINFO_MALFORMED;
		for (; at < stop; at++)
			if (digit_of(*at) == 16)
				return VMCOREINFO_MALFORMED;
		return VMCOREINFO_OK;
	default:	/* VMCOREINFO_FORMAT_FLAG */
		*bits = 1;
		return stop - at == 1 && *at == 'y' ? VMCOREINFO_OK : VMCOREINFO_MALFORMED;
	}
}

static bool is_number(enum vmcoreinfo_format format)
{
	return format <= VMCOREINFO_FORMAT_PREFIXED_HEX;
}

/* The same for a key: without a sign it may be wider than with one. */
static enum vmcoreinfo_status value_of_key(unsigned int key, const char *at, const char *stop,
					   uint64_t *bits)
{
	enum vmcoreinfo_format format = (enum vmcoreinfo_format)shapes[key].format;

#if OTHER_FORMATS
	if (other_formats(key) & 1u << VMCOREINFO_FORMAT_DECIMAL && at < stop && *at != '-')
		format = VMCOREINFO_FORMAT_DECIMAL;
#endif
	return value_of(format, at, stop, bits);
}

/* Whether a number is printed in a different base than kernels use for the key. */
static bool has_other_base(unsigned int key, const char *at, const char *stop)
{
	enum vmcoreinfo_format format = (enum vmcoreinfo_format)shapes[key].format;

#if OTHER_FORMATS
	if (other_formats(key) & 1u << VMCOREINFO_FORMAT_PREFIXED_HEX)
		return false;
#endif
	return is_number(format) && has_0x(at, stop) != (format == VMCOREINFO_FORMAT_PREFIXED_HEX);
}

/* Parse the value of a known key, whose name precedes it in the text. */
static void take_value(struct parser *parser, struct vmcoreinfo_text name, unsigned int key,
		       const char *value, const char *stop)
{
	struct vmcoreinfo *info = parser->info;
	enum vmcoreinfo_format format = (enum vmcoreinfo_format)shapes[key].format;
	enum vmcoreinfo_status status, before = (enum vmcoreinfo_status)info->statuses[key];
	uint64_t bits;

	status = value_of_key(key, value, stop, &bits);
	if (status == VMCOREINFO_MALFORMED)
		tell(parser, VMCOREINFO_MALFORMED_LINE, value, name, key,
		       malformed_messages[format]);
	else if (status == VMCOREINFO_OUT_OF_RANGE)
		tell(parser, VMCOREINFO_OVERFLOW_LINE, value, name, key,
		       "the number does not fit in 64 bits");
	else if (before != VMCOREINFO_ABSENT)
		tell(parser, VMCOREINFO_DUPLICATE_LINE, name.data, name, key, DUPLICATE);
	if (status == VMCOREINFO_OK && has_other_base(key, value, stop))
		tell(parser, VMCOREINFO_OTHER_BASE_LINE, value, name, key,
		       "the number base differs from what kernels print; tools may misread it");
	if (status == VMCOREINFO_OK && is_garbage(key, value, stop)) {
		status = VMCOREINFO_GARBAGE;
		tell(parser, VMCOREINFO_GARBAGE_LINE, value, name, key,
		       "the value is garbage that some kernels print; it is not used");
	}
	/* The last line counts, unless an earlier line is better. */
	if (before == VMCOREINFO_OK && status != VMCOREINFO_OK)
		return;
	info->statuses[key] = (uint8_t)status;
	info->values[key].bits = bits;
	info->values[key].offset = (size_t)(value - info->text.data);
}

/* One line of printable bytes, without its newline; `name` is set to the text before the '='. */
static void parse_line(struct parser *parser, const char *line, const char *stop,
		       struct vmcoreinfo_text *name, unsigned int *key)
{
	const char *equals = find(line, stop, '=');
	const struct shape *shape;

	if (equals >= stop) {
		tell(parser, VMCOREINFO_MALFORMED_LINE, line, *name, *key,
		       "no '=' in the line, expected KEY=VALUE");
		return;
	}
	if (equals == line) {
		tell(parser, VMCOREINFO_MALFORMED_LINE, line, *name, *key,
		       "no key before the '=', expected KEY=VALUE");
		return;
	}
	name->length = (size_t)(equals - line);
	shape = shape_of(line, equals);
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
	take_value(parser, *name, *key, equals + 1, stop);
}

/* Parse the line at `at`; returns the start of the next one, or `*end` if there is none. */
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
	if (stop < *end && *stop != '\n') {
		tell(parser, VMCOREINFO_NOT_TEXT_LINE, stop, name, key,
		       "a byte is not printable ASCII; the line is ignored");
		while (stop < *end && *stop != '\n' && *stop != '\0')
			stop++;
		if (stop < *end && *stop == '\0')
			*end = stop;
	} else {
		parse_line(parser, at, stop, &name, &key);
	}
	if (stop < *end) {
		parser->line++;
		return stop + 1;
	}
	tell(parser, VMCOREINFO_TRUNCATED_LINE, at, name, key,
	       "the last line has no newline; it may be truncated");
	return stop;
}

size_t vmcoreinfo_parse(struct vmcoreinfo *info, const char *text, size_t length,
			vmcoreinfo_report *report_to, void *context)
{
	struct parser parser = { info, report_to, context, 1, 0, NO_SHAPE };
	const char *limit, *end, *at;
	char last[2 * WINDOW];
	ptrdiff_t left;
	size_t key;

	/* NULL can't be used in arithmetic, so it becomes an empty text. */
	if (!text || !length) {
		text = "";
		length = 0;
	}
	limit = end = text + length;
	for (key = 0; key < VMCOREINFO_KEY_COUNT; key++)
		info->statuses[key] = VMCOREINFO_ABSENT;
	info->text.data = text;

	for (at = text; (left = end - at) > 0;) {
		const char *from = at;

		if (left >= WINDOW) {
			at = fast_lines(&parser, at, end - WINDOW + 1, (uintptr_t)text);
		} else {
			/* The same in a copy followed by other bytes. */
			copy(last, zeros, sizeof(last));
			copy(last, at, (size_t)left);
			at += fast_lines(&parser, last, last + left,
					 (uintptr_t)last - (size_t)(at - text)) - last;
			/* No line ends after the text, as the copy has no newline there. */
			INVARIANT(end - at >= 0);
		}
		if (at == from)
			at = parse_any(&parser, at, &end);
	}
	info->text.length = (size_t)(end - text);
	while (at < limit && *at == '\0')
		at++;
	if (at < limit) {
		struct vmcoreinfo_text none = { end, 0 };

		/* It is after the last line. */
		if (end > text && end[-1] != '\n')
			parser.line++;
		tell(&parser, VMCOREINFO_NOT_TEXT_LINE, end, none, VMCOREINFO_NO_KEY,
		       "the text after a NUL byte is ignored");
	}
	return parser.errors;
}
