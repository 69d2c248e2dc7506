// SPDX-License-Identifier: MIT
// Whether a dump has all that its headers describe, and its note where tools look for it.
"use strict";

(function (vmcoreinfo) {
	const { DumpError } = vmcoreinfo;
	const { Flattened, MOST_TEXT, NAME, ROOM, View, exactly, openElf, openKdump, segmentsOf, walk, withoutNuls } =
		vmcoreinfo.ofDumps;
	const CHUNK = 1 << 20;
	// Two bits per page of 1 TiB take 64 MiB.
	const MOST_BITMAPS = 1 << 27;
	const MOST_DESCRIPTORS = 1 << 24;
	const DESCRIPTOR = 24;
	const MOST_RECORDS = 1 << 17;
	const IMAGE = 0xffffffff80000000n;
	const NEAR = 16n << 20n;
	const STEP = 1n << 20n;
	const UTS_BYTES = 512;
	const PT_LOAD = 1;

	const BITS = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll("0", "").length);

	/**
	 * The faults of the dump that contains a note: `fault` is `cut`, `elsewhere`, or `unseen` for a part
	 * that was not checked; `tool` is the tool that it concerns, if it concerns only one.
	 */
	async function flawsOf(found) {
		if (found.container !== "elf" && found.container !== "kdump") {
			return [];
		}
		const flaws = [];
		const tell = (fault, text, tool = "") => flaws.push({ fault, text, tool });
		try {
			await inFile(found, tell);
		} catch (error) {
			if (!(error instanceof DumpError)) {
				throw error;
			}
			const front = `${found.name}: `;
			tell("cut", error.message.startsWith(front) ? error.message.slice(front.length) : error.message);
		}
		return flaws;
	}

	async function inFile(found, tell) {
		let [source, size] = [found.source, found.source.size];
		if (found.format !== found.container) {
			source = await Flattened.open(source);
			if (!(await source.readOn(MOST_RECORDS))) {
				tell("unseen", `${unseen(`what is behind its first ${MOST_RECORDS} records`)}`);
				return;
			}
			size = source.end;
		}
		if (found.container === "elf") {
			await ofSegments(source, size, tell);
			return;
		}
		const headers = await openKdump(source);
		const isMine = (one) => one.bits === found.bits && one.isLittle === found.isLittle;
		const header = headers.find(isMine) ?? headers[0];
		await ofNote(source, size, header, found, tell);
		await ofPages(source, size, header, tell);
	}

	/** Whether an ELF dump is as long as its program headers say, and these are where tools look. */
	async function ofSegments(source, size, tell) {
		const elf = await openElf(source);
		let end = 0;
		for await (const segment of segmentsOf(source, elf)) {
			end = Math.max(end, segment.offset + segment.fileSize);
		}
		if (end > size) {
			tell("cut", `the dump ends ${end - size} bytes before the end that its program headers give`);
		}
		if (elf.offset !== elf.header) {
			tell(
				"elsewhere",
				`its program headers, and so the note, are at byte ${elf.offset}, but ` +
					`makedumpfile looks only at byte ${elf.header}`,
				"makedumpfile",
			);
		}
	}

	/** Whether the note is where the header of a compressed dump says. */
	async function ofNote(source, size, header, found, tell) {
		const { text } = header;
		const looks = "crash and makedumpfile look only there";
		const isAbsurd = text.size <= 0 || text.size > MOST_TEXT || text.offset + text.size > size;
		if (text.offset !== found.offset || isAbsurd) {
			const isNowhere = !text.offset && !text.size;
			const what = isNowhere ? "nowhere" : `${text.size} bytes at byte ${text.offset}`;
			tell(
				"elsewhere",
				`its header has the note ${what}, but it is among the ELF notes, at byte ${found.offset}; ${looks}`,
			);
			return;
		}
		const other = await amongNotes(source, size, header);
		if (other !== null && !isSame(withoutNuls(other.text), withoutNuls(found.text))) {
			tell(
				"elsewhere",
				`its header has the note ${text.size} bytes at byte ${text.offset}, but the ELF note is ` +
					`a different text of ${other.text.length} bytes at byte ${other.offset}; ${looks}`,
			);
		}
	}

	function isSame(left, right) {
		return left.length === right.length && left.every((byte, place) => byte === right[place]);
	}

	/** The note among the ELF notes of a compressed dump; null if they can't be read. */
	async function amongNotes(source, size, header) {
		const place = header.notes;
		if (!place.size || place.size > MOST_TEXT || place.offset + place.size > size) {
			return null;
		}
		try {
			for await (const note of walk(source, place.offset, place.size, header.isLittle)) {
				if (note.name === NAME && note.size <= MOST_TEXT) {
					return { text: (await source.read(note.offset, note.size)).slice(), offset: note.offset };
				}
			}
		} catch (error) {
			if (!(error instanceof DumpError)) {
				throw error;
			}
		}
		return null;
	}

	const unseen = (what) => `${what} was not checked, so it is not known whether all pages are present`;

	/** Whether a compressed dump has the pages in its bitmap. */
	async function ofPages(source, size, header, tell) {
		if (header.isIncomplete) {
			tell("cut", "its header marks it as incomplete: its writer ran out of space");
		}
		const { bitmaps } = header;
		const table = bitmaps.offset + bitmaps.size;
		if (table > size) {
			tell("cut", `its page bitmaps end at byte ${table}, but the dump at byte ${size}`);
			return;
		}
		const isFlat = source instanceof Flattened;
		if ((isFlat && table > ROOM) || bitmaps.size > MOST_BITMAPS) {
			tell("unseen", unseen(`its page bitmaps, of ${bitmaps.size} bytes,`));
			return;
		}
		const count = await pagesOf(source, header);
		const end = table + count * DESCRIPTOR;
		if (end > size) {
			tell(
				"cut",
				`its descriptors of ${count} pages end at byte ${end}, but it ends at byte ${size}`,
			);
			return;
		}
		if (isFlat && end > ROOM) {
			tell("unseen", unseen("its page descriptors"));
			return;
		}
		const last = await lastPage(source, header, table, end);
		if (last === null) {
			tell("unseen", unseen("the place of its last page"));
		} else if (last > size) {
			tell("cut", `the dump ends ${last - size} bytes before its last page does`);
		}
	}

	/** The number of pages of the dump, or of this part of it, according to its second bitmap. */
	async function pagesOf(source, header) {
		const half = Math.floor(header.bitmaps.size / 2);
		const [first, last] = (header.part ?? [0, half * 8]).map((number) => Math.min(number, half * 8));
		let count = 0;
		const stop = Math.ceil(last / 8);
		for (let start = Math.floor(first / 8); start < stop; start += CHUNK) {
			const wanted = Math.min(CHUNK, stop - start);
			const place = header.bitmaps.offset + half + start;
			const data = (await exactly(source, place, wanted, "its page bitmap")).slice();
			if (start * 8 < first) {
				data[0] &= 0xff << (first - start * 8);
			}
			if ((start + wanted) * 8 > last) {
				data[wanted - 1] &= 0xff >> ((start + wanted) * 8 - last);
			}
			for (const byte of data) {
				count += BITS[byte];
			}
		}
		return count;
	}

	/**
	 * The end of the last page in the file; the end of the table if there is no page. Pages
	 * are written in the order of their descriptors, except zero pages, which share one at the start.
	 * Null if there were too many to find another one.
	 */
	async function lastPage(source, header, table, end) {
		const chunk = Math.floor(CHUNK / DESCRIPTOR) * DESCRIPTOR;
		let stop = end;
		while (stop > table) {
			if (end - stop >= MOST_DESCRIPTORS) {
				return null;
			}
			const start = Math.max(table, stop - chunk);
			const data = await exactly(source, start, stop - start, "its page descriptors");
			const view = new View(data, header.isLittle);
			let [least, most, furthest, isSame] = [null, null, 0, true];
			for (let at = 0; at < data.length; at += DESCRIPTOR) {
				const offset = view.u64(at);
				const ends = offset + view.u32(at + 8);
				least ??= offset;
				most ??= ends;
				isSame &&= least === offset && most === ends;
				furthest = Math.max(furthest, ends);
			}
			if (!isSame || start === table) {
				return furthest;
			}
			stop = start;
		}
		return end;
	}

	/**
	 * Whether the kernel's release, in its data, is at most 16 MiB from its place at phys_base 0, for an
	 * ELF dump of x86_64 whose note lacks phys_base. Null if that can't be read.
	 */
	async function isNearImage(found) {
		const info = vmcoreinfo.parse(found.text);
		const [address, release] = [info.value("SYMBOL(init_uts_ns)"), info.value("OSRELEASE")];
		const isAsked = found.format === "elf" && found.arch === "x86_64" && !info.has("NUMBER(phys_base)");
		if (!isAsked || typeof address !== "bigint" || release === null) {
			return null;
		}
		try {
			const segments = [];
			for await (const segment of segmentsOf(found.source, await openElf(found.source))) {
				if (segment.type === PT_LOAD && segment.fileSize) {
					segments.push(segment);
				}
			}
			for (let place = address - IMAGE - NEAR; place <= address - IMAGE + NEAR; place += STEP) {
				const text = vmcoreinfo.latin1(await memoryAt(found.source, segments, Number(place)));
				if (text.includes(`\0${release}\0`)) {
					return true;
				}
			}
			return false;
		} catch (error) {
			if (error instanceof DumpError) {
				return null;
			}
			throw error;
		}
	}

	/** Some bytes at a physical address, none if the dump does not have them. */
	async function memoryAt(source, segments, place) {
		const here = segments.find((one) => one.physical <= place && place < one.physical + one.fileSize);
		if (here === undefined) {
			return new Uint8Array();
		}
		const skip = place - here.physical;
		return source.read(here.offset + skip, Math.min(UTS_BYTES, here.fileSize - skip));
	}

	/** Everything that is known about a dump beside its note, for `Subject`. */
	async function ofDump(found) {
		const flaws = await flawsOf(found);
		return {
			flaws: flaws.filter((one) => one.fault !== "unseen"),
			unseen: flaws.filter((one) => one.fault === "unseen"),
			near: await isNearImage(found),
		};
	}

	Object.assign(vmcoreinfo, { flawsOf, ofDump });
})(globalThis.vmcoreinfo);
