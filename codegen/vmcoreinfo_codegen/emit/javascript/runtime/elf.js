// SPDX-License-Identifier: MIT
// The note of an ELF dump.
"use strict";

(function (vmcoreinfo) {
	const { Budget, DumpError, MOST_AT_ONCE, NAME, View, exactly, textAt, walk } = vmcoreinfo.ofDumps;
	const MOST_BESIDE = 16;
	const ET_CORE = 4;
	const PT_LOAD = 1;
	const PT_NOTE = 4;
	const PN_XNUM = 0xffff;
	const MOST_SEGMENTS = 1 << 20;
	const CHUNK_HEADERS = 4096;
	const CLASSES = { 1: { bits: 32, header: 52, segment: 32, section: 40 }, 2: { bits: 64, header: 64, segment: 56, section: 64 } };

	async function openElf(source) {
		const ident = await exactly(source, 0, 16, "the ELF header");
		const layout = CLASSES[ident[4]];
		if (layout === undefined || (ident[5] !== 1 && ident[5] !== 2)) {
			throw new DumpError(
				`${source.name}: an ELF header of class ${ident[4]} and byte order ${ident[5]}; it is corrupt`,
			);
		}
		const isLittle = ident[5] === 1;
		const data = await exactly(source, 16, layout.header - 16, "the ELF header");
		const view = new View(data, isLittle);
		const is64 = layout.bits === 64;
		const elf = {
			...layout,
			layout,
			isLittle,
			type: view.u16(0),
			machine: view.u16(2),
			offset: is64 ? view.u64(16) : view.u32(12),
			step: view.u16(is64 ? 38 : 26),
			count: view.u16(is64 ? 40 : 28),
		};
		const sections = is64 ? view.u64(24) : view.u32(16);
		const sectionCount = view.u16(is64 ? 44 : 32);
		if (sections && (elf.count === PN_XNUM || !sectionCount)) {
			// Counts that do not fit in the header are in section 0, which has no other use (gABI).
			const first = await exactly(source, sections, layout.section, "section header 0");
			const told = new View(first, isLittle).u32(is64 ? 44 : 28);
			elf.count = (elf.count === PN_XNUM && told) || elf.count;
		}
		const known = vmcoreinfo.keys.machines.find(
			([machine, bits]) => machine === elf.machine && bits === elf.bits,
		);
		elf.arch = known ? known[2] : null;
		return elf;
	}

	/** Every program header, in the order of the file. */
	async function* segmentsOf(source, elf) {
		const { step, count, offset } = elf;
		const what = "program headers";
		if (!count) {
			return;
		}
		if (step < elf.segment) {
			throw new DumpError(
				`${source.name}: ${what} of ${step} bytes each; at least ${elf.segment} are needed`,
			);
		}
		if (count > MOST_SEGMENTS) {
			throw new DumpError(`${source.name}: ${count} ${what}; at most ${MOST_SEGMENTS} are supported`);
		}
		if (source.size !== null && offset + count * step > source.size) {
			throw new DumpError(
				`${source.name}: ${count} ${what} at byte ${offset} reach beyond the end of the ` +
					"file; it is truncated or corrupt",
			);
		}
		// As many as one read may have.
		const chunk = Math.max(1, Math.min(CHUNK_HEADERS, Math.floor(MOST_AT_ONCE / step)));
		for (let first = 0; first < count; first += chunk) {
			const number = Math.min(chunk, count - first);
			const place = offset + first * step;
			const data = await exactly(source, place, number * step, `the table of ${what}`);
			for (let index = 0; index < number; index++) {
				const view = new View(data.subarray(index * step, index * step + elf.segment), elf.isLittle);
				yield elf.bits === 64
					? {
							type: view.u32(0),
							offset: view.u64(8),
							virtual: view._view.getBigUint64(16, elf.isLittle),
							physical: view.u64(24),
							fileSize: view.u64(32),
						}
					: {
							type: view.u32(0),
							offset: view.u32(4),
							virtual: BigInt(view.u32(8)),
							physical: view.u32(12),
							fileSize: view.u32(16),
						};
			}
		}
	}

	async function inElf(source) {
		const elf = await openElf(source);
		if (elf.type !== ET_CORE) {
			throw new DumpError(
				`${source.name}: an ELF file, but not a core dump (type ${elf.type}); give a vmlinux ` +
					"with --vmlinux, and use the memory dump for the note",
			);
		}
		const budget = new Budget(source.name);
		const beside = new Set();
		let found = null;
		let cut = 0;
		let highest = 0n;
		for await (const segment of segmentsOf(source, elf)) {
			if (segment.type === PT_LOAD) {
				highest = segment.virtual > highest ? segment.virtual : highest;
			} else if (segment.type === PT_NOTE && found === null) {
				found = await inSegment(source, elf, segment, beside, budget);
			}
			if (source.size !== null) {
				cut = Math.max(cut, segment.offset + segment.fileSize - source.size);
			}
		}
		if (found !== null) {
			return { ...found, beside: [...beside], cut, highest };
		}
		if (cut) {
			throw new DumpError(
				`${source.name}: truncated: it ends ${cut} bytes before the end that its program ` +
					"headers give, and the rest has no VMCOREINFO note; copy it again, or search its " +
					"memory with 'vmcoreinfo find'",
			);
		}
		const others = beside.size ? ` (${[...beside].join(", ")} found)` : "";
		throw new DumpError(
			`${source.name}: no VMCOREINFO note in its program headers${others}` +
				"; search its memory with 'vmcoreinfo find', or create one with 'vmcoreinfo synth'",
		);
	}

	/** The note in a segment; other notes with that name are added to `beside`. */
	async function inSegment(source, elf, segment, beside, budget) {
		let found = null;
		let hasRegisters = false;
		const { isLittle } = elf;
		for await (const note of walk(source, segment.offset, segment.fileSize, isLittle, budget)) {
			if (note.name === NAME && note.type === 0 && found === null) {
				const text = await textAt(source, note.offset, note.size);
				found = { format: "elf", text, offset: note.offset, arch: elf.arch, bits: elf.bits, isLittle };
			} else if (note.name.startsWith(NAME) && beside.size < MOST_BESIDE) {
				beside.add(note.name);
			}
			hasRegisters ||= note.name === "QEMU";
		}
		return found && { ...found, hasRegisters };
	}

	Object.assign(vmcoreinfo.ofDumps, { inElf, openElf, segmentsOf });
})(globalThis.vmcoreinfo);
