/* SPDX-License-Identifier: MIT */
/* A command line of makedumpfile that filters a dump or prints its log, as its getopt_long() reads it. */

#define MOST_ARGUMENTS 64

struct command {
	char *arguments[MOST_ARGUMENTS + 4];
	size_t count;
	size_t level_at;	/* the argument with the level; 0 for none */
	size_t level_offset;	/* where it begins in that */
	struct scope scope;
	const char *vmcore;
	const char *outputs[MOST_ARGUMENTS];
	size_t output_count;
	bool is_flattened;	/* the dump goes to standard output */
};

/* Letters without and with an argument; all others do something else than filter. */
static const char flags[] = "cDEFflpz";
static const char flags_with[] = "bdL";
static const char dmesg[] = "--dump-dmesg";
static const char *const long_flags[] = {
	dmesg, "--dry-run", "--non-mmap", "--show-stats", "--split", NULL,
};
static const char *const long_flags_with[] = {
	"--cyclic-buffer", "--message-level", "--num-threads", "--splitblock-size", "--work-dir", NULL,
};

static bool is_among(char letter, const char *letters)
{
	for (; *letters; letters++)
		if (*letters == letter)
			return true;
	return false;
}

static bool read_level(const char *text, unsigned int *level)
{
	uint64_t number;
	const char *end = read_digits(text, &number);

	/* Leave several levels, one for each try, to the caller. */
	if (!end || *end || number > 31)
		return false;
	*level = (unsigned int)number;
	return true;
}

/* 1 if it is a long option, 2 if its value is the next argument, 0 if it is unknown. */
static int long_option(const char *text)
{
	size_t i;

	for (i = 0; long_flags[i]; i++)
		if (is_same(text, long_flags[i]))
			return 1;
	for (i = 0; long_flags_with[i]; i++) {
		if (is_same(text, long_flags_with[i]))
			return 2;
		if (begins(text, long_flags_with[i]) && text[length_of(long_flags_with[i])] == '=')
			return 1;
	}
	return 0;
}

/* Letters after one '-'; returns the index of the next argument, 0 for an unknown letter. */
static size_t read_letters(struct command *command, size_t at)
{
	const char *text = command->arguments[at];
	size_t i;

	for (i = 1; text[i]; i++) {
		if (text[i] == 'F')
			command->is_flattened = true;
		if (is_among(text[i], flags))
			continue;
		if (!is_among(text[i], flags_with))
			return 0;
		if (text[i] == 'd') {
			command->level_at = text[i + 1] ? at : at + 1;
			command->level_offset = text[i + 1] ? i + 1 : 0;
		}
		return text[i + 1] ? at + 1 : at + 2;
	}
	return at + 1;
}

/* False if any part is not understood. */
static bool read_command(struct command *command, int argc, char **argv)
{
	bool is_option = true;
	size_t at;

	if (argc < 2 || argc > MOST_ARGUMENTS)
		return false;
	command->count = (size_t)argc;
	command->scope.command = FILTER;
	memcpy(command->arguments, argv, command->count * sizeof(argv[0]));
	for (at = 1; at < command->count;) {
		const char *text = command->arguments[at];

		if (is_option && is_same(text, "--")) {
			is_option = false;
			at++;
		} else if (is_option && begins(text, "--")) {
			int width = long_option(text);

			if (!width)
				return false;
			if (is_same(text, dmesg))
				command->scope.command = DMESG;
			at += (size_t)width;
		} else if (is_option && text[0] == '-' && text[1]) {
			at = read_letters(command, at);
			if (!at)
				return false;
		} else {
			if (!command->vmcore)
				command->vmcore = text;
			else
				command->outputs[command->output_count++] = text;
			at++;
		}
	}
	if (at != command->count || !command->vmcore ||
	    (command->output_count == 0) != command->is_flattened)
		return false;
	return !command->level_at || read_level(command->arguments[command->level_at] +
						command->level_offset, &command->scope.level);
}

/* Replace the level. */
static void set_level(struct command *command, unsigned int level)
{
	static char text[256];
	struct writing out = { text, sizeof(text) - 1, 0, false };
	size_t at = command->level_at;

	/* Not a cluster of letters if it is that long. */
	if (!at || command->level_offset > sizeof(text) - 8)
		return;
	put_bytes(&out, command->arguments[at], command->level_offset);
	put_number(&out, level, 10);
	text[out.length] = '\0';
	command->arguments[at] = text;
}

/* `-i FILE` before all others. */
static void add_text_file(struct command *command, char *file)
{
	static char option[] = "-i";
	size_t at;

	for (at = command->count; at-- > 1;)
		command->arguments[at + 2] = command->arguments[at];
	command->arguments[1] = option;
	command->arguments[2] = file;
	command->count += 2;
}
