/**
 * The judge: reads calls as JSON lines on standard input, and answers each with a JSON line (INTERFACE.md).
 */
import { createInterface } from "node:readline";

import { closePools } from "./judge/audit.ts";
import { answer, type Answer } from "./judge/calls.ts";

async function answerLine(line: string): Promise<Answer> {
  let request: unknown;
  try {
    request = JSON.parse(line);
  } catch (error) {
    return { crashed: String(error) };
  }
  return answer(request);
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line.trim() === "") continue;
  process.stdout.write(`${JSON.stringify(await answerLine(line))}\n`);
}
closePools();
