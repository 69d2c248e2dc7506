/* SPDX-License-Identifier: MIT */
/* Look up a key by name: one multiplication for each length, and one comparison. */

/* The index in `shapes` of the only key that can have the name in the first bytes of a window. */
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
 * length - 8 cover all of it if it has 8 to 24 bytes.
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

/* The key with that many bytes, at least one, at the start of a window; NULL if it is not known. */
static inline const struct shape *unpredicted(const char *window, unsigned int length)
{
	const struct shape *shape;

	if (length > LONGEST_NAME)
		return NULL;
	shape = &shapes[candidate(window, length)];
	if (shape->length != length)
		return NULL;
#if LONGEST_NAME > 40
	if (length > 40)
		return same(window, shape->name, length) ? shape : NULL;
#endif
	if (length < 8)
		return same(window, shape->name, length) ? shape : NULL;
	return starts(window, shape) ? shape : NULL;
}

static const char zeros[2 * WINDOW] = { 0 };

/* Information about the name from `name` to `stop`; NULL if no kernel exports it. */
static const struct shape *shape_of(const char *name, const char *stop)
{
	const struct shape *shape;
	char padded[WINDOW];
	ptrdiff_t length = stop - name;

	if (length < 1 || length > LONGEST_NAME)
		return NULL;
	copy(padded, zeros, sizeof(padded));
	copy(padded, name, (size_t)length);
	shape = &shapes[candidate(padded, (size_t)length)];
	return shape->length == length && same(shape->name, name, (size_t)length) ? shape : NULL;
}

/* The key of a name, if it is one that this parser reads. */
static enum vmcoreinfo_key key_of(const char *name, const char *stop)
{
	const struct shape *shape = shape_of(name, stop);

	return shape ? (enum vmcoreinfo_key)shape->key : VMCOREINFO_NO_KEY;
}
