// The edits on their way to the studio: in order, one at a time, kept while it does not answer.
import { keepUnsent } from './unsent.js';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15000;

/**
 * Sends edits of the stories one after the other; each has a stamp, by which the studio knows one that it has carried out already.
 *
 * `post(body)` asks the studio; `hear(changed, op, deed)` gets each answer; `refuse(error, entry)` is told of an edit that
 * cannot be kept; `decide(theirs, op)` gives 'mine', 'theirs' or 'later' where another window changed the same; `gone(project)`
 * gives whether the studio has forgotten a story; `tell(state)` hears 'saved', 'saving', 'waiting' (no answer) or 'asking'.
 */
export class Outbox {
  constructor({ post, hear, refuse, decide, gone, tell }) {
    Object.assign(this, { post, hear, refuse, decide, gone, tell });
    this.queue = [];
    this.revisions = new Map(); // by story: the newest one seen
    this.idlers = [];
    this.wait = FIRST_WAIT_MS;
    this.state = 'saved';
    this.wake = () => {};
    globalThis.addEventListener?.('online', () => this.wake());
  }

  /** Learn that a story has come to a revision. */
  saw(project, revision) {
    this.revisions.set(project, Math.max(this.revisions.get(project) ?? 0, revision));
  }

  /**
   * Put an edit in the line. `deed` says in words what it does, `base` which revision it was made on (none: the newest).
   * Gives the studio's answer, null where theirs stays or it waits for another visit, false where it was refused.
   */
  send(project, op, deed = '', base = undefined) {
    return new Promise((done) => {
      this.queue.push({ project, op: { ...op, stamp: op.stamp || stamp() }, deed, base, done });
      this.run();
    });
  }

  /** Whether edits of a scene wait, or of the story as a whole (no scene). */
  pending(project, scene = null) {
    return this.queue.some((entry) => entry.project === project && (entry.op.scene || null) === scene);
  }

  /** Give a promise that is kept once nothing of a story waits any more. */
  async idle(project) {
    while (this.queue.some((entry) => entry.project === project)) await new Promise((next) => { this.idlers.push(next); });
  }

  /** The page goes away: send everything at once, and keep it in case that does not arrive. */
  leave() {
    this.queue.forEach((entry, at) => {
      const ahead = this.queue.slice(0, at).filter(({ project }) => project === entry.project).length;
      if (!entry.flying) this.post(this.body(entry, ahead)).catch(() => {});
    });
    for (const project of new Set(this.queue.map((entry) => entry.project))) this.keep(project);
  }

  /** Take the edits of a story out of the line, to be sent when it is opened again. */
  putAside(project) {
    this.keep(project);
    for (const entry of this.queue.filter((one) => one.project === project)) this.end(entry, null);
  }

  keep(project) {
    const own = this.queue.filter((entry) => entry.project === project);
    keepUnsent(project, own.map((entry) => ({ op: entry.op, deed: entry.deed, base: this.baseOf(entry) })));
  }

  baseOf({ project, base }) {
    return base ?? this.revisions.get(project);
  }

  body(entry, ahead = 0) {
    return { ...entry.op, project: entry.project, base: (this.baseOf(entry) ?? 0) + ahead };
  }

  async run() {
    if (this.running) return;
    this.running = true;
    try {
      while (this.queue.length) await this.attempt(this.queue[0]);
      this.say('saved');
    } finally {
      this.running = false;
    }
  }

  async attempt(entry) {
    if (this.state !== 'waiting') this.say('saving');
    entry.flying = true;
    let changed;
    try {
      changed = await this.post(this.body(entry));
    } catch (error) {
      entry.flying = false; // while it waits to be sent again it can leave with the page
      await this.trouble(entry, error);
      return;
    }
    this.wait = FIRST_WAIT_MS;
    this.saw(entry.project, changed.revision);
    for (const one of this.rivals(entry)) if (one.base !== undefined) one.base = changed.revision;
    this.end(entry, changed);
  }

  /** The edits in the line about the same part of the story as one, itself among them. */
  rivals({ project, op }) {
    const same = (other) => (op.scene ? other.scene === op.scene : !other.scene && other.op === op.op);
    return this.queue.filter((entry) => entry.project === project && same(entry.op));
  }

  async trouble(entry, error) {
    if (error.status === undefined) throw error;
    if (error.silent) return this.pause();
    if (error.theirs) return this.settle(entry, error.theirs);
    if (error.status === 404 && await this.gone(entry.project)) {
      this.revisions.delete(entry.project); // brought back, it counts anew
      return this.putAside(entry.project);
    }
    this.end(entry, false);
    return this.refuse(error, entry);
  }

  async pause() {
    this.say('waiting');
    await new Promise((next) => { this.wake = next; setTimeout(next, this.wait); });
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  async settle(entry, theirs) {
    this.say('asking');
    const choice = await this.decide(theirs, entry.op);
    if (choice === 'later') { this.putAside(entry.project); return; }
    this.saw(entry.project, theirs.revision);
    const rivals = this.rivals(entry);
    for (const one of rivals) one.base = undefined; // the newest from now on
    if (choice === 'mine') return;
    for (const one of rivals) this.end(one, null);
    await new Promise((next) => { setTimeout(next); }); // who waited for these has let go of them
    this.hear(theirs, null);
  }

  end(entry, changed) {
    this.queue = this.queue.filter((one) => one !== entry);
    try {
      if (changed) this.hear(changed, entry.op, entry.deed);
    } finally {
      entry.done(changed);
      for (const next of this.idlers.splice(0)) next();
    }
  }

  say(state) {
    if (state === this.state) return;
    this.state = state;
    this.tell(state);
  }
}

/** A name for one edit that no other has; plain http has no crypto.randomUUID. */
function stamp() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
