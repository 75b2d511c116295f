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

/** A project: its cost in cents, and the SHA-256 of its text and picture. */
export const project = object({ cost: count, id, picture: hash, text: hash, title });

/** `contest`: projects, pots, eligible styles and a count rule. */
export const contest = object({
  counted: literal("together", "apart"),
  id,
  kind: literal("contest"),
  pots: array(pot),
  projects: array(project),
  rule: oneOf("name", {
    "greedy-votes": object({ name: literal("greedy-votes") }),
    "equal-shares-cost": object({ name: literal("equal-shares-cost") }),
  }),
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
/** A `manifest` entry. */
export type Manifest = Infer<typeof manifest>;
/** A partner in the manifest. */
export type Partner = Infer<typeof partner>;
/** The two officials' signatures. */
export type Signatures = Infer<typeof signatures>;
