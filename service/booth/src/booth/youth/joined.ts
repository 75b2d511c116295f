/**
 * What a tab knows of a lesson: on a tablet its join code, on the teacher's device the secret beside it. It is gone
 * with the lesson, and with the tab. Nothing here is a child's.
 */

import { base64url, fromBase64url, type Bytes } from "../../kernel/bytes.ts";
import { readShortCode } from "../../kernel/codes.ts";

const TABLET = "wijkaandeel-les";
const TEACHER = "wijkaandeel-juf";
const SYMBOLS = 8;
const SECRET = 32;
const JOINS = /^#les\.([0-9A-HJKMNP-TV-Z]{8})$/u;

/** A join code as somebody typed it, null if it is none. */
export function readJoin(typed: string): string | null {
  return readShortCode(typed, SYMBOLS);
}

/** The address part that joins a tablet to a lesson; its one spelling. */
export function spellJoin(join: string): string {
  return `#les.${join}`;
}

/**
 * What the address says of a lesson.
 * @returns the join code; "wrong" for one that is none; null if the address speaks of something else
 */
export function parseJoin(hash: string): string | null {
  if (!hash.startsWith("#les")) return null;
  const join = JOINS.exec(hash)?.[1];
  return join !== undefined && readJoin(join) === join ? join : "wrong";
}

export const JOINED = {
  keep: (join: string): void => {
    sessionStorage.setItem(TABLET, join);
  },
  find: (): string | null => readJoin(sessionStorage.getItem(TABLET) ?? ""),
  forget: (): void => {
    sessionStorage.removeItem(TABLET);
  },
};

/** A lesson as its teacher has it. */
export interface Led {
  readonly join: string;
  readonly teacher: Bytes;
}

export const LED = {
  keep: ({ join, teacher }: Led): void => {
    sessionStorage.setItem(TEACHER, `${join}.${base64url(teacher)}`);
  },
  find: (): Led | null => {
    const [join, secret, more] = (sessionStorage.getItem(TEACHER) ?? "").split(".");
    const teacher = fromBase64url(secret ?? "");
    if (join === undefined || more !== undefined || readJoin(join) !== join || teacher?.length !== SECRET) return null;
    return { join, teacher };
  },
  forget: (): void => {
    sessionStorage.removeItem(TEACHER);
  },
};
