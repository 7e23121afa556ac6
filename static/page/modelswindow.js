// The window of models: what each needs, whether it is here, how to fetch it, and how to play with it.
import { call } from './api.js';
import { openDialog } from './dialog.js';
import { button, el, factList } from './dom.js';
import { fillMeter, progressWords } from './progress.js';
import { complain, toast } from './toast.js';

const NOT_SEEN = 'Real CogVideoX weights have not been seen playing by us yet. Fetch one and look at a scene of it before you count on it.';

/** The open window; `own()` gives whose work a fetching is, `watch` knows and ends the work that goes on, `at` is looked at first. */
export class ModelsWindow {
  constructor({ place, own, watch, at = '' }) {
    Object.assign(this, { own, watch, at });
    this.cards = new Map();
    this.jobs = [];
    this.list = el('ul', { class: 'model-cards' }, el('li', { class: 'note', text: 'Looking what is here …' }));
    const seen = el('p', { class: 'not-seen', text: NOT_SEEN });
    const note = el('p', { class: 'note', text: 'Planning, boxes and the animatic need none of them. While one is fetched, everything else goes on.' });
    this.dialog = openDialog(place, 'The model', seen, note, this.list);
    this.load();
  }

  get open() {
    return this.dialog.open;
  }

  async load() {
    await this.attempt(async () => this.draw(await this.ask('packs')));
    this.lookAt(this.cards.get(this.at));
  }

  /** Ask a route; what only looks makes no story of one's own. */
  async ask(route, body = {}) {
    return call(route, { project: route === 'packs' ? 'any' : await this.own(), ...body });
  }

  /** Bring the model into sight that the window was opened for, its button under the finger. */
  lookAt(card) {
    this.at = '';
    if (!card) return;
    card.root.scrollIntoView({ block: 'nearest' });
    card.root.classList.add('looked-at');
    card.fetch.focus({ preventScroll: true });
  }

  draw({ packs }) {
    this.cards = new Map(packs.map((pack) => [pack.name, this.card(pack)]));
    this.list.replaceChildren(...[...this.cards.values()].map(({ root }) => root));
    this.live(this.jobs);
  }

  /** Show the work that goes on. */
  live(jobs) {
    this.jobs = jobs;
    for (const [name, card] of this.cards) card.live(jobs.find(({ pack }) => pack === name) || null);
  }

  card(pack) {
    return new ModelCard(pack, {
      fetch: () => this.attempt(async () => { await this.ask('pack_fetch', { pack: pack.name }); this.watch.ask(); }),
      remove: () => this.attempt(async () => this.draw(await this.ask('pack_remove', { pack: pack.name }))),
      cancel: (job) => this.watch.cancel([job.id]),
    });
  }

  async attempt(does) {
    try {
      await does();
    } catch (error) {
      complain(error);
    }
  }
}

/** One model (a PackView) with its buttons. */
class ModelCard {
  constructor(pack, { fetch, remove, cancel }) {
    this.fetch = button('accent', pack.state === 'partly' ? 'Go on fetching' : 'Fetch', fetch);
    this.words = el('span', { class: 'detail' });
    this.meter = el('progress', { max: 1 });
    this.stop = button('quiet', 'Cancel', async () => {
      this.stop.disabled = true;
      if (!await cancel(this.job)) this.stop.disabled = false;
    });
    this.going = el('div', { class: 'going', hidden: true }, this.words, this.meter, this.stop);
    this.fetch.hidden = pack.state === 'ready';
    const away = button('quiet', 'Delete what was fetched …', () => away.replaceWith(button('plain', 'Delete it for good', remove)));
    away.hidden = !pack.removable;
    const badge = el('span', { class: pack.plays ? 'badge done' : 'badge', text: pack.plays ? 'plays now' : pack.state_words });
    this.root = el('li', { class: 'model-card', 'data-pack': pack.name }, el('header', {}, el('h3', { text: pack.title }), badge),
      factList(pack.facts), el('p', { class: 'fits', text: pack.fits }), this.going,
      el('div', { class: 'doings' }, this.fetch, away), pack.plays || pack.state !== 'ready' ? '' : using(pack.command));
  }

  /** Show the fetching of this model, or that there is none. */
  live(job) {
    if (!job || !this.job || job.id !== this.job.id) this.stop.disabled = false;
    this.job = job;
    this.going.hidden = !job;
    this.fetch.disabled = Boolean(job);
    if (!job) return;
    this.words.textContent = progressWords(job);
    fillMeter(this.meter, job);
  }
}

function using(command) {
  const copy = button('quiet', 'Copy', async () => {
    await navigator.clipboard.writeText(command);
    toast('The command is copied.');
  });
  copy.hidden = !navigator.clipboard; // a studio at another machine's plain http address has none
  return el('div', { class: 'use-it' }, el('span', { text: 'Use this one: start the studio with' }), el('code', { text: command }), copy);
}
