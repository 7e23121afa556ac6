// @ts-check
// The six moments of a scene as thumbnails, and a row per box: its name, eye and lock, and a diamond for each key.
/** @import { Keys, Region } from './types.js' */
import { el } from '../page/dom.js';
import { momentMark } from './marks.js';
import { boxAt } from './path.js';
import { Row } from './row.js';
import { Thumbnail } from './thumbnail.js';

const MOMENTS = [0, 1, 2, 3, 4, 5];

/**
 * @typedef {Object} Actions  what the parts of the editor ask of it
 * @property {(look: Partial<import('./look.js').Look>) => void} set
 * @property {(command: string, region?: string) => void} run
 * @property {(label: string, region: string, keys: Keys) => void} changeKeys
 * @property {(at: {x: number, y: number}, from: Element) => void} keyMenu  of the chosen box at the keyframe shown
 */

export class Timeline {
  /** @param {Actions} actions */
  constructor(actions) {
    this.actions = actions;
    this.thumbnails = MOMENTS.map((keyframe) => new Thumbnail(keyframe));
    this.tabs = this.thumbnails.map((thumbnail, keyframe) => this.tab(thumbnail, keyframe));
    const tabs = el('div', { class: 'moments', role: 'tablist', 'aria-label': 'Keyframes' }, ...this.tabs);
    tabs.addEventListener('keydown', (event) => this.walk(event));
    this.list = el('div', { class: 'box-rows', role: 'group', 'aria-label': 'Boxes and their keys' });
    this.root = el('div', { class: 'timeline' }, tabs, this.list);
    /** @type {Map<string, Row>} */
    this.rows = new Map();
  }

  tab(/** @type {Thumbnail} */ thumbnail, /** @type {number} */ keyframe) {
    const tab = el('button', { type: 'button', class: 'moment', role: 'tab' },
      thumbnail.root, el('span', { class: 'count', text: String(keyframe + 1) }), el('i', { class: 'flag', 'aria-hidden': 'true' }));
    tab.addEventListener('click', () => this.actions.set({ keyframe }));
    return tab;
  }

  /** Arrows go from tab to tab, as in any list of tabs. */
  walk(/** @type {KeyboardEvent} */ event) {
    const at = this.tabs.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = { ArrowRight: at + 1, ArrowLeft: at + 5, Home: 0, End: 5 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.actions.set({ keyframe: next % 6 });
    this.tabs[next % 6].focus();
  }

  /** @param {import('./look.js').View} view */
  draw(view) {
    const { regions, look } = view;
    this.keyframe = look.keyframe;
    for (const thumbnail of this.thumbnails) thumbnail.draw(view);
    this.tabs.forEach((tab, keyframe) => {
      tab.setAttribute('aria-selected', String(keyframe === look.keyframe));
      tab.setAttribute('tabindex', keyframe === look.keyframe ? '0' : '-1');
      drawMoment(tab, keyframe, momentWords(regions, keyframe), momentMark(view.scene.findings, keyframe));
    });
    for (const [id, row] of this.rows) if (!regions.some((region) => region.id === id)) { row.root.remove(); this.rows.delete(id); }
    regions.forEach((region, at) => {
      const row = this.rows.get(region.id) || new Row(region.id, this.actions);
      this.rows.set(region.id, row);
      row.draw(region, look, view.scene.findings);
      if (this.list.children[at] !== row.root) this.list.insertBefore(row.root, this.list.children[at] || null);
    });
  }

  /**
   * Follow a gesture: the row of each changed box and the thumbnail of this moment.
   * @param {Record<string, Keys>} changed
   */
  preview(changed) {
    const keyframe = this.keyframe || 0;
    for (const [id, keys] of Object.entries(changed)) {
      const row = this.rows.get(id);
      if (row) row.show(keys);
      this.thumbnails[keyframe].place(id, boxAt(keys, keyframe));
    }
  }
}

/** Say who is on stage and what is wrong there. */
function drawMoment(/** @type {HTMLElement} */ tab, /** @type {number} */ keyframe, /** @type {string} */ words, /** @type {import('./marks.js').Mark|null} */ mark) {
  const flag = /** @type {HTMLElement} */ (tab.lastChild);
  flag.className = mark ? `flag ${mark.severity}` : 'flag';
  flag.textContent = mark ? mark.sign : '';
  tab.setAttribute('aria-label', mark ? `${words}. ${mark.words}` : words);
  tab.setAttribute('title', mark ? mark.words : `Keyframe ${keyframe + 1} of 6 (key ${keyframe + 1})`);
}

function momentWords(/** @type {Region[]} */ regions, /** @type {number} */ keyframe) {
  const names = regions.filter((region) => boxAt(region.keys, keyframe)).map((region) => region.name);
  return `Keyframe ${keyframe + 1} of 6: ${names.length ? names.join(', ') : 'nobody on stage'}`;
}
