// @ts-check
// Snapping: edges and centres that come near a line of the frame, or of another box, are caught by it.
/** @import { Box, Guide, Handle, Targets } from './types.js' */
import { pullOf } from './geometry.js';

const LINES = [0, 1 / 3, 1 / 2, 2 / 3, 1];

/**
 * The lines to snap to: edges, thirds and centre of the frame, and those of other boxes.
 * @param {Box[]} [boxes]
 * @returns {Targets}
 */
export function targetsOf(boxes = []) {
  const x = boxes.flatMap(([x0, , x1]) => [x0, (x0 + x1) / 2, x1]);
  const y = boxes.flatMap(([, y0, , y1]) => [y0, (y0 + y1) / 2, y1]);
  return { x: [...LINES, ...x], y: [...LINES, ...y] };
}

/**
 * The box caught by the nearest line of each axis. Moved, it keeps its size and is caught by edges or
 * centre; resized, only the edges its handle pulls are caught.
 * @param {Box} box
 * @param {{mode: Handle, targets: Targets, threshold: number|[number, number]}} options  threshold:
 *   how near counts, as a fraction of the frame, for both axes or each
 * @returns {{box: Box, guides: Guide[]}}
 */
export function snap(box, { mode, targets, threshold }) {
  const [nearX, nearY] = typeof threshold === 'number' ? [threshold, threshold] : threshold;
  const [pullX, pullY] = pullOf(mode);
  const x = caught(box[0], box[2], { pull: pullX, moving: mode === 'move', lines: targets.x, near: nearX });
  const y = caught(box[1], box[3], { pull: pullY, moving: mode === 'move', lines: targets.y, near: nearY });
  const guides = /** @type {Guide[]} */ ([]);
  if (x.at !== null) guides.push({ axis: 'x', at: x.at });
  if (y.at !== null) guides.push({ axis: 'y', at: y.at });
  return { box: [x.low, y.low, x.high, y.high], guides };
}

/**
 * @param {number} low @param {number} high
 * @param {{pull: number, moving: boolean, lines: number[], near: number}} how
 * @returns {{low: number, high: number, at: number|null}}
 */
function caught(low, high, { pull, moving, lines, near }) {
  const points = moving ? [low, high, (low + high) / 2] : [];
  if (pull) points.push(pull < 0 ? low : high);
  let way = Infinity;
  let at = null;
  for (const point of points) {
    for (const line of lines) {
      if (Math.abs(line - point) > near || Math.abs(line - point) >= Math.abs(way)) continue;
      [way, at] = [line - point, line];
    }
  }
  if (at === null) return { low, high, at };
  return { low: low + (moving || pull < 0 ? way : 0), high: high + (moving || pull > 0 ? way : 0), at };
}
