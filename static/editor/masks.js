// @ts-check
// What the model sees of the boxes: cells of its token grid, per latent frame.
/** @import { Box, Keys, Stage } from './types.js' */
import { boxAt } from './path.js';

/**
 * The grid cells a box covers, row by row. Edges are clipped to the frame and rounded to the nearest
 * grid line (ties to the even one); a box too thin for that gets the one cell under its centre. A box
 * outside the frame, inverted or flat covers nothing.
 * @param {Box|null} box
 * @param {number} rows @param {number} columns
 * @returns {boolean[][]}
 */
export function rasterise(box, rows, columns) {
  const [left, top, right, bottom] = box ?? [NaN, NaN, NaN, NaN];
  const across = cellsBetween(left, right, columns);
  const none = across.map(() => false);
  return cellsBetween(top, bottom, rows).map((inside) => (inside ? across.slice() : none.slice()));
}

/**
 * Cells of one axis between two edges given as fractions.
 * @param {number} low @param {number} high @param {number} cells
 */
function cellsBetween(low, high, cells) {
  const [from, to] = [clip(low) * cells, clip(high) * cells];
  let [start, stop] = [roundEven(from), roundEven(to)];
  if (start === stop) {
    start = Math.min(Math.floor((from + to) / 2), cells - 1);
    stop = start + 1;
  }
  return Array.from({ length: cells }, (_, cell) => from < to && cell >= start && cell < stop);
}

/** @param {number} edge */
const clip = (edge) => Math.min(1, Math.max(0, edge));

/** @param {number} value  not below 0 */
function roundEven(value) {
  const nearest = Math.round(value);
  return nearest - value === 0.5 && nearest % 2 === 1 ? nearest - 1 : nearest;
}

/**
 * The cells of every region at every latent frame: `masks[latent frame][region][row][column]`. Within
 * a keyframe all its latent frames hold the same box. Boxes reach the model as 32-bit numbers.
 * @param {{keys: Keys}[]} regions
 * @param {Pick<Stage, 'rows'|'columns'|'latent_frames'|'keyframe_to_latent'>} stage
 * @returns {boolean[][][][]}
 */
export function masksOf(regions, stage) {
  const { rows, columns } = stage;
  const empty = regions.map(() => rasterise(null, rows, columns));
  const masks = Array.from({ length: stage.latent_frames }, () => empty);
  stage.keyframe_to_latent.forEach((latents, k) => {
    const seen = regions.map(({ keys }) => rasterise(asFloats(boxAt(keys, k)), rows, columns));
    for (const latent of latents) masks[latent] = seen;
  });
  return masks;
}

/** @param {Box|null} box */
function asFloats(box) {
  return box && /** @type {Box} */ (box.map(Math.fround));
}
