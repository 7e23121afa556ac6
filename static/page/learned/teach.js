// Where a motion or a look is taught: what it costs, the learning that goes on, and what it is played with.
import { el } from '../dom.js';
import { Strip } from '../strip.js';
import { Going } from './going.js';
import { Settings } from './settings.js';
import { costWords, learnWords, madeWords, useOptions, useValue, useWish } from './words.js';

/**
 * The part of a window where one motion or character at a time is taught. `hub` is the Learned of the page,
 * `attempt(work)` does something and tells what is refused; `ended()` is called when a learning is over.
 */
export class Teach {
  constructor({ hub, attempt, ended = () => {} }) {
    Object.assign(this, { hub, attempt, ended });
    this.state = el('p', { class: 'learned-state' });
    this.strip = new Strip('What was learned, as a sample');
    this.use = el('select');
    this.played = el('label', { class: 'field choice played-with' }, el('span', { text: 'Played with' }), this.use);
    this.there = el('div', { class: 'learned-there', hidden: true }, this.strip.root, el('div', {}, this.state, this.played));
    this.learn = el('button', { type: 'button', class: 'accent' });
    this.cost = el('span', { class: 'learn-cost' });
    this.settings = new Settings();
    this.going = new Going((job, word) => this.attempt(() => hub.control(job, word)));
    this.root = el('section', { class: 'teach', hidden: true, 'aria-label': 'Learning' }, this.there,
      el('div', { class: 'learn-this' }, el('div', { class: 'learn-line' }, this.learn, this.cost), this.settings.root), this.going.root);
    this.learn.addEventListener('click', () => this.attempt(() => this.begin()));
    this.use.addEventListener('change', () => this.attempt(() => this.choose(useWish(this.use.value)), () => this.ask()));
  }

  /** Show what there is of a thing, `{motion}` or `{character}`; `fresh` forgets what was typed for another. */
  async about(thing, fresh = true) {
    this.thing = thing;
    if (fresh) this.clear();
    await this.ask();
  }

  /** Show nothing: there is nothing to be taught. */
  leave() {
    this.thing = null;
    this.clear();
    this.root.hidden = true;
  }

  /** Forget the thing that was shown. */
  clear() {
    this.learning = null;
    this.learn.disabled = true;
    this.settings.forget();
  }

  async ask() {
    const { thing } = this;
    const learning = await this.hub.call('learning', thing);
    if (thing === this.thing) this.draw(learning);
  }

  /** Show a Learning. */
  draw(learning) {
    this.learning = learning;
    const { uses, choices, state, state_words: words } = learning;
    this.root.hidden = !learning.ready && !choices.length && !learning.why;
    this.there.hidden = !choices.length && !uses && !words;
    this.state.textContent = [words, uses && `${uses.title}: ${madeWords(uses)}`].filter(Boolean).join('. ');
    this.strip.root.hidden = !uses || !uses.preview;
    if (uses && uses.preview) this.strip.show(uses.preview);
    this.played.hidden = !choices.length && state !== 'off' && state !== 'lost';
    this.use.replaceChildren(...useOptions(learning).map(([value, text]) => el('option', { value, text })));
    this.use.value = useValue(learning);
    this.settings.draw(learning);
    this.live(this.jobs || []);
  }

  /** Show the work that goes on. */
  live(jobs) {
    this.jobs = jobs;
    if (!this.learning) return;
    const job = jobs.find((one) => this.hub.isAbout(one, this.thing)) || null;
    const learning = { ...this.learning, going: job ? job.id : null };
    const held = document.activeElement === this.learn;
    this.learn.textContent = learnWords(learning);
    this.learn.className = learning.state === 'learned' ? 'plain' : 'accent';
    this.learn.disabled = !learning.ready || Boolean(job);
    this.learn.closest('.learn-this').hidden = Boolean(job);
    this.settings.root.hidden = !learning.ready;
    this.cost.textContent = costWords(learning);
    this.going.live(job, job ? this.hub.curve(job.id) : []);
    if (held && job) this.going.asks.at(-1).focus({ preventScroll: true });
  }

  async begin() {
    this.learn.disabled = true; // twice is too often
    try {
      this.draw(await this.hub.call('learn', { ...this.thing, ...this.settings.wish }));
      this.hub.watch().ask();
    } finally {
      this.live(this.jobs);
    }
  }

  async choose(wish) {
    const { learning } = await this.hub.call('prior_use', { ...this.thing, ...wish });
    this.draw(learning);
  }
}
