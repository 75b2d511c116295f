/**
 * What opens the ballot that was cast just now. It is in the tab's own memory, until the tab is closed or somebody
 * has checked; so that a reload does not lose it, and nothing that says what was chosen stays on the device.
 */

import { base64url, fromBase64url, type Bytes } from "../kernel/bytes.ts";
import type { Sending } from "./kept.ts";

const KEY = "wijkaandeel";

export function keepSecret({ number, secret }: Sending): void {
  sessionStorage.setItem(KEY, `${number}.${base64url(secret)}`);
}

/** The secret of the ballot with this number, null if this tab does not have it. */
export function findSecret(number: string): Bytes | null {
  const [kept, secret] = (sessionStorage.getItem(KEY) ?? "").split(".");
  return kept === number && secret !== undefined ? fromBase64url(secret) : null;
}

export function forgetSecret(): void {
  sessionStorage.removeItem(KEY);
}
