// One editable text or choice: sends its words on leaving it and after a pause, never overwrites what is being typed.
import { el } from './dom.js';

const QUIET_MS = 1500;
const unsent = new Set();
let askWhose = async () => 'mine';

/** Send the words of every field that has some which are not sent yet. */
export function flushFields() {
  for (const field of [...unsent]) field.commit();
}

/** Hold `one` back until it commits by itself or the fields are flushed; `one.commit()` is called then. */
export function holdBack(one) {
  unsent.add(one);
}

/** Say that `one` is held back no longer; gives whether it was. */
export function letGo(one) {
  return unsent.delete(one);
}

/** Let `ask(label)` say whose words stay, 'mine' or 'theirs', where words changed elsewhere while one typed here. */
export function onClash(ask) {
  askWhose = ask;
}

/** A labelled line or paragraph; `send(value)` is called once per change and may give a promise, false where it was refused. */
export class Field {
  constructor({ label, kind, max, send, hint = '', list = null }) {
    const line = kind === 'listed';
    this.input = line
      ? el('input', { type: 'text', maxlength: max, placeholder: hint, list, autocomplete: 'off' })
      : el('textarea', { rows: 1, maxlength: max, placeholder: hint });
    this.label = el('span', { text: label });
    this.root = el('label', { class: `field ${kind}` }, this.label, this.input);
    this.send = send;
    this.saved = '';
    this.flying = 0;
    this.refused = false;
    this.input.addEventListener('change', () => this.commit());
    this.input.addEventListener('blur', () => this.commit());
    this.input.addEventListener('input', () => this.typed());
    if (kind !== 'text') this.input.addEventListener('keydown', leaveOnEnter);
  }

  typed() {
    holdBack(this);
    this.refuse(false);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.commit(), QUIET_MS);
    this.grow();
  }

  async commit() {
    clearTimeout(this.timer);
    const typed = letGo(this);
    const words = this.input.value;
    if (!typed || words === this.saved) { this.show(); return; }
    const crossed = !this.flying && this.theirs !== undefined && this.theirs !== this.shown;
    const before = this.saved;
    this.saved = words;
    this.flying += 1;
    const mine = !crossed || await askWhose(this.label.textContent) === 'mine';
    const kept = mine ? await this.send(words) : this.put(this.theirs);
    this.flying -= 1;
    if (kept === false && this.input.value === words) { this.saved = before; this.refuse(true); return; }
    this.shown = this.theirs;
    this.show();
  }

  /** The words could not be kept: they stay to be mended, marked as wrong. */
  refuse(refused) {
    if (refused === this.refused) return;
    this.refused = refused;
    if (refused) this.input.setAttribute('aria-invalid', 'true');
    else this.input.removeAttribute('aria-invalid');
  }

  /** Show the studio's words, unless the storyteller is typing here or words are on their way. */
  set(value) {
    this.theirs = value;
    if (!this.flying && !unsent.has(this)) this.saved = value;
    this.show();
  }

  show() {
    const busy = this.flying || this.refused || unsent.has(this) || document.activeElement === this.input;
    if (busy || this.theirs === undefined) return;
    this.put(this.theirs);
  }

  put(words) {
    this.saved = this.shown = words;
    if (this.input.value === words) return;
    this.input.value = words;
    this.grow();
    this.changed();
  }

  /** Called after other words were put in; for those who build on it. */
  changed() {}

  grow() {
    if (this.input.tagName !== 'TEXTAREA' || CSS.supports('field-sizing', 'content')) return;
    requestAnimationFrame(() => {
      this.input.style.height = 'auto';
      if (this.input.scrollHeight) this.input.style.height = `${this.input.scrollHeight + 2}px`;
    });
  }
}

/** A labelled choice among `[value, words]`; `send(value)` is called once per change and may give a promise. */
export class Choice {
  constructor({ label, options, send }) {
    this.input = el('select', {}, ...options.map(([value, words]) => el('option', { value, text: words })));
    this.root = el('label', { class: 'field choice' }, el('span', { text: label }), this.input);
    this.flying = 0;
    this.input.addEventListener('change', () => this.choose(send));
  }

  async choose(send) {
    this.flying += 1;
    await send(this.input.value);
    this.flying -= 1;
    if (!this.flying) this.input.value = this.theirs;
  }

  set(value) {
    this.theirs = value;
    if (!this.flying) this.input.value = value;
  }
}

function leaveOnEnter(event) {
  if (event.key !== 'Enter' || event.isComposing) return;
  event.preventDefault();
  event.target.blur();
}
