// One open story: hands what arrives from the studio to the parts of the page, and what they do to the studio.
import { Editor } from '../editor/editor.js';
import { FilmPlayer } from '../editor/player.js';
import { call } from './api.js';
import { Board } from './board.js';
import { Cast } from './cast.js';
import { ConflictBar } from './conflict.js';
import { keepSoon } from './copy.js';
import { el } from './dom.js';
import { Errands } from './errands.js';
import { flushFields, onClash } from './field.js';
import { Film } from './film.js';
import { Form } from './form.js';
import { openHistory } from './history.js';
import { Watch } from './jobs.js';
import { openKeep } from './keep.js';
import { watchLeaving } from './leaving.js';
import { forgetting, Notice } from './notice.js';
import { Outbox } from './outbox.js';
import { Saved } from './saved.js';
import { remember, remembered } from './selection.js';
import { deedOf, Story } from './story.js';
import { StoryFindings } from './storyfindings.js';
import { Takes } from './takes.js';
import { complain } from './toast.js';
import { TopLine } from './topline.js';

/** The workshop of a story; `replan(wish)` asks Gradio to plan a scene anew. */
export class Workshop {
  constructor(replan) {
    this.askReplan = replan;
    this.story = new Story();
    this.jobs = [];
    const send = (op) => this.send(op);
    this.saved = new Saved();
    this.conflict = new ConflictBar();
    this.outbox = new Outbox({
      post: (body) => call('edit', body),
      hear: (changed, op, deed) => this.heard(changed, op, deed),
      refuse: (error) => { complain(error); this.reopen(); },
      decide: (theirs, op) => this.conflict.ask(op.scene),
      tell: (state) => this.saved.tell(state),
    });
    this.watch = new Watch({
      story: () => this.story,
      going: (jobs) => this.live(jobs),
      ended: (jobs) => this.errands.ended(jobs),
      heard: ({ revision }) => { if (revision > this.story.revision && !this.outbox.queue.length) this.reopen(); },
    });
    this.errands = new Errands({
      ...{ story: this.story, outbox: this.outbox, watch: this.watch },
      refresh: (view, film) => this.refresh(view, film),
      warn: (...told) => this.notice.draw(...told),
    });
    this.editor = new Editor({ send: (op) => (op.op === 'upload-picture' ? this.errands.picture(op) : this.send(op, '')), say: (words) => this.say(words) });
    this.player = new FilmPlayer();
    this.parts(send);
    this.root = this.build();
    this.listen();
  }

  parts(send) {
    this.top = new TopLine({
      send,
      saved: this.saved,
      renderAll: () => this.errands.render(null, { quality: 'final', seed: 'same' }),
      makeFilm: () => this.errands.film(),
      playBoxes: () => this.playBoxes(),
      makeAnimatic: () => this.errands.animatic(),
      history: () => openHistory(this.root, this.story, (revision) => this.send({ op: 'restore', revision })),
      keep: () => openKeep(this.root, this.story.head),
    });
    this.cast = new Cast(send);
    this.findings = new StoryFindings(send);
    this.film = new Film();
    this.notice = new Notice();
    this.board = new Board({ send, select: (id) => this.select(id), say: (words) => this.say(words) });
    this.takes = new Takes({
      render: (how) => this.errands.render([this.selected], how),
      choose: (take) => this.send({ op: 'choose', scene: this.selected, take }),
      cancel: (job) => this.watch.cancel([job.id]),
    });
  }

  build() {
    this.spoken = el('p', { class: 'unseen', 'aria-live': 'polite' });
    this.forgets = forgetting();
    this.formPlace = el('div');
    const stage = el('div', { class: 'workbench' }, el('div', { class: 'editor-place' }, this.editor.root), this.takes.root);
    return el('div', { class: 'workshop', hidden: true }, this.top.root, this.conflict.root, this.forgets, this.notice.root,
      this.cast.root, this.findings.root, this.film.root,
      el('div', { class: 'desk' }, this.board.root, el('main', { class: 'scene' }, stage, this.formPlace)),
      this.spoken, this.watch.root);
  }

  listen() {
    onClash(() => this.conflict.ask(this.selected));
    this.root.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.errands.render([this.selected], { quality: 'draft', seed: 'same' });
    });
    watchLeaving(this.outbox);
    window.addEventListener('hashchange', () => this.select(remembered(this.story.project)));
  }

  /** Open a story; throws the ApiError of a studio that does not give it. */
  async open(project, notice = null) {
    this.wanted = project;
    this.watch.reset();
    const view = await call('open', { project });
    if (this.wanted !== project) return;
    this.leaveScene();
    this.story.clear();
    this.outbox.revision = view.revision;
    this.root.hidden = false;
    this.notice.clear();
    this.selected = remembered(project);
    this.adopt(view);
    this.notice.draw(notice);
    this.board.reveal();
    this.watch.ask();
    keepSoon(project);
    requestAnimationFrame(() => performance.mark('story-drawn')); // what the benchmark of the page reads
  }

  /** Take the newest of the same story quietly: another window edited it, or something was made. */
  async reopen(notice = null) {
    try {
      this.adopt(await call('open', { project: this.story.project }));
      this.notice.draw(notice);
    } catch (error) {
      if (!error.silent) complain(error);
    }
  }

  /** The selected story was planned anew by Gradio's event. */
  async replanned(notice) {
    await this.reopen(notice);
    if (this.form) this.form.replan.done();
  }

  playBoxes() {
    this.root.append(this.player.root); // where the page's colours reach it
    this.player.open(this.story.list(), this.story.head, this.story.head.title);
  }

  /** Show what ended work has left; a fresh film is scrolled to. */
  refresh(view, film) {
    const before = this.film.shown;
    this.adopt(view);
    if (film && this.film.shown && this.film.shown !== before) this.film.reveal();
  }

  close() {
    this.wanted = '';
    this.leaveScene();
    this.story.clear();
    this.watch.reset();
    this.root.hidden = true;
  }

  /** Send an edit; gives the studio's answer, or null where it was not kept. */
  send(op, deed = deedOf(op)) {
    this.story.expect(op);
    if (op.op === 'reorder') this.board.draw(this.story.list(), this.selected, this.story.head);
    return this.outbox.send(this.story.project, op, deed);
  }

  heard(changed, op, deed) {
    if (changed.project !== this.story.project) return;
    this.adopt(changed, op, deed);
    this.notice.draw(changed.notice);
    keepSoon(changed.project);
  }

  adopt(view, op = null, deed = '') {
    if (!this.story.adopt(view, (scene) => this.outbox.pending(scene))) return;
    this.outbox.revision = Math.max(this.outbox.revision, view.revision);
    this.saved.at(view.saved);
    const follow = op && ['split', 'merge', 'restore'].includes(op.op) && view.selected;
    this.draw(follow || this.selected, deed);
  }

  draw(selected, deed = '') {
    const { head, order } = this.story;
    const scenes = this.story.list();
    document.title = `${head.title} – DreamRunner Studio`;
    this.forgets.hidden = !head.forgets;
    this.top.draw({ head, scenes });
    this.cast.draw(head);
    this.findings.draw(head);
    this.film.draw(head.film);
    const there = this.story.scene(selected) ? selected : order[Math.min(this.at || 0, order.length - 1)];
    if (there !== this.selected || !this.form) this.begin(there);
    this.at = order.indexOf(there);
    this.board.draw(scenes, there, head);
    this.drawScene(deed);
  }

  select(id) {
    if (id === this.selected || !this.story.scene(id)) return;
    this.leaveScene();
    this.draw(id);
    this.board.reveal();
    this.say(`Scene ${this.at + 1} of ${this.story.order.length}: ${this.story.scene(id).title}`);
  }

  /** Make a form of its own for another scene. */
  begin(id) {
    this.leaveScene();
    this.selected = id;
    remember(this.story.project, id);
    this.form = new Form({
      project: this.story.project,
      scene: id,
      send: (op) => this.send(op),
      replan: (note) => this.errands.replan(id, note, this.askReplan),
      show: (keyframe) => this.editor.show(keyframe),
    });
    this.formPlace.replaceChildren(this.form.root);
  }

  leaveScene() {
    flushFields();
    this.form = null;
  }

  drawScene(deed) {
    const scene = this.story.scene(this.selected);
    this.editor.draw(scene, this.story.head, deed ? { label: deed } : {});
    this.takes.draw(scene);
    this.form.draw(scene, this.story.head);
    this.live(this.jobs);
  }

  say(words) {
    this.spoken.textContent = words;
  }

  live(jobs) {
    this.jobs = jobs;
    if (!this.form) return;
    this.board.live(jobs);
    this.top.live(jobs);
    this.takes.live(jobs.find((job) => job.scene_id === this.selected) || null);
  }
}
