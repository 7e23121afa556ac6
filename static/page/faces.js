// Figures to choose from, as faces: a radio group whose chosen one is marked.
import { address, el } from './dom.js';
import { holdBack, letGo } from './field.js';

const QUIET_MS = 350; // arrow keys walk through the faces: only the one they stop at is asked for
let groups = 0;

/** Draw choices (`{kind, colour, face, hat?}`); `choose(choice)` is called for another one than the present. */
export function faceChoice(legend, choices, present, choose) {
  const name = `faces-${groups += 1}`;
  const pick = new Pick(choose);
  const faces = choices.map((choice) => {
    const input = el('input', { type: 'radio', name, value: figure(choice) });
    input.checked = choice === present;
    input.addEventListener('change', () => pick.of(choice));
    return el('label', { class: 'face-choice' }, input, face(choice.face), el('span', { text: figure(choice) }));
  });
  return el('fieldset', { class: 'face-choices' }, el('legend', { text: legend }), el('div', { class: 'face-grid' }, ...faces));
}

/** A choice that is held back for a moment, as words are. */
class Pick {
  constructor(choose) {
    this.choose = choose;
  }

  of(choice) {
    this.choice = choice;
    holdBack(this);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.commit(), QUIET_MS);
  }

  commit() {
    clearTimeout(this.timer);
    if (letGo(this)) this.choose(this.choice);
  }
}

/** Give the picture of a face; where there is none, a plain mark: the first letter of the name. */
export function face(path, name = '') {
  return path
    ? el('img', { class: 'face', src: address(path), alt: '', loading: 'lazy', draggable: 'false' })
    : el('span', { class: 'face nobody', 'aria-hidden': 'true', text: [...name.trim()][0] || '?' });
}

/** Find the choice that plays a character now, by the words that say so. */
export function presentOf({ played, choices, face: shown }) {
  const same = (one) => one.face === shown || played === `the ${figure(one)}`;
  return choices.find(same) || null;
}

/** Say who a figure is: 'green robot', 'red fox with a cap'. */
function figure({ kind, colour, hat }) {
  return hat ? `${colour} ${kind} with a ${hat}` : `${colour} ${kind}`;
}
