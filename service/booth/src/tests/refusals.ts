/** What tests ask about refusals. */

import { Refused } from "../kernel/errors.ts";

/** The reason of the refusal that `action` throws, "" if it does not throw. Other exceptions pass. */
export function reasonOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Refused) return error.reason;
    throw error;
  }
  return "";
}

/** The same of a promise. */
export async function reasonOfAsync(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof Refused) return error.reason;
    throw error;
  }
  return "";
}
