// SPDX-License-Identifier: MIT
// The text of a note, line by line. A number is a BigInt, bytes are a Uint8Array.
(function (vmcoreinfo) {
	const SEVERITIES = {
		unknown: "info",
		duplicate: "warning",
		malformed: "error",
		overflow: "error",
		truncated: "warning",
		"not-text": "error",
		"other-base": "warning",
		garbage: "warning",
	};

	// The message for a malformed value of each format.
	const MALFORMED = {
		decimal: "the value is not a decimal number",
		signed: "the value is not a signed decimal number",
		hex: "the value is not a hexadecimal number",
		"0x-hex": "the value is neither a hexadecimal number with 0x nor a decimal number",
		string: "the value is empty",
		hexbytes: "the value is not pairs of hexadecimal digits",
		flag: "the value is not 'y'",
	};

	const NUMBERS = new Set(["decimal", "signed", "hex", "0x-hex"]);
	const KINDS = new Set(["SYMBOL", "SIZE", "OFFSET", "LENGTH", "NUMBER"]);
	const DECIMAL = /^[0-9]+$/;
	const HEXADECIMAL = /^[0-9A-Fa-f]+$/;
	const MOST = (1n << 64n) - 1n;
	const MOST_SIGNED = (1n << 63n) - 1n;
	const NAME = "VMCOREINFO\0";
	const HEADER = 24;
	const NEWLINE = 0x0a;
	const EQUALS = 0x3d;
	const CHUNK = 4096;

	const ENTRIES = new Map(
		vmcoreinfo.keys.rows.map(
			([key, kind, format, unit, since, until, replacedBy, otherFormats, garbage]) => [
				key,
				{ key, kind, format, unit, since, until, replacedBy, otherFormats, garbage },
			],
		),
	);

	const MALFORMED_VALUE = Symbol("malformed");
	const OVERFLOW = Symbol("overflow");

	/** Bytes as text, one character per byte. */
	function latin1(bytes) {
		let text = "";
		for (let at = 0; at < bytes.length; at += CHUNK) {
			text += String.fromCharCode.apply(null, bytes.subarray(at, at + CHUNK));
		}
		return text;
	}

	function hexadecimal(digits) {
		if (!HEXADECIMAL.test(digits)) {
			return MALFORMED_VALUE;
		}
		// The number of digits shows whether it is too large, without a conversion.
		const short = digits.length > 16 ? digits.replace(/^0+/, "") : digits;
		return short.length > 16 ? OVERFLOW : BigInt(`0x${short || "0"}`);
	}

	function decimal(digits, most) {
		if (!DECIMAL.test(digits)) {
			return MALFORMED_VALUE;
		}
		const short = digits.length > 20 ? digits.replace(/^0+/, "") : digits;
		if (short.length > 20) {
			return OVERFLOW;
		}
		const value = BigInt(short || "0");
		return value > most ? OVERFLOW : value;
	}

	function negated(value) {
		return typeof value === "bigint" ? -value : value;
	}

	function bytesOf(text) {
		if (text.length % 2 || !HEXADECIMAL.test(text)) {
			return MALFORMED_VALUE;
		}
		const bytes = new Uint8Array(text.length / 2);
		for (let place = 0; place < bytes.length; place++) {
			bytes[place] = parseInt(text.slice(2 * place, 2 * place + 2), 16);
		}
		return bytes;
	}

	function valueOf(format, text) {
		if (format === "hex") {
			return hexadecimal(text.startsWith("0x") ? text.slice(2) : text);
		}
		if (NUMBERS.has(format) && text.startsWith("0x")) {
			// Like strtoull(, , 0) in the tools, except for octal.
			const value = hexadecimal(text.slice(2));
			const isNumber = typeof value === "bigint";
			return format === "signed" && isNumber ? BigInt.asIntN(64, value) : value;
		}
		if (format === "signed") {
			return text.startsWith("-")
				? negated(decimal(text.slice(1), MOST_SIGNED + 1n))
				: decimal(text, MOST_SIGNED);
		}
		if (NUMBERS.has(format)) {
			return decimal(text, MOST);
		}
		if (format === "string") {
			return text || MALFORMED_VALUE;
		}
		if (format === "hexbytes") {
			return bytesOf(text);
		}
		return text === "y" ? true : MALFORMED_VALUE;
	}

	/** The value of a known key: without a sign it may be wider than with one. */
	function valueOfKey(known, text) {
		if (known.otherFormats.includes("decimal") && !text.startsWith("-")) {
			const value = valueOf("decimal", text);
			const isWide = known.format === "signed" && typeof value === "bigint";
			return isWide ? BigInt.asIntN(64, value) : value;
		}
		return valueOf(known.format, text);
	}

	/** Whether a number is printed in a different base than kernels use for the key. */
	function hasOtherBase(known, text) {
		if (!NUMBERS.has(known.format) || text.startsWith("0x") === (known.format === "0x-hex")) {
			return false;
		}
		return !known.otherFormats.includes("0x-hex");
	}

	/** The kind of an unknown key, by its form. */
	function kindOf(key) {
		const at = key.indexOf("(");
		const head = key.slice(0, Math.max(at, 0));
		if (at >= 0 && key.endsWith(")") && KINDS.has(head)) {
			return head;
		}
		return key.startsWith("CONFIG_") ? "CONFIG" : "bare";
	}

	function unknownNumber(kind, text) {
		const signed = text.startsWith("-") ? "signed" : "decimal";
		const value = valueOf(kind === "SYMBOL" ? "hex" : signed, text);
		return typeof value === "bigint" ? value : null;
	}

	/**
	 * The number in a line, null if it has none. For an unknown key, a SYMBOL() is hexadecimal,
	 * and any other value decimal, with or without a sign, or hexadecimal with 0x.
	 */
	function numberOf(line) {
		if (line.format === null) {
			return unknownNumber(line.kind, line.text);
		}
		return typeof line.value === "bigint" ? line.value : null;
	}

	/**
	 * A parsed text: its lines, the line that counts for each key, and its diagnostics.
	 * A bad line does not affect the others.
	 */
	class VmcoreInfo {
		constructor(bytes) {
			const end = bytes.indexOf(0);
			this.text = end < 0 ? bytes : bytes.subarray(0, end);
			/** Every line `key=text`; `status` is `ok`, `malformed`, `out-of-range` or `garbage`. */
			this.lines = [];
			this.diagnostics = [];
			this.entries = new Map();
			this._read();
			if (end >= 0 && bytes.subarray(end).some((byte) => byte !== 0)) {
				this._report(
					"not-text",
					this._line + 1,
					this.text.length,
					null,
					"the text after a NUL byte is ignored",
				);
			}
		}

		_read() {
			const text = this.text;
			let offset = 0;
			this._line = 0;
			while (offset < text.length) {
				this._line++;
				const newline = text.indexOf(NEWLINE, offset);
				const stop = newline < 0 ? text.length : newline;
				const key = this._readLine(text.subarray(offset, stop), this._line, offset);
				if (newline < 0) {
					const message = "the last line has no newline; it may be truncated";
					this._report("truncated", this._line, offset, key, message);
				}
				offset = stop + 1;
			}
		}

		_report(id, line, offset, key, message) {
			this.diagnostics.push({ id, severity: SEVERITIES[id], line, offset, key, message });
		}

		/** Parse one line without its newline; returns its key, null if it has none. */
		_readLine(bytes, number, offset) {
			const bad = bytes.findIndex((byte) => byte < 0x20 || byte > 0x7e);
			if (bad >= 0) {
				const message = "a byte is not printable ASCII; the line is ignored";
				this._report("not-text", number, offset + bad, null, message);
				return null;
			}
			const at = bytes.indexOf(EQUALS);
			if (at <= 0) {
				const message =
					at < 0
						? "no '=' in the line, expected KEY=VALUE"
						: "no key before the '=', expected KEY=VALUE";
				this._report("malformed", number, offset, null, message);
				return null;
			}
			const key = latin1(bytes.subarray(0, at));
			const text = latin1(bytes.subarray(at + 1));
			const known = ENTRIES.get(key);
			if (known === undefined) {
				const message = "not exported by any kernel known to this parser";
				this._report("unknown", number, offset, key, message);
				const kind = kindOf(key);
				this._add({ key, kind, format: null, status: "ok", value: text, text, line: number, offset });
				return key;
			}
			const { kind, format } = known;
			const line = { key, kind, format, status: "ok", value: null, text, line: number, offset };
			this._takeValue(known, line, offset + at + 1);
			this._add(line);
			return key;
		}

		_takeValue(known, line, at) {
			const { key, text } = line;
			const value = valueOfKey(known, text);
			if (value === MALFORMED_VALUE) {
				line.status = "malformed";
				this._report("malformed", line.line, at, key, MALFORMED[known.format]);
				return;
			}
			if (value === OVERFLOW) {
				line.status = "out-of-range";
				this._report("overflow", line.line, at, key, "the number does not fit in 64 bits");
				return;
			}
			line.value = value;
			if (this.entries.has(key)) {
				const message = "duplicate key; the last usable line counts";
				this._report("duplicate", line.line, line.offset, key, message);
			}
			if (hasOtherBase(known, text)) {
				const message = "the number base differs from what kernels print; tools may misread it";
				this._report("other-base", line.line, at, key, message);
			}
			if (known.garbage.some((start) => text.startsWith(start))) {
				line.status = "garbage";
				line.value = null;
				const message = "the value is garbage that some kernels print; it is not used";
				this._report("garbage", line.line, at, key, message);
			}
		}

		_add(line) {
			this.lines.push(line);
			const before = this.entries.get(line.key);
			// The last line counts, unless an earlier line is better.
			if (before === undefined || before.status !== "ok" || line.status === "ok") {
				this.entries.set(line.key, line);
			}
		}

		/** The line whose value counts for a key, the last usable one; null if there is none. */
		line(key) {
			return this.entries.get(key) ?? null;
		}

		/** `ok`, or why there is no usable value: `absent`, `malformed`, `out-of-range`, `garbage`. */
		status(key) {
			return this.entries.get(key)?.status ?? "absent";
		}

		has(key) {
			return this.status(key) === "ok";
		}

		/** The value of a key, null if the note has no usable one: see `status()`. */
		value(key) {
			return this.entries.get(key)?.value ?? null;
		}

		/** The number of a key, negative in signed formats; null if there is none. */
		number(key) {
			const line = this.entries.get(key);
			return line === undefined ? null : numberOf(line);
		}
	}

	/**
	 * The text in `data`: the descriptor of a raw VMCOREINFO ELF note of either byte order, or
	 * `data` itself if it does not start with such a header.
	 */
	function noteText(data) {
		if (data.length < HEADER || latin1(data.subarray(12, 12 + NAME.length)) !== NAME) {
			return data;
		}
		const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
		for (const isLittle of [true, false]) {
			if (view.getUint32(0, isLittle) === NAME.length && view.getUint32(8, isLittle) === 0) {
				return data.subarray(HEADER, HEADER + view.getUint32(4, isLittle));
			}
		}
		return data;
	}

	Object.assign(vmcoreinfo, {
		ENTRIES,
		VmcoreInfo,
		kindOf,
		latin1,
		noteText,
		numberOf,
		parse: (data) => new VmcoreInfo(noteText(data)),
	});
	if (typeof module === "object") {
		module.exports = vmcoreinfo;
	}
})(globalThis.vmcoreinfo);
