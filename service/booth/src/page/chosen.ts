/** Files that somebody chose or dropped, as a place where a record is. No file is read here. */

import { MAX_FILES } from "./file_source.ts";
import type { Where } from "./messages.ts";
import { Unusable } from "./unusable.ts";

/** The deepest folder that is looked into; a record has four levels. */
const MAX_DEPTH = 12;

export function fromFolderInput(files: Iterable<File>): Where {
  const named = [...files].map((file) => [file.webkitRelativePath || file.name, file] as const);
  return { files: named, kind: "folder" };
}

/** Return what was dropped. The browser forgets it when the event is over, so nothing is awaited before. */
export function fromDrop(items: DataTransferItemList): Promise<Where> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return gather(entries);
}

async function gather(entries: readonly FileSystemEntry[]): Promise<Where> {
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && isFile(only)) return { file: await fileOf(only), kind: "tar" };
  const files: [string, File][] = [];
  for (const entry of entries) await walk(entry, "", files, 0);
  return { files, kind: "folder" };
}

async function walk(entry: FileSystemEntry, before: string, files: [string, File][], depth: number): Promise<void> {
  const path = `${before}${entry.name}`;
  if (files.length >= MAX_FILES) throw new Unusable("too-many", `expected at most ${MAX_FILES} files`);
  if (isFile(entry)) files.push([path, await fileOf(entry)]);
  if (!isFolder(entry) || depth > MAX_DEPTH) return;
  for (const inside of await list(entry)) await walk(inside, `${path}/`, files, depth + 1);
}

/** Return everything in a folder; browsers hand it over in portions. */
async function list(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, () => {
        reject(new Unusable("unreadable", `expected to list ${folder.name}`));
      });
    });
    if (portion.length === 0) return found;
    found.push(...portion);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, () => {
      reject(new Unusable("unreadable", `expected to read ${entry.name}`));
    });
  });
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
