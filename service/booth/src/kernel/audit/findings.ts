/**
 * What an audit found (PROTOCOL.md section 13): for each check how often it passed, its first fault, or that it was not
 * reached.
 */
import { ACCEPTED, PHASES, type Phase } from "../board.ts";
import type { Kind } from "../entries.ts";
import { CHECKS, type Check } from "./checks.ts";

/** The index of an entry or the path of a file. */
export type At = number | string;

/** One check's result: `count` is how many things passed; `at` the first that failed. */
export interface CheckResult {
  readonly id: string;
  readonly name: string;
  readonly ok: boolean;
  readonly reached: boolean;
  readonly count: number;
  readonly at: At | null;
}

/** Why a check failed; `reason` is a word of section 15 or "". */
export interface Fault {
  readonly id: string;
  readonly at: At;
  readonly reason: string;
  readonly message: string;
}

/** Whether a text stands before another in the order of their UTF-8 bytes, which is that of their code points. */
function isBefore(a: string, b: string): boolean {
  const [left, right] = [Array.from(a), Array.from(b)];
  const place = left.findIndex((point, i) => point !== right[i]);
  if (place === -1) return left.length < right.length;
  return (left[place]?.codePointAt(0) ?? 0) < (right[place]?.codePointAt(0) ?? -1);
}

/** Phases that can still come after one, itself included. */
function phasesFrom(phase: Phase): readonly Phase[] {
  const place = PHASES.indexOf(phase);
  // A release goes back to voting.
  return PHASES.slice(phase === "releasing" ? place - 1 : place);
}

/** Checks that look at every entry whatever its kind: they have entries to come as long as there are any. */
function looksAtAll(check: Check): boolean {
  return check.kinds.length === Object.keys(ACCEPTED).length;
}

/** Whether entries that a check looks at could still come when the board has got to a phase. */
function hasMoreToCome(check: Check, phase: Phase): boolean {
  const coming = phasesFrom(phase);
  const couldCome = (kind: Kind) => ACCEPTED[kind].some((accepting) => coming.includes(accepting));
  return looksAtAll(check) || check.kinds.some(couldCome);
}

/** The results of all checks, while they come in. */
export class Findings {
  readonly #counts = new Map<string, number>();
  readonly #faults = new Map<string, Fault>();
  readonly #left = new Set<string>();

  /** Something passed a check. */
  pass(id: string, times = 1): void {
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + times);
  }

  /** Something failed a check; the first fault stands: of entries the one that comes first, of files the first path. */
  fail(id: string, at: At, reason = "", message = ""): void {
    const known = this.#faults.get(id)?.at;
    const comesFirst = typeof at === "string" && typeof known === "string" && isBefore(at, known);
    if (known === undefined || comesFirst) this.#faults.set(id, { id, at, reason, message });
  }

  /** Checks were not reached; one that failed stays failed. */
  leave(...ids: readonly string[]): void {
    for (const id of ids) this.#left.add(id);
  }

  /** The replay stopped in a phase: checks of entries that had more of them to come were not reached. */
  cut(phase: Phase): void {
    this.leave(...CHECKS.filter((check) => hasMoreToCome(check, phase)).map((check) => check.id));
  }

  /** Whether nothing was found against a check, and it was reached. */
  isOk(id: string): boolean {
    return !this.#faults.has(id) && !this.#left.has(id);
  }

  /** How often a check passed. */
  count(id: string): number {
    return this.#counts.get(id) ?? 0;
  }

  /** All checks in the order of the table. */
  results(): CheckResult[] {
    return CHECKS.map(({ id, name }) => {
      const fault = this.#faults.get(id);
      const reached = fault !== undefined || !this.#left.has(id);
      return { id, name, ok: this.isOk(id), reached, count: this.count(id), at: fault?.at ?? null };
    });
  }

  /** All faults in the order of the table. */
  faults(): Fault[] {
    return CHECKS.flatMap(({ id }) => this.#faults.get(id) ?? []);
  }
}
