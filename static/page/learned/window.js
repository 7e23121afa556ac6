// The window of what was learned: every motion and look with its sample, one looked at closer, and those that are being learned.
import { openDialog } from '../dialog.js';
import { button, el, keepFocus } from '../dom.js';
import { sendingWords } from '../motions/words.js';
import { Bring } from './bring.js';
import { LearnedCard } from './card.js';
import { Going } from './going.js';
import { Saying } from './saying.js';
import { noticeWords, wholeOf } from './whole.js';
import { endedWords, KINDS_SHOWN, ofKind } from './words.js';

/** The open window; `hub` is the Learned of the page. */
export class LearnedWindow {
  constructor(hub) {
    this.hub = hub;
    this.filter = 'all';
    this.cards = [];
    this.going = new Map();
    this.saying = new Saying();
    this.makeParts();
    this.dialog = openDialog(hub.place(), 'What was learned', this.saying.root, this.now, this.shelf, this.closer);
    this.dialog.classList.add('learned', 'wide');
    this.saying.attempt(() => this.load());
  }

  makeParts() {
    this.now = el('div', { class: 'all-going', hidden: true });
    this.filters = KINDS_SHOWN.map(([name]) => button('chip', '', () => { this.filter = name; this.arrange(); }));
    this.bar = el('div', { class: 'filters', role: 'group', 'aria-label': 'What is shown' }, ...this.filters);
    this.list = el('ul', { class: 'learned-cards' }, el('li', { class: 'note', text: 'Looking what there is …' }));
    this.none = el('p', { class: 'note', hidden: true });
    this.bring = new Bring((file, told) => this.brought(file, told));
    const note = el('p', { class: 'note', text: 'Learned once, played in every later story. Motions are learned in the window Motions from clips you pick, looks from the pictures of a character.' });
    this.shelf = el('div', { class: 'learned-shelf' }, note, this.bar, this.list, this.none, this.bring.root);
    this.closer = el('div', { class: 'learned-closer', hidden: true });
  }

  get open() {
    return this.dialog.open;
  }

  async load() {
    this.draw(await this.hub.call('priors'));
  }

  /** Show the answer of `priors`. */
  draw({ priors }) {
    this.cards = priors;
    this.arrange();
  }

  arrange() {
    const shown = ofKind(this.cards, this.filter);
    const hooks = { look: (card) => this.saying.attempt(() => this.look(card)), remove: (card) => this.saying.attempt(() => this.remove(card)) };
    this.list.replaceChildren(...shown.map((card) => new LearnedCard(card, hooks).root));
    KINDS_SHOWN.forEach(([name, words], at) => {
      this.filters[at].textContent = `${words} ${ofKind(this.cards, name).length}`;
      this.filters[at].setAttribute('aria-pressed', String(name === this.filter));
    });
    this.bar.hidden = this.cards.length < 2;
    this.none.hidden = shown.length > 0;
    this.none.textContent = this.cards.length ? 'None of these was learned yet.' : 'Nothing was learned yet.';
  }

  /** Look at one closer. */
  async look(card) {
    const whole = await this.hub.call('prior', { prior: card.id });
    const back = button('quiet', '← All that was learned', () => this.back(card));
    this.closer.replaceChildren(back, wholeOf(whole, (one) => this.saying.attempt(() => this.remove(one))));
    this.turn(true);
    this.closer.querySelector('h3').focus({ preventScroll: true });
    this.dialog.scrollTop = 0;
  }

  back(card) {
    this.turn(false);
    const face = this.list.querySelector(`[data-learned="${card.id}"] button`);
    if (face) face.focus();
  }

  turn(closer) {
    this.closer.hidden = !closer;
    this.shelf.hidden = closer;
  }

  /** Delete one; the question before named who uses it, unless somebody has begun to meanwhile. */
  async remove(card) {
    const answer = await this.hub.call('prior_remove', { prior: card.id, anyway: card.used_by.length > 0 });
    if (!answer.removed) {
      await this.load();
      this.saying.tell(noticeWords(answer.notice));
      return;
    }
    this.turn(false);
    this.draw(answer);
    this.saying.tell(`“${card.title}” is deleted.`);
    keepFocus(this.filters[0], this.dialog.querySelector('header button'));
  }

  /** Bring one in from a file; gives whether that was done. */
  async brought(file, told) {
    const answer = await this.saying.attempt(() => {
      const sent = this.hub.upload('prior_import', { name: file.name, ...told }, file);
      this.saying.tell(sendingWords(file));
      return sent;
    });
    if (!answer) return false;
    this.filter = 'all';
    this.draw(answer);
    this.saying.tell(answer.notice ? noticeWords(answer.notice) : '');
    return true;
  }

  /** Show what is being learned. */
  live(jobs) {
    for (const [id, going] of this.going) if (!jobs.some((job) => job.id === id)) { going.root.remove(); this.going.delete(id); }
    for (const job of jobs) this.goingOf(job).live(job, this.hub.curve(job.id));
    this.now.hidden = !jobs.length;
  }

  goingOf(job) {
    if (this.going.has(job.id)) return this.going.get(job.id);
    const made = new Going((one, word) => this.saying.attempt(() => this.hub.control(one, word)));
    this.going.set(job.id, made);
    this.now.append(made.root);
    return made;
  }

  /** Show what ended work has left, and say what went wrong in it. */
  async ended(jobs) {
    await this.saying.attempt(() => this.load());
    this.saying.tell(endedWords(jobs));
  }
}
