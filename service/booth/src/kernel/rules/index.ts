/**
 * The count rules by name (PROTOCOL.md section 12).
 */
import type { Rule } from "../manifest.ts";
import { equalShares } from "./equal_shares.ts";
import { greedy } from "./greedy.ts";
import { phragmenSequential } from "./phragmen.ts";
import type { Matter, RuleResult } from "./types.ts";

/** Counts once, by a contest's rule. */
export function countBy(rule: Rule, matter: Matter): RuleResult {
  switch (rule.name) {
    case "greedy":
      return greedy(matter, rule);
    case "equal-shares":
      return equalShares(matter, rule);
    case "phragmen-sequential":
      return phragmenSequential(matter, rule);
  }
}
