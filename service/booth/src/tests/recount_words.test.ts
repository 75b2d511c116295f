/** What the page that counts again says of a verdict, in each language. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { CHECKS } from "../kernel/audit/checks.ts";
import type { AuditResult } from "../kernel/audit/run.ts";
import { parseAnchor } from "../page/anchor.ts";
import { CHECK_WORDS } from "../page/check_words.ts";
import type { Texts } from "../page/texts.ts";
import { sayOutcome, saySlack, sayVerdict } from "../page/verdict_words.ts";
import { PARTS, PHASES, STAGES, UNUSABLE, sayDuration, sayPlace, sayPlaceShortly, sayWord } from "../page/words.ts";
import { COMPLETE, textsIn } from "./catalogues.ts";

const DUTCH = textsIn("texts.recount", "nl");
const ENGLISH = textsIn("texts.recount", "en");
const OUTCOME = {} as AuditResult["outcome"];

/** A verdict in which everything is good, with changes. */
function made(changes: Partial<AuditResult> = {}, wrong: readonly string[] = []): AuditResult {
  const checks = CHECKS.map(({ id, name }) => ({ at: null, count: 1, id, name, ok: !wrong.includes(id), reached: true }));
  const faults = wrong.map((id) => ({ at: 1_234, id, message: "", reason: "" }));
  const good = { anchored: true, outcome: OUTCOME, outcome_at_risk: false, phase: "certified", slack: 0, valid: wrong.length === 0 };
  return { ...good, checks, faults, ...changes } as unknown as AuditResult;
}

const VERDICTS: Readonly<Record<string, AuditResult>> = {
  anchored: made(),
  consistent: made({ anchored: false }),
  "another board": made({}, ["S10"]),
  "one check": made({}, ["B10"]),
  "many checks": made({}, ["T06", "T07", "K01"]),
  "no outcome": made({ outcome: null }, ["L04", "L05"]),
  ...Object.fromEntries([...Object.keys(PHASES), "", "later"].map((phase) => [`phase ${phase}`, made({ outcome: null, phase })])),
};

function sayAll(texts: Texts, result: AuditResult): string[] {
  const { sentences, title } = sayVerdict(texts, { result });
  return [title, ...sentences, sayOutcome(texts, result)];
}

test("every verdict is said in each language, with its fields filled in and nothing of another language", () => {
  const said = COMPLETE.map((language) => {
    const texts = textsIn("texts.recount", language);
    return Object.values(VERDICTS).flatMap((result) => sayAll(texts, result));
  });
  const [dutch = [], english = []] = said;
  for (const each of [...dutch, ...english]) assert.ok(each !== "" && !/[{}]/u.test(each), each);
  assert.deepEqual(dutch.filter((each) => english.includes(each)), []);
});

test("a verdict that is wrong names the check, the place, what should have been so, and how many more there are", () => {
  const dutch = sayVerdict(DUTCH, { result: made({}, ["T06", "T07", "K01"]) }).sentences;
  assert.equal(dutch[0], "Controle T06 gaat mis bij tegel 1.234. Zo hoort het: “Elke telling komt weer op hetzelfde uit.”");
  assert.equal(dutch[1], "Er gaan nog 2 andere controles mis.");
  assert.equal(dutch[2], "De uitslag die uw computer telde, is niet gelijk aan de gepubliceerde uitslag.");
  const english = sayVerdict(ENGLISH, { result: made({}, ["B10", "K01"]) }).sentences;
  assert.equal(english[0], "Check B10 goes wrong at tile 1,234. It should be so: “There are never more voters than shares that were asked for.”");
  assert.equal(english[1], "1 other check goes wrong too.");
});

test("the slack is said with what it could do to the outcome", () => {
  assert.equal(saySlack(ENGLISH, made()).length, 1);
  assert.match(saySlack(ENGLISH, made({ slack: 1 }))[0] ?? "", /at most 1 ballot about/u);
  const endings = [true, false, null].map((risk) => saySlack(DUTCH, made({ outcome_at_risk: risk, slack: 1_200 })).at(-1));
  assert.equal(new Set(endings).size, 3);
  assert.match(saySlack(DUTCH, made({ slack: 1_200 }))[0] ?? "", /ten hoogste 1\.200 stembiljetten/u);
  assert.match(saySlack(DUTCH, made({ phase: "voting", slack: 2 }))[1] ?? "", /Het stemmen loopt nog/u);
  assert.equal(saySlack(DUTCH, made({ outcome: null, slack: 2 })).length, 1);
});

test("every check, part, phase, step and trouble has words in each language", () => {
  assert.deepEqual(Object.keys(CHECK_WORDS), CHECKS.map(({ id }) => id));
  const trouble = Object.values(UNUSABLE).flatMap(({ text, title }) => [text, title]);
  const ids = [...Object.values(CHECK_WORDS), ...Object.values(STAGES), ...Object.values(PHASES), ...PARTS.map(([, id]) => id), ...trouble];
  for (const id of new Set(ids)) assert.notEqual(DUTCH.say(id), ENGLISH.say(id));
  assert.equal(sayWord(DUTCH, PHASES, "later"), "later");
});

test("places and durations are said as people say them", () => {
  assert.equal(sayPlace(ENGLISH, 12_345), "tile 12,345");
  assert.equal(sayPlace(DUTCH, "checkpoint"), "het bestand checkpoint");
  assert.equal(sayPlaceShortly(DUTCH, `files/${"0123456789abcdef".repeat(4)}`), "het bestand files/01234567…");
  const told = [0.2, 1.4, 59.4, 59.6, 61, 125].map((seconds) => sayDuration(DUTCH, seconds));
  assert.deepEqual(told, ["1 seconde", "1 seconde", "59 seconden", "1 minuut", "1 minuut en 1 seconde", "2 minuten en 5 seconden"]);
  assert.equal(sayDuration(ENGLISH, 121), "2 minutes and 1 second");
});

test("what is no manifest hash is answered in words", () => {
  assert.deepEqual(parseAnchor(ENGLISH, " "), { bytes: null });
  assert.deepEqual(parseAnchor(ENGLISH, "ab".repeat(32)), { bytes: new Uint8Array(32).fill(0xab) });
  assert.deepEqual(parseAnchor(ENGLISH, "0"), { wrong: "A fingerprint has 64 characters; you filled in 1." });
  assert.deepEqual(parseAnchor(DUTCH, "AB cd"), { wrong: "Een kenmerk heeft 64 tekens; u vulde er 4 in." });
  assert.deepEqual(parseAnchor(DUTCH, "xyzzy{n}"), {
    wrong: "Dit hoort niet in een kenmerk: x y z { n. Het heeft alleen cijfers en de letters a tot en met f.",
  });
});
