// Watches the open story: asks the studio while work goes on, shows it in a bar, and notices other windows' edits.
import { call } from './api.js';
import { Bar } from './jobs/bar.js';
import { complain } from './toast.js';

const FRESH_MS = 150; // a draft is rendered in a second: its preview should still be seen to grow
const FRESH_FOR_MS = 3000;
const BUSY_MS = 500;
const IDLE_MS = 5000;
const ENDS = { done: 'is done', failed: 'did not work', cancelled: 'was cancelled', stopped: 'was stopped' };

/**
 * The watch of one story at a time. `story()` gives `{project, revision}`; `going(jobs)` hears the work that goes on,
 * `ended(jobs)` what has ended, `heard({revision, saved})` each answer's revision; `say(words)` reads out what begins and ends,
 * `all()` opens the window of all work.
 */
export class Watch {
  constructor({ story, going, ended, heard, say, all }) {
    Object.assign(this, { story, going, ended, heard, say });
    this.known = new Map();
    this.begun = 0; // when the newest work was first seen
    this.round = 0;
    this.bar = new Bar((ids) => this.cancel(ids), all);
    this.root = this.bar.root;
    document.addEventListener('visibilitychange', () => this.ask());
  }

  /** Forget what went on in another story, and ask no more. */
  reset() {
    clearTimeout(this.timer);
    this.round += 1; // an answer that is on its way is of that story
    this.known.clear();
    this.bar.show([]);
    this.going([]);
  }

  /** Ask now, and go on asking while there is a story. */
  async ask() {
    clearTimeout(this.timer);
    const round = this.round += 1;
    const { project, revision } = this.story();
    if (!project) return;
    try {
      const answer = await call('watch', { project, known: [...this.known.keys()], revision });
      if (round === this.round) this.hear(answer);
    } catch (error) {
      if (error.status === undefined) throw error;
      if (error.status === 404) { if (round === this.round) this.reset(); return; } // the next edit tells that the story is gone
      if (round === this.round) this.bar.say('the studio does not answer, asking again …');
    }
    if (round === this.round) this.timer = setTimeout(() => this.ask(), this.pause());
  }

  pause() {
    if (!this.known.size || document.hidden) return IDLE_MS;
    return performance.now() - this.begun < FRESH_FOR_MS ? FRESH_MS : BUSY_MS;
  }

  hear({ jobs, revision, saved }) {
    const active = jobs.filter((job) => job.active);
    const ended = jobs.filter((job) => !job.active && this.known.has(job.id));
    const fresh = active.filter((job) => !this.known.has(job.id));
    if (fresh.length) this.begun = performance.now();
    this.known = new Map(active.map((job) => [job.id, job]));
    this.tell(fresh, ended);
    this.bar.show(active);
    this.going(active);
    if (ended.length) this.ended(ended);
    this.heard({ revision, saved });
  }

  tell(fresh, ended) {
    const words = [...fresh.map(({ title }) => `${title}: begun.`), ...ended.map(({ title, state }) => `${title} ${ENDS[state]}.`)];
    if (words.length) this.say(words.join(' '));
  }

  /** End some work; gives whether the studio was told. */
  async cancel(ids) {
    this.bar.stopping();
    try {
      await call('cancel', { project: this.story().project, ids });
      this.ask();
      return true;
    } catch (error) {
      this.bar.failed();
      complain(error);
      return false;
    }
  }
}
