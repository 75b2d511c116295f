/**
 * The cases of `records.json`: whole records, made of a base and changes (vectors/RECORDS.md).
 */
import { base64, concat, fromBase64 } from "../kernel/bytes.ts";
import { listOf, numberOf, objectOf, textOf, type Given } from "./given.ts";

function decode(value: unknown): Uint8Array {
  const bytes = fromBase64(textOf(value));
  if (bytes === null) throw new TypeError("expected base64");
  return bytes;
}

function rebuild(change: unknown, base: Given): string {
  if (typeof change === "string") return change;
  const { of, parts } = objectOf(change);
  const source = decode(base[textOf(of)] ?? "");
  const pieces = listOf(parts).map((part) => {
    if (typeof part === "string") return decode(part);
    const [start, end] = listOf(part);
    return source.subarray(numberOf(start), numberOf(end));
  });
  return base64(concat(...pieces));
}

/** Calls of `audit` with whole records, each done by that many workers (0: in place). */
export function recordCases(content: Given, workers: number): Given[] {
  const bases = objectOf(content["bases"]);
  return listOf(content["cases"]).map(objectOf).map((one) => {
    const given = objectOf(one["given"]);
    const base = objectOf(bases[textOf(given["base"])]);
    const files: Record<string, unknown> = { ...base };
    for (const [path, change] of Object.entries(objectOf(given["changes"]))) {
      if (change === null) Reflect.deleteProperty(files, path);
      else files[path] = rebuild(change, base);
    }
    return { ...one, given: { files, manifest: given["manifest"], operator: given["operator"], workers } };
  });
}
