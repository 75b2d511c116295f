/** Build and find parts of the page. Whatever comes from a record goes in as text, never as markup. */

export type Child = Node | string;

/** Classes of the components' buttons: what most people want next, and what is there beside it. */
export const PRIMARY = "utrecht-button utrecht-button--primary-action";
export const SECONDARY = "utrecht-button utrecht-button--secondary-action";

/** Return a new element with attributes and children. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Return the element with this id, which the page must have. */
export function find<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`expected ${kind.name} #${id} on the page`);
  return found;
}

/** A text of the catalogue with a part of the page in place of a field. */
export function around(text: string, field: string, part: Child): Child[] {
  const [before = "", after = ""] = text.split(`{${field}}`);
  return [before, part, after];
}

/** What the election says: it is written in Dutch, whatever the language of the page. */
export function written(locale: string, text: string): Child {
  return locale === "nl" ? text : make("span", { dir: "auto", lang: "nl" }, text);
}

/** A sign that only the eye needs: the words beside it say the same. */
export function sign(text: string): HTMLElement {
  return make("span", { "aria-hidden": "true" }, text);
}

export interface Column {
  readonly title: string;
  /** For numbers, which stand on the right. */
  readonly isAmount?: boolean;
  /** For text that needs no title before it where rows are cards. */
  readonly isPlain?: boolean;
}

/** Return a table whose first column names its rows; on a phone each row becomes a card. */
export function makeTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Child[])[],
): HTMLElement {
  const head = columns.map(({ title, isAmount }) =>
    make("th", { scope: "col", ...(isAmount === true ? { class: "amount" } : {}) }, title),
  );
  const body = rows.map((row) => make("tr", {}, ...row.map((cell, place) => makeCell(cell, columns[place], place))));
  return make(
    "div",
    { "aria-label": caption, class: "scroll", role: "group", tabindex: "0" },
    make(
      "table",
      { class: "stacked" },
      make("caption", {}, caption),
      make("thead", {}, make("tr", {}, ...head)),
      make("tbody", {}, ...body),
    ),
  );
}

function makeCell(content: Child, column: Column | undefined, place: number): HTMLElement {
  if (place === 0) return make("th", { scope: "row" }, content);
  const label = column?.isPlain === true ? {} : { "data-label": column?.title ?? "" };
  return make("td", { ...label, ...(column?.isAmount === true ? { class: "amount" } : {}) }, content);
}
