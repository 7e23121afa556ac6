// @ts-check
// What lies over and under the boxes: the moments before and after, the path of the centre, guide lines, the cells the model sees.
import { svg } from '../page/dom.js';
import { WIDTH } from './boxview.js';

const MOMENTS = 6;
const GUIDES = 6;

/** The selected box at the keyframes before and after, and its path with a tick for each keyframe. */
export class Trail {
  constructor() {
    this.before = ghost('before');
    this.after = ghost('after');
    this.line = svg('polyline', { class: 'path' });
    this.under = svg('polyline', { class: 'path under' });
    this.ticks = Array.from({ length: MOMENTS }, () => svg('circle', { class: 'tick' }));
    this.root = svg('g', { class: 'trail', 'aria-hidden': 'true' },
      this.before, this.after, this.under, this.line, ...this.ticks);
  }

  /**
   * @param {(number[]|null)[]} boxes the box at each keyframe, null where there is none; empty: draw nothing
   * @param {{keyframe: number, states: string[], colour: string, onion: boolean, path: boolean, height: number, unit: number}} how
   */
  draw(boxes, { keyframe, states, colour, onion, path, height, unit }) {
    this.root.style.setProperty('--colour', colour);
    outline(this.before, onion ? boxes[keyframe - 1] : null, height);
    outline(this.after, onion ? boxes[keyframe + 1] : null, height);
    const centres = boxes.map((box) => box && [((box[0] + box[2]) / 2) * WIDTH, ((box[1] + box[3]) / 2) * height]);
    const points = path ? centres.filter(Boolean).map((at) => /** @type {number[]} */ (at).join(',')).join(' ') : '';
    this.line.setAttribute('points', points);
    this.under.setAttribute('points', points);
    this.ticks.forEach((tick, at) => placeTick(tick, path ? centres[at] : null, states[at], at === keyframe, unit));
  }
}

function ghost(/** @type {string} */ when) {
  return svg('rect', { class: `ghost ${when}` });
}

function outline(/** @type {SVGElement} */ rect, /** @type {number[]|null|undefined} */ box, /** @type {number} */ height) {
  rect.setAttribute('visibility', box ? 'visible' : 'hidden');
  if (!box) return;
  rect.setAttribute('x', String(box[0] * WIDTH));
  rect.setAttribute('y', String(box[1] * height));
  rect.setAttribute('width', String((box[2] - box[0]) * WIDTH));
  rect.setAttribute('height', String((box[3] - box[1]) * height));
}

/** @param {SVGElement} tick @param {number[]|null|undefined} at @param {string} state @param {boolean} now @param {number} unit */
function placeTick(tick, at, state, now, unit) {
  tick.setAttribute('visibility', at ? 'visible' : 'hidden');
  if (!at) return;
  tick.setAttribute('cx', String(at[0]));
  tick.setAttribute('cy', String(at[1]));
  tick.setAttribute('r', String((now ? 5.5 : 3.5) * unit));
  tick.setAttribute('data-state', state || '');
  tick.setAttribute('class', now ? 'tick now' : 'tick');
}

/** The lines a box has snapped to, and thirds and centre lines where they are wanted. */
export class Guides {
  constructor() {
    this.lines = Array.from({ length: GUIDES }, () => svg('line', { class: 'guide', visibility: 'hidden' }));
    this.thirds = svg('path', { class: 'thirds' });
    this.root = svg('g', { class: 'guides', 'aria-hidden': 'true' }, this.thirds, ...this.lines);
  }

  /** @param {boolean} wanted @param {number} height */
  frame(wanted, height) {
    const across = [1 / 3, 2 / 3].map((at) => `M${at * WIDTH} 0V${height}M0 ${at * height}H${WIDTH}`).join('');
    this.thirds.setAttribute('d', wanted ? `${across}M${WIDTH / 2} 0V${height}M0 ${height / 2}H${WIDTH}` : '');
  }

  /** @param {{axis: string, at: number}[]} guides where a box caught @param {number} height */
  draw(guides, height) {
    this.lines.forEach((line, at) => {
      const guide = guides[at];
      line.setAttribute('visibility', guide ? 'visible' : 'hidden');
      if (!guide) return;
      const upright = guide.axis === 'x';
      const place = guide.at * (upright ? WIDTH : height);
      const ends = upright ? [place, -height, place, 2 * height] : [-WIDTH, place, 2 * WIDTH, place];
      ['x1', 'y1', 'x2', 'y2'].forEach((name, end) => line.setAttribute(name, String(ends[end])));
    });
  }
}

/** The cells that belong to each box, as the model sees them. */
export class Cells {
  constructor() {
    this.grid = svg('path', { class: 'grid' });
    this.shares = svg('g');
    this.root = svg('g', { class: 'cells', 'aria-hidden': 'true' }, this.shares, this.grid);
    /** @type {Map<string, SVGElement>} */
    this.paths = new Map();
  }

  /**
   * @param {{id: string, colour: string, mask: boolean[][]|null}[]} shares one per region, back to front
   * @param {{rows: number, columns: number, height: number}} stage
   */
  draw(shares, { rows, columns, height }) {
    const [wide, high] = [WIDTH / columns, height / rows];
    for (const [id, path] of this.paths) if (!shares.some((share) => share.id === id)) { path.remove(); this.paths.delete(id); }
    for (const { id, colour, mask } of shares) {
      const path = this.paths.get(id) || svg('path', { class: 'share' });
      this.paths.set(id, path);
      path.style.setProperty('--colour', colour);
      path.setAttribute('d', mask ? outlineOf(mask, wide, high) : '');
      this.shares.append(path);
    }
    const lines = (/** @type {number} */ count) => Array.from({ length: count + 1 }, (_, at) => at);
    const across = lines(rows).map((row) => `M0 ${row * high}H${WIDTH}`).join('');
    this.grid.setAttribute('d', shares.length ? across + lines(columns).map((column) => `M${column * wide} 0V${height}`).join('') : '');
  }
}

function outlineOf(/** @type {boolean[][]} */ mask, /** @type {number} */ wide, /** @type {number} */ high) {
  return mask.map((row, at) => row.map((inside, column) => (inside ? `M${column * wide} ${at * high}h${wide}v${high}h${-wide}z` : '')).join('')).join('');
}
