// SPDX-License-Identifier: MIT
#define _POSIX_C_SOURCE 200809L
#include "dump.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *arch_of(Elf64_Half machine)
{
	switch (machine) {
	case EM_X86_64: return "x86_64";
	case EM_AARCH64: return "aarch64";
	case EM_PPC64: return "ppc64le";
	case EM_RISCV: return "riscv64";
	default: return "";
	}
}

static bool inside(const struct dump *dump, uint64_t offset, uint64_t size)
{
	return offset <= dump->size && size <= dump->size - offset;
}

static bool segment_at(const struct dump *dump, size_t index, Elf64_Phdr *segment)
{
	Elf64_Ehdr header;
	uint64_t offset;

	memcpy(&header, dump->data, sizeof(header));
	offset = header.e_phoff + index * sizeof(*segment);
	if (index >= header.e_phnum || !inside(dump, offset, sizeof(*segment)))
		return false;
	memcpy(segment, dump->data + offset, sizeof(*segment));
	return inside(dump, segment->p_offset, segment->p_filesz);
}

static bool find_note(struct dump *dump, const Elf64_Phdr *segment)
{
	static const char name[] = "VMCOREINFO";
	uint64_t at = segment->p_offset, end = segment->p_offset + segment->p_filesz;
	Elf64_Nhdr note;

	while (end - at >= sizeof(note)) {
		uint64_t name_at = at + sizeof(note), text_at, next;

		memcpy(&note, dump->data + at, sizeof(note));
		text_at = name_at + (note.n_namesz + UINT64_C(3)) / 4 * 4;
		next = text_at + (note.n_descsz + UINT64_C(3)) / 4 * 4;
		if (text_at > end || note.n_descsz > end - text_at)
			return false;
		if (note.n_namesz == sizeof(name) && note.n_type == 0 &&
		    !memcmp(dump->data + name_at, name, sizeof(name))) {
			dump->note = dump->data + text_at;
			dump->note_size = note.n_descsz;
			return true;
		}
		if (next > end)
			return false;
		at = next;
	}
	return false;
}

bool dump_open(struct dump *dump, const char *path)
{
	int file = open(path, O_RDONLY);
	struct stat status;
	Elf64_Phdr segment;
	Elf64_Ehdr header;
	void *data;

	if (file < 0 || fstat(file, &status)) {
		perror(path);
		return false;
	}
	data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
	if (data == MAP_FAILED) {
		perror(path);
		close(file);
		return false;
	}
	close(file);
	*dump = (struct dump){ .data = data, .size = (size_t)status.st_size, .arch = "" };
	if (dump->size < sizeof(header) || memcmp(data, ELFMAG, SELFMAG)) {
		dump->note = data;
		dump->note_size = dump->size;
		return true;
	}
	memcpy(&header, data, sizeof(header));
	if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
	    header.e_type != ET_CORE || header.e_phentsize != sizeof(segment)) {
		fprintf(stderr, "%s: not a core of 64 bits, little-endian: give its note instead\n", path);
		return false;
	}
	dump->arch = arch_of(header.e_machine);
	for (size_t index = 0; segment_at(dump, index, &segment); index++)
		if (segment.p_type == PT_NOTE && find_note(dump, &segment))
			return true;
	fprintf(stderr, "%s: no VMCOREINFO note; vmcoreinfo attach makes a dump with one\n", path);
	return false;
}

static bool read_from(const struct dump *dump, bool virtual, uint64_t address, void *buffer, size_t size)
{
	unsigned char *target = buffer;
	Elf64_Phdr segment;
	size_t index = 0;

	while (size && segment_at(dump, index++, &segment)) {
		uint64_t from = address - (virtual ? segment.p_vaddr : segment.p_paddr);
		size_t here = size;

		if (segment.p_type != PT_LOAD || from >= segment.p_filesz)
			continue;
		if (here > segment.p_filesz - from)
			here = (size_t)(segment.p_filesz - from);
		memcpy(target, dump->data + segment.p_offset + from, here);
		target += here;
		address += here;
		size -= here;
		index = 0;
	}
	return size == 0;
}

bool dump_read_physical(const struct dump *dump, uint64_t address, void *buffer, size_t size)
{
	return read_from(dump, false, address, buffer, size);
}

bool dump_read_virtual(const struct dump *dump, uint64_t address, void *buffer, size_t size)
{
	return read_from(dump, true, address, buffer, size);
}
