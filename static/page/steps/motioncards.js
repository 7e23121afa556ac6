// The motions of the story as cards: what each needs, how it is learned, and in which scenes it is played.
import { call } from '../api.js';
import { el } from '../dom.js';
import { isAboutLearning } from '../learned/learned.js';
import { isAboutClips } from '../motions/motions.js';
import { complain } from '../toast.js';
import { MotionCard } from './motioncard.js';

/**
 * The cards; `open(motion)` opens its clips, `show(scene)` a scene on the board; `settled()` waits until the story's edits are
 * saved and gives its id.
 */
export class MotionCards {
  constructor({ open, show, settled }) {
    Object.assign(this, { open, show, settled });
    this.cards = new Map();
    this.known = new Map(); // what the studio told of each motion: its clips, what was learned, what learning costs
    this.jobs = [];
    this.round = 0;
    this.list = el('ul', { class: 'motion-cards', 'aria-label': 'Motions of the story' });
    this.none = el('p', { class: 'note', text: 'Nobody moves in this story yet. Say on the board what somebody does: a motion gets a card here.' });
    this.from = el('p', { class: 'note' });
    this.root = el('div', { class: 'motion-shelf' }, this.none, this.list, this.from);
  }

  /** Show the motions of a story: `{head, scenes}`. */
  draw({ head, scenes }) {
    if (head.project !== this.project) { this.known.clear(); this.from.textContent = ''; }
    this.project = head.project;
    this.motions = head.motions;
    this.none.hidden = head.motions.length > 0;
    const cards = head.motions.map((motion) => this.card(motion.id));
    cards.forEach((card, at) => card.draw({ ...this.known.get(head.motions[at].id), ...head.motions[at] }, playedIn(scenes, head.motions[at].id)));
    if (cards.length !== this.list.children.length || cards.some(({ root }, at) => root !== this.list.children[at])) this.list.replaceChildren(...cards.map(({ root }) => root));
    this.live(this.jobs);
  }

  card(id) {
    const key = `${this.project} ${id}`;
    if (!this.cards.has(key)) this.cards.set(key, new MotionCard(id, { open: () => this.open(id), show: this.show }));
    return this.cards.get(key);
  }

  /** Ask what there is of each motion, and what learning it costs; gives whether nothing is left to be asked. */
  async load() {
    const round = this.round += 1;
    try {
      const project = await this.settled();
      const { motions, libraries } = await call('motions', { project });
      const open = motions.filter(({ state, approved }) => state === 'to_learn' && approved);
      const costs = await Promise.all(open.map(({ id }) => call('learning', { project, motion: id })));
      if (project !== this.project || round !== this.round) return true; // a newer answer comes
      const cost = new Map(open.map(({ id }, at) => [id, costs[at].cost]));
      this.known = new Map(motions.map((motion) => [motion.id, { ...motion, cost: cost.get(motion.id) || '' }]));
      this.from.textContent = sourcesWords(libraries);
      return true;
    } catch (error) {
      if (!error.silent && error.status !== 404) complain(error); // the next edit tells of a story that is gone
      return round !== this.round;
    }
  }

  /** Show the work that goes on. */
  live(jobs) {
    this.jobs = jobs.filter((job) => isAboutLearning(job) || isAboutClips(job));
    for (const { id } of this.motions || []) this.card(id).live(this.jobs.find(({ motion }) => motion === id) || null);
  }
}

/** Give the scenes of a motion: `[{id, number}]`. */
function playedIn(scenes, motion) {
  return scenes.map(({ id, regions }, at) => ({ id, number: at + 1, plays: regions.some((region) => region.motion_id === motion) })).filter(({ plays }) => plays);
}

function sourcesWords(libraries) {
  const said = libraries.filter(({ fits }) => fits).map(({ title, clips }) => (clips ? `${title} (${clips})` : title));
  return said.length ? `Clips come from: ${said.join('; ')}.` : 'No library of clips suits this model yet: bring one.';
}
