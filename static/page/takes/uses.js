// The window that says who in a scene uses what was learned: a row for each box, a column for each look and motion.
import { openDialog } from '../dialog.js';
import { el } from '../dom.js';

const NOTE = 'How strongly each box uses each learned look and motion, and from which keyframe to which. As usual: who is in the box plays with their own look, and does what they do with the learned motion.';
const KEYFRAMES = [0, 1, 2, 3, 4, 5];
const MOST = 2;
const FULL = 1;

/** Say a cell: 'as usual', 'not used', 'off' or its strength. */
export function cellWords({ set, plays, scale }) {
  if (!set) return plays ? 'as usual' : 'not used';
  return scale ? `strength ${scale.toFixed(1)}` : 'off';
}

/** Give the use that the fields of a cell say; a span that ends before it begins is one keyframe. */
export function useOf({ scale, from, to }) {
  return { scale: Number(scale), from_keyframe: Number(from), to_keyframe: Math.max(Number(from), Number(to)) };
}

/** The open window; `use(region, column, use)` tells what is wanted, null = as usual. */
export class UsesWindow {
  constructor(place, scene, use) {
    this.use = use;
    this.table = el('table', { class: 'uses' });
    this.none = el('p', { class: 'note', text: 'Nothing that was learned can be used in this scene.' });
    this.dialog = openDialog(place, 'Who uses what was learned', el('p', { class: 'note', text: NOTE }), this.none, el('div', { class: 'uses-place' }, this.table));
    this.dialog.classList.add('wide');
    this.draw(scene);
  }

  get open() {
    return this.dialog.open;
  }

  /** Show a SceneView; what has the focus keeps it. */
  draw({ uses, regions }) {
    const made = JSON.stringify(uses);
    this.none.hidden = Boolean(uses);
    if (made === this.made) return;
    this.made = made;
    const held = this.table.contains(document.activeElement) ? document.activeElement.dataset.field : null;
    const { columns, rows } = uses || { columns: [], rows: [] };
    const colours = new Map(regions.map(({ id, colour }) => [id, colour]));
    this.table.replaceChildren(head(columns), el('tbody', {}, ...rows.map((row) => this.row(row, columns, colours.get(row.region)))));
    if (held) this.table.querySelector(`[data-field="${held}"]`)?.focus();
  }

  row({ region, name, cells }, columns, colour) {
    const mark = el('i', { class: 'dot', 'aria-hidden': 'true' });
    mark.style.background = colour;
    return el('tr', { 'data-region': region }, el('th', { scope: 'row' }, mark, name),
      ...cells.map((cell, at) => this.cell(cell, { region, name, at }, columns[at])));
  }

  cell(cell, { region, name, at }, column) {
    const about = `${name}, ${column.name}`;
    const field = (what) => ({ 'data-field': `${region}/${at}/${what}`, 'aria-label': `${about}: ${what}` });
    const scale = el('input', { type: 'range', min: 0, max: MOST, step: 0.1, value: cell.scale, ...field('strength') });
    const words = el('span', { class: 'cell-words', text: cellWords(cell) });
    const [from, to] = [['from', cell.from_keyframe], ['to', cell.to_keyframe]].map(([what, value]) => choice(field(what), value));
    const usual = el('button', { type: 'button', class: 'quiet', text: 'As usual', ...field('as usual'), hidden: !cell.set });
    const told = () => useOf({ scale: scale.value, from: from.value, to: to.value });
    scale.addEventListener('input', () => { words.textContent = cellWords({ set: true, scale: Number(scale.value) }); });
    scale.addEventListener('change', () => this.use(region, column, told()));
    for (const one of [from, to]) one.addEventListener('change', () => this.use(region, column, { ...told(), scale: Number(scale.value) || FULL }));
    usual.addEventListener('click', () => this.use(region, column, null));
    return el('td', { class: cell.plays ? 'plays' : '' }, el('div', { class: 'cell' }, words, scale, el('span', { class: 'span' }, 'keyframes ', from, ' to ', to), usual));
  }
}

function head(columns) {
  const names = columns.map(({ name, character_id: who }) => el('th', { scope: 'col' }, el('span', { text: name }), el('small', { text: who ? 'learned look' : 'learned motion' })));
  return el('thead', {}, el('tr', {}, el('td'), ...names));
}

function choice(attributes, value) {
  const made = el('select', attributes, ...KEYFRAMES.map((at) => el('option', { value: at, text: String(at + 1) })));
  made.value = String(value);
  return made;
}
