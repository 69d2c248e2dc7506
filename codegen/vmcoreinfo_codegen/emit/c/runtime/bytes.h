/* SPDX-License-Identifier: MIT */
/* Reading bytes, eight at a time where that is faster. */

#if __STDC_HOSTED__
static bool same(const char *a, const char *b, size_t length)
{
	return memcmp(a, b, length) == 0;
}

static void copy(void *to, const void *from, size_t length)
{
	memcpy(to, from, length);
}
#else
static bool same(const char *a, const char *b, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

static void copy(void *to, const void *from, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		((char *)to)[i] = ((const char *)from)[i];
}
#endif

/* Annotations for analysers and fuzzers. */
#ifndef INVARIANT
#define INVARIANT(condition) ((void)0)
#endif

#if defined(__GNUC__)
#define RARE __attribute__((cold, noinline))
#else
#define RARE
#endif

/* A single load, which compilers do not always make from a sequence of bytes. */
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define IS_LITTLE_ENDIAN 1
#else
#define IS_LITTLE_ENDIAN 0
#endif

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Eight bytes as one little-endian number. */
static inline uint64_t load(const char *at)
{
#if IS_LITTLE_ENDIAN
	uint64_t word;

	__builtin_memcpy(&word, at, sizeof(word));
	return word;
#else
	const unsigned char *bytes = (const unsigned char *)at;

	return (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 |
	       (uint64_t)bytes[3] << 24 | (uint64_t)bytes[4] << 32 | (uint64_t)bytes[5] << 40 |
	       (uint64_t)bytes[6] << 48 | (uint64_t)bytes[7] << 56;
#endif
}

static inline uint32_t load_half(const char *at)
{
#if IS_LITTLE_ENDIAN
	uint32_t word;

	__builtin_memcpy(&word, at, sizeof(word));
	return word;
#else
	const unsigned char *bytes = (const unsigned char *)at;

	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
#endif
}

/* The position of the lowest set bit; at least one must be set. */
static inline unsigned int lowest(uint64_t bits)
{
#if defined(__GNUC__) && UINTPTR_MAX >= UINT64_MAX
	return (unsigned int)__builtin_ctzll(bits);
#elif defined(__GNUC__)
	/* With both halves at once gcc would emit a call. */
	uint32_t low = (uint32_t)bits;

	return (unsigned int)(low ? __builtin_ctz(low) : 32 + __builtin_ctz((uint32_t)(bits >> 32)));
#else
	unsigned int place = 0;

	for (; !(bits & 1); bits >>= 1)
		place++;
	return place;
#endif
}

/*
 * Marks are bits set in the matching bytes of a word. They are valid up to and including the first
 * match; later bytes may hold anything. The bits before that first byte:
 */
static inline unsigned int before(uint64_t marks)
{
	return lowest(marks) & ~7u;
}

/* The digits of a word as numbers, and marks of bytes that are not digits. */
static inline uint64_t decimals(uint64_t word, uint64_t *marks)
{
	word ^= EACH('0');
	*marks = ((word + EACH(0x80 - 10)) | word) & EACH(0x80);
	return word;
}

/*
 * The same for hexadecimal digits as the kernel prints them, without capitals. Letters are
 * those with bit 6; 39 lies between the ranges of digits and letters.
 */
static inline uint64_t hexadecimals(uint64_t word, uint64_t *marks)
{
	uint64_t letters = word >> 6 & EACH(1);

	word -= EACH('0') + letters * 39;
	*marks = (word & EACH(0xf0)) | (((word + EACH(6)) ^ letters << 4) & EACH(0x10));
	return word;
}

static inline uint64_t non_printables(uint64_t word)
{
	return ((word - EACH(0x20)) | (word + EACH(1))) & EACH(0x80);
}

/* Marks of the given ASCII byte, and of bytes that are not ASCII. */
static inline uint64_t marks_of(uint64_t word, char byte)
{
	return ((word ^ EACH((unsigned char)byte)) - EACH(1)) & EACH(0x80);
}

/* The first `bits` (8 to 56) of eight digits, with leading zeros. */
static inline uint64_t leading(uint64_t digits, unsigned int bits)
{
	return digits << (-bits & 63);
}

/* Each multiplication adds up neighbours: of digits, then of pairs, then of fours. */
static inline uint64_t decimal_of(uint64_t digits)
{
	digits = digits * (10 << 8 | 1) >> 8 & UINT64_C(0x00ff00ff00ff00ff);
	digits = digits * (100 << 16 | 1) >> 16 & UINT64_C(0x0000ffff0000ffff);
	return digits * (UINT64_C(10000) << 32 | 1) >> 32;
}

static inline uint64_t hex_of(uint64_t digits)
{
	digits = digits * (16 << 8 | 1) >> 8 & UINT64_C(0x00ff00ff00ff00ff);
	digits = digits * (256 << 16 | 1) >> 16 & UINT64_C(0x0000ffff0000ffff);
	return digits * (UINT64_C(65536) << 32 | 1) >> 32;
}

/* The first byte that is not printable ASCII, or the end. */
static const char *find_unprintable(const char *at, const char *end)
{
	for (; end - at >= 8; at += 8) {
		uint64_t marks = non_printables(load(at));

		if (marks)
			return at + before(marks) / 8;
	}
	while (at < end && *at >= 0x20 && *at <= 0x7e)
		at++;
	return at;
}

/* The first such byte, or the end. */
static const char *find(const char *at, const char *end, char byte)
{
	while (at < end && *at != byte)
		at++;
	return at;
}
