// @ts-check
// The path of one box over the six keyframes. Every edit gives new keys; the old ones stay as they are.
/** @import { Box, Ease, Key, Keys, State } from './types.js' */
import { LEAST_EDGE, MOST_EDGE, lerpBox, sameBox } from './geometry.js';

export const NUM_KEYFRAMES = 6;
/** @typedef {{box: Box, visible: boolean}|null} Presence  the box at a keyframe, shown or hidden; null = absent */

/**
 * The box between keyframes, for playing; null where the box is absent or hidden.
 * @param {Keys} keys
 * @param {number} t  0..5
 * @returns {Box|null}
 */
export function boxBetween(keys, t) {
  const here = presenceAt(keys, t);
  return here && here.visible ? here.box : null;
}

/**
 * The box at a keyframe, set or inherited; null where it is absent or hidden.
 * @param {Keys} keys
 * @param {number} k  0..5
 * @returns {Box|null}
 */
export function boxAt(keys, k) {
  return boxBetween(keys, k);
}

/**
 * The box at a keyframe even while it is hidden; null where it is absent.
 * @param {Keys} keys
 * @param {number} k
 * @returns {Box|null}
 */
export function restingBox(keys, k) {
  const here = presenceAt(keys, k);
  return here && here.box;
}

/**
 * @param {Keys} keys
 * @param {number} k
 * @returns {State}
 */
export function stateAt(keys, k) {
  const here = presenceAt(keys, k);
  if (!here) return 'absent';
  if (!here.visible) return 'hidden';
  return keys[k] ? 'set' : 'inherited';
}

/**
 * @param {Keys} keys
 * @param {number} t
 * @returns {Presence}
 */
function presenceAt(keys, t) {
  const before = lastSet(keys, Math.floor(t));
  const start = before < 0 ? null : keys[before];
  if (!start) return null;
  if (before === t) return start;
  const after = firstSet(keys, Math.floor(t) + 1);
  const end = after < 0 ? null : keys[after];
  if (!end) return null;
  if (!start.visible) return { box: start.box, visible: false };
  if (start.ease === 'hold' || !end.visible) return { box: start.box, visible: true };
  const part = (t - before) / (after - before);
  const amount = start.ease === 'ease' ? part * part * (3 - 2 * part) : part;
  return { box: lerpBox(start.box, end.box, amount), visible: true };
}

/**
 * Which way a box goes from here on (or has come, at its end): less than 0 to the left, 0 if it stays.
 * @param {Keys} keys @param {number} k
 */
export function wayAt(keys, k) {
  const [from, to] = boxAt(keys, k + 1) ? [k, k + 1] : [k - 1, k];
  const [before, after] = [boxAt(keys, from), boxAt(keys, to)];
  return before && after ? after[0] + after[2] - before[0] - before[2] : 0;
}

/**
 * The last set key at or before a keyframe; -1 if there is none.
 * @param {Keys} keys @param {number} k
 */
function lastSet(keys, k) {
  for (let i = k; i >= 0; i -= 1) if (keys[i]) return i;
  return -1;
}

/**
 * The first set key at or after a keyframe; -1 if there is none.
 * @param {Keys} keys @param {number} k
 */
function firstSet(keys, k) {
  for (let i = k; i < keys.length; i += 1) if (keys[i]) return i;
  return -1;
}

/**
 * Set the box at a keyframe; inherited neighbours follow. Where the box was absent its span now
 * reaches here, where it was hidden for want of a key it is shown again.
 * @param {Keys} keys @param {number} k @param {Box} box
 * @returns {Keys}
 */
export function bend(keys, k, box) {
  const old = keys[k];
  return put(keys, k, old ? { ...old, box } : { box, visible: true, ease: easeAt(keys, k) });
}

/**
 * Set the box at one keyframe and leave every other where it is: inherited neighbours that would
 * follow are pinned. Before the first and after the last key there is nothing to pin.
 * @param {Keys} keys @param {number} k @param {Box} box
 * @returns {Keys}
 */
export function alone(keys, k, box) {
  const wanted = presences(keys).map((here, other) => (other === k ? null : here));
  const nearest = keys.map((_, other) => other).sort((a, b) => Math.abs(a - k) - Math.abs(b - k));
  return keep(bend(keys, k, box), wanted, nearest);
}

/**
 * Pin keyframes, in that order (first to last if none is given), until each is as wanted; null asks for
 * nothing. Parts of a way that eases in and out are straight: each its own ease would make the box stop
 * at every pin.
 * @param {Keys} keys @param {Presence[]} wanted @param {number[]} [order]
 */
function keep(keys, wanted, order = keys.map((_, k) => k)) {
  let kept = keys;
  for (let at = 0; at < order.length; at += 1) {
    const k = order[at];
    const here = wanted[k];
    if (!here || samePresence(presenceAt(kept, k), here)) continue;
    const ease = easeAt(kept, k) === 'hold' ? 'hold' : 'linear';
    kept = put(kept, k, { ...here, ease: kept[k]?.ease ?? ease });
    at = -1;
  }
  return kept;
}

/** @param {Keys} keys @returns {Presence[]} without their ease */
function presences(keys) {
  return keys.map((_, k) => {
    const here = presenceAt(keys, k);
    return here && { box: here.box, visible: here.visible };
  });
}

/** @param {Presence} a @param {Presence} b */
function samePresence(a, b, tolerance = 1e-9) {
  if (!a || !b) return a === b;
  return a.visible === b.visible && (!a.visible || sameBox(a.box, b.box, tolerance));
}

/**
 * Move the whole path, as far as every edge stays within reach.
 * @param {Keys} keys @param {number} dx @param {number} dy
 * @returns {Keys}
 */
export function shift(keys, dx, dy) {
  const boxes = keys.flatMap((key) => (key ? [key.box] : []));
  const x = reach(dx, boxes.map((box) => box[0]), boxes.map((box) => box[2]));
  const y = reach(dy, boxes.map((box) => box[1]), boxes.map((box) => box[3]));
  return keys.map((key) => {
    if (!key) return null;
    const [x0, y0, x1, y1] = key.box;
    return { ...key, box: /** @type {Box} */ ([x0 + x, y0 + y, x1 + x, y1 + y].map(within)) };
  });
}

/** An edge that adding up has carried past its reach by a last digit, back on it. @param {number} edge */
const within = (edge) => Math.min(MOST_EDGE, Math.max(LEAST_EDGE, edge));

/** @param {number} way @param {number[]} lows @param {number[]} highs */
function reach(way, lows, highs) {
  const back = Math.min(0, LEAST_EDGE - Math.min(...lows));
  const forth = Math.max(0, MOST_EDGE - Math.max(...highs));
  return Math.min(forth, Math.max(back, way));
}

/**
 * Set a key where the box is; where it is absent, with the box of the nearest key.
 * @param {Keys} keys @param {number} k
 * @returns {Keys}
 */
export function setKey(keys, k) {
  if (keys[k]) return keys;
  const here = presenceAt(keys, k) ?? { box: nearestBox(keys, k), visible: true };
  return put(keys, k, { ...here, ease: easeAt(keys, k) });
}

/**
 * Take a key away; the last one stays, for a box needs one.
 * @param {Keys} keys @param {number} k
 * @returns {Keys}
 */
export function clearKey(keys, k) {
  return keys.some((key, i) => key && i !== k) ? put(keys, k, null) : keys;
}

/**
 * @param {Keys} keys @param {number} k
 * @returns {Keys}
 */
export function toggleKey(keys, k) {
  return keys[k] ? clearKey(keys, k) : setKey(keys, k);
}

/**
 * Hide the box from here to its next key, or show it again. What comes before stays as it is.
 * @param {Keys} keys @param {number} k
 * @returns {Keys}
 */
export function toggleVisible(keys, k) {
  const state = stateAt(keys, k);
  const key = /** @type {Key} */ (setKey(keys, k)[k]);
  const visible = state === 'hidden' || state === 'absent';
  return keep(put(keys, k, { ...key, visible }), presences(keys).slice(0, k));
}

/**
 * Choose how the path goes on from here; at an inherited keyframe, from the key before it.
 * @param {Keys} keys @param {number} k @param {Ease} ease
 * @returns {Keys}
 */
export function setEase(keys, k, ease) {
  const from = lastSet(keys, k);
  const key = keys[from];
  return key ? put(keys, from, { ...key, ease }) : keys;
}

/**
 * The path walked the other way. Each way between two keys keeps its ease; what that does not mirror
 * (a hold, a hidden part) is pinned.
 * @param {Keys} keys
 * @returns {Keys}
 */
export function reverse(keys) {
  const turned = [...keys].reverse();
  const set = turned.flatMap((key, k) => (key ? [k] : []));
  const eases = set.map((k) => /** @type {Key} */ (turned[k]).ease);
  const given = [...eases.slice(1), eases[0]];
  const eased = turned.map((key, k) => key && { ...key, ease: given[set.indexOf(k)] });
  return keep(eased, presences(keys).reverse());
}

/**
 * Set the box of one keyframe, shown or hidden, there and at others too; nothing where it is absent.
 * @param {Keys} keys @param {number} from @param {number[]} ks
 * @returns {Keys}
 */
export function copyTo(keys, from, ks) {
  if (!presenceAt(keys, from)) return keys;
  const base = setKey(keys, from);
  return base.map((old, k) => (ks.includes(k) ? base[from] : old));
}

/**
 * Move a key to another keyframe, in the place of what is set there.
 * @param {Keys} keys @param {number} from @param {number} to
 * @returns {Keys}
 */
export function moveKey(keys, from, to) {
  if (from === to || !keys[from]) return keys;
  return put(put(keys, from, null), to, keys[from]);
}

/**
 * Take away the keys the path does not need: no edge then moves by more than `tolerance`.
 * @param {Keys} keys @param {number} tolerance  fraction of the frame
 * @returns {Keys}
 */
export function reduce(keys, tolerance) {
  let left = keys;
  for (let k = 0; k < keys.length; k += 1) {
    const without = left[k] ? clearKey(left, k) : left;
    const same = keys.every((_, i) => samePresence(presenceAt(without, i), presenceAt(keys, i), tolerance));
    if (same) left = without;
  }
  return left;
}

/** @param {Keys} keys @param {number} k @param {Key|null} key @returns {Keys} */
function put(keys, k, key) {
  return keys.map((old, i) => (i === k ? key : old));
}

/**
 * The ease that rules at a keyframe: of the last key at or before it.
 * @param {Keys} keys @param {number} k
 * @returns {Ease}
 */
export function easeAt(keys, k) {
  return keys[lastSet(keys, k)]?.ease ?? 'linear';
}

/** @param {Keys} keys @param {number} k */
function nearestBox(keys, k) {
  const before = lastSet(keys, k);
  const key = keys[before >= 0 ? before : firstSet(keys, k)];
  return /** @type {Key} */ (key).box;
}
