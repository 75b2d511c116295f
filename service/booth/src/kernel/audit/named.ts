/**
 * The files that entries name by hash (PROTOCOL.md sections 3 and 13).
 */
import { hex } from "../bytes.ts";
import type { Entry } from "../entries.ts";

/** What an entry calls a file. A booth script may be missing; the others may not. */
export type Role = "text" | "picture" | "outcome" | "report" | "script";

/** The path of a file with this SHA-256 (32 bytes). */
export function filePath(hash: Uint8Array): string {
  return `files/${hex(hash)}`;
}

/** Paths and the roles in which entries named them, in the order of naming. */
export class Named {
  readonly #roles = new Map<string, Set<Role>>();

  /** Takes in what an accepted entry names. */
  add(entry: Entry): void {
    if (entry.kind === "contest") {
      for (const { text, picture } of entry.projects) {
        this.#name(text, "text");
        this.#name(picture, "picture");
      }
    } else if (entry.kind === "start") this.#name(entry.bundle, "script");
    else if (entry.kind === "bundle") this.#name(entry.hash, "script");
    else if (entry.kind === "tally") this.#name(entry.outcome, "outcome");
    else if (entry.kind === "certify") for (const report of entry.reports) this.#name(report.hash, "report");
  }

  #name(hash: Uint8Array, role: Role): void {
    const path = filePath(hash);
    const roles = this.#roles.get(path) ?? new Set();
    this.#roles.set(path, roles.add(role));
  }

  /** Whether an entry named the file at a path. */
  has(path: string): boolean {
    return this.#roles.has(path);
  }

  /** All files that are named, with their roles. */
  entries(): IterableIterator<[string, ReadonlySet<Role>]> {
    return this.#roles.entries();
  }

  /** The number of files that are named. */
  get size(): number {
    return this.#roles.size;
  }
}
