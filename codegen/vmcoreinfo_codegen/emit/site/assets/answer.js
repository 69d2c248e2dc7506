/* SPDX-License-Identifier: MIT */
"use strict";

// Looks verdicts up in data/answers.js. No rule is in here: what a release comes to is in the data.
globalThis.vmcoreinfoAnswer = (() => {
	const SIGNS = { ok: "✓", fallback: "✓", degraded: "◐", unknown: "?", wrong: "✗", fatal: "■" };

	// The list of runs of a release of a tool, and the place of the kernel in it.
	function find(data, kernel, tool, release, arch) {
		const number = tool.releases.indexOf(release);
		const place = data.kernels.indexOf(kernel);
		if (place >= 0) {
			const list = tool.runs[number][data.archs.indexOf(arch)];
			return { runs: data.lists[list], place, line: null };
		}
		for (const line of data.lines) {
			const build = line.builds.indexOf(kernel);
			if (build < 0)
				continue;
			const lists = (tool.lines[line.name] || {})[arch];
			return { runs: lists ? data.lists[lists[number]] : [], place: build, line };
		}
		return null;
	}

	function runAt(found) {
		return found && found.runs.find((run) => run[0] <= found.place && found.place <= run[1]);
	}

	// One verdict; null where the kernel is not known or not built for the architecture.
	function verdict(data, kernel, name, release, arch) {
		const tool = data.tools.find((one) => one.name === name);
		if (!tool || !tool.releases.includes(release))
			return null;
		const found = find(data, kernel, tool, release, arch);
		const run = runAt(found);
		if (!run)
			return null;
		const rank = (one) => (one[3] >= 0 ? one[3] : one[2]);
		let better = null;
		for (const later of tool.releases.slice(tool.releases.indexOf(release) + 1)) {
			const other = runAt(find(data, kernel, tool, later, arch));
			if (other && rank(other) < rank(run)) {
				better = later;
				break;
			}
		}
		return {
			verdict: data.verdicts[run[2]],
			workedOut: run[3] >= 0 ? data.verdicts[run[3]] : null,
			purposes: run[4].map((text) => data.texts[text]),
			seen: found.line ? run[5].length > 0 : run[5].includes(found.place),
			id: data.texts[run[6]],
			line: found.line,
			isHelped: tool.helped.includes(release),
			better,
			isFine: rank(run) <= 1,
		};
	}

	function badge(word) {
		const span = document.createElement("span");
		span.className = `v v-${word}`;
		span.textContent = `${SIGNS[word]} ${word === "fallback" ? "ok" : word}`;
		return span;
	}

	return { verdict, badge };
})();
