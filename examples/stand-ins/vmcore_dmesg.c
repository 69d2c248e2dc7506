// SPDX-License-Identifier: MIT
/*
 * Stands for vmcore-dmesg: prints the kernel log of a dump, by its note alone.
 *
 *	vmcore_dmesg [--caller] DUMP
 *
 * Unlike it, this one reads dumps of QEMU too, whose program headers have no virtual addresses:
 * those are translated by what the note says of x86_64 and arm64. Exits with 1 where the log can't
 * be had.
 */
#include "build/vmcore_dmesg_vmcoreinfo.h"
#include "dump.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY(name) VMCORE_DMESG_VMCOREINFO_##name
#define START_KERNEL_MAP UINT64_C(0xffffffff80000000)

static struct vmcore_dmesg_vmcoreinfo info;
static struct vmcore_dmesg_vmcoreinfo_dump target;
static struct dump dump;
static bool with_caller;

static void report(void *path, const struct vmcore_dmesg_vmcoreinfo_diagnostic *found)
{
	if (found->severity == VMCORE_DMESG_VMCOREINFO_SEVERITY_ERROR)
		fprintf(stderr, "%s: line %zu: %.*s: %s\n", (const char *)path, found->line,
			(int)found->name.length, found->name.data, found->message);
}

/* A value that there is no log without: no offset that is missing counts as 0. */
static uint64_t number(enum vmcore_dmesg_vmcoreinfo_key key)
{
	uint64_t value;
	enum vmcore_dmesg_vmcoreinfo_status status =
		vmcore_dmesg_vmcoreinfo_get_number(&info, key, &value);

	if (status == KEY(OK))
		return value;
	fprintf(stderr, "the log can't be found: %s is %s\n",
		vmcore_dmesg_vmcoreinfo_entry_of(key)->name,
		vmcore_dmesg_vmcoreinfo_status_name(status));
	exit(1);
}

typedef enum vmcore_dmesg_vmcoreinfo_status derivation(const struct vmcore_dmesg_vmcoreinfo *,
						       const struct vmcore_dmesg_vmcoreinfo_dump *,
						       struct vmcore_dmesg_vmcoreinfo_derived *);

static uint64_t derived(derivation *derive, const char *what)
{
	struct vmcore_dmesg_vmcoreinfo_derived found;

	if (derive(&info, &target, &found) == KEY(OK))
		return found.value;
	fprintf(stderr, "the note does not tell the %s\n", what);
	exit(1);
}

static bool walk_x86_64(uint64_t address, uint64_t *physical)
{
	uint64_t table = derived(vmcore_dmesg_vmcoreinfo_derive_page_table_root, "page table");
	uint64_t bits = derived(vmcore_dmesg_vmcoreinfo_derive_va_bits, "width of addresses");
	unsigned level = bits == 57 ? 5 : 4;

	table -= START_KERNEL_MAP;
	table += derived(vmcore_dmesg_vmcoreinfo_derive_phys_base, "place of the kernel image");
	for (;; level--) {
		unsigned shift = 12 + 9 * (level - 1);
		uint64_t entry, mask = (UINT64_C(1) << shift) - 1;

		if (!dump_read_physical(&dump, table + (address >> shift & 511) * 8, &entry, 8) ||
		    !(entry & 1))
			return false;
		table = entry & UINT64_C(0x000ffffffffff000);
		if (level == 1 || (level < 4 && entry & 0x80)) {
			*physical = (table & ~mask) | (address & mask);
			return true;
		}
	}
}

/*
 * The layout since 5.4: the linear map is below the rest, the image in the upper half of the
 * addresses that every CPU has, 48 bits or with 16 KiB pages 47. It starts by the configured width;
 * from 5.4 to 5.9 a kernel of 52 bits on a CPU without them had it start by 48 (7bc1a0f9e176).
 */
static uint64_t translate_arm64(uint64_t address)
{
	uint64_t width = number(KEY(NUMBER_VA_BITS));
	uint64_t narrow = number(KEY(PAGESIZE)) == 16384 ? 47 : 48;

	if (width < 1 || width > 63) {
		fprintf(stderr, "addresses can't have %" PRIu64 " bits\n", width);
		exit(1);
	}
	if (width <= 48)
		narrow = width;
	if (address >= -(UINT64_C(1) << (narrow - 1)))
		return address - number(KEY(NUMBER_kimage_voffset));
	return address + (UINT64_C(1) << width) + number(KEY(NUMBER_PHYS_OFFSET));
}

static bool translate(uint64_t address, uint64_t *physical)
{
	if (target.arch == KEY(ARCH_X86_64))
		return walk_x86_64(address, physical);
	if (target.arch != KEY(ARCH_ARM64))
		return false;
	*physical = translate_arm64(address);
	return true;
}

static void read_memory(uint64_t address, void *buffer, uint64_t size)
{
	unsigned char *to = buffer;

	if (dump_read_virtual(&dump, address, buffer, size))
		return;
	while (size) {
		uint64_t physical, here = 4096 - address % 4096;

		if (here > size)
			here = size;
		if (!translate(address, &physical) ||
		    !dump_read_physical(&dump, physical, to, here)) {
			fprintf(stderr, "the dump has no memory at %#" PRIx64 "\n", address);
			exit(1);
		}
		address += here;
		to += here;
		size -= here;
	}
}

static uint64_t read_u64(uint64_t address)
{
	uint64_t value;

	read_memory(address, &value, sizeof(value));
	return value;
}

static uint32_t read_u32(uint64_t address)
{
	uint32_t value;

	read_memory(address, &value, sizeof(value));
	return value;
}

static uint16_t read_u16(uint64_t address)
{
	uint16_t value;

	read_memory(address, &value, sizeof(value));
	return value;
}

static unsigned char *read_block(uint64_t address, uint64_t size)
{
	unsigned char *block = size > dump.size ? NULL : malloc((size_t)size + 1);

	if (!block) {
		fprintf(stderr, "a log of %" PRIu64 " bytes does not fit into its dump\n", size);
		exit(1);
	}
	read_memory(address, block, size);
	return block;
}

static void print_text(const unsigned char *text, uint64_t length)
{
	for (uint64_t i = 0; i < length; i++) {
		if (isprint(text[i]) || isspace(text[i]))
			putchar(text[i]);
		else
			printf("\\x%02x", text[i]);
	}
}

static void print_record(uint64_t ts_nsec, const uint32_t *caller, const unsigned char *text,
			 uint64_t length)
{
	printf("[%5" PRIu64 ".%06" PRIu64 "] ", ts_nsec / 1000000000, ts_nsec % 1000000000 / 1000);
	if (caller) {
		char name[12];

		/* The kernel's mark: the top bit for a CPU, else a thread. */
		snprintf(name, sizeof(name), "%c%" PRIu32, *caller >> 31 ? 'C' : 'T',
			 *caller & UINT32_C(0x7fffffff));
		printf("[%8s] ", name);
	}
	print_text(text, length);
	putchar('\n');
}

/*
 * Where the block of a record is in the ring, its end excluded; false for a record whose text was
 * lost. With bit 0 set in both positions there is no block, and 3 of 1 and 3 is an empty line. A
 * block that does not fit at the end of the ring is at its start; since 6.19 one may end exactly
 * there (67e1b0052f6b), and `next` is not part of it.
 */
static bool find_block(uint64_t begin, uint64_t next, uint64_t size, uint64_t *from, uint64_t *to)
{
	enum { NO_BLOCK = 1, EMPTY_LINE = 3 };

	*from = *to = 0;
	if (begin & next & NO_BLOCK)
		return begin == EMPTY_LINE && next == EMPTY_LINE;
	if (begin / size == (next - 1) / size)
		*from = begin % size;
	*to = (next - 1) % size + 1;
	return true;
}

/* Since 5.10. Descriptors of `tail_id` to `head_id`; the two top bits of their state are its kind. */
static void print_ringbuffer(uint64_t symbol)
{
	enum { COMMITTED = 1, FINALIZED = 2 };
	const uint64_t id_mask = UINT64_MAX >> 2;
	uint64_t ringbuffer = read_u64(symbol);
	uint64_t descs = ringbuffer + number(KEY(OFFSET_printk_ringbuffer_desc_ring));
	uint64_t texts = ringbuffer + number(KEY(OFFSET_printk_ringbuffer_text_data_ring));
	uint64_t counter = number(KEY(OFFSET_atomic_long_t_counter));
	uint64_t blk_lpos = number(KEY(OFFSET_prb_desc_text_blk_lpos));
	uint64_t desc_at = read_u64(descs + number(KEY(OFFSET_prb_desc_ring_descs)));
	uint64_t info_at = read_u64(descs + number(KEY(OFFSET_prb_desc_ring_infos)));
	uint64_t head = read_u64(descs + number(KEY(OFFSET_prb_desc_ring_head_id)) + counter);
	uint64_t tail = read_u64(descs + number(KEY(OFFSET_prb_desc_ring_tail_id)) + counter);
	uint32_t count_bits = read_u32(descs + number(KEY(OFFSET_prb_desc_ring_count_bits)));
	uint32_t size_bits = read_u32(texts + number(KEY(OFFSET_prb_data_ring_size_bits)));
	uint64_t data_at = read_u64(texts + number(KEY(OFFSET_prb_data_ring_data)));
	uint64_t count = UINT64_C(1) << (count_bits & 63), size = UINT64_C(1) << (size_bits & 63);
	unsigned char *data = read_block(data_at, size);

	if (((head - tail) & id_mask) >= count) {
		fprintf(stderr, "the log has more records than descriptors\n");
		exit(1);
	}
	for (uint64_t id = tail;; id = (id + 1) & id_mask) {
		uint64_t desc = desc_at + id % count * number(KEY(SIZE_prb_desc));
		uint64_t record = info_at + id % count * number(KEY(SIZE_printk_info));
		uint64_t state = read_u64(desc + number(KEY(OFFSET_prb_desc_state_var)) + counter);
		uint64_t begin = read_u64(desc + blk_lpos + number(KEY(OFFSET_prb_data_blk_lpos_begin)));
		uint64_t next = read_u64(desc + blk_lpos + number(KEY(OFFSET_prb_data_blk_lpos_next)));
		uint64_t from, to, length;
		uint32_t caller = 0;

		if ((state >> 62 == COMMITTED || state >> 62 == FINALIZED) && (state & id_mask) == id &&
		    find_block(begin, next, size, &from, &to)) {
			length = read_u16(record + number(KEY(OFFSET_printk_info_text_len)));
			if (with_caller)
				caller = read_u32(record + number(KEY(OFFSET_printk_info_caller_id)));
			from += sizeof(uint64_t);	/* the ID stands before the text */
			if (from > to)
				from = to;
			if (length > to - from)
				length = to - from;
			print_record(read_u64(record + number(KEY(OFFSET_printk_info_ts_nsec))),
				     with_caller ? &caller : NULL, data + from, length);
		}
		if (id == head)
			break;
	}
	free(data);
}

struct record_layout {
	enum vmcore_dmesg_vmcoreinfo_key size, ts_nsec, length, text_length;
};

/* 3.5 to 5.9: records behind each other; one of length 0 says that the next is at the start. */
static void print_records(uint64_t symbol, const struct record_layout *layout)
{
	uint64_t size = read_u32(number(KEY(SYMBOL_log_buf_len)));
	uint64_t at = read_u32(number(KEY(SYMBOL_log_first_idx)));
	uint64_t end = read_u32(number(KEY(SYMBOL_log_next_idx)));
	uint64_t header = number(layout->size);
	unsigned char *log = read_block(read_u64(symbol), size);

	for (uint64_t left = size; at != end;) {
		uint16_t length = 0, text_length;
		uint64_t ts_nsec;

		if (header <= size && at <= size - header)
			memcpy(&length, log + at + number(layout->length), sizeof(length));
		if (!length && at) {
			at = 0;
			continue;
		}
		if (length < header || length > left || length > size - at) {
			fprintf(stderr, "the log has a record of %u bytes\n", length);
			exit(1);
		}
		memcpy(&text_length, log + at + number(layout->text_length), sizeof(text_length));
		memcpy(&ts_nsec, log + at + number(layout->ts_nsec), sizeof(ts_nsec));
		if (text_length > length - header)
			text_length = (uint16_t)(length - header);
		print_record(ts_nsec, NULL, log + at + header, text_length);
		at += length;
		left -= length;
	}
	free(log);
}

/* Until 3.4: characters, as they were printed. */
static void print_characters(uint64_t symbol)
{
	uint64_t size = read_u32(number(KEY(SYMBOL_log_buf_len)));
	uint64_t end = read_u32(number(KEY(SYMBOL_log_end)));
	uint64_t count = read_u32(number(KEY(SYMBOL_logged_chars)));
	unsigned char *log = read_block(read_u64(symbol), size);

	if (count > size)
		count = size;
	for (uint64_t i = count; i; i--)
		putchar(log[(uint32_t)(end - i) % size]);
	free(log);
}

int main(int argc, char **argv)
{
	static const struct record_layout records = {
		KEY(SIZE_printk_log), KEY(OFFSET_printk_log_ts_nsec), KEY(OFFSET_printk_log_len),
		KEY(OFFSET_printk_log_text_len),
	}, old_records = {
		KEY(SIZE_log), KEY(OFFSET_log_ts_nsec), KEY(OFFSET_log_len), KEY(OFFSET_log_text_len),
	};
	struct vmcore_dmesg_vmcoreinfo_derived log;
	struct vmcore_dmesg_vmcoreinfo_text text;

	with_caller = argc == 3 && !strcmp(argv[1], "--caller");
	if (argc != 2 + with_caller) {
		fprintf(stderr, "usage: %s [--caller] DUMP\n", argv[0]);
		return 2;
	}
	if (!dump_open(&dump, argv[argc - 1]))
		return 2;
	target.arch = vmcore_dmesg_vmcoreinfo_arch_from_name(dump.arch, strlen(dump.arch));
	text = vmcore_dmesg_vmcoreinfo_note_text(dump.note, dump.note_size);
	vmcore_dmesg_vmcoreinfo_parse(&info, text.data, text.length, report, argv[argc - 1]);
	if (vmcore_dmesg_vmcoreinfo_derive_log_buffer(&info, &target, &log) != KEY(OK)) {
		fprintf(stderr, "the note does not tell where the log is\n");
		return 1;
	}
	if (!strcmp(log.recipe, "prb"))
		print_ringbuffer(log.value);
	else if (!strcmp(log.recipe, "printk_log"))
		print_records(log.value, &records);
	else if (!strcmp(log.recipe, "log"))
		print_records(log.value, &old_records);
	else if (!strcmp(log.recipe, "byte_ring"))
		print_characters(log.value);
	else {
		fprintf(stderr, "this kernel does not export the layout of its records\n");
		return 1;
	}
	return 0;
}
