// When another window changed the same meanwhile: whose words stay is the storyteller's to say.
import { el, keepFocus } from './dom.js';

const SUBJECTS = { title: 'The title', character: 'This character', recast: 'Who plays this character', reorder: 'The order of the scenes' };

/** The bar that asks; `ask(op)` gives 'mine', 'theirs', or 'later' where the story is left before. */
export class ConflictBar {
  /** `home()` gives what gets the focus where the one before is gone. */
  constructor(home) {
    this.home = home;
    this.words = el('span');
    this.mine = el('button', { type: 'button', class: 'plain', text: 'Use mine' });
    this.theirs = el('button', { type: 'button', class: 'plain', text: 'Use theirs' });
    this.root = el('div', { class: 'conflict', role: 'alert', hidden: true }, this.words, this.mine, this.theirs);
    this.last = Promise.resolve();
    this.visit = 0;
    this.answer = () => {};
  }

  /** Ask whose words of an edit stay (or of a field: its label); one question after the other. */
  ask(op, label = '') {
    const { visit } = this;
    this.last = this.last.then(() => (visit === this.visit ? this.open(subject(op, label)) : 'later'));
    return this.last;
  }

  /** The story is left: what was asked is not answered now. */
  leave() {
    this.visit += 1;
    this.answer('later');
  }

  open(what) {
    this.words.textContent = `${what} was changed in another window meanwhile.`;
    this.root.hidden = false;
    const before = document.activeElement;
    return new Promise((choose) => {
      this.answer = (choice) => {
        this.answer = () => {};
        this.root.hidden = true;
        choose(choice);
        if (choice !== 'later') keepFocus(before, this.home());
      };
      this.mine.onclick = () => this.answer('mine');
      this.theirs.onclick = () => this.answer('theirs');
    });
  }
}

function subject(op, label) {
  if (label) return `“${label}”`;
  if (op.scene) return 'This scene';
  return SUBJECTS[op.op] || 'This story';
}
