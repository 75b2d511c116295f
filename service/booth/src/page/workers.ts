/** Start workers from our own script and from no other address, under Trusted Types where the browser has them. */

/** The name of the one worker that runs the audit; all others check what it hands them. */
export const DIRECTOR = "director";
export const CHECKER = "checker";
const POLICY = "wijkaandeel-worker";
const SCRIPT = /^\/static\/booth\/worker\.js$/u;

interface Policy {
  createScriptURL(address: string): unknown;
}

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): Policy;
}

let policy: Policy | undefined;

/** Return an address that a worker may be started from; TypeError for any other. */
function trust(address: string): string {
  const { origin, pathname, protocol } = new URL(address, self.location.href);
  const isOwn = origin === self.location.origin && SCRIPT.test(pathname);
  if (!isOwn && protocol !== "blob:") throw new TypeError(`expected our own worker, got ${address}`);
  return address;
}

export function startWorker(address: string, name: string): Worker {
  const types = (self as unknown as { trustedTypes?: TrustedTypes }).trustedTypes;
  policy ??= types?.createPolicy(POLICY, { createScriptURL: trust });
  const trusted = policy === undefined ? trust(address) : policy.createScriptURL(address);
  return new Worker(trusted as string, { name });
}
