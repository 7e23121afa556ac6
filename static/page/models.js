// The models that can play stories, as the rest of the page knows them: opens their window, and tells what ended while it is closed.
import { tellFailed, toast } from './toast.js';
import { ModelsWindow } from './modelswindow.js';

/** Whether a piece of work is about models. */
export function isAboutModels({ kind }) {
  return kind === 'fetch';
}

/**
 * The models of a studio for one person. `place` gives where the window hangs, `watch()` the watch; `own()` keeps its promise
 * with the id of the story that the fetching is work of.
 */
export class Models {
  constructor({ own, place, watch }) {
    Object.assign(this, { own, place, watch });
    this.jobs = [];
    this.window = null;
  }

  /** Open the window, at the model of that name where one is named. */
  open(at = '') {
    if (this.window && this.window.open) return;
    this.window = new ModelsWindow({ place: this.place(), own: this.own, watch: this.watch(), at });
    this.window.live(this.jobs);
  }

  /** Show the work that goes on. */
  live(jobs) {
    this.jobs = jobs.filter(isAboutModels);
    if (this.window && this.window.open) this.window.live(this.jobs);
  }

  /** Tell what has ended. */
  ended(jobs) {
    tellFailed(jobs);
    for (const { title } of jobs.filter(({ state }) => state === 'done')) {
      toast(`${title} is done.`, { action: { words: 'Look at the models', run: () => this.open() } });
    }
    if (jobs.length && this.window && this.window.open) this.window.load();
  }
}
