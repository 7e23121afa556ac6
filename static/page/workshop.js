// One open story: hands what arrives from the studio to the parts of the page, and what they do to the studio.
import { call } from './api.js';
import { onPlanning } from './bus.js';
import { keepSoon } from './copy.js';
import { closeDialogs } from './dialog.js';
import { flushFields, onClash } from './field.js';
import { Form } from './form.js';
import { openHistory } from './history.js';
import { watchLeaving } from './leaving.js';
import { layOut, makeMessengers, makeParts } from './parts.js';
import { remember, remembered } from './selection.js';
import { deedOf, Story } from './story.js';
import { complain, toast } from './toast.js';
import { rememberOffer } from './tour.js';
import { offerUndo, undoing } from './undo.js';
import { takeUnsent } from './unsent.js';

/** The workshop of a story; `replan(wish)` asks Gradio to plan a scene anew, `lost(project, error)` is told of a story that is gone. */
export class Workshop {
  constructor({ replan, lost }) {
    this.askReplan = replan;
    this.lost = lost;
    this.story = new Story();
    this.jobs = [];
    makeMessengers(this);
    makeParts(this);
    this.root = layOut(this);
    this.listen();
  }

  listen() {
    onClash((label) => this.conflict.ask({}, label));
    onPlanning(this.root, () => { for (const one of this.replans()) one.wait(); });
    document.addEventListener('keydown', (event) => this.pressed(event));
    watchLeaving(this.outbox, () => this.flush());
    window.addEventListener('hashchange', () => this.select(remembered(this.story.project)));
    window.addEventListener('popstate', () => this.steps.follow());
    for (const name of ['story', 'cast', 'film']) this.steps.onShow(name, () => this.drawStep());
    this.steps.onShow('boards', () => this.board.reveal());
  }

  /** Alt with a digit goes to a step, "?" shows all keys, Ctrl+Enter renders the scene, once. */
  pressed(event) {
    if (this.root.hidden || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    if (this.steps.pressed(event)) return;
    const typing = event.target.matches('input, textarea, select, [contenteditable]');
    const does = event.key === 'Enter' && (event.ctrlKey || event.metaKey) ? 'render' : event.key === '?' && !typing && 'keys';
    if (!does) return;
    event.preventDefault();
    if (does === 'keys') this.editor.sheet.open();
    else if (!event.repeat && this.steps.now === 'boards') this.render({ quality: 'draft', seed: 'same' });
  }

  /** Render the selected scene, unless that is asked for already. */
  async render(how) {
    if (this.asking || this.jobs.some((job) => job.scene_id === this.selected)) return;
    this.asking = true;
    await this.errands.render([this.selected], how);
    this.asking = false;
  }

  /** Send what is typed or nudged and held back. */
  flush() {
    flushFields();
    this.editor.flush();
  }

  /** Open a story; throws the ApiError of a studio that does not give it. */
  async open(project, notice = null) {
    this.wanted = project;
    this.watch.reset();
    const view = await call('open', { project });
    if (this.wanted !== project) return;
    this.leaveStory();
    this.outbox.saw(project, view.revision);
    this.root.hidden = false;
    rememberOffer();
    this.notice.clear();
    this.selected = remembered(project);
    this.steps.follow();
    this.adopt(view);
    for (const { op, deed, base } of takeUnsent(project)) this.send(op, deed, base);
    this.notice.draw(notice);
    this.board.reveal();
    this.watch.ask();
    keepSoon(project);
    requestAnimationFrame(() => performance.mark('story-drawn')); // what the benchmark of the page reads
  }

  /** Take the newest of the same story quietly: another window edited it, or something was made. */
  async reopen(notice = null) {
    const { project } = this.story;
    try {
      this.adopt(await call('open', { project }));
      this.notice.draw(notice);
    } catch (error) {
      if (error.status === 404 && project === this.wanted) this.lost(project, error);
      else if (!error.silent) complain(error);
    }
  }

  /** The selected story was planned anew by Gradio's event. */
  async replanned(notice) {
    const before = this.errands.replannedFrom;
    this.errands.replannedFrom = null;
    await this.reopen(notice);
    for (const one of this.replans()) one.done();
    if (before === null || this.story.revision <= before) return;
    toast('The scene was planned anew.', { action: undoing(before, (op) => this.send(op)) });
  }

  /** What has scenes planned anew: that of the form, and the script's. */
  replans() {
    return [...(this.form ? [this.form.replan] : []), this.script];
  }

  playBoxes() {
    this.root.append(this.player.root); // where the page's colours reach it
    this.player.open(this.story.list(), this.story.head, this.story.head.title);
  }

  /** Open the window of earlier versions. */
  openVersions() {
    openHistory(this.root, this.story, (revision) => this.send({ op: 'restore', revision }));
  }

  /** Show what ended work has left; a fresh film is scrolled to. */
  refresh(view, film) {
    const before = this.film.shown;
    this.adopt(view);
    if (!film || !this.film.shown || this.film.shown === before) return;
    if (this.steps.now === 'film') this.film.reveal();
    else toast('The film is ready.', { action: { words: 'Watch it', run: () => { this.steps.go('film'); this.film.reveal(); } } });
  }

  /** Another story comes, or the first page: what belongs to this one ends. */
  leaveStory() {
    this.leaveScene();
    this.conflict.leave();
    this.film.leaveStory();
    this.editor.stop();
    closeDialogs(this.root);
    for (const video of this.root.querySelectorAll('video')) video.pause();
    this.details.clear();
    this.story.clear();
  }

  close() {
    this.wanted = '';
    this.leaveStory();
    this.watch.reset();
    this.root.hidden = true;
    document.title = 'DreamRunner Studio';
  }

  /** Send an edit made on a revision (none: the newest); gives the studio's answer, or what Outbox.send does where it was not kept. */
  send(op, deed = deedOf(op), base = undefined) {
    this.story.expect(op);
    if (op.op === 'reorder') this.board.draw(this.story.list(), this.selected, this.story.head);
    return this.outbox.send(this.story.project, op, deed, base);
  }

  /** Let an actor move like a clip, and show its boxes. */
  async moveLike(op) {
    this.steps.go('boards');
    this.editor.root.scrollIntoView({ block: 'center' });
    await this.send(op);
  }

  heard(changed, op, deed) {
    keepSoon(changed.project);
    if (changed.project !== this.story.project || !this.adopt(changed, op, deed)) return;
    const send = (next) => this.send(next);
    if (op) offerUndo(op, changed.revision, send);
    this.notice.draw(changed.notice, op && op.op === 'mend' ? undoing(changed.revision - 1, send) : null);
  }

  refused(error, project) {
    complain(error);
    if (project === this.story.project) this.reopen();
  }

  /** Take in a view of the wanted story; gives whether it was shown. */
  adopt(view, op = null, deed = '') {
    if (view.project !== this.wanted) return false;
    if (!this.story.adopt(view, (scene) => this.outbox.pending(view.project, scene))) return false;
    this.outbox.saw(view.project, view.revision);
    this.saved.at(view.saved);
    const of = (op && op.scene) || this.selected;
    if (deed && of !== this.selected && this.story.scene(of)) this.editor.heard(of, this.story.scene(of), deed);
    const follow = op && ['split', 'merge', 'restore'].includes(op.op) && view.selected;
    this.draw(follow || this.selected, of === this.selected ? deed : '');
    return true;
  }

  draw(selected, deed = '') {
    const { head, order } = this.story;
    const scenes = this.story.list();
    document.title = `${head.title} – DreamRunner Studio`;
    this.forgets.hidden = !head.forgets;
    const view = { head, scenes };
    for (const part of [this.top, this.steps, this.boards, this.film, this.castStep]) part.draw(view);
    this.cast.draw(head);
    this.findings.draw(head);
    if (this.steps.now === 'story') this.script.draw(view);
    this.unwanted.draw(this.story.project);
    const there = this.story.scene(selected) ? selected : order[Math.min(this.at || 0, order.length - 1)];
    if (there !== this.selected || !this.form) this.begin(there);
    this.at = order.indexOf(there);
    this.board.draw(scenes, there, head);
    this.drawScene(deed);
  }

  /** A step comes into sight: what is drawn only there is drawn now. */
  drawStep() {
    const { head } = this.story;
    if (!head) return;
    const view = { head, scenes: this.story.list() };
    if (this.steps.now === 'story') this.script.draw(view);
    else if (this.steps.now === 'film') this.film.look();
    else this.castStep.look();
  }

  /** A step goes out of sight: what is typed in it is sent, what plays in it stands. */
  leaveStep(step) {
    this.flush();
    this.editor.stop();
    this.film.leaveStep();
    for (const video of this.steps.panel(step).querySelectorAll('video')) video.pause();
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
      meet: (character) => { this.steps.go('cast'); this.cast.meet(character); },
    });
    this.formPlace.replaceChildren(this.form.root);
  }

  /** Let the storyteller name the selected scene. */
  nameScene() {
    this.form.title.input.select();
    this.form.title.input.focus();
  }

  leaveScene() {
    this.flush();
    this.form = null;
  }

  drawScene(deed) {
    const scene = this.story.scene(this.selected);
    this.heading.textContent = `Scene ${this.at + 1}: ${scene.title || 'Untitled'}`;
    this.editor.draw(scene, this.story.head, deed ? { label: deed } : {});
    this.takes.draw(scene, this.story.head);
    this.takeDesk.draw(scene);
    this.form.draw(scene, this.story.head);
    this.live(this.jobs);
  }

  say(words) {
    this.spoken.textContent = words;
  }

  live(jobs) {
    this.jobs = jobs;
    this.learned?.live(jobs);
    this.motions?.live(jobs);
    this.models?.live(jobs);
    if (!this.form) return;
    for (const part of [this.top, this.steps, this.boards, this.film, this.cast, this.castStep, this.board]) part.live(jobs);
    this.takes.live(jobs.filter((job) => job.scene_id === this.selected));
    this.takeDesk.live(jobs);
  }
}
