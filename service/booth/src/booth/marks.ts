/**
 * The 64 marks: two of them on a ballot are by which a voter knows it again (PROTOCOL.md section 8).
 *
 * The row is the number: mark 0 is the first row, mark 63 the last. This order is for ever. A ballot holds numbers
 * alone, so another order, or another drawing in a row, would show voters somebody else's mark. Names may be put
 * better, in the catalogue; rows are never moved, replaced, added or taken away.
 *
 * The drawings differ in outline, without colour. A child has one word for each. None is a flag, a faith, a party,
 * a weapon or a food that some people avoid. `build.mjs` draws the tiles of this table (sprite.mjs).
 */

export interface Mark {
  /** What the project calls it. */
  readonly id: string;
  /** The file's name in the set of drawings. */
  readonly icon: string;
  /** What a page calls it: the id of a text. */
  readonly name: `booth.mark.${string}`;
}

export const MARKS: readonly Mark[] = [
  { id: "boat", icon: "sailboat", name: "booth.mark.boat" },
  { id: "fountain", icon: "fountain", name: "booth.mark.fountain" },
  { id: "cyclist", icon: "bike", name: "booth.mark.cyclist" },
  { id: "flower", icon: "flower", name: "booth.mark.flower" },
  { id: "balloon", icon: "air-balloon", name: "booth.mark.balloon" },
  { id: "anchor", icon: "anchor", name: "booth.mark.anchor" },
  { id: "umbrella", icon: "umbrella", name: "booth.mark.umbrella" },
  { id: "key", icon: "key", name: "booth.mark.key" },
  { id: "scissors", icon: "scissors", name: "booth.mark.scissors" },
  { id: "cat", icon: "cat", name: "booth.mark.cat" },
  { id: "butterfly", icon: "butterfly", name: "booth.mark.butterfly" },
  { id: "snail", icon: "snail", name: "booth.mark.snail" },
  { id: "horse", icon: "horse", name: "booth.mark.horse" },
  { id: "spider", icon: "spider", name: "booth.mark.spider" },
  { id: "bird", icon: "canary", name: "booth.mark.bird" },
  { id: "leaf", icon: "leaf", name: "booth.mark.leaf" },
  { id: "tree", icon: "tree", name: "booth.mark.tree" },
  { id: "cactus", icon: "cactus", name: "booth.mark.cactus" },
  { id: "apple", icon: "apple", name: "booth.mark.apple" },
  { id: "banana", icon: "banana", name: "booth.mark.banana" },
  { id: "cherries", icon: "cherry", name: "booth.mark.cherries" },
  { id: "carrot", icon: "carrot", name: "booth.mark.carrot" },
  { id: "cheese", icon: "cheese", name: "booth.mark.cheese" },
  { id: "ice-lolly", icon: "ice-cream", name: "booth.mark.ice-lolly" },
  { id: "mug", icon: "mug", name: "booth.mark.mug" },
  { id: "candle", icon: "candle", name: "booth.mark.candle" },
  { id: "pram", icon: "baby-carriage", name: "booth.mark.pram" },
  { id: "traffic-light", icon: "traffic-lights", name: "booth.mark.traffic-light" },
  { id: "bed", icon: "bed", name: "booth.mark.bed" },
  { id: "armchair", icon: "armchair", name: "booth.mark.armchair" },
  { id: "bath", icon: "bath", name: "booth.mark.bath" },
  { id: "ladder", icon: "ladder", name: "booth.mark.ladder" },
  { id: "shovel", icon: "shovel", name: "booth.mark.shovel" },
  { id: "bucket", icon: "bucket", name: "booth.mark.bucket" },
  { id: "t-shirt", icon: "shirt", name: "booth.mark.t-shirt" },
  { id: "sock", icon: "sock", name: "booth.mark.sock" },
  { id: "shoe", icon: "shoe", name: "booth.mark.shoe" },
  { id: "glasses", icon: "eyeglass", name: "booth.mark.glasses" },
  { id: "hanger", icon: "hanger", name: "booth.mark.hanger" },
  { id: "tooth", icon: "dental", name: "booth.mark.tooth" },
  { id: "bell", icon: "bell", name: "booth.mark.bell" },
  { id: "book", icon: "book", name: "booth.mark.book" },
  { id: "padlock", icon: "lock", name: "booth.mark.padlock" },
  { id: "magnet", icon: "magnet", name: "booth.mark.magnet" },
  { id: "alarm-clock", icon: "alarm", name: "booth.mark.alarm-clock" },
  { id: "hourglass", icon: "hourglass", name: "booth.mark.hourglass" },
  { id: "camera", icon: "camera", name: "booth.mark.camera" },
  { id: "telephone", icon: "phone", name: "booth.mark.telephone" },
  { id: "planet", icon: "planet", name: "booth.mark.planet" },
  { id: "stairs", icon: "stairs", name: "booth.mark.stairs" },
  { id: "car", icon: "car", name: "booth.mark.car" },
  { id: "train", icon: "train", name: "booth.mark.train" },
  { id: "aeroplane", icon: "plane", name: "booth.mark.aeroplane" },
  { id: "submarine", icon: "submarine", name: "booth.mark.submarine" },
  { id: "tent", icon: "tent", name: "booth.mark.tent" },
  { id: "robot", icon: "robot", name: "booth.mark.robot" },
  { id: "sun", icon: "sun", name: "booth.mark.sun" },
  { id: "cloud", icon: "cloud", name: "booth.mark.cloud" },
  { id: "snowflake", icon: "snowflake", name: "booth.mark.snowflake" },
  { id: "snowman", icon: "snowman", name: "booth.mark.snowman" },
  { id: "castle", icon: "building-castle", name: "booth.mark.castle" },
  { id: "house", icon: "home", name: "booth.mark.house" },
  { id: "puzzle-piece", icon: "puzzle", name: "booth.mark.puzzle-piece" },
  { id: "heart", icon: "heart", name: "booth.mark.heart" },
];
