// The motions of the story, each with what it needs.
import { el } from '../dom.js';
import { stateWords } from './words.js';

/** `choose(id)` shows a motion. */
export class MotionList {
  constructor(choose) {
    this.choose = choose;
    this.root = el('nav', { class: 'motion-list', 'aria-label': 'Motions of the story' });
  }

  draw(motions, chosen) {
    const held = this.root.contains(document.activeElement) ? document.activeElement.dataset.motion : '';
    const buttons = motions.map((motion) => this.button(motion, motion.id === chosen));
    this.root.replaceChildren(...buttons);
    const again = buttons.find((one) => one.dataset.motion === held);
    if (again) again.focus({ preventScroll: true });
    const here = buttons.find((one) => one.dataset.motion === chosen);
    if (here) here.scrollIntoView({ block: 'nearest', inline: 'center' });
  }

  button(motion, is) {
    const root = el('button', { type: 'button', class: 'motion', 'data-motion': motion.id, 'aria-current': is ? 'true' : null },
      el('strong', { text: motion.words }), el('small', { class: motion.state, text: stateWords(motion) }));
    root.addEventListener('click', () => this.choose(motion.id));
    return root;
  }
}
