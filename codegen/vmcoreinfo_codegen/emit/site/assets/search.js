/* SPDX-License-Identifier: MIT */
"use strict";

// The search box of every page, and the page of all results.
(() => {
	const root = document.body.dataset.root;
	const form = document.querySelector("form.search");
	const input = document.getElementById("q");
	const list = document.getElementById("found");
	const results = document.getElementById("results");
	const MOST = 9;
	let chosen = -1;

	function load(then) {
		if (globalThis.vmcoreinfoSearch) {
			then(globalThis.vmcoreinfoSearch);
			return;
		}
		let script = document.getElementById("search-data");
		if (!script) {
			script = document.createElement("script");
			script.id = "search-data";
			script.src = `${root}data/search.js`;
			document.head.append(script);
		}
		script.addEventListener("load", () => then(globalThis.vmcoreinfoSearch));
	}

	// What is in an item: a link, its kind, and what is said of it.
	function fill(item, { entry, note }) {
		const link = document.createElement("a");
		link.href = root + entry[2];
		link.textContent = entry[1];
		const kind = document.createElement("span");
		kind.className = "hit-kind";
		kind.textContent = entry[0];
		const more = document.createElement("span");
		more.className = "hit-note";
		more.textContent = note;
		item.append(kind, link, more);
		return item;
	}

	function close() {
		list.hidden = true;
		list.replaceChildren();
		input.setAttribute("aria-expanded", "false");
		input.removeAttribute("aria-activedescendant");
		chosen = -1;
	}

	function choose(place) {
		const options = [...list.children].filter((one) => one.querySelector("a"));
		if (!options.length)
			return;
		chosen = (place + options.length) % options.length;
		options.forEach((one, i) => one.setAttribute("aria-selected", String(i === chosen)));
		options[chosen].scrollIntoView({ block: "nearest" });
		input.setAttribute("aria-activedescendant", options[chosen].id);
	}

	function suggest() {
		const typed = input.value;
		if (!typed.trim()) {
			close();
			return;
		}
		load((index) => {
			if (input.value !== typed)
				return;
			const found = globalThis.vmcoreinfoRank.rank(index, typed, MOST);
			close();
			const items = found.map((one, i) => {
				const item = document.createElement("li");
				item.id = `hit-${i}`;
				item.setAttribute("role", "option");
				item.setAttribute("aria-selected", "false");
				fill(item, one).querySelector("a").tabIndex = -1;
				return item;
			});
			if (!items.length) {
				const none = document.createElement("li");
				none.setAttribute("role", "option");
				none.setAttribute("aria-selected", "false");
				none.setAttribute("aria-disabled", "true");
				none.textContent = "No results";
				items.push(none);
			}
			list.replaceChildren(...items);
			list.hidden = false;
			input.setAttribute("aria-expanded", "true");
		});
	}

	function showAll() {
		const typed = new URLSearchParams(location.hash.slice(1)).get("q")
			|| new URLSearchParams(location.search).get("q") || "";
		input.value = typed;
		load((index) => {
			const found = globalThis.vmcoreinfoRank.rank(index, typed, 200);
			const near = found.length && found[0].near ? "No exact match. Similar names: " : "";
			document.getElementById("count").textContent = !typed ? "" : !found.length ? `No results for “${typed}”.`
				: `${near}${found.length === 200 ? "the first 200" : found.length} result${found.length === 1 ? "" : "s"} for “${typed}”.`;
			results.replaceChildren(...found.map((one) => fill(document.createElement("li"), one)));
		});
	}

	form.hidden = false;
	input.addEventListener("input", suggest);
	input.addEventListener("focus", () => load(() => undefined));
	input.addEventListener("keydown", (event) => {
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			event.preventDefault();
			if (list.hidden)
				suggest();
			else
				choose(chosen + (event.key === "ArrowDown" ? 1 : chosen < 0 ? 0 : -1));
		} else if (event.key === "Escape") {
			close();
		} else if (event.key === "Enter" && chosen >= 0) {
			event.preventDefault();
			location.href = list.children[chosen].querySelector("a").href;
			close();
		}
	});
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		const query = new URLSearchParams({ q: input.value });
		close();
		location.href = `${root}search.html#${query}`;
	});
	form.addEventListener("focusout", (event) => {
		if (!form.contains(event.relatedTarget))
			close();
	});
	list.addEventListener("mousedown", (event) => event.preventDefault());
	list.addEventListener("click", (event) => {
		const link = event.target.closest("li")?.querySelector("a");
		if (link && !event.target.closest("a"))
			location.href = link.href;
		close();
	});
	addEventListener("keydown", (event) => {
		const isTyping = /^(input|select|textarea)$/i.test(event.target.tagName);
		if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
			event.preventDefault();
			input.focus();
		}
	});
	if (results) {
		addEventListener("hashchange", showAll);
		showAll();
	}
})();
