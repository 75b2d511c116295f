import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

const restricted = { patterns: [{ group: ["node:*"], message: "The kernel and the page run in browsers." }] };
const markup = ["innerHTML", "outerHTML", "insertAdjacentHTML"];
const stores = ["localStorage", "sessionStorage", "indexedDB"];

export default defineConfig(
  { ignores: ["dist/", "node_modules/", ".build-*/"] },
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    files: ["src/**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      // With noUncheckedIndexedAccess, `!` says that a loop's bounds keep the index inside.
      "@typescript-eslint/no-non-null-assertion": "off",
      eqeqeq: "error",
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": ["error", { max: 50, skipComments: true, skipBlankLines: true }],
    },
  },
  { files: ["src/{kernel,page,booth}/**/*.ts"], rules: { "no-restricted-imports": ["error", restricted] } },
  {
    // Whatever comes from a record goes in as text and never as markup, and a page keeps nothing.
    files: ["src/{page,booth}/**/*.ts"],
    ignores: ["src/booth/{drafts,store,secrets}.ts", "src/booth/kiosk/{calibration,queue}.ts"],
    rules: {
      "no-restricted-globals": ["error", ...stores],
      "no-restricted-properties": ["error", ...[...markup, ...stores].map((property) => ({ property }))],
    },
  },
  {
    // The runner waits for its tests by itself.
    files: ["src/**/*.test.ts"],
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", name: "test", package: "node:test" }] },
      ],
    },
  },
  { files: ["*.js", "*.mjs"], extends: [tseslint.configs.disableTypeChecked] },
);
