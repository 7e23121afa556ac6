// The story's motions as the rest of the page knows them: opens their window, and tells what ended while it is closed.
import { tellFailed, toast } from '../toast.js';
import { MotionsWindow } from './window.js';

const KINDS = ['retrieve', 'scan'];

/** Whether a piece of work is about clips. */
export function isAboutClips({ kind }) {
  return KINDS.includes(kind);
}

/**
 * The motions of the open story. `story` gives `{project}`, `place` where the window hangs, `scene()` the selected scene;
 * `like(op)` sends the edit, `learned` is what was learned; `watch()` gives the watch, `settled()` waits until edits are saved,
 * `closed()` hears that the window was closed, where clips may have been picked.
 */
export class Motions {
  constructor({ story, place, scene, like, learned, watch, settled, closed = () => {} }) {
    Object.assign(this, { story, place, scene, like, learned, watch, settled, closed });
    this.jobs = [];
    this.window = null;
  }

  /** Open the window, at a motion if one is named. */
  open(motion = '') {
    if (this.window && this.window.open) return;
    const { project } = this.story;
    const hooks = { scene: this.scene, settled: this.settled, learned: this.learned, watch: this.watch() };
    this.window = new MotionsWindow({ ...hooks, place: this.place(), project, motion, like: (wish) => this.liked(wish) });
    this.window.dialog.addEventListener('close', () => this.closed());
    this.window.live(this.jobs);
  }

  liked(wish) {
    this.like({ op: 'like', scene: this.scene().id, ...wish });
  }

  /** Show the work that goes on. */
  live(jobs) {
    this.jobs = jobs.filter(isAboutClips);
    if (this.window && this.window.open) this.window.live(this.jobs);
  }

  /** Tell what has ended. */
  ended(jobs) {
    if (!jobs.length) return;
    if (this.window && this.window.open) { this.window.ended(jobs); return; }
    tellFailed(jobs);
    for (const job of jobs.filter(({ state }) => state === 'done')) this.tell(job);
  }

  tell({ title, motion, outcome }) {
    toast(`${title}: ${outcome || 'done.'}`, { action: { words: 'Look at the clips', run: () => this.open(motion || '') } });
  }
}
