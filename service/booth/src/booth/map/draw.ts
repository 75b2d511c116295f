/** Where everything stands on a drawn map: the marks, the places that they are of, the ground and the bar. Pure. */

import { heightFor, keepApart, type Marks } from "./apart.ts";
import { areaOf, barOf, layField, measure, type Bar, type Spot } from "./plane.ts";
import type { Area, Point } from "./point.ts";

/** Fewer places need no map. */
export const LEAST_PLACES = 2;
/** How much of the field's width the bar takes at most. */
const BAR_PART = 1 / 3;
/** How far the form of a picture may be from that of the area which it is said to show. */
const SLACK = 0.02;

/** All in pixels from the left and the top of the field. */
export interface Drawn {
  readonly height: number;
  readonly bar: Bar;
  /** Where each place is, and where its mark stands, in the order of the places. */
  readonly places: readonly { readonly spot: Spot; readonly mark: Spot }[];
  /** Two corners of the ground, if there is one. */
  readonly ground: { readonly northWest: Spot; readonly southEast: Spot } | null;
}

/** Whether these places make a map: two or more, and none by mistake far away. */
export function makesMap(points: readonly Point[]): boolean {
  return points.length >= LEAST_PLACES && areaOf(points) !== null;
}

/**
 * Draw a map of these places.
 * @param ground the area of a picture that lies below; it is shown whole
 */
export function drawMap(points: readonly Point[], ground: Area | null, width: number, marks: Marks): Drawn {
  const whole = areaOf(ground === null ? points : [...points, ground.southWest, ground.northEast]);
  const area = whole ?? areaOf(points);
  if (area === null) throw new RangeError("expected places that make a map");
  const field = layField(area, width, marks.side / 2, heightFor(points.length, width, marks));
  const spots = points.map(field.spotOf);
  const apart = keepApart(spots, field, marks);
  return {
    height: field.height,
    bar: barOf(field.scale, width * BAR_PART),
    places: spots.map((spot, place) => ({ spot, mark: apart[place]! })),
    ground: ground === null || whole === null ? null : {
      northWest: field.spotOf({ latitude: ground.northEast.latitude, longitude: ground.southWest.longitude }),
      southEast: field.spotOf({ latitude: ground.southWest.latitude, longitude: ground.northEast.longitude }),
    },
  };
}

/** Whether a picture has the form of the area which it is said to show; another would put places where they are not. */
export function fits(ground: Area, picture: { readonly width: number; readonly height: number }): boolean {
  const { across, up } = measure(ground);
  return Math.abs((picture.width * up) / (picture.height * across) - 1) <= SLACK;
}
