// SPDX-License-Identifier: MIT
// The note in a file of any size: detects its format and reads it.
"use strict";

(function (vmcoreinfo) {
	const {
		DumpError, FLAT_MAGIC, Flattened, KDUMP_MAGICS, MOST_TEXT, NAME, NEWLINE, NOTE_HEADER, Source, View,
		inElf, inKdump, inText, startsWith, textAt, walk,
	} = vmcoreinfo.ofDumps;
	const MOST_LINES = 1 << 16;

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
	 * The note in a File or Blob: its `text`, the `format` of the file, and facts about the
	 * dump. `onProgress({at, size, reads})` is called for each read; `signal` cancels it.
	 * Rejects with a DumpError, whose message says why and what to do.
	 */
	async function findNote(blob, options = {}) {
		const source = new Source(blob, options.name ?? blob.name ?? "the text", options);
		const found = await findIn(source);
		const whole = { name: source.name, arch: null, offset: null, hasRegisters: null, highest: null };
		const rest = { names: null, beside: [], cut: 0, lines: [], remarks: [] };
		return { ...whole, ...rest, ...found, container: found.format.split(" ").pop(), source };
	}

	Object.assign(vmcoreinfo, { findNote });
})(globalThis.vmcoreinfo);
