/**
 * Lay places out on a flat field: north is up, and a metre is equally long everywhere. The projection is equirectangular
 * about the middle: over the 50 km that a map may have at most it is wrong by less than one part in a hundred in the
 * Netherlands, which is thinner than a mark. Pure.
 */

import type { Area, Point } from "./point.ts";

/** Of the earth, in metres (IUGG, mean). */
const RADIUS = 6_371_009;
/** Fewer metres would be drawn larger than anybody needs. */
const LEAST = 100;
/** More metres come of a mistake in a place, and all others would be in one heap. */
export const MOST = 50_000;
/** How much higher than wide a field may become. */
const TALL = 1.2;

/** Pixels from the left and from the top. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface Field {
  readonly width: number;
  readonly height: number;
  /** How many pixels a metre has. */
  readonly scale: number;
  readonly spotOf: (point: Point) => Spot;
}

/** How long a bar of so many metres is, in pixels. */
export interface Bar {
  readonly metres: number;
  readonly length: number;
}

/** How many metres an area has from west to east, in its middle, and from south to north. */
export function measure({ southWest, northEast }: Area): { readonly across: number; readonly up: number } {
  return metresBetween(southWest, northEast, middleOf({ southWest, northEast }).latitude);
}

function middleOf({ southWest, northEast }: Area): Point {
  return {
    latitude: (southWest.latitude + northEast.latitude) / 2,
    longitude: (southWest.longitude + northEast.longitude) / 2,
  };
}

/** From one place to another: how far to the east, as it is at a latitude, and how far to the north. */
function metresBetween(from: Point, to: Point, latitude: number): { readonly across: number; readonly up: number } {
  return {
    across: RADIUS * Math.cos(toRadians(latitude)) * toRadians(to.longitude - from.longitude),
    up: RADIUS * toRadians(to.latitude - from.latitude),
  };
}

/** The smallest area with all these places; null for none, and where they lie too far apart for a map. */
export function areaOf(points: readonly Point[]): Area | null {
  const latitudes = points.map(({ latitude }) => latitude);
  const longitudes = points.map(({ longitude }) => longitude);
  const area = {
    southWest: { latitude: Math.min(...latitudes), longitude: Math.min(...longitudes) },
    northEast: { latitude: Math.max(...latitudes), longitude: Math.max(...longitudes) },
  };
  const { across, up } = measure(area);
  return points.length > 0 && across <= MOST && up <= MOST ? area : null;
}

/**
 * A field of this width that has the whole area.
 * @param edge how far from every side of the field the area stays
 * @param least how high the field is at least
 */
export function layField(area: Area, width: number, edge: number, least: number): Field {
  const { across, up } = measure(area);
  const room = Math.max(width - 2 * edge, 1);
  const scale = Math.min(room / Math.max(across, LEAST), (TALL * room) / Math.max(up, LEAST));
  const height = Math.max(up * scale + 2 * edge, least);
  const middle = middleOf(area);
  const spotOf = (point: Point): Spot => {
    const away = metresBetween(middle, point, middle.latitude);
    return { x: width / 2 + away.across * scale, y: height / 2 - away.up * scale };
  };
  return { width, height, scale, spotOf };
}

/** The longest bar of a round number of metres (1, 2 or 5 and zeros) that is no longer than this. */
export function barOf(scale: number, most: number): Bar {
  const metres = most / scale;
  const unit = 10 ** Math.floor(Math.log10(metres));
  const round = ([5, 2, 1].find((times) => times * unit <= metres) ?? 1) * unit;
  return { metres: round, length: round * scale };
}

function toRadians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
