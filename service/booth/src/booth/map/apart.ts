/** Keep marks on a map apart, so that each can be pressed: as near to its place as there is room. Pure. */

import type { Spot } from "./plane.ts";

/** How large marks are, which are square, and how far apart; in pixels. */
export interface Marks {
  readonly side: number;
  readonly gap: number;
}

interface Room {
  readonly width: number;
  readonly height: number;
}

/** Of a mark's own size, how finely room is looked for. */
const STEPS = 4;
/** How much more room there is than marks need at least, so that most stand near their places. */
const SPARE = 2;

/** How high a field of this width must be for so many marks. */
export function heightFor(count: number, width: number, { side, gap }: Marks): number {
  const inRow = Math.max(1, Math.floor((width + gap) / (side + gap)));
  return SPARE * Math.ceil(count / inRow) * (side + gap);
}

/**
 * The middles of marks, each as near to its spot as those before it leave room.
 * @param spots half a mark or more from the edges
 * @param field at least as wide as a mark, and as high as `heightFor` says
 */
export function keepApart(spots: readonly Spot[], field: Room, marks: Marks): Spot[] {
  return placeFreely(spots, field, marks) ?? placeInRows(spots, field, marks);
}

/** Null if some mark finds no room, as marks that stand anywhere waste some. */
function placeFreely(spots: readonly Spot[], field: Room, marks: Marks): Spot[] | null {
  let free = latticeOf(field, marks.side, marks.side / STEPS);
  const placed: Spot[] = [];
  for (const spot of spots) {
    const isFree = placed.every((other) => areApart(spot, other, marks));
    const found = isFree ? spot : nearest(free, spot);
    if (found === undefined) return null;
    placed.push(found);
    free = free.filter((other) => areApart(found, other, marks));
  }
  return placed;
}

function placeInRows(spots: readonly Spot[], field: Room, { side, gap }: Marks): Spot[] {
  const free = latticeOf(field, side, side + gap);
  return spots.map((spot) => {
    const found = nearest(free, spot);
    if (found === undefined) throw new RangeError(`expected room for ${spots.length} marks of ${side} in ${field.width} by ${field.height}`);
    free.splice(free.indexOf(found), 1);
    return found;
  });
}

/** Whether two marks have the gap between them. */
export function areApart(one: Spot, other: Spot, { side, gap }: Marks): boolean {
  return Math.max(Math.abs(one.x - other.x), Math.abs(one.y - other.y)) >= side + gap;
}

/** All middles, a step apart, of marks that stand wholly in the field; the first one's corner is the field's. */
function latticeOf({ width, height }: Room, side: number, step: number): Spot[] {
  const line = (most: number): number[] => {
    const count = Math.max(1, Math.floor((most - side) / step) + 1);
    return Array.from({ length: count }, (_, place) => side / 2 + place * step);
  };
  const across = line(width);
  return line(height).flatMap((y) => across.map((x) => ({ x, y })));
}

function nearest(spots: readonly Spot[], { x, y }: Spot): Spot | undefined {
  const away = (spot: Spot): number => (spot.x - x) ** 2 + (spot.y - y) ** 2;
  let found: Spot | undefined;
  for (const spot of spots) if (found === undefined || away(spot) < away(found)) found = spot;
  return found;
}
