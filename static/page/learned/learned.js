// What was learned, as the rest of the page knows it: its windows, the learning that goes on, and what is told when one ends.
import { call, upload } from '../api.js';
import { tellFailed, toast } from '../toast.js';
import { withPoint } from './curve.js';
import { LookWindow } from './look.js';
import { LearnedWindow } from './window.js';

/** Whether a piece of work learns something. */
export function isAboutLearning({ kind }) {
  return kind === 'train';
}

/**
 * What was learned, for the open story. `place` gives where windows hang, `watch()` the watch, `settled()` waits until edits
 * are saved and gives the story's id; `adopt(view)` shows what changed in the story, `again()` asks for all of it.
 */
export class Learned {
  constructor({ place, watch, settled, adopt, again }) {
    Object.assign(this, { place, watch, settled, adopt, again });
    this.jobs = [];
    this.curves = new Map();
    this.parts = new Set(); // of windows: each shows what goes on
    this.window = this.look = null;
  }

  /** Open the window of all that was learned. */
  open() {
    if (this.window && this.window.open) return;
    this.window = new LearnedWindow(this);
    this.follow(this.window, this.window.dialog);
  }

  /** Open the window of a character's look. */
  openLook(character) {
    if (this.look && this.look.open) return;
    this.look = new LookWindow(this, character);
    this.follow(this.look, this.look.dialog);
  }

  /** Let a part of a window hear of the work (`live(jobs)`) and of its end (`ended(jobs)`), until its dialog closes. */
  follow(part, dialog) {
    this.parts.add(part);
    dialog.addEventListener('close', () => this.parts.delete(part));
    part.live(this.jobs);
  }

  /** Whether a job teaches a thing, `{motion}` or `{character}`. */
  isAbout(job, { motion = null, character = null }) {
    return (job.motion || null) === motion && (job.character || null) === character;
  }

  /** Give the points `{step, loss}` that were seen of a job. */
  curve(id) {
    return this.curves.get(id) || [];
  }

  /** Show the work that goes on. */
  live(jobs) {
    this.jobs = jobs.filter(isAboutLearning);
    this.curves = new Map(this.jobs.map((job) => [job.id, withPoint(this.curve(job.id), job)]));
    for (const part of this.parts) part.live(this.jobs);
  }

  /** Tell what has ended; scenes play otherwise with what is learned. */
  ended(jobs) {
    if (!jobs.length) return;
    if (jobs.some(({ state }) => state === 'done')) this.again();
    for (const part of this.parts) part.ended(jobs);
    if (!this.parts.size) this.tell(jobs);
  }

  tell(jobs) {
    tellFailed(jobs);
    for (const { title, outcome } of jobs.filter(({ state }) => state === 'done')) {
      toast(outcome || `${title} is done.`, { action: { words: 'See what was learned', run: () => this.open() } });
    }
  }

  /** Ask a route about the open story; what it changes there is shown. */
  async call(route, body = {}) {
    return this.taken(await call(route, { project: await this.settled(), ...body }));
  }

  /** Send a file as it is to a route about the open story. */
  async upload(route, query, file) {
    const asked = new URLSearchParams({ project: await this.settled(), ...query });
    return this.taken(await upload(`${route}?${asked}`, file));
  }

  taken(answer) {
    if (answer.story) this.adopt(answer.story);
    return answer;
  }

  /** Ask something of a learning that goes on. */
  async control(job, word) {
    await this.call('learn_control', { id: job.id, word });
    this.watch().ask();
  }
}
