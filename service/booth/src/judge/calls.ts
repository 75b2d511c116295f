/**
 * All calls that the judge answers, and how an answer is made.
 */
import { Refused } from "../kernel/errors.ts";
import { AUDIT } from "./audit.ts";
import { BALLOTS } from "./ballots.ts";
import { objectOf, textOf, type Call } from "./given.ts";
import { LOG } from "./log.ts";
import { PRIMITIVES } from "./primitives.ts";
import { RECEIPTS } from "./receipts.ts";
import { VOTER } from "./voter.ts";

/** Every call by its name. */
export const CALLS: Readonly<Record<string, Call>> = {
  ...PRIMITIVES, ...LOG, ...BALLOTS, ...RECEIPTS, ...VOTER, ...AUDIT,
};

/** An answer: what the call gives, the reason of its refusal, or what went wrong in this program. */
export type Answer = { readonly gives: unknown } | { readonly refused: string } | { readonly crashed: string };

/** Answers one call; never throws. */
export async function answer(request: unknown): Promise<Answer> {
  try {
    const asked = objectOf(request);
    const name = textOf(asked["call"]);
    const call = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
    if (call === undefined) return { crashed: `no call ${name}` };
    return { gives: await call(objectOf(asked["given"])) };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.reason };
    return { crashed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
