// 'Make the whole film': drafts and their film first, then finals and the film anew; at its end, what could be learned.
import { call } from './api.js';
import { toast } from './toast.js';

const KEY = 'studio.whole.';

/** Keep in mind that a whole film of a story was asked for; `last` is the last piece of its work. */
export function keepPressed(project, last) {
  try {
    localStorage.setItem(KEY + project, String(last));
  } catch {
    // storage is refused: the film comes all the same, without a word at its end
  }
}

/**
 * The whole film of the open story. `ask(route)` asks the studio once every edit is saved, `warn(notice, action)` tells
 * above the board, `watch()` shows the film, `learn()` what could be learned.
 */
export class WholeFilm {
  constructor({ story, ask, warn, watch, learn }) {
    Object.assign(this, { story, ask, warn, watch, learn });
  }

  /** Have all of it made. */
  async press() {
    const begun = await this.ask('whole_film');
    if (!begun) return;
    keepPressed(this.story.project, begun.last);
    toast(begun.words);
  }

  /** Some work has ended: say so where it was a film of this one, and at the very end what could be learned. */
  ended(jobs) {
    const films = jobs.filter(({ kind, state }) => kind === 'film' && state === 'done');
    const last = pressed(this.story.project);
    if (!films.length || !last) return;
    if (films.some(({ id }) => String(id) === last)) this.end();
    else if (films.some(({ id }) => id < Number(last))) toast('The film of drafts is here; the finals take their places one by one.');
  }

  async end() {
    const { project } = this.story;
    forget(project);
    const { words = '', motions = [] } = await told(project);
    if (project !== this.story.project) return;
    const aside = motions.length ? { told: `${words} Nothing is learned unless you ask for it.`, words: 'See what could be learned', run: this.learn } : null;
    this.warn({ title: 'The film is ready', lines: [], aside }, { words: 'Watch the film', run: this.watch });
  }
}

async function told(project) {
  try {
    return await call('whole_film_told', { project });
  } catch (error) {
    if (error.status === undefined) throw error;
    return {}; // the film is ready all the same
  }
}

function pressed(project) {
  try {
    return localStorage.getItem(KEY + project) || '';
  } catch {
    return '';
  }
}

function forget(project) {
  try {
    localStorage.removeItem(KEY + project);
  } catch {
    // it was not kept either
  }
}
