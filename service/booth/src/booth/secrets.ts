/**
 * What opens the ballot that was cast just now. It is in the tab's own memory, until the tab is closed or somebody
 * has checked; so that a reload does not lose it, and nothing that says what was chosen stays on the device.
 */

import { base64url, fromBase64url, type Bytes } from "../kernel/bytes.ts";
import type { Sending } from "./kept.ts";

const KEY = "wijkaandeel";

export interface Secrets {
  keep(sent: Sending): void;
  /** The secret of the ballot with this number, null if it is not here. */
  find(number: string): Bytes | null;
  forget(): void;
}

/** In the tab's memory, which outlives a reload. */
export const TAB: Secrets = {
  keep: ({ number, secret }) => {
    sessionStorage.setItem(KEY, `${number}.${base64url(secret)}`);
  },
  find: (number) => {
    const [kept, secret] = (sessionStorage.getItem(KEY) ?? "").split(".");
    return kept === number && secret !== undefined ? fromBase64url(secret) : null;
  },
  forget: () => {
    sessionStorage.removeItem(KEY);
  },
};
