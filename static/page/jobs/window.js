// The window of all work: what runs and waits, in its order and over all stories, and what is over.
import { call } from '../api.js';
import { openDialog } from '../dialog.js';
import { el, keepFocus } from '../dom.js';
import { makeSortable } from '../reorder.js';
import { complain } from '../toast.js';
import { JobRow } from './row.js';

const ASK_MS = 1000;
const NOTE = 'What is asked for goes on when this page is closed, and after a restart. Drafts come first, then final takes and films, then learning.';
const NOTHING = 'Nothing is being made. Render a scene, make the film, or learn a motion: it shows here.';
const KEYS = 'Alt with an arrow up or down moves what waits.';

/** Open the window; `story` is the open one, `ask()` lets the page look at its work again. */
export function openJobs({ place, story, ask }) {
  const there = place.querySelector('dialog.all-work[open]');
  return there || new JobsWindow(place, story, ask).dialog;
}

class JobsWindow {
  constructor(place, story, ask) {
    Object.assign(this, { story, ask });
    this.rows = new Map();
    this.going = el('ol', { class: 'job-rows going-on', 'aria-label': 'What runs and waits', 'aria-describedby': 'job-keys' });
    this.none = el('p', { class: 'note', text: 'Looking …' });
    this.ended = el('ul', { class: 'job-rows', 'aria-label': 'What is over' });
    this.over = el('section', { hidden: true }, el('h3', { text: 'Over' }), this.ended);
    this.spoken = el('p', { class: 'unseen', 'aria-live': 'polite' });
    this.dialog = openDialog(place, 'All work', el('p', { class: 'note', text: NOTE }), this.none, this.going,
      el('span', { id: 'job-keys', class: 'unseen', text: KEYS }), this.over, this.spoken);
    this.dialog.classList.add('all-work');
    makeSortable(this.going, (row, before) => this.move(Number(row.dataset.job), before && Number(before.dataset.job)), { item: '[data-waits]', but: 'button' });
    this.going.addEventListener('keydown', (event) => this.pressed(event));
    this.dialog.addEventListener('close', () => clearTimeout(this.timer));
    this.look();
  }

  /** Ask what there is, and go on asking while the window is open. */
  async look() {
    clearTimeout(this.timer);
    if (!this.dialog.open) return;
    if (!this.busy && !this.going.querySelector('.dragged')) {
      const round = this.round = (this.round || 0) + 1;
      try {
        const view = await call('jobs');
        if (round === this.round) this.draw(view);
      } catch (error) {
        if (error.status === undefined) throw error;
        if (round === this.round) this.none.textContent = 'The studio does not answer, asking again …';
      }
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), ASK_MS);
  }

  /** Do something with a job; the answer tells how all work stands then. */
  async does(route, body, words) {
    this.busy = true;
    this.round = (this.round || 0) + 1; // what was asked before tells of before
    try {
      this.draw(await call(route, body));
      this.spoken.textContent = words;
      this.ask();
    } catch (error) {
      complain(error);
    }
    this.busy = false;
    this.look();
  }

  draw({ going, ended }) {
    if (!this.dialog.open) return;
    const held = document.activeElement.closest('[data-job]');
    const at = held ? [...held.querySelectorAll('button')].indexOf(document.activeElement) : -1;
    this.none.hidden = going.length > 0;
    this.none.textContent = NOTHING;
    this.over.hidden = ended.length === 0;
    this.waiting = going.filter(({ state }) => state === 'queued').map(({ id }) => id);
    const ids = new Set([...going, ...ended].map(({ id }) => id));
    for (const [id, row] of this.rows) if (!ids.has(id)) { row.root.remove(); this.rows.delete(id); }
    this.fill(this.going, going);
    this.fill(this.ended, ended);
    if (held) keepFocus(held.querySelectorAll('button')[at], held.querySelector('button:not(:disabled)'), this.dialog.querySelector('button'));
  }

  fill(list, jobs) {
    jobs.forEach((job, index) => {
      const row = this.row(job.id);
      const place = this.waiting.indexOf(job.id);
      row.draw(job, { first: place === 0, last: place === this.waiting.length - 1, elsewhere: job.project !== this.story.project });
      if (list.children[index] !== row.root) list.insertBefore(row.root, list.children[index] || null);
    });
  }

  row(id) {
    if (!this.rows.has(id)) {
      this.rows.set(id, new JobRow(id, {
        control: (word, title) => this.does('job_control', { id, word }, `${title}: ${word === 'stop' ? 'stopping' : 'cancelling'}.`),
        again: (title) => this.does('job_again', { id }, `${title}: waiting again.`),
        shift: (by) => this.shift(id, by),
      }));
    }
    return this.rows.get(id);
  }

  pressed(event) {
    const row = event.target.closest('[data-waits]');
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!row || !by || !event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.shift(Number(row.dataset.job), by);
  }

  /** Move what waits one place up (-1) or down (1). */
  shift(id, by) {
    const rest = this.waiting.filter((one) => one !== id);
    const to = this.waiting.indexOf(id) + by;
    if (to >= 0 && to <= rest.length) this.move(id, rest[to] || null);
  }

  /** Put what waits before another; what runs stays where it is. */
  move(id, before) {
    const rest = this.waiting.filter((one) => one !== id);
    const target = before === null || rest.includes(before) ? before : rest[0] || null;
    const title = this.rows.get(id).job.title;
    const place = target === null ? rest.length : rest.indexOf(target);
    return this.does('job_move', { id, before: target }, `${title} is now number ${place + 1} of ${rest.length + 1} that wait.`);
  }
}
