// @ts-check
// What each command does: to the boxes chosen (an edit of their keys), or to what is looked at.
/** @import { Box, Ease, Key, Keys, Patch, Region } from './types.js' */
import { centreOf, growBox, minSideOf, moveBox, roundBox } from './geometry.js';
import { bend, boxAt, clearKey, copyTo, reverse, setEase, setKey, toggleKey, toggleVisible } from './path.js';

/** @typedef {import('./editor.js').Editor} Editor */
/** @typedef {{words: string, keys: (keys: Keys, k: number, stage: any) => Keys}} KeyEdit  `words` with {name} and {k} */

const NUDGE = 0.01;
const FAR = 0.1;
const GROW = 0.01;
const LAST = 5;

const boxed = (/** @type {(box: Box, stage: any) => Box} */ change) => (/** @type {Keys} */ keys, /** @type {number} */ k, /** @type {any} */ stage) => {
  const box = boxAt(keys, k);
  return box ? bend(keys, k, roundBox(change(box, stage))) : keys;
};
const nudge = (/** @type {number} */ x, /** @type {number} */ y) => boxed((box, stage) => moveBox(box, x, y, minSideOf(stage)));
const grow = (/** @type {number} */ by) => boxed((box, stage) => growBox(box, by, minSideOf(stage)));
const stand = (/** @type {number} */ x) => boxed((box) => moveBox(box, x - centreOf(box)[0], 0));
const eased = (/** @type {Ease} */ ease) => (/** @type {Keys} */ keys, /** @type {number} */ k) => setEase(keys, k, ease);
const copied = (/** @type {(k: number) => number[]} */ to) => (/** @type {Keys} */ keys, /** @type {number} */ k) => copyTo(setKey(keys, k), k, to(k));
const range = (/** @type {number} */ from, /** @type {number} */ to) => [0, 1, 2, 3, 4, 5].filter((k) => k >= from && k <= to);

/** Edits of the keys of every chosen box. @type {Record<string, KeyEdit>} */
export const KEY_EDITS = {
  'nudge-left': { words: 'move {name} left', keys: nudge(-NUDGE, 0) },
  'nudge-right': { words: 'move {name} right', keys: nudge(NUDGE, 0) },
  'nudge-up': { words: 'move {name} up', keys: nudge(0, -NUDGE) },
  'nudge-down': { words: 'move {name} down', keys: nudge(0, NUDGE) },
  'nudge-left-far': { words: 'move {name} left', keys: nudge(-FAR, 0) },
  'nudge-right-far': { words: 'move {name} right', keys: nudge(FAR, 0) },
  'nudge-up-far': { words: 'move {name} up', keys: nudge(0, -FAR) },
  'nudge-down-far': { words: 'move {name} down', keys: nudge(0, FAR) },
  grow: { words: 'make {name} larger', keys: grow(GROW) },
  'grow-far': { words: 'make {name} larger', keys: grow(5 * GROW) },
  shrink: { words: 'make {name} smaller', keys: grow(-GROW) },
  'shrink-far': { words: 'make {name} smaller', keys: grow(-5 * GROW) },
  'stand-left': { words: 'move {name} to the left third', keys: stand(1 / 6) },
  'stand-centre': { words: 'move {name} to the centre', keys: stand(1 / 2) },
  'stand-right': { words: 'move {name} to the right third', keys: stand(5 / 6) },
  'toggle-key': { words: 'change the key of {name} at keyframe {k}', keys: toggleKey },
  'set-key': { words: 'set the key of {name} at keyframe {k}', keys: setKey },
  'toggle-visible': { words: 'show or hide {name} from keyframe {k}', keys: toggleVisible },
  'delete-key': { words: 'clear the key of {name} at keyframe {k}', keys: clearKey },
  linear: { words: 'let {name} move evenly from keyframe {k}', keys: eased('linear') },
  ease: { words: 'let {name} move gently from keyframe {k}', keys: eased('ease') },
  hold: { words: 'let {name} stay from keyframe {k}', keys: eased('hold') },
  'copy-next': { words: 'copy {name} to the next keyframe', keys: copied((k) => [Math.min(LAST, k + 1)]) },
  'copy-previous': { words: 'copy {name} to the previous keyframe', keys: copied((k) => [Math.max(0, k - 1)]) },
  'copy-following': { words: 'copy {name} to all following keyframes', keys: copied((k) => range(k + 1, LAST)) },
  'copy-all': { words: 'copy {name} to all keyframes', keys: copied(() => range(0, LAST)) },
  reverse: { words: 'turn the path of {name} round', keys: reverse },
  interpolate: { words: 'even out the path of {name}', keys: evened },
};

/** Only the first and last key stay: the box goes evenly from the one to the other. */
function evened(/** @type {Keys} */ keys) {
  const set = keys.flatMap((key, k) => (key ? [k] : []));
  return keys.map((key, k) => (k === set[0] || k === set.at(-1) ? key : null));
}

/** Edits of the boxes themselves, all chosen ones at once. @type {Record<string, (editor: Editor, regions: Region[]) => {label: string, patch: Patch}|null>} */
export const BOX_EDITS = {
  'toggle-lock': (_, regions) => each(regions, regions.every((region) => region.locked) ? 'unlock {name}' : 'lock {name}',
    () => ({ locked: !regions.every((region) => region.locked) })),
  'toggle-lock-all': ({ document: { regions } }) => {
    const locked = !regions.every((region) => region.locked);
    return each(regions.filter((region) => region.locked !== locked), locked ? 'lock {name}' : 'unlock {name}', () => ({ locked }));
  },
  'send-back': (editor, regions) => layered(editor, regions, -1),
  'bring-forward': (editor, regions) => layered(editor, regions, 1),
  'delete-region': (_, regions) => each(regions, 'remove {name} from the scene', () => null),
};

/** @param {Region[]} regions @param {string} words @param {(region: Region) => Partial<Region>|null} change */
function each(regions, words, change) {
  if (!regions.length) return null;
  return { label: named(words, regions), patch: { regions: Object.fromEntries(regions.map((region) => [region.id, change(region)])) } };
}

/** One step to the front or back: all layers are counted anew, so that the step is always seen. */
function layered(/** @type {Editor} */ editor, /** @type {Region[]} */ regions, /** @type {1|-1} */ step) {
  const order = editor.document.regions.toSorted((a, b) => a.layer - b.layer).map((region) => region.id);
  const chosen = step > 0 ? regions.map((region) => region.id).toReversed() : regions.map((region) => region.id);
  for (const id of chosen) {
    const at = order.indexOf(id);
    const to = Math.min(order.length - 1, Math.max(0, at + step));
    order.splice(to, 0, ...order.splice(at, 1));
  }
  const changed = editor.document.regions.filter((region) => region.layer !== order.indexOf(region.id));
  if (!changed.length || !regions.length) return null;
  const patch = { regions: Object.fromEntries(changed.map((region) => [region.id, { layer: order.indexOf(region.id) }])) };
  return { label: named(step > 0 ? 'bring {name} forward' : 'send {name} back', regions), patch };
}

/** Say whom an edit is about. */
export function named(/** @type {string} */ words, /** @type {Region[]} */ regions, k = 0) {
  const name = regions.length === 1 ? regions[0].name : `${regions.length} boxes`;
  return words.replace('{name}', name).replace('{k}', String(k + 1));
}

/**
 * The edit of a command on the keys of the chosen boxes; null if it changes nothing.
 * @param {string} command @param {Region[]} regions @param {number} k @param {any} stage
 * @returns {{label: string, patch: Patch}|null}
 */
export function keyEdit(command, regions, k, stage) {
  const { words, keys: change } = KEY_EDITS[command];
  const changed = regions.map((region) => ({ region, keys: change(region.keys, k, stage) })).filter(({ region, keys }) => keys !== region.keys);
  if (!changed.length) return null;
  const label = named(words, changed.map(({ region }) => region), k);
  return { label, patch: { regions: Object.fromEntries(changed.map(({ region, keys }) => [region.id, { keys }])) } };
}

/** The next keyframe where a box has a key of its own, in a direction; the one it stands at if there is none. */
export function nextKey(/** @type {Keys} */ keys, /** @type {number} */ k, /** @type {1|-1} */ step) {
  for (let at = k + step; at >= 0 && at <= LAST; at += step) if (keys[at]) return at;
  return k;
}
