// The step of cast and motions: who plays whom, the motions as cards, and the ways to their clips and to what was learned.
import { button, el } from '../dom.js';
import { isAboutLearning } from '../learned/learned.js';
import { isAboutClips } from '../motions/motions.js';
import { MotionCards } from './motioncards.js';

/**
 * The step; `cast` is the Cast of the page, `motions` and `learned` open their windows, `show(scene)` goes to a scene on the
 * board, `settled()` waits until the story's edits are saved, `isShown()` says whether the step is in sight.
 */
export class CastStep {
  constructor({ cast, motions, learned, show, settled, isShown }) {
    this.isShown = isShown;
    this.cards = new MotionCards({ open: (motion) => motions.open(motion), show, settled });
    const clips = button('plain', 'Clips and libraries', () => motions.open());
    clips.title = 'Search clips for the motions, pick some, and say where clips come from';
    const all = button('plain', 'What was learned', () => learned.open());
    all.title = 'The motions and looks that were learned so far, in any story';
    for (const one of [clips, all]) one.setAttribute('aria-haspopup', 'dialog');
    this.parts = [
      part('The cast', 'Press a face to say who plays it, how it looks, or to teach its look from pictures.', [], cast.root),
      part('Motions', 'What the story’s figures do. A motion that the model does not know is learned from clips that you pick; until then another stands in.', [clips, all], this.cards.root),
    ];
  }

  draw(view) {
    const asked = JSON.stringify([view.head.project, view.head.motions]);
    this.stale = this.stale || asked !== this.asked;
    this.asked = asked;
    this.view = view;
    this.cards.draw(view);
    this.look();
  }

  /** Ask for what is not known yet, once it is looked at. */
  async look() {
    if (!this.stale || !this.view || !this.isShown()) return;
    this.stale = false;
    if (await this.cards.load()) this.cards.draw(this.view);
    else this.stale = true;
  }

  /** Show the work that goes on. */
  live(jobs) {
    this.cards.live(jobs);
  }

  /** Work has ended: other clips or other things learned may be there, or decisions were taken in a window. */
  ended(jobs) {
    if (jobs.some((job) => isAboutClips(job) || isAboutLearning(job))) this.again();
  }

  /** Ask anew. */
  again() {
    this.stale = true;
    this.look();
  }
}

function part(title, told, buttons, ...content) {
  return el('section', { class: 'step-part', 'aria-label': title },
    el('header', {}, el('div', {}, el('h3', { text: title }), el('p', { class: 'note', text: told })), ...buttons), ...content);
}
