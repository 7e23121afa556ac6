// @ts-check
// What a drag makes of boxes: moved, resized or drawn, caught by lines on the way.
/** @import { Box, Guide, Handle, Key, Keys, Region } from './types.js' */
/** @import { Drawn, Look, PointerLike, Tool } from './tools.js' */
import { boxOf, clampBox, minSideOf, moveBox, resizeBox, roundBox, sharedArea } from './geometry.js';
import { alone, bend, boxAt, shift, stateAt } from './path.js';
import { snap } from './snapping.js';

/** @type {Box} */
const FRAME = [0, 0, 1, 1];

/**
 * Move the pressed box, and with it all selected ones if it is one of them.
 * @param {Look} look @param {PointerLike} start @param {Region} region  shown at the keyframe
 * @returns {Tool['drag']}
 */
export function moving(look, start, region) {
  const from = shownBox(region, look.keyframe);
  const min = minSideOf(look.stage);
  const held = heldWith(look, region);
  const select = held.map(({ id }) => id);
  return (now) => {
    const { box, guides } = caught(look, 'move', start, now, (dx, dy) => moveBox(from, dx, dy, min));
    const way = { dx: round(box[0] - from[0]), dy: round(box[1] - from[1]) };
    const changes = held.map((one) => [one.id, { keys: moved(one, look, way, now) }]);
    return { patch: { regions: Object.fromEntries(changes) }, label: moveLabel(held, look, now), guides, select };
  };
}

/** @param {Look} look @param {Region} region @returns {Region[]} */
function heldWith({ regions, selected, keyframe }, region) {
  if (!selected.includes(region.id)) return [region];
  const others = regions.filter((one) => one !== region && selected.includes(one.id));
  return [region, ...others.filter((one) => !one.locked && boxAt(one.keys, keyframe))];
}

/**
 * @param {Region} region @param {Look} look
 * @param {{dx: number, dy: number}} way @param {PointerLike} now
 * @returns {Keys}
 */
function moved(region, { keyframe, stage }, { dx, dy }, now) {
  if (now.shift) return shift(region.keys, dx, dy);
  const box = roundBox(moveBox(shownBox(region, keyframe), dx, dy, minSideOf(stage)));
  return (now.alt ? alone : bend)(region.keys, keyframe, box);
}

/** @param {Region[]} held @param {Look} look @param {PointerLike} now */
function moveLabel(held, { keyframe }, now) {
  const who = held.length > 1 ? `${held.length} boxes` : nameOf(held[0]);
  if (now.shift) return `move the whole path of ${who}`;
  return `move ${who} at keyframe ${keyframe + 1}${now.alt ? ' alone' : ''}`;
}

/**
 * Pull one handle of a box; Shift keeps the ratio (and is not caught), Alt pulls from the centre.
 * @param {Look} look @param {PointerLike} start @param {Region} region  shown at the keyframe
 * @param {Handle} handle
 * @returns {Tool['drag']}
 */
export function resizing(look, start, region, handle) {
  const k = look.keyframe;
  const from = shownBox(region, k);
  const min = minSideOf(look.stage);
  const label = `resize ${nameOf(region)} at keyframe ${k + 1}`;
  return (now) => {
    const options = { keepRatio: now.shift, fromCentre: now.alt, min };
    const free = { ...now, ctrl: now.ctrl || now.shift };
    const { box, guides } = caught(look, handle, start, free, (dx, dy) => resizeBox(from, handle, dx, dy, options));
    const keys = bend(region.keys, k, roundBox(box));
    return { patch: { regions: { [region.id]: { keys } } }, label, guides, select: [region.id] };
  };
}

/**
 * The box at the pointer's way from the start, or at the way that brings it to the lines near it.
 * Only lines that it really reaches are guides.
 * @param {Look} look @param {Handle} mode @param {PointerLike} start @param {PointerLike} now
 * @param {(dx: number, dy: number) => Box} boxAfter
 * @returns {{box: Box, guides: Guide[]}}
 */
function caught(look, mode, start, now, boxAfter) {
  const [dx, dy] = [now.x - start.x, now.y - start.y];
  const box = boxAfter(dx, dy);
  if (!look.snap || now.ctrl) return { box, guides: [] };
  const found = snap(box, { mode, ...look.snap });
  const way = found.box.map((edge, i) => edge - box[i]);
  const reached = boxAfter(dx + (way[0] || way[2]), dy + (way[1] || way[3]));
  return { box: reached, guides: found.guides.filter((guide) => touches(reached, guide)) };
}

/** @param {Box} box @param {Guide} guide */
function touches([x0, y0, x1, y1], { axis, at }) {
  const [low, high] = axis === 'x' ? [x0, x1] : [y0, y1];
  return [low, high, (low + high) / 2].some((point) => Math.abs(point - at) < 1e-6);
}

/**
 * Draw a box: for the selected region if it is absent here, else for somebody new.
 * @param {Look} look @param {PointerLike} start
 * @returns {Tool}
 */
export function drawing(look, start) {
  const k = look.keyframe;
  const region = drawnFor(look);
  const id = region?.id ?? newId(look.regions);
  const label = `draw ${region ? nameOf(region) : 'a new box'} at keyframe ${k + 1}`;
  /** @param {PointerLike} now @returns {Drawn} */
  const drag = (now) => {
    const { box, guides } = drawnBox(look, start, now);
    if (!sharedArea(box, FRAME)) return {};
    const change = region ? { keys: bend(region.keys, k, box) } : somebody(box);
    return { patch: { regions: { [id]: change } }, label, guides, select: [id] };
  };
  return { drag, click: () => [], corners: look.mode === 'draw' };
}

/** @param {Look} look @returns {Region|undefined} */
function drawnFor({ regions, selected, keyframe }) {
  const region = selected.length === 1 ? regions.find(({ id }) => id === selected[0]) : undefined;
  return region && !region.locked && stateAt(region.keys, keyframe) === 'absent' ? region : undefined;
}

/**
 * The box from corner to corner, not under a token; both corners are caught by lines.
 * @param {Look} look @param {PointerLike} start @param {PointerLike} now
 */
function drawnBox(look, start, now) {
  const min = minSideOf(look.stage);
  const [low, high] = now.y < start.y ? ['s', 'n'] : ['n', 's'];
  const [near, far] = now.x < start.x ? ['e', 'w'] : ['w', 'e'];
  const box = boxOf(start.x, start.y, now.x, now.y);
  if (!look.snap || now.ctrl) return { box: roundBox(clampBox(box, min)), guides: [] };
  const first = snap(box, { mode: /** @type {Handle} */ (low + near), ...look.snap });
  const { box: both, guides } = snap(first.box, { mode: /** @type {Handle} */ (high + far), ...look.snap });
  return { box: roundBox(clampBox(both, min)), guides };
}

/** Somebody new, who stands there all through the scene. @param {Box} box */
function somebody(box) {
  /** @type {Key} */
  const key = { box, visible: true, ease: 'linear' };
  return { keys: [key, null, null, null, null, key], character_id: null, description: '' };
}

/**
 * The first free id 'box-N'.
 * @param {{id: string}[]} regions
 */
export function newId(regions) {
  const taken = new Set(regions.map(({ id }) => id));
  let number = 1;
  while (taken.has(`box-${number}`)) number += 1;
  return `box-${number}`;
}

/** @param {Region} region @param {number} k @returns {Box} */
function shownBox(region, k) {
  return /** @type {Box} */ (boxAt(region.keys, k));
}

/** @param {Region} region */
const nameOf = (region) => region.name || 'a box';

/** @param {number} way */
const round = (way) => Math.round(way * 1e4) / 1e4;
