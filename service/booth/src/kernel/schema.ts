/**
 * The types of PROTOCOL.md section 2, as schemas: each reads a parsed JSON value into a value of the program, and
 * writes it back as JSON with its members in ascending order.
 */

import { base64url, fromBase64url, type Bytes } from "./bytes.ts";
import { Refused } from "./errors.ts";

/** JSON as the protocol uses it. */
export type Json = string | number | boolean | readonly Json[] | { readonly [member: string]: Json };

/** A type: how a parsed JSON value is read, refused `wire-type`, and written. */
export interface Schema<T> {
  /** The value of parsed JSON. @throws Refused `wire-type` */
  read(json: unknown): T;
  /** The JSON of a value, members in ascending order. */
  write(value: T): Json;
  /** What a value is made of; an object's members in ascending order. */
  readonly parts?: { readonly members: Members } | { readonly item: Schema<unknown> };
}

type Members = readonly (readonly [name: string, schema: Schema<unknown>])[];

/** The type of the values of a schema. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

function wrong(expected: string): Refused {
  return new Refused("wire-type", `expected ${expected}`);
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** An object with exactly these members. */
export function object<T extends Readonly<Record<string, unknown>>>(members: {
  readonly [K in keyof T]: Schema<T[K]>;
}): Schema<{ readonly [K in keyof T]: T[K] }> {
  const fields = Object.entries<Schema<unknown>>(members).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    read(json) {
      if (!isObject(json) || Object.keys(json).length !== fields.length) throw wrong("an object of other members");
      const pairs = fields.map(([name, schema]) => {
        if (!Object.hasOwn(json, name)) throw wrong(`a member ${name}`);
        return [name, schema.read(json[name])] as const;
      });
      return Object.fromEntries(pairs) as T;
    },
    parts: { members: fields },
    write(value) {
      const values: Readonly<Record<string, unknown>> = value;
      return Object.fromEntries(fields.map(([name, schema]) => [name, schema.write(values[name])]));
    },
  };
}

/** An array of `min` to `max` items. */
export function array<T>(item: Schema<T>, size: { min?: number; max?: number } = {}): Schema<readonly T[]> {
  const { min = 0, max = Infinity } = size;
  return {
    read(json) {
      if (!Array.isArray(json)) throw wrong("an array");
      if (json.length < min || json.length > max) throw wrong(`${min} to ${max} elements`);
      return json.map((element) => item.read(element));
    },
    parts: { item },
    write: (value) => value.map((element) => item.write(element)),
  };
}

/** An integer from `min` to `max`. */
export function integer(min: number, max: number): Schema<number> {
  return {
    read(json) {
      // -0 is no integer of the protocol, and has no spelling of its own to fail by later.
      if (typeof json !== "number" || !Number.isSafeInteger(json) || Object.is(json, -0)) throw wrong("an integer");
      if (json < min || json > max) throw wrong(`an integer from ${min} to ${max}`);
      return json;
    },
    write: (value) => value,
  };
}

/** A string of `min` to `max` code points. */
export function text(size: { min?: number; max?: number } = {}): Schema<string> {
  const { min = 0, max = Infinity } = size;
  return {
    read(json) {
      if (typeof json !== "string") throw wrong("a text");
      // A text has at least half as many code points as UTF-16 units: long ones need not be counted.
      const tooLong = json.length > 2 * max;
      const points = tooLong || (min === 0 && max === Infinity) ? 0 : Array.from(json).length;
      if (tooLong || points < min || points > max) throw wrong(`a text of ${min} to ${max} code points`);
      return json;
    },
    write: (value) => value,
  };
}

/** A string that matches a pattern, which must be anchored at both ends. */
export function matching(pattern: RegExp): Schema<string> {
  return {
    read(json) {
      if (typeof json !== "string" || !pattern.test(json)) throw wrong(String(pattern));
      return json;
    },
    write: (value) => value,
  };
}

/** Bytes in base64url, exactly `length` of them if given. */
export function bytes(length?: number): Schema<Bytes> {
  return {
    read(json) {
      const decoded = typeof json === "string" ? fromBase64url(json) : null;
      if (decoded === null || (length !== undefined && decoded.length !== length)) {
        throw wrong(length === undefined ? "bytes" : `${length} bytes`);
      }
      return decoded;
    },
    write: (value) => base64url(value),
  };
}

/** One of these values. */
export function literal<const T extends string | number>(...values: readonly T[]): Schema<T> {
  return {
    read(json) {
      const value = values.find((candidate) => candidate === json);
      if (value === undefined) throw wrong(`one of ${values.join(", ")}`);
      return value;
    },
    write: (value) => value,
  };
}

/** `true` or `false`. */
export const bool: Schema<boolean> = {
  read(json) {
    if (typeof json !== "boolean") throw wrong("a boolean");
    return json;
  },
  write: (value) => value,
};

/**
 * One of several objects, told apart by the text in their member `tag`.
 * @param variants schemas of objects which have `tag` as a literal, by that literal
 */
export function oneOf<T extends Readonly<Record<string, unknown>>>(
  tag: string,
  variants: { readonly [K in keyof T]: Schema<T[K]> },
): Schema<T[keyof T]> {
  const schemas = new Map<unknown, Schema<T[keyof T]>>(Object.entries(variants));
  const of = (value: unknown): Schema<T[keyof T]> => {
    const schema = isObject(value) && Object.hasOwn(value, tag) ? schemas.get(value[tag]) : undefined;
    if (schema === undefined) throw wrong(`a known ${tag}`);
    return schema;
  };
  return { read: (json) => of(json).read(json), write: (value) => of(value).write(value) };
}

/** `[a-z][a-z0-9-]{0,39}` */
export const id = matching(/^[a-z][a-z0-9-]{0,39}$/);
/** 1 to 200 code points. */
export const title = text({ min: 1, max: 200 });
/** An integer from 0 to 2^53-1; also an amount of cents. */
export const count = integer(0, Number.MAX_SAFE_INTEGER);
/** 32 bytes: a hash, or a key of Ed25519 or X25519. */
export const hash = bytes(32);
/** 64 bytes. */
export const signature = bytes(64);
/** 384 bytes: an integer big-endian. */
export const rsa = bytes(384);
/** 80 bytes. */
export const box = bytes(80);
