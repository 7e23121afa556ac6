// Brings a motion or a look that was learned elsewhere, from a file (safetensors).
import { el, labelled } from '../dom.js';

const KINDS = [['motion', 'a motion', 'What is done', 'dances'], ['character', 'a look', 'Who it is', 'Luna']];
let groups = 0;

/** The fold-out form; `bring(file, {kind, words, figure, trigger})` sends a file. */
export class Bring {
  constructor(bring) {
    this.group = `learned-kind-${groups += 1}`;
    this.words = line('words', 200);
    this.figure = line('figure', 200, 'witch');
    this.trigger = line('trigger', 200, 'left empty: the words themselves');
    const file = this.chooser();
    const kinds = el('div', { class: 'kinds', role: 'radiogroup', 'aria-label': 'What it teaches' }, ...KINDS.map(([kind, words], at) => this.kind(kind, words, at === 0)));
    this.wordsLabel = el('span');
    this.figures = labelled('What it is', this.figure);
    this.go = el('button', { type: 'submit', class: 'plain', text: 'Bring it in' });
    this.form = el('form', { class: 'bring-form' }, file, kinds, el('label', { class: 'field' }, this.wordsLabel, this.words), this.figures,
      labelled('The word that calls it', this.trigger), this.go);
    this.root = el('details', { class: 'bring' }, el('summary', { text: 'Bring in one from a file' }),
      el('p', { class: 'note', text: 'A file (safetensors) that was downloaded here, or that somebody made for this model elsewhere. It is checked before it is kept.' }), this.form);
    this.form.addEventListener('submit', (event) => { event.preventDefault(); this.submit(bring); });
    this.choose('motion');
  }

  chooser() {
    this.file = el('input', { type: 'file', accept: '.safetensors', hidden: true, 'aria-label': 'The file' });
    this.open = el('button', { type: 'button', class: 'plain', text: 'Choose a file' });
    this.named = el('span', { class: 'learn-cost' });
    this.open.addEventListener('click', () => this.file.click());
    this.file.addEventListener('change', () => this.name());
    return el('div', { class: 'learn-line' }, this.open, this.file, this.named);
  }

  /** Say which file was chosen. */
  name() {
    const [file] = this.file.files;
    this.named.textContent = file ? file.name : '';
  }

  kind(value, words, checked) {
    const input = el('input', { type: 'radio', name: this.group, value, checked });
    input.addEventListener('change', () => this.choose(value));
    return el('label', {}, input, el('span', { text: words }));
  }

  choose(kind) {
    const [, , label, example] = KINDS.find(([name]) => name === kind);
    this.chosen = kind;
    this.wordsLabel.textContent = label;
    this.words.placeholder = example;
    this.figures.hidden = kind === 'motion';
  }

  async submit(bring) {
    const [file] = this.file.files;
    const trimmed = Object.fromEntries(['words', 'figure', 'trigger'].map((name) => [name, this[name].value.trim()]));
    if (!file) { this.open.focus(); return; }
    if (!trimmed.words) { this.words.focus(); return; }
    this.go.disabled = true;
    const done = await bring(file, { kind: this.chosen, ...trimmed, figure: this.chosen === 'motion' ? '' : trimmed.figure });
    this.go.disabled = false;
    if (!done) return; // what was said stays, to be mended
    this.form.reset();
    this.name();
    this.choose('motion');
    this.root.open = false;
  }
}

function line(name, most, hint = '') {
  return el('input', { type: 'text', name, maxlength: most, placeholder: hint, autocomplete: 'off' });
}
