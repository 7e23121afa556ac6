// @ts-check
// How well the pack may be expected to obey a box, by what was measured of boxes like it.
/** @import { Box, Measure, ObedienceTable, RangeRow } from './types.js' */
import { centreOf, sharedArea } from './geometry.js';

/** @typedef {'good'|'fair'|'poor'|'unknown'} Level */
const GOOD = 0.88;
const FAIR = 0.7;
const LEAST_COUNT = 20;
const PLACES = [['top', 'middle', 'bottom'], ['left', 'centre', 'right']];

/**
 * Judge a box by its height, its place and what stands over it; the lowest of these counts.
 * @param {Box} box
 * @param {Box[]} others  the other boxes of the same keyframe
 * @param {ObedienceTable|null} table
 * @returns {{level: Level, reason: string}}
 */
export function judgeBox(box, others, table) {
  const found = table ? findings(box, others, table) : [];
  if (!found.length) return { level: 'unknown', reason: 'Boxes like this one were not measured.' };
  const worst = found.reduce((low, one) => (one.row.kind < low.row.kind ? one : low));
  const level = levelOf(worst.row.kind);
  return { level, reason: level === 'good' ? praise(worst.row) : `${worst.words} ${counted(worst.row)}. ${worst.advice}` };
}

/** @param {number} share @returns {Level} */
function levelOf(share) {
  if (share >= GOOD) return 'good';
  return share >= FAIR ? 'fair' : 'poor';
}

/**
 * What was measured of boxes of this height, place and overlap, where there were tries enough.
 * @param {Box} box @param {Box[]} others @param {ObedienceTable} table
 */
function findings(box, others, table) {
  const height = rangeOf(table.height, Math.min(1, box[3] - box[1]));
  const place = table.place.find((row) => row.place === placeOf(box));
  const overlap = rangeOf(table.overlap, Math.max(0, ...others.map((other) => sharedArea(box, other))));
  const least = table.min_count ?? LEAST_COUNT;
  return [
    height && { row: height, ...heightWords(height, table.height) },
    place && { row: place, words: `At the ${place.place} of the picture`, advice: 'Move it.' },
    overlap && { row: overlap, ...overlapWords(overlap) },
  ].filter((one) => one !== undefined).filter((one) => one.row.count >= least);
}

/**
 * The row a number of four decimals falls into; the last row takes its upper end too.
 * @param {RangeRow[]} rows @param {number} value
 * @returns {RangeRow|undefined}
 */
function rangeOf(rows, value) {
  const stored = Math.round(value * 1e4) / 1e4;
  const last = rows.at(-1);
  return rows.find((row) => stored >= row.from && (stored < row.to || (row === last && stored <= row.to)));
}

/**
 * The ninth of the frame a box's centre lies in, in words: 'bottom left', 'middle centre'.
 * @param {Box} box
 */
export function placeOf(box) {
  const [x, y] = centreOf(box).map((at) => Math.min(2, Math.max(0, Math.floor(at * 3))));
  return `${PLACES[0][y]} ${PLACES[1][x]}`;
}

/** @param {RangeRow} row @param {RangeRow[]} rows */
function heightWords(row, rows) {
  const better = rows.some((other) => other.from > row.from && other.kind > row.kind);
  if (better) return { words: `Small boxes are hard to obey: under ${percent(row.to)} of the height`, advice: 'Make it taller.' };
  return { words: `Tall boxes are hard to obey: over ${percent(row.from)} of the height`, advice: 'Make it less tall.' };
}

/** @param {RangeRow} row */
function overlapWords(row) {
  const words = row.from > 0
    ? `Boxes over each other are hard to obey: with over ${percent(row.from)} shared`
    : 'With little or nothing shared';
  return { words, advice: row.from > 0 ? 'Move them apart.' : '' };
}

/** @param {Measure} row */
function praise(row) {
  return `Boxes like this one were obeyed: ${counted(row)}.`;
}

/** @param {Measure} row */
function counted(row) {
  return `the right figure stood there in ${Math.round(row.kind * 100)} of 100 tries`;
}

/** @param {number} share */
const percent = (share) => `${Math.round(share * 100)} %`;
