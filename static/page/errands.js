// The work that the studio is asked to do: takes, the film, the animatic, a scene planned anew.
import { call, token, upload } from './api.js';
import { askSaved } from './asking.js';
import { download } from './download.js';
import { complain, tellFailed, toast } from './toast.js';
import { unwantedWords } from './unwanted.js';

/**
 * Asks for work once every edit is saved; `refresh(view, film)` shows what it
 * left, `compare(scene, without)` a take beside its comparison, `warn(notice, action)` what speaks against it;
 * `flush()` sends what is held back.
 */
export class Errands {
  constructor({ story, outbox, watch, flush, refresh, warn, compare }) {
    Object.assign(this, { story, outbox, watch, flush, refresh, warn, compare });
    this.replannedFrom = null; // the revision that was planned anew
  }

  /** Render scenes (ids; null for all that need it) in a quality, 'draft' or 'final', from a seed; or a take again `without` something. */
  render(scenes, { quality, seed, without = null, count = 1 }) {
    return this.ask('render', { scenes, quality, seed, without, count, unwanted: unwantedWords(this.story.project) });
  }

  /** Make the film; where takes are outdated it is asked first whether to make it all the same. */
  async film(anyway = false) {
    const { notice = null } = await this.ask('film', { anyway }) || {};
    if (notice) this.warn(notice, { words: 'Make the film of the old takes', run: () => this.film(true) });
  }

  animatic() {
    return this.ask('animatic');
  }

  /** Put a picture of the storyteller's own behind the boxes of a scene. */
  async picture({ scene, file }) {
    try {
      const project = await this.settled();
      this.refresh(await upload(`picture?${new URLSearchParams({ project, scene })}`, file), false);
    } catch (error) {
      complain(error);
    }
  }

  /** Have a scene planned anew; `trigger(wish)` is Gradio's event. */
  async replan(scene, note, trigger) {
    const project = await this.settled();
    if (project !== this.story.project) return;
    this.replannedFrom = this.story.revision;
    trigger({ project, scene, note, token: token() });
  }

  ask(route, body) {
    return askSaved({ settled: () => this.settled(), watch: this.watch }, route, body);
  }

  /** Give the open story's id once all its edits are saved. */
  async settled() {
    const { project } = this.story;
    this.flush();
    await this.outbox.idle(project);
    return project;
  }

  /** Show what ended work has left, and say what went wrong in it. */
  async ended(jobs) {
    tellFailed(jobs);
    const scenes = [...new Set(jobs.map((job) => job.scene_id))];
    for (const scene of scenes) await this.fetch(scene);
    if (jobs.some(({ kind, state }) => kind === 'animatic' && state === 'done')) this.offerAnimatic();
    for (const job of jobs.filter(({ without, state }) => without && state === 'done')) this.offerComparison(job);
  }

  offerComparison({ scene_id: scene, title, without }) {
    toast(`${title} is done.`, { action: { words: 'See both', run: () => this.compare(scene, without) } });
  }

  offerAnimatic() {
    const { animatic } = this.story.head || {};
    if (!animatic) return;
    const save = () => download('', animatic.video, animatic.file).click();
    toast('The animatic is ready.', { action: { words: 'Download', run: save } });
  }

  async fetch(scene) {
    const { project } = this.story;
    try {
      const view = scene && this.story.scene(scene) ? await call('scene', { project, scene }) : await call('open', { project });
      if (project === this.story.project) this.refresh(view, !scene);
    } catch (error) {
      if (!error.silent) complain(error);
    }
  }
}
