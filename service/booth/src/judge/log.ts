/**
 * The judge's calls for PROTOCOL.md section 3: roots, proofs, tiles, bundles, notes, checkpoints.
 */
import { equal, hex, utf8 } from "../kernel/bytes.ts";
import { openWitnessed } from "../kernel/checkpoint.ts";
import { rootOf, verifyConsistency, verifyInclusion } from "../kernel/merkle.ts";
import { openNote, parseNoteKey } from "../kernel/note.ts";
import { decodeBundle, encodeBundle, parseTilePath, tilePath } from "../kernel/tiles.ts";
import { bytesOf, listOf, numberOf, textOf, type Call } from "./given.ts";

/** ECMAScript's JSON.rawJSON, which TypeScript does not know yet. */
const rawJson = JSON as unknown as { rawJSON(text: string): unknown };

const inclusion: Call = (given) => {
  const [index, size] = [numberOf(given["index"]), numberOf(given["size"])];
  verifyInclusion(bytesOf(given["leaf"]), index, size, listOf(given["proof"]).map(bytesOf), bytesOf(given["root"]));
  return {};
};

const consistency: Call = (given) => {
  const [oldSize, newSize] = [numberOf(given["old_size"]), numberOf(given["new_size"])];
  const proof = listOf(given["proof"]).map(bytesOf);
  verifyConsistency(oldSize, bytesOf(given["old_root"]), newSize, bytesOf(given["new_root"]), proof);
  return {};
};

const path: Call = (given) => {
  const place = parseTilePath(textOf(given["path"]));
  const level = place.level === "entries" ? -1 : place.level;
  return { index: place.index, level, path: tilePath(place), width: place.width };
};

const bundle: Call = (given) => {
  const raw = bytesOf(given["bundle"]);
  const entries = decodeBundle(raw, numberOf(given["width"]));
  return { entries: entries.map(hex), same: equal(encodeBundle(entries), raw) };
};

const note: Call = (given) => {
  const keys = listOf(given["keys"]).map((key) => parseNoteKey(textOf(key)));
  return { text: openNote(utf8(textOf(given["note"])), keys).text };
};

const witnessed: Call = (given) => {
  const head = openWitnessed(utf8(textOf(given["note"])), {
    operator: parseNoteKey(textOf(given["operator"])),
    witnesses: listOf(given["witnesses"]).map((key) => parseNoteKey(textOf(key))),
    threshold: numberOf(given["threshold"]),
  });
  return {
    origin: head.origin,
    root: hex(head.root),
    size: head.size,
    // Written as an integer, which has no other way into JSON when it is above 2^53.
    times: head.times.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, time }) => ({ name, time: rawJson.rawJSON(time.toString()) })),
  };
};

/** All calls of this file. */
export const LOG: Readonly<Record<string, Call>> = {
  root: (given) => ({ root: hex(rootOf(listOf(given["leaves"]).map(bytesOf))) }),
  inclusion,
  consistency,
  "tile-path": path,
  bundle,
  note,
  witnessed,
};
