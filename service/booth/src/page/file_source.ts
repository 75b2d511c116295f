/** Read a record out of files that somebody chose. A file's bytes are read when they are asked for, not before. */

import { MissingFile, TooLarge, type Source } from "../kernel/source.ts";
import { Unusable } from "./unusable.ts";

/** What a file, or a part of one, is read by. */
export interface Piece {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Files by path; null is something that is no plain file, which is listed and never read. */
export type Files = ReadonlyMap<string, Piece | null>;

/** More than a record has in which a million people voted. */
export const MAX_FILES = 100_000;

const CHECKPOINT = "checkpoint";

export class FileSource implements Source {
  readonly #files: Files;

  /** The record is where the checkpoint is: in the folder itself, or in one folder inside. */
  constructor(files: Files) {
    if (files.size > MAX_FILES) throw new Unusable("too-many", `expected at most ${MAX_FILES} files`);
    const root = findRoot(files.keys());
    const inside = [...files].filter(([path]) => path.startsWith(root));
    this.#files = new Map(inside.map(([path, file]) => [path.slice(root.length), file]));
  }

  paths(): Promise<string[]> {
    return Promise.resolve([...this.#files.keys()].sort());
  }

  async read(path: string, limit: number): Promise<Uint8Array> {
    const file = this.#files.get(path);
    if (file === undefined) throw new MissingFile(`${path} is not there`);
    if (file === null) throw new MissingFile(`expected a plain file at ${path}`);
    if (file.size > limit) throw new TooLarge(`expected at most ${limit} bytes in ${path}`);
    try {
      return new Uint8Array(await file.arrayBuffer());
    } catch {
      throw new Unusable("unreadable", `${path} cannot be read`);
    }
  }
}

/** Return the path before the least deep checkpoint, with its last slash. */
function findRoot(paths: Iterable<string>): string {
  const ends = [...paths].filter((path) => path === CHECKPOINT || path.endsWith(`/${CHECKPOINT}`));
  const depths = ends.map((path) => path.split("/").length);
  const least = depths.reduce((least, depth) => Math.min(least, depth), Infinity);
  const found = ends.filter((_, place) => depths[place] === least);
  const [first] = found;
  if (first === undefined) throw new Unusable("no-record", "expected a file named checkpoint");
  if (found.length > 1) throw new Unusable("two-records", `expected one record, got ${found.slice(0, 3).join(", ")}`);
  return first.slice(0, first.length - CHECKPOINT.length);
}
