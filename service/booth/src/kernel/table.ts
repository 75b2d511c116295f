/**
 * What is known of many 32-byte keys, in a few buffers that grow: some dozen bytes a key, and nothing that a garbage
 * collector has to walk through.
 *
 * Limit: a key's own bytes say where it is looked for. Who makes a hundred thousand keys whose first bytes are alike, at
 * the price of some hours, makes an audit of them a few seconds longer.
 */
import { equal, type Bytes } from "./bytes.ts";

const KEY = 32;
/** Keys for which there is room at first: a power of two. */
const FEW = 256;
/** Slots a key, so that a search is short. */
const SPARSE = 2;

/** A buffer's content in a larger one. */
function grown<T extends Uint8Array | Float64Array>(buffer: T, fresh: T): T {
  fresh.set(buffer);
  return fresh;
}

/** Where a key is looked for first, among 2^32 places. */
function wordOf(key: Uint8Array): number {
  return (key[0]! | (key[1]! << 8) | (key[2]! << 16) | (key[3]! << 24)) >>> 0;
}

/** Keys in the order in which they came, each with as many numbers as the table is wide: integers below 2^53. */
export class Table {
  readonly #width: number;
  #keys = new Uint8Array(FEW * KEY);
  #numbers: Float64Array;
  /** A key's place, counted from 1, by the bytes it begins with; 0 where there is none. */
  #slots = new Uint32Array(SPARSE * FEW);
  #size = 0;

  /** @param width numbers a key */
  constructor(width: number) {
    this.#width = width;
    this.#numbers = new Float64Array(FEW * width);
  }

  /** The number of keys. */
  get size(): number {
    return this.#size;
  }

  /** The place of a key from 0; -1 if it is not there. */
  find(key: Uint8Array): number {
    return this.#slots[this.#slotOf(key)]! - 1;
  }

  /** The place of a key, which is added if it is not there, with zeros. */
  add(key: Uint8Array): number {
    if (key.length !== KEY) throw new RangeError(`a key has ${KEY} bytes`);
    const known = this.find(key);
    if (known >= 0) return known;
    if ((this.#size + 1) * KEY > this.#keys.length) this.#grow();
    this.#keys.set(key, this.#size * KEY);
    this.#slots[this.#slotOf(key)] = ++this.#size;
    return this.#size - 1;
  }

  /** The numbers of the key at a place. */
  get(place: number): Float64Array {
    return this.#numbers.subarray(place * this.#width, (place + 1) * this.#width);
  }

  /** Sets all numbers of the key at a place. */
  set(place: number, numbers: readonly number[]): void {
    this.#numbers.set(numbers, place * this.#width);
  }

  #keyAt(place: number): Uint8Array {
    return this.#keys.subarray(place * KEY, (place + 1) * KEY);
  }

  /** The slot of a key, or the free one that it would get. */
  #slotOf(key: Uint8Array): number {
    const last = this.#slots.length - 1;
    for (let slot = wordOf(key) & last; ; slot = (slot + 1) & last) {
      const place = this.#slots[slot]! - 1;
      if (place < 0 || equal(this.#keyAt(place), key)) return slot;
    }
  }

  #grow(): void {
    this.#keys = grown(this.#keys, new Uint8Array(2 * this.#keys.length));
    this.#numbers = grown(this.#numbers, new Float64Array(2 * this.#numbers.length));
    this.#slots = new Uint32Array(2 * this.#slots.length);
    for (let place = 0; place < this.#size; place++) this.#slots[this.#slotOf(this.#keyAt(place))] = place + 1;
  }
}

/** Pieces of 32 bytes by their number, in a buffer that grows. */
export class Pieces {
  #bytes = new Uint8Array(FEW * KEY);

  /** The piece with this number. */
  get(place: number): Bytes {
    return this.#bytes.slice(place * KEY, (place + 1) * KEY);
  }

  /** Puts a piece of 32 bytes at this number. */
  set(place: number, piece: Uint8Array): void {
    while ((place + 1) * KEY > this.#bytes.length) this.#bytes = grown(this.#bytes, new Uint8Array(2 * this.#bytes.length));
    this.#bytes.set(piece, place * KEY);
  }
}
