/** Reasons why there is nothing to audit. A record that is there and wrong is the audit's matter, not this. */

export type Why =
  | "no-record" // no checkpoint in what was given
  | "two-records" // more than one at the same depth
  | "tar-form" // not a tar file, or one that is cut
  | "packed" // a zip file, or another that has to be unpacked first
  | "too-many" // more files than any record has
  | "tar-twice" // a path that stands in the archive twice
  | "offline" // a server gave no answer, or not the whole
  | "silent" // a server was asked, and for too long said nothing
  | "elsewhere" // a server sends to another address
  | "unreadable" // the browser cannot read it any more
  | "broken"; // the program itself failed

export class Unusable extends Error {
  override readonly name = "Unusable";
  readonly why: Why;

  constructor(why: Why, detail: string) {
    super(detail);
    this.why = why;
  }
}
