// @ts-check
// The stage: the backdrop, the boxes over it, their handles and paths. A drag changes attributes here and makes no node.
/** @import { Box, Guide, Keys, Region } from './types.js' */
import { el, svg } from '../page/dom.js';
import { Backdrop } from './backdrop.js';
import { BoxView, WIDTH, faceOf, looksLeft } from './boxview.js';
import { Handles } from './handles.js';
import { masksOf } from './masks.js';
import { judgeBox } from './obedience.js';
import { boxMark } from './marks.js';
import { Cells, Guides, Trail } from './overlays.js';
import { boxAt, restingBox, stateAt } from './path.js';
import { boxWords } from './spoken.js';
import { ViewPort } from './viewport.js';

/** @typedef {import('./look.js').View} View */

export class Stage {
  constructor() {
    this.backdrop = new Backdrop();
    this.trail = new Trail();
    this.guides = new Guides();
    this.cells = new Cells();
    this.handles = new Handles();
    this.boxes = svg('g', { class: 'boxes' });
    this.draft = svg('rect', { class: 'draft', visibility: 'hidden' });
    this.frame = svg('rect', { class: 'frame', width: WIDTH });
    this.svg = svg('svg', { class: 'boxes-stage', role: 'group', tabindex: -1, 'aria-label': 'The stage', preserveAspectRatio: 'none' },
      hatches(), this.frame, this.guides.root, this.cells.root, this.boxes, this.trail.root, this.handles.root, this.draft);
    this.empty = el('p', { class: 'empty-stage' });
    this.root = el('div', { class: 'stage-frame' }, this.backdrop.root, this.svg, this.empty);
    this.port = new ViewPort(this.root, this.svg, this.backdrop.root, () => this.place());
    /** @type {Map<string, BoxView>} */
    this.views = new Map();
  }

  /** @param {View} view */
  draw(view) {
    this.view = view;
    const { scene, head, look } = view;
    this.port.fit(head.stage.aspect);
    this.height = WIDTH / head.stage.aspect;
    this.frame.setAttribute('height', String(this.height));
    this.backdrop.draw(scene, look.backdrop, look.keyframe);
    this.guides.frame(look.thirds, this.height);
    this.svg.classList.toggle('drawing', look.tool === 'draw');
    this.svg.classList.toggle('on-take', look.backdrop === 'take');
    this.keep(view.regions);
    this.place();
    this.drawCells(view.regions);
    const nobody = !view.regions.some((region) => boxAt(region.keys, look.keyframe));
    this.empty.hidden = !nobody;
    this.empty.textContent = view.regions.length ? 'Nobody on stage at this moment' : 'Nobody on stage yet: drag a box to put somebody here';
  }

  /** Keep one node per box at this keyframe, in the order of their layers; focus stays where it is. */
  keep(/** @type {Region[]} */ regions) {
    const { look } = /** @type {View} */ (this.view);
    const there = regions.filter((region) => shownAt(region, look)).toSorted((a, b) => a.layer - b.layer);
    for (const [id, view] of this.views) if (!there.some((region) => region.id === id)) { view.root.remove(); this.views.delete(id); }
    there.forEach((region, at) => {
      const view = this.views.get(region.id) || new BoxView(region.id);
      this.views.set(region.id, view);
      if (this.boxes.children[at] !== view.root) this.boxes.insertBefore(view.root, this.boxes.children[at] || null);
      this.dress(view, region, regions);
    });
  }

  dress(/** @type {BoxView} */ view, /** @type {Region} */ region, /** @type {Region[]} */ regions) {
    const { look, head, scene } = /** @type {View} */ (this.view);
    view.dress({
      name: region.name, colour: region.colour, locked: region.locked, face: faceOf(head.cast, region),
      left: looksLeft(region, look.keyframe),
      order: regions.indexOf(region), state: stateAt(region.keys, look.keyframe),
      selected: look.selected.includes(region.id),
      words: boxWords(region, look.keyframe, region.keys),
      verdict: this.verdict(region, region.keys),
      finding: boxMark(scene.findings, region.id, look.keyframe),
    });
  }

  /** How well the pack follows the box of a region at this keyframe. */
  verdict(/** @type {Region} */ region, /** @type {Keys} */ keys) {
    const { look, head, regions } = /** @type {View} */ (this.view);
    const box = boxAt(keys, look.keyframe);
    if (!box) return { level: 'unknown', reason: '' };
    const others = regions.filter((other) => other.id !== region.id).map((other) => boxAt(other.keys, look.keyframe));
    return judgeBox(box, /** @type {Box[]} */ (others.filter(Boolean)), head.obedience);
  }

  /** Put every box where its keys say. */
  place() {
    if (!this.view) return;
    const { regions, look } = this.view;
    for (const region of regions) this.placeBox(region, region.keys);
    this.placeSelected(regions.find((region) => region.id === look.selected[0]) || null);
    this.guides.draw([], this.height);
    this.showDraft(null);
  }

  placeBox(/** @type {Region} */ region, /** @type {Keys} */ keys) {
    const { look } = /** @type {View} */ (this.view);
    const view = this.views.get(region.id);
    const box = view && restingBox(keys, look.keyframe);
    if (view && box) view.place(box, this.height, this.port.unit);
  }

  placeSelected(/** @type {Region|null} */ region, keys = region && region.keys) {
    const { look } = /** @type {View} */ (this.view);
    const alone = look.selected.length === 1;
    const box = region && keys && this.views.has(region.id) ? restingBox(keys, look.keyframe) : null;
    this.handles.show(box && alone && region && !region.locked ? region.id : null);
    if (box) this.handles.place(box, this.height, this.port.unit);
    const boxes = region && keys && !look.hidden.has(region.id) ? keys.map((_, k) => boxAt(keys, k)) : [];
    this.trail.draw(boxes, {
      keyframe: look.keyframe, states: keys ? keys.map((_, k) => stateAt(keys, k)) : [], colour: region ? region.colour : '',
      onion: look.onion, path: look.path, height: this.height, unit: this.port.unit,
    });
  }

  /**
   * Show a gesture under way: only the boxes it changes, their handles and the lines they caught.
   * @param {Record<string, Keys>} changed keys by region @param {Guide[]} guides
   */
  preview(changed, guides) {
    const { regions, look } = /** @type {View} */ (this.view);
    for (const region of regions) {
      const keys = changed[region.id];
      if (!keys) continue;
      this.placeBox(region, keys);
      if (region.id === look.selected[0]) this.placeSelected(region, keys);
      this.tint(region, keys);
    }
    this.guides.draw(guides, this.height);
    if (look.cells) this.drawCells(regions.map((region) => (changed[region.id] ? { ...region, keys: changed[region.id] } : region)));
  }

  tint(/** @type {Region} */ region, /** @type {Keys} */ keys) {
    const view = this.views.get(region.id);
    const verdict = view && this.verdict(region, keys);
    if (view && verdict && verdict.level !== view.level) view.tint(verdict, region.name);
  }

  /** @param {Box|null} box a box being drawn, or the rectangle of a selection */
  showDraft(box) {
    this.draft.setAttribute('visibility', box ? 'visible' : 'hidden');
    if (!box) return;
    const edges = { x: box[0] * WIDTH, y: box[1] * this.height, width: (box[2] - box[0]) * WIDTH, height: (box[3] - box[1]) * this.height };
    for (const [name, value] of Object.entries(edges)) this.draft.setAttribute(name, String(value));
  }

  drawCells(/** @type {Region[]} */ regions) {
    const { look, head } = /** @type {View} */ (this.view);
    const inOrder = look.cells ? regions.toSorted((a, b) => a.layer - b.layer) : [];
    const masks = look.cells ? masksOf(inOrder, head.stage)[look.latent] : [];
    const shares = inOrder.map(({ id, colour }, at) => ({ id, colour, mask: masks[at] }));
    this.cells.draw(shares, { rows: head.stage.rows, columns: head.stage.columns, height: this.height });
  }

  /** Which box and handle an element of the stage belongs to. */
  hit(/** @type {Element} */ element) {
    const part = element.closest('[data-region]');
    const handle = element.closest('[data-handle]');
    return part && { region: part.getAttribute('data-region') || '', handle: handle ? handle.getAttribute('data-handle') : 'move' };
  }

  /** Put the keyboard's focus on a box. */
  focus(/** @type {string} */ region) {
    const view = this.views.get(region);
    if (view) view.root.focus({ preventScroll: true });
  }
}

function shownAt(/** @type {Region} */ region, /** @type {import('./look.js').Look} */ look) {
  if (look.hidden.has(region.id)) return false;
  const state = stateAt(region.keys, look.keyframe);
  return state === 'set' || state === 'inherited' || (state === 'hidden' && look.selected.includes(region.id));
}

/** Stripes for boxes the pack follows badly: a sign that does not need colour. */
function hatches() {
  const pattern = (/** @type {string} */ level, /** @type {number} */ gap) => svg('pattern',
    { id: `hatch-${level}`, width: gap, height: gap, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    svg('line', { class: `stripe ${level}`, y2: gap }));
  return svg('defs', {}, pattern('fair', 22), pattern('poor', 12));
}
