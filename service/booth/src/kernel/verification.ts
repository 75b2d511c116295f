/**
 * The checks of an entry that need nothing but the set-up (PROTOCOL.md section 5): signatures, points, lengths, shares.
 * They may be done before those that need the place, and elsewhere: they are most of the work of an audit.
 */
import { equal } from "./bytes.ts";
import type { BallotStyle, Election } from "./election.ts";
import { signedMessage, type Ballot, type Entry, type EntryOf, type Kind } from "./entries.ts";
import { ensure, Refused } from "./errors.ts";
import { checkEd25519Key, checkX25519Key } from "./points.ts";
import { rehearsalMessage, rehearse } from "./sealing.ts";
import { shareMessage, verifyShare } from "./shares.ts";
import { checkOfficials } from "./signatures.ts";
import { verifySignature } from "./signing.ts";
import { x25519PublicKey } from "./x25519.ts";

/** Bytes that a sealed body has more than its pad: the seed and the tag of AES-GCM. */
const BODY_EXTRA = 48;
/** Bytes of a box that are its ephemeral public key. */
const ENC_LENGTH = 32;

type Check<K extends Kind> = (entry: EntryOf<K>, election: Election) => void | Promise<void>;

function checkRegistrar(entry: EntryOf<"seal" | "replace">, election: Election): void {
  const { manifest, manifestHash } = election;
  checkOfficials(entry, manifest, manifestHash);
  verifySignature(manifest.registrar, signedMessage(entry, manifestHash), entry.registrar);
}

const byOfficials = (entry: EntryOf<"bundle" | "close" | "certify">, { manifest, manifestHash }: Election): void => {
  checkOfficials(entry, manifest, manifestHash);
};

const checkRoll: Check<"roll"> = (entry, { manifest, manifestHash }) => {
  verifySignature(manifest.registrar, signedMessage(entry, manifestHash), entry.signature);
  for (const line of entry.credentials) checkEd25519Key(line.key);
};

const checkStart: Check<"start"> = async (entry, election) => {
  const { manifest, manifestHash, partners } = election;
  checkOfficials(entry, manifest, manifestHash);
  const { rehearsals } = entry;
  ensure(
    rehearsals.length === partners.length && rehearsals.every((r, i) => r.partner === partners[i]?.id),
    "start-rehearsals",
  );
  for (const [i, shown] of rehearsals.entries()) {
    const partner = partners[i]!;
    const answer = await rehearse(manifestHash, i + 1, partner, shown.seed);
    verifySignature(partner.witness, rehearsalMessage(manifestHash, answer), shown.signature);
  }
};

const checkReplace: Check<"replace"> = (entry, election) => {
  ensure(election.styles.has(entry.style), "replace-style");
  checkRegistrar(entry, election);
  checkEd25519Key(entry.adds);
};

const checkRequest: Check<"request"> = (entry, election) => {
  const style = election.styles.get(entry.style);
  // A style that does not exist is no credential's style: the reason is left to the checks that need the place.
  if (style !== undefined) ensure(entry.blinded.length === style.style.issuers.length, "request-blinded");
  verifySignature(entry.credential, signedMessage(entry, election.manifestHash), entry.signature);
};

/** @throws Refused `ballot-style`, `ballot-length` */
function checkForm(ballot: Ballot, election: Election): BallotStyle {
  const found = election.styles.get(ballot.style);
  if (found === undefined) throw new Refused("ballot-style", "no such style");
  const { style } = found;
  ensure(
    ballot.boxes.length === election.partners.length && ballot.share.length === style.issuers.length
      && ballot.body.length === style.pad + BODY_EXTRA,
    "ballot-length",
  );
  return found;
}

const checkBallot: Check<"ballot"> = (ballot, election) => {
  const { style } = checkForm(ballot, election);
  for (const box of ballot.boxes) checkX25519Key(box.subarray(0, ENC_LENGTH));
  const message = shareMessage(election.manifestHash, style.id, ballot.voting_key);
  style.issuers.forEach((issuer, i) => {
    verifyShare(issuer.key, message, ballot.share[i]!);
  });
  verifySignature(ballot.voting_key, signedMessage(ballot, election.manifestHash), ballot.signature);
};

const checkTrusteeKey: Check<"trustee-key"> = async (entry, { manifestHash, partners }) => {
  const partner = partners.find((p) => p.id === entry.partner);
  if (partner === undefined) throw new Refused("trustee-key-partner", "no such partner");
  ensure(equal(await x25519PublicKey(entry.key), partner.trustee), "trustee-key-wrong");
  verifySignature(partner.witness, signedMessage(entry, manifestHash), entry.signature);
};

const nothing = (): void => undefined;

/** What is checked of each kind, in the order of section 5. */
const CHECKS: { readonly [K in Kind]: Check<K> } = {
  style: nothing,
  contest: nothing,
  manifest: nothing,
  roll: checkRoll,
  seal: checkRegistrar,
  start: checkStart,
  bundle: byOfficials,
  replace: checkReplace,
  request: checkRequest,
  release: nothing,
  ballot: checkBallot,
  close: byOfficials,
  "trustee-key": checkTrusteeKey,
  tally: nothing,
  certify: byOfficials,
};

/**
 * All checks of one entry that need nothing but the set-up.
 * @throws Refused with the reason of the first that fails
 */
export async function verifyAlone(entry: Entry, election: Election): Promise<void> {
  await (CHECKS[entry.kind] as Check<Kind>)(entry, election);
}
