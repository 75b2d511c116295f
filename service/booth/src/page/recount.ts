/** The page on which anybody counts the election again. The server gives the words, and no verdict. */

import { anchorInAddress, parseAnchor } from "./anchor.ts";
import { fromDrop, fromFolderInput } from "./chosen.ts";
import { find, make, PRIMARY } from "./dom.ts";
import type { News, Where } from "./messages.ts";
import { Progress } from "./progress.ts";
import { type Run, start } from "./run.ts";
import { showVerdict } from "./show.ts";
import { findTexts, readTexts } from "./start.ts";
import type { Texts } from "./texts.ts";
import { Unusable, type Why } from "./unusable.ts";
import { sayVerdict } from "./verdict_words.ts";
import { UNUSABLE, WORTH_A_RETRY } from "./words.ts";

type Kind = Where["kind"];

class Recount {
  readonly #form = find("natellen", HTMLFormElement);
  readonly #anchor = find("kenmerk", HTMLTextAreaElement);
  readonly #anchorError = find("kenmerk-fout", HTMLElement);
  readonly #whereError = find("bron-fout", HTMLElement);
  readonly #running = find("bezig", HTMLElement);
  readonly #result = find("uitkomst", HTMLElement);
  readonly #status = find("melding", HTMLElement);
  readonly #dropped = find("gesleept", HTMLElement);
  readonly #progress: Progress;
  readonly #texts: Texts;
  readonly #title = document.title;
  #drop: Where | null = null;
  #run: Run | null = null;
  #inside: string | null = null;

  constructor(texts: Texts) {
    this.#texts = texts;
    this.#progress = new Progress(texts, (text) => {
      this.#announce(text);
    });
    this.#anchor.value = anchorInAddress(location.hash);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#begin();
    });
    find("stop", HTMLButtonElement).addEventListener("click", () => {
      this.#cancel();
    });
    this.#listenToFiles();
    this.#listenToDrops();
    this.#form.hidden = false;
  }

  #say(...asked: Parameters<Texts["say"]>): string {
    return this.#texts.say(...asked);
  }

  #announce(text: string): void {
    this.#status.textContent = text;
  }

  // --- what to count again ---

  #listenToFiles(): void {
    for (const [id, kind] of [["map", "folder"], ["tar", "tar"]] as const) {
      find(id, HTMLInputElement).addEventListener("change", () => {
        this.#select(kind);
        this.#forgetDrop();
      });
    }
    for (const radio of this.#radios()) {
      radio.addEventListener("change", () => {
        this.#forgetDrop();
      });
    }
  }

  #radios(): HTMLInputElement[] {
    return [...this.#form.querySelectorAll<HTMLInputElement>("input[name=bron]")];
  }

  #select(kind: Kind): void {
    for (const radio of this.#radios()) radio.checked = radio.value === kind;
  }

  #forgetDrop(): void {
    this.#drop = null;
    this.#dropped.textContent = "";
    this.#whereError.hidden = true;
  }

  #listenToDrops(): void {
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.#form.classList.add("over");
    });
    for (const name of ["dragleave", "drop"]) {
      document.addEventListener(name, () => {
        this.#form.classList.remove("over");
      });
    }
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      if (this.#run !== null || event.dataTransfer === null) return;
      fromDrop(event.dataTransfer.items).then(
        (where) => {
          this.#takeDrop(where);
        },
        (error: unknown) => {
          this.#refuseDrop(error);
        },
      );
    });
  }

  #takeDrop(where: Where): void {
    this.#select(where.kind);
    this.#forgetDrop();
    this.#drop = where;
    this.#dropped.textContent =
      where.kind === "folder" ? this.#say("recount.dropped.folder", {}, where.files.length) : this.#say("recount.dropped.file");
    this.#announce(this.#dropped.textContent);
  }

  #refuseDrop(error: unknown): void {
    const { title, text } = UNUSABLE[error instanceof Unusable ? error.why : "broken"];
    this.#forgetDrop();
    this.#complain(this.#whereError, `${this.#say(title)}. ${this.#say(text)}`);
  }

  #complain(where: HTMLElement, text: string): void {
    where.textContent = text;
    where.hidden = false;
    this.#announce(text);
  }

  /** Return where the record is, null if nothing has been chosen. */
  #where(): Where | null {
    const kind = this.#radios().find((radio) => radio.checked)?.value;
    if (this.#drop?.kind === kind) return this.#drop;
    if (kind === "web") return { base: new URL(this.#form.dataset["board"] ?? "", location.href).href, kind };
    const files = find(kind === "folder" ? "map" : "tar", HTMLInputElement).files ?? [];
    const [first] = files;
    if (first === undefined) return null;
    return kind === "folder" ? fromFolderInput(files) : { file: first, kind: "tar" };
  }

  // --- the run ---

  /** Return the address of the worker's script; a page that is a file of its own has the script inside. */
  #worker(): string {
    const address = this.#form.dataset["worker"];
    if (address !== undefined) return address;
    this.#inside ??= URL.createObjectURL(new Blob([find("rekenaar", HTMLScriptElement).text], { type: "text/javascript" }));
    return this.#inside;
  }

  #begin(): void {
    const anchor = parseAnchor(this.#texts, this.#anchor.value);
    const isWrong = "wrong" in anchor;
    this.#anchor.toggleAttribute("aria-invalid", isWrong);
    this.#anchorError.hidden = true;
    this.#whereError.hidden = true;
    if (isWrong) {
      this.#complain(this.#anchorError, anchor.wrong);
      this.#anchor.focus();
      return;
    }
    const where = this.#where();
    if (where === null) {
      this.#complain(this.#whereError, this.#say("recount.nothing"));
      return;
    }
    this.#show("running");
    this.#progress.begin();
    find("bezig-kop", HTMLElement).focus();
    const order = { manifest: anchor.bytes, where };
    this.#run = start(order, this.#worker(), (news) => {
      this.#hear(news);
    });
  }

  #hear(news: News): void {
    if (this.#run === null) return;
    if (news.kind === "progress") {
      this.#progress.show(news.stage, news.done, news.total);
      return;
    }
    this.#run = null;
    if (news.kind === "verdict") {
      const said = sayVerdict(this.#texts, news.verdict);
      const wall = this.#drop === null && this.#isServed() ? (this.#form.dataset["wall"] ?? "") : "";
      this.#finish(said.title, showVerdict(this.#texts, news.verdict, said, wall));
    } else {
      this.#finish(this.#say(UNUSABLE[news.why].title), [this.#showUnusable(news.why, news.detail)]);
    }
  }

  #showUnusable(why: Why, detail: string): HTMLElement {
    const { title, text } = UNUSABLE[why];
    const again = make("button", { class: PRIMARY, type: "button" }, this.#say("booth.again"));
    again.addEventListener("click", () => {
      this.#begin();
    });
    return make(
      "div",
      { class: "utrecht-alert notice verdict missing" },
      make("h2", { id: "oordeel", tabindex: "-1" }, this.#say(title)),
      make("p", {}, this.#say(text)),
      ...(WORTH_A_RETRY.has(why) ? [make("p", {}, again)] : []),
      make("p", {}, make("code", { lang: "en" }, detail)),
    );
  }

  #isServed(): boolean {
    return this.#radios().some((radio) => radio.checked && radio.value === "web");
  }

  #finish(title: string, shown: readonly (Node | string)[]): void {
    this.#result.replaceChildren(...shown);
    this.#show("result");
    document.title = `${title} – ${this.#title}`;
    this.#announce(title);
    find("oordeel", HTMLElement).focus();
  }

  #cancel(): void {
    this.#run?.stop();
    this.#run = null;
    this.#show("form");
    this.#announce(this.#say("recount.stopped"));
    find("begin", HTMLButtonElement).focus();
  }

  #show(what: "form" | "running" | "result"): void {
    document.title = this.#title;
    this.#running.hidden = what !== "running";
    this.#result.hidden = what !== "result";
    this.#form.hidden = what === "running";
    find("nog-eens", HTMLElement).hidden = what !== "result";
  }
}

/** Begin, with the texts inside the page or else from the server; without texts the page says that it did not load. */
async function begin(): Promise<void> {
  const { dataset } = find("natellen", HTMLFormElement);
  try {
    new Recount(findTexts() ?? (await readTexts(dataset["texts"] ?? "")));
  } catch {
    find("inhoud", HTMLElement).append(make("p", { class: "complaint" }, dataset["sorry"] ?? ""));
  }
}

void begin();
