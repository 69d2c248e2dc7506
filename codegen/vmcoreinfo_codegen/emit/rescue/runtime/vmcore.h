/* SPDX-License-Identifier: MIT */
/* The note of /proc/vmcore, an ELF file of this machine's own byte order and 64 bits. */

#define MOST_NOTE 65536		/* the kernel's has one page */
#define MOST_HEADERS 65536	/* program headers */
#define MOST_NOTES 65536	/* a CPU has one, a driver may have more */
#define PT_LOAD 1
#define PT_NOTE 4
#define PN_XNUM 0xffff
#define ELFCLASS64 2
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define OWN_ELFDATA 2
#else
#define OWN_ELFDATA 1
#endif

struct elf_header {
	unsigned char ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, headers_at, sections_at;
	uint32_t flags;
	uint16_t size, header_size, header_count, section_size, section_count, names;
};

struct program_header {
	uint32_t type, flags;
	uint64_t offset, address, physical, file_size, memory_size, alignment;
};

struct note_header {
	uint32_t name_size, size, type;
};

struct vmcore {
	char text[MOST_NOTE];
	size_t length;
	uint64_t highest;	/* virtual address of the segments */
};

static const char note_name[] = "VMCOREINFO";

/* Look for the note in one segment of notes. */
static bool find_note(struct vmcore *core, long file, const struct program_header *segment,
		      size_t *budget)
{
	uint64_t at = segment->offset, left = segment->file_size;
	struct note_header header;
	char name[sizeof(note_name)];

	while (left > sizeof(header) && *budget) {
		uint64_t name_size, size;

		--*budget;
		if (!read_at(file, at, &header, sizeof(header)))
			return false;
		name_size = ((uint64_t)header.name_size + 3) & ~UINT64_C(3);
		size = ((uint64_t)header.size + 3) & ~UINT64_C(3);
		at += sizeof(header);
		left -= sizeof(header);
		if (name_size + size > left)
			return false;
		if (header.name_size == sizeof(note_name) &&
		    read_at(file, at, name, sizeof(name)) &&
		    memcmp(name, note_name, sizeof(name)) == 0) {
			if (header.size == 0 || header.size > sizeof(core->text))
				return false;
			core->length = header.size;
			return read_at(file, at + name_size, core->text, header.size);
		}
		at += name_size + size;
		left -= name_size + size;
	}
	return false;
}

/* Read the note and the highest segment address; returns the reason on failure. */
static const char *read_vmcore(struct vmcore *core, const char *path)
{
	struct elf_header header;
	struct program_header segment;
	long file = sys_open(path, O_RDONLY);
	size_t budget = MOST_NOTES;
	uint64_t i;

	core->length = 0;
	core->highest = 0;
	if (file < 0)
		return "can't be read";
	if (!read_at(file, 0, &header, sizeof(header)) ||
	    memcmp(header.ident, "\177ELF", 4) != 0 || header.ident[4] != ELFCLASS64 ||
	    header.ident[5] != OWN_ELFDATA || header.header_size != sizeof(segment) ||
	    header.header_count == PN_XNUM) {
		sys_close(file);
		return "is not an ELF dump of this machine";
	}
	if (vmcoreinfo_arch_from_elf(header.machine, 64) != OWN_ARCH) {
		sys_close(file);
		return "is from another architecture";
	}
	for (i = 0; i < header.header_count && i < MOST_HEADERS; i++) {
		if (!read_at(file, header.headers_at + i * sizeof(segment), &segment,
			     sizeof(segment)))
			break;
		if (segment.type == PT_LOAD && segment.address > core->highest)
			core->highest = segment.address;
		if (segment.type == PT_NOTE && !core->length &&
		    !find_note(core, file, &segment, &budget))
			core->length = 0;
	}
	sys_close(file);
	return core->length ? NULL : "has no VMCOREINFO note";
}
