// @ts-check
// All boxes of a scene as a table: a row per box, a column per keyframe, each cell "left top width height" in percent.
/** @import { Keys, Region } from './types.js' */
import { el } from '../page/dom.js';
import { minSideOf, toXywh, typedBox } from './geometry.js';
import { bend, boxAt, clearKey, stateAt } from './path.js';
import { STATES } from './spoken.js';

const MOMENTS = [0, 1, 2, 3, 4, 5];

/**
 * The box in words of a cell: '12 30 20 55'; empty where there is none.
 * @param {Keys} keys @param {number} k
 */
export function cellWords(keys, k) {
  const box = boxAt(keys, k);
  if (!box) return '';
  const { x, y, w, h } = toXywh(box);
  return [x, y, w, h].map((number) => Number(number.toFixed(1))).join(' ');
}

/**
 * Read what was typed into a cell.
 * @param {string} words
 * @returns {number[]|null} left, top, width, height in percent; null if it is not four numbers
 */
export function readCell(words) {
  const numbers = words.replaceAll('%', ' ').trim().split(/[\s;]+/).map((word) => Number(word.replace(',', '.')));
  return numbers.length === 4 && numbers.every(Number.isFinite) && numbers[2] > 0 && numbers[3] > 0 ? numbers : null;
}

export class Table {
  /** @param {import('./timeline.js').Actions & {announce: (words: string) => void}} actions */
  constructor(actions) {
    this.actions = actions;
    this.body = el('tbody');
    const heads = MOMENTS.map((k) => el('th', { scope: 'col', text: `Keyframe ${k + 1}` }));
    this.table = el('table', {}, el('caption', { text: 'Left, top, width and height of each box in percent of the picture. An empty cell follows its neighbours.' }),
      el('thead', {}, el('tr', {}, el('th', { scope: 'col', text: 'Box' }), ...heads)), this.body);
    this.root = el('div', { class: 'box-table' }, this.table);
    this.table.addEventListener('keydown', (event) => this.walk(event));
    /** @type {Map<string, {root: HTMLElement, name: HTMLElement, cells: HTMLInputElement[]}>} */
    this.rows = new Map();
  }

  /** @param {import('./look.js').View} view */
  draw(view) {
    this.view = view;
    this.root.hidden = !view.look.table;
    if (!view.look.table) return;
    const { regions, look } = view;
    for (const [id, row] of this.rows) if (!regions.some((region) => region.id === id)) { row.root.remove(); this.rows.delete(id); }
    regions.forEach((region, at) => {
      const row = this.rows.get(region.id) || this.row(region.id);
      this.rows.set(region.id, row);
      if (this.body.children[at] !== row.root) this.body.insertBefore(row.root, this.body.children[at] || null);
      row.name.textContent = region.name;
      row.root.classList.toggle('selected', look.selected.includes(region.id));
      row.cells.forEach((cell, k) => drawCell(cell, region, k, k === look.keyframe));
    });
  }

  row(/** @type {string} */ id) {
    const name = el('th', { scope: 'row' });
    const cells = MOMENTS.map((k) => this.cell(id, k));
    return { root: el('tr', {}, name, ...cells.map((cell) => el('td', {}, cell))), name, cells };
  }

  cell(/** @type {string} */ id, /** @type {number} */ k) {
    const cell = /** @type {HTMLInputElement} */ (el('input', { type: 'text', autocomplete: 'off', spellcheck: 'false' }));
    cell.addEventListener('focus', () => this.actions.set({ keyframe: k, selected: [id] }));
    cell.addEventListener('change', () => this.typed(cell, id, k));
    return cell;
  }

  typed(/** @type {HTMLInputElement} */ cell, /** @type {string} */ id, /** @type {number} */ k) {
    const { regions, head } = /** @type {import('./look.js').View} */ (this.view);
    const region = regions.find((one) => one.id === id);
    const numbers = readCell(cell.value);
    if (!region || region.locked) return;
    if (!cell.value.trim()) {
      this.actions.changeKeys(`clear the key of ${region.name} at keyframe ${k + 1}`, id, clearKey(region.keys, k));
    } else if (numbers) {
      const [x, y, w, h] = numbers;
      const box = typedBox({ x, y, w, h }, minSideOf(head.stage));
      this.actions.changeKeys(`place ${region.name} at keyframe ${k + 1}`, id, bend(region.keys, k, box));
    } else {
      this.actions.announce('Type four numbers in percent: left, top, width, height.');
    }
    // What the document says now stands in the cell, whatever was typed.
    const now = /** @type {import('./look.js').View} */ (this.view).regions.find((one) => one.id === id);
    if (now) drawCell(cell, now, k, true, true);
  }

  /** Up, down and Enter go from row to row; Escape takes typing back. */
  walk(/** @type {KeyboardEvent} */ event) {
    const cell = /** @type {HTMLInputElement} */ (event.target);
    const rows = [...this.rows.values()].map((row) => row.cells);
    const at = rows.findIndex((cells) => cells.includes(cell));
    if (at < 0) return;
    event.stopPropagation();
    const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') cell.value = cell.defaultValue;
    if (!step) return;
    event.preventDefault();
    const next = rows[(at + step + rows.length) % rows.length][rows[at].indexOf(cell)];
    cell.blur(); // what was typed is taken over, even where there is no other row
    next.focus();
    next.select();
  }
}

/** @param {HTMLInputElement} cell @param {Region} region @param {number} k @param {boolean} now @param {boolean} [force] over what is being typed */
function drawCell(cell, region, k, now, force = false) {
  const words = cellWords(region.keys, k);
  const state = stateAt(region.keys, k);
  cell.dataset.state = state;
  cell.classList.toggle('now', now);
  cell.readOnly = region.locked;
  cell.setAttribute('aria-label', `${region.name}, keyframe ${k + 1}, ${STATES[state]}${region.locked ? ', locked' : ''}`);
  cell.setAttribute('placeholder', state === 'hidden' ? 'off stage' : '–');
  if (document.activeElement === cell && !force && cell.value !== cell.defaultValue) return;
  cell.defaultValue = words;
  cell.value = words;
}
