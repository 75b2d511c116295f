/**
 * In which order a voter sees the projects: another one for every voter, so that no project stands first for all;
 * always the same for one voter. It follows from the voting key, which the board shows, so anybody can make it again.
 */

import { compare } from "../kernel/bytes.ts";
import { H } from "../kernel/hash.ts";

/**
 * The ids in the voter's order: by H("ballot-order", voting key, contest, project).
 * @param votingKey 32 bytes
 */
export function orderFor(votingKey: Uint8Array, contest: string, projects: readonly string[]): string[] {
  const lots = projects.map((project) => ({ project, lot: H("ballot-order", votingKey, contest, project) }));
  return lots.sort((a, b) => compare(a.lot, b.lot)).map(({ project }) => project);
}
