/**
 * The judge's calls for promises, receipts, proof files and witnesses (PROTOCOL.md sections 3 and 9).
 */
import { fromUtf8, hex, utf8 } from "../kernel/bytes.ts";
import { parseNoteKey } from "../kernel/note.ts";
import { parseProof } from "../kernel/proof.ts";
import { checkPromise, checkReceipt, makePromise } from "../kernel/receipt.ts";
import { addCheckpoint } from "../kernel/witness.ts";
import { bytesOf, electionOf, listOf, numberOf, objectOf, textOf, type Call } from "./given.ts";

const promise: Call = async (given) => ({
  promise: fromUtf8(makePromise(await electionOf(given["setup"]), bytesOf(given["ballot"]), bytesOf(given["operator"]))),
});

const promiseVerify: Call = async (given) => {
  checkPromise(await electionOf(given["setup"]), bytesOf(given["ballot"]), utf8(textOf(given["promise"])));
  return {};
};

const receipt: Call = async (given) => {
  const election = await electionOf(given["setup"]);
  const [word, proof] = [utf8(textOf(given["promise"])), utf8(textOf(given["proof"]))];
  return { index: checkReceipt(election, bytesOf(given["ballot"]), word, proof).index };
};

const proofFile: Call = (given) => {
  const { hashes, index } = parseProof(utf8(textOf(given["proof"])));
  return { hashes: hashes.map(hex), index };
};

const witness: Call = (given) => {
  const [last] = listOf(given["remembered"]).map(objectOf);
  const remembered = last === undefined ? null : { size: numberOf(last["size"]), root: bytesOf(last["root"]) };
  const operator = parseNoteKey(textOf(given["operator"]));
  const answer = addCheckpoint(utf8(textOf(given["body"])), textOf(given["origin"]), operator, remembered);
  return { body: answer.body, content_type: answer.contentType, status: answer.status };
};

/** All calls of this file. */
export const RECEIPTS: Readonly<Record<string, Call>> = {
  promise,
  "promise-verify": promiseVerify,
  receipt,
  "proof-file": proofFile,
  "add-checkpoint": witness,
};
