/**
 * The steps of the board's state machine after the manifest (PROTOCOL.md section 5): for each kind of entry the checks
 * that need its place, in order, and then what it changes.
 */
import { equal } from "./bytes.ts";
import type { Phase, Release, State, Step } from "./board.ts";
import { ensure, Refused } from "./errors.ts";
import { nameOf, type StyleState } from "./roll.ts";

/** The `previous` of a voting key's first ballot. */
const NOTHING = new Uint8Array(32);

/** Place and state of a style. @throws Refused with the reason */
function styleOf(state: State, id: string, reason: string): readonly [place: number, style: StyleState] {
  const place = state.election.styles.get(id)?.place;
  const style = place === undefined ? undefined : state.styles[place];
  if (place === undefined || style === undefined) throw new Refused(reason, `no style ${id}`);
  return [place, style];
}

/** One member a style in logged order. */
function isPerStyle(state: State, members: readonly { readonly style: string }[]): boolean {
  const ids = [...state.election.styles.keys()];
  return members.length === ids.length && members.every((member, i) => member.style === ids[i]);
}

function isFree(state: State, key: Uint8Array): boolean {
  return !state.credentials.has(key) && !state.manifestKeys.has(nameOf(key));
}

export const roll: Step<"roll"> = (state, entry, { hash }) => {
  ensure(entry.page === state.pages.size + 1, "roll-page");
  const names = new Set(entry.credentials.map((line) => nameOf(line.key)));
  ensure(names.size === entry.credentials.length && entry.credentials.every(({ key }) => isFree(state, key)), "roll-key");
  const styles = entry.credentials.map((line) => styleOf(state, line.style, "roll-style"));
  entry.credentials.forEach(({ key }, i) => {
    const [place, style] = styles[i]!;
    style.lines++;
    state.credentials.put(key, { style: place, revoked: false, requested: false });
  });
  state.pages.append(hash);
  return "roll";
};

export const seal: Step<"seal"> = (state, entry) => {
  const { styles } = entry;
  ensure(isPerStyle(state, styles) && styles.every((s, i) => s.size === state.styles[i]?.lines), "seal-sizes");
  ensure(styles.every((s) => s.size <= s.population), "seal-population");
  ensure(equal(entry.root, state.pages.root()), "seal-root");
  state.styles.forEach((style, i) => {
    style.population = styles[i]?.population ?? 0;
  });
  return "sealed";
};

export const start: Step<"start"> = (state, entry, { isHead }) => {
  ensure(isHead(entry.size, entry.root), "head");
  const { limits } = state.election.manifest;
  ensure(state.styles.every((style, i) => style.lines >= (limits[i]?.roll_minimum ?? 0)), "start-minimum");
  return "voting";
};

export const bundle: Step<"bundle"> = (state, entry) => {
  ensure(entry.number === state.bundles + 1, "bundle-number");
  state.bundles++;
  return "voting";
};

export const replace: Step<"replace"> = (state, entry) => {
  const [place, style] = styleOf(state, entry.style, "replace-style");
  ensure(isFree(state, entry.adds), "roll-key");
  const [revoked] = entry.revokes;
  if (revoked === undefined) {
    const limit = state.election.manifest.limits[place]?.walk_ins ?? 0;
    ensure(style.walkIns < limit, "replace-allowance");
    style.walkIns++;
  } else {
    const line = state.credentials.find(revoked);
    if (line?.style !== place || line.revoked) throw new Refused("replace-unknown");
    ensure(!line.requested, "replace-requested");
    state.credentials.put(revoked, { ...line, revoked: true });
  }
  style.replacements++;
  state.credentials.put(entry.adds, { style: place, revoked: false, requested: false });
  return "voting";
};

export const request: Step<"request"> = (state, entry) => {
  const line = state.credentials.find(entry.credential);
  if (line === null) throw new Refused("request-unknown");
  ensure(!line.revoked, "request-revoked");
  const [place, style] = styleOf(state, entry.style, "request-style");
  ensure(place === line.style, "request-style");
  ensure(!line.requested, "request-twice");
  state.credentials.put(entry.credential, { ...line, requested: true });
  style.requests++;
  return "voting";
};

export const release: Step<"release"> = (state, entry) => {
  const { releases, limits } = state.election.manifest;
  const place = state.election.styles.get(entry.style)?.place ?? -1;
  const earlier = state.styles[place]?.released ?? 0;
  const { number, count } = entry;
  ensure(number >= 1 && number <= releases.length && number >= state.highest && number > earlier, "release-number");
  const [, style] = styleOf(state, entry.style, "release-style");
  const isLast = number === releases.length;
  ensure(count >= 1 && (isLast || count >= (limits[place]?.release_minimum ?? 0)), "release-count");
  state.highest = number;
  state.releases++;
  style.released = number;
  state.release = { number, style: place, left: count, voters: 0, after: [0, ""] };
  return "releasing";
};

/** Whether (revision, name) stands after what the release has so far. */
function ascends({ after: [revision, name] }: Release, next: readonly [number, string]): boolean {
  return next[0] > revision || (next[0] === revision && next[1] > name);
}

export const ballot: Step<"ballot"> = (state, entry, { hash, index }) => {
  const current = state.release;
  if (current === null) throw new Refused("phase", "a ballot without a release");
  const name = nameOf(hash);
  const known = state.voters.find(entry.voting_key);
  const [place, style] = styleOf(state, entry.style, "ballot-style");
  ensure(place === current.style && (known === null || known.style === place), "ballot-style");
  ensure(ascends(current, [entry.revision, name]), "ballot-order");
  ensure(entry.revision === (known?.ballots ?? 0) + 1, "ballot-revision");
  ensure(equal(entry.previous, known?.last ?? NOTHING), "ballot-previous");
  const isNew = known?.release !== state.releases;
  const { releases, limits } = state.election.manifest;
  const least = current.number === releases.length ? 0 : (limits[place]?.release_minimum ?? 0);
  ensure(current.left > 1 || current.voters + (isNew ? 1 : 0) >= least, "release-minimum");

  if (known === null) style.voters++;
  const voter = { style: place, ballots: entry.revision, last: hash, index, release: state.releases };
  state.voters.put(entry.voting_key, voter);
  style.ballots++;
  current.voters += isNew ? 1 : 0;
  current.after = [entry.revision, name];
  current.left--;
  return current.left > 0 ? "releasing" : "voting";
};

export const close: Step<"close"> = (state, entry, { isHead }) => {
  ensure(isHead(entry.size, entry.root), "head");
  const right = isPerStyle(state, entry.counts) && entry.counts.every((c, i) => {
    const style = state.styles[i];
    return c.ballots === style?.ballots && c.requests === style.requests && c.voters === style.voters;
  });
  ensure(right, "close-counts");
  return "closed";
};

export const trusteeKey: Step<"trustee-key"> = (state, entry, { phase }) => {
  const number = 1 + state.election.partners.findIndex((p) => p.id === entry.partner);
  ensure(number > 0 && !state.keys.has(number), "trustee-key-partner");
  state.keys.set(number, entry.key);
  return phase === "closed" && state.keys.size >= state.election.trustees ? "opened" : phase;
};

export const tally: Step<"tally"> = (state, entry, { hash, index }) => {
  const contests = [...state.election.contests.values()];
  const right = entry.contests.length === contests.length && contests.every((contest, i) => {
    const said = entry.contests[i];
    const projects = new Set(contest.projects.map((p) => p.id));
    return said?.contest === contest.id && new Set(said.winners).size === said.winners.length
      && said.winners.every((winner) => projects.has(winner));
  });
  ensure(right, "tally-shape");
  state.tally = { entry, hash, index };
  return "counted";
};

export const certify: Step<"certify"> = (state, entry, { isHead, index }) => {
  ensure(isHead(entry.size, entry.root), "head");
  ensure(state.tally !== null && equal(entry.tally, state.tally.hash), "certify-tally");
  const { reports, signatures } = entry;
  const [first, second] = reports;
  const bySigners = reports.every((report, i) => report.official === signatures[i]?.official);
  ensure(bySigners && first !== undefined && second !== undefined && !equal(first.hash, second.hash), "certify-reports");
  state.certify = { entry, index };
  return "certified" satisfies Phase;
};
