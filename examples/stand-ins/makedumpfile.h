/* SPDX-License-Identifier: MIT */
/*
 * What makedumpfile keeps of a note, in tables as it has them: symbol_table, size_table,
 * offset_table, array_length and number_table, with its own values for what was not found. Each
 * list names the keys of a kind that its release 1.7.9 reads, and one more: page_compound_info.
 */
#ifndef STAND_INS_MAKEDUMPFILE_H
#define STAND_INS_MAKEDUMPFILE_H

#include <stdint.h>

#define SYMBOLS(X) \
	X(init_uts_ns) X(node_online_map) X(swapper_pg_dir) X(_stext) X(vmlist) \
	X(vmap_area_list) X(mem_map) X(contig_page_data) X(mem_section) X(log_buf) X(log_end) \
	X(log_buf_len) X(log_first_idx) X(clear_idx) X(log_next_idx) X(prb) X(clear_seq) \
	X(free_huge_page) X(init_level4_pgt) X(init_top_pgt) X(node_data) X(pgdat_list) \
	X(vmemmap_list) X(mmu_vmemmap_psize) X(mmu_psize_defs) X(cur_cpu_spec) X(high_memory)

#define SIZES(X) \
	X(mem_section) X(page) X(pglist_data) X(zone) X(free_area) X(list_head) X(nodemask_t) \
	X(log) X(printk_log) X(printk_ringbuffer) X(prb_desc) X(printk_info) X(latched_seq) \
	X(node_memblk_s) X(vmemmap_backing) X(mmu_psize_def)

#define OFFSETS(X) \
	X(uts_namespace_name) X(mem_section_section_mem_map) X(page_flags) X(page__count) \
	X(page__refcount) X(page_mapping) X(page_lru) X(page__mapcount) X(page_private) \
	X(page_compound_dtor) X(page_compound_order) X(folio__folio_dtor) X(folio__folio_order) \
	X(page_compound_head) X(page_compound_info) X(pglist_data_node_zones) \
	X(pglist_data_nr_zones) X(pglist_data_node_mem_map) X(pglist_data_node_start_pfn) \
	X(pglist_data_node_spanned_pages) X(zone_free_area) X(zone_vm_stat) \
	X(zone_spanned_pages) X(free_area_free_list) X(list_head_next) X(list_head_prev) \
	X(vm_struct_addr) X(vmap_area_va_start) X(vmap_area_list) X(log_ts_nsec) X(log_len) \
	X(log_text_len) X(printk_log_ts_nsec) X(printk_log_len) X(printk_log_text_len) \
	X(printk_log_caller_id) X(printk_ringbuffer_desc_ring) \
	X(printk_ringbuffer_text_data_ring) X(prb_desc_ring_count_bits) X(prb_desc_ring_descs) \
	X(prb_desc_ring_infos) X(prb_desc_ring_head_id) X(prb_desc_ring_tail_id) \
	X(prb_desc_state_var) X(prb_desc_text_blk_lpos) X(prb_data_blk_lpos_begin) \
	X(prb_data_blk_lpos_next) X(printk_info_seq) X(printk_info_ts_nsec) \
	X(printk_info_text_len) X(printk_info_caller_id) X(prb_data_ring_size_bits) \
	X(prb_data_ring_data) X(atomic_long_t_counter) X(latched_seq_val) \
	X(node_memblk_s_start_paddr) X(node_memblk_s_size) X(vmemmap_backing_list) \
	X(vmemmap_backing_phys) X(vmemmap_backing_virt_addr) X(mmu_psize_def_shift) \
	X(cpu_spec_mmu_features)

#define LENGTHS(X) \
	X(mem_section) X(zone_free_area) X(free_area_free_list) X(node_data) X(pgdat_list) \
	X(node_memblk)

#define NUMBERS(X) \
	X(VMALLOC_START) X(SECTION_SIZE_BITS) X(MAX_PHYSMEM_BITS) X(NR_FREE_PAGES) X(PG_lru) \
	X(PG_private) X(PG_swapcache) X(PG_swapbacked) X(PG_slab) X(PAGE_SLAB_MAPCOUNT_VALUE) \
	X(PG_hwpoison) X(PG_head_mask) X(PAGE_BUDDY_MAPCOUNT_VALUE) X(HUGETLB_PAGE_DTOR) \
	X(PG_hugetlb) X(PAGE_HUGETLB_MAPCOUNT_VALUE) X(PAGE_OFFLINE_MAPCOUNT_VALUE) \
	X(PAGE_UNACCEPTED_MAPCOUNT_VALUE) X(phys_base) X(pgtable_l5_enabled) \
	X(KERNEL_IMAGE_SIZE) X(sme_mask) X(VA_BITS) X(MODULES_VADDR) X(MODULES_END) \
	X(VMALLOC_END) X(VMEMMAP_START) X(VMEMMAP_END) X(kimage_voffset) X(PHYS_OFFSET) \
	X(TCR_EL1_T1SZ) X(RADIX_MMU) X(phys_ram_base) X(PAGE_OFFSET) X(KERNEL_LINK_ADDR) \
	X(va_kernel_pa_offset)

#define NOT_FOUND_SYMBOL 0u
#define NOT_FOUND_LONG_VALUE (-1)

#define ADDRESS_FIELD(name) uint64_t name;
#define LONG_FIELD(name) int64_t name;

struct symbol_table { SYMBOLS(ADDRESS_FIELD) };
struct size_table { SIZES(LONG_FIELD) };
struct offset_table { OFFSETS(LONG_FIELD) };
struct array_length { LENGTHS(LONG_FIELD) };
struct number_table { NUMBERS(LONG_FIELD) };

#endif
