/**
 * Which candidates of a count are open (PROTOCOL.md section 12, "Relations").
 *
 * Of alternatives at most one wins, and a project wins only after all that it needs. A count begins with what earlier
 * counts of its contest chose; candidates are known by their places in the count.
 */
import type { Contest } from "../manifest.ts";

/** Why a candidate is closed. */
export type Closed = "alternative-chosen" | "need-not-chosen";

/** What holds for one candidate when its count begins. */
interface Ties {
  /** Candidates of which none may have won. */
  readonly rivals: readonly number[];
  /** Candidates which must have won. */
  readonly needs: readonly number[];
  /** Whether an earlier count chose an alternative, or one that it needs can no more win in this count. */
  readonly closed: Closed | null;
}

const FREE: Ties = { rivals: [], needs: [], closed: null };

/** The relations between the candidates of one count. */
export class Relations {
  readonly #ties: readonly Ties[];

  private constructor(ties: readonly Ties[]) {
    this.#ties = ties;
  }

  /**
   * @param candidates ids, in the contest's order
   * @param won ids that earlier counts of the contest chose
   */
  static of(
    { alternatives, needs }: Pick<Contest, "alternatives" | "needs">, candidates: readonly string[], won: ReadonlySet<string>,
  ): Relations {
    if (alternatives.length === 0 && needs.length === 0) return new Relations([]);
    const places = new Map(candidates.map((id, place) => [id, place]));
    const known = (ids: readonly string[]) => ids.map((id) => places.get(id) ?? -1).filter((place) => place >= 0);
    return new Relations(candidates.map((id): Ties => {
      const rivals = alternatives.filter((group) => group.includes(id)).flat().filter((other) => other !== id);
      const needed = needs.filter(({ project }) => project === id).map((need) => need.needs).filter((other) => !won.has(other));
      const isHopeless = needed.some((other) => !places.has(other));
      const closed = rivals.some((other) => won.has(other)) ? "alternative-chosen" : isHopeless ? "need-not-chosen" : null;
      return { rivals: known(rivals), needs: known(needed), closed };
    }));
  }

  /** Why a candidate is closed after these have won, null if it is open. */
  closed(candidate: number, winners: ReadonlySet<number>): Closed | null {
    const { rivals, needs, closed } = this.#ties[candidate] ?? FREE;
    if (closed === "alternative-chosen" || rivals.some((rival) => winners.has(rival))) return "alternative-chosen";
    if (closed !== null || needs.some((need) => !winners.has(need))) return "need-not-chosen";
    return null;
  }
}
