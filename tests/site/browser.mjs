// SPDX-License-Identifier: MIT
//
// Looks at the site in a browser: node browser.mjs TOOLS CHROMIUM SITE, answers as JSON.
// TOOLS has playwright-core and axe-core. Opened as files, and from a host below a path.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [tools, executablePath, site, which] = process.argv.slice(2);
const require = createRequire(join(tools, "package.json"));
const { chromium } = require("playwright-core");
const axe = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

const PAGES = [
	"index.html", "keys/index.html", "keys/SYMBOL_swapper_pg_dir.html", "keys/OFFSET_vmap_area_va_start.html",
	"kernels/index.html", "kernels/6.9.html", "kernels/rhel9.html", "kernels/debian.html", "tools/index.html",
	"tools/makedumpfile.html", "tools/makedumpfile/1.7.2.html", "architectures/index.html",
	"architectures/x86_64.html", "derivations.html", "config.html", "names.html", "commits.html", "legend.html",
	"compare.html#kernel=6.8&to=6.9&arch=", "compare.html#tool=makedumpfile+1.7.2&than=makedumpfile+1.7.9&on=x86_64",
	"search.html#q=vmap", "index.html#kernel=6.9&tool=makedumpfile+1.7.2&arch=ppc64", "check.html",
];

const TYPES = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript; charset=utf-8" };
const server = createServer(async (request, response) => {
	const path = new URL(request.url, "http://host").pathname.replace(/^\/some\/path\//, "");
	try {
		const body = await readFile(join(site, path));
		response.writeHead(200, { "content-type": TYPES[path.split(".").pop()] || "text/plain" }).end(body);
	} catch {
		response.writeHead(404).end();
	}
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const HOST = `http://127.0.0.1:${server.address().port}/some/path/`;
const FILES = `${pathToFileURL(site).href}/`;

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const complaints = [];

async function open(base, place, options = {}) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, bypassCSP: false, ...options });
	const page = await context.newPage();
	page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(`${place}: ${message.text()}`));
	page.on("pageerror", (error) => complaints.push(`${place}: ${error.message}`));
	page.on("request", (request) => request.url().startsWith(base) || complaints.push(`${place} asks for ${request.url()}`));
	await page.goto(base + place);
	return page;
}

const text = (page, selector) => page.locator(selector).first().textContent().then((found) => found.replace(/\s+/g, " ").trim());

async function accessibility() {
	const found = [];
	for (const [width, colorScheme] of [[1280, "light"], [360, "dark"]])
		for (const place of PAGES) {
			const page = await open(FILES, place, { viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
			await page.evaluate(axe);
			const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"], preload: false }));
			for (const { id, nodes } of violations)
				found.push(`${place} at ${width}: ${id}: ${nodes.slice(0, 2).map((node) => node.html.slice(0, 160)).join(" | ")} (${nodes.length})`);
			await page.context().close();
		}
	return found;
}

async function widths() {
	const found = [];
	for (const width of [360, 800, 1280, 1600])
		for (const place of PAGES) {
			const page = await open(FILES, place, { viewport: { width, height: 900 } });
			const seen = await page.evaluate(() => {
				const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
				// The style sheet has 1.5 lines of 15 px.
				const tall = [...document.querySelectorAll("main table.plain tbody tr")]
					.filter((row) => row.getBoundingClientRect().height > 14 * 23).map((row) => row.textContent.slice(0, 60));
				const blank = [...document.querySelectorAll("main tbody tr")]
					.filter((row) => row.checkVisibility() && !row.innerText.trim()).length;
				const empty = [...document.querySelectorAll("main table.plain")].filter((table) => {
					const rows = [...table.tBodies[0].rows];
					return rows.length > 1 && [...table.tHead.rows[0].cells].some((_, i) => rows.every((row) => row.cells[i] && !row.cells[i].textContent.trim()));
				}).length;
				return { wide, tall, blank, empty };
			});
			if (seen.wide > 0)
				found.push(`${place} at ${width}: ${seen.wide} px too wide`);
			if (width > 1000 && seen.tall.length)
				found.push(`${place} at ${width}: rows of 14 lines: ${seen.tall.slice(0, 3)}`);
			if (seen.blank)
				found.push(`${place} at ${width}: ${seen.blank} blank rows`);
			if (seen.empty)
				found.push(`${place} at ${width}: ${seen.empty} tables with an empty column`);
			await page.context().close();
		}
	return found;
}

async function search() {
	const found = {};
	const page = await open(FILES, "index.html");
	for (const typed of ["vmap", "vmap 7.3", "vmap 6.8", "vmaloc", "CONFIG_SPARSEMEM", "makedumpfile", "55c49fee57af", "SYMBOL(swapper_pg_dir)", "6.9", "rhel9.4", "makedumpfile 1.7.2", "slab pages", "debian13", "aarch64", "zzzzqq"]) {
		await page.fill("#q", "");
		await page.fill("#q", typed);
		await page.waitForFunction((wanted) => document.getElementById("q").value === wanted && !document.getElementById("found").hidden, typed);
		found[typed] = await page.locator("#found li").evaluateAll((items) => items.map((item) => [
			item.querySelector("a")?.textContent || "", item.querySelector(".hit-note")?.textContent || "", item.querySelector("a")?.getAttribute("href") || "",
		]));
	}
	await page.context().close();
	return found;
}

async function keyboard(base) {
	const page = await open(base, "tools/index.html");
	const found = {};
	await page.keyboard.press("/");
	found.focus = await page.evaluate(() => document.activeElement.id);
	await page.keyboard.type("vmap_area_list");
	await page.waitForSelector("#found li a");
	await page.keyboard.press("ArrowDown");
	found.active = await page.getAttribute("#q", "aria-activedescendant");
	await page.keyboard.press("Enter");
	await page.waitForURL(/keys\/SYMBOL_vmap_area_list\.html/);
	found.first = await text(page, "h1");
	await page.keyboard.press("/");
	await page.keyboard.type("vmap");
	await page.keyboard.press("Enter");
	await page.waitForURL(/search\.html#q=vmap/);
	await page.waitForSelector("#results li");
	found.count = await text(page, "#count");
	await page.goBack();
	found.back = await text(page, "h1");
	await page.goForward();
	await page.waitForSelector("#results li");
	found.forward = await text(page, "#count");
	await page.context().close();
	return found;
}

async function pair(base) {
	const page = await open(base, "index.html");
	const found = {};
	await page.selectOption("#kernel", "6.9");
	await page.selectOption("#tool", "makedumpfile 1.7.2");
	await page.selectOption("#arch", "ppc64");
	await page.click("#pair button");
	await page.waitForSelector("#answer .v");
	found.answer = await text(page, "#answer");
	found.address = new URL(page.url()).hash;
	await page.selectOption("#kernel", "rhel9.4");
	await page.click("#pair button");
	await page.waitForFunction(() => document.getElementById("answer").textContent.includes("rhel9.4"));
	found.vendor = await text(page, "#answer");
	await page.goBack();
	await page.waitForFunction(() => document.getElementById("answer").textContent.includes("Linux 6.9"));
	found.back = [await page.inputValue("#kernel"), await text(page, "#answer .v")];
	await page.click("#answer a:text('Details')");
	await page.waitForURL(/1\.7\.2\.html#on-/);
	found.details = await text(page, "tr:target");
	await page.context().close();
	return found;
}

// The row or cell that an address names is below the header, not under it.
async function targets() {
	const found = {};
	for (const place of ["keys/index.html#SYMBOL_prb", "tools/makedumpfile.html#does-recognise-slab-pages", "kernels/6.9.html#exports", "config.html#CONFIG_SPARSEMEM", "commits.html#55c49fee57af"]) {
		const page = await open(FILES, place);
		found[place] = await page.evaluate(() => {
			const header = document.querySelector("header.top").getBoundingClientRect();
			const target = document.querySelector(":target").getBoundingClientRect();
			return target.top >= header.bottom && target.top < innerHeight;
		});
		await page.context().close();
	}
	return found;
}

async function withoutScripts() {
	const page = await open(FILES, "index.html", { javaScriptEnabled: false });
	const found = { search: await page.isVisible("form.search"), form: await page.isVisible("#pair"), told: await page.isVisible("noscript") };
	await page.click("#x86_64-makedumpfile td a");
	found.answer = page.url().replace(FILES, "").replace(/#.*/, "");
	found.row = await text(page, "tr:target");
	await page.context().close();
	return found;
}

async function print() {
	const page = await open(FILES, "kernels/6.9.html");
	await page.emulateMedia({ media: "print" });
	const found = { search: await page.isVisible("form.search"), heading: await page.isVisible("h1") };
	await page.context().close();
	return found;
}

async function compare() {
	const found = {};
	for (const place of ["compare.html#kernel=6.8&to=6.9&arch=ppc64", "compare.html#kernel=rhel9.4&to=rhel9.5&arch=arm64", "compare.html#tool=makedumpfile+1.7.4&than=makedumpfile+1.7.5&on=ppc64"]) {
		const page = await open(FILES, place);
		await page.waitForSelector("#difference h2");
		found[place] = await text(page, "#difference");
		await page.context().close();
	}
	return found;
}

// Milliseconds until the first view is there, the best of several, and the bytes that it takes.
async function firstView() {
	let best = Infinity, bytes = 0;
	for (let i = 0; i < 5; i++) {
		const page = await open(HOST, "index.html");
		await page.waitForLoadState("load");
		const seen = await page.evaluate(() => ({
			time: performance.getEntriesByName("first-contentful-paint")[0]?.startTime || performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart,
			bytes: performance.getEntriesByType("navigation")[0].decodedBodySize + performance.getEntriesByType("resource").reduce((sum, one) => sum + one.decodedBodySize, 0),
		}));
		best = Math.min(best, seen.time);
		bytes = seen.bytes;
		await page.context().close();
	}
	return { best, bytes };
}

const looks = {
	accessibility, widths, search, targets, withoutScripts, print, compare, firstView,
	keyboard: async () => ({ files: await keyboard(FILES), host: await keyboard(HOST) }),
	pair: async () => ({ files: await pair(FILES), host: await pair(HOST) }),
};
const answers = {};
for (const [name, look] of Object.entries(looks))
	if (!which || which.split(",").includes(name))
		answers[name] = await look();
await browser.close();
server.close();
console.log(JSON.stringify({ ...answers, complaints }));
