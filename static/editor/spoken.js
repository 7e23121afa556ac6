// @ts-check
// What is said of a box and of what happened to it, for those who hear the page.
/** @import { Box, Keys, Region } from './types.js' */
import { centreOf, sameBox } from './geometry.js';
import { boxAt, stateAt } from './path.js';

/** How a box stands at a keyframe. */
export const STATES = { set: 'set here', inherited: 'follows its neighbours', hidden: 'off stage', absent: 'not on stage' };
/** What rounding to four decimals may change of a side. */
const ROUNDING = 2e-4;
/** @typedef {Pick<Region, 'name'> & {locked?: boolean, keys?: Keys}} Named */

/**
 * A box in words: 'Mia, keyframe 3 of 6, left third, 30 by 55 percent, key'.
 * @param {Named} region
 * @param {number} k
 * @param {Keys} [keys]  other keys than the region's own, while a gesture goes on
 */
export function boxWords(region, k, keys = region.keys ?? []) {
  const words = [nameOf(region), `keyframe ${k + 1} of ${keys.length}`, ...placeWords(keys, k)];
  return [...words, ...(region.locked ? ['locked'] : [])].join(', ');
}

/** @param {Keys} keys @param {number} k @returns {string[]} */
function placeWords(keys, k) {
  const box = boxAt(keys, k);
  if (!box) return [stateAt(keys, k) === 'hidden' ? 'hidden' : 'not in the picture', ...(keys[k] ? ['key'] : [])];
  return [thirdOf(box), sizeWords(box), ...(keys[k] ? ['key'] : [])];
}

/**
 * Where a box stands from left to right: 'left third', 'middle third', 'leaving on the right'.
 * @param {Box} box
 */
function thirdOf(box) {
  const [x] = centreOf(box);
  if (x < 0) return 'leaving on the left';
  if (x > 1) return 'leaving on the right';
  if (x < 1 / 3) return 'left third';
  return x > 2 / 3 ? 'right third' : 'middle third';
}

/** @param {Box} box */
function sizeWords([x0, y0, x1, y1]) {
  return `${Math.round((x1 - x0) * 100)} by ${Math.round((y1 - y0) * 100)} percent`;
}

/**
 * What changed at a keyframe: 'Mia moved right, keyframe 3 of 6, middle third, 30 by 55 percent, key'.
 * @param {Named} region
 * @param {number} k
 * @param {Keys} before @param {Keys} after
 */
export function changeWords(region, k, before, after) {
  const name = `${nameOf(region)}${changed(before, after, k)}`;
  return boxWords({ ...region, name }, k, after);
}

/** @param {Keys} before @param {Keys} after @param {number} k */
function changed(before, after, k) {
  const [was, is] = [boxAt(before, k), boxAt(after, k)];
  if (!is || !was) return is ? ' shown' : '';
  if (sameBox(was, is)) return '';
  return resized(was, is) ? ' resized' : ` moved ${wayWords(was, is)}`;
}

/** @param {Box} was @param {Box} is */
function resized(was, is) {
  const [wider, taller] = [is[2] - is[0] - (was[2] - was[0]), is[3] - is[1] - (was[3] - was[1])];
  return Math.abs(wider) > ROUNDING || Math.abs(taller) > ROUNDING;
}

/** @param {Box} was @param {Box} is */
function wayWords(was, is) {
  const [x, y] = [is[0] - was[0], is[1] - was[1]];
  const down = Math.abs(y) > 5e-3 ? [y > 0 ? 'down' : 'up'] : [];
  const across = Math.abs(x) > 5e-3 ? [x > 0 ? 'right' : 'left'] : [];
  return [...down, ...across].join(' and ') || 'a little';
}

/** @param {string} label of the step */
export const undoneWords = (label) => `Undone: ${label}.`;

/** @param {string} label of the step */
export const redoneWords = (label) => `Done again: ${label}.`;

/** @param {Named} region */
function nameOf(region) {
  return region.name || 'Somebody';
}
