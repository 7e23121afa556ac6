// @ts-check
// Pointer gestures without a page: what a press becomes, and what its moves and its end lead to.
/** @import { Box, Guide, Handle, Patch, Region, Stage, Targets } from './types.js' */
import { drawing, moving, resizing } from './drags.js';
import { boxOf, sharedArea } from './geometry.js';
import { boxAt } from './path.js';

/**
 * What the tools look at when a press begins.
 * @typedef {Object} Look
 * @property {Region[]} regions
 * @property {number} keyframe
 * @property {string[]} selected  ids
 * @property {'select'|'draw'|'marquee'} mode  select also draws on the empty stage, by drag
 * @property {Pick<Stage, 'rows'|'columns'>} stage
 * @property {{targets: Targets, threshold: number|[number, number]}|null} snap  null: off
 * @property {number} [slop]  way under which a press is a click, fraction of the frame
 */

/**
 * @typedef {Object} PointerLike
 * @property {'down'|'move'|'up'|'cancel'} type
 * @property {number} x @property {number} y  fractions of the frame; may lie outside it
 * @property {boolean} [shift]  the whole path; while resizing: keep the ratio
 * @property {boolean} [alt]  this keyframe alone; while resizing: from the centre; a click: the box below
 * @property {boolean} [ctrl]  no snapping
 * @property {{region: string, handle: Handle|null}|null} [target]  what was pressed
 * @property {string[]} [hits]  ids of all boxes under the pointer, front first
 */

/**
 * What a pointer event led to.
 * @typedef {Object} Answer
 * @property {Patch|null} preview  what to show instead, until the next answer
 * @property {Guide[]} guides
 * @property {{label: string, patch: Patch}|null} commit  the finished edit
 * @property {string[]|null} select  the new selection; null = as it was
 * @property {Box|null} frame  the rectangle of a marquee
 */

/** @typedef {{patch?: Patch|null, label?: string, guides?: Guide[], select?: string[], frame?: Box}} Drawn */

/**
 * What a press may become. `drag` says what a pointer here makes of it, from the start each time;
 * with `corners` a click sets one corner, and the next click the other.
 * @typedef {{drag: (now: PointerLike) => Drawn, click: (now: PointerLike) => string[]|null, corners?: boolean}} Tool
 */

/** @typedef {{tool: Tool, look: Look, start: PointerLike, moved: boolean, corner: boolean}} Going */

const SLOP = 0.004;
/** @type {Readonly<Answer>} */
const NOTHING = { preview: null, guides: [], commit: null, select: null, frame: null };

/** One pointer's gestures, from press to release or cancel. */
export class Gesture {
  #look;
  /** @type {Going|null} */
  #going = null;

  /** @param {() => Look} look  asked at every press */
  constructor(look) {
    this.#look = look;
  }

  /** Whether a gesture goes on: what it edits should not be drawn anew meanwhile. */
  get busy() { return this.#going !== null; }

  /**
   * @param {PointerLike} event
   * @returns {Answer}
   */
  feed(event) {
    const going = this.#going;
    if (event.type === 'down' && !going?.corner) return this.#press(event);
    if (!going) return NOTHING;
    if (event.type === 'cancel') return this.#cancel(going);
    return event.type === 'up' ? this.#release(going, event) : dragged(going, event);
  }

  /** @param {PointerLike} event @returns {Answer} */
  #press(event) {
    const look = this.#look();
    this.#going = { tool: toolFor(look, event), look, start: event, moved: false, corner: false };
    const id = event.target?.region;
    const fresh = id && look.mode === 'select' && !event.shift && !event.alt && !look.selected.includes(id);
    return { ...NOTHING, select: fresh ? [id] : null };
  }

  /** @param {Going} going @param {PointerLike} event @returns {Answer} */
  #release(going, event) {
    const { tool, corner } = going;
    const moved = hasMoved(going, event);
    going.corner = !moved && !corner && Boolean(tool.corners);
    if (going.corner) return NOTHING;
    this.#going = null;
    if (!moved) return { ...NOTHING, select: corner ? null : tool.click(event) };
    const { patch, label = '', select = null } = tool.drag(event);
    return { ...NOTHING, commit: patch ? { label, patch } : null, select };
  }

  /** @param {Going} going @returns {Answer} */
  #cancel(going) {
    this.#going = null;
    return { ...NOTHING, select: going.look.selected };
  }
}

/** @param {Going} going @param {PointerLike} event @returns {Answer} */
function dragged(going, event) {
  if (!hasMoved(going, event)) return NOTHING;
  const { patch = null, guides = [], select = null, frame = null } = going.tool.drag(event);
  return { preview: patch, guides, commit: null, select, frame };
}

/**
 * Whether a press is a drag by now; once one, it stays one.
 * @param {Going} going @param {PointerLike} event
 */
function hasMoved(going, { x, y }) {
  const { start, look } = going;
  const slop = look.slop ?? SLOP;
  going.moved ||= Math.abs(x - start.x) > slop || Math.abs(y - start.y) > slop;
  return going.moved;
}

/** @param {Look} look @param {PointerLike} event @returns {Tool} */
function toolFor(look, event) {
  const region = look.mode === 'select' ? pressed(look, event) : undefined;
  if (!region) {
    const many = look.mode === 'marquee' || (look.mode === 'select' && event.shift);
    return many ? marquee(look, event) : drawing(look, event);
  }
  const click = clicking(look, region);
  if (region.locked || !boxAt(region.keys, look.keyframe)) return { drag: () => ({}), click };
  const handle = event.target?.region === region.id ? event.target.handle : null;
  const drag = handle && handle !== 'move' ? resizing(look, event, region, handle) : moving(look, event, region);
  return { drag, click };
}

/**
 * The region pressed; with Alt the selected one, if it lies under the pointer.
 * @param {Look} look @param {PointerLike} event
 */
function pressed(look, { target, hits = [], alt }) {
  const below = alt ? look.selected.find((id) => hits.includes(id)) : undefined;
  return look.regions.find((region) => region.id === (below ?? target?.region));
}

/**
 * What a click on a box selects: it; with Shift it besides, or no longer; with Alt the next one below.
 * @param {Look} look @param {Region} region
 * @returns {Tool['click']}
 */
function clicking(look, { id }) {
  return ({ shift: also, alt: below, hits = [] }) => {
    if (below && hits.length) return [hits[(hits.indexOf(look.selected[0]) + 1) % hits.length]];
    if (!also) return [id];
    return look.selected.includes(id) ? look.selected.filter((one) => one !== id) : [...look.selected, id];
  };
}

/**
 * Select all boxes a rectangle touches; with Shift besides those selected.
 * @param {Look} look @param {PointerLike} start
 * @returns {Tool}
 */
function marquee(look, start) {
  const kept = start.shift ? look.selected : [];
  return {
    click: () => kept,
    drag(now) {
      const frame = boxOf(start.x, start.y, now.x, now.y);
      const touched = look.regions.filter(({ keys }) => {
        const box = boxAt(keys, look.keyframe);
        return box && sharedArea(box, frame) > 0;
      });
      return { frame, select: [...new Set([...kept, ...touched.map(({ id }) => id)])] };
    },
  };
}
