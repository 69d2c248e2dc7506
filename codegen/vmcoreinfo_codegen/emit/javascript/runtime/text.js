// SPDX-License-Identifier: MIT
// A note as text: on its own, or posted in a mail or a log.
"use strict";

(function (vmcoreinfo) {
	const { latin1 } = vmcoreinfo;
	const { DumpError, MOST_TEXT, NEWLINE, ROOM } = vmcoreinfo.ofDumps;
	const MOST_POSTED = ROOM - 1;
	const SEEN_OF_TEXT = 1 << 16;
	const LEAST_POSTED = 3;

	/** What a file is, or what to do with it, from its first bytes; undefined if unknown. */
	function byStart(rows, start) {
		return rows.find(([magic]) => start.startsWith(magic))?.[1];
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

	/** The address in the text of /sys/kernel/vmcoreinfo, null for any other text. */
	function addressIn(data) {
		const words = /^\s*(?:0[xX])?([0-9a-fA-F]+)\s+(?:0[xX])?[0-9a-fA-F]+\s*$/;
		const match = data.length > 64 ? null : words.exec(latin1(data));
		return match && (match[1].replace(/^0+(?=.)/, "").toLowerCase());
	}

	/** A posted note, if the input is a text that contains one and is not a plain note. */
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

	Object.assign(vmcoreinfo.ofDumps, { inText });
})(globalThis.vmcoreinfo);
