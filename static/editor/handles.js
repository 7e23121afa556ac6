// @ts-check
// The eight handles of the selected box: ten pixels to see, twenty-four to hit, forty-four for a finger.
import { svg } from '../page/dom.js';
import { WIDTH } from './boxview.js';

/** Where each handle sits on its box: fractions of width and height. */
const PLACES = /** @type {Record<string, [number, number]>} */ ({
  nw: [0, 0], n: [0.5, 0], ne: [1, 0], e: [1, 0.5], se: [1, 1], s: [0.5, 1], sw: [0, 1], w: [0, 0.5],
});
const SEEN = 10;
const coarse = window.matchMedia('(pointer: coarse)');

/** The handles are made once and move from box to box. */
export class Handles {
  constructor() {
    this.grips = new Map(Object.keys(PLACES).map((name) => [name, grip(name)]));
    this.root = svg('g', { class: 'handles', 'aria-hidden': 'true' }, ...this.grips.values());
    this.root.style.display = 'none';
  }

  /** @param {string|null} region whose handles these are; null hides them */
  show(region) {
    this.root.style.display = region ? '' : 'none';
    this.root.setAttribute('data-region', region || '');
    this.hit = coarse.matches ? 44 : 24;
    for (const handle of this.grips.values()) {
      const area = /** @type {SVGElement} */ (handle.firstChild);
      for (const [name, value] of [['x', -this.hit / 2], ['y', -this.hit / 2], ['width', this.hit], ['height', this.hit]]) {
        area.setAttribute(String(name), String(value));
      }
    }
  }

  /**
   * Follow a box. Where it is small the handles step outwards, so that its middle can still be taken.
   * @param {number[]} box @param {number} height @param {number} unit
   */
  place(box, height, unit) {
    const [wide, high] = [(box[2] - box[0]) * WIDTH, (box[3] - box[1]) * height];
    const room = (this.hit || 24) * unit;
    const [outX, outY] = [step(wide, room), step(high, room)];
    for (const [name, handle] of this.grips) {
      const [atX, atY] = PLACES[name];
      const x = box[0] * WIDTH + atX * wide + (atX - 0.5) * 2 * outX;
      const y = box[1] * height + atY * high + (atY - 0.5) * 2 * outY;
      handle.setAttribute('transform', `translate(${x} ${y}) scale(${unit})`);
      const crowded = (atX === 0.5 && wide + 2 * outX < 2.6 * room) || (atY === 0.5 && high + 2 * outY < 2.6 * room);
      handle.setAttribute('visibility', crowded ? 'hidden' : 'inherit');
    }
  }
}

function step(/** @type {number} */ side, /** @type {number} */ room) {
  return side > 2 * room ? 0 : Math.min(room / 3, (2 * room - side) / 4);
}

function grip(/** @type {string} */ name) {
  return svg('g', { class: `handle ${name}`, 'data-handle': name },
    svg('rect', { class: 'area' }),
    svg('rect', { class: 'grip', x: -SEEN / 2, y: -SEEN / 2, width: SEEN, height: SEEN, rx: 2 }));
}
