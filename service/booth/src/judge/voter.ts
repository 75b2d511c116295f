/**
 * The judge's calls for the voter's side (PROTOCOL.md sections 7 to 9).
 */
import { fromUtf8, hex, utf8, type Bytes, type Random } from "../kernel/bytes.ts";
import { spellChoices } from "../kernel/choices.ts";
import { askForShare, checkBallot, finishShare, readSetUp } from "../kernel/voter.ts";
import { publicKeyOf } from "../kernel/signing.ts";
import { bytesOf, electionOf, entriesOf, listOf, objectOf, textOf, type Call, type Given } from "./given.ts";

/** Gives these bytes, one after the other, instead of random ones. */
function drawing(draws: readonly Bytes[]): Random {
  const left = [...draws];
  return (length) => {
    const next = left.shift();
    if (next?.length !== length) throw new TypeError(`expected ${length} bytes to draw`);
    return next;
  };
}

async function ask(given: Given) {
  const election = await electionOf(given["setup"]);
  const seed = bytesOf(given["credential_seed"]);
  const issuers = listOf(given["issuers"]).map(objectOf);
  const random = drawing([
    bytesOf(given["voting_seed"]), ...issuers.flatMap((one) => [bytesOf(one["salt"]), bytesOf(one["blind"])]),
  ]);
  const credential = { seed, publicKey: publicKeyOf(seed) };
  return { election, ...askForShare(election, textOf(given["style"]), credential, random) };
}

const askShare: Call = async (given) => {
  const { blinded, entry } = await ask(given);
  return { blinded: blinded.map(hex), request: fromUtf8(entry) };
};

const finish: Call = async (given) => {
  const { election, pending } = await ask(given);
  const { signatures } = finishShare(election, pending, listOf(given["answers"]).map(bytesOf));
  return { signatures: signatures.map(hex) };
};

const setUp: Call = (given) => {
  const { manifest, styles } = readSetUp(entriesOf(given["entries"]), bytesOf(given["manifest_hash"]));
  return { origin: manifest.origin, styles: [...styles.keys()] };
};

/** What a ballot says, for who knows `secret`, or `padded` and `seed`. */
const check: Call = async (given) => {
  const election = await electionOf(given["setup"]);
  const known = given["secret"] === undefined
    ? { padded: bytesOf(given["padded"]), seed: bytesOf(given["seed"]) }
    : { secret: bytesOf(given["secret"]) };
  const ballot = utf8(textOf(given["ballot"]));
  const choices = await checkBallot(election, bytesOf(given["voting_key"]), ballot, known);
  return { choices: fromUtf8(spellChoices(choices)) };
};

/** All calls of this file. */
export const VOTER: Readonly<Record<string, Call>> = {
  "ask-share": askShare,
  "finish-share": finish,
  "set-up": setUp,
  "check-ballot": check,
};
