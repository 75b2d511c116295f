/** The map of a contest: places are where they are, marks can be pressed, and what is no place makes no map. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { areApart, heightFor, keepApart } from "../booth/map/apart.ts";
import { drawMap, fits, makesMap } from "../booth/map/draw.ts";
import { areaOf, barOf, layField, measure, type Spot } from "../booth/map/plane.ts";
import { findArea, findPoint, type Point } from "../booth/map/point.ts";
import { Draws } from "./draws.ts";

const HERE = { latitude: 52.01158, longitude: 4.3571 };
const CASES = 400;

/** Widths of screens, and sizes of marks, from a telephone with doubled text to a kiosk with the largest letters. */
const WIDTHS = [230, 300, 620, 1000];
const SIDES = [44, 45.72, 88, 120];

const POINTS: Readonly<Record<string, Point | null>> = {
  "52.01158, 4.35710": HERE,
  "52.011, 4.357": { latitude: 52.011, longitude: 4.357 },
  "12.1500000, -68.2667000": { latitude: 12.15, longitude: -68.2667 },
  "0.000, -0.001": { latitude: 0, longitude: -0.001 },
  "90.000, 180.000": { latitude: 90, longitude: 180 },
  "90.001, 4.357": null,
  "52.011, 180.001": null,
  "52,01158, 4,35710": null,
  "52.01158,4.35710": null,
  "52.01158 4.35710": null,
  "52.01158, 4.35710.": null,
  "52.01158, 4.35710, 3.000": null,
  "52.01, 4.35": null,
  "52.01158123, 4.35710": null,
  "52, 4": null,
  "+52.01158, 4.35710": null,
  "052.01158, 4.35710": null,
  "5.201158e1, 4.35710": null,
  "٥٢.01158, 4.35710": null,
  "52.01158° N, 4.35710° O": null,
  "bij de kerk": null,
  "": null,
};

for (const [words, point] of Object.entries(POINTS)) {
  test(`"${words}" is ${point === null ? "no place" : "a place"}`, () => {
    assert.deepEqual(findPoint(words), point);
  });
}

const AREAS: Readonly<Record<string, boolean>> = {
  "52.001, 4.301 - 52.011, 4.321": true,
  "52.001, 4.301 52.011, 4.321": false,
  "52.001, 4.301": false,
  "52.001, 4.301 - 52.011, 4.321 - 52.021, 4.331": false,
  "52.011, 4.301 - 52.001, 4.321": false,
  "52.001, 4.321 - 52.011, 4.301": false,
  "52.001, 4.301 - 52.001, 4.321": false,
};

for (const [words, isArea] of Object.entries(AREAS)) {
  test(`"${words}" is ${isArea ? "an area" : "no area"}`, () => {
    assert.equal(findArea(words) !== null, isArea);
  });
}

/** How far it is over a sphere, by the haversine formula: another way than the map's. */
function metresBetween(one: Point, other: Point): number {
  const turn = Math.PI / 180;
  const half = (a: number, b: number): number => Math.sin(((b - a) * turn) / 2) ** 2;
  const square = half(one.latitude, other.latitude)
    + Math.cos(one.latitude * turn) * Math.cos(other.latitude * turn) * half(one.longitude, other.longitude);
  return 2 * 6_371_009 * Math.asin(Math.sqrt(square));
}

/** Places in the Netherlands within about so many metres of each other; some of them the same, some in a heap. */
function drawPoints(draws: Draws, metres: number): Point[] {
  const base = { latitude: 50.8 + draws.below(2_600) / 1_000, longitude: 3.4 + draws.below(3_700) / 1_000 };
  const degrees = metres / 111_195;
  return Array.from({ length: 2 + draws.below(29) }, () => {
    const spread = draws.one([0, 0.02, 1]);
    const part = (): number => (draws.below(1_001) / 1_000) * degrees * spread;
    return { latitude: base.latitude + part(), longitude: base.longitude + part() };
  });
}

const between = (one: Spot, other: Spot): number => Math.hypot(one.x - other.x, one.y - other.y);

test("of 400 random maps, what lies between two places is what the bar says, to one part in a hundred", () => {
  for (let seed = 0; seed < CASES; seed++) {
    const draws = new Draws(seed);
    const points = drawPoints(draws, draws.one([300, 2_000, 20_000, 48_000]));
    const map = drawMap(points, null, draws.one(WIDTHS), { gap: 5, side: 44 });
    const scale = map.bar.length / map.bar.metres;
    for (const [i, one] of points.entries()) {
      const drawn = between(map.places[0]!.spot, map.places[i]!.spot) / scale;
      const real = metresBetween(points[0]!, one);
      assert.ok(Math.abs(drawn - real) <= real * 0.01 + 0.001, `seed ${seed}: ${drawn} for ${real} metres`);
    }
  }
});

test("north is up and east is on the right", () => {
  const north = { ...HERE, latitude: HERE.latitude + 0.01 };
  const east = { ...HERE, longitude: HERE.longitude + 0.01 };
  const [here, up, right] = drawMap([HERE, north, east], null, 600, { gap: 5, side: 44 }).places.map(({ spot }) => spot);
  assert.ok(up!.y < here!.y && Math.abs(up!.x - here!.x) < 1e-6);
  assert.ok(right!.x > here!.x && Math.abs(right!.y - here!.y) < 1e-6);
});

test("of 400 random maps, all marks and places are in the field, and no mark is nearer to another than the gap", () => {
  for (let seed = 0; seed < CASES; seed++) {
    const draws = new Draws(seed);
    const points = drawPoints(draws, draws.one([1, 300, 20_000]));
    const [width, side, gap] = [draws.one(WIDTHS), draws.one(SIDES), draws.one([0, 5, 9.36])];
    const { height, places } = drawMap(points, null, width, { gap, side });
    for (const [i, { mark, spot }] of places.entries()) {
      for (const [value, most] of [[mark.x, width], [mark.y, height]] as const) {
        assert.ok(value >= side / 2 - 1e-6 && value <= most - side / 2 + 1e-6, `seed ${seed}: mark ${i} at ${value} of ${most}`);
      }
      assert.ok(spot.x >= 0 && spot.x <= width && spot.y >= 0 && spot.y <= height, `seed ${seed}: place ${i}`);
      for (const other of places.slice(i + 1)) {
        const apart = Math.max(Math.abs(mark.x - other.mark.x), Math.abs(mark.y - other.mark.y));
        assert.ok(apart >= side + gap - 1e-6, `seed ${seed}: ${apart} apart`);
      }
    }
  }
});

test("a mark that is near no other stands on its place", () => {
  for (let seed = 0; seed < CASES; seed++) {
    const draws = new Draws(seed);
    const marks = { gap: 5, side: 44 };
    const { places } = drawMap(drawPoints(draws, 2_000), null, 1_000, marks);
    for (const { mark, spot } of places) {
      const others = places.filter((other) => other.spot !== spot);
      const isAlone = others.every((other) => areApart(spot, other.spot, marks) && areApart(spot, other.mark, marks));
      if (isAlone) assert.ok(between(mark, spot) < 1e-6, `seed ${seed}`);
    }
  }
});

test("a hundred marks of one place stand around it, and find room on the smallest screen", () => {
  const spots = Array.from({ length: 100 }, () => ({ x: 115, y: 400 }));
  for (const side of SIDES) {
    const marks = { gap: 9.36, side };
    const field = { width: 230, height: heightFor(100, 230, marks) };
    const placed = keepApart(spots, field, marks);
    assert.equal(placed.length, 100);
    placed.forEach((one, i) => {
      assert.ok(placed.slice(i + 1).every((other) => Math.max(Math.abs(one.x - other.x), Math.abs(one.y - other.y)) >= side + 9.36 - 1e-6));
    });
  }
  const [first, second] = keepApart(spots, { width: 900, height: 900 }, { gap: 5, side: 44 });
  assert.deepEqual(first, { x: 115, y: 400 });
  assert.ok(between(first, second!) < 2 * 49, "the second is next to the first");
});

test("a field with too little room is refused", () => {
  assert.throws(() => keepApart([{ x: 0, y: 0 }, { x: 0, y: 0 }], { width: 50, height: 50 }, { gap: 5, side: 44 }), RangeError);
});

test("one place makes no map, nor do places that lie more than 50 km apart, which is a mistake in one of them", () => {
  const near = { ...HERE, latitude: HERE.latitude + 0.44 };
  const far = { ...HERE, latitude: HERE.latitude + 0.46 };
  assert.equal(makesMap([]), false);
  assert.equal(makesMap([HERE]), false);
  assert.equal(makesMap([HERE, near]), true);
  assert.equal(makesMap([HERE, far]), false);
  assert.equal(makesMap([HERE, { ...HERE, longitude: HERE.longitude + 0.75 }]), false);
});

test("places that are the same make a map of at least a hundred metres", () => {
  const { bar } = drawMap([HERE, HERE], null, 600, { gap: 5, side: 44 });
  assert.ok((600 / bar.length) * bar.metres >= 100);
});

test("a bar is 1, 2 or 5 and zeros of metres, and the longest of those that has room", () => {
  for (let seed = 0; seed < CASES; seed++) {
    const draws = new Draws(seed);
    const scale = 0.005 + draws.below(9_000) / 1_000;
    const most = 40 + draws.below(400);
    const { metres, length } = barOf(scale, most);
    assert.match(String(metres), /^(?:0\.)?[125]?0*[125]?$/u);
    assert.ok(length <= most && length * 2.5 >= most - 1e-6, `seed ${seed}: ${length} of ${most}`);
    assert.ok(Math.abs(length - metres * scale) < 1e-9);
  }
});

test("a ground lies under the places: each is at the same part of the picture as of the area", () => {
  const ground = { southWest: { latitude: 52, longitude: 4.3 }, northEast: { latitude: 52.02, longitude: 4.4 } };
  const places = [HERE, { latitude: 52.005, longitude: 4.325 }];
  const map = drawMap(places, ground, 900, { gap: 5, side: 44 });
  const { northWest, southEast } = map.ground!;
  assert.ok(northWest.x >= 0 && northWest.y >= 0 && southEast.x <= 900 && southEast.y <= map.height);
  const { x, y } = map.places[1]!.spot;
  assert.ok(Math.abs((x - northWest.x) / (southEast.x - northWest.x) - 0.25) < 1e-9);
  assert.ok(Math.abs((y - northWest.y) / (southEast.y - northWest.y) - 0.75) < 1e-9);
});

test("a ground that lies far from the places is left out", () => {
  const ground = { southWest: { latitude: 50, longitude: 4.3 }, northEast: { latitude: 50.02, longitude: 4.4 } };
  const places = [HERE, { latitude: 52.005, longitude: 4.325 }];
  assert.equal(drawMap(places, ground, 900, { gap: 5, side: 44 }).ground, null);
});

test("a picture fits an area of its own form alone", () => {
  const ground = { southWest: { latitude: 52, longitude: 4.3 }, northEast: { latitude: 52.02, longitude: 4.4 } };
  const { across, up } = measure(ground);
  assert.equal(fits(ground, { width: 1_000, height: (1_000 * up) / across }), true);
  assert.equal(fits(ground, { width: 1_015, height: (1_000 * up) / across }), true);
  assert.equal(fits(ground, { width: 1_030, height: (1_000 * up) / across }), false);
  assert.equal(fits(ground, { width: 1_000, height: 1_000 }), false);
  assert.equal(fits(ground, { width: 0, height: 0 }), false);
});

test("a field has its area wholly, away from its edges, and is no more than a fifth higher than wide", () => {
  for (let seed = 0; seed < CASES; seed++) {
    const draws = new Draws(seed);
    const area = areaOf(drawPoints(draws, draws.one([300, 20_000])))!;
    const field = layField(area, 600, 22, 0);
    for (const { x, y } of [field.spotOf(area.southWest), field.spotOf(area.northEast)]) {
      assert.ok(x >= 22 - 1e-6 && x <= 578 + 1e-6 && y >= 22 - 1e-6 && y <= field.height - 22 + 1e-6, `seed ${seed}`);
    }
    assert.ok(field.height <= 1.2 * 556 + 44 + 1e-6);
  }
});
