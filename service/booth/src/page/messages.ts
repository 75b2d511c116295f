/** What the page and its first worker say to each other. */

import type { AuditResult } from "../kernel/audit/run.ts";
import type { Titles } from "./titles.ts";
import type { Why } from "./unusable.ts";

export type Stage = "replay" | "open and count" | "files";

/** Where the record is: on a web server, in a folder that somebody chose, or in one tar file. */
export type Where =
  | { readonly kind: "web"; readonly base: string }
  | { readonly kind: "folder"; readonly files: readonly (readonly [path: string, file: Blob])[] }
  | { readonly kind: "tar"; readonly file: Blob };

export interface Order {
  readonly where: Where;
  readonly manifest: Uint8Array | null;
}

/** Everything that there is to show. */
export interface Verdict {
  readonly result: AuditResult;
  readonly titles: Titles;
  readonly seconds: number;
  readonly width: number;
}

export type News =
  | { readonly kind: "progress"; readonly stage: Stage; readonly done: number; readonly total: number }
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  | { readonly kind: "unusable"; readonly why: Why; readonly detail: string };
