// The work that the studio is asked to do: takes, the film, the animatic, a scene planned anew.
import { call, token, upload } from './api.js';
import { flushFields } from './field.js';
import { complain, toast } from './toast.js';

/**
 * Asks for work once every edit is saved; `refresh(view, film)` shows what it
 * left, `warn(notice, action)` what speaks against it.
 */
export class Errands {
  constructor({ story, outbox, watch, refresh, warn }) {
    Object.assign(this, { story, outbox, watch, refresh, warn });
  }

  /** Render scenes (ids; null for all that need it) in a quality, 'draft' or 'final', from a seed. */
  render(scenes, { quality, seed }) {
    return this.ask('render', { scenes, quality, seed });
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
    trigger({ project, scene, note, token: token() });
  }

  async ask(route, body = {}) {
    try {
      const project = await this.settled();
      const answer = await call(route, { project, ...body });
      this.watch.ask();
      return answer;
    } catch (error) {
      complain(error);
      return null;
    }
  }

  async settled() {
    flushFields();
    await this.outbox.idle();
    return this.story.project;
  }

  /** Show what ended work has left, and say what went wrong in it. */
  async ended(jobs) {
    for (const job of jobs.filter(({ state }) => state === 'failed')) {
      toast(job.failed || 'Try it again.', { error: true, title: `${job.title}: that did not work` });
    }
    const scenes = [...new Set(jobs.map((job) => job.scene_id))];
    for (const scene of scenes) await this.fetch(scene);
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
