/**
 * Places and areas as a project's text spells them (deploy/decisions/0016): degrees of WGS 84 with a point, the latitude
 * first. Pure. Another spelling is no place, and stays a line of the text.
 */

export interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

/** What lies between two corners. */
export interface Area {
  readonly southWest: Point;
  readonly northEast: Point;
}

const WHOLE = "(?:0|[1-9][0-9]{0,2})";
const DEGREES = `(-?${WHOLE}\\.[0-9]{3,7})`;
const POINT = new RegExp(`^${DEGREES}, ${DEGREES}$`, "u");
const BETWEEN = " - ";

/** The place that these words are, as in "52.01158, 4.35710"; three to seven decimals. */
export function findPoint(words: string): Point | null {
  const [, latitude, longitude] = POINT.exec(words) ?? [];
  const point = { latitude: Number(latitude), longitude: Number(longitude) };
  return Math.abs(point.latitude) <= 90 && Math.abs(point.longitude) <= 180 ? point : null;
}

/** The area that these words are: its south-west corner, " - ", and its north-east corner. */
export function findArea(words: string): Area | null {
  const corners = words.split(BETWEEN).map(findPoint);
  const [southWest = null, northEast = null] = corners;
  if (corners.length !== 2 || southWest === null || northEast === null) return null;
  const isArea = southWest.latitude < northEast.latitude && southWest.longitude < northEast.longitude;
  return isArea ? { southWest, northEast } : null;
}
