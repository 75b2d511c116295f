/**
 * The count rules by name (PROTOCOL.md section 12).
 */
import { equalSharesCost } from "./equal_shares.ts";
import { greedyVotes } from "./greedy.ts";
import type { Rule } from "./types.ts";

/** Every rule that a contest can name. */
export const RULES = {
  "greedy-votes": greedyVotes,
  "equal-shares-cost": equalSharesCost,
} as const satisfies Record<string, Rule>;

/** The name of a rule. */
export type RuleName = keyof typeof RULES;
