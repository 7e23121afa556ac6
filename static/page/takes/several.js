// Several takes of a scene at once, each from a seed of its own.
import { el } from '../dom.js';
import { costWords } from './recipe.js';

const COUNTS = [2, 3, 4, 5, 6];
const USUAL = 4;

/** The button and how many; `render({quality, seed, count})` tells what is wanted. */
export class Several {
  constructor(render) {
    this.button = el('button', { type: 'button', class: 'plain', title: 'Drafts from several seeds, to choose from' });
    this.count = el('select', { 'aria-label': 'How many takes' }, ...COUNTS.map((count) => el('option', { value: count, text: String(count) })));
    this.count.value = String(USUAL);
    this.root = el('div', { class: 'several' }, this.button, this.count);
    this.button.addEventListener('click', () => render({ quality: 'draft', seed: 'new', count: Number(this.count.value) }));
    this.count.addEventListener('change', () => this.draw(this.seconds, this.button.disabled));
  }

  /** Say the price; `seconds` is what a draft needs, null where nobody knows. */
  draw(seconds, busy) {
    this.seconds = seconds;
    const count = Number(this.count.value);
    this.button.textContent = [`${count} takes`, costWords(seconds, count)].filter(Boolean).join(', ');
    this.button.disabled = busy;
  }
}
