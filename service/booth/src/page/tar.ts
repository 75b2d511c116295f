/** Index a tar file (POSIX ustar and pax, and GNU's long names): where each file's bytes stand, none of them read. */

import { MAX_FILES, type Files, type Piece } from "./file_source.ts";
import { Unusable } from "./unusable.ts";

const BLOCK = 512;
/** Bytes that are read ahead when headers stand near each other. */
const WINDOW = 1 << 18;
/** The most bytes of a long name or of a pax header. */
const MAX_EXTRA = 1 << 16;
/** How files begin that hold others in a packed form: zip, gzip, xz, zstd, bzip2, 7z. */
const PACKED = ["504b0304", "1f8b", "fd377a58", "28b52ffd", "425a68", "377abcaf"];
const FILE = new Set(["0", "\0", "7"]);
const UTF8 = new TextDecoder();
const FOLDER = "5";
const PAX = "x";
const PAX_GLOBAL = "g";
const GNU_NAME = "L";

interface Header {
  readonly path: string;
  readonly size: number;
  readonly type: string;
}

/** Return the files in an archive by path, as slices of it. */
export async function indexTar(archive: Blob): Promise<Files> {
  const files = new Map<string, Piece | null>();
  const window = new Window(archive);
  let long: string | null = null;
  for (let at = 0; at < archive.size; ) {
    const header = parseHeader(await window.read(at, BLOCK));
    if (header === null) break;
    const start = at + BLOCK;
    const end = start + header.size;
    if (end > archive.size) throw new Unusable("tar-form", `expected ${header.size} bytes of ${header.path}`);
    at = start + Math.ceil(header.size / BLOCK) * BLOCK;
    if (header.type === PAX || header.type === GNU_NAME) {
      if (header.size > MAX_EXTRA) throw new Unusable("tar-form", "expected a shorter name");
      const extra = await window.read(start, header.size);
      long = header.type === PAX ? (readPaxPath(extra) ?? long) : readText(extra, 0, extra.length);
    } else if (header.type !== PAX_GLOBAL) {
      const path = (long ?? header.path).replace(/^(?:\.\/)+/u, "");
      long = null;
      if (header.type !== FOLDER) add(files, path, FILE.has(header.type) ? pieceOf(archive, start, end) : null);
    }
  }
  return files;
}

/** A part of an archive. The browser hears of it when it is read, not before: there may be many. */
function pieceOf(archive: Blob, start: number, end: number): Piece {
  return { arrayBuffer: () => archive.slice(start, end).arrayBuffer(), size: end - start };
}

function add(files: Map<string, Piece | null>, path: string, file: Piece | null): void {
  if (files.has(path)) throw new Unusable("tar-twice", `expected ${path} once`);
  if (files.size >= MAX_FILES) throw new Unusable("too-many", `expected at most ${MAX_FILES} files`);
  files.set(path, file);
}

/** Whether a file begins as packed ones do, and not as a tar file whose first name begins so. */
function isPacked(start: Uint8Array): boolean {
  if (readText(start, 257, 5) === "ustar") return false;
  const digits = [...start.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return PACKED.some((magic) => digits.startsWith(magic));
}

/** Return a header, null for the block of zeros that ends an archive. */
function parseHeader(block: Uint8Array): Header | null {
  if (block.every((byte) => byte === 0)) return null;
  if (isPacked(block)) throw new Unusable("packed", "expected a tar file that is not packed");
  const sum = readOctal(block, 148, 8);
  if (block.length !== BLOCK || sum !== sumOf(block)) throw new Unusable("tar-form", "expected a tar header");
  const name = readText(block, 0, 100);
  const isPosix = readText(block, 257, 5) === "ustar" && block[262] === 0;
  const prefix = isPosix ? readText(block, 345, 155) : "";
  const type = String.fromCharCode(block[156] ?? 0);
  const hasBytes = !["1", "2", "3", "4", FOLDER, "6"].includes(type);
  const path = prefix === "" ? name : `${prefix}/${name}`;
  return { path, size: hasBytes ? readOctal(block, 124, 12) : 0, type };
}

/** The sum of a header's bytes, its own sum taken as spaces. */
function sumOf(block: Uint8Array): number {
  return block.reduce((sum, byte, place) => sum + (place >= 148 && place < 156 ? 32 : byte), 0);
}

function readText(bytes: Uint8Array, start: number, length: number): string {
  const part = bytes.subarray(start, start + length);
  const end = part.indexOf(0);
  return UTF8.decode(end < 0 ? part : part.subarray(0, end));
}

function readOctal(bytes: Uint8Array, start: number, length: number): number {
  const text = readText(bytes, start, length).trim();
  if (!/^[0-7]{1,12}$/u.test(text)) throw new Unusable("tar-form", "expected a number in a tar header");
  return Number.parseInt(text, 8);
}

/** Return the path that a pax header gives: lines of "length key=value", the length including itself. */
function readPaxPath(extra: Uint8Array): string | null {
  let path: string | null = null;
  for (let at = 0; at < extra.length; ) {
    const space = extra.indexOf(32, at);
    const length = Number(new TextDecoder().decode(extra.subarray(at, Math.max(at, space))));
    if (!Number.isSafeInteger(length) || length < 5 || at + length > extra.length) {
      throw new Unusable("tar-form", "expected a pax header");
    }
    const line = new TextDecoder().decode(extra.subarray(space + 1, at + length - 1));
    if (line.startsWith("path=")) path = line.slice("path=".length);
    if (line.startsWith("size=")) throw new Unusable("tar-form", "expected files below eight gigabytes");
    at += length;
  }
  return path;
}

/** Reads a file in stretches, so that not every header costs a trip. */
class Window {
  readonly #file: Blob;
  #start = 0;
  #bytes = new Uint8Array();

  constructor(file: Blob) {
    this.#file = file;
  }

  async read(start: number, length: number): Promise<Uint8Array> {
    if (start < this.#start || start + length > this.#start + this.#bytes.length) {
      const stretch = this.#file.slice(start, start + Math.max(length, WINDOW));
      try {
        this.#bytes = new Uint8Array(await stretch.arrayBuffer());
      } catch {
        throw new Unusable("unreadable", "expected to read the archive");
      }
      this.#start = start;
    }
    return this.#bytes.subarray(start - this.#start, start - this.#start + length);
  }
}
