// Plan one scene anew with a note: 'make it night'.
import { el } from './dom.js';
import { isPlanning } from './bus.js';

/** The note and its button; `ask(note)` gives a promise of having asked. */
export class Replan {
  constructor(ask) {
    this.askAgain = ask;
    this.note = el('input', { type: 'text', maxlength: 2000, placeholder: 'make it night' });
    this.button = el('button', { type: 'button', class: 'plain', text: 'Replan' });
    this.by = el('small');
    this.root = el('div', { class: 'replan' },
      el('label', { class: 'field' }, el('span', { text: 'Plan this scene anew, with a note' }), this.note), this.button, this.by);
    this.button.addEventListener('click', () => this.ask());
    this.note.addEventListener('keydown', (event) => { if (event.key === 'Enter' && !event.isComposing) this.ask(); });
    this.wait();
  }

  ask() {
    const note = this.note.value.trim();
    if (!note) this.note.focus();
    if (!note || this.button.disabled) return;
    this.button.disabled = true; // until the studio has answered
    this.asked = true;
    this.askAgain(note);
  }

  /** Take that a planning begins or ends. */
  wait() {
    this.button.disabled = isPlanning();
  }

  /** The scene was planned anew. */
  done() {
    if (this.asked) this.note.value = '';
    this.asked = false;
    this.wait();
  }

  draw(model) {
    this.by.textContent = model ? `Planned by ${model}` : '';
  }
}
