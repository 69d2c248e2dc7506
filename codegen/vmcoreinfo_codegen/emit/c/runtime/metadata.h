/* SPDX-License-Identifier: MIT */
/* Information about entries. */

const struct vmcoreinfo_entry *vmcoreinfo_entry_of(enum vmcoreinfo_key key)
{
	return (unsigned int)key < VMCOREINFO_KEY_COUNT ? &entries[key] : NULL;
}

const struct vmcoreinfo_quirk *vmcoreinfo_quirk_of(const struct vmcoreinfo *info,
						   enum vmcoreinfo_key key,
						   enum vmcoreinfo_arch arch)
{
	const struct vmcoreinfo_entry *entry = vmcoreinfo_entry_of(key);
	enum vmcoreinfo_status status;
	uint64_t release;
	size_t i;

	if (!entry || !entry->quirk_count)
		return NULL;
	status = vmcoreinfo_get_status(info, key);
	release = release_of(info);
	for (i = 0; i < sizeof(quirk_spans) / sizeof(quirk_spans[0]); i++) {
		const struct vmcoreinfo_quirk *quirk = &all_quirks[quirk_spans[i].quirk];

		if (quirk < entry->quirks || quirk >= entry->quirks + entry->quirk_count)
			continue;
		/* Garbage is recognised by its bytes, whatever the release. */
		if (quirk->kind == VMCOREINFO_QUIRK_GARBAGE) {
			if (status == VMCOREINFO_GARBAGE)
				return quirk;
			continue;
		}
		if (quirk_spans[i].archs && ((unsigned int)arch >= 64 ||
					     !(quirk_spans[i].archs >> arch & 1)))
			continue;
		if (is_within(release, quirk_spans[i].since, quirk_spans[i].until))
			return quirk;
	}
	return NULL;
}
