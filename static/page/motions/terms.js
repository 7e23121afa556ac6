// The words that captions are searched for: chips that are taken away, and a field that adds others.
import { el } from '../dom.js';

const MOST = 80;

/** Give the terms with those that a text holds, each once. */
export function withTerms(terms, text) {
  const words = text.toLowerCase().split(/[\s,;]+/).filter(Boolean);
  return [...new Set([...terms, ...words])].slice(0, MOST);
}

/** Give the terms without one. */
export function withoutTerm(terms, term) {
  return terms.filter((one) => one !== term);
}

/** The chips of a search; `changed()` hears that they are others. */
export class Terms {
  constructor(changed) {
    this.changed = changed;
    this.terms = [];
    this.list = el('ul', { class: 'terms', 'aria-label': 'Words that captions are searched for' });
    this.input = el('input', { type: 'text', maxlength: 200, placeholder: 'add a word', 'aria-label': 'Add a word to search for' });
    this.root = el('div', { class: 'term-line' }, this.list, this.input);
    this.input.addEventListener('keydown', (event) => this.pressed(event));
  }

  set(terms) {
    this.terms = terms;
    this.list.replaceChildren(...terms.map((term) => this.chip(term)));
  }

  pressed(event) {
    if ((event.key !== 'Enter' && event.key !== ',') || event.isComposing) return;
    event.preventDefault();
    this.take();
  }

  /** Take in what stands in the field. */
  take() {
    if (!this.input.value.trim()) return;
    this.set(withTerms(this.terms, this.input.value));
    this.input.value = '';
    this.changed();
  }

  chip(term) {
    const away = el('button', { type: 'button', class: 'quiet', 'aria-label': `Do not search for ${term}`, text: '×' });
    const root = el('li', { class: 'term' }, el('span', { text: term }), away);
    away.addEventListener('click', () => {
      const at = this.terms.indexOf(term);
      this.set(withoutTerm(this.terms, term));
      this.changed();
      const next = this.list.children[Math.min(at, this.terms.length - 1)];
      (next ? next.querySelector('button') : this.input).focus();
    });
    return root;
  }
}
