/* SPDX-License-Identifier: MIT */
/* Queries of a parsed note. */

/* ---- values ------------------------------------------------------------------ */

static enum vmcoreinfo_status status_of(const struct vmcoreinfo *info, unsigned int key)
{
	return (enum vmcoreinfo_status)info->statuses[key];
}

enum vmcoreinfo_status vmcoreinfo_get_status(const struct vmcoreinfo *info,
					     enum vmcoreinfo_key key)
{
	return (unsigned int)key < VMCOREINFO_KEY_COUNT ? status_of(info, (unsigned int)key)
							: VMCOREINFO_ABSENT;
}

bool vmcoreinfo_has(const struct vmcoreinfo *info, enum vmcoreinfo_key key)
{
	return vmcoreinfo_get_status(info, key) == VMCOREINFO_OK;
}

/* The status of a key whose value is requested in one of two formats. */
static enum vmcoreinfo_status status_for(const struct vmcoreinfo *info, enum vmcoreinfo_key key,
					 bool is_numeric)
{
	enum vmcoreinfo_status status = vmcoreinfo_get_status(info, key);
	enum vmcoreinfo_format format;

	if (status == VMCOREINFO_ABSENT)
		return status;
	format = (enum vmcoreinfo_format)shapes[key].format;
	if (is_numeric ? !is_number(format) : format != VMCOREINFO_FORMAT_HEXBYTES)
		return VMCOREINFO_WRONG_TYPE;
	return status;
}

enum vmcoreinfo_status vmcoreinfo_get_number(const struct vmcoreinfo *info,
					     enum vmcoreinfo_key key, uint64_t *bits)
{
	enum vmcoreinfo_status status = status_for(info, key, true);

	if (status == VMCOREINFO_OK)
		*bits = info->values[key].bits;
	return status;
}

/* The value of a key that has a line. */
static struct vmcoreinfo_text text_of(const struct vmcoreinfo *info, enum vmcoreinfo_key key)
{
	struct vmcoreinfo_text text = { info->text.data + info->values[key].offset, 0 };

	text.length = (size_t)(find(text.data, info->text.data + info->text.length, '\n') -
			       text.data);
	return text;
}

enum vmcoreinfo_status vmcoreinfo_get_text(const struct vmcoreinfo *info, enum vmcoreinfo_key key,
					   struct vmcoreinfo_text *text)
{
	enum vmcoreinfo_status status = vmcoreinfo_get_status(info, key);

	if (status != VMCOREINFO_ABSENT)
		*text = text_of(info, key);
	return status;
}

enum vmcoreinfo_status vmcoreinfo_get_bytes(const struct vmcoreinfo *info, enum vmcoreinfo_key key,
					    uint8_t *bytes, size_t size, size_t *length)
{
	enum vmcoreinfo_status status = status_for(info, key, false);
	struct vmcoreinfo_text text;
	const char *at;
	size_t i;

	if (status != VMCOREINFO_OK)
		return status;
	text = text_of(info, key);
	at = text.data;
	*length = text.length / 2;
	if (*length > size)
		return VMCOREINFO_TOO_LONG;
	for (i = 0; i < *length; i++, at += 2) {
		/* Each byte has two digits, so the value fits in the text. */
		INVARIANT(info->text.data + info->text.length - at >= 2);
		bytes[i] = (uint8_t)(digit_of(at[0]) << 4 | digit_of(at[1]));
	}
	return VMCOREINFO_OK;
}

/* ---- lines ------------------------------------------------------------------- */

bool vmcoreinfo_next_line(const struct vmcoreinfo *info, struct vmcoreinfo_line *line)
{
	const char *at = info->text.data + line->next, *end = info->text.data + info->text.length;
	size_t number = line->number;

	while (at < end) {
		const char *stop = find(at, end, '\n');
		const char *equals = find(at, stop, '=');

		number++;
		if (equals > at && equals < stop && find_unprintable(at, stop) == stop) {
			line->name.data = at;
			line->name.length = (size_t)(equals - at);
			line->value.data = equals + 1;
			line->value.length = (size_t)(stop - line->value.data);
			line->number = number;
			line->key = key_of(at, equals);
			line->next = (size_t)(stop - info->text.data) + (stop < end);
			return true;
		}
		at = stop < end ? stop + 1 : end;
	}
	return false;
}

bool vmcoreinfo_find_line(const struct vmcoreinfo *info, const char *name, size_t length,
			  struct vmcoreinfo_line *line)
{
	struct vmcoreinfo_line next = { { NULL, 0 }, { NULL, 0 }, 0, VMCOREINFO_NO_KEY, 0 };
	enum vmcoreinfo_key key = key_of(name, length ? name + length : name);
	const char *value = NULL;
	bool found = false;

	if (key != VMCOREINFO_NO_KEY) {
		if (status_of(info, key) == VMCOREINFO_ABSENT)
			return false;
		value = info->text.data + info->values[key].offset;
	}
	while (vmcoreinfo_next_line(info, &next)) {
		if (key != VMCOREINFO_NO_KEY ? next.value.data != value
					     : next.name.length != length ||
						       !same(next.name.data, name, length))
			continue;
		*line = next;
		found = true;
	}
	return found;
}

/* Whether an unknown key looks like SYMBOL(). */
static bool is_symbol(struct vmcoreinfo_text name)
{
	static const char start[] = "SYMBOL(";

	return name.length > sizeof(start) - 1 && same(name.data, start, sizeof(start) - 1) &&
	       name.data[name.length - 1] == ')';
}

enum vmcoreinfo_status vmcoreinfo_line_number(const struct vmcoreinfo_line *line, uint64_t *bits)
{
	bool is_known = (unsigned int)line->key < VMCOREINFO_KEY_COUNT;
	const char *at = line->value.data, *stop = at + line->value.length;
	enum vmcoreinfo_status status;
	enum vmcoreinfo_format format;
	uint64_t value;

	if (is_known)
		format = (enum vmcoreinfo_format)shapes[line->key].format;
	else if (is_symbol(line->name))
		format = VMCOREINFO_FORMAT_HEX;
	else if (line->value.length && line->value.data[0] == '-')
		format = VMCOREINFO_FORMAT_SIGNED;
	else
		format = VMCOREINFO_FORMAT_DECIMAL;
	if (!is_number(format))
		return VMCOREINFO_WRONG_TYPE;
	status = is_known ? value_of_key((unsigned int)line->key, at, stop, &value)
			  : value_of(format, at, stop, &value);
	if (status == VMCOREINFO_OK)
		*bits = value;
	return status;
}

/* ---- names ------------------------------------------------------------------- */

size_t vmcoreinfo_key_count(void)
{
	return VMCOREINFO_KEY_COUNT;
}

bool vmcoreinfo_key_from_name(const char *name, size_t length, enum vmcoreinfo_key *key)
{
	enum vmcoreinfo_key found = key_of(name, length ? name + length : name);

	if (found == VMCOREINFO_NO_KEY)
		return false;
	*key = found;
	return true;
}

enum vmcoreinfo_arch vmcoreinfo_arch_from_name(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < sizeof(arch_names) / sizeof(arch_names[0]); i++)
		if (arch_names[i].length == length && same(arch_names[i].name, name, length))
			return arch_names[i].arch;
	return VMCOREINFO_ARCH_UNKNOWN;
}

enum vmcoreinfo_arch vmcoreinfo_arch_from_elf(unsigned int machine, unsigned int bits)
{
	size_t i;

	for (i = 0; i < sizeof(elf_machines) / sizeof(elf_machines[0]); i++)
		if (elf_machines[i].machine == machine && elf_machines[i].bits == bits)
			return elf_machines[i].arch;
	return VMCOREINFO_ARCH_UNKNOWN;
}

const char *vmcoreinfo_diagnostic_name(enum vmcoreinfo_diagnostic_id id)
{
	return (unsigned int)id < sizeof(diagnostic_names) / sizeof(diagnostic_names[0]) ?
	       diagnostic_names[id] : "?";
}

const char *vmcoreinfo_status_name(enum vmcoreinfo_status status)
{
	static const char *const names[] = {
		"ok", "absent", "malformed", "out-of-range", "garbage", "wrong-type", "too-long",
		"no-recipe", "read-failed",
	};

	return (unsigned int)status < sizeof(names) / sizeof(names[0]) ? names[status] : "?";
}
