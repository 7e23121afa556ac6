// The bar at the foot of the page: the piece of work that runs, how to end it, and all work at a press. It folds to a small tag.
import { button, el } from '../dom.js';
import { isAboutLearning } from '../learned/learned.js';
import { isAboutModels } from '../models.js';
import { fillMeter, progressWords } from '../progress.js';
import { Strip } from '../strip.js';

const ALL = 'All work, in its order, over all stories';
let folded = false; // both pages have a bar: what was folded on one is so on the other

/** The bar; `cancel(ids)` ends some work, `all()` opens the window of all work. */
export class Bar {
  constructor(cancel, all) {
    this.strip = new Strip('');
    this.picture = this.strip.root;
    this.picture.hidden = true;
    this.title = button('job-name', '', all);
    this.detail = el('span', { class: 'detail' });
    this.meter = el('progress', { max: 1, value: 0, 'aria-label': 'How far it is' });
    this.stop = button('quiet', 'Cancel', () => cancel(this.ids.slice(0, 1)));
    this.stopAll = button('quiet stop-all', 'Cancel all', () => cancel(this.ids));
    this.stopAll.hidden = true;
    this.more = button('quiet more', 'All work …', all);
    for (const one of [this.title, this.more]) { one.title = ALL; one.setAttribute('aria-haspopup', 'dialog'); }
    this.fold = button('quiet fold', '', () => { folded = !folded; this.drawFold(); });
    this.root = el('div', { class: 'jobs', hidden: true, role: 'group', 'aria-label': 'Work that goes on' },
      this.picture, el('div', { class: 'words' }, this.title, this.detail, this.meter),
      el('div', { class: 'job-acts' }, this.stop, this.stopAll, this.more, this.fold));
    this.ids = [];
    this.drawFold();
  }

  drawFold() {
    const words = folded ? 'Show the work that goes on' : 'Fold this away';
    this.root.classList.toggle('folded', folded);
    Object.entries({ 'aria-label': words, title: words, 'aria-expanded': String(!folded) }).forEach(([name, value]) => this.fold.setAttribute(name, value));
    this.fold.textContent = folded ? '▴' : '▾';
  }

  stopping() {
    this.stop.disabled = this.stopAll.disabled = true;
    this.say('stopping …');
  }

  failed() {
    this.stop.disabled = this.stopAll.disabled = false;
    this.say('it could not be stopped, try again');
  }

  say(words) {
    if (this.detail.textContent !== words) this.detail.textContent = words;
  }

  show(jobs) {
    this.root.hidden = jobs.length === 0;
    document.body.classList.toggle('at-work', jobs.length > 0);
    if (!jobs.length) return;
    const first = foremost(jobs);
    if (this.ids[0] !== first.id) this.stop.disabled = this.stopAll.disabled = false;
    this.ids = [first, ...jobs.filter((job) => job !== first)].map((job) => job.id);
    this.stop.textContent = isAboutLearning(first) ? 'Stop' : 'Cancel'; // what is learned so far is kept
    if (this.title.textContent !== first.title) this.title.textContent = first.title;
    if (!this.stop.disabled) this.say(progressWords(first, jobs.filter((job) => job !== first && job.state === 'queued')));
    fillMeter(this.meter, first);
    this.drawFold();
    this.stopAll.hidden = jobs.length < 2;
    this.picture.hidden = !first.preview;
    if (first.preview) this.strip.show(first.preview);
  }
}

/** What runs; a model is fetched beside all other work, so that comes first. */
function foremost(jobs) {
  const others = jobs.filter((job) => !isAboutModels(job));
  const shown = others.length ? others : jobs;
  return shown.find(({ state }) => state === 'running') || shown[0];
}
