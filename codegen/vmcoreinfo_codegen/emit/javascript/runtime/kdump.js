// SPDX-License-Identifier: MIT
// The note of a kdump-compressed dump.
"use strict";

(function (vmcoreinfo) {
	const { latin1 } = vmcoreinfo;
	const {
		Budget, DumpError, MOST_TEXT, NAME, NEWLINE, View, exactly, textAt, walk,
	} = vmcoreinfo.ofDumps;
	const KDUMP_MAGICS = ["KDUMP   ", "DISKDUMP"];
	const KDUMP_HEADER = 512;
	const SUB_HEADER = 104;
	const LEAST_BLOCK = 1 << 9;
	const MOST_BLOCK = 1 << 20;
	const UTSNAME = 12;
	const WORD = 65;
	const INCOMPLETE = 0x8;
	// Where compilers put `status` in the header, and in the sub-header the level, whether the dump is
	// split, its first and last page, and the places of text, notes and erased data, each as offset
	// and size. off_t is eight bytes everywhere; i386 aligns it to four, other 32-bit machines to eight.
	const LAYOUTS = [
		{ bits: 64, status: 424, level: 8, split: 12, part: [16, 24], places: [32, 48, 64] },
		{ bits: 32, status: 412, level: 4, split: 8, part: [12, 16], places: [20, 32, 44] },
		{ bits: 32, status: 412, level: 4, split: 8, part: [12, 16], places: [24, 40, 56] },
	];

	function wordOf(header, number) {
		const place = UTSNAME + number * WORD;
		return latin1(header.subarray(place, place + WORD)).split("\0")[0];
	}

	/** The headers, in every layout in which they are plausible. */
	async function openKdump(source) {
		const header = await exactly(source, 0, KDUMP_HEADER, "the kdump header");
		const found = [];
		for (const isLittle of [true, false]) {
			const view = new View(header, isLittle);
			const version = view.i32(8);
			if (version < 0 || version > 0xffff) {
				continue;
			}
			for (const layout of LAYOUTS) {
				const block = view.i32(layout.status + 4);
				const subBlocks = view.i32(layout.status + 8);
				const isBlock = block >= LEAST_BLOCK && block <= MOST_BLOCK && (block & (block - 1)) === 0;
				if (!isBlock || subBlocks <= 0 || subBlocks > 1 << 16) {
					continue;
				}
				const sub = await source.read(block, SUB_HEADER);
				if (sub.length === SUB_HEADER) {
					const bitmaps = {
						offset: (1 + subBlocks) * block,
						size: view.u32(layout.status + 12) * block,
					};
					found.push(kdumpOf(header, new View(sub, isLittle), view, version, layout, bitmaps, block));
				}
			}
		}
		if (!found.length) {
			throw new DumpError(
				`${source.name}: a kdump header with an invalid block size or sub-header; it is ` +
					"truncated or corrupt",
			);
		}
		return found;
	}

	function kdumpOf(header, sub, view, version, layout, bitmaps, block) {
		const is64 = layout.bits === 64;
		const word = (at) => (is64 ? sub.u64(at) : sub.u32(at));
		const place = (number, since) =>
			version >= since
				? { offset: sub.u64(layout.places[number]), size: word(layout.places[number] + 8) }
				: { offset: 0, size: 0 };
		const isSplit = sub.i32(layout.split) !== 0;
		const [first, last] = layout.part.map(word);
		return {
			version,
			bits: layout.bits,
			isLittle: view.isLittle,
			block,
			names: { system: wordOf(header, 0), release: wordOf(header, 2), machine: wordOf(header, 4) },
			bitmaps,
			text: place(0, 3),
			notes: place(1, 4),
			isIncomplete: (view.i32(layout.status) & INCOMPLETE) !== 0,
			part: isSplit ? [first, Math.max(first, last)] : null,
		};
	}

	function fits(source, place) {
		const end = place.offset + place.size;
		return place.size <= MOST_TEXT && end < 2 ** 62 && (source.size === null || end <= source.size);
	}

	/** Whether it starts with a line KEY=VALUE. */
	function isText(data) {
		const newline = data.indexOf(NEWLINE);
		const line = newline < 0 ? data : data.subarray(0, newline);
		return line.every((byte) => byte >= 0x20 && byte <= 0x7e) && line.indexOf(0x3d) > 0;
	}

	async function inKdump(source) {
		const headers = await openKdump(source);
		const budget = new Budget(source.name);
		for (const header of headers) {
			if (header.text.size && fits(source, header.text)) {
				const text = await source.read(header.text.offset, header.text.size);
				if (isText(text)) {
					return foundInKdump(source, header, text.slice(), header.text.offset);
				}
			}
			if (header.notes.size && fits(source, header.notes)) {
				const { offset, size } = header.notes;
				for await (const note of walk(source, offset, size, header.isLittle, budget)) {
					if (note.name === NAME) {
						const text = await textAt(source, note.offset, note.size);
						return foundInKdump(source, header, text, note.offset);
					}
				}
			}
		}
		const { version, text } = headers[0];
		if (version < 3) {
			throw new DumpError(
				`${source.name}: kdump header version ${version} has no room for a note, as only ` +
					"3 and later have; create one with 'vmcoreinfo synth'",
			);
		}
		if (text.size) {
			throw new DumpError(
				`${source.name}: its header (version ${version}) gives the note ${text.size} ` +
					`bytes at byte ${text.offset}, but there is no text; the dump is truncated or corrupt`,
			);
		}
		throw new DumpError(
			`${source.name}: its header (version ${version}) has no note; the dump was written ` +
				"without one; create one with 'vmcoreinfo synth'",
		);
	}

	async function foundInKdump(source, header, text, offset) {
		return {
			format: "kdump",
			text,
			offset,
			arch: header.names.machine || null,
			bits: header.bits,
			isLittle: header.isLittle,
			names: header.names,
			hasRegisters: await hasRegisters(source, header),
		};
	}

	/** Whether a kdump has QEMU's notes, null if its notes can't be read. */
	async function hasRegisters(source, header) {
		const { offset, size } = header.notes;
		if (!size) {
			return false;
		}
		if (!fits(source, header.notes)) {
			return null;
		}
		try {
			for await (const note of walk(source, offset, size, header.isLittle)) {
				if (note.name === "QEMU") {
					return true;
				}
			}
		} catch (error) {
			if (error instanceof DumpError) {
				return null;
			}
			throw error;
		}
		return false;
	}

	Object.assign(vmcoreinfo.ofDumps, { KDUMP_MAGICS, inKdump, openKdump });
})(globalThis.vmcoreinfo);
