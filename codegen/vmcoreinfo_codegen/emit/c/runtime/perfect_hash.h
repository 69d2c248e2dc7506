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

/* Whether a window starts with a key of 8 to 40 bytes and its '='. */
static inline bool starts(const char *window, const struct shape *shape)
{
	size_t last = (size_t)shape->length - 8;
	uint64_t differing;

	if (window[shape->length] != '=')
		return false;
	differing = (load(window) ^ load(shape->name)) |
		    (load(window + shape->second) ^ load(shape->name + shape->second)) |
		    (load(window + last) ^ load(shape->name + last));
	if (last > 16)
		differing |= load(window + 16) ^ load(shape->name + 16);
	if (last > 24)
		differing |= load(window + 24) ^ load(shape->name + 24);
	return differing == 0;
}

/* The bytes before the first '=' of a window; more than LONGEST_KEY where no key is that long. */
static inline unsigned int key_length(const char *window)
{
	unsigned int start = 0;
	uint64_t equals;

	while (!(equals = equals_signs(load(window + start)))) {
		start += 8;
		if (start > LONGEST_KEY)
			return start;
	}
	return start + before(equals) / 8;
}

/* The key of so many bytes at the start of a window that was not foreseen; NULL for none. */
static inline const struct shape *other_key(const char *window, unsigned int length)
{
	const struct shape *shape;
	unsigned int key;

	if (length > LONGEST_KEY)
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

static const char zeros[WINDOW] = { 0 };

static bool look_up(const char *name, size_t length, unsigned int *key)
{
	char padded[WINDOW];

	if (!length || length > LONGEST_KEY)
		return false;
	copy(padded, zeros, sizeof(zeros));
	copy(padded, name, length);
	*key = candidate(padded, length);
	return *key < VMCOREINFO_KEY_COUNT && same(shapes[*key].name, name, length);
}
