// @ts-check
// Copies of boxes: put down in the same scene or another, at one keyframe or from there on.
/** @import { Box, Keys, Patch, Region } from './types.js' */
import { named } from './commands.js';
import { newId } from './drags.js';
import { moveBox, roundBox, sameBox } from './geometry.js';
import { bend, boxAt, restingBox } from './path.js';

/** @typedef {{scene: string, regions: Region[], keyframe: number}} Copied  what was copied, and where */
/** @typedef {{label: string, patch: Patch, ids: string[]}} Put  `ids`: the boxes that were put down */

/** How far beside the old box its double stands: it can be seen and taken. */
const ASIDE = /** @type {const} */ ([0.04, 0.03]);
const FRONT = 99;

/**
 * Doubles of boxes with their paths, a little aside, in front of all.
 * @param {Region[]} regions @param {Region[]} there all boxes of the scene
 * @returns {Put}
 */
export function duplicate(regions, there) {
  const put = doubles(regions, there, ASIDE);
  return { label: named('duplicate {name}', regions), patch: { regions: put }, ids: Object.keys(put) };
}

/**
 * Put copied boxes down: of one that is there, its place at the keyframes; else a new box with the copied path.
 * @param {Copied} copied @param {Region[]} there
 * @param {{scene: string, selected: string[], ks: number[]}} at  ks: the keyframes that get the place
 * @returns {Put|null} null if nothing changes
 */
export function paste(copied, there, { scene, selected, ks }) {
  const chosen = scene === copied.scene && copied.regions.length === 1 && selected.length === 1 ? selected[0] : null;
  const pairs = copied.regions.map((region) => ({ region, onto: ontoOf(region, there, chosen) }));
  const fresh = pairs.filter(({ onto }) => !onto).map(({ region }) => region);
  const moved = pairs.flatMap(({ region, onto }) => (onto ? placed(region, copied.keyframe, onto, ks) : []));
  const put = { ...doubles(fresh, there, scene === copied.scene ? ASIDE : [0, 0]), ...Object.fromEntries(moved.map(({ id, keys }) => [id, { keys }])) };
  const ids = Object.keys(put);
  if (!ids.length) return null;
  const words = moved.length ? 'paste {name} at keyframe {k}' : 'paste {name}';
  return { label: named(words, moved.length ? moved : fresh, ks[0]).concat(moved.length && ks.length > 1 ? ' and later' : ''), patch: { regions: put }, ids };
}

/**
 * The box a copy is put onto: the one chosen, itself, or another of the same actor.
 * @param {Region} region @param {Region[]} there @param {string|null} chosen
 */
function ontoOf(region, there, chosen) {
  const who = region.character_id;
  return there.find(({ id }) => id === chosen)
    || there.find(({ id, character_id: other }) => id === region.id && other === who)
    || there.find(({ character_id: other }) => who !== null && other === who);
}

/**
 * The box with the copied place at the keyframes; nothing where it is locked or stands there already.
 * @param {Region} region @param {number} keyframe @param {Region} onto @param {number[]} ks
 * @returns {Region[]}
 */
function placed(region, keyframe, onto, ks) {
  const box = restingBox(region.keys, keyframe);
  if (!box || onto.locked) return [];
  const keys = ks.reduce((/** @type {Keys} */ kept, k) => (standsAt(kept, k, box) ? kept : bend(kept, k, box)), onto.keys);
  return keys === onto.keys ? [] : [{ ...onto, keys }];
}

function standsAt(/** @type {Keys} */ keys, /** @type {number} */ k, /** @type {Box} */ box) {
  const there = boxAt(keys, k);
  return Boolean(there && keys[k] && sameBox(box, there));
}

/**
 * @param {Region[]} regions @param {Region[]} there @param {readonly [number, number]} aside
 * @returns {Record<string, Partial<Region>>}
 */
function doubles(regions, there, [dx, dy]) {
  const known = [...there];
  return Object.fromEntries(regions.map((region) => {
    const { character_id, motion_id, description, name, colour } = region;
    const keys = region.keys.map((key) => key && { ...key, box: roundBox(moveBox(key.box, dx, dy)) });
    const double = { ...region, id: newId(known), layer: topLayer(known) };
    known.push(double);
    return [double.id, { character_id, motion_id, description, name, colour, layer: double.layer, keys }];
  }));
}

/** The layer in front of all boxes. @param {Region[]} regions */
export function topLayer(regions) {
  return Math.min(FRONT, Math.max(-1, ...regions.map((region) => region.layer)) + 1);
}
