/**
 * Whether a text has the shape of a type, before anything is made of it (PROTOCOL.md section 2).
 *
 * JSON.parse makes objects of whatever a text says: 64 MiB of `[],[],` become two gigabytes. Of a text that has the
 * shape of its type it makes no more than the type needs. What the leaves say is not looked at: schemas read them.
 */

import type { Schema } from "./schema.ts";

const QUOTE = 0x22;
const MINUS = 0x2d;
const WORDS = ["true", "false"];

/** Whether a text is spelled like a value of this type: its members in ascending order, no space, no member more. */
export function hasShape(schema: Schema<unknown>, text: string): boolean {
  const walk = new Walk(text);
  return walk.takeValue(schema) && walk.isAtEnd;
}

/** The place of the quotation mark that ends the string begun at `start`, or the text's end. */
export function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text[first - 1] === "\\") first--;
    if ((end - first) % 2 === 0) return end;
  }
  return text.length;
}

export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** Goes through a text along a type. It never goes deeper than the type does. */
class Walk {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  takeValue({ parts }: Schema<unknown>): boolean {
    if (parts === undefined) return this.#takeLeaf();
    return "item" in parts ? this.#takeArray(parts.item) : this.#takeObject(parts.members);
  }

  #take(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  #takeArray(item: Schema<unknown>): boolean {
    if (!this.#take("[")) return false;
    if (this.#take("]")) return true;
    do if (!this.takeValue(item)) return false;
    while (this.#take(","));
    return this.#take("]");
  }

  #takeObject(members: readonly (readonly [string, Schema<unknown>])[]): boolean {
    let before = "{";
    for (const [name, schema] of members) {
      if (!this.#take(`${before}"${name}":`) || !this.takeValue(schema)) return false;
      before = ",";
    }
    return this.#take("}");
  }

  #takeLeaf(): boolean {
    const unit = this.#text.charCodeAt(this.#at);
    if (unit === QUOTE) {
      this.#at = endOfString(this.#text, this.#at) + 1;
      return this.#at <= this.#text.length;
    }
    return isDigit(unit) || unit === MINUS ? this.#takeNumber() : WORDS.some((word) => this.#take(word));
  }

  #takeNumber(): boolean {
    do this.#at++;
    while (isDigit(this.#text.charCodeAt(this.#at)));
    return true;
  }
}
