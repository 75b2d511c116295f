/**
 * The set-up entries `style`, `contest` and `manifest` (PROTOCOL.md section 4): their members and types.
 */
import {
  array, bytes, count, hash, id, integer, literal, matching, object, oneOf, rsa, signature, text, title, type Infer,
} from "./schema.ts";

/** A ballot rule, told apart by `method`. */
export const method = oneOf("method", {
  approval: object({ maximum: count, method: literal("approval"), minimum: count }),
  knapsack: object({ method: literal("knapsack") }),
  points: object({ maximum: count, method: literal("points"), total: count }),
  ranking: object({ maximum: count, method: literal("ranking"), minimum: count }),
});

/** `style`: areas and class, its contests with their ballot rules, its issuers and its pad in bytes. */
export const style = object({
  areas: array(id),
  contests: array(object({ contest: id, method })),
  id,
  issuers: array(object({ key: rsa, partner: id })),
  kind: literal("style"),
  pad: count,
  title,
  voters: literal("adult", "youth"),
});

const funder = object({ id, title, weight: count });

/** A pot of money, in cents. */
export const pot = object({
  cents: count,
  funders: array(funder),
  id,
  label: text({ max: 200 }),
  right: literal("decide", "labelled", "advice"),
  title,
});

/** A project: its cost in cents, the pots that may pay for it, and the SHA-256 of its text and picture. */
export const project = object({ cost: count, id, picture: hash, pots: array(id), text: hash, title });

const taken = literal("skip", "take");

/** A count rule with all of its parameters, told apart by `name`. */
export const rule = oneOf("name", {
  greedy: object({
    minimum_share: integer(0, 10_000),
    minimum_votes: count,
    misfits: literal("skip", "stop"),
    name: literal("greedy"),
    order: literal("votes", "votes-per-cost"),
    zero_cost: taken,
    zero_votes: taken,
  }),
  "equal-shares": object({
    comparison: literal("none", "satisfaction", "cost-satisfaction", "exclusion"),
    completion: literal("none", "greedy", "add1", "add1-greedy"),
    increment: integer(1, Number.MAX_SAFE_INTEGER),
    name: literal("equal-shares"),
    start: literal("exact", "whole"),
    stop: literal("exhaustive", "overspend"),
    utility: literal("cost", "points"),
    zero_cost: taken,
    zero_votes: taken,
  }),
  "phragmen-sequential": object({ name: literal("phragmen-sequential"), zero_cost: taken, zero_votes: taken }),
});

/** `contest`: projects and how they depend on each other, pots, eligible styles and a count rule. */
export const contest = object({
  alternatives: array(array(id)),
  counted: literal("together", "apart"),
  id,
  kind: literal("contest"),
  needs: array(object({ needs: id, project: id })),
  pots: array(pot),
  projects: array(project),
  rule,
  styles: array(id),
  title,
});

/** Exactly two signatures by officials. */
export const signatures = array(object({ official: id, signature }), { min: 2, max: 2 });

const partner = object({ id, title, trustee: bytes(32), witness: bytes(32) });

/** `manifest`: everything that the election stands on; its hash is the trust anchor. */
export const manifest = object({
  areas: array(object({ id, title })),
  kind: literal("manifest"),
  ladder: literal("inform", "consult", "advise", "coproduce", "co-decide"),
  limits: array(object({ release_minimum: count, roll_minimum: count, style: id, walk_ins: count })),
  officials: array(object({ id, key: bytes(32), title })),
  operator: bytes(32),
  origin: matching(/^[a-z0-9.:/_-]{1,200}$/),
  partners: array(partner),
  registrar: bytes(32),
  releases: array(count),
  setup: array(hash),
  signatures,
  thresholds: object({ faults: count, trustees: count, witnesses: count }),
  ties: literal("cost-votes-lot"),
  title,
  version: integer(1, 1),
});

/** A ballot rule. */
export type Method = Infer<typeof method>;
/** A `style` entry. */
export type Style = Infer<typeof style>;
/** A `contest` entry. */
export type Contest = Infer<typeof contest>;
/** A pot of a contest. */
export type Pot = Infer<typeof pot>;
/** A project of a contest. */
export type Project = Infer<typeof project>;
/** A count rule with all of its parameters. */
export type Rule = Infer<typeof rule>;
/** The rule `greedy`. */
export type GreedyRule = Extract<Rule, { name: "greedy" }>;
/** The rule `equal-shares`. */
export type EqualSharesRule = Extract<Rule, { name: "equal-shares" }>;
/** The rule `phragmen-sequential`. */
export type PhragmenRule = Extract<Rule, { name: "phragmen-sequential" }>;
/** A `manifest` entry. */
export type Manifest = Infer<typeof manifest>;
/** A partner in the manifest. */
export type Partner = Infer<typeof partner>;
/** The two officials' signatures. */
export type Signatures = Infer<typeof signatures>;
