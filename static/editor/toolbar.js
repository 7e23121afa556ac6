// @ts-check
// Above the stage: tools, undo and redo, what stands behind the boxes, and what is seldom needed behind "More".
import { el } from '../page/dom.js';
import { BACKDROPS, sourceOf } from './backdrop.js';
import { whoNow } from './chores.js';
import { commandButton } from './inspector.js';
import { keysOf } from './keymap.js';

export class Toolbar {
  /** @param {import('./timeline.js').Actions & {send: (op: any) => void}} actions */
  constructor(actions) {
    this.actions = actions;
    this.drawing = this.toggle('draw', 'Draw a box', (look) => look.tool === 'draw');
    this.who = el('select', { 'aria-label': 'Whose box is drawn' });
    this.who.addEventListener('change', () => actions.set({ who: this.value(this.who) }));
    this.undo = commandButton(actions, 'undo', 'Undo');
    this.redo = commandButton(actions, 'redo', 'Redo');
    this.backdrop = el('select', { 'aria-label': 'What stands behind the boxes' });
    this.backdrop.addEventListener('change', () => this.choose(this.value(this.backdrop)));
    this.file = el('input', { type: 'file', accept: 'image/png,image/jpeg,image/webp', hidden: true });
    this.file.addEventListener('change', () => this.upload());
    this.play = commandButton(actions, 'play', '▶ Play', 'Play the animatic of this scene');
    this.keys = commandButton(actions, 'keys', '?', 'All keys');
    this.table = this.toggle('toggle-table', 'Table', (look) => look.table, 'All boxes as a table');
    this.bar = el('div', { class: 'editor-bar', role: 'toolbar', 'aria-label': 'Tools of the editor' },
      el('span', { class: 'joined' }, this.drawing.button, this.who), el('span', { class: 'joined history' }, this.undo, this.redo),
      this.backdrop, this.table.button, this.play, this.keys);
    this.root = el('div', { class: 'editor-tools' }, this.bar, this.file);
  }

  /** A button that stays pressed while something of the look is on. */
  toggle(/** @type {string} */ command, /** @type {string} */ words, /** @type {(look: import('./look.js').Look) => boolean} */ on, hint = '') {
    return { button: commandButton(this.actions, command, words, hint), on };
  }

  value(/** @type {Element} */ select) {
    return /** @type {HTMLSelectElement} */ (select).value;
  }

  choose(/** @type {string} */ kind) {
    if (kind === 'upload') { this.file.click(); this.drawBackdrop(); return; }
    if (kind === 'remove') { this.actions.send({ op: 'picture', value: null }); this.actions.set({ backdrop: 'drawn' }); return; }
    this.actions.set({ backdrop: kind });
  }

  upload() {
    const input = /** @type {HTMLInputElement} */ (this.file);
    const file = input.files && input.files[0];
    input.value = '';
    if (!file) return;
    this.actions.send({ op: 'upload-picture', file });
    this.actions.set({ backdrop: 'mine' });
  }

  /** @param {import('./look.js').View} view @param {{undo: string|null, redo: string|null}} history labels */
  draw(view, { undo, redo }) {
    this.view = view;
    for (const { button, on } of [this.drawing, this.table]) button.setAttribute('aria-pressed', String(on(view.look)));
    label(this.undo, '↶', 'Undo', undo);
    label(this.redo, '↷', 'Redo', redo);
    this.drawBackdrop();
    const cast = view.head.cast.map((/** @type {any} */ one) => [one.id, one.name]);
    options(this.who, [...cast, ['', 'somebody new']], whoNow(view));
  }

  drawBackdrop() {
    const { scene, look } = /** @type {import('./look.js').View} */ (this.view);
    const kinds = BACKDROPS.filter(({ value }) => value === 'plain' || sourceOf(scene, value)).map(({ value, words }) => [value, words]);
    const mine = scene.mine ? [['upload', 'Another picture …'], ['remove', 'Take my picture away']] : [['upload', 'A picture of mine …']];
    const shown = look.backdrop !== 'plain' && !sourceOf(scene, look.backdrop) ? 'plain' : look.backdrop;
    options(this.backdrop, [...kinds, ...mine], shown);
  }
}

/** @param {Element} button @param {string} sign @param {string} verb @param {string|null} step */
function label(button, sign, verb, step) {
  const words = step ? `${verb}: ${step}` : verb;
  button.replaceChildren(el('span', { text: sign }), el('span', { class: 'verb', text: ` ${verb}` }), el('span', { class: 'deed', text: ` ${step || verb}` }));
  button.setAttribute('aria-label', words);
  button.setAttribute('title', `${words} (${keysOf(verb.toLowerCase())})`);
  /** @type {HTMLButtonElement} */ (button).disabled = !step;
}

function options(/** @type {Element} */ select, /** @type {string[][]} */ pairs, /** @type {string} */ chosen) {
  const wanted = JSON.stringify(pairs);
  const box = /** @type {HTMLSelectElement} */ (select);
  if (box.dataset.options !== wanted) {
    box.dataset.options = wanted;
    box.replaceChildren(...pairs.map(([value, text]) => el('option', { value, text })));
  }
  box.value = chosen;
}
