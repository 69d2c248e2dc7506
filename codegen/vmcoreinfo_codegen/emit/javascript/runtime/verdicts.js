// SPDX-License-Identifier: MIT
// Verdicts on releases for a note, as in `vmcoreinfo compat NOTE`.
"use strict";

(function (vmcoreinfo) {
	const { facts, kernels } = vmcoreinfo;
	const {
		Exports, countsFor, declares, digestOf, doubtsOf, dumpSources, isBad, isSubset, judge,
		laterReleases, limited, missingOf, noteOf, overall, purposeRestsOn, quirksOf, rank, restsOnRuns,
		runsOf, unique, whyOf, worse,
	} = vmcoreinfo.ofTools;
	const PURPOSE = "parse the note";
	const MOST_PURPOSES = 4;

	/** A note that does not identify its kernel; the message says which option to give. */
	class NotTold extends Error {
		/** `isOfArch`: the release is known, the architecture is not. */
		constructor(message, isOfArch = false) {
			super(message);
			this.isOfArch = isOfArch;
		}
	}

	function judgedOf(consumer, tool, exports, note) {
		const quirks = quirksOf(consumer, tool, note);
		const unread = new Set(quirks.map((one) => one.lost).filter(Boolean));
		const seen = exports.changed({ unread });
		const outcomes = consumer.needs
			.map((need) => judge(consumer, need, tool, seen))
			.filter((outcome) => outcome !== null)
			.sort((left, right) => rank(right.verdict) - rank(left.verdict));
		const counted = outcomes.filter((outcome) => {
			const commands = outcome.need.commands ?? [];
			return !commands.length || !commands.every((one) => consumer.extra.includes(one));
		});
		const worst = (some) => worse([...some, ...quirks.map((one) => one.trait)].map((one) => one.verdict));
		return {
			quirks,
			exports: seen,
			outcomes,
			counted,
			verdict: worst(counted),
			ofEveryDump: worst(counted.filter((one) => !one.need.showsWith)),
		};
	}

	/** Purposes whose verdict would change if the vendor backported later mainline changes. */
	function unsureOf(consumer, tool, exports, note, judged) {
		if (exports.until === null) {
			return new Map();
		}
		const later = exports.changed({ release: exports.until, until: null });
		const became = new Map(judgedOf(consumer, tool, later, note).counted.map((one) => [one.need, one]));
		const was = new Map(judged.counted.map((one) => [one.need, one]));
		const verdict = (one) => overall(one?.verdict ?? "ok");
		return new Map(
			[...was, ...became].filter(([need]) => verdict(was.get(need)) !== verdict(became.get(need))),
		);
	}

	function ofBackports(kernel, exports, unsure) {
		const purposes = unique([...unsure.keys()].map((need) => need.purpose)).sort();
		const shownOnes = purposes.slice(0, MOST_PURPOSES).join(", ");
		const more = purposes.length > MOST_PURPOSES ? ` and ${purposes.length - MOST_PURPOSES} more` : "";
		return (
			`${kernels.calledOf(kernel)} may have mainline changes up to ${exports.until}, which would change the ` +
			`verdict on: ${shownOnes}${more}`
		);
	}

	function otherwiseOf(judged, verdict, counted) {
		const rare = judged.counted.filter((one) => one.need.showsWith);
		const isExplained = (run) =>
			rare.some(
				(one) =>
					rank(one.verdict) >= rank(run.came) &&
					rank(run.came) > 0 &&
					isSubset(one.need.showsWith, run.has) &&
					countsFor(one.need, run),
			);
		const unlike = counted.filter((run) => !isExplained(run));
		const other = worse([judged.ofEveryDump, ...unlike.map((run) => run.came)]);
		if (verdict === "unknown" || overall(other) === overall(verdict)) {
			return null;
		}
		return {
			verdict: overall(other),
			rests_on: restsOnRuns(unlike, other),
			shows_with: rare
				.filter((one) => rank(one.verdict) > rank(other))
				.map((one) => one.need.showsWith)
				.sort((left, right) => (left.join("\0") < right.join("\0") ? -1 : 1)),
		};
	}

	function firstOf(later, isGood) {
		return later.find(([, judged]) => isGood(judged))?.[0] ?? null;
	}

	/** Whether the parser of a release reads the text as intended. */
	function readPurpose(judged, later, doubts) {
		const found = judged.quirks;
		const workedOut = found.length ? found[0].trait.verdict : "ok";
		const verdict = limited(doubts, workedOut, "degraded");
		const isKnown = verdict !== "unknown";
		return {
			purpose: PURPOSE,
			verdict,
			worked_out: isKnown ? null : workedOut,
			rests_on: isKnown ? "worked out" : "not known",
			commands: [],
			extra: false,
			shows_with: [],
			missing: [],
			why: found.map((one) => one.where).join("; "),
			seen: found.length ? found[0].trait.text : "",
			assumed: [],
			fixed_in: found.length ? firstOf(later, (other) => !other.quirks.length) : null,
		};
	}

	function purposeOf(outcome, judged, later, { doubts, runs, unsure }) {
		const { need } = outcome;
		const isOk = outcome.verdict === "ok";
		const verdict = unsure.has(need) ? "unknown" : limited(doubts, outcome.verdict, "degraded");
		const works = (one) => one.verdict === "ok" || one.verdict === "fallback";
		const mends = (one) => works(one) && rank(one.verdict) < rank(outcome.verdict);
		const isMended = (other) => other.outcomes.some((one) => one.need === need && mends(one));
		const seen = outcome.verdict === "fallback" && need.fallback ? need.fallback : need.text;
		return {
			purpose: need.purpose,
			verdict,
			worked_out: verdict === "unknown" ? outcome.verdict : null,
			rests_on: purposeRestsOn(runs, need, verdict),
			commands: need.commands ?? [],
			extra: !judged.counted.includes(outcome),
			shows_with: need.showsWith ?? [],
			missing: outcome.missing.map((key) => {
				const one = missingOf(key, judged.exports);
				return {
					key,
					gone_since: one.goneSince,
					commit: one.commit,
					since: one.since,
					replaced_by: one.replacedBy,
				};
			}),
			why: isOk ? "" : whyOf(outcome, judged.exports),
			seen: isOk ? "" : (seen ?? ""),
			assumed: [...outcome.assumed, ...outcome.restsOn.map((one) => facts.dumpSources[one])],
			fixed_in: isOk ? null : firstOf(later, isMended),
		};
	}

	/** Tools on one note. */
	class Subject {
		/**
		 * `found` is the result of `findNote`; `arch` is the user's, if the note does not give it, `flaws`
		 * and `near` are facts about its dump. Throws NotTold for a note that does not identify its
		 * kernel.
		 */
		constructor(found, { arch: said = "", flaws = [], near = null } = {}) {
			const info = vmcoreinfo.parse(found.text);
			if (!info.lines.some((line) => line.format !== null)) {
				throw new NotTold("no VMCOREINFO entries; expected lines like OSRELEASE=6.12.0");
			}
			const kernel = kernels.kernelOf(info);
			if (kernel === null) {
				throw new NotTold("OSRELEASE is missing or not in the schema; give the release with --kernel");
			}
			const told = kernels.ARCHS.get(said) ?? kernels.ARCHS.get(found.arch ?? "");
			const archs = told ? [told] : kernels.architecturesOf(kernel, info);
			if (archs.length !== 1) {
				throw new NotTold("unknown architecture; give it with --arch", true);
			}
			const [arch] = archs;
			const release = info.value("OSRELEASE");
			this.info = info;
			this.arch = arch;
			this.kernel = { ...kernel, name: release ?? kernel.name };
			this.line = kernels.lineOf(kernel);
			this.format = found.format;
			this.exports = new Exports(kernel.schema, kernel.release, arch, info, dumpSources(found, arch, info, near));
			this._note = noteOf(found);
			this._flaws = flaws;
			this._judged = new Map();
		}

		/** The verdict on one release of a tool, with every purpose. */
		judge(consumer, tool) {
			const { exports, kernel } = this;
			const judged = this._of(consumer, tool);
			const later = laterReleases(consumer, tool).map((one) => [one, this._of(consumer, one)]);
			const doubts = doubtsOf(consumer, tool, exports);
			const unsure = unsureOf(consumer, tool, exports, this._note, judged);
			const read = digestOf(consumer, tool, exports);
			const branch = exports.release.mainline.join(".");
			const runs = runsOf(consumer, tool, exports.arch.name).filter(
				(run) => run.branch === branch && run.read === read && this._isLike(run),
			);
			const flaws = this._flaws.filter((flaw) => ["", consumer.name].includes(flaw.tool ?? ""));
			doubts.reasons.push(...flaws.map((flaw) => flaw.text));
			const counted = runs.filter((run) => !consumer.extra.includes(run.command));
			const basis = { doubts, runs, unsure };
			const workedOut = judged.verdict;
			let verdict = limited(doubts, worse([workedOut, ...counted.map((run) => run.came)]), "unknown");
			const reasons = [...doubts.reasons];
			if (unsure.size && !isBad(verdict) && restsOnRuns(counted, verdict) !== "seen") {
				verdict = "unknown";
				reasons.push(ofBackports(kernel, exports, unsure));
			}
			const purposes = judged.outcomes.map((one) => purposeOf(one, judged, later, basis));
			if (consumer.traits.length) {
				purposes.unshift(readPurpose(judged, later, doubts));
			}
			const rankOf = (one) => rank(one.worked_out ?? one.verdict);
			return {
				consumer: consumer.name,
				release: tool,
				kernel: kernel.name,
				line: this.line,
				arch: exports.arch.name,
				format: this.format,
				verdict: overall(verdict),
				worked_out: verdict === "unknown" ? overall(workedOut) : null,
				not_known: reasons,
				rests_on: restsOnRuns(counted, verdict),
				otherwise: otherwiseOf(judged, verdict, counted),
				seen: runs,
				declared: declares(consumer, tool, exports.release),
				fixed_in: isBad(verdict) ? firstOf(later, (other) => !isBad(other.verdict)) : null,
				purposes: purposes.sort(
					(left, right) => left.extra - right.extra || rankOf(right) - rankOf(left),
				),
			};
		}

		_of(consumer, tool) {
			const asked = `${consumer.name} ${tool}`;
			if (!this._judged.has(asked)) {
				this._judged.set(asked, judgedOf(consumer, tool, this.exports, this._note));
			}
			return this._judged.get(asked);
		}

		_isLike(run) {
			const line = this.kernel.line?.line;
			return !line || line.follows || run.line === line.name;
		}
	}

	/** The purposes with the verdict of the whole, or with that from the schema if it is unknown. */
	function decidingOf(judged) {
		const verdict = judged.worked_out ?? judged.verdict;
		const deciding = judged.purposes.filter((one) => (one.worked_out ?? one.verdict) === verdict && !one.extra);
		return verdict === "ok" ? [] : deciding;
	}

	Object.assign(vmcoreinfo, {
		NotTold, Subject, archNames: facts.archs.map((arch) => arch.name), calledOf: kernels.calledOf,
		decidingOf,
	});
})(globalThis.vmcoreinfo);
