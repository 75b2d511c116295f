/**
 * The projects of a contest on a map, and beside it a list that says the same and has those without a place too. Nothing
 * is fetched from elsewhere: the ground, if there is one, is the picture of a project that the contest names by its hash.
 */

import type { Contest, Project } from "../../kernel/manifest.ts";
import type { Source } from "../../kernel/source.ts";
import { make, sign } from "../../page/dom.ts";
import type { App } from "../app.ts";
import { drawMap, fits, type Drawn } from "../map/draw.ts";
import type { Bar, Spot } from "../map/plane.ts";
import type { Area, Point } from "../map/point.ts";
import { splitText } from "../project_text.ts";
import { readMedia } from "./card.ts";

const SVG = "http://www.w3.org/2000/svg";

/** Where a project is: in words, and on the map if its text has a place for it. */
export interface Place {
  readonly project: Project;
  readonly words: string;
  readonly point: Point | null;
}

/** A picture that is a map of an area. */
export interface Ground {
  readonly area: Area;
  readonly image: HTMLImageElement;
}

export interface MapShown {
  readonly title: string;
  /** All projects; their numbers follow from this order. */
  readonly places: readonly Place[];
  readonly ground: Ground | null;
  /** Somebody wants to see this project. */
  readonly go: (project: string) => void;
}

/** Where the texts say that projects are, in the order of the projects. */
export function readPlaces(source: Source, projects: readonly Project[]): Promise<Place[]> {
  return Promise.all(projects.map(async (project) => {
    const { text } = await readMedia(source, project);
    const { place, point } = splitText(text ?? "", project.title);
    return { project, words: place, point };
  }));
}

/** The first picture whose project's text says that it is a map, and that has the form of the area named there. */
export async function readGround(source: Source, contests: readonly Contest[]): Promise<Ground | null> {
  for (const project of contests.flatMap(({ projects }) => projects)) {
    const { picture, text } = await readMedia(source, project);
    const { ground } = splitText(text ?? "", project.title);
    if (ground === null || picture === null) continue;
    const image = make("img", { src: picture, alt: "", class: "map-ground" });
    const isRead = await image.decode().then(() => true, () => false);
    if (isRead && fits(ground, { width: image.naturalWidth, height: image.naturalHeight })) return { area: ground, image };
  }
  return null;
}

/** The map with its list, folded until somebody opens it. */
export function showMap(app: App, { title, places, ground, go }: MapShown): HTMLElement {
  const link = (project: Project, ...content: readonly (Node | string)[]): HTMLElement => {
    const made = make("a", { href: `#titel-${project.id}` }, ...content);
    made.addEventListener("click", (event) => {
      event.preventDefault();
      go(project.id);
    });
    return made;
  };
  const marks = places.flatMap(({ project, point }, place) => {
    if (point === null) return [];
    const mark = link(project, app.texts.number(place + 1), make("span", { class: "hidden" }, `: ${project.title}`));
    mark.className = "map-mark";
    return [{ mark, point }];
  });
  const list = places.map(({ project, words, point }) =>
    make("li", {}, link(project, project.title), ...sayWhere(app, words, point).map((line) => make("span", {}, line))));
  const figure = make(
    "figure", { class: "map-figure" }, make("figcaption", {}, app.say("booth.map.caption")),
    drawn(app, marks.map(({ mark }) => mark), marks.map(({ point }) => point), ground),
  );
  const heading = make("summary", {}, app.say("booth.map.title"), make("span", { class: "hidden" }, `: ${title}`));
  const beside = make("div", { class: "map-beside" }, make("p", { class: "map-head" }, app.say("booth.map.list")), make("ol", {}, ...list));
  return make("details", { class: "map" }, heading, make("div", { class: "map-both" }, figure, beside));
}

function sayWhere(app: App, words: string, point: Point | null): string[] {
  return [words, ...(point === null ? [app.say("booth.map.nowhere")] : [])].filter((line) => line !== "");
}

/** The field, drawn again whenever its width or the size of letters changes. */
function drawn(app: App, marks: readonly HTMLElement[], points: readonly Point[], ground: Ground | null): HTMLElement {
  const ruler = make("div", { class: "map-ruler" });
  const lines = document.createElementNS(SVG, "svg");
  lines.setAttribute("aria-hidden", "true");
  const image = ground?.image ?? null;
  const field = make("div", { class: "map-field" }, ruler, ...(image === null ? [] : [image]), lines, ...marks);
  const length = make("span", { class: "map-bar", "aria-hidden": "true" });
  const said = make("span", {});
  const draw = (): void => {
    const [{ width }, side] = [ruler.getBoundingClientRect(), marks[0]?.getBoundingClientRect().width ?? 0];
    if (width < side || side === 0) return;
    const gap = Number.parseFloat(getComputedStyle(field).rowGap) || 0;
    const map = drawMap(points, ground?.area ?? null, width, { side, gap });
    field.style.height = `${map.height}px`;
    map.places.forEach(({ mark }, place) => {
      moveTo(marks[place]!, { x: mark.x - side / 2, y: mark.y - side / 2 });
    });
    lines.replaceChildren(...map.places.flatMap(drawLine));
    if (image !== null) layGround(image, map.ground);
    length.style.width = `${map.bar.length}px`;
    said.textContent = sayLength(app, map.bar);
  };
  const watcher = new ResizeObserver(draw);
  for (const each of [ruler, ...marks.slice(0, 1)]) watcher.observe(each);
  const north = make("span", { class: "map-north" }, sign("↑ "), app.say("booth.map.north"));
  return make("div", {}, field, make("p", { class: "map-scale" }, make("span", {}, length, said), north));
}

function moveTo({ style }: HTMLElement, { x, y }: Spot): void {
  style.left = `${x}px`;
  style.top = `${y}px`;
}

/** From a mark to the place that it is of, with a light edge that keeps it apart from the ground. */
function drawLine({ spot, mark }: Drawn["places"][number]): Element[] {
  const path = `M${mark.x} ${mark.y}L${spot.x} ${spot.y}`;
  return ["map-edge", "map-line"].map((name) => {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("class", name);
    line.setAttribute("d", `${path}m-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0`);
    return line;
  });
}

function layGround(image: HTMLImageElement, corners: Drawn["ground"]): void {
  image.hidden = corners === null;
  if (corners === null) return;
  const { northWest, southEast } = corners;
  moveTo(image, northWest);
  image.style.width = `${southEast.x - northWest.x}px`;
  image.style.height = `${southEast.y - northWest.y}px`;
}

function sayLength(app: App, { metres }: Bar): string {
  return metres < 1_000 ? app.say("booth.map.metres", {}, metres) : app.say("booth.map.kilometres", {}, metres / 1_000);
}
