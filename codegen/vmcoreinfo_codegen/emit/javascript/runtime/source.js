// SPDX-License-Identifier: MIT
// Bytes of a file of any size, read in slices, and numbers in its headers.
"use strict";

(function (vmcoreinfo) {
	const { latin1 } = vmcoreinfo;
	const MOST_AT_ONCE = 16 << 20;
	const WINDOW = 1 << 16;
	const APART = 1 << 9;
	const NEWLINE = 0x0a;

	/** Input that can't be read; the message names the file, the byte and the remedy, as far as known. */
	class DumpError extends Error {}

	/** Numbers in headers; above 2^53 they are rounded, which is past the end of any file. */
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

	/** A File or Blob, read by offset; reads close to each other share one slice. */
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

		/** `size` bytes at `offset`, fewer if the input ends before. */
		async read(offset, size) {
			if (offset < 0 || size < 0 || size > MOST_AT_ONCE) {
				throw new DumpError(`${this.name}: ${size} bytes at byte ${offset} are out of range`);
			}
			const end = Math.min(offset + size, this.size);
			if (end <= offset) {
				return new Uint8Array();
			}
			if (offset < this._start || end > this._start + this._window.length) {
				// A read far from the previous one is a header on its own.
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

	/** `size` bytes at `offset`; throws DumpError naming `what` if the input is too short. */
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

	/** A text in quotes as Python's ascii() writes it, without terminal control characters. */
	function quoted(text) {
		const names = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
		const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
		const inside = [...text].map((letter) => {
			if (letter in names || letter === quote) {
				return names[letter] ?? `\\${letter}`;
			}
			const isPlain = letter >= " " && letter <= "~";
			return isPlain ? letter : `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`;
		});
		return `${quote}${inside.join("")}${quote}`;
	}

	vmcoreinfo.ofDumps = {
		DumpError, MOST_AT_ONCE, NEWLINE, Source, View, exactly, quoted, startsWith, withoutNuls,
	};
	Object.assign(vmcoreinfo, { DumpError });
})(globalThis.vmcoreinfo);
