// How something is learned: for how many steps, and what becomes of what stands around a figure; as the model does unless it is changed.
import { el } from '../dom.js';

const MOST_STEPS = 20000;
let groups = 0;

/** Give what `learn` is told of some fields: only what differs from a Learning's own. */
export function wishOf(learning, { steps, background }) {
  const wish = {};
  if (Number.isInteger(steps) && steps > 0 && steps !== learning.steps) wish.steps = Math.min(steps, MOST_STEPS);
  if (background) wish.background = background;
  return wish;
}

/** The fold-out of a Teach; what was chosen stays until `forget`. */
export class Settings {
  constructor() {
    this.steps = el('input', { type: 'number', min: 1, max: MOST_STEPS, step: 1 });
    this.backgrounds = el('div', { class: 'backgrounds', role: 'radiogroup', 'aria-label': 'What is around the figure' });
    this.root = el('details', { class: 'needs how-learned' }, el('summary', { text: 'How it is learned' }),
      el('div', { class: 'need-fields' }, el('label', {}, this.steps, el('span', { text: 'steps: twice as many take twice as long' }))));
    this.around = el('fieldset', { class: 'around', hidden: true }, el('legend', { text: 'What is around the figure' }), this.backgrounds);
    this.root.append(this.around);
    this.name = `background-${groups += 1}`;
    this.steps.addEventListener('input', () => { this.typed = true; });
    this.forget();
  }

  /** Forget what was chosen. */
  forget() {
    this.typed = false;
    this.background = '';
  }

  /** Show a Learning's own settings, over nothing that was chosen. */
  draw(learning) {
    this.learning = learning;
    if (!this.typed) this.steps.value = learning.steps;
    const { backgrounds } = learning;
    this.around.hidden = backgrounds.length < 2;
    const told = JSON.stringify(backgrounds);
    if (told !== this.told) this.backgrounds.replaceChildren(...backgrounds.map((one) => this.choice(one)));
    this.told = told;
    const at = this.background || learning.background;
    for (const input of this.backgrounds.querySelectorAll('input')) input.checked = input.value === at;
  }

  choice([value, words]) {
    const input = el('input', { type: 'radio', name: this.name, value });
    input.addEventListener('change', () => { this.background = value; });
    return el('label', {}, input, el('span', { text: words }));
  }

  /** Give what of it was changed. */
  get wish() {
    return wishOf(this.learning, { steps: this.steps.valueAsNumber, background: this.background });
  }
}
