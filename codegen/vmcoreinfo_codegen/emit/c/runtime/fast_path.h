/* SPDX-License-Identifier: MIT */
/* Lines as kernels print them, without a look at where they end. */

/* A number, and what is behind it: NULL where there is none, or it is not a usual one. */
struct parsed {
	const char *end;
	uint64_t value;
};

/* Up to sixteen digits. */
static struct parsed long_decimal(const char *at)
{
	static const uint32_t powers[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000 };
	struct parsed number = { NULL, 0 };
	uint64_t marks, digits = decimals(load(at), &marks);
	unsigned int bits;

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
	number.end = at + bits / 8;
	return number;
}

/* What does not begin with a digit. */
static struct parsed negative_decimal(const char *at)
{
	struct parsed number = { NULL, 0 };

	if (*at == '-')
		number = long_decimal(at + 1);
	if (number.value == 0)
		number.end = NULL;
	number.value = 0 - number.value;
	return number;
}

static inline struct parsed fast_decimal(const char *at, bool is_signed)
{
	uint32_t digits = load_half(at) ^ 0x30303030, marks;
	struct parsed number = { NULL, 0 };
	unsigned int bits;

	/* Most have up to three digits. */
	marks = ((digits + 0x76767676) | digits) & 0x80808080;
	if (!marks)
		return long_decimal(at);
	bits = before(marks);
	if (!bits)
		return is_signed ? negative_decimal(at) : number;
	digits <<= -bits & 31;
	digits = (digits * 10 + (digits >> 8)) & 0x00ff00ff;
	number.value = (digits * 100 + (digits >> 16)) & 0xffff;
	number.end = at + bits / 8;
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

/* The same for what is no number; `limit` is where the window ends. */
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

/*
 * A line of text whose key is not known: the start of the next line, or NULL where it is
 * another sort of line. Its '=' is at `length` if that is not too far. Up to `limit` can be
 * read.
 */
static const char *unknown_line(struct parser *parser, const char *line, unsigned int length,
				const char *limit, uintptr_t shift)
{
	const char *stop = find_unprintable(line, limit);
	const char *equals = line[length] == '=' ? line + length : find(line, stop, '=');
	struct vmcoreinfo_text name = { (const char *)((uintptr_t)line + shift), 0 };

	/* An '=' that was found may be that of a later line. */
	if (stop == limit || *stop != '\n' || equals == line || equals >= stop)
		return NULL;
	name.length = (size_t)(equals - line);
	tell(parser, VMCOREINFO_UNKNOWN_LINE, name.data, name, VMCOREINFO_NO_KEY,
	       UNKNOWN);
	return stop + 1;
}

/*
 * Take in lines from `at` on, as long as each starts before `stop`, and has a key that is not known, or
 * one with a value as the kernel prints those; returns the start of the first other one. From `stop`
 * on WINDOW bytes can be read. `shift` is from there to the caller's text.
 */
static inline const char *fast_lines(struct parser *parser, const char *at, const char *stop,
				      uintptr_t shift)
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
				length = key_length(at);
				next = other_key(at, length);
				if (!next) {
					value = unknown_line(parser, at, length, stop + WINDOW - 1, shift);
					if (!value)
						break;
					at = value;
					continue;
				}
			}
		}
		value = at + length + 1;
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
		if (next->can_be_garbage && is_garbage(next->key, value, (size_t)(number.end - value)))
			break;

		if (info->statuses[next->key] != VMCOREINFO_ABSENT) {
			const char *line = (const char *)((uintptr_t)at + shift);
			struct vmcoreinfo_text name = { line, length };

			tell(parser, VMCOREINFO_DUPLICATE_LINE, line, name, next->key, DUPLICATE);
		}
		info->statuses[next->key] = VMCOREINFO_OK;
		info->values[next->key].bits = number.value;
		info->values[next->key].text = (const char *)((uintptr_t)value + shift);
		shape = next;
		at = number.end + 1;
	}
	parser->shape = shape;
	return at;
}
