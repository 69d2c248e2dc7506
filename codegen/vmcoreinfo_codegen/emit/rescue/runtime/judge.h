/* SPDX-License-Identifier: MIT */
/* The verdict on each purpose of the tool, from the contents of a note. */

/* Best first. */
enum verdict {
	OK,
	FALLBACK,
	DEGRADED,
	UNKNOWN,
	WRONG,
	FATAL,
};

/* Numbers of entries, a part of a table. */
struct part {
	uint16_t first, count;
};

#define OPTION_COUNT 64		/* symbols that needs ask for; there are fewer */

/* A note as the tool gets it: what it has, with the numbers that are known. */
struct state {
	bool has_line[VMCOREINFO_KEY_COUNT];	/* whatever its value */
	bool has[VMCOREINFO_KEY_COUNT];
	bool is_number[VMCOREINFO_KEY_COUNT];
	uint64_t values[VMCOREINFO_KEY_COUNT];
	uint64_t moment;	/* of the kernel */
	int16_t options[OPTION_COUNT];	/* of its configuration: its value, UNTOLD if no entry shows it */
	bool has_headers;	/* that show where the kernel ran */
};

#define UNTOLD (-1)

/* One way to fulfil a need. */
struct choice {
	struct part keys;
	bool asks_headers;
	bool asks_other;	/* for something that no /proc/vmcore has */
	int16_t when;		/* an expression that is not 0 if it is correct; -1 for none */
	uint8_t verdict;	/* if it is correct */
	uint64_t since, until;	/* kernels for which it is */
};

/* A line to write, of an expression. */
struct addition {
	uint16_t key;
	uint16_t expression;
	uint8_t format;
};

/* What the tool is run for. */
enum {
	FILTER = 1,
	DMESG = 2,
};

/* A command and its dump level, of filtering alone. */
struct scope {
	unsigned int command, level;
};

struct need {
	const char *purpose;
	uint64_t archs;		/* bit n for enum vmcoreinfo_arch n */
	uint64_t since, until;	/* kernels on which it counts */
	int16_t condition;	/* -1 for none */
	uint8_t commands;
	uint8_t levels;		/* bits for which it counts; 0 for every level */
	uint8_t verdict;	/* if nothing fulfils it */
	bool shows_with;	/* whether it shows only on some dumps */
	bool reads_entries;
	struct part choices;
	struct part groups;	/* of keys, of each alternative of any release */
	struct part additions;
	struct part removals;	/* groups of keys */
};

/* What a present entry shows about the configuration, on some kernels. */
struct clue {
	uint16_t key;
	uint16_t option;
	int16_t value;
	uint64_t archs;
	uint64_t since, until;
};

#include "needs.h"

static bool is_of(uint64_t archs)
{
	return archs >> OWN_ARCH & 1;
}

/* Not every schema has all operators. */
#define MAYBE_UNUSED __attribute__((unused))

/* The values of conditions: 1, 0, or UNTOLD. */

MAYBE_UNUSED static int both(int one, int other)
{
	if (one == 0 || other == 0)
		return 0;
	return one == UNTOLD || other == UNTOLD ? UNTOLD : 1;
}

MAYBE_UNUSED static int either(int one, int other)
{
	if (one == 1 || other == 1)
		return 1;
	return one == UNTOLD || other == UNTOLD ? UNTOLD : 0;
}

MAYBE_UNUSED static int negated(int one)
{
	return one == UNTOLD ? UNTOLD : !one;
}

MAYBE_UNUSED static int is_on(const struct state *state, size_t option)
{
	return state->options[option] == UNTOLD ? UNTOLD : state->options[option] != 0;
}

MAYBE_UNUSED static int is_value(const struct state *state, size_t option, int value)
{
	return state->options[option] == UNTOLD ? UNTOLD : state->options[option] == value;
}

MAYBE_UNUSED static uint64_t shifted_left(uint64_t value, uint64_t by)
{
	return by < 64 ? value << by : 0;
}

MAYBE_UNUSED static uint64_t shifted_right(uint64_t value, uint64_t by)
{
	return by < 64 ? value >> by : 0;
}

#include "expressions.h"

static bool has_all(const struct state *state, struct part keys)
{
	uint16_t i;

	for (i = 0; i < keys.count; i++)
		if (!state->has[key_lists[keys.first + i]])
			return false;
	return true;
}

/* Whether a need counts on a kernel. */
static bool matters(const struct need *need, const struct state *state)
{
	int decided;
	uint16_t i;

	if (!is_of(need->archs) || !is_between(state->moment, need->since, need->until))
		return false;
	decided = need->condition < 0 ? 1 : condition(need->condition, state);
	if (decided != UNTOLD)
		return decided;
	/* A kernel that is built for it exports it, by an alternative that some release knows. */
	for (i = 0; i < need->groups.count; i++) {
		struct part keys = groups[need->groups.first + i];

		if (keys.count && has_all(state, keys))
			return true;
	}
	return false;
}

/* The tool takes the first way whose entries are all present, even if it is wrong on that kernel. */
static enum verdict judge(const struct need *need, const struct state *state)
{
	uint16_t i;

	if (!matters(need, state))
		return OK;
	for (i = 0; i < need->choices.count; i++) {
		const struct choice *choice = &choices[need->choices.first + i];
		uint64_t value;

		if (!has_all(state, choice->keys) || choice->asks_other ||
		    (choice->asks_headers && !state->has_headers))
			continue;
		if (!is_between(state->moment, choice->since, choice->until))
			return need->verdict;
		if (choice->when >= 0 && expression(choice->when, state, &value) && !value)
			return need->verdict;
		return choice->verdict;
	}
	return need->verdict;
}

static bool counts_in(const struct need *need, struct scope scope)
{
	if (!(need->commands & scope.command))
		return false;
	return scope.command != FILTER || !need->levels || need->levels & scope.level;
}

/* The result of a note at a level, from best to worst. */
enum result {
	EXACT,			/* exactly the pages of the level are left out */
	MORE_IS_KEPT,
	REFUSED,		/* a purpose is lost, or silently wrong */
};

static enum result result_in(const struct state *state, struct scope scope)
{
	enum result result = EXACT;
	size_t i;

	for (i = 0; i < NEED_COUNT; i++) {
		const struct need *need = &needs[i];
		enum verdict verdict;

		if (!counts_in(need, scope) || need->shows_with)
			continue;
		verdict = judge(need, state);
		/* If it uses no entry and the tool stops, the tool reports that itself. */
		if (verdict == WRONG || (verdict == FATAL && need->reads_entries))
			return REFUSED;
		if (verdict == DEGRADED || verdict == UNKNOWN)
			result = MORE_IS_KEPT;
	}
	return result;
}
