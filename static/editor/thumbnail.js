// @ts-check
// One moment drawn small: the backdrop and a rectangle per box, cheap to bring up to date.
/** @import { Box, Region } from './types.js' */
import { el, svg } from '../page/dom.js';
import { Backdrop } from './backdrop.js';
import { WIDTH } from './boxview.js';
import { boxAt } from './path.js';

export class Thumbnail {
  /** @param {number} keyframe */
  constructor(keyframe) {
    this.keyframe = keyframe;
    this.backdrop = new Backdrop();
    this.svg = svg('svg', { preserveAspectRatio: 'none', 'aria-hidden': 'true' });
    this.root = el('span', { class: 'thumbnail' }, this.backdrop.root, this.svg);
    /** @type {Map<string, SVGElement>} */
    this.rects = new Map();
    this.height = WIDTH;
  }

  /** @param {import('./look.js').View} view */
  draw({ scene, head, regions, look }) {
    this.height = WIDTH / head.stage.aspect;
    this.root.style.aspectRatio = String(head.stage.aspect);
    this.svg.setAttribute('viewBox', `0 0 ${WIDTH} ${this.height}`);
    this.backdrop.draw(scene, look.backdrop, this.keyframe);
    const there = regions.filter((region) => !look.hidden.has(region.id)).toSorted((a, b) => a.layer - b.layer);
    for (const [id, rect] of this.rects) if (!there.some((region) => region.id === id)) { rect.remove(); this.rects.delete(id); }
    there.forEach((region, at) => this.drawBox(region, at, look.selected.includes(region.id)));
  }

  drawBox(/** @type {Region} */ region, /** @type {number} */ at, /** @type {boolean} */ selected) {
    const rect = this.rects.get(region.id) || svg('rect', { rx: 20 });
    this.rects.set(region.id, rect);
    if (this.svg.children[at] !== rect) this.svg.insertBefore(rect, this.svg.children[at] || null);
    rect.style.setProperty('--colour', region.colour);
    rect.setAttribute('class', selected ? 'small selected' : 'small');
    this.place(region.id, boxAt(region.keys, this.keyframe));
  }

  /** @param {string} region @param {Box|null} box */
  place(region, box) {
    const rect = this.rects.get(region);
    if (!rect) return;
    rect.setAttribute('visibility', box ? 'visible' : 'hidden');
    if (!box) return;
    rect.setAttribute('x', String(box[0] * WIDTH));
    rect.setAttribute('y', String(box[1] * this.height));
    rect.setAttribute('width', String((box[2] - box[0]) * WIDTH));
    rect.setAttribute('height', String((box[3] - box[1]) * this.height));
  }
}
