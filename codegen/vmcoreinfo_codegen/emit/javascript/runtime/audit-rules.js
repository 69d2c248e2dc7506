// SPDX-License-Identifier: MIT
// The rules of `vmcoreinfo audit NOTE` that a note alone can break.
"use strict";

(function (vmcoreinfo) {
	const { facts, kernels } = vmcoreinfo;
	const { compareLists, compareMoments, compareReleases, openingOf, release, told } = kernels;
	const { isNumber, latest, quirkOf } = vmcoreinfo.ofAudit;
	const { quoted } = vmcoreinfo.ofDumps;
	const MOST_BYTES = 1n << 24n;
	const MOST_ELEMENTS = 1n << 32n;
	const MOST_VALUES = 4;
	const SHOWN = 40;
	const ROOM = 4096;
	const PAGE_SINCE = release("4.13");
	const REGISTER = "NUMBER(TCR_EL1_T1SZ)";
	// The kernel's own key, and that of MediaTek's boot loader.
	const CONFIGURED_WIDTHS = ["NUMBER(VA_BITS)", "VA_BITS"];
	// A kernel of 52 bits uses 48, or 47 with pages of 16 KiB, on a CPU without LPA2.
	const FALLS_BACK = { 52: [52, 48, 47] };
	const MOST_DIGITS = 6;
	const BASES = [
		["decimal", /^[0-9]+$/, ""],
		["hexadecimal", /^[0-9a-f]+$/i, "0x"],
	];

	const FORMS = {
		decimal: /^(?:0|[1-9][0-9]*)$/,
		signed: /^(?:0|-?[1-9][0-9]*)$/,
		hex: /^[0-9a-f]+$/,
		"0x-hex": /^0x[0-9a-f]+$/,
		string: /^[!-~]+$/,
		hexbytes: /^(?:[0-9a-f]{2})+$/,
		flag: /^y$/,
	};

	/** The findings of each rule: key at fault, message, line; remedy and severity if not the rule's. */
	const RULES = {
		*VMCA001({ info }) {
			for (const one of info.diagnostics) {
				if (["malformed", "overflow", "not-text"].includes(one.id)) {
					yield [one.key, one.message, one.line];
				}
			}
		},

		*VMCA002({ unfinished, ends }) {
			if (unfinished !== null && !ends.tail.length) {
				yield [unfinished.key, "the last line has no newline; it may be truncated", unfinished.line];
			}
		},

		*VMCA003(subject) {
			const { release: own, archs, size } = subject;
			if (own === null || !archs.length) {
				return;
			}
			const page = Number(subject.number("PAGESIZE") ?? 0n);
			const isPage = compareMoments(own.opening, PAGE_SINCE.opening) >= 0;
			const room = Math.max(...archs.map((arch) => (isPage ? page || Math.min(...arch.pages) : ROOM)));
			if (size > room) {
				yield [null, `${size} bytes, but the kernel's buffer has ${room} bytes`, null];
			} else if (size === room) {
				const message = `the text fills the kernel's whole buffer of ${room} bytes; anything `;
				yield [null, `${message}after it was lost`, null];
			}
		},

		*VMCA004(subject) {
			const texts = new Map();
			for (const line of subject.info.lines) {
				texts.set(line.key, (texts.get(line.key) ?? new Set()).add(line.text));
			}
			for (const one of subject.info.diagnostics) {
				if (one.id !== "duplicate" || one.key === null) {
					continue;
				}
				const values = texts.get(one.key);
				const known = subject.quirks(one.key, "duplicate");
				if (known.length && values.size === 1) {
					const message = `printed more than once, as this kernel does: ${known[0].text}`;
					yield [one.key, message, one.line, "", "info"];
				} else {
					const others = values.size > 1 ? `, with a different value (${listed(values)})` : "";
					const severity = others ? "error" : undefined;
					const message = `the key is also on an earlier line${others}`;
					yield [one.key, message, one.line, undefined, severity];
				}
			}
		},

		*VMCA005(subject) {
			const { info, release: own, archs } = subject;
			const line = info.line("OSRELEASE");
			if (line === null) {
				if (own === null && subject.unfinished?.line !== 1) {
					const message = "no OSRELEASE: checks that depend on the release are skipped";
					yield ["OSRELEASE", message, null];
				}
			} else if (own === null) {
				const message =
					`'${line.text}' is not a release in the schema; checks that depend on it are skipped`;
				yield ["OSRELEASE", message, null];
			} else if (isNewer(info)) {
				const message = `newer than ${kernels.LATEST}, the latest release in the schema; checked as ${kernels.LATEST}`;
				const remedy = "update the schema from a newer kernel tree with 'vmcoreinfo sync'";
				yield ["OSRELEASE", message, null, remedy, "info"];
			}
			if (own !== null && archs.length !== 1) {
				const names = archs.map((arch) => arch.name).join(" ");
				const message = `its keys fit ${archs.length} architectures equally (${names})`;
				const remedy = "give the architecture with --arch; only rules that hold on all of them are checked";
				yield [null, message, null, remedy, "info"];
			}
		},

		*VMCA006({ info }) {
			const line = info.line("OSRELEASE");
			if (line?.text === kernels.LITERAL) {
				const message =
					`OSRELEASE is the text '${kernels.LITERAL}': 2.6.25 and 2.6.26 print the argument of ` +
					"the macro instead of its value";
				yield ["OSRELEASE", message, line.line];
			}
		},

		*VMCA007({ flaws }) {
			for (const flaw of flaws) {
				if (flaw.fault === "cut") {
					yield [null, flaw.text, null];
				} else if (flaw.fault === "unseen") {
					const remedy = "save it to a file, or rebuild it with 'makedumpfile -R', and audit that file";
					yield [null, flaw.text, null, remedy, "info"];
				}
			}
		},

		*VMCA008(subject) {
			const { names } = subject.found;
			const archs = subject.archs.map((arch) => arch.name).join(" or ");
			if (subject.marked !== null) {
				const message = `the dump's header is for ${subject.marked}, but the note is for ${archs}`;
				yield [null, message, null, "the note belongs to another kernel, or the header is corrupt"];
			}
			if (!names) {
				return;
			}
			if (!names.system && !names.release) {
				const message =
					"the dump's header names no kernel, as in dumps written by QEMU: drgn and libkdumpfile " +
					"can't detect the architecture";
				const remedy =
					"use 'vmcoreinfo attach' to make a copy with the names, or give drgn the platform when opening " +
					"the dump";
				yield [null, message, null, remedy, "info"];
				return;
			}
			if (names.system !== "Linux") {
				const message = `the dump's header names the system ${quoted(names.system)}, not Linux`;
				yield [null, message, null];
			}
			const line = subject.info.line("OSRELEASE");
			if (line !== null && line.text !== names.release) {
				const message = `${line.text} here, but ${quoted(names.release)} in the dump's header`;
				yield ["OSRELEASE", message, line.line];
			}
			const isCalled = (arch) => [arch.name, ...arch.aliases].includes(names.machine);
			if (subject.archs.length && !subject.archs.some(isCalled)) {
				const machine = quoted(names.machine);
				const message = `the dump's header names the machine ${machine}, but the note is for ${archs}`;
				yield [null, message, null];
			}
		},

		*VMCA009({ info, ends, unfinished }) {
			const { lines } = info;
			if (ends.head.length) {
				const [first] = lines;
				yield cutAt(first ? "truncated before this line" : "cut", ends.head, first);
			}
			if (ends.tail.length) {
				const last = lines[lines.length - 1];
				let place = last ? "truncated after this line" : "cut";
				if (unfinished !== null) {
					place += last ? ", inside the next line" : ", inside its first line";
					place += unfinished.key ? ` (${unfinished.key})` : "";
				}
				yield cutAt(place, ends.tail, last);
			}
		},

		*VMCA010({ info }) {
			for (const line of info.lines) {
				if (line.format === null) {
					yield [line.key, "no mainline kernel in the schema exports this key", line.line];
				}
			}
		},

		*VMCA011({ missing, ends, unfinished }) {
			const known = new Set([...ends.head, ...ends.tail]);
			if (unfinished !== null) {
				known.add(unfinished.key ?? "");
			}
			const gone = "a later mainline release does not, and the distribution may have backported its removal";
			for (const one of missing) {
				if (!known.has(one.key)) {
					yield one.mayBeGone ? [one.key, one.why, null, gone, "info"] : [one.key, one.why, null];
				}
			}
		},

		*VMCA013(subject) {
			for (const [line, entry] of subject.predictions.length ? subject.entries() : []) {
				if (!subject.predictions.some((predicted) => predicted.has(entry.key))) {
					yield [entry.key, ...outsideLife(subject, entry, line.line)];
				}
			}
		},

		*VMCA014(subject) {
			for (const [line, entry] of subject.entries()) {
				const formats = formatsOf(subject, entry);
				if (!formats.some((format) => FORMS[format].test(line.text))) {
					const docs = formats.map((format) => facts.formats[format]).join(", or ");
					const shown = line.text.slice(0, SHOWN);
					yield [line.key, `'${shown}' is not how the kernel prints it: ${docs}`, line.line];
				}
			}
		},

		*VMCA020(subject) {
			const line = subject.info.line("PAGESIZE");
			const size = subject.number("PAGESIZE");
			if (line === null || size === null) {
				return;
			}
			const sizes = [...new Set(subject.archs.flatMap((arch) => arch.pages))].sort((l, r) => l - r);
			if (size <= 0n || (size & (size - 1n)) !== 0n) {
				yield ["PAGESIZE", `${size} is not a power of two`, line.line];
			} else if (sizes.length && !sizes.includes(Number(size))) {
				const message = `${size} is not a possible page size: ${sizes.join(", ")}`;
				yield ["PAGESIZE", message, line.line];
			}
		},

		*VMCA021(subject) {
			const halves = subject.archs.map((arch) => arch.half);
			const known = halves.filter((half) => half !== null);
			const isWhole = known.length && known.length === halves.length;
			const least = isWhole ? known.reduce((low, one) => (one < low ? one : low)) : null;
			const is32 = subject.archs.length && subject.archs.every((arch) => arch.bits === 32);
			for (const [line, , known] of subject.entries()) {
				if (known.unit !== "address" || !isNumber(line.value)) {
					continue;
				}
				if (is32 && line.value >> 32n) {
					yield [line.key, `${line.text} is not a 32-bit address`, line.line];
				} else if (least !== null && line.value < least) {
					const message = `${line.text} is below the kernel's half of the address space`;
					yield [line.key, `${message}, which starts at ${least.toString(16)}`, line.line];
				}
			}
		},

		*VMCA022(subject) {
			const bits = Math.max(0, ...subject.archs.map((arch) => arch.bits)) || 64;
			for (const [line, , known] of subject.entries()) {
				const message = isNumber(line.value) ? outOfRange(line.value, known, bits) : "";
				if (message) {
					yield [line.key, message, line.line];
				}
			}
		},

		*VMCA024(subject) {
			const line = subject.info.line(REGISTER);
			const field = subject.number(REGISTER);
			if (line === null || field === null) {
				return;
			}
			for (const key of CONFIGURED_WIDTHS) {
				const other = subject.info.line(key);
				if (other === null || !/^[0-9]+$/.test(other.text)) {
					continue;
				}
				const configured = Number(other.text.slice(0, MOST_DIGITS));
				const fields = (FALLS_BACK[configured] ?? [configured]).map((width) => BigInt(64 - width));
				if (!fields.includes(field)) {
					const message = `${line.text} gives ${64n - field}-bit addresses, but ${key} is ${configured}`;
					const fits = BASES.find(([, digits, base]) => {
						const number = line.text.replace(/^0x/, "");
						return digits.test(number) && fields.includes(BigInt(base + number));
					});
					yield [REGISTER, message + (fits ? `; read as ${fits[0]} it fits` : ""), line.line];
				}
			}
		},

		*VMCA028(subject) {
			const seen = new Map();
			for (const [line, , { unit }] of subject.entries()) {
				if (!["bit", "page-type"].includes(unit) || !isNumber(line.value)) {
					continue;
				}
				const asked = `${unit} ${line.value}`;
				const other = seen.get(asked) ?? line.key;
				seen.set(asked, other);
				if (other !== line.key) {
					yield [line.key, `${line.text} is also the value of ${other}`, line.line];
				}
			}
		},

		*VMCA030(subject) {
			for (const line of subject.info.lines) {
				const quirk = line.status === "garbage" ? garbageOf(line) : null;
				if (quirk !== null) {
					yield [line.key, `${facts.quirks.garbage}: ${quirk.text}`, line.line];
				}
			}
			for (const [line, entry] of subject.entries()) {
				for (const quirk of subject.quirks(line.key, "unended")) {
					const remedy = "readers that expect a newline after each line fail";
					yield [line.key, facts.quirks[quirk.kind], line.line, remedy, "info"];
				}
				const applying = subject.quirks(line.key, "wrong");
				for (const quirk of applying) {
					yield [line.key, `${facts.quirks.wrong}: ${quirk.text}`, line.line];
				}
				const isKnown = (quirk) => applying.some((one) => one.text === quirk.text);
				for (const quirk of subject.exports(entry).flatMap((one) => one.quirks.map(quirkOf))) {
					const stretches = inBranch(subject, quirk);
					if (quirk.kind === "wrong" && !isKnown(quirk) && stretches) {
						const message =
							`${stretches} of this branch print it wrongly (${quirk.text}); the release does not ` +
							"show whether this is one of them";
						yield [line.key, message, line.line, undefined, "info"];
					}
				}
			}
		},

		*VMCA031(subject) {
			for (const [line, entry] of subject.release ? subject.entries() : []) {
				for (const exported of subject.exports(entry)) {
					const past = exported.changes
						.filter(([at]) => compareMoments(openingOf(at), subject.release.moment) <= 0)
						.sort(([left], [right]) => compareMoments(openingOf(left), openingOf(right)));
					if (past.length) {
						const [boundary, text] = past[past.length - 1];
						yield [line.key, `has a different meaning than before ${told(boundary)}: ${text}`, line.line];
					}
				}
			}
		},

		*VMCA050({ flaws }) {
			for (const flaw of flaws.filter((one) => one.fault === "elsewhere")) {
				yield [null, flaw.text, null, undefined, flaw.tool ? "info" : "error"];
			}
		},
	};

	function listed(values) {
		const shown = [...values].sort().slice(0, MOST_VALUES).map((value) => value.slice(0, SHOWN));
		const more = values.size > shown.length ? [`${values.size - shown.length} more`] : [];
		return [...shown, ...more].join(", ");
	}

	/** Whether the note's release is newer than the schema. */
	function isNewer(info) {
		const match = /^([0-9]+(?:\.[0-9]+)+(?:-rc[0-9]+)?)/.exec(String(info.value("OSRELEASE") ?? ""));
		const own = match && kernels.Release.parse(match[1]);
		return Boolean(own) && compareReleases(own.branch, kernels.LATEST) > 0;
	}

	function cutAt(place, keys, line) {
		const message =
			keys.length > 1
				? `${keys.length} keys that the kernel prints there are missing, ${keys[0]} to ${keys[keys.length - 1]}`
				: `${keys[0]}, which the kernel prints there, is missing`;
		return [line?.key ?? null, `${place}: ${message}`, line?.line ?? null];
	}

	/** Message, line, remedy and severity for a key that this release does not export on this architecture. */
	function outsideLife(subject, entry, line) {
		const { kernel, release: own, archs } = subject;
		const here = entry.exports.filter((one) => archs.some((arch) => one.concerns(arch.name)));
		if (!here.length) {
			const names = [...new Set(entry.exports.flatMap((one) => one.archs || []))].sort();
			const remedy = "the architecture is wrong (--arch), or a vendor's kernel prints it";
			return [`exported only on ${names.join(", ")}`, line, remedy];
		}
		const isNever = ([, , , number]) => facts.conditions[number] === false;
		if (here.every((one) => one.conditions.length && one.conditions.every(isNever))) {
			return ["no mainline release exports it", line, "possibly built with a vendor's patch", "info"];
		}
		const spans = here.flatMap((one) => one.spans);
		const first = latest(spans.map(([since]) => since), -1);
		if (compareMoments(own.moment, openingOf(first)) < 0) {
			const isOfDistribution = kernel !== null && (kernel.line !== null || Boolean(kernel.added));
			const where = isOfDistribution ? "the distribution" : "a stable release or a vendor";
			const text = `mainline exports it only since ${told(first)}, but this is ${own}`;
			return [text, line, `possibly backported by ${where}`, "info"];
		}
		const ends = spans.map(([, until]) => until).filter(Boolean);
		const last = latest(ends.filter((one) => compareMoments(openingOf(one), own.moment) <= 0));
		if (last !== null) {
			const instead = entry.replacedBy.length ? `, replaced by ${entry.replacedBy.join(" ")}` : "";
			const text = `removed from mainline in ${told(last)}${instead}; this is ${own}`;
			const remedy = "the vendor kept it, or the text is from another kernel";
			return [text, line, remedy, subject.mayBeBackported ? "info" : undefined];
		}
		return [`mainline does not export it in ${own}`, line];
	}

	/** The formats in which the kernel, as far as it is known, may print an entry. */
	function formatsOf(subject, entry) {
		const every = kernels.formatsOf(entry);
		if (every.length === 1) {
			return every;
		}
		const found = subject.releases.flatMap((own) =>
			subject.archs.flatMap((arch) =>
				entry.exports
					.filter((one) => one.concerns(arch.name) && kernels.isThere(one, own.moment))
					.map((one) => kernels.formatOf(entry, one, own)),
			),
		);
		return found.length ? [...new Set(found)] : every;
	}

	function outOfRange(value, { kind, unit }, bits) {
		const isStruct = kind === "SIZE" || kind === "OFFSET";
		if ((kind === "SIZE" || kind === "LENGTH") && value === 0n) {
			return `a ${kind.toLowerCase()} of 0`;
		}
		if (isStruct && value >= MOST_BYTES) {
			return `${value} bytes, but no structure has ${MOST_BYTES}`;
		}
		if (kind === "LENGTH" && value >= MOST_ELEMENTS) {
			return `${value} elements, but no array has ${MOST_ELEMENTS}`;
		}
		if (unit === "bit" && (value < 0n || value >= BigInt(bits))) {
			return `${value} is not a bit of a ${bits}-bit word`;
		}
		if (unit === "bits" && (value <= 0n || value > 64n)) {
			return `${value} is not a width in bits`;
		}
		return unit === "boolean" && value !== 0n && value !== 1n ? `${value} is neither 0 nor 1` : "";
	}

	/** The quirk of a value that is garbage, recognised by its bytes, whatever the release. */
	function garbageOf(line) {
		const exports = kernels.MAINLINE.entries.get(line.key)?.exports ?? [];
		const quirks = exports.flatMap((one) => one.quirks.map(quirkOf));
		return quirks.find((one) => one.kind === "garbage") ?? null;
	}

	/** The affected releases of the stable branch, if the note does not give its stable release. */
	function inBranch({ releases }, quirk) {
		if (releases.length < 2) {
			return "";
		}
		const isInside = ([since]) => compareLists(release(since).mainline, releases[0].mainline) === 0;
		return quirk.ranges
			.filter(isInside)
			.map(([since, until]) => `${since} to before ${until}`)
			.join(", ");
	}

	Object.assign(vmcoreinfo.ofAudit, { RULES });
})(globalThis.vmcoreinfo);
