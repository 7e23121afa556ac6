// One editable text or choice: sends its words when the storyteller leaves it, never overwrites what is being typed.
import { el } from './dom.js';

/** A labelled line or paragraph; `send(value)` is called once per change. */
export class Field {
  constructor({ label, kind, max, send, hint = '' }) {
    this.input = el('textarea', { rows: 1, maxlength: max, placeholder: hint });
    this.root = el('label', { class: `field ${kind}` }, el('span', { text: label }), this.input);
    this.saved = '';
    this.input.addEventListener('change', () => this.commit(send));
    this.input.addEventListener('input', () => this.grow());
    if (kind === 'line') this.input.addEventListener('keydown', leaveOnEnter);
  }

  commit(send) {
    if (this.input.value === this.saved) return;
    this.saved = this.input.value;
    send(this.input.value);
  }

  /** Show the server's words, unless the storyteller is typing here. */
  set(value) {
    this.saved = value;
    if (document.activeElement === this.input || this.input.value === value) return;
    this.input.value = value;
    this.grow();
  }

  grow() {
    requestAnimationFrame(() => {
      this.input.style.height = 'auto';
      if (this.input.scrollHeight) this.input.style.height = `${this.input.scrollHeight + 2}px`;
    });
  }
}

/** A labelled choice among `[value, words]`; `send(value)` is called once per change. */
export class Choice {
  constructor({ label, options, send }) {
    this.input = el('select', {}, ...options.map(([value, words]) => el('option', { value, text: words })));
    this.root = el('label', { class: 'field choice' }, el('span', { text: label }), this.input);
    this.input.addEventListener('change', () => send(this.input.value));
  }

  set(value) {
    this.input.value = value;
  }
}

function leaveOnEnter(event) {
  if (event.key !== 'Enter') return;
  event.preventDefault();
  event.target.blur();
}
