/* SPDX-License-Identifier: MIT */
/* Lines as kernels print them, parsed without looking for their end first. */

/* A number and the end of it: NULL if there is no number, or an unusual one. */
struct parsed {
	const char *end;
	uint64_t value;
};

/* Up to sixteen digits, after an optional sign if the format has one. */
static struct parsed long_decimal(const char *at, bool is_signed)
{
	static const uint32_t powers[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000 };
	struct parsed number = { NULL, 0 };
	bool is_negative = is_signed && *at == '-';
	const char *start = is_negative ? at + 1 : at;
	uint64_t marks, digits = decimals(load(start), &marks);
	unsigned int bits;

	at = start;
	if (!marks) {
		number.value = decimal_of(digits);
		at += 8;
		digits = decimals(load(at), &marks);
		if (!marks)
			return number;
	}
	bits = before(marks);
	if (bits)
		number.value = number.value * powers[bits / 8] + decimal_of(leading(digits, bits));
	at += bits / 8;
	if (at == start || (is_negative && number.value == 0))
		return number;
	number.end = at;
	if (is_negative)
		number.value = 0 - number.value;
	return number;
}

/*
 * Most have up to three digits. Branching on their number keeps the next line from waiting for this
 * one.
 */
static inline struct parsed fast_decimal(const char *at, bool is_signed)
{
	struct parsed number = { NULL, 0 };
	uint32_t digits = load_half(at) ^ 0x30303030;

	if ((digits & 0xff00) == ('\n' ^ 0x30) << 8) {
		digits &= 0xff;
		if (digits > 9)
			return number;
		number.value = digits;
		number.end = at + 1;
	} else if ((digits & 0xff0000) == ('\n' ^ 0x30) << 16) {
		digits &= 0xffff;
		if (((digits + 0x7676) | digits) & 0x8080)
			return long_decimal(at, is_signed);
		number.value = digits * (10 << 8 | 1) >> 8 & 0xff;
		number.end = at + 2;
	} else if (digits >> 24 == ('\n' ^ 0x30)) {
		digits <<= 8;
		if (((digits + 0x76767600) | digits) & 0x80808080)
			return long_decimal(at, is_signed);
		digits = digits * (10 << 8 | 1) >> 8 & 0x00ff00ff;
		number.value = digits * (100 << 16 | 1) >> 16;
		number.end = at + 3;
	} else {
		number = long_decimal(at, is_signed);
	}
	return number;
}

static inline struct parsed fast_hex(const char *at)
{
	uint64_t marks, more, digits = hexadecimals(load(at), &marks);
	uint64_t second = hexadecimals(load(at + 8), &more);
	struct parsed number;
	unsigned int bits;

	if (!(marks | more)) {
		number.value = hex_of(digits) << 32 | hex_of(second);
		number.end = at + 16;
	} else if (marks) {
		bits = before(marks);
		number.value = bits ? hex_of(leading(digits, bits)) : 0;
		number.end = bits ? at + bits / 8 : NULL;
	} else {
		bits = before(more);
		number.value = hex_of(digits);
		if (bits)
			number.value = number.value << bits / 2 | hex_of(leading(second, bits));
		number.end = at + 8 + bits / 8;
	}
	return number;
}

/* The same for values that are not numbers; `limit` is the end of the window. */
static struct parsed fast_text(const char *at, const char *limit, enum vmcoreinfo_format format)
{
	struct parsed number = { NULL, format == VMCOREINFO_FORMAT_FLAG };
	const char *start = at;
	uint64_t marks;

	if (format == VMCOREINFO_FORMAT_FLAG) {
		number.end = *at == 'y' ? at + 1 : NULL;
		return number;
	}
	for (; limit - at >= 8; at += 8) {
		if (format == VMCOREINFO_FORMAT_HEXBYTES)
			hexadecimals(load(at), &marks);
		else
			marks = non_printables(load(at));
		if (!marks)
			continue;
		at += before(marks) / 8;
		if (at > start && (format == VMCOREINFO_FORMAT_STRING || (at - start) % 2 == 0))
			number.end = at;
		break;
	}
	return number;
}

/* Marks of the bytes that end a name. */
static inline uint64_t ends(const char *at)
{
	return marks_of(load(at), '=') | non_printables(load(at));
}

/* The bytes before the first '=' of a window, all printable; 0 if it does not start like that. */
static inline unsigned int length_of_name(const char *window)
{
	unsigned int at;

	for (at = 0; at < WINDOW; at += 8) {
		uint64_t marks = ends(window + at);

		if (marks) {
			at += before(marks) / 8;
			return window[at] == '=' ? at : 0;
		}
	}
	return 0;
}

/*
 * The end of the line whose name has that many bytes, or NULL if its value is not printable. The
 * line starts before `stop`, where WINDOW more bytes can be read.
 */
static inline const char *behind_value(const char *value, unsigned int length, const char *stop)
{
	const char *at, *limit = stop + WINDOW - 1;

	/* Branches keep the next line from waiting for the marks. */
	if (length < WINDOW - 24) {
		uint64_t marks = non_printables(load(value));

		if (value[1] == '\n' && !(marks & 0x80))
			return value + 2;
		if (value[2] == '\n' && !(marks & 0x8080))
			return value + 3;
		if (value[3] == '\n' && !(marks & 0x808080))
			return value + 4;
		if (value[16] == '\n' && !(marks | non_printables(load(value + 8))))
			return value + 17;
	}
	for (at = value; limit - at >= 8; at += 8) {
		uint64_t marks = non_printables(load(at));

		if (marks) {
			at += before(marks) / 8;
			return *at == '\n' ? at + 1 : NULL;
		}
	}
	return NULL;
}

/*
 * Parse lines from `at` while each starts before `stop` and has either a key that this parser does
 * not read, or a value as the kernel prints it; returns the start of the first other line. WINDOW
 * bytes can be read from `stop`. Offsets in the text are relative to `origin`, a number because no
 * object need start there.
 */
static inline const char *fast_lines(struct parser *parser, const char *at, const char *stop,
				      uintptr_t origin)
{
	struct vmcoreinfo *info = parser->info;
	const struct shape *shape = parser->shape;

	while (at < stop) {
		const struct shape *next = shape->next[0];
		const char *value;
		unsigned int length = next->length;
		struct parsed number;

		if (!starts(at, next)) {
			next = shape->next[1];
			length = next->length;
			if (!starts(at, next)) {
				length = length_of_name(at);
				if (!length)
					break;
				next = unpredicted(at, length);
				if (!next) {
					const char *line = info->text.data + ((uintptr_t)at - origin);
					struct vmcoreinfo_text name = { line, length };

					value = behind_value(at + length + 1, length, stop);
					if (!value)
						break;
					tell(parser, VMCOREINFO_UNKNOWN_LINE, line, name, VMCOREINFO_NO_KEY,
					     UNKNOWN);
					at = value;
					parser->line++;
					continue;
				}
			}
		}
		value = at + length + 1;
#if OTHER_KEYS
		/* Most lines take this path if a tool reads few keys. */
		if (next->format == NOT_READ) {
			value = behind_value(value, length, stop);
			if (!value)
				break;
			shape = next;
			at = value;
			parser->line++;
			continue;
		}
#endif
		if (next->format <= VMCOREINFO_FORMAT_SIGNED) {
			number = fast_decimal(value, next->format == VMCOREINFO_FORMAT_SIGNED);
		} else if (next->format <= VMCOREINFO_FORMAT_PREFIXED_HEX) {
			unsigned int prefix = next->format == VMCOREINFO_FORMAT_PREFIXED_HEX ? 2 : 0;

			if (prefix && (value[0] != '0' || value[1] != 'x'))
				break;
			number = fast_hex(value + prefix);
		} else {
			number = fast_text(value, at + WINDOW, (enum vmcoreinfo_format)next->format);
		}
		if (!number.end || *number.end != '\n')
			break;
		if (next->can_be_garbage && is_garbage(next->key, value, number.end))
			break;

		if (info->statuses[next->key] != VMCOREINFO_ABSENT) {
			const char *line = info->text.data + ((uintptr_t)at - origin);
			struct vmcoreinfo_text name = { line, length };

			tell(parser, VMCOREINFO_DUPLICATE_LINE, line, name, next->key, DUPLICATE);
		}
		info->statuses[next->key] = VMCOREINFO_OK;
		info->values[next->key].bits = number.value;
		info->values[next->key].offset = (uintptr_t)value - origin;
		shape = next;
		at = number.end + 1;
		parser->line++;
	}
	parser->shape = shape;
	return at;
}
