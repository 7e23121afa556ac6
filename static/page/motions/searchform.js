// What is searched for: the words of a motion, the words that captions shall hold, and how far the search is.
import { el } from '../dom.js';
import { fillMeter } from '../progress.js';
import { Needs } from './needs.js';
import { Terms, withTerms } from './terms.js';
import { countsWords, jobWords } from './words.js';

/** `search({words, terms, suggest, fetch, filter})` begins a search (terms null: made of the words; suggest: a language model adds some;
 * fetch: clips that lie on a site are fetched; filter null: clips need what the model asks for), `cancel(job)` ends it. */
export class SearchForm {
  constructor({ search, cancel }) {
    this.words = el('input', { type: 'text', maxlength: 200, autocomplete: 'off' });
    this.terms = new Terms(() => { this.edited = this.touched = true; });
    this.go = el('button', { type: 'submit', class: 'accent' });
    this.counts = el('p', { class: 'counts' });
    this.suggest = el('input', { type: 'checkbox' });
    this.suggests = el('label', { class: 'also', hidden: true }, this.suggest, 'ask the language model for other words');
    this.needs = new Needs();
    this.fetch = el('input', { type: 'checkbox' });
    this.fetches = el('label', { class: 'also', hidden: true }, this.fetch, 'fetch clips from their site (yt-dlp)');
    this.meter = el('progress', { max: 1, 'aria-label': 'How far the search is' });
    this.detail = el('span');
    this.stop = el('button', { type: 'button', class: 'quiet' });
    this.going = el('div', { class: 'going search-going', hidden: true }, this.detail, this.meter, this.stop);
    const field = el('label', { class: 'field' }, el('span', { text: 'What is done' }), this.words);
    this.root = el('form', { class: 'search-form' }, el('div', { class: 'search-line' }, field, this.go),
      el('p', { class: 'terms-told', text: 'Captions are searched for' }), this.terms.root, this.suggests, this.fetches, this.needs.root, this.going, this.counts);
    this.root.addEventListener('submit', (event) => { event.preventDefault(); this.submit(search); });
    this.words.addEventListener('input', () => this.retold());
    this.stop.addEventListener('click', async () => {
      this.stop.textContent = 'Cancelling …';
      if (!await cancel(this.job)) this.stop.textContent = 'Cancel';
    });
  }

  /** Other words: the terms follow them, unless they were chosen one by one. */
  retold() {
    this.touched = true;
    if (!this.edited) this.terms.set(withTerms([], this.words.value));
  }

  submit(search) {
    this.terms.take();
    const terms = this.edited && this.terms.terms.length ? this.terms.terms : null;
    search({ words: this.words.value.trim(), terms, suggest: this.suggest.checked, fetch: this.fetch.checked, filter: this.needs.filter });
    this.suggest.checked = this.fetch.checked = false;
  }

  /** Show a MotionView; what was typed meanwhile stays, unless it is of another motion or search, `fresh`. */
  draw(motion, fresh) {
    this.motion = motion;
    if (fresh || !this.touched) {
      this.words.value = motion.words_asked;
      this.terms.set(motion.expanded);
      this.edited = this.touched = false;
    }
    this.needs.draw(motion.filter);
    this.suggests.hidden = !motion.suggests;
    this.fetches.hidden = !motion.fetches;
    this.counts.textContent = countsWords(motion.counts);
    this.live(fresh ? null : this.job);
  }

  /** Show the search that goes on, or that there is none. */
  live(job) {
    const held = [this.go, this.stop].includes(document.activeElement);
    if (!job || !this.job || job.id !== this.job.id) this.stop.textContent = 'Cancel';
    this.job = job;
    this.going.hidden = !job;
    this.go.disabled = Boolean(job);
    if (held) (job ? this.stop : this.go).focus({ preventScroll: true }); // the other one cannot hold it
    const { searched = false, cost = '' } = this.motion || {};
    this.go.textContent = job ? 'Searching …' : [searched ? 'Search again' : 'Search', cost].filter(Boolean).join(', ');
    if (!job) return;
    fillMeter(this.meter, job);
    const words = jobWords(job);
    if (this.detail.textContent !== words) this.detail.textContent = words;
  }
}
