/** Refusals (PROTOCOL.md section 15): every "no" of the protocol is a {@link Refused} with its word. */

/** Something that the protocol refuses. Any other exception is a fault of the program. */
export class Refused extends Error {
  override readonly name = "Refused";

  /** The word of PROTOCOL.md section 15, for example `wire-type`. */
  readonly reason: string;

  /**
   * @param reason word of section 15
   * @param detail what was wrong, for people; never compared
   */
  constructor(reason: string, detail = "") {
    super(detail === "" ? reason : `${reason}: ${detail}`);
    this.reason = reason;
  }
}

/** Throws {@link Refused} with `reason` unless `condition` holds. */
export function ensure(condition: boolean, reason: string, detail = ""): asserts condition {
  if (!condition) throw new Refused(reason, detail);
}

/** Runs `action`; a refusal in it comes out with the word `reason` instead. Other exceptions pass. */
export function refusedAs<T>(reason: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Refused) throw new Refused(reason, error.message);
    throw error;
  }
}
