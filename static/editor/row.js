// @ts-check
// One row of the timeline: whose box it is, whether it is seen and locked, and a diamond for each of its keys.
/** @import { Keys, Region } from './types.js' */
import { el } from '../page/dom.js';
import { icon } from './icons.js';
import { momentMark } from './marks.js';
import { copyTo, moveKey, setKey, stateAt } from './path.js';
import { STATES } from './spoken.js';

const MOMENTS = [0, 1, 2, 3, 4, 5];
/** A pointer must go this far before a diamond moves, in CSS pixels. */
const DEAD_ZONE = 6;

export class Row {
  /** @param {string} id @param {import('./timeline.js').Actions} actions */
  constructor(id, actions) {
    this.id = id;
    this.actions = actions;
    this.dot = el('i', { class: 'dot' });
    this.name = el('span');
    this.called = '';
    this.who = el('button', { type: 'button', class: 'who' }, this.dot, this.name);
    this.eye = el('button', { type: 'button', class: 'icon eye' }, icon('eye'));
    this.lock = el('button', { type: 'button', class: 'icon lock' }, icon('lock'));
    this.keys = MOMENTS.map((keyframe) => this.diamond(keyframe));
    this.root = el('div', { class: 'row', 'data-region': id }, el('div', { class: 'row-head' }, this.who, this.eye, this.lock), ...this.keys);
    this.who.addEventListener('click', () => this.actions.set({ selected: [id] }));
    this.eye.addEventListener('click', () => this.actions.run('hide', id));
    this.lock.addEventListener('click', () => this.actions.run('lock', id));
  }

  diamond(/** @type {number} */ keyframe) {
    const key = el('button', { type: 'button', class: 'key' }, el('span', { class: 'diamond' }));
    key.addEventListener('click', () => this.choose(keyframe));
    key.addEventListener('dblclick', () => this.actions.run('set-key', this.id));
    key.addEventListener('pointerdown', (event) => this.take(event, keyframe));
    key.addEventListener('keydown', (event) => this.walk(event, keyframe));
    key.addEventListener('contextmenu', (event) => {
      event.preventDefault();
      this.choose(keyframe);
      const { left, bottom } = key.getBoundingClientRect();
      this.actions.keyMenu(event.clientX ? { x: event.clientX, y: event.clientY } : { x: left, y: bottom }, key);
    });
    return key;
  }

  choose(/** @type {number} */ keyframe) {
    if (this.dropped) return;
    this.actions.set({ keyframe, selected: [this.id] });
  }

  /** @param {Region} region @param {import('./look.js').Look} look @param {import('./marks.js').Finding[]} findings of the scene */
  draw(region, look, findings) {
    this.region = region;
    this.marks = MOMENTS.map((keyframe) => momentMark(findings, keyframe, region.id));
    const { name, colour, locked } = region;
    const hidden = look.hidden.has(this.id);
    this.dot.style.background = colour;
    this.name.textContent = name;
    this.called = name;
    this.root.classList.toggle('selected', look.selected.includes(this.id));
    this.who.setAttribute('aria-pressed', String(look.selected.includes(this.id)));
    this.who.setAttribute('title', name);
    press(this.eye, hidden, hidden ? `Show ${name} in the editor` : `Hide ${name} in the editor`);
    press(this.lock, locked, locked ? `Unlock ${name}` : `Lock ${name}`);
    this.root.style.setProperty('--colour', colour);
    this.keyframe = look.keyframe;
    this.show(region.keys);
  }

  /** Show how each keyframe stands. @param {Keys} keys */
  show(keys) {
    this.keys.forEach((key, keyframe) => {
      const state = stateAt(keys, keyframe);
      const now = keyframe === this.keyframe;
      const mark = (this.marks || [])[keyframe];
      const name = ['key', ...(now ? ['now'] : []), ...(mark ? ['marked', mark.severity] : [])].join(' ');
      const words = [`${this.called}, keyframe ${keyframe + 1}: ${STATES[state]}`, ...(mark ? [mark.words] : [])].join('. ');
      if (key.className === name && key.title === words) return;
      key.className = name;
      key.dataset.state = state;
      key.tabIndex = now ? 0 : -1;
      key.setAttribute('aria-label', words);
      key.setAttribute('title', words);
    });
  }

  walk(/** @type {KeyboardEvent} */ event, /** @type {number} */ keyframe) {
    const next = { ArrowRight: keyframe + 1, ArrowLeft: keyframe - 1, Enter: keyframe }[event.key];
    if (next === undefined || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const there = Math.min(5, Math.max(0, next));
    this.choose(there);
    if (event.key === 'Enter' && !event.repeat) this.actions.run('set-key', this.id);
    this.keys[there].focus();
  }

  /** Drag a diamond to another keyframe: the key moves there, with Alt a copy of it. */
  take(/** @type {PointerEvent} */ event, /** @type {number} */ from) {
    const region = this.region;
    const key = this.keys[from];
    if (event.button || !region || region.locked || !region.keys[from]) return;
    const places = this.keys.map((one) => one.getBoundingClientRect());
    const way = (/** @type {PointerEvent} */ move) => move.clientX - event.clientX;
    let to = from;
    const follow = (/** @type {PointerEvent} */ move) => {
      if (Math.abs(way(move)) < DEAD_ZONE && to === from) return;
      key.style.transform = `translateX(${way(move)}px)`;
      to = nearest(places, move.clientX);
    };
    const stop = (/** @type {PointerEvent} */ last) => {
      key.style.transform = '';
      key.removeEventListener('pointermove', follow);
      if (last.type === 'pointerup' && to !== from) this.drop(from, to, last.altKey);
    };
    key.setPointerCapture(event.pointerId);
    key.addEventListener('pointermove', follow);
    key.addEventListener('lostpointercapture', () => { key.style.transform = ''; }, { once: true });
    key.addEventListener('pointerup', stop, { once: true });
    key.addEventListener('pointercancel', stop, { once: true });
  }

  drop(/** @type {number} */ from, /** @type {number} */ to, /** @type {boolean} */ copy) {
    const { keys, name } = /** @type {Region} */ (this.region);
    // The click that ends the drag would choose the diamond it began on.
    this.dropped = true;
    setTimeout(() => { this.dropped = false; });
    const label = copy ? `copy ${name} to keyframe ${to + 1}` : `move the key of ${name} to keyframe ${to + 1}`;
    this.actions.changeKeys(label, this.id, copy ? copyTo(setKey(keys, from), from, [to]) : moveKey(keys, from, to));
    this.actions.set({ keyframe: to, selected: [this.id] });
  }
}

function nearest(/** @type {DOMRect[]} */ places, /** @type {number} */ x) {
  const ways = places.map(({ left, width }) => Math.abs(left + width / 2 - x));
  return ways.indexOf(Math.min(...ways));
}

function press(/** @type {HTMLElement} */ button, /** @type {boolean} */ pressed, /** @type {string} */ words) {
  button.setAttribute('aria-pressed', String(pressed));
  button.setAttribute('aria-label', words);
  button.setAttribute('title', words);
}
