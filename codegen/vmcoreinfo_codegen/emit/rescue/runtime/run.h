/* SPDX-License-Identifier: MIT */
/* Running the tool: as it is, with a text beside the note, or with another note. */

#define PTRACE_TRACEME 0
#define PTRACE_DETACH 17
#define PTRACE_SYSCALL 24
#define PTRACE_SETOPTIONS 0x4200
#define PTRACE_GET_SYSCALL_INFO 0x420e	/* 201766a20e30 "ptrace: add PTRACE_GET_SYSCALL_INFO request", in 5.3 */
#define PTRACE_O_TRACESYSGOOD 1
#define SYSCALL_ENTRY 1
#define SYSCALL_EXIT 2
#define MOST_STOPS 200000	/* before the note is read there are some hundred */
#ifndef MOST_SECONDS
#define MOST_SECONDS 60		/* without activity before the program has read the note */
#endif

struct syscall_info {
	uint8_t op, pad[3];
	uint32_t arch;
	uint64_t instruction, stack;
	union {
		struct {
			uint64_t number, arguments[6];
		} entry;
		struct {
			int64_t result;
			uint8_t is_error;
		} exit;
	} of;
};

static char **environment;

/* Become a program; returns if there is none of that name. */
static void execute(char **arguments)
{
	static const char usual[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	const char *folders = usual, *name = arguments[0], *at;
	static char path[4096];
	size_t i;

	for (at = name; *at; at++)
		if (*at == '/') {
			system_call(SYS_execve, (long)name, (long)arguments, (long)environment, 0, 0, 0);
			return;
		}
	for (i = 0; environment[i]; i++)
		if (begins(environment[i], "PATH="))
			folders = environment[i];
	for (at = folders + 5;; at++) {
		struct writing out = { path, sizeof(path) - 1, 0, false };
		const char *stop = at;

		while (*stop && *stop != ':')
			stop++;
		put_bytes(&out, at, (size_t)(stop - at));
		put(&out, stop == at ? "." : "");
		put(&out, "/");
		put(&out, name);
		path[out.length] = '\0';
		if (!out.is_too_long)
			system_call(SYS_execve, (long)path, (long)arguments, (long)environment, 0, 0, 0);
		if (!*stop)
			return;
		at = stop;
	}
}

__attribute__((noreturn))
static void become(char **arguments)
{
	execute(arguments);
	tell(arguments[0]);
	tell_line(": can't be run");
	sys_exit(127);
}

/*
 * Start a program that ends with this one; it is stopped for a tracer if `is_traced`. `output`
 * becomes its standard output; if negative, it inherits this one's.
 */
static long start_program(char **arguments, long output, bool is_traced)
{
	long child = sys_fork();

	if (child)
		return child;
	hold_children_back(false);
	system_call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0, 0);
	if (output >= 0)
		system_call(SYS_dup3, output, 1, 0, 0, 0, 0);
	if (is_traced && system_call(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0, 0, 0) < 0)
		sys_exit(127);
	execute(arguments);
	sys_exit(127);
}

/* Whether the program that would run is the release of the tables. */
static bool is_that_release(char *program)
{
	static char option[] = "-v", said[4096];
	char *arguments[] = { program, option, NULL };
	size_t length = 0, at;
	int ends[2], status;
	long child, got;

	if (system_call(SYS_pipe2, (long)ends, O_CLOEXEC, 0, 0, 0, 0) < 0)
		return false;
	child = start_program(arguments, ends[1], false);
	sys_close(ends[1]);
	while (child > 0 && length < sizeof(said) - 1 &&
	       (got = read_within(ends[0], said + length, sizeof(said) - 1 - length,
				  MOST_SECONDS)) > 0)
		length += (size_t)got;
	sys_close(ends[0]);
	if (child <= 0)
		return false;
	/* It has ended, closed its output, or is idle. */
	system_call(SYS_kill, child, SIGKILL, 0, 0, 0, 0);
	if (sys_wait(child, &status) < 0)
		return false;
	said[length] = '\0';
	for (at = 0; at < length; at++)
		if (begins(said + at, "version " TOOL_RELEASE)) {
			char behind = said[at + length_of("version " TOOL_RELEASE)];

			return !is_digit(behind) && behind != '.';
		}
	return false;
}

/* Whether this is the note, being written by the program to its own file. */
static bool is_note(long child, const struct syscall_info *write, const struct vmcore *core)
{
	static char path[64], seen[MOST_NOTE];
	struct writing out = { path, sizeof(path) - 1, 0, false };
	bool is_same_text;
	long memory;

	put(&out, "/proc/");
	put_number(&out, (uint64_t)child, 10);
	put(&out, "/mem");
	path[out.length] = '\0';
	memory = sys_open(path, O_RDONLY);
	if (memory < 0)
		return false;
	is_same_text = read_at(memory, write->of.entry.arguments[1], seen, core->length) &&
		       memcmp(seen, core->text, core->length) == 0;
	sys_close(memory);
	return is_same_text;
}

/* Overwrite a file that the program has open with another text. */
static bool rewrite_file(long child, uint64_t file, const struct writing *text)
{
	static char path[64];
	struct writing out = { path, sizeof(path) - 1, 0, false };
	bool is_written;
	long opened;

	put(&out, "/proc/");
	put_number(&out, (uint64_t)child, 10);
	put(&out, "/fd/");
	put_number(&out, file, 10);
	path[out.length] = '\0';
	opened = sys_open(path, O_WRONLY);
	if (opened < 0)
		return false;
	is_written = system_call(SYS_ftruncate, opened, 0, 0, 0, 0, 0) == 0 &&
		     write_all(opened, text->data, text->length);
	sys_close(opened);
	return is_written;
}

static bool is_stopped(int status)
{
	return (status & 0xff) == 0x7f;
}

/*
 * Run a traced program until it has written the dump's note to its temporary file, replace the
 * text, and let it run. False if that does not happen; the program has ended then.
 */
static bool give_note(long child, const struct vmcore *core, const struct writing *text)
{
	struct syscall_info info, entry = { 0 };
	int status, signal;
	long stops;

	if (sys_wait_for(child, &status, MOST_SECONDS) <= 0 || !is_stopped(status) ||
	    system_call(SYS_ptrace, PTRACE_SETOPTIONS, child, 0, PTRACE_O_TRACESYSGOOD, 0, 0) < 0)
		goto lost;
	for (stops = 0, signal = 0; stops < MOST_STOPS; stops++) {
		if (system_call(SYS_ptrace, PTRACE_SYSCALL, child, 0, signal, 0, 0) < 0 ||
		    sys_wait_for(child, &status, MOST_SECONDS) <= 0)
			goto lost;
		if (!is_stopped(status))
			return false;
		signal = status >> 8 & 0xff;
		if (signal != (SIGTRAP | 0x80)) {
			signal = signal == SIGTRAP ? 0 : signal;
			continue;
		}
		signal = 0;
		if (system_call(SYS_ptrace, PTRACE_GET_SYSCALL_INFO, child, sizeof(info),
				(long)&info, 0, 0) < 0)
			goto lost;
		if (info.op == SYSCALL_ENTRY)
			entry = info;
		if (info.op != SYSCALL_EXIT || entry.of.entry.number != SYS_write ||
		    info.of.exit.result != (int64_t)core->length || !is_note(child, &entry, core))
			continue;
		if (!rewrite_file(child, entry.of.entry.arguments[0], text) ||
		    system_call(SYS_ptrace, PTRACE_DETACH, child, 0, 0, 0, 0) < 0)
			goto lost;
		return true;
	}
lost:
	system_call(SYS_kill, child, SIGKILL, 0, 0, 0, 0);
	(void)sys_wait(child, &status);
	return false;
}

/* Pass on the output; returns its size. */
static uint64_t pass_on(long from)
{
	static char buffer[65536];
	uint64_t passed = 0;
	long got;

	while ((got = read_some(from, buffer, sizeof(buffer))) > 0) {
		if (!write_all(1, buffer, (size_t)got))
			sys_exit(1);
		passed += (uint64_t)got;
	}
	return passed;
}

/*
 * Run it with another note if `text` is one, and exit with its code. Returns if it wrote no dump
 * and left nothing of one, so that it can be run differently; false if it could not be given the
 * note.
 */
static bool run_command(struct command *command, const struct vmcore *core,
			const struct writing *text)
{
	bool was_there[MOST_ARGUMENTS];
	uint64_t passed = 0;
	int ends[2] = { -1, -1 }, status = 0;
	bool is_given;
	long child;
	size_t i;

	for (i = 0; i < command->output_count; i++)
		was_there[i] = is_there(command->outputs[i]);
	if (command->is_flattened && system_call(SYS_pipe2, (long)ends, O_CLOEXEC, 0, 0, 0, 0) < 0)
		return true;
	hold_children_back(true);
	child = start_program(command->arguments, ends[1], text != NULL);
	if (ends[1] >= 0)
		sys_close(ends[1]);
	is_given = child > 0 && (!text || give_note(child, core, text));
	hold_children_back(false);
	if (ends[0] >= 0) {
		passed = pass_on(ends[0]);
		sys_close(ends[0]);
	}
	if (is_given && sys_wait(child, &status) == child && status == 0)
		sys_exit(0);
	if (passed)
		sys_exit(is_given && (status & 0x7f) == 0 ? status >> 8 & 0xff : 1);
	for (i = 0; i < command->output_count; i++)
		if (!was_there[i])
			system_call(SYS_unlinkat, AT_FDCWD, (long)command->outputs[i], 0, 0, 0, 0);
	return is_given;
}
