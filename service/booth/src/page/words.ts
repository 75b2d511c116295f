/** Numbers, money and the protocol's words in plain Dutch; the same words as on the site's other pages. */

import type { Stage } from "./messages.ts";
import type { Why } from "./unusable.ts";

/** The parts of the audit by the letter of their checks. */
export const PARTS: readonly (readonly [letter: string, title: string])[] = [
  ["L", "Het logboek: de handtekeningen en of er niets is weggelaten of veranderd"],
  ["F", "De bestanden: teksten, tekeningen en uitslag"],
  ["E", "Elke tegel: vorm, volgorde en handtekeningen"],
  ["S", "De regels van de verkiezing"],
  ["R", "De kiezerslijst en de opening"],
  ["Q", "De aanvragen van aandelen"],
  ["B", "De stembiljetten"],
  ["C", "De sluiting en de sleutels"],
  ["T", "Openen en tellen, helemaal opnieuw"],
  ["K", "De vaststelling"],
];

export const PHASES: Readonly<Record<string, string>> = {
  "set-up": "De verkiezing wordt voorbereid.",
  certified: "De uitslag is vastgesteld.",
  closed: "Het stemmen is gesloten. De stembiljetten zijn nog dicht.",
  counted: "Er is geteld. De uitslag is nog niet vastgesteld.",
  opened: "De stembiljetten zijn open. Er is nog niet geteld.",
  releasing: "Er kan gestemd worden.",
  roll: "De kiezerslijst wordt gemaakt.",
  sealed: "De kiezerslijst is klaar. Het stemmen is nog niet open.",
  voting: "Er kan gestemd worden.",
};

/** The phases in which a published outcome stands on the board. */
export const WITH_OUTCOME: ReadonlySet<string> = new Set(["counted", "certified"]);
/** The phases in which somebody may still vote. */
export const WHILE_VOTING: ReadonlySet<string> = new Set(["voting", "releasing"]);

export const STAGES: Readonly<Record<Stage, string>> = {
  replay: "Stap 1 van 3: het bord nalezen",
  "open and count": "Stap 2 van 3: stembiljetten openen en tellen",
  files: "Stap 3 van 3: de bestanden vergelijken",
};

interface Advice {
  readonly title: string;
  readonly text: string;
}

export const UNUSABLE: Readonly<Record<Why, Advice>> = {
  broken: {
    title: "Het natellen is gestopt door een fout in dit programma",
    text: "Dat zegt niets over de uitslag. Laad de bladzijde opnieuw. Gebeurt het weer, meld het ons dan.",
  },
  "no-record": {
    title: "Hier staat geen bord in",
    text: "Kies de map waarin het bestand checkpoint staat, met de mappen tile en files ernaast.",
  },
  offline: {
    title: "Het natellen is niet gelukt",
    text: "We konden het bord niet helemaal ophalen. Dat zegt niets over de uitslag. Kijk of u verbinding hebt, en probeer het opnieuw. U kunt ook een kopie van het bord natellen.",
  },
  elsewhere: {
    title: "Het natellen is niet gelukt",
    text: "De server stuurt ons door naar een ander adres. Dat volgen we niet: dan telt u misschien iets anders na. Dat zegt niets over de uitslag. Probeer het later nog eens, of tel een kopie van het bord na.",
  },
  packed: {
    title: "Dit bestand is ingepakt",
    text: "Pak het eerst uit. Kies daarna de map die erin zat.",
  },
  silent: {
    title: "De server geeft geen antwoord",
    text: "We wachtten een halve minuut en kregen niets. Dat zegt niets over de uitslag. Kijk of u verbinding hebt, en probeer het opnieuw. U kunt ook een kopie van het bord natellen.",
  },
  "tar-form": {
    title: "Dit bestand kunnen we niet lezen",
    text: "Het is geen gewoon tar-bestand, of het is niet helemaal aangekomen. Haal het opnieuw op.",
  },
  "tar-twice": {
    title: "Dit bestand kunnen we niet lezen",
    text: "Er staat twee keer hetzelfde in. Haal het opnieuw op, of maak een nieuw bestand van de map.",
  },
  "too-many": {
    title: "Hier staan te veel bestanden in",
    text: "Zoveel bestanden heeft geen enkel bord. Kies de map van het bord alleen.",
  },
  "two-records": {
    title: "Hier staat meer dan één bord in",
    text: "Kies de map van één bord.",
  },
  unreadable: {
    title: "Uw computer geeft het bestand niet meer vrij",
    text: "Misschien is het verplaatst of veranderd. Kies het opnieuw.",
  },
};

/** What may go better at a second try, with nothing chosen anew. */
export const WORTH_A_RETRY: ReadonlySet<Why> = new Set<Why>(["broken", "elsewhere", "offline", "silent"]);

export function sayNumber(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/gu, ".");
}

/** An amount of cents: the cents only where there are any. */
export function sayEuros(cents: number): string {
  const rest = cents % 100;
  const euros = `€\u00a0${sayNumber((cents - rest) / 100)}`;
  return rest === 0 ? euros : `${euros},${String(rest).padStart(2, "0")}`;
}

export function sayCount(number: number, one: string, more: string): string {
  return `${sayNumber(number)} ${number === 1 ? one : more}`;
}

export function sayPlace(at: number | string): string {
  return typeof at === "number" ? `tegel ${sayNumber(at)}` : `het bestand ${at}`;
}

/** As `sayPlace`, with no more of a file's long name than tells it from others. */
export function sayPlaceShortly(at: number | string): string {
  return sayPlace(typeof at === "number" ? at : at.replace(/([0-9a-f]{8})[0-9a-f]{56}$/u, "$1…"));
}

export function sayDuration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return sayCount(whole, "seconde", "seconden");
  const minutes = sayCount(Math.floor(whole / 60), "minuut", "minuten");
  return whole % 60 === 0 ? minutes : `${minutes} en ${sayCount(whole % 60, "seconde", "seconden")}`;
}
