/** What the tablet does for a visit, as the screens see it. */

import type { App } from "../app.ts";
import type { Lesson } from "./lesson.ts";
import { pagesOf, Walk } from "./walk.ts";

export interface ChildHost {
  /** The manifest hash, in hexadecimal. */
  readonly anchor: string;
  readonly lesson: Lesson;
  /** What the address had behind its `#`: a code to begin with; empty for none. Given once. */
  takeCode(): string;
  /** The child is done, and the next one comes. */
  readonly end: () => void;
  /** Whether somebody is at work, whose share would be lost with this page. */
  readonly setBusy: (isBusy: boolean) => void;
}

const walks = new WeakMap<App, Walk>();

/** Where the child of this visit is; forgotten with the visit. */
export function walkOf(app: App): Walk {
  const found = walks.get(app) ?? new Walk(pagesOf(app.session.style, app.session.votingKey));
  walks.set(app, found);
  return found;
}
