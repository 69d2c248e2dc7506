/* SPDX-License-Identifier: MIT */
/* Recipes of derivations, and their building blocks. */

#if NEEDS_NUMBER_OF
static uint64_t number_of(const struct vmcoreinfo *info, enum vmcoreinfo_key key)
{
	return info->values[key].bits;
}
#endif

#if NEEDS_SHIFT_LEFT
static uint64_t shift_left(uint64_t value, uint64_t by)
{
	return by < 64 ? value << by : 0;
}
#endif

#if NEEDS_SHIFT_RIGHT
static uint64_t shift_right(uint64_t value, uint64_t by)
{
	return by < 64 ? value >> by : 0;
}
#endif

#if NEEDS_LOG2
/* The exponent of a power of two; false for anything else. */
static bool log2_of(uint64_t value, uint64_t *exponent)
{
	if (value == 0 || (value & (value - 1)) != 0)
		return false;
	*exponent = 0;
	while (value >>= 1)
		++*exponent;
	return true;
}
#endif

#if NEEDS_POINTER_SIZE
/* Bytes of a pointer: a list_head is two of them, on every kernel. */
static size_t pointer_size(const struct vmcoreinfo *info)
{
	return vmcoreinfo_has(info, VMCOREINFO_SIZE_list_head) &&
	       number_of(info, VMCOREINFO_SIZE_list_head) == 8 ? 4 : 8;
}
#endif

#if NEEDS_READ
static enum vmcoreinfo_status read_memory(const struct vmcoreinfo_dump *dump, uint64_t address,
					  size_t size, uint64_t *value)
{
	unsigned char bytes[8];
	size_t i;

	if (!dump->read || !dump->read(dump->context, address, bytes, size))
		return VMCOREINFO_READ_FAILED;
	*value = 0;
	for (i = 0; i < size; i++)
		*value = *value << 8 | bytes[dump->big_endian ? i : size - 1 - i];
	return VMCOREINFO_OK;
}
#endif

/*
 * Without the stable update number: a 2.6.x mainline release has three numbers, all later ones two.
 */
static uint64_t mainline_of(uint64_t release)
{
	return release >> 32 == 0x00020006 ? release & ~UINT64_C(0xffff)
					   : release & ~UINT64_C(0xffffffff);
}

/* One way to compute a value, and where it applies. */
struct recipe_row {
	const char *name;
	uint64_t archs;		/* bit n for enum vmcoreinfo_arch n; 0 for all */
	uint64_t since;		/* as returned by mainline_of(); 0 for no bound */
	uint64_t until;
	size_t key_count;
	uint16_t keys[MOST_RECIPE_KEYS];
	uint64_t constant;	/* for recipes that compute nothing */
};

static bool applies(const struct recipe_row *recipe, const struct vmcoreinfo *info,
		    const struct vmcoreinfo_dump *dump)
{
	size_t i;

	if (recipe->archs) {
		if ((unsigned int)dump->arch >= 64 || !(recipe->archs >> dump->arch & 1))
			return false;
	}
	for (i = 0; i < recipe->key_count; i++)
		if (status_of(info, recipe->keys[i]) != VMCOREINFO_OK)
			return false;
	if (!recipe->since && !recipe->until)
		return true;
	return is_within(mainline_of(release_of(info)), recipe->since, recipe->until);
}

/* The default for callers that describe no dump. */
static const struct vmcoreinfo_dump no_dump = { VMCOREINFO_ARCH_UNKNOWN, false, NULL, NULL };

/* The progress of a derivation through its recipes. */
struct attempt {
	const struct recipe_row *recipes;
	size_t count;
	size_t at;		/* the recipe being tried */
	size_t next;
	enum vmcoreinfo_status status;
	uint64_t value;
};

/* Go to the next recipe that applies, unless an earlier one gave the result. */
static bool next_recipe(struct attempt *attempt, const struct vmcoreinfo *info,
			const struct vmcoreinfo_dump *dump)
{
	if (attempt->status != VMCOREINFO_NO_RECIPE)
		return false;
	while (attempt->next < attempt->count) {
		const struct recipe_row *recipe = &attempt->recipes[attempt->next];

		attempt->at = attempt->next++;
		if (applies(recipe, info, dump)) {
			attempt->status = VMCOREINFO_OK;
			attempt->value = recipe->constant;
			return true;
		}
	}
	return false;
}

static enum vmcoreinfo_status settled(const struct attempt *attempt,
				      struct vmcoreinfo_derived *derived)
{
	if (attempt->status == VMCOREINFO_OK) {
		derived->value = attempt->value;
		derived->recipe = attempt->recipes[attempt->at].name;
	}
	return attempt->status;
}
