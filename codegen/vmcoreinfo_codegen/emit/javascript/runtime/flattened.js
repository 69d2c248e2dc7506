// SPDX-License-Identifier: MIT
// The start of the dump inside a flattened one.
"use strict";

(function (vmcoreinfo) {
	const { DumpError, View, startsWith } = vmcoreinfo.ofDumps;

	// The part of a flattened dump that is kept: headers and note of every known dump fit in it.
	const ROOM = 16 << 20;

	const FLAT_MAGIC = "makedumpfile\0\0\0\0";
	const FLAT_HEADER = 4096;
	const RECORD = 16;
	const SMALL = 512;
	const MOST_SMALL = 1 << 20;
	const FIRST_KNOWN = 1 << 16;

	/**
	 * The first bytes of the dump inside a flattened one, assembled from its records. A read stops
	 * at the record that covers the last requested byte; `readOn` reads the headers of the others.
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

		/** Read the remaining records, at most `most`; false if there are more, or if all were read before. */
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

	Object.assign(vmcoreinfo.ofDumps, { FLAT_MAGIC, Flattened, ROOM });
})(globalThis.vmcoreinfo);
