/** The booth's texts, numbers and money, as tally/texts says them: tests/booth_texts.json is read by both languages. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { Texts, type Catalogue } from "../page/texts.ts";
import { textsIn } from "./catalogues.ts";

interface Said {
  readonly numbers: readonly (readonly [number, string])[];
  readonly amounts: readonly (readonly [number, string])[];
  readonly forms: readonly (readonly [id: string, n: number, text: string])[];
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
}

const TABLE = read("../../../../tests/booth_texts.json") as Readonly<Record<string, Said>>;

for (const [language, { amounts, forms, numbers }] of Object.entries(TABLE)) {
  test(`numbers, money and forms are as the table has them: ${language}`, () => {
    const texts = textsIn("texts", language);
    assert.equal(texts.locale.split("-")[0], language);
    for (const [number, said] of numbers) assert.equal(texts.number(number), said);
    for (const [cents, said] of amounts) assert.equal(texts.euros(cents), said);
    for (const [id, n, said] of forms) assert.equal(texts.say(id, {}, n), said);
  });
}

const SIX = ["zero", "one", "two", "few", "many", "other"];
const CLDR = { "cldr.group": ".", "cldr.decimal": ",", "cldr.money.sign": "{currency} {number}" };

function madeUp(language: string, texts: Catalogue["texts"]): Texts {
  return new Texts({ locale: language, texts: { ...CLDR, ...texts } });
}

const ARABIC: Readonly<Record<string, readonly number[]>> = {
  zero: [0], one: [1], two: [2], few: [3, 10, 103, 1_010], many: [11, 26, 99, 111], other: [100, 101, 102, 200, 1_000],
};

test("Arabic has six forms, in CLDR's order", () => {
  const texts = madeUp("ar", { some: SIX });
  for (const [form, numbers] of Object.entries(ARABIC)) for (const n of numbers) assert.equal(texts.say("some", {}, n), form, String(n));
});

test("Dutch and English have two forms: of 1, and of all else", () => {
  for (const language of ["nl", "en"]) {
    const texts = madeUp(language, { some: ["one", "other"] });
    assert.equal(texts.say("some", {}, 1), "one");
    for (const n of [0, 2, 11, 21, 101, 1_000_001]) assert.equal(texts.say("some", {}, n), "other");
  }
});

test("a text of one form is said for every number, with the number", () => {
  const texts = madeUp("nl", { some: "{n} van {all}" });
  assert.equal(texts.say("some", { all: "12" }, 1), "1 van 12");
  assert.equal(texts.say("some", { all: "12" }, 12_345), "12.345 van 12");
});

test("a field without a value stays to be seen, and a value is no field or pattern", () => {
  const texts = madeUp("nl", { some: "{a} en {b}, {a}" });
  assert.equal(texts.say("some", { a: "x" }), "x en {b}, x");
  assert.equal(texts.say("some", { a: "{b}", b: "$& $1" }), "{b} en $& $1, {b}");
  assert.equal(texts.say("some", { a: "", b: "y" }), " en y, ");
});

test("a text that is not there is a fault", () => {
  assert.throws(() => madeUp("nl", {}).say("nowhere"), /expected the text nowhere/);
});

test("a percentage has as many decimals as it needs", () => {
  for (const [hundredths, said] of [[0, "0%"], [100, "1%"], [250, "2,5%"], [205, "2,05%"], [10_000, "100%"], [123_456, "1.234,56%"]] as const) {
    assert.equal(textsIn("texts", "nl").percent(hundredths), said);
  }
});

test("the time is that of the Netherlands, in winter and in summer", () => {
  const moment = (seconds: number) => textsIn("texts", "nl").moment(seconds);
  assert.equal(moment(Date.UTC(2026, 0, 15, 23, 30) / 1000), "vrijdag 16 januari om 00:30");
  assert.equal(moment(Date.UTC(2026, 6, 15, 21, 59) / 1000), "woensdag 15 juli om 23:59");
  assert.match(textsIn("texts", "ar").moment(Date.UTC(2026, 0, 15, 23, 30) / 1000), /16.*12:30/u);
});
