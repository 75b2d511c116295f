/**
 * The officials' audit reports (PROTOCOL.md section 13; K02 and K03).
 */
import { equal, type Bytes } from "../bytes.ts";
import type { EntryOf } from "../entries.ts";
import { Refused } from "../errors.ts";
import { array, bool, count, hash, id, literal, object, text, type Infer } from "../schema.ts";
import { readIfThere, TooLarge, type Source } from "../source.ts";
import { decode, encode, REPORT_LIMIT } from "../wire.ts";
import { CHECKS } from "./checks.ts";
import { hasHashOfName } from "./files.ts";
import type { Findings } from "./findings.ts";
import { filePath } from "./named.ts";

const report = object({
  anchored: bool,
  checks: array(object({ count, id: text(), ok: bool })),
  kind: literal("audit-report"),
  manifest: hash,
  official: id,
  root: hash,
  size: count,
  slack: count,
  valid: bool,
});

/** An official's audit report. */
export type Report = Infer<typeof report>;

/** The one spelling of a report. */
export function spellReport(value: Report): Bytes {
  return encode(report, value);
}

/** @returns null if the report cannot be read; a fault of K02 is noted if that is what is wrong */
async function readReport(source: Source, path: string, findings: Findings): Promise<Report | null> {
  let bytes: Uint8Array | null = null;
  try {
    bytes = await readIfThere(source, path, REPORT_LIMIT);
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
  }
  // A file that is missing or another one is for F02 and F03.
  if (bytes === null || !hasHashOfName(path, bytes)) {
    findings.leave("K02");
    return null;
  }
  try {
    return decode(report, bytes, REPORT_LIMIT);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings.fail("K02", path, error.reason, error.message);
    return null;
  }
}

function hasAllChecks({ checks }: Report): boolean {
  return checks.length === CHECKS.length && checks.every(({ id: name, ok }, i) => ok && name === CHECKS[i]?.id);
}

/**
 * Checks K02 and K03.
 * @param slack of this record
 */
export async function checkReports(
  source: Source, certify: EntryOf<"certify">, manifestHash: Uint8Array, slack: number, findings: Findings,
): Promise<void> {
  for (const named of certify.reports) {
    const path = filePath(named.hash);
    const read = await readReport(source, path, findings);
    if (read === null) {
      findings.leave("K03");
      continue;
    }
    const isOfThis = read.official === named.official && equal(read.manifest, manifestHash)
      && read.size === certify.size && equal(read.root, certify.root);
    if (isOfThis) findings.pass("K02");
    else findings.fail("K02", path, "", "of another official, manifest or head");
    if (read.valid && read.anchored && read.slack === slack && hasAllChecks(read)) findings.pass("K03");
    else findings.fail("K03", path, "", "not valid, not anchored, another slack, or not all checks ok");
  }
}
