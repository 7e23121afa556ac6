// A field that underlines, while one types, the words that the pack cannot read, and tells them below.
import { el } from './dom.js';
import { call } from './api.js';
import { Field } from './field.js';

const QUIET_MS = 150;
let count = 0;

/** A Field with marks; `where` is the `{project, scene, region}` that its words belong to. */
export class WordField extends Field {
  constructor(options, where) {
    super(options);
    this.where = where;
    this.mirror = el('div', { class: 'mirror', 'aria-hidden': 'true' });
    this.told = el('small', { class: 'unread', id: `unread-${count += 1}` });
    this.layers = el('div', { class: 'layers' }, this.mirror);
    this.input.replaceWith(this.layers);
    this.layers.append(this.input);
    this.input.setAttribute('aria-describedby', this.told.id);
    this.input.setAttribute('spellcheck', 'false');
  }

  typed() {
    super.typed();
    this.changed();
  }

  changed() {
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.ask(), QUIET_MS);
    if (this.mirror.textContent !== this.input.value) this.mirror.replaceChildren(); // old marks would lie beside the words
  }

  async ask() {
    const text = this.input.value;
    if (!this.root.isConnected) return;
    try {
      const { marks } = text.trim() ? await call('words', { ...this.where, text }) : { marks: [] };
      if (this.input.value === text) this.draw(text, marks);
    } catch (error) {
      if (error.status === undefined) throw error; // without an answer there are just no marks
    }
  }

  draw(text, marks) {
    const parts = [];
    let at = 0;
    for (const { start, end } of [...marks].sort((a, b) => a.start - b.start)) {
      if (start < at) continue;
      parts.push(text.slice(at, start), el('u', { text: text.slice(start, end) }));
      at = end;
    }
    this.mirror.replaceChildren(...parts, text.slice(at), '\n');
    this.told.textContent = [...new Set(marks.map(({ words }) => words))].join(' · ');
  }
}
