// The first page: a finished film to look at and to touch, its scenes, and who can play in a story of one's own.
import { call } from '../api.js';
import { goTo } from '../bus.js';
import { closeDialogs } from '../dialog.js';
import { el } from '../dom.js';
import { openJobs } from '../jobs/window.js';
import { complain } from '../toast.js';
import { Models } from '../models.js';
import { openSettings } from '../settings/window.js';
import { keepPressed } from '../wholefilm.js';
import { Bench } from './bench.js';
import { Cards } from './cards.js';
import { FilmPlace } from './filmplace.js';
import { OwnStory } from './own.js';
import { troupe } from './troupe.js';

let page = null;

/** Give the first page, the same to every part of it. */
export function welcome() {
  page = page || new Welcome();
  return page;
}

class Welcome {
  constructor() {
    this.spoken = el('p', { class: 'unseen', 'aria-live': 'polite' });
    this.mine = new OwnStory({
      draw: (label) => this.drawScene(label),
      live: (jobs) => this.live(jobs),
      ended: (jobs) => this.models.ended(jobs),
      say: (words) => { this.spoken.textContent = words; },
      all: () => this.openJobs(),
    });
    this.film = new FilmPlace({ open: () => this.go(), watch: () => this.go('film'), whole: () => this.whole() });
    this.cards = new Cards((id) => this.pick(id));
    this.bench = new Bench({
      send: (op) => this.mine.send(op),
      render: (scene) => this.mine.ask('render', { scenes: [scene], quality: 'draft', seed: 'same', without: null, unwanted: '' }),
      cancel: (job) => this.mine.watch.cancel([job.id]),
      details: (scene, take) => this.detailsOf(scene, take),
      say: (words) => { this.spoken.textContent = words; },
    });
    this.pill = el('button', { type: 'button', class: 'pill', hidden: true, 'aria-haspopup': 'dialog', title: 'What plays, and how fast' });
    this.settings = el('button', { type: 'button', class: 'plain', 'aria-haspopup': 'dialog', text: 'Settings' });
    for (const one of [this.pill, this.settings]) one.addEventListener('click', () => this.openSettings());
    this.models = new Models({ own: () => this.mine.owned(), place: () => this.parts.top, watch: () => this.mine.watch });
    this.parts = {
      top: part('welcome-top', this.mine.saved.root, this.pill, this.settings),
      film: part('welcome-film', this.film.root),
      bench: part('welcome-bench', this.cards.root, this.bench.root, this.spoken, this.mine.watch.root),
      troupe: part('welcome-troupe'),
      foot: part('welcome-foot'),
    };
    this.parts.film.hidden = this.parts.bench.hidden = true;
  }

  openJobs() {
    openJobs({ place: this.parts.top, story: this.mine.story, ask: () => this.mine.watch.ask() });
  }

  openSettings() {
    openSettings({ place: this.parts.top, changed: () => this.show(), models: (pack) => this.models.open(pack) });
  }

  /** Ask for everything anew and show it. */
  async show() {
    this.shown = true;
    this.mine.back();
    try {
      const told = await call('first');
      if (this.shown) this.draw(told);
    } catch (error) {
      complain(error);
    }
  }

  /** The page of a story comes. */
  leave() {
    this.shown = false;
    this.bench.leave();
    this.film.reel.stop();
    this.mine.leave();
    closeDialogs(this.parts.top);
  }

  draw({ mine, first, troupe: company, foot, plays }) {
    this.pill.textContent = plays.words;
    this.pill.hidden = false;
    this.parts.foot.replaceChildren(el('p', { text: foot }));
    this.parts.troupe.replaceChildren(...troupe(company, addToIdea));
    this.first = first;
    for (const name of ['film', 'bench']) this.parts[name].hidden = !this.first;
    if (!this.first) return;
    this.selected = first.scene;
    this.mine.open(first.story, mine);
    this.film.draw(first, mine);
    this.drawScene('');
  }

  drawScene(label) {
    const { head, order } = this.mine.story;
    if (!this.mine.story.scene(this.selected)) [this.selected] = order;
    const number = order.indexOf(this.selected) + 1;
    const box = this.selected === this.first.scene && !this.mine.own ? this.first.region : '';
    const scene = this.mine.story.scene(this.selected);
    this.cards.draw(this.mine.story.list(), this.selected, head.stage.aspect);
    this.bench.draw(scene, head, { number, box, cost: scene.cost.draft, label });
    this.film.own(this.mine.own, Boolean(this.first.reels.played), head.cost);
  }

  pick(id) {
    this.selected = id;
    this.bench.live(null);
    this.drawScene('');
    this.live(this.jobs || []);
  }

  live(jobs) {
    this.jobs = jobs;
    this.models?.live(jobs);
    this.bench.live(jobs.find((job) => job.scene_id === this.selected) || null);
  }

  /** What is told of a take; the example's takes stand in the cuts of its film. */
  async detailsOf(scene, take) {
    return this.mine.own ? this.mine.details.of(scene, take) : this.first.takes[scene] || null;
  }

  /** Go to the story's own page, to one of its steps where one is named. */
  async go(step = '') {
    goTo(await this.mine.owned(), null, step);
  }

  /** Make all of the film, and go where it can be watched coming. */
  async whole() {
    const begun = await this.mine.ask('whole_film');
    if (!begun) return;
    keepPressed(this.mine.story.project, begun.last);
    goTo(this.mine.story.project, { title: 'The film is being made', lines: [begun.words] });
  }
}

function part(kind, ...children) {
  return el('div', { class: `studio ${kind}` }, ...children);
}

/** Put words behind the idea, as if they were typed. */
function addToIdea(words) {
  const field = document.querySelector('#idea textarea');
  field.value = [field.value.trimEnd(), words].filter(Boolean).join(' ');
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.focus();
}
