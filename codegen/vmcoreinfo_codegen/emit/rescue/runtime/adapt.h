/* SPDX-License-Identifier: MIT */
/* The changes to a note with which the tool reads it correctly, and at which dump level. */

#define MOST_CHANGES 32

struct change {
	uint16_t key;
	bool is_gone;		/* otherwise the line is written, with `value` */
	bool replaces;
	uint8_t format;
	uint64_t value;
};

struct plan {
	struct state state;
	struct scope scope;
	size_t count;
	struct change changes[MOST_CHANGES];
};

static bool works(enum verdict verdict)
{
	return verdict <= FALLBACK;
}

/* Whether any purpose gets a worse verdict. */
static bool is_worse(const struct state *before, const struct state *after, struct scope scope)
{
	size_t i;

	for (i = 0; i < NEED_COUNT; i++)
		if (counts_in(&needs[i], scope) &&
		    judge(&needs[i], after) > judge(&needs[i], before))
			return true;
	return false;
}

static struct change *new_change(struct plan *plan)
{
	static const struct change none = { 0, false, false, 0, 0 };

	if (plan->count == MOST_CHANGES)
		return NULL;
	plan->changes[plan->count] = none;
	return &plan->changes[plan->count++];
}

static bool is_changed(const struct plan *plan, uint16_t key)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		if (plan->changes[i].key == key)
			return true;
	return false;
}

/* Write lines that improve a purpose beyond `verdict`, if a line changes and nothing gets worse. */
static void add_for(struct plan *plan, const struct need *need, enum verdict verdict)
{
	uint16_t i;

	for (i = 0; i < need->additions.count; i++) {
		const struct addition *addition = &additions[need->additions.first + i];
		static struct state better;
		struct change *change;
		uint64_t value;

		if (is_changed(plan, addition->key) ||
		    !expression(addition->expression, &plan->state, &value))
			continue;
		better = plan->state;
		better.has[addition->key] = true;
		better.is_number[addition->key] = true;
		better.values[addition->key] = value;
		if (judge(need, &better) >= verdict ||
		    (better.has_line[addition->key] &&
		     is_worse(&plan->state, &better, plan->scope)))
			continue;
		change = new_change(plan);
		if (!change)
			return;
		change->key = addition->key;
		change->replaces = better.has_line[addition->key];
		change->format = addition->format;
		change->value = value;
		plan->state = better;
	}
}

/* Remove lines without which a purpose is better than `verdict`, and none is worse. */
static void remove_for(struct plan *plan, const struct need *need, enum verdict verdict)
{
	uint16_t i, k;

	for (i = 0; i < need->removals.count; i++) {
		struct part keys = groups[need->removals.first + i];
		static struct state less;
		bool is_any = false;

		less = plan->state;
		for (k = 0; k < keys.count; k++) {
			uint16_t key = key_lists[keys.first + k];

			is_any |= less.has[key];
			less.has[key] = false;
			less.is_number[key] = false;
		}
		if (!is_any || judge(need, &less) >= verdict ||
		    is_worse(&plan->state, &less, plan->scope))
			continue;
		for (k = 0; k < keys.count; k++) {
			uint16_t key = key_lists[keys.first + k];
			struct change *change = plan->state.has[key] ? new_change(plan) : NULL;

			if (change) {
				change->key = key;
				change->is_gone = true;
			}
		}
		plan->state = less;
	}
}

/* All purposes that do not work, worst first. */
static void mend(struct plan *plan,
		 void (*by)(struct plan *, const struct need *, enum verdict))
{
	static enum verdict verdicts[NEED_COUNT + 1];
	enum verdict verdict;
	size_t i;

	for (i = 0; i < NEED_COUNT; i++)
		verdicts[i] = counts_in(&needs[i], plan->scope) ? judge(&needs[i], &plan->state) : OK;
	for (verdict = FATAL; !works(verdict); verdict--)
		for (i = 0; i < NEED_COUNT; i++)
			if (verdicts[i] == verdict)
				by(plan, &needs[i], verdict);
}

static void plan_in(struct plan *plan, const struct state *state, struct scope scope)
{
	plan->state = *state;
	plan->scope = scope;
	plan->count = 0;
	mend(plan, add_for);
	mend(plan, remove_for);
}

/*
 * Make a plan for the highest level that works, among those that leave out no more, with a result
 * no worse than `most`. Keep the note if nothing is needed. False if no level works.
 */
static bool plan_within(struct plan *plan, const struct state *state, struct scope scope,
			enum result most, bool has_help)
{
	unsigned int level = scope.level + 1;

	while (level-- > 0) {
		struct scope lower = { scope.command, level };

		if ((level & scope.level) != level)
			continue;
		plan_in(plan, state, lower);
		if (!has_help) {
			plan->state = *state;
			plan->count = 0;
		}
		if (result_in(&plan->state, lower) <= most)
			return true;
	}
	return false;
}

/* A level at which nothing is lost or wrong, and on request nothing kept that it should leave out. */
static bool make_plan(struct plan *plan, const struct state *state, struct scope scope, bool is_exact)
{
	return (is_exact && plan_within(plan, state, scope, EXACT, true)) ||
	       plan_within(plan, state, scope, MORE_IS_KEPT, true);
}

static bool needs_whole_note(const struct plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		if (plan->changes[i].is_gone || plan->changes[i].replaces)
			return true;
	return false;
}
