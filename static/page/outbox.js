// The edits on their way to the studio: in order, one at a time, kept while it does not answer.
import { alreadyThere } from './conflict.js';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15000;

/**
 * Sends edits of one story after the other.
 *
 * `post(body)` asks the studio; `hear(changed, op, deed)` gets each answer; `refuse(error, op)` is told of an edit that
 * cannot be kept; `decide(theirs, op)` gives 'mine' or 'theirs' where another window changed the same; `tell(state)`
 * hears 'saved', 'saving', 'waiting' (no answer) or 'asking' (a conflict).
 */
export class Outbox {
  constructor({ post, hear, refuse, decide, tell }) {
    Object.assign(this, { post, hear, refuse, decide, tell });
    this.queue = [];
    this.revision = 0;
    this.wait = FIRST_WAIT_MS;
    this.state = 'saved';
    this.wake = () => {};
    window.addEventListener('online', () => this.wake());
  }

  /** Put an edit in the line, `deed` says in words what it does; gives the studio's answer, or null where it was not kept. */
  send(project, op, deed = '') {
    return new Promise((done) => {
      this.queue.push({ project, op, deed, done, tries: 0 });
      this.run();
    });
  }

  /** Whether edits of a scene wait, or of the story as a whole (no scene). */
  pending(scene = null) {
    return this.queue.some(({ op }) => (op.scene || null) === scene);
  }

  /** Give a promise that is kept once nothing waits any more. */
  async idle() {
    while (this.queue.length) await new Promise((next) => { this.queue.at(-1).after = next; });
  }

  /** Send everything at once: the page goes away. */
  leave() {
    const waiting = this.queue.filter((entry) => !entry.flying);
    waiting.forEach(({ project, op }, at) => {
      this.post({ ...op, project, base: this.revision + at }).catch(() => {});
    });
  }

  async run() {
    if (this.running) return;
    this.running = true;
    while (this.queue.length) await this.attempt(this.queue[0]);
    this.running = false;
    this.say('saved');
  }

  async attempt(entry) {
    if (this.state !== 'waiting') this.say('saving');
    entry.flying = true;
    try {
      const changed = await this.post({ ...entry.op, project: entry.project, base: this.revision });
      this.wait = FIRST_WAIT_MS;
      this.revision = Math.max(this.revision, changed.revision);
      this.end(entry, changed);
    } catch (error) {
      await this.trouble(entry, error);
    } finally {
      entry.flying = false;
    }
  }

  async trouble(entry, error) {
    entry.tries += 1;
    if (error.silent) return this.pause();
    if (error.theirs) return this.settle(entry, error.theirs);
    if (error.status === undefined) throw error;
    this.end(entry, null);
    return this.refuse(error, entry.op);
  }

  async pause() {
    this.say('waiting');
    await new Promise((next) => { this.wake = next; setTimeout(next, this.wait); });
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  async settle(entry, theirs) {
    const arrived = entry.tries > 1 && alreadyThere(entry.op, theirs); // its answer was lost on the way
    if (!arrived) this.say('asking');
    const choice = arrived ? 'theirs' : await this.decide(theirs, entry.op);
    this.revision = Math.max(this.revision, theirs.revision);
    if (choice === 'mine') return;
    const dropped = arrived ? [entry] : this.queue.filter(({ op }) => op.scene === entry.op.scene);
    for (const one of dropped) this.end(one, arrived ? theirs : null);
    this.hear(theirs, null);
  }

  end(entry, changed) {
    this.queue = this.queue.filter((one) => one !== entry);
    if (changed) this.hear(changed, entry.op, entry.deed);
    entry.done(changed);
    if (entry.after) entry.after();
  }

  say(state) {
    if (state === this.state) return;
    this.state = state;
    this.tell(state);
  }
}
