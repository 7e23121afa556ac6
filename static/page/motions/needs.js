// What a clip needs to be taken into account: how long, how many pictures, how wide; as the model asks unless it is changed.
import { el } from '../dom.js';

const FIELDS = [
  ['min_seconds', 'seconds long at least', 0.1],
  ['min_frames', 'single pictures at least', 1],
  ['min_aspect', 'width against height at least', 0.05],
];

/** Give the filter that fields say, those left empty as `asked`; null where it is as asked. */
export function filterOf(asked, said) {
  const filter = Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, Number.isFinite(said[name]) ? said[name] : value]));
  return Object.keys(asked).some((name) => filter[name] !== asked[name]) ? filter : null;
}

/** The fold-out of a search form; what was typed stays while its window is open. */
export class Needs {
  constructor() {
    this.fields = Object.fromEntries(FIELDS.map(([name, , step]) => [name, el('input', { type: 'number', min: 0, max: 10000, step })]));
    this.summary = el('summary');
    this.reset = el('button', { type: 'button', class: 'quiet', text: 'As the model asks' });
    const labels = FIELDS.map(([name, words]) => el('label', {}, this.fields[name], el('span', { text: words })));
    this.root = el('details', { class: 'needs' }, this.summary, el('div', { class: 'need-fields' }, ...labels, this.reset));
    this.root.addEventListener('input', () => this.tell());
    this.root.addEventListener('invalid', () => { this.root.open = true; }, true); // else nobody sees which field is wrong
    this.reset.addEventListener('click', () => { this.fill(); this.fields.min_seconds.focus(); });
  }

  /** Show what the model asks for, over nothing that was typed. */
  draw(asked) {
    const first = !this.asked;
    this.asked = asked;
    if (first) this.fill(); else this.tell();
  }

  fill() {
    for (const [name, field] of Object.entries(this.fields)) field.value = this.asked[name];
    this.tell();
  }

  /** Give what was changed, all three of it; null where nothing was. */
  get filter() {
    return filterOf(this.asked, Object.fromEntries(Object.entries(this.fields).map(([name, field]) => [name, field.valueAsNumber])));
  }

  tell() {
    const changed = this.filter !== null;
    this.summary.textContent = changed ? 'What a clip needs (changed)' : 'What a clip needs';
    this.reset.hidden = !changed;
  }
}
