/* SPDX-License-Identifier: MIT */
/* The kernel of a dump: its release, and whether the tables apply to its build. */

#define FINAL 0x3ff		/* in place of the number of a release candidate */

/*
 * A place in the order of releases: three numbers of a mainline release of 12 bits each (the third is that of 2.6.x),
 * the release candidate (10 bits, FINAL for none), the stable update (16 bits). 0 is none.
 */
static uint64_t moment_of(const uint64_t mainline[3], uint64_t candidate, uint64_t stable)
{
	if (mainline[0] > 0xfff || mainline[1] > 0xfff || mainline[2] > 0xfff ||
	    candidate > FINAL || stable > 0xffff)
		return 0;
	return mainline[0] << 50 | mainline[1] << 38 | mainline[2] << 26 | candidate << 16 | stable;
}

static bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

/* At most nine digits; returns the text after them, NULL if there are none. */
static const char *read_digits(const char *at, uint64_t *number)
{
	const char *start = at;

	*number = 0;
	while (is_digit(*at) && at - start < 9)
		*number = *number * 10 + (uint64_t)(*at++ - '0');
	return at == start || is_digit(*at) ? NULL : at;
}

/* `6.12.117` of `6.12.117+deb13-amd64`, and where the rest begins; 0 if it is not a release. */
static uint64_t read_release(const char *text, const char **rest)
{
	uint64_t mainline[3] = { 0, 0, 0 }, numbers[4], candidate = FINAL;
	size_t count = 0, width;
	const char *at = text;

	for (;;) {
		at = read_digits(at, &numbers[count]);
		if (!at)
			return 0;
		count++;
		if (*at != '.' || !is_digit(at[1]))
			break;
		if (count == 4)
			return 0;
		at++;
	}
	width = count > 2 && numbers[0] == 2 && numbers[1] == 6 ? 3 : 2;
	if (count < width || count > width + 1)
		return 0;
	memcpy(mainline, numbers, width * sizeof(numbers[0]));
	if (begins(at, "-rc") && is_digit(at[3])) {
		at = read_digits(at + 3, &candidate);
		if (!at || candidate >= FINAL)
			return 0;
	}
	*rest = at;
	return moment_of(mainline, candidate, count > width ? numbers[width] : 0);
}

static bool is_between(uint64_t moment, uint64_t since, uint64_t until)
{
	return moment >= since && (!until || moment < until);
}

/* The names of a vendor line's kernels, and whether they are built from mainline. */
struct kernel_name {
	const char *pattern;	/* with RELEASE, STABLE, BUILD and NUMBER for numbers */
	bool is_mainline;
};

/* The part of a name that matches a placeholder of a pattern; NULL if nothing does. */
static const char *read_place(const char **pattern, const char *at)
{
	static const struct {
		const char *name;
		size_t numbers;	/* with dots between, the most of them */
	} places[] = { { "RELEASE", 2 }, { "STABLE", 1 }, { "BUILD", 64 }, { "NUMBER", 1 } };
	uint64_t number;
	size_t i, count;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		if (!begins(*pattern, places[i].name))
			continue;
		*pattern += length_of(places[i].name);
		for (count = 0; count < places[i].numbers; count++) {
			const char *behind = read_digits(count ? at + 1 : at, &number);

			if (!behind)
				return count == 0 || places[i].numbers == 2 ? NULL : at;
			at = behind;
			if (*at != '.')
				break;
		}
		return count + 1 < places[i].numbers && places[i].numbers == 2 ? NULL : at;
	}
	return NULL;
}

static bool is_named(const char *pattern, const char *text)
{
	while (*pattern) {
		if (*pattern == 'R' || *pattern == 'S' || *pattern == 'B' || *pattern == 'N') {
			const char *before = pattern, *behind = read_place(&pattern, text);

			if (behind) {
				text = behind;
				continue;
			}
			if (pattern != before)
				return false;
		}
		if (*pattern++ != *text++)
			return false;
	}
	/* `el8` is not the beginning of `el8uek`. */
	return !is_digit(*text) && !(*text >= 'a' && *text <= 'z') && !(*text >= 'A' && *text <= 'Z');
}
