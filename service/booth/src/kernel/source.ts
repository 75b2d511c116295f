/**
 * Where the record's files come from (PROTOCOL.md section 3: `checkpoint`, `tile/...`, `files/...`).
 */

/** Something about a record's file that is not as it should be; not a fault of this program. */
export class RecordError extends Error {
  override readonly name: string = "RecordError";
}

/** There is no such file. */
export class MissingFile extends RecordError {
  override readonly name = "MissingFile";
}

/** The file has more bytes than the caller takes. */
export class TooLarge extends RecordError {
  override readonly name = "TooLarge";
}

/** A record. Paths have `/` between their parts and begin with none. */
export interface Source {
  /** The paths of all files, in any order; null where files cannot be listed, as on a web server. */
  paths(): Promise<readonly string[] | null>;
  /**
   * All bytes of a file.
   * @param limit the most bytes that are taken
   * @throws MissingFile, TooLarge
   */
  read(path: string, limit: number): Promise<Uint8Array>;
}

/** A record in memory. */
export class MemorySource implements Source {
  readonly #files: ReadonlyMap<string, Uint8Array>;

  /** @param files bytes by path */
  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.#files = files;
  }

  paths(): Promise<readonly string[]> {
    return Promise.resolve([...this.#files.keys()]);
  }

  read(path: string, limit: number): Promise<Uint8Array> {
    const bytes = this.#files.get(path);
    if (bytes === undefined) return Promise.reject(new MissingFile(path));
    return bytes.length > limit ? Promise.reject(new TooLarge(path)) : Promise.resolve(bytes);
  }
}

/**
 * A file's bytes, or null if it is not there.
 * @throws TooLarge
 */
export async function readIfThere(source: Source, path: string, limit: number): Promise<Uint8Array | null> {
  try {
    return await source.read(path, limit);
  } catch (error) {
    if (error instanceof MissingFile) return null;
    throw error;
  }
}
