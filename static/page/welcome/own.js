// The first page's story while it is touched: the example becomes one's own at the first change, then edits are kept as everywhere.
import { call } from '../api.js';
import { askSaved } from '../asking.js';
import { keepSoon } from '../copy.js';
import { Details } from '../details.js';
import { Watch } from '../jobs.js';
import { isAboutModels } from '../models.js';
import { Outbox } from '../outbox.js';
import { Saved } from '../saved.js';
import { deedOf, Story } from '../story.js';
import { complain, tellFailed } from '../toast.js';

/**
 * The story; `draw(label)` is called when it is another, `live(jobs)` hears the work on it, `ended(jobs)` its end, `say(words)`
 * reads out, `all()` opens the window of all work.
 */
export class OwnStory {
  constructor({ draw, live, ended = () => {}, say, all }) {
    this.draw = draw;
    this.story = new Story();
    this.saved = new Saved();
    this.details = new Details(this.story);
    this.outbox = new Outbox({
      post: (body) => call('edit', body),
      hear: (changed, op, deed) => this.heard(changed, op, deed),
      refuse: (error) => { complain(error); this.reopen(); },
      decide: () => 'theirs', // another window is open on the whole story: that one asks
      gone: async () => false,
      tell: (state) => this.saved.tell(state),
    });
    this.watch = new Watch({
      story: () => ({ project: this.own && !this.away ? this.story.project : '', revision: this.story.revision }),
      going: live,
      ended: (jobs) => { ended(jobs.filter(isAboutModels)); this.ended(jobs.filter((job) => !isAboutModels(job))); },
      heard: () => {},
      say,
      all,
    });
    this.own = this.away = false;
  }

  /** Take a StoryView, `own` where it is the visitor's. */
  open(view, own) {
    this.own = own;
    this.owning = null;
    this.story.clear();
    this.details.clear();
    this.adopt(view);
    this.watch.reset();
    if (own) this.watch.ask();
  }

  /** The first page is shown again: the work on the story is watched. */
  back() {
    this.away = false;
    this.watch.ask();
  }

  /** The page of a story comes, which watches its own. */
  leave() {
    this.away = true;
    this.watch.reset();
  }

  /** Make it the visitor's own, once; keeps its promise with the story's id. */
  owned() {
    if (this.own) return Promise.resolve(this.story.project);
    this.owning = this.owning || this.copied();
    return this.owning;
  }

  async copied() {
    try {
      const { project } = await call('example_copy');
      const view = await call('open', { project });
      this.own = true;
      this.details.clear();
      this.adopt(view);
      return project;
    } catch (error) {
      this.owning = null;
      throw error;
    }
  }

  adopt(view) {
    const known = this.story.adopt(view, (scene) => this.outbox.pending(view.project, scene));
    if (known && this.own) {
      this.outbox.saw(view.project, view.revision);
      this.saved.at(view.saved);
    }
    return known;
  }

  /** Keep an edit; gives the studio's answer, or false where it is not kept. */
  async send(op) {
    try {
      const project = await this.owned();
      this.story.expect(op);
      return await this.outbox.send(project, op, op.op === 'patch' ? '' : deedOf(op));
    } catch (error) {
      complain(error);
      return false;
    }
  }

  heard(changed, op, deed) {
    keepSoon(changed.project);
    if (changed.project === this.story.project && this.adopt(changed)) this.draw(deed);
  }

  /** Ask for some work on it, once everything is kept; gives the answer, null where there is none. */
  ask(route, body) {
    return askSaved({ settled: () => this.settled(), watch: this.watch }, route, body);
  }

  async settled() {
    const project = await this.owned();
    await this.outbox.idle(project);
    return project;
  }

  async ended(jobs) {
    tellFailed(jobs);
    await this.reopen();
  }

  async reopen() {
    const { project } = this.story;
    try {
      const view = await call('open', { project });
      if (project === this.story.project && this.adopt(view)) this.draw('');
    } catch (error) {
      if (!error.silent) complain(error);
    }
  }
}
