/**
 * The lesson on a tablet: whether it runs, and one word to it for a ballot that was promised. Voting never waits for
 * it: what fails here is tried again beside everything else, and forgotten with the page.
 */

import type { Bytes, Random } from "../../kernel/bytes.ts";
import { bool, bytes, count, literal, matching, object } from "../../kernel/schema.ts";
import { decode, encode } from "../../kernel/wire.ts";
import { Denied, send } from "../server.ts";
import { JOINED } from "./joined.ts";

const LIMIT = 256;
const TICKET = 16;

export const joinSchema = matching(/^[0-9A-HJKMNP-TV-Z]{8}$/u);
const querySchema = object({ join: joinSchema, kind: literal("tablet") });
const stateSchema = object({ kind: literal("state"), running: bool });
const votedSchema = object({ join: joinSchema, ticket: bytes(TICKET) });
export const countSchema = object({ kind: literal("count"), running: bool, voted: count });

export type LessonState = "none" | "runs" | "over";

export class Lesson {
  readonly #api: string;
  readonly #random: Random;
  #join: string | null;

  /** @param api of the service: no slash at the end */
  constructor(api: string, random: Random) {
    this.#api = api;
    this.#random = random;
    this.#join = JOINED.find();
  }

  /** Whether this tablet is in a lesson, so that it is handed on to the next child. */
  get isJoined(): boolean {
    return this.#join !== null;
  }

  /** Be in this lesson from now on. */
  join(code: string): void {
    this.#join = code;
    JOINED.keep(code);
  }

  /** Be in this lesson if it runs; else in the one that this tablet is in. Throws as `look` does. */
  async tryToJoin(code: string, signal: AbortSignal): Promise<boolean> {
    if (!(await this.#runs(code, signal))) return false;
    this.join(code);
    return true;
  }

  /** How the lesson is; once it is over, this tablet is in none. Throws the signal's reason when told to stop. */
  async look(signal: AbortSignal): Promise<LessonState> {
    if (this.#join === null) return "none";
    if (await this.#runs(this.#join, signal)) return "runs";
    this.#join = null;
    JOINED.forget();
    return "over";
  }

  async #runs(join: string, signal: AbortSignal): Promise<boolean> {
    try {
      const body = encode(querySchema, { join, kind: "tablet" });
      const answer = await send(`${this.#api}/lessons/status`, body, { signal, onAway: () => undefined });
      return decode(stateSchema, answer.body, LIMIT).running;
    } catch (error) {
      if (error instanceof Denied) return false;
      throw error;
    }
  }

  /** Tell the lesson, once and in its own time, that a ballot was promised. Nothing says which. */
  count(): void {
    if (this.#join === null) return;
    const body = encode(votedSchema, { join: this.#join, ticket: this.#random(TICKET) as Bytes });
    const patience = { signal: new AbortController().signal, onAway: () => undefined };
    void send(`${this.#api}/lessons/voted`, body, patience).catch(() => undefined);
  }
}
