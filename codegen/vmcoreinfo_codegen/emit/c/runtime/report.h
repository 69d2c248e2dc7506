/* SPDX-License-Identifier: MIT */
/* The state of parsing, and its diagnostics. */

struct parser {
	struct vmcoreinfo *info;
	vmcoreinfo_report *report;
	void *context;
	size_t line;		/* number of the current line, from 1 */
	size_t errors;
	const struct shape *shape;	/* of the last known key */
};

/* `key` is that of `name`, or VMCOREINFO_NO_KEY. */
static RARE void tell(struct parser *parser, enum vmcoreinfo_diagnostic_id id, const char *at,
		      struct vmcoreinfo_text name, unsigned int key, const char *message)
{
	struct vmcoreinfo_diagnostic diagnostic;

	if (severities[id] == VMCOREINFO_SEVERITY_ERROR)
		parser->errors++;
	if (!parser->report)
		return;
	diagnostic.id = id;
	diagnostic.severity = severities[id];
	diagnostic.offset = (size_t)(at - parser->info->text.data);
	diagnostic.line = parser->line;
	diagnostic.name = name;
	diagnostic.key = (enum vmcoreinfo_key)key;
	diagnostic.message = message;
	parser->report(parser->context, &diagnostic);
}

/* Reports used in more than one place. */
#define UNKNOWN "not exported by any kernel known to this parser"
#define DUPLICATE "duplicate key; the last usable line counts"

/* Whether a value begins like the garbage that some kernels print for the key. */
static bool is_garbage(unsigned int key, const char *value, const char *stop)
{
	size_t i;

	for (i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
		if (garbage[i].key == key && stop - value >= garbage[i].length &&
		    same(value, garbage[i].start, garbage[i].length))
			return true;
	return false;
}
