/**
 * A worker that has little memory, in which a large text is held against the type of an outcome.
 *
 * What the worker may take is a limit of the engine, not a figure that is read afterwards: how much a whole
 * process took says more about when its garbage was collected than about one text.
 */

import { parentPort, workerData } from "node:worker_threads";

import { outcome } from "../kernel/outcome.ts";
import type { Schema } from "../kernel/schema.ts";
import { decode } from "../kernel/wire.ts";
import { reasonOf } from "./refusals.ts";

const raw = workerData as Uint8Array;
parentPort?.postMessage(reasonOf(() => decode(outcome as Schema<unknown>, raw, raw.length)));
