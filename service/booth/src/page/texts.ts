/**
 * Say texts, numbers and money in the language of the page, from the one catalogue (deploy/decisions/0010).
 *
 * The build writes a file a language; a text in several forms is a list of them, in CLDR's order of plurals.
 */

/** The file of one language. */
export interface Catalogue {
  /** Of the language, as BCP 47 has it. */
  readonly locale: string;
  readonly texts: Readonly<Record<string, string | readonly string[]>>;
}

export type Values = Readonly<Record<string, string>>;

const CATEGORIES = ["zero", "one", "two", "few", "many", "other"] as const;

export class Texts {
  readonly locale: string;
  readonly #catalogue: Catalogue;
  readonly #instead: Readonly<Record<string, string>>;
  readonly #texts: Catalogue["texts"];
  readonly #rules: Intl.PluralRules;
  readonly #forms: readonly string[];

  /** @param instead ids of texts that are said in place of others */
  constructor(catalogue: Catalogue, instead: Readonly<Record<string, string>> = {}) {
    const { locale, texts } = catalogue;
    this.locale = locale;
    this.#catalogue = catalogue;
    this.#instead = instead;
    this.#texts = texts;
    this.#rules = new Intl.PluralRules(locale);
    const known = new Set<string>(this.#rules.resolvedOptions().pluralCategories);
    this.#forms = CATEGORIES.filter((category) => known.has(category));
  }

  /** The same texts, some of them put otherwise. */
  put(instead: Readonly<Record<string, string>>): Texts {
    return new Texts(this.#catalogue, instead);
  }

  /** A text with its fields filled in; `n` picks the form and is filled in as a number. */
  say(id: string, values: Values = {}, n = 0): string {
    const found = this.#texts[this.#instead[id] ?? id];
    if (found === undefined) throw new Error(`expected the text ${id}`);
    const form = typeof found === "string" ? found : (found[this.#forms.indexOf(this.#rules.select(n))] ?? "");
    return form.replace(/\{([a-z0-9]+)\}/gu, (whole, field: string) =>
      field === "n" ? this.number(n) : (values[field] ?? whole),
    );
  }

  /** A whole number with marks between the thousands. */
  number(value: number): string {
    return String(value).replace(/\B(?=(?:\d{3})+$)/gu, this.say("cldr.group"));
  }

  /** Whole cents as euros, without the cents where there are none. */
  euros(cents: number): string {
    const rest = Math.abs(cents) % 100;
    const whole = this.number(Math.floor(Math.abs(cents) / 100));
    const amount = rest === 0 ? whole : `${whole}${this.say("cldr.decimal")}${String(rest).padStart(2, "0")}`;
    return (cents < 0 ? "-" : "") + this.say("cldr.money.sign", { currency: "€", number: amount });
  }

  /** A percentage with as many decimals as it needs. @param hundredths of a percent, not below zero */
  percent(hundredths: number): string {
    const rest = String(hundredths % 100).padStart(2, "0").replace(/0+$/u, "");
    const whole = this.number(Math.floor(hundredths / 100));
    return this.say("cldr.percent", { number: rest === "" ? whole : `${whole}${this.say("cldr.decimal")}${rest}` });
  }

  /** Day and time in the Netherlands. @param seconds since 1970 */
  moment(seconds: number): string {
    const day = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" } as const;
    const where = { numberingSystem: "latn", timeZone: "Europe/Amsterdam" } as const;
    const format = new Intl.DateTimeFormat(this.locale, { ...day, ...where });
    return format.format(new Date(seconds * 1000));
  }
}
