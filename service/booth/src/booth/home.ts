/** A device of one's own: the browser's history, files, the printer. */

import type { Place } from "./app.ts";
import { certificate } from "./screens/certificate.ts";
import { keeping } from "./screens/keeping.ts";
import { restoring } from "./screens/restore.ts";
import { TAB } from "./secrets.ts";
import { HISTORY } from "./trail.ts";

export const HOME: Place = {
  isShared: false,
  secrets: TAB,
  trail: HISTORY,
  waysIn: (app) => [restoring(app)],
  whileAway: () => [],
  afterwards: (app, promised) => [keeping(app, promised), certificate(app)],
};
