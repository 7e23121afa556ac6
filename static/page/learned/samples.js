// Samples of a learning beside each other, as it came on.
import { el } from '../dom.js';
import { Strip } from '../strip.js';

const MOST = 24;

/** Pictures of six keyframes each, under the step they were drawn at. */
export class Samples {
  constructor() {
    this.known = new Set();
    this.root = el('ol', { class: 'samples', 'aria-label': 'Samples, as it learned', hidden: true });
  }

  /** Show the samples `{step, picture}` of a whole learning. */
  draw(samples) {
    this.clear();
    for (const sample of samples) this.add(sample);
  }

  /** Show one more, unless that picture is shown already. */
  add({ step, picture }) {
    if (this.known.has(picture)) return;
    this.known.add(picture);
    const strip = new Strip(`A sample after ${step} steps`);
    strip.show(picture);
    this.root.append(el('li', {}, strip.root, el('small', { text: `step ${step}` })));
    while (this.root.children.length > MOST) this.root.firstChild.remove();
    this.root.hidden = false;
    this.root.scrollLeft = this.root.scrollWidth;
  }

  clear() {
    this.known.clear();
    this.root.replaceChildren();
    this.root.hidden = true;
  }
}
