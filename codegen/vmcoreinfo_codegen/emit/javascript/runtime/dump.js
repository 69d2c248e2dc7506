// SPDX-License-Identifier: MIT
// The note of a file of any size: slices of its headers are read, and the note.
"use strict";

(function (vmcoreinfo) {
	const { latin1 } = vmcoreinfo;
	const NAME = "VMCOREINFO";
	const NOTE_HEADER = 12;
	const MOST_TEXT = 1 << 20;
	const MOST_LINES = 1 << 16;
	const MOST_NOTES = 1 << 20;
	const MOST_NOTE_BYTES = 1 << 28;
	const LONGEST_NAME = 64;
	const NOTE_CHUNK = 1 << 16;
	const MOST_BESIDE = 16;
	const MOST_AT_ONCE = 16 << 20;
	// What is kept of the start of a flattened dump: headers and note of every known one.
	const ROOM = 16 << 20;
	const MOST_POSTED = ROOM - 1;
	const SEEN_OF_TEXT = 1 << 16;
	const LEAST_POSTED = 3;
	const WINDOW = 1 << 16;
	const APART = 1 << 9;
	const NEWLINE = 0x0a;

	/** What a file is, or what to do with it, by its first bytes; undefined for none of these. */
	function byStart(rows, start) {
		return rows.find(([magic]) => start.startsWith(magic))?.[1];
	}

	/** Input that can't be read; the message names the file, the byte and the remedy, as far as known. */
	class DumpError extends Error {}

	/** Numbers of headers; above 2^53 the nearest one that there is, which is past the end of any file. */
	class View {
		constructor(bytes, isLittle) {
			this._view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
			this.isLittle = isLittle;
		}

		u16(at) {
			return this._view.getUint16(at, this.isLittle);
		}

		u32(at) {
			return this._view.getUint32(at, this.isLittle);
		}

		i32(at) {
			return this._view.getInt32(at, this.isLittle);
		}

		u64(at) {
			return Number(this._view.getBigUint64(at, this.isLittle));
		}

		i64(at) {
			return Number(this._view.getBigInt64(at, this.isLittle));
		}
	}

	/** A File or Blob by offset; reads that are close to each other are one slice. */
	class Source {
		constructor(blob, name, options) {
			this.name = name;
			this.size = blob.size;
			this.reads = 0;
			this._blob = blob;
			this._signal = options.signal;
			this._onProgress = options.onProgress;
			this._start = 0;
			this._window = new Uint8Array();
		}

		/** `size` bytes at `offset`, fewer where the input ends before. */
		async read(offset, size) {
			if (offset < 0 || size < 0 || size > MOST_AT_ONCE) {
				throw new DumpError(`${this.name}: ${size} bytes at byte ${offset} are out of range`);
			}
			const end = Math.min(offset + size, this.size);
			if (end <= offset) {
				return new Uint8Array();
			}
			if (offset < this._start || end > this._start + this._window.length) {
				// What is far from what was read before is a header by itself.
				const isNear = offset - this._start < 2 * WINDOW && offset >= this._start;
				const stop = Math.min(this.size, Math.max(end, offset + (isNear ? WINDOW : APART)));
				this._window = await this._slice(offset, stop);
				this._start = offset;
			}
			return this._window.subarray(offset - this._start, end - this._start);
		}

		async _slice(start, stop) {
			this._signal?.throwIfAborted();
			this.reads++;
			this._onProgress?.({ at: start, size: this.size, reads: this.reads });
			let data;
			try {
				data = await this._blob.slice(start, stop).arrayBuffer();
			} catch (error) {
				throw new DumpError(`${this.name}: byte ${start}: ${error.message}`);
			}
			return new Uint8Array(data);
		}
	}

	/** `size` bytes at `offset`; throws DumpError naming `what` where the input is too short. */
	async function exactly(source, offset, size, what) {
		const data = await source.read(offset, size);
		if (data.length < size) {
			throw new DumpError(
				`${source.name}: ${what} is truncated: expected ${size} bytes at byte ${offset}, got ` +
					`${data.length}; copy the file again`,
			);
		}
		return data;
	}

	function startsWith(bytes, text) {
		return latin1(bytes.subarray(0, text.length)) === text;
	}

	function withoutNuls(bytes) {
		let end = bytes.length;
		while (end > 0 && bytes[end - 1] === 0) {
			end--;
		}
		return bytes.subarray(0, end);
	}

	function padded(size) {
		return Math.ceil(size / 4) * 4;
	}

	// ---- notes -------------------------------------------------------------------------------

	/** What the notes of one file may cost, however many segments name them. */
	class Budget {
		constructor(name) {
			this._name = name;
			this._left = { notes: MOST_NOTES, bytes: MOST_NOTE_BYTES };
		}

		spend(what, amount) {
			this._left[what] -= amount;
			if (this._left[what] < 0) {
				const [most, unit] =
					what === "notes" ? [MOST_NOTES, "notes"] : [MOST_NOTE_BYTES, "bytes of notes"];
				throw new DumpError(
					`${this._name}: passed the limit of ${most} ${unit}; the file is corrupt`,
				);
			}
		}
	}

	/** Every note in `size` bytes at `offset`, up to what is damaged. */
	async function* walk(source, offset, size, isLittle, budget = new Budget(source.name)) {
		const end = offset + size;
		let window = new Uint8Array();
		let base = offset;
		for (;;) {
			budget.spend("notes", 1);
			const wanted = Math.min(NOTE_HEADER + LONGEST_NAME, end - offset);
			if (offset - base + wanted > window.length) {
				base = offset;
				window = await source.read(offset, Math.max(0, Math.min(NOTE_CHUNK, end - offset)));
				budget.spend("bytes", window.length);
			}
			const head = window.subarray(offset - base, offset - base + wanted);
			if (head.length < NOTE_HEADER) {
				return;
			}
			const view = new View(head, isLittle);
			const [nameSize, textSize, type] = [view.u32(0), view.u32(4), view.u32(8)];
			if (nameSize === 0 && textSize === 0 && type === 0) {
				return;
			}
			const text = offset + NOTE_HEADER + padded(nameSize);
			if (text > end) {
				return;
			}
			const stop = NOTE_HEADER + Math.min(nameSize, LONGEST_NAME);
			const name = latin1(withoutNuls(head.subarray(NOTE_HEADER, stop)));
			yield { name, type, offset: text, size: textSize };
			offset = text + padded(textSize);
		}
	}

	async function textAt(source, offset, size) {
		if (size > MOST_TEXT) {
			throw new DumpError(
				`${source.name}: its note claims ${size} bytes at byte ${offset}; the kernel's has at ` +
					"most one page; the file is corrupt",
			);
		}
		return (await source.read(offset, size)).slice();
	}

	// ---- ELF ---------------------------------------------------------------------------------

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
			// What does not fit in the header is in section 0, which is nothing else (gABI).
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

	/** The note in a segment; other notes of the name go to `beside`. */
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

	// ---- kdump -------------------------------------------------------------------------------

	const KDUMP_MAGICS = ["KDUMP   ", "DISKDUMP"];
	const KDUMP_HEADER = 512;
	const SUB_HEADER = 104;
	const LEAST_BLOCK = 1 << 9;
	const MOST_BLOCK = 1 << 20;
	const UTSNAME = 12;
	const WORD = 65;
	const INCOMPLETE = 0x8;
	// Where a compiler has `status` in the header, and in the sub-header the level, whether the dump is
	// split, its first and last page, and the places of text, notes and what was erased, each offset
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

	/** The headers, in each layout that they make sense in. */
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

	/** Whether QEMU's notes are among those of a kdump, null where those can't be gone through. */
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

	// ---- flattened ---------------------------------------------------------------------------

	const FLAT_MAGIC = "makedumpfile\0\0\0\0";
	const FLAT_HEADER = 4096;
	const RECORD = 16;
	const SMALL = 512;
	const MOST_SMALL = 1 << 20;
	const FIRST_KNOWN = 1 << 16;

	/**
	 * The first bytes of the dump inside a flattened one, put together as records come. A read stops
	 * at the record that covers the last byte asked for; `readOn` goes through the headers of the rest.
	 */
	class Flattened {
		constructor(source) {
			this.name = source.name;
			this.size = null;
			this.end = 0;
			this._source = source;
			this._data = new Uint8Array(FIRST_KNOWN);
			this._known = new Uint8Array(FIRST_KNOWN);
			this._length = 0;
			this._place = FLAT_HEADER;
			this._ended = false;
			this._small = MOST_SMALL;
		}

		static async open(source) {
			const header = await source.read(0, 32);
			const view = header.length === 32 ? new View(header, false) : null;
			if (view === null || !startsWith(header, FLAT_MAGIC) || view.i64(16) !== 1 || view.i64(24) !== 1) {
				throw new DumpError(
					`${source.name}: a flattened dump of an unknown type or version`,
				);
			}
			return new Flattened(source);
		}

		async read(offset, size) {
			if (offset < 0 || size < 0 || offset + size > ROOM) {
				throw new DumpError(
					`${this.name}: byte ${offset} of the dump is needed, but only the first ${ROOM} ` +
						`of a flattened dump are read; rebuild it first: makedumpfile -R DUMP < FILE`,
				);
			}
			const end = offset + size;
			let missing = this._firstMissing(offset, end);
			while (missing < end && (await this._takeRecord())) {
				missing = this._firstMissing(missing, end);
			}
			return this._data.slice(offset, Math.min(end, this._length));
		}

		/** Take in all records that are left, or so many; false where there are none, or more. */
		async readOn(most = Infinity) {
			if (this._ended) {
				return false;
			}
			while (await this._takeRecord()) {
				if (--most < 0) {
					return false;
				}
			}
			return true;
		}

		_firstMissing(start, end) {
			const stop = Math.min(end, this._length);
			for (let place = start; place < stop; place++) {
				if (!this._known[place]) {
					return place;
				}
			}
			return Math.max(start, stop);
		}

		async _takeRecord() {
			if (this._ended) {
				return false;
			}
			this._ended = true;
			const header = await this._source.read(this._place, RECORD);
			if (header.length < RECORD) {
				throw this._cut();
			}
			const view = new View(header, false);
			const [start, size] = [view.i64(0), view.i64(8)];
			if (start === -1) {
				return false;
			}
			if (start < 0 || size <= 0 || start + size >= 2 ** 63) {
				throw new DumpError(
					`${this.name}: byte ${this._place}: a flattened record of ${size} bytes for byte ` +
						`${start} of the dump; the file is corrupt`,
				);
			}
			if (size < SMALL && --this._small < 0) {
				throw new DumpError(
					`${this.name}: passed the limit of ${MOST_SMALL} records of less than ${SMALL} bytes`,
				);
			}
			this.end = Math.max(this.end, start + size);
			const room = Math.max(0, Math.min(size, ROOM - start));
			const piece = await this._source.read(this._place + RECORD, room);
			if (piece.length < room) {
				throw this._cut();
			}
			this._write(start, piece);
			this._place += RECORD + size;
			this._ended = false;
			return true;
		}

		_write(start, piece) {
			if (!piece.length) {
				return;
			}
			const end = start + piece.length;
			if (end > this._data.length) {
				const room = Math.min(ROOM, Math.max(end, 2 * this._data.length));
				for (const name of ["_data", "_known"]) {
					const more = new Uint8Array(room);
					more.set(this[name]);
					this[name] = more;
				}
			}
			this._data.set(piece, start);
			this._known.fill(1, start, end);
			this._length = Math.max(this._length, end);
		}

		_cut() {
			return new DumpError(
				`${this.name}: the flattened dump has no end mark: it is truncated in or after the ` +
					`record at byte ${this._place}; copy it again`,
			);
		}
	}

	async function inFlattened(source) {
		const inside = await Flattened.open(source);
		let found;
		try {
			found = await findIn(inside);
		} catch (error) {
			if (!(error instanceof DumpError) || !(await inside.readOn())) {
				throw error;
			}
			found = await findIn(inside);
		}
		return { ...found, format: `flattened ${found.format}` };
	}

	// ---- notes by themselves -----------------------------------------------------------------

	async function inNote(source) {
		const head = await source.read(0, NOTE_HEADER);
		for (const isLittle of [true, false]) {
			if (new View(head, isLittle).u32(0) !== NAME.length + 1) {
				continue;
			}
			for await (const note of walk(source, 0, MOST_TEXT, isLittle)) {
				const text = await textAt(source, note.offset, note.size);
				return { format: "note", text, offset: note.offset, isLittle };
			}
		}
		throw new DumpError(`${source.name}: the header of its ELF note is corrupt`);
	}

	async function inText(source) {
		const data = (await source.read(0, MOST_TEXT + 1)).slice();
		const start = latin1(data.subarray(0, 32));
		const { packed, images, foreign } = vmcoreinfo.keys;
		const unpack = byStart(packed, start);
		const found = unpack ? null : await unlessPlain(source, data);
		if (found !== null) {
			return found;
		}
		const image = unpack ? undefined : byStart(images, start);
		if (image !== undefined) {
			throw new DumpError(
				`${source.name}: ${image}, which has no note beside it; 'vmcoreinfo find' looks for one in the ` +
					"memory that it holds, 'vmcoreinfo synth' makes one",
			);
		}
		const other = unpack ? undefined : byStart(foreign, start);
		if (other !== undefined) {
			throw new DumpError(`${source.name}: ${other}`);
		}
		if (unpack || data.length > MOST_TEXT) {
			const remedy = unpack
				? `it is compressed: ${unpack} FILE | vmcoreinfo note -`
				: "if it is a memory image, extract notes with 'vmcoreinfo find'";
			throw new DumpError(`${source.name}: neither a known dump format nor text; ${remedy}`);
		}
		const address = addressIn(data);
		if (address !== null) {
			throw new DumpError(
				`${source.name}: this is the note's physical address (0x${address}); use 'vmcoreinfo ` +
					"note live' to read it",
			);
		}
		return { format: "text", text: data, offset: 0 };
	}

	/** The address in what /sys/kernel/vmcoreinfo says, null for anything else. */
	function addressIn(data) {
		const words = /^\s*(?:0[xX])?([0-9a-fA-F]+)\s+(?:0[xX])?[0-9a-fA-F]+\s*$/;
		const match = data.length > 64 ? null : words.exec(latin1(data));
		return match && (match[1].replace(/^0+(?=.)/, "").toLowerCase());
	}

	/** A posted note, where the input is a text that has one and is no note as it is. */
	async function unlessPlain(source, data) {
		let [equals, newlines, nuls] = [0, 0, 0];
		data.forEach((byte, place) => {
			equals += byte === 0x3d;
			newlines += byte === NEWLINE;
			nuls += byte === 0 && place < SEEN_OF_TEXT;
		});
		const text = latin1(data);
		if (equals >= newlines && /^[A-Za-z]/.test(text) && !/[ \r\t]|\n>/.test(text)) {
			return null;
		}
		const seen = Math.min(data.length, SEEN_OF_TEXT);
		if (100 * nuls > seen && !/^(?:\xff\xfe|\xfe\xff)/.test(text)) {
			return null;
		}
		const { isPlain, findPosted } = vmcoreinfo;
		if (isPlain(text)) {
			return null;
		}
		const whole = data.length > MOST_TEXT ? latin1(await source.read(0, MOST_POSTED)) : text;
		const found = findPosted(whole, source.name);
		if (!found.length || found[0].lines.length < LEAST_POSTED) {
			return null;
		}
		const bytes = Uint8Array.from(found[0].text, (letter) => letter.charCodeAt(0));
		const remarks = vmcoreinfo.postedRemarks(found);
		return { format: "posted", text: bytes, offset: null, lines: found[0].lines, remarks };
	}

	// ---- any ---------------------------------------------------------------------------------

	const READERS = { elf: inElf, kdump: inKdump, flattened: inFlattened, note: inNote, text: inText };

	async function tellFormat(source) {
		const start = await source.read(0, 32);
		if (startsWith(start, "\x7fELF")) {
			return "elf";
		}
		if (KDUMP_MAGICS.some((magic) => startsWith(start, magic))) {
			return "kdump";
		}
		if (startsWith(start, FLAT_MAGIC)) {
			return "flattened";
		}
		return startsWith(start.subarray(NOTE_HEADER), `${NAME}\0`) ? "note" : "text";
	}

	async function findIn(source) {
		const format = await tellFormat(source);
		if (format === "flattened" && source instanceof Flattened) {
			throw new DumpError(`${source.name}: a flattened dump in a flattened dump`);
		}
		const found = await READERS[format](source);
		let lines = 0;
		for (const byte of found.text) {
			lines += byte === NEWLINE;
		}
		if (lines > MOST_LINES) {
			throw new DumpError(
				`${source.name}: passed the limit of ${MOST_LINES} lines; no kernel prints as many`,
			);
		}
		return found;
	}

	/**
	 * The note of a File or Blob: its `text`, the `format` of what it is in, and what that tells of
	 * the dump. `onProgress({at, size, reads})` is called at each read; `signal` ends it.
	 * Rejects with a DumpError, whose message says why and what to do.
	 */
	async function findNote(blob, options = {}) {
		const source = new Source(blob, options.name ?? blob.name ?? "the text", options);
		const found = await findIn(source);
		const whole = { name: source.name, arch: null, offset: null, hasRegisters: null, highest: null };
		const rest = { names: null, beside: [], cut: 0, lines: [], remarks: [] };
		return { ...whole, ...rest, ...found, container: found.format.split(" ").pop(), source };
	}

	Object.assign(vmcoreinfo, {
		DumpError,
		findNote,
		ofDumps: { Flattened, MOST_TEXT, NAME, ROOM, View, exactly, openElf, openKdump, segmentsOf, walk, withoutNuls },
	});
})(globalThis.vmcoreinfo);
