/* SPDX-License-Identifier: MIT */
/* A key by its name: one multiplication for each length, and one comparison. */

/*
 * The only key that may have that name, in the first bytes of a window; VMCOREINFO_KEY_COUNT
 * for none.
 */
static inline unsigned int candidate(const char *name, size_t length)
{
	const struct bucket *bucket = &buckets[length];
	uint64_t word = load(name + bucket->first) ^ load(name + bucket->second) << 1;

	if (length < 8)
		word &= (UINT64_C(1) << 8 * length) - 1;
	return slots[bucket->base + (size_t)(word * bucket->multiplier >> bucket->shift)];
}

/*
 * Whether a window starts with a name of 8 to 40 bytes and its '='. The words at 0, `second` and
 * length - 8 are all of it, where that is 8 to 24 bytes.
 */
static inline bool starts_with(const char *window, const char *name, unsigned int length,
			       size_t second)
{
	size_t last = (size_t)length - 8;
	uint64_t differing;

	if (window[length] != '=')
		return false;
	differing = (load(window) ^ load(name)) | (load(window + second) ^ load(name + second)) |
		    (load(window + last) ^ load(name + last));
	if (last > 16)
		differing |= load(window + 16) ^ load(name + 16);
	if (last > 24)
		differing |= load(window + 24) ^ load(name + 24);
	return differing == 0;
}

static inline bool starts(const char *window, const struct shape *shape)
{
	return starts_with(window, shape->name, shape->length, shape->second);
}

/* The key of so many bytes at the start of a window that was not predicted; NULL for none. */
static inline const struct shape *other_key(const char *window, unsigned int length)
{
	const struct shape *shape;
	unsigned int key;

	/* Few names that are no key's pass: most lines, in a parser of some keys, are such. */
	if (length > LONGEST_KEY ||
	    !(buckets[length].middles >> (window[length / 2] & 15) & 1))
		return NULL;
	key = candidate(window, length);
	if (key >= VMCOREINFO_KEY_COUNT)
		return NULL;
	shape = &shapes[key];
#if LONGEST_KEY > 40
	if (length > 40)
		return same(window, shape->name, length) ? shape : NULL;
#endif
	if (length < 8)
		return same(window, shape->name, length) ? shape : NULL;
	return starts(window, shape) ? shape : NULL;
}

static const char zeros[2 * WINDOW] = { 0 };

/* The key whose name is all from `name` to `stop`. */
static bool look_up(const char *name, const char *stop, unsigned int *key)
{
	char padded[WINDOW];
	ptrdiff_t length = stop - name;

	if (length < 1 || length > LONGEST_KEY)
		return false;
	copy(padded, zeros, sizeof(padded));
	copy(padded, name, (size_t)length);
	*key = candidate(padded, (size_t)length);
	return *key < VMCOREINFO_KEY_COUNT && same(shapes[*key].name, name, (size_t)length);
}
