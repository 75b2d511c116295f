// Bundle what runs in a browser, and the judge that the tests run in Node.
//   node build.mjs PUBLIC PRIVATE
// PUBLIC is what a site serves: scripts, the components' style sheet, the drawings of the marks, and the licences of
// what others made in them.
// PRIVATE stays at home.
// The same sources give the same bytes: no date, no path and no address of this machine goes in.

import { build } from "esbuild";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DRAWINGS, drawMarks } from "./sprite.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const SHARED = {
  absWorkingDir: HERE,
  bundle: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  preserveSymlinks: true,
  target: "es2023",
};

/** Scripts of a page are classic ones: a page that was saved to disk may still load them. */
const BROWSER = { ...SHARED, format: "iife", minify: true, platform: "browser" };
const NODE = { ...SHARED, format: "esm", platform: "node" };
const LIBRARY = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//u;

/** Bundle from an entry point; return the libraries that went in. */
async function bundle(options, entry, outfile) {
  const { metafile } = await build({ ...options, entryPoints: [entry], outfile });
  const foreign = Object.keys(metafile.inputs).filter((path) => !path.startsWith("src/"));
  return foreign.map((path) => {
    const library = LIBRARY.exec(path)?.[1];
    if (library === undefined) throw new Error(`expected sources and installed packages alone, got ${path}`);
    return library;
  });
}

/** Return what stands above a licence, and the licence. */
async function describe(library) {
  const folder = join(HERE, "node_modules", library);
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((name) => /^licen[cs]e(\.md|\.txt)?$/iu.test(name));
  if (file === undefined) throw new Error(`expected a licence in ${library}`);
  const text = await readFile(join(folder, file), "utf8");
  return [`${library} ${version}`, text.trim()];
}

/** Return each licence once, under the names of all that it covers. */
async function collect(names) {
  const described = await Promise.all([...new Set(names)].sort().map(describe));
  const covered = Map.groupBy(described, ([, text]) => text);
  const parts = [...covered].map(([text, all]) => `${all.map(([head]) => head).join("\n")}\n\n${text}\n`);
  return parts.join(`\n${"-".repeat(80)}\n\n`);
}

const [outside, inside] = process.argv.slice(2);
if (outside === undefined || inside === undefined) throw new Error("expected two folders: PUBLIC PRIVATE");
await Promise.all([outside, inside].map((folder) => mkdir(folder, { recursive: true })));

const libraries = await Promise.all([
  bundle(BROWSER, "src/page/recount.ts", join(outside, "recount.js")),
  bundle(BROWSER, "src/page/worker.ts", join(outside, "worker.js")),
  bundle(BROWSER, "src/booth/main.ts", join(outside, "vote.js")),
  bundle(BROWSER, "src/booth/check.ts", join(outside, "check.js")),
  bundle(BROWSER, "src/booth/kiosk/main.ts", join(outside, "kiosk.js")),
  bundle(BROWSER, "src/booth/youth/main.ts", join(outside, "youth.js")),
  bundle(BROWSER, "src/booth/youth/teacher.ts", join(outside, "lesson.js")),
  bundle({ ...BROWSER, legalComments: "eof" }, "src/components.css", join(outside, "components.css")),
]);
await Promise.all([
  bundle(NODE, "src/judge.ts", join(inside, "judge.mjs")),
  bundle(NODE, "src/node/worker.ts", join(inside, "worker.mjs")),
  bundle(NODE, "src/vectors.ts", join(inside, "vectors.mjs")),
]);
await writeFile(join(outside, "marks.svg"), await drawMarks(join(HERE, "node_modules")));
await writeFile(join(outside, "LICENSES.txt"), await collect([...libraries.flat(), DRAWINGS]));
