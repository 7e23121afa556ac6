// The window of motions: what each needs, the clips that were found for it, and where clips come from.
import { call, upload } from '../api.js';
import { openDialog } from '../dialog.js';
import { el, keepFocus } from '../dom.js';
import { Teach } from '../learned/teach.js';
import { endedWords } from '../learned/words.js';
import { sentence } from '../toast.js';
import { LeftOut } from './leftout.js';
import { openLikes } from './likes.js';
import { MotionList } from './list.js';
import { SearchForm } from './searchform.js';
import { Sources } from './sources.js';
import { Wall } from './wall.js';
import { sendingWords } from './words.js';

/**
 * The open window of one story. `scene()` gives the selected scene, `like({region, motion, clip})` has one of its actors
 * move like a clip, `watch` knows the work that goes on; `settled()` waits until the story's edits are saved.
 */
export class MotionsWindow {
  constructor({ place, project, motion = '', scene, like, learned, watch, settled }) {
    Object.assign(this, { project, scene, like, watch, settled });
    this.wanted = motion;
    this.atSources = true; // neither is seen before it is known which
    this.deciding = Promise.resolve();
    this.jobs = [];
    this.makeParts();
    this.teach = new Teach({ hub: learned, attempt: (work, after) => this.attempt(work, after), ended: (jobs) => this.learnt(jobs) });
    this.dialog = openDialog(place, 'Motions', this.said, el('div', { class: 'motions-body' }, this.list.root, this.layOut()));
    this.dialog.classList.add('motions');
    this.dialog.addEventListener('close', () => this.sources.show(false));
    learned.follow(this.teach, this.dialog);
    this.dialog.addEventListener('keydown', (event) => this.pressed(event));
    this.attempt(() => this.load(true));
  }

  makeParts() {
    const say = (words) => this.tell(words);
    this.said = el('p', { class: 'said motions-said', role: 'alert', hidden: true });
    this.spoken = el('p', { class: 'unseen', 'aria-live': 'polite' });
    this.list = new MotionList((id) => this.attempt(() => this.show(id)));
    this.form = new SearchForm({ search: (wish) => this.attempt(() => this.search(wish)), cancel: (job) => this.watch.cancel([job.id]) });
    this.wall = new Wall({
      decide: (clip, decision) => this.decide(clip, decision),
      like: (clip, button) => openLikes(button, this.scene(), (region) => this.likeThis(region, clip.id)),
      say: (words) => { this.spoken.textContent = words; },
    });
    this.left = new LeftOut((clip) => this.decide(clip.id, 'approved', true));
    this.sources = new Sources({
      folder: (path) => this.bring('', () => call('library_add', { project: this.project, path })),
      video: (file) => this.video(file),
      filmed: (film) => this.video(new File([film], `${this.motion.words}${film.name}`, { type: film.type })),
      list: (file) => this.bring(sendingWords(file), () => upload(`captions?${this.query(file)}`, file)),
      again: ({ id }) => this.bring('', () => call('library_again', { project: this.project, library: id })),
      remove: (library) => this.attempt(() => this.remove(library)),
      back: () => this.turn(false),
      say,
    });
  }

  layOut() {
    this.heading = el('h3');
    this.none = el('p', { class: 'note', hidden: true });
    this.more = el('button', { type: 'button', class: 'quiet', text: 'Libraries …' });
    this.more.addEventListener('click', () => this.turn(true));
    this.desk = el('div', { class: 'motion-desk', hidden: true }, el('header', {}, this.heading, this.more), this.form.root,
      this.none, this.teach.root, this.wall.root, this.left.root);
    this.nothing = el('p', { class: 'note', text: 'Nobody moves in this story yet. Say in a scene what somebody does.', hidden: true });
    return el('div', { class: 'motion-side' }, this.nothing, this.desk, this.sources.root, this.spoken);
  }

  get open() {
    return this.dialog.open;
  }

  /** Fetch the motions, and show the one that is wanted, else the first that needs clips; `first` chooses what is seen. */
  async load(first = false) {
    const view = await call('motions', { project: await this.settled() });
    this.view = view;
    const chosen = view.motions.find(({ id }) => id === this.wanted) || neediest(view.motions);
    this.list.draw(view.motions, chosen && chosen.id);
    if (chosen) await this.show(chosen.id);
    if (first) this.turn(view.asks && Boolean(chosen));
    this.nothing.hidden = view.motions.length > 0;
    this.sources.draw(this.view, this.motion && this.motion.words);
  }

  /** Show one motion. */
  async show(id) {
    this.wanted = id;
    const motion = await call('motion', { project: this.project, motion: id });
    if (this.wanted === id) this.draw(motion);
  }

  draw(motion) {
    const fresh = !this.motion || this.motion.id !== motion.id || this.searching;
    this.searching = false;
    this.motion = motion;
    this.view.motions = this.view.motions.map((one) => (one.id === motion.id ? motion : one));
    this.list.draw(this.view.motions, motion.id);
    this.desk.hidden = this.atSources; // one that was clicked early comes after the turn
    this.heading.textContent = motion.words;
    this.form.draw(motion, fresh);
    this.wall.draw(motion.candidates, fresh);
    this.left.draw(motion.dropped);
    if (isPlayable(motion)) this.teach.leave();
    else this.attempt(() => this.teach.about({ motion: motion.id }, fresh));
    this.none.hidden = motion.candidates.length > 0;
    this.none.textContent = motion.searched ? 'No clip was found that fits. Search for other words, or look at what was left out.' : 'Nothing was searched for yet.';
    this.sources.draw(this.view, motion.words);
    this.live(this.jobs);
  }

  /** Show the libraries and the ways to bring clips, or the clips. */
  turn(sources) {
    this.atSources = sources;
    this.sources.draw(this.view, this.motion && this.motion.words);
    this.sources.show(sources);
    this.desk.hidden = sources || !this.motion;
    if (sources) this.sources.heading.focus({ preventScroll: true });
    else { this.tell(''); keepFocus(this.more); }
  }

  async search(wish) {
    await call('search', { project: this.project, motion: this.motion.id, ...wish });
    this.watch.ask();
  }

  /** Delete a library and show those that are left. */
  async remove({ id, title }) {
    Object.assign(this.view, await call('library_remove', { project: this.project, library: id }));
    this.sources.draw(this.view, this.motion && this.motion.words);
    this.spoken.textContent = `The library “${title}” is deleted.`;
    keepFocus(this.sources.heading);
  }

  /** Keep decisions in their order; the page has shown them already. */
  decide(clip, decision, redraw = false) {
    const { project, motion: { id: motion } } = this;
    const verdict = decision === 'undecided' ? null : decision;
    this.waiting = (this.waiting || 0) + 1;
    this.deciding = this.deciding.then(() => this.attempt(async () => {
      const view = await call('decide', { project, motion, clip, verdict });
      if (this.waiting === 1 && this.motion.id === motion) this.draw(view);
    }, () => this.show(this.wanted))).finally(() => { this.waiting -= 1; });
    if (redraw) this.tell('');
  }

  /** Bring a video of the storyteller's own for the motion; its name becomes its caption. */
  video(file) {
    const query = this.query(file, { motion: this.motion.id });
    return this.bring(sendingWords(file), () => upload(`clip?${query}`, file));
  }

  likeThis(region, clip) {
    this.dialog.close();
    this.like({ region, motion: this.motion.id, clip });
  }

  async bring(words, send) {
    this.tell(words);
    const done = await this.attempt(async () => { await send(); return true; });
    if (!done) return;
    this.tell('It is looked through now; its clips appear when that is done.');
    this.watch.ask();
  }

  query(file, also = {}) {
    return new URLSearchParams({ project: this.project, name: file.name, ...also });
  }

  /** Show the work on the motions. */
  live(jobs) {
    this.jobs = jobs;
    const mine = jobs.find(({ kind, motion }) => kind === 'retrieve' && this.motion && motion === this.motion.id);
    this.form.live(mine || null);
  }

  /** Show what ended work has left, and say what went wrong in it. */
  async ended(jobs) {
    const failed = jobs.find(({ state }) => state === 'failed');
    this.searching = jobs.some(({ kind, motion }) => kind === 'retrieve' && motion === this.wanted);
    await this.attempt(() => this.load());
    const brought = jobs.some(({ kind, motion, state }) => kind === 'scan' && motion && state === 'done');
    if (brought && !this.sources.isFilming) this.turn(false);
    this.tell(failed ? `${failed.title}: ${failed.failed || 'try it again.'}` : jobs.map(({ outcome }) => outcome).filter(Boolean).join(' '));
  }

  /** A learning has ended: show the motions as they are now. */
  async learnt(jobs) {
    await this.attempt(() => this.load());
    this.tell(endedWords(jobs));
  }

  pressed(event) {
    const { target } = event;
    if (this.desk.hidden || event.defaultPrevented || target.closest('[popover]')) return; // a menu's keys are its own
    const typing = target.matches('input:not([type=checkbox]), textarea, select');
    const focus = typing ? 'words' : (this.wall.list.contains(target) && 'clip') || target.localName;
    if (this.wall.pressed(event, focus)) event.preventDefault();
  }

  tell(words) {
    this.said.textContent = words;
    this.said.hidden = !words;
  }

  /** Do something; what the studio refuses is told, then `after` is done. */
  async attempt(work, after = null) {
    try {
      return await work();
    } catch (error) {
      if (error.status === undefined) throw error;
      this.tell([error.message, error.hint].filter(Boolean).map(sentence).join(' '));
      return after ? this.attempt(after) : null;
    }
  }
}

/** Whether the model plays a motion itself, so that nothing is to be learned. */
function isPlayable({ state, played, learned = null }) {
  return state === 'known' && !played && !learned;
}

/** The motion to begin with: one that needs clips, one that another stands in for, else the first. */
function neediest(motions) {
  return motions.find(({ state }) => state === 'to_learn') || motions.find(({ played }) => played) || motions[0];
}
