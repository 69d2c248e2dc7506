/* SPDX-License-Identifier: MIT */
/* The command line. */

static const char help[] =
	"vmcoreinfo-rescue [--exact] [--any-build] [--exec] makedumpfile OPTION... VMCORE DUMPFILE\n"
	"\truns makedumpfile so that it reads the note correctly; unchanged if kernel or release is unknown\n"
	"vmcoreinfo-rescue [--exact] [--any-build] --text|--note|--level [LEVEL] [VMCORE]\n"
	"\tprints a file for `makedumpfile -i`, the whole corrected note, or the dump level to use\n"
	"\tinstead of LEVEL (31); exits with 1 if no correction is needed or known\n"
	"--exact\tif possible, use a level whose dump has no pages beyond that level, e.g. no free pages,\n"
	"\tbut user data\n"
	"--any-build\taccept kernels of any vendor\n"
	"--exec\tbecome makedumpfile unless a line of the note must be removed or changed; the caller must run\n"
	"\tmakedumpfile unchanged if that fails\n"
	"For makedumpfile " TOOL_RELEASE " and kernels " KERNEL_RANGE ".\n";

struct wishes {
	bool is_exact, is_any_build, is_exec;
};

static struct vmcore core;
static struct vmcoreinfo info;
static struct state state;
static struct plan plan;
static char adapted[2 * MOST_NOTE];
static struct writing text = { adapted, sizeof(adapted), 0, false };

static bool is_known_build(const char *release, const char *rest)
{
	size_t i;

	for (i = 0; i < KERNEL_NAME_COUNT; i++)
		if (is_named(kernel_names[i].pattern, release))
			return kernel_names[i].is_mainline;
	return !*rest;
}

static void read_state(uint64_t moment)
{
	size_t i;

	state.moment = moment;
	state.has_headers = core.highest >= own_kernel_half();
	for (i = 0; i < VMCOREINFO_KEY_COUNT; i++) {
		state.has_line[i] = vmcoreinfo_get_status(&info, (enum vmcoreinfo_key)i) !=
			VMCOREINFO_ABSENT;
		state.has[i] = vmcoreinfo_has(&info, (enum vmcoreinfo_key)i);
		state.is_number[i] = state.has[i] &&
			vmcoreinfo_get_number(&info, (enum vmcoreinfo_key)i, &state.values[i]) ==
				VMCOREINFO_OK;
	}
	for (i = 0; i < OPTION_COUNT; i++)
		state.options[i] = UNTOLD;
	for (i = 0; i < CLUE_COUNT; i++) {
		const struct clue *clue = &clues[i];

		if (is_of(clue->archs) && is_between(moment, clue->since, clue->until) &&
		    (clue->key == VMCOREINFO_NO_KEY || state.has[clue->key]))
			state.options[clue->option] = clue->value;
	}
}

/* The plan for a vmcore at a level, or the reason for not having one. */
static const char *plan_for(const char *vmcore, struct scope scope, struct wishes wishes)
{
	static char release[256];
	struct vmcoreinfo_text named;
	const char *failure = read_vmcore(&core, vmcore), *rest = "";
	uint64_t moment;

	if (failure)
		return failure;
	vmcoreinfo_parse(&info, core.text, core.length, NULL, NULL);
	if (vmcoreinfo_get_text(&info, VMCOREINFO_OSRELEASE, &named) != VMCOREINFO_OK ||
	    named.length >= sizeof(release))
		return "has no usable OSRELEASE";
	memcpy(release, named.data, named.length);
	moment = read_release(release, &rest);
	if (!moment || !is_between(moment, FIRST_KERNEL, NO_KERNEL))
		return "is from an unsupported kernel; supported: " KERNEL_RANGE;
	if (!wishes.is_any_build && !is_known_build(release, rest))
		return "is from a vendor's kernel whose changes are unknown; --any-build accepts it";
	read_state(moment);
	if (!make_plan(&plan, &state, scope, wishes.is_exact))
		return "is from a kernel for which no correction is known";
	return NULL;
}

static void tell_plan(unsigned int level)
{
	size_t i;

	tell("makedumpfile " TOOL_RELEASE);
	for (i = 0; i < plan.count; i++) {
		tell(plan.changes[i].is_gone ? ", without " : ", with ");
		tell(key_names[plan.changes[i].key]);
		if (!plan.changes[i].is_gone) {
			put(&line, "=");
			put_value(&line, &plan.changes[i], 0);
		}
	}
	if (plan.scope.level != level) {
		tell(", -d ");
		tell_number(plan.scope.level);
		tell(" instead of ");
		tell_number(level);
	}
	end_line();
}

/* The purposes for which a dump keeps pages that the level excludes, and the level without any. */
static void tell_degraded(void)
{
	static struct plan exact;
	size_t i;

	if (result_in(&plan.state, plan.scope) == EXACT)
		return;
	tell("makedumpfile " TOOL_RELEASE);
	if (plan.scope.command == FILTER) {
		tell(" at -d ");
		tell_number(plan.scope.level);
	}
	tell(" is degraded");
	for (i = 0; i < NEED_COUNT; i++)
		if (counts_in(&needs[i], plan.scope) && !needs[i].shows_with &&
		    judge(&needs[i], &plan.state) > FALLBACK) {
			tell(", ");
			tell(needs[i].purpose);
		}
	if (plan_within(&exact, &state, plan.scope, EXACT, true) && exact.scope.level) {
		tell("; with --exact it filters at -d ");
		tell_number(exact.scope.level);
	}
	end_line();
}

static int print_for(const char *what, unsigned int level, const char *vmcore,
		     struct wishes wishes)
{
	const struct scope scope = { FILTER, level };
	const char *failure = plan_for(vmcore, scope, wishes);
	bool is_level = is_same(what, "--level");

	if (failure) {
		tell(vmcore);
		tell(" ");
		tell_line(failure);
		return 1;
	}
	tell_degraded();
	if (!plan.count && plan.scope.level == level)
		tell_line("makedumpfile " TOOL_RELEASE " reads this note correctly without changes");
	else
		tell_plan(level);
	if (is_level ? plan.scope.level == level : !plan.count)
		return 1;
	if (is_level) {
		put_number(&text, plan.scope.level, 10);
		put(&text, "\n");
	} else if (is_same(what, "--note")) {
		put_note(&text, &plan, &core);
	} else if (needs_whole_note(&plan)) {
		tell_line("-i can't remove or change lines; --note prints the whole note");
		return 1;
	} else {
		put_overlay(&text, &plan, &info);
	}
	return text.is_too_long || !write_all(1, text.data, text.length);
}

/* A file of this process that the program can open by name. */
static char *text_file(void)
{
	static char name[64];
	struct writing out = { name, sizeof(name) - 1, 0, false };
	long file = system_call(SYS_memfd_create, (long)"vmcoreinfo", 0, 0, 0, 0, 0);

	if (file < 0 || !write_all(file, text.data, text.length))
		return NULL;
	put(&out, "/proc/self/fd/");
	put_number(&out, (uint64_t)file, 10);
	return name;
}

/* Run a command with the unchanged note, at a level for which it is correct, if there is one. */
static void run_without_help(struct command *command, unsigned int level)
{
	if (!plan_within(&plan, &state, command->scope, MORE_IS_KEPT, false))
		return;
	tell("could not replace the note for makedumpfile");
	if (plan.scope.level != level) {
		tell(": -d ");
		tell_number(plan.scope.level);
		tell(" instead of ");
		tell_number(level);
		set_level(command, plan.scope.level);
	}
	end_line();
	run_command(command, &core, NULL);
}

/* Run a command with the changes; returns if there are none or if they did not help. */
static void run_with_help(int argc, char **argv, struct wishes wishes)
{
	static struct command command;
	const char *failure;
	unsigned int level;
	char *file;

	if (!read_command(&command, argc, argv)) {
		tell_line("unsupported command line; running it unchanged");
		return;
	}
	failure = plan_for(command.vmcore, command.scope, wishes);
	if (failure) {
		tell(command.vmcore);
		tell(" ");
		tell_line(failure);
		return;
	}
	level = command.scope.level;
	if (!plan.count && plan.scope.level == level &&
	    result_in(&plan.state, plan.scope) == EXACT)
		return;
	if (!is_that_release(argv[0])) {
		tell(argv[0]);
		tell_line(" is not makedumpfile " TOOL_RELEASE "; running it unchanged");
		return;
	}
	tell_degraded();
	if (!plan.count && plan.scope.level == level)
		return;
	tell_plan(level);
	if (plan.scope.level != level)
		set_level(&command, plan.scope.level);
	if (needs_whole_note(&plan)) {
		put_note(&text, &plan, &core);
		if (!text.is_too_long && !run_command(&command, &core, &text))
			run_without_help(&command, level);
	} else {
		if (plan.count) {
			put_overlay(&text, &plan, &info);
			file = text.is_too_long ? NULL : text_file();
			if (!file)
				return;
			add_text_file(&command, file);
		}
		if (wishes.is_exec)
			become(command.arguments);
		run_command(&command, &core, NULL);
	}
	tell_line("makedumpfile wrote no dump with these changes; running it unchanged");
}

static int answer(int argc, char **argv)
{
	struct wishes wishes = { false, false, false };
	unsigned int level = 31;
	const char *what;
	int at = 1;

	for (; at < argc; at++) {
		if (is_same(argv[at], "--any-build"))
			wishes.is_any_build = true;
		else if (is_same(argv[at], "--exact"))
			wishes.is_exact = true;
		else if (is_same(argv[at], "--exec"))
			wishes.is_exec = true;
		else
			break;
	}
	if (at >= argc || is_same(argv[at], "--help")) {
		(void)write_all(at >= argc ? 2 : 1, help, sizeof(help) - 1);
		return at >= argc ? 2 : 0;
	}
	what = argv[at];
	if (!begins(what, "--")) {
		run_with_help(argc - at, argv + at, wishes);
		become(argv + at);
	}
	at++;
	if (!is_same(what, "--level") && !is_same(what, "--text") && !is_same(what, "--note")) {
		tell(what);
		tell_line(" is not an option; see --help");
		return 2;
	}
	if (at < argc && is_digit(argv[at][0]) && !read_level(argv[at++], &level)) {
		tell_line("dump levels are 0 to 31");
		return 2;
	}
	if (at + 1 < argc) {
		tell_line("only one vmcore can be given");
		return 2;
	}
	return print_for(what, level, at < argc ? argv[at] : "/proc/vmcore", wishes);
}

__attribute__((noreturn, used))
void start(long *stack)
{
	int argc = (int)stack[0];
	char **argv = (char **)(stack + 1);

	environment = argv + argc + 1;
	sys_exit(answer(argc, argv));
}
