/**
 * The page on which a second device checks a ballot: it knows the ballot's hash and what opens it from the QR code,
 * asks for the ballot, makes all of its bytes again, and shows what is in it. Whoever serves this page need not be
 * whoever took the ballot.
 */

import { equal, fromBase64url, type Bytes } from "../kernel/bytes.ts";
import { ballotNumber } from "../kernel/codes.ts";
import { witnessesOf } from "../kernel/checkpoint.ts";
import type { Election } from "../kernel/election.ts";
import { parseEntry } from "../kernel/entries.ts";
import { ensure, Refused } from "../kernel/errors.ts";
import { hex } from "../kernel/bytes.ts";
import { leafHash } from "../kernel/merkle.ts";
import { openProof } from "../kernel/proof.ts";
import { MissingFile, type Source } from "../kernel/source.ts";
import { checkBallot } from "../kernel/voter.ts";
import type { Choices } from "../kernel/choices.ts";
import { ENTRY_LIMIT } from "../kernel/wire.ts";
import { find, make } from "../page/dom.ts";
import { readTexts } from "../page/start.ts";
import { Unusable } from "../page/unusable.ts";
import { WebSource } from "../page/web_source.ts";
import { Frame } from "./app.ts";
import { showContest } from "./chosen.ts";
import { button, lead, notice, paragraph, showMark, splitNumber } from "./parts.ts";
import { describe } from "./review.ts";
import { readElection } from "./setup.ts";

const HASH = 32;
const PROOF_LIMIT = 262_144;

/** What a QR code says. Secret: it opens one ballot. */
interface Asked {
  readonly hash: Bytes;
  readonly secret: Bytes;
  readonly manifestHash: Bytes;
}

interface Checked {
  readonly choices: Choices;
  readonly election: Election;
  readonly style: string;
  /** On the board, from 0; null while the ballot waits. */
  readonly index: number | null;
}

class Page extends Frame {}

/** Read the address, and take it out of what the browser shows. Its history may keep it: only its owner can clear that. */
function takeAsked(): Asked | null {
  const parts = location.hash.slice(1).split(".").map(fromBase64url);
  history.replaceState(null, "", location.pathname);
  const [hash, secret, manifestHash, ...more] = parts;
  if (more.length > 0 || hash?.length !== HASH || secret?.length !== HASH || manifestHash?.length !== HASH) return null;
  return { hash, secret, manifestHash };
}

/** @throws Refused for anything that is not as it should be; MissingFile, Unusable */
async function check({ hash, secret, manifestHash }: Asked, places: Readonly<Record<"ballots" | "board" | "proofs", Source>>): Promise<Checked> {
  const election = await readElection(places.board, manifestHash);
  const raw = await places.ballots.read(hex(hash), ENTRY_LIMIT);
  ensure(equal(leafHash(raw), hash), "sealing");
  const ballot = parseEntry(raw);
  ensure(ballot.kind === "ballot", "wire-type");
  const choices = await checkBallot(election, ballot.voting_key, raw, { secret });
  const proof = await places.proofs.read(hex(hash), PROOF_LIMIT).catch((error: unknown) => {
    if (error instanceof MissingFile) return null;
    throw error;
  });
  const index = proof === null ? null : openProof(proof, hash, witnessesOf(election.manifest)).index;
  return { choices, election, index, style: ballot.style };
}

async function start(): Promise<void> {
  const { dataset } = document.documentElement;
  const page = new Page(await readTexts(dataset["texts"] ?? ""));
  const asked = takeAsked();
  if (asked === null) {
    page.show({ title: page.say("booth.checking.title"), content: [lead(page.say("booth.checking.no-address"))] });
    return;
  }
  const board = new WebSource(dataset["board"] ?? "");
  const places = { ballots: new WebSource(dataset["ballots"] ?? ""), board, proofs: new WebSource(dataset["proofs"] ?? "") };
  const attempt = async (): Promise<void> => {
    page.show({ title: page.say("booth.checking.title"), content: [lead(page.say("booth.checking.busy")), make("progress", { "aria-labelledby": "kop" })] });
    try {
      showChecked(page, board, asked, await check(asked, places));
    } catch (error) {
      showFault(page, error, attempt);
    }
  };
  await attempt();
}

function showChecked(page: Page, board: Source, { hash }: Asked, { choices, election, index, style }: Checked): void {
  const rules = election.styles.get(style);
  if (rules === undefined) throw new Refused("ballot-style");
  const where = index === null ? page.say("booth.checking.waiting") : page.say("booth.checking.board", { tile: page.texts.number(index) });
  const answer = make("div", { role: "status" });
  const tell = (kind: string, title: string, text: string) => (): void => {
    answer.replaceChildren(notice(kind, page.say(title), paragraph(page.say(text))));
  };
  const mark = choices.mark.length === 0 ? [] : [make("section", { class: "tile" }, make("h2", {}, page.say("booth.checking.mark")), showMark(page, choices.mark))];
  page.show({
    title: page.say("booth.checking.question"),
    content: [
      lead(page.say("booth.checking.holds", { number: splitNumber(ballotNumber(hash)) })), paragraph(where),
      ...describe(rules, choices).map((contest) => showContest(page, board, contest)), ...mark,
      make("div", { class: "onward" },
        button(page.say("booth.checking.yes"), tell("counted", "booth.checking.good", "booth.checking.good-text")),
        button(page.say("booth.checking.no"), tell("wrong", "booth.checking.bad", "booth.checking.bad-text"), "quiet")),
      answer, paragraph(page.say("booth.checking.history")),
    ],
  });
}

/** Why a ballot could not be shown, and what that means: no network is no fraud, and bytes that do not fit are. */
function showFault(page: Page, error: unknown, attempt: () => Promise<void>): void {
  const [title, text]: readonly [string, string] =
    error instanceof MissingFile ? ["booth.checking.absent", "booth.checking.absent-text"]
    : error instanceof Unusable ? ["booth.checking.offline", "booth.checking.offline-text"]
    : error instanceof Refused ? ["booth.checking.refused", "booth.checking.refused-text"]
    : ["booth.fault.title", "booth.refused.fault"];
  const detail = error instanceof Refused ? [make("p", {}, make("code", {}, error.reason))] : [];
  const again = button(page.say("booth.again"), () => {
    void attempt();
  });
  const onward = error instanceof Unusable ? [make("div", { class: "onward" }, again)] : [];
  page.show({ title: page.say("booth.checking.title"), content: [notice("wrong", page.say(title), paragraph(page.say(text)), ...detail), ...onward] });
}

void start().catch(() => {
  find("inhoud", HTMLElement).append(make("p", { class: "complaint" }, document.documentElement.dataset["sorry"] ?? ""));
});
