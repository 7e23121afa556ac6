// A small studio in memory with the rules of the real one: revisions, bases, stamps, stories that are not there.
import { ApiError } from '../../../static/page/api.js';

export class Studio {
  constructor() {
    this.stories = new Map();
    this.asked = [];
    this.loseAnswers = 0;
    this.asleep = 0;
  }

  /** Keep a story of scenes, `{id: words}`. */
  keep(project, scenes) {
    this.stories.set(project, { versions: [structuredClone(scenes)], stamps: new Set() });
  }

  now(project) {
    return this.stories.get(project).versions.at(-1);
  }

  /** Another window changes a scene. */
  change(project, scene, words) {
    this.stories.get(project).versions.push({ ...this.now(project), [scene]: words });
  }

  view(project) {
    return { project, revision: this.stories.get(project).versions.length - 1, scenes: this.now(project), head: { title: project } };
  }

  /** Carry out an edit `{project, base, stamp, op, scene, value}` as `api/edit` does. */
  async post(body) {
    this.asked.push(body);
    await new Promise((next) => { setTimeout(next, 2); });
    if (this.asleep-- > 0) throw new ApiError(0, 'The studio does not answer');
    const answer = this.carryOut(body);
    if (this.loseAnswers-- > 0) throw new ApiError(0, 'The studio does not answer');
    return answer;
  }

  carryOut({ project, base, stamp, op, scene, value }) {
    const story = this.stories.get(project);
    if (!story) throw new ApiError(404, 'There is no story');
    if (story.stamps.has(stamp)) return this.view(project);
    const seen = story.versions[base];
    if (!seen) throw new ApiError(400, 'The page sent a revision that was never saved');
    if (op === 'refused') throw new ApiError(400, 'These words cannot be kept');
    if (op === 'edit' && seen[scene] !== this.now(project)[scene]) throw new ApiError(409, 'Changed meanwhile', '', this.view(project));
    const fresh = op === 'add' ? { [`new-${story.versions.length}`]: '' } : { [scene]: value };
    story.versions.push({ ...this.now(project), ...fresh });
    story.stamps.add(stamp);
    return this.view(project);
  }
}

/** The storage of one tab. */
export class Storage {
  #kept = new Map();

  getItem(key) { return this.#kept.get(key) ?? null; }

  setItem(key, words) { this.#kept.set(key, words); }

  removeItem(key) { this.#kept.delete(key); }
}
