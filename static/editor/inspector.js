// @ts-check
// The chosen box in numbers and buttons: everything a drag can do, without one.
/** @import { Region } from './types.js' */
import { el } from '../page/dom.js';
import { Field } from '../page/field.js';
import { drawFindings } from '../page/findings.js';
import { minSideOf, toXywh, typedBox } from './geometry.js';
import { keysOf } from './keymap.js';
import { bend, boxAt, easeAt, stateAt } from './path.js';
import { STATES } from './spoken.js';

const SIDES = /** @type {const} */ ([['x', 'Left'], ['y', 'Top'], ['w', 'Width'], ['h', 'Height']]);
const EASES = [['linear', 'evenly'], ['ease', 'gently'], ['hold', 'stay, then jump']];
const LEVELS = { good: 'Well followed', fair: 'Partly followed', poor: 'Badly followed', unknown: '' };

/** A button of a command, with its key in the tooltip. */
export function commandButton(/** @type {import('./timeline.js').Actions} */ actions, /** @type {string} */ command, /** @type {string} */ words, hint = '') {
  const key = keysOf(command);
  const title = [hint || words, key && `(${key})`].filter(Boolean).join(' ');
  const button = el('button', { type: 'button', 'data-command': command, title, 'aria-label': hint || null, text: words });
  button.addEventListener('click', () => actions.run(command));
  return button;
}

export class Inspector {
  /** @param {import('./timeline.js').Actions & {send: (op: any) => any, fix: (key: string) => any, root: HTMLElement}} actions */
  constructor(actions) {
    this.actions = actions;
    this.dot = el('i', { class: 'dot' });
    this.name = el('strong');
    this.state = el('span', { class: 'state' });
    this.verdict = el('p', { class: 'verdict' });
    this.hint = el('p', { class: 'hint' });
    this.numbers = new Map(SIDES.map(([side, words]) => [side, this.number(side, words)]));
    this.visible = this.check('Visible from here', 'toggle-visible');
    this.locked = this.check('Locked', 'toggle-lock');
    this.ease = el('select', { 'aria-label': 'How it moves on from here' }, ...EASES.map(([value, text]) => el('option', { value, text })));
    this.ease.addEventListener('change', () => this.actions.run(/** @type {HTMLSelectElement} */ (this.ease).value));
    this.overlaps = el('div', { class: 'overlaps' });
    /** @type {Map<string, any>} */
    this.fields = new Map();
    this.findings = el('ul', { class: 'findings', 'aria-label': 'What is wrong with this box' });
    this.numbersPlace = this.place();
    this.body = el('div', { class: 'inspector-body' }, this.numbersPlace, this.buttons(), this.overlaps);
    this.root = el('section', { class: 'inspector', 'aria-label': 'The chosen box' },
      el('header', {}, this.dot, this.name, this.state), this.findings, this.verdict, this.hint, this.body);
  }

  number(/** @type {'x'|'y'|'w'|'h'} */ side, /** @type {string} */ words) {
    const input = el('input', { type: 'number', step: '0.5', 'data-side': side });
    const label = el('label', { class: 'number-field' }, el('span', { text: `${words} %` }), input);
    input.addEventListener('change', () => { for (const field of this.numbers.values()) field.input.defaultValue = field.input.value; this.typed(); });
    return { label, input: /** @type {HTMLInputElement} */ (input) };
  }

  check(/** @type {string} */ words, /** @type {string} */ command) {
    const input = el('input', { type: 'checkbox', 'data-command': command });
    input.addEventListener('change', () => this.actions.run(command));
    return { label: el('label', { class: 'check', title: `${words} (${keysOf(command)})` }, input, words), input: /** @type {HTMLInputElement} */ (input) };
  }

  place() {
    return el('div', { class: 'place' }, ...[...this.numbers.values()].map(({ label }) => label),
      this.visible.label, this.locked.label, el('label', { class: 'ease' }, el('span', { text: 'Moves on' }), this.ease));
  }

  buttons() {
    const button = (/** @type {string} */ command, /** @type {string} */ words, hint = '') => commandButton(this.actions, command, words, hint);
    const group = (/** @type {string} */ words, /** @type {Node[]} */ ...buttons) => el('div', { class: 'buttons', role: 'group', 'aria-label': words },
      el('span', { text: words }), ...buttons);
    this.clear = button('delete-key', 'Clear key', 'Clear the key here: the box follows its neighbours');
    this.hide = button('toggle-hide', 'Hide', 'Hide while editing');
    return el('div', { class: 'groups' },
      group('Stand', button('stand-left', 'Left third'), button('stand-centre', 'Centre'), button('stand-right', 'Right third')),
      group('Nudge', button('nudge-left', '←', 'Left'), button('nudge-right', '→', 'Right'), button('nudge-up', '↑', 'Up'), button('nudge-down', '↓', 'Down'),
        button('grow', '+', 'Larger'), button('shrink', '−', 'Smaller')),
      group('Copy', button('copy-previous', 'To previous'), button('copy-next', 'To next'), button('copy-all', 'To all')),
      group('Box', this.clear, button('duplicate', 'Duplicate'), this.hide, button('delete-region', 'Remove', 'Remove from the scene')));
  }

  /** Someone typed a number: the box goes there. */
  typed() {
    if (!this.region || !this.view) return;
    const [x, y, w, h] = SIDES.map(([side]) => /** @type {any} */ (this.numbers.get(side)).input.valueAsNumber);
    const { look, head } = this.view;
    if (![x, y, w, h].every(Number.isFinite)) { this.draw(this.view, { level: 'unknown', reason: '' }); return; }
    const box = typedBox({ x, y, w, h }, minSideOf(head.stage));
    this.actions.changeKeys(`place ${this.region.name} at keyframe ${look.keyframe + 1}`, this.region.id, bend(this.region.keys, look.keyframe, box));
  }

  /** @param {import('./look.js').View} view @param {{level: string, reason: string}} verdict of the chosen box */
  draw(view, verdict) {
    this.view = view;
    const { regions, look } = view;
    const chosen = regions.filter((region) => look.selected.includes(region.id));
    this.region = chosen.length === 1 ? chosen[0] : null;
    this.body.hidden = !chosen.length;
    this.numbersPlace.hidden = !this.region; // several boxes have no one place
    this.hide.setAttribute('aria-pressed', String(chosen.some((region) => look.hidden.has(region.id))));
    this.drawFindings(view.scene.findings);
    this.hint.hidden = chosen.length > 0;
    this.hint.textContent = 'Choose a box to move it, or drag on the empty stage to put somebody there. Press ? for all keys.';
    this.dot.hidden = !this.region;
    this.name.textContent = chosen.length > 1 ? `${chosen.length} boxes` : (this.region && this.region.name) || '';
    this.verdict.hidden = !this.region || verdict.level === 'unknown';
    this.state.textContent = '';
    if (this.region) this.drawRegion(this.region, look.keyframe, verdict);
    this.drawOverlaps(view.scene.overlaps || []);
  }

  drawRegion(/** @type {Region} */ region, /** @type {number} */ k, /** @type {{level: string, reason: string}} */ verdict) {
    const state = stateAt(region.keys, k);
    const box = boxAt(region.keys, k);
    this.dot.style.background = region.colour;
    this.state.textContent = [region.motion, STATES[state]].filter(Boolean).join(' · ');
    this.verdict.className = `verdict ${verdict.level}`;
    const level = LEVELS[/** @type {keyof typeof LEVELS} */ (verdict.level)];
    this.verdict.textContent = level ? `${level}: ${verdict.reason}` : verdict.reason;
    const numbers = box && toXywh(box);
    for (const [side, { input }] of this.numbers) {
      input.disabled = region.locked;
      if (document.activeElement === input && input.value !== input.defaultValue) continue; // being typed
      input.defaultValue = numbers ? String(numbers[side]) : '';
      input.value = input.defaultValue;
    }
    this.visible.input.checked = Boolean(box);
    this.locked.input.checked = region.locked;
    /** @type {HTMLSelectElement} */ (this.ease).value = easeAt(region.keys, k);
    /** @type {HTMLButtonElement} */ (this.clear).disabled = region.locked || !region.keys[k];
  }

  /** What is wrong with the chosen box, each with its fix. */
  drawFindings(/** @type {import('./marks.js').Finding[]} */ findings) {
    const mine = findings.filter(({ region }) => this.region && region === this.region.id);
    drawFindings(this.findings, mine, { fix: (/** @type {string} */ key) => this.actions.fix(key), home: this.actions.root });
  }

  /** One text for the place where this box and another overlap. */
  drawOverlaps(/** @type {{regions: string[], who: string, description: string, played?: string}[]} */ overlaps) {
    const mine = overlaps.filter(({ regions }) => this.region && regions.includes(this.region.id));
    const keys = mine.map(({ regions }) => regions.join(' '));
    for (const [key, field] of this.fields) if (!keys.includes(key)) { field.root.remove(); this.fields.delete(key); }
    mine.forEach(({ regions, who, description, played }, at) => {
      const field = this.fields.get(keys[at]) || new Field({ label: `Where ${who} overlap`, kind: 'text', max: 4000, hint: 'what both do there, in one text',
        send: (/** @type {string} */ value) => this.actions.send({ op: 'overlap', regions, value }) });
      this.fields.set(keys[at], field);
      this.overlaps.append(field.root);
      field.label.textContent = `Where ${who} overlap${played && played !== description ? ` (read as “${played}”)` : ''}`;
      field.set(description);
    });
  }
}
