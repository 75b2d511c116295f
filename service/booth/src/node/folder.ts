/**
 * A record in a folder (PROTOCOL.md section 3), for Node.
 */
import { open, readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";

import { MissingFile, TooLarge, type Source } from "../kernel/source.ts";

const MISSING: ReadonlySet<unknown> = new Set(["ENOENT", "ENOTDIR", "EISDIR"]);

/** A folder's files; what is neither file nor folder, such as a link, is listed and not followed when it is a folder. */
export class FolderSource implements Source {
  readonly #root: string;

  /** @param root path of the folder */
  constructor(root: string) {
    this.#root = root;
  }

  async paths(): Promise<readonly string[]> {
    const found = await readdir(this.#root, { recursive: true, withFileTypes: true });
    return found.filter((entry) => !entry.isDirectory())
      .map((entry) => relative(this.#root, join(entry.parentPath, entry.name)).split(sep).join("/"));
  }

  async read(path: string, limit: number): Promise<Uint8Array> {
    try {
      const file = await open(join(this.#root, path), "r");
      try {
        const { size } = await file.stat();
        if (size > limit) throw new TooLarge(path);
        return new Uint8Array(await file.readFile());
      } finally {
        await file.close();
      }
    } catch (error) {
      if (MISSING.has((error as NodeJS.ErrnoException).code)) throw new MissingFile(path);
      throw error;
    }
  }
}
