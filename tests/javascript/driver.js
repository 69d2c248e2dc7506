// SPDX-License-Identifier: MIT
// Tells all that the scripts say of a text, as tests/emit/driver.c does for the C parser, which has
// the form of requests and answers; of dumps it tells nothing.
"use strict";

const fs = require("fs");

const folder = process.argv[2];
const v = require(`${folder}/index.js`);

/** A file as a browser has one, of bytes; `missing` bytes are to be between them and its end. */
class Blob {
	constructor(bytes) {
		this.bytes = bytes;
		this.size = bytes.length;
	}

	slice(start, end) {
		const piece = this.bytes.slice(start, end);
		return { arrayBuffer: async () => piece.buffer };
	}
}

/** The same of a file, which counts what is read of it. */
class OpenFile {
	constructor(path) {
		this.fd = fs.openSync(path);
		this.size = fs.fstatSync(this.fd).size;
		this.read = 0;
	}

	slice(start, end) {
		const piece = new Uint8Array(Math.max(0, Math.min(end, this.size) - start));
		this.read += fs.readSync(this.fd, piece, 0, piece.length, start);
		return { arrayBuffer: async () => piece.buffer };
	}
}

async function fileOf(path) {
	const file = new OpenFile(path);
	const told = await dumpOf(file);
	fs.closeSync(file.fd);
	return { ...told, read: file.read };
}

async function dumpOf(blob) {
	try {
		const found = await v.findNote(blob, { name: "dump" });
		const { source, isLittle, ...told } = found;
		const flaws = await v.flawsOf(found);
		return { ...told, isLittle: isLittle ?? null, text: v.latin1(found.text), flaws };
	} catch (error) {
		if (!(error instanceof v.DumpError)) {
			throw error;
		}
		return { error: error.message };
	}
}

/** What releases of every tool come to, a line each: the latest, or of all every so manieth from one on. */
async function compatOf(bytes, which, arch) {
	const found = await v.findNote(new Blob(bytes), { name: "dump" });
	let subject;
	try {
		subject = new v.Subject(found, { arch });
	} catch (error) {
		if (!(error instanceof v.NotTold)) {
			throw error;
		}
		return [json({ error: error.message })];
	}
	if (which === "latest") {
		return v.consumers.map((consumer) => json(subject.judge(consumer, v.latestOf(consumer))));
	}
	const [step, first] = which.split(",").map(Number);
	const pairs = v.consumers.flatMap((consumer) =>
		[...v.toolReleases(consumer), "next"].map((release) => [consumer, release]),
	);
	const asked = pairs.filter((_, place) => place % step === first % step);
	return asked.map(([consumer, release]) => json(subject.judge(consumer, release)));
}

/** The rules that are looked at, then the findings, a line each. */
async function auditOf(bytes, arch) {
	const found = await v.findNote(new Blob(bytes), { name: "dump" });
	return [json(v.auditRules), ...v.audit(found, { arch }).map(json)];
}

function json(value) {
	const text = JSON.stringify(value, (_, one) => (typeof one === "bigint" ? String(one) : one));
	const escaped = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
	return text.replace(/[\x7f-\uffff]/g, escaped);
}

function hex(text) {
	return Buffer.from(text, "latin1").toString("hex") || "-";
}

function bytesOf(word) {
	return new Uint8Array(Buffer.from(word.replaceAll("-", ""), "hex"));
}

function number(value) {
	return value === null ? "-" : String(BigInt.asUintN(64, value));
}

function parsed(info) {
	const out = info.diagnostics.map(
		(d) => `diagnostic ${d.id} ${d.severity} ${d.line} ${d.offset} ${hex(d.key ?? "")} ${d.message}`,
	);
	out.push(`errors ${info.diagnostics.filter((d) => d.severity === "error").length}`);
	for (const key of v.ENTRIES.keys()) {
		const line = info.line(key);
		if (line === null) {
			continue;
		}
		const bits = number(typeof line.value === "bigint" ? line.value : null);
		let raw = "-";
		if (line.value instanceof Uint8Array) {
			const size = line.value.length;
			raw = size <= 256 ? Buffer.from(line.value).toString("hex") : String(size);
		}
		out.push(`value ${key} ${line.status} ${bits} ${hex(line.text)} ${raw}`);
		if (info.status(key) !== line.status || info.has(key) !== (line.status === "ok")) {
			out.push(`contradiction: two statuses of ${key}`);
		}
	}
	return out;
}

async function answer(request) {
	const out = [];
	let info = v.parse(new Uint8Array());
	for (const asked of request) {
		const [verb, word, ...rest] = asked.split(" ");
		if (verb === "text") {
			info = new v.VmcoreInfo(bytesOf(word));
			out.push(...parsed(info));
		} else if (verb === "note") {
			const data = bytesOf(word);
			const text = v.noteText(data);
			out.push(`note ${text === data ? 0 : 24} ${text.length}`);
			info = v.parse(data);
			out.push(...parsed(info));
		} else if (verb === "find") {
			const found = info.line(v.latin1(bytesOf(word)));
			const said = found ? ` is ${hex(found.text)} ${number(v.numberOf(found))}` : "";
			out.push(`find ${word}${said}`);
		} else if (verb === "dump") {
			out.push(json(await dumpOf(new Blob(bytesOf(word)))));
		} else if (verb === "file") {
			out.push(json(await fileOf(v.latin1(bytesOf(word)))));
		} else if (verb === "compat") {
			out.push(...(await compatOf(bytesOf(word), ...rest)));
		} else if (verb === "audit") {
			out.push(...(await auditOf(bytesOf(word), ...rest)));
		} else if (verb === "lines") {
			for (const line of info.lines) {
				out.push(`line ${line.line} ${hex(line.key)} ${hex(line.text)} ${number(v.numberOf(line))}`);
			}
		} else {
			throw new Error(`not a request: ${asked}`);
		}
	}
	return out;
}

// Not by process.stdout, which waits for its turn where the pipe is full.
function write(data) {
	for (let at = 0; at < data.length; ) {
		at += fs.writeSync(1, data, at);
	}
}

async function main() {
	let request = [];
	let rest = "";
	const piece = Buffer.alloc(1 << 16);
	for (let size; (size = fs.readSync(0, piece)) > 0; ) {
		const lines = (rest + piece.latin1Slice(0, size)).split("\n");
		rest = lines.pop();
		for (const line of lines) {
			if (line !== "go") {
				request.push(line);
				continue;
			}
			const said = (await answer(request)).map((one) => `${one}\n`).join("");
			const data = Buffer.from(said);
			write(Buffer.concat([Buffer.from(`${data.length}\n`), data]));
			request = [];
		}
	}
}

main();
