// SPDX-License-Identifier: MIT
// The ELF notes in a segment, and the text of one.
"use strict";

(function (vmcoreinfo) {
	const { latin1 } = vmcoreinfo;
	const { DumpError, View, withoutNuls } = vmcoreinfo.ofDumps;
	const NAME = "VMCOREINFO";
	const NOTE_HEADER = 12;
	const MOST_TEXT = 1 << 20;
	const MOST_NOTES = 1 << 20;
	const MOST_NOTE_BYTES = 1 << 28;
	const LONGEST_NAME = 64;
	const NOTE_CHUNK = 1 << 16;

	function padded(size) {
		return Math.ceil(size / 4) * 4;
	}

	/** A limit for the notes of one file, however many segments contain them. */
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

	/** Every note in `size` bytes at `offset`, up to the first corrupt one. */
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

	Object.assign(vmcoreinfo.ofDumps, { Budget, MOST_TEXT, NAME, NOTE_HEADER, textAt, walk });
})(globalThis.vmcoreinfo);
