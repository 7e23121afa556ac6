// @ts-check
// Boxes: moved, resized and compared, never empty, never lost outside the frame.
/** @import { Box, Handle, Side, Stage } from './types.js' */

export const LEAST_EDGE = -0.5;
export const MOST_EDGE = 1.5;
const CLOSE = 1e-9;

/** The least sides where no grid is given. @type {Side} */
const MIN_SIDE = { width: 0.02, height: 0.02 };

/**
 * The least sides of a box on a stage: one token of the model's grid.
 * @param {Pick<Stage, 'rows'|'columns'>} stage
 * @returns {Side}
 */
export function minSideOf(stage) {
  return { width: 1 / stage.columns, height: 1 / stage.rows };
}

/**
 * The box with its edges within reach of the frame, its sides at least `min`.
 * @param {Box} box
 * @param {Side} [min]
 * @returns {Box}
 */
export function clampBox(box, min = MIN_SIDE) {
  const [x0, x1] = span(box[0], box[2], min.width);
  const [y0, y1] = span(box[1], box[3], min.height);
  return [x0, y0, x1, y1];
}

/**
 * One axis of a clamped box; a span too short grows about its centre.
 * @param {number} low @param {number} high @param {number} least
 */
function span(low, high, least) {
  const missing = Math.max(0, least - (high - low)) / 2;
  const start = clamp(low - missing, LEAST_EDGE, MOST_EDGE - least);
  return [start, clamp(high + missing, start + least, MOST_EDGE)];
}

/**
 * The box of any two corners.
 * @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1
 * @returns {Box}
 */
export function boxOf(x0, y0, x1, y1) {
  return [Math.min(x0, x1), Math.min(y0, y1), Math.max(x0, x1), Math.max(y0, y1)];
}

/**
 * The box moved, its size kept. It stops at the reach of the edges, and while a quarter of the
 * least side is still to be seen; a box already further out stays where it is or comes in.
 * @param {Box} box @param {number} dx @param {number} dy
 * @param {Side} [min]
 * @returns {Box}
 */
export function moveBox(box, dx, dy, min = MIN_SIDE) {
  const [x0, y0, x1, y1] = box;
  const x = travel(x0, x1, dx, min.width / 4);
  const y = travel(y0, y1, dy, min.height / 4);
  return [x0 + x, y0 + y, x1 + x, y1 + y];
}

/** @param {number} low @param {number} high @param {number} way @param {number} seen */
function travel(low, high, way, seen) {
  const back = Math.max(LEAST_EDGE - low, seen - high);
  const forth = Math.min(MOST_EDGE - high, 1 - seen - low);
  return clamp(way, Math.min(back, 0), Math.max(forth, 0));
}

/**
 * The box with one handle pulled. Sides stop at `min`, edges at their reach.
 * @param {Box} box
 * @param {Handle} handle
 * @param {number} dx @param {number} dy  way of the pointer, fractions of the frame
 * @param {{keepRatio?: boolean, fromCentre?: boolean, min?: Side}} [options]
 * @returns {Box}
 */
export function resizeBox(box, handle, dx, dy, { keepRatio = false, fromCentre = false, min = MIN_SIDE } = {}) {
  const [sx, sy] = pullOf(handle);
  const across = axisOf(box[0], box[2], { pull: sx, way: dx, fromCentre, least: min.width });
  const down = axisOf(box[1], box[3], { pull: sy, way: dy, fromCentre, least: min.height });
  const common = keepRatio ? commonScale(across, down) : null;
  const [x0, x1] = stretch(across, common ?? across.scale);
  const [y0, y1] = stretch(down, common ?? down.scale);
  return [x0, y0, x1, y1];
}

/**
 * Which way a handle pulls each axis: -1 the low edge, 1 the high edge, 0 neither.
 * @param {Handle} handle
 * @returns {[number, number]}
 */
export function pullOf(handle) {
  if (handle === 'move') return [0, 0];
  const has = (/** @type {string} */ letter) => Number(handle.includes(letter));
  return [has('e') - has('w'), has('s') - has('n')];
}

/** @typedef {ReturnType<typeof axisOf>} Axis */

/**
 * One axis of a resize: the point that stays put (`part` 0: the low edge, 1: the high one), the scale
 * asked for, and the scales allowed.
 * @param {number} low @param {number} high
 * @param {{pull: number, way: number, fromCentre: boolean, least: number}} how
 */
function axisOf(low, high, { pull, way, fromCentre, least }) {
  const side = high - low;
  const part = fromCentre || pull === 0 ? 0.5 : (1 - pull) / 2;
  const point = low + part * side;
  const wanted = side + pull * way * (fromCentre ? 2 : 1);
  const most = Math.min(...reaches(part, point - LEAST_EDGE, MOST_EDGE - point));
  const need = Math.max(least, ...reaches(part, point - 1 + least / 4, least / 4 - point));
  const [from, to] = [Math.min(need, side) / side, Math.max(most, side) / side];
  return { low, high, part, point, side, pull, from, to, scale: clamp(wanted / side, from, to) };
}

/**
 * Lengths of a side at which its edges lie that far before and after the point that stays put.
 * @param {number} part @param {number} before @param {number} after
 */
function reaches(part, before, after) {
  const lengths = [];
  if (part > 0) lengths.push(before / part);
  if (part < 1) lengths.push(after / (1 - part));
  return lengths;
}

/**
 * The scale of both axes that keeps the ratio: that of the axis pulled furthest.
 * @param {Axis} across @param {Axis} down
 */
function commonScale(across, down) {
  const wider = Math.abs(across.scale - 1) >= Math.abs(down.scale - 1);
  const { scale } = down.pull === 0 || (across.pull !== 0 && wider) ? across : down;
  return clamp(scale, Math.max(across.from, down.from), Math.min(across.to, down.to));
}

/** @param {Axis} axis @param {number} scale */
function stretch({ low, high, part, point, side }, scale) {
  if (scale === 1) return [low, high];
  const start = part === 0 ? low : point - part * side * scale;
  return [start, part === 1 ? high : point + (1 - part) * side * scale];
}

/**
 * The box grown on all sides by a share of the frame, or shrunk by a negative one.
 * @param {Box} box @param {number} amount
 * @param {Side} [min]
 * @returns {Box}
 */
export function growBox(box, amount, min = MIN_SIDE) {
  return resizeBox(box, 'se', amount, amount, { fromCentre: true, min });
}

/**
 * The box a share of the way (0..1) from `a` to `b`.
 * @param {Box} a @param {Box} b @param {number} t
 * @returns {Box}
 */
export function lerpBox(a, b, t) {
  return /** @type {Box} */ (a.map((edge, i) => edge + (b[i] - edge) * t));
}

/**
 * @param {Box} box
 * @returns {[number, number]}
 */
export function centreOf([x0, y0, x1, y1]) {
  return [(x0 + x1) / 2, (y0 + y1) / 2];
}

/**
 * @param {Box} box
 * @returns {number}
 */
function areaOf([x0, y0, x1, y1]) {
  return Math.max(0, x1 - x0) * Math.max(0, y1 - y0);
}

/**
 * The area two boxes share, as a part of the smaller one: 0..1.
 * @param {Box} a @param {Box} b
 * @returns {number}
 */
export function sharedArea(a, b) {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / Math.min(areaOf(a), areaOf(b));
}

/**
 * Whether two boxes are one, or both are none.
 * @param {Box|null} a @param {Box|null} b
 * @param {number} [tolerance]
 */
export function sameBox(a, b, tolerance = CLOSE) {
  if (!a || !b) return a === b;
  return a.every((edge, i) => Math.abs(edge - b[i]) <= tolerance);
}

/**
 * The box with edges of four decimals, as it is stored.
 * @param {Box} box
 * @returns {Box}
 */
export function roundBox(box) {
  return /** @type {Box} */ (box.map((edge) => Math.round(edge * 1e4) / 1e4));
}

/**
 * The box as left, top, width and height in percent of the frame, one decimal.
 * @param {Box} box
 * @returns {{x: number, y: number, w: number, h: number}}
 */
export function toXywh([x0, y0, x1, y1]) {
  return { x: percent(x0), y: percent(y0), w: percent(x1 - x0), h: percent(y1 - y0) };
}

/**
 * The box of left, top, width and height in percent of the frame.
 * @param {{x: number, y: number, w: number, h: number}} numbers
 * @returns {Box}
 */
export function fromXywh({ x, y, w, h }) {
  return roundBox([x / 100, y / 100, (x + w) / 100, (y + h) / 100]);
}

/**
 * The box of numbers somebody typed: the corner stays where it was put, the sides are at least `min`.
 * @param {{x: number, y: number, w: number, h: number}} numbers percent of the frame
 * @param {Side} min
 * @returns {Box}
 */
export function typedBox({ x, y, w, h }, min) {
  const sides = { w: Math.max(w, min.width * 100), h: Math.max(h, min.height * 100) };
  return roundBox(clampBox(fromXywh({ x, y, ...sides }), min));
}

/** @param {number} part */
const percent = (part) => Math.round(part * 1000) / 10;

/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
