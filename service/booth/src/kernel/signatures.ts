/**
 * The signatures of entries by the parties of a manifest (PROTOCOL.md section 2, "Signatures of our own records").
 */
import { signedMessage, type SignedEntry } from "./entries.ts";
import { ensure } from "./errors.ts";
import type { Manifest, Signatures } from "./manifest.ts";
import { verifySignature } from "./signing.ts";

/**
 * Two different officials signed, in the manifest's order.
 * @param manifestHash 32 bytes; not used for a manifest
 * @throws Refused `officials` or the reasons of an Ed25519 signature
 */
export function checkOfficials(
  entry: SignedEntry & { readonly signatures: Signatures }, manifest: Manifest, manifestHash: Uint8Array,
): void {
  const places = entry.signatures.map((s) => manifest.officials.findIndex((o) => o.id === s.official));
  const [first, second] = places as [number, number];
  ensure(first >= 0 && first < second, "officials");
  const message = signedMessage(entry, manifestHash);
  entry.signatures.forEach((s, i) => {
    const official = manifest.officials[places[i]!];
    if (official !== undefined) verifySignature(official.key, message, s.signature);
  });
}
