/** The booth at home: find the election, see how far this voter is, and go on from there. */

import { App } from "./app.ts";
import { KeptDrafts } from "./drafts.ts";
import { HOME } from "./home.ts";
import { claim } from "./one_tab.ts";
import { open, random, SCREENS } from "./opening.ts";
import { takeCode } from "./screens/code.ts";
import { Session } from "./session.ts";
import { VoterStore } from "./store.ts";

void open(async ({ api, election, frame, key, proofs, site, source, texts }) => {
  const store = await VoterStore.open(key);
  await claim(frame, async () => {
    const session = await Session.open({ api, drafts: new KeptDrafts(key), election, proofs, random, source, store });
    new App({ place: HOME, session, site, source, texts }, SCREENS).resume();
    takeCode(); // which nobody needs who is further than the first screen
  });
});
