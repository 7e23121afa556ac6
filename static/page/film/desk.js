// The film desk: the newest film, the strip of its scenes, the place of the selected one, and how the film is made.
import { call, upload } from '../api.js';
import { button, el } from '../dom.js';
import { isWhole } from '../steps/saying.js';
import { complain } from '../toast.js';
import { Turns } from '../turns.js';
import { Choices } from './choices.js';
import { Finished } from './finished.js';
import { Strip } from './strip.js';
import { Trim } from './trim.js';
import { VoiceBox } from './voice.js';
import { filmWords, inverse } from './words.js';

const SOON_MS = 250;

/**
 * The desk; `settled()` gives the open story's id once its edits are saved, `send(op)` edits the story, `makeFilm()` makes the
 * film, `say(words)` tells those who do not see it, `changed(film)` hears of the film as it stands after an edit.
 */
export class FilmDesk {
  constructor({ settled, send, makeFilm, say, changed }) {
    Object.assign(this, { settled, send, say, changed });
    this.view = null;
    this.project = '';
    this.undos = [];
    this.turns = new Turns();
    this.finished = new Finished({ burn: () => this.burn(makeFilm) });
    this.strip = new Strip({ select: (id) => this.select(id), move: (id, before) => this.move(id, before), change: (id, fields, words) => this.change({ scenes: { [id]: fields } }, words) });
    this.trim = new Trim({ change: (from, to) => this.place({ from_frame: from, to_frame: to }, 'trimmed') });
    this.voice = new VoiceBox({ bring: (id, file) => this.bring(id, file), remove: (id) => this.change({ scenes: { [id]: { voice: null } } }, 'The recording is removed') });
    this.choices = new Choices({ change: (settings, words) => this.change({ settings }, words) });
    this.build(makeFilm);
  }

  build(makeFilm) {
    this.told = el('p', { class: 'note film-told' });
    this.make = button('accent', 'Make the film', makeFilm);
    this.undo = button('plain', 'Undo', () => this.takeBack());
    this.heading = el('h3');
    this.leave = button('plain', '', () => this.strip.leave(this.scene()));
    this.back = button('quiet', '← Earlier', () => this.step(-1));
    this.on = button('quiet', 'Later →', () => this.step(1));
    this.none = el('p', { class: 'note', text: 'This scene has no take yet. Render it on the boards.' });
    this.bench = el('section', { class: 'film-bench', 'aria-label': 'The scene in the film' },
      el('div', { class: 'film-bench-line' }, this.heading, this.back, this.on, this.leave), el('div', { class: 'film-bench-parts' }, el('div', {}, this.none, this.trim.root), this.voice.root));
    this.root = el('div', { class: 'film-desk' }, this.finished.root, el('div', { class: 'film-line' }, this.told, el('span', { class: 'film-acts' }, this.undo, this.make)),
      this.strip.root, this.bench, this.choices.root);
    this.root.addEventListener('keydown', (event) => this.pressed(event));
  }

  /** The id of the film that is shown; '' where there is none. */
  get shown() {
    return this.finished.shown;
  }

  /** Show a story: `{head, scenes}`; what else the desk shows is asked for once it is in sight. */
  draw({ head, scenes }) {
    if (head.project !== this.project) this.leaveStory(head.project);
    this.head = head;
    const rendered = scenes.filter(({ takes }) => takes.length).length;
    this.drawMaking(rendered);
    this.make.textContent = makeWords(head.film, rendered, scenes.length);
    if (this.view) this.drawFilm();
    this.look();
  }

  /** Show the work that goes on. */
  live(jobs) {
    const before = [this.making, this.coming].join();
    this.making = jobs.some(({ kind }) => kind === 'film');
    this.coming = isWhole(jobs);
    if (!this.head || before === [this.making, this.coming].join()) return;
    this.drawMaking(this.rendered);
    if (this.view) this.drawFilm();
  }

  /** A film that is made at one press needs no other press. */
  drawMaking(rendered) {
    this.rendered = rendered;
    this.make.hidden = Boolean(this.coming);
    this.make.disabled = !rendered || this.making;
    this.make.className = this.head.film && !this.head.film.mark ? 'plain' : 'accent';
  }

  /** Have the film made with its words in the picture. */
  async burn(makeFilm) {
    await this.change({ settings: { subtitles: 'burnt' } }, 'Words in the picture');
    if (this.view?.settings.subtitles === 'burnt' && !this.coming) await makeFilm(); // what is coming has them
  }

  /** Ask for the film as it would be made now, if the desk is in sight. */
  look() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (this.root.checkVisibility()) this.load(); }, this.view ? SOON_MS : 0);
  }

  load() {
    clearTimeout(this.timer);
    return this.ask('film_desk', {});
  }

  /** Another story comes ('': the first page): what is asked or answered about this one stays with it. */
  leaveStory(project = '') {
    this.leaveStep();
    this.project = project;
    Object.assign(this, { view: null, undos: [], selected: '' });
  }

  /** The desk goes out of sight. */
  leaveStep() {
    if (!this.view) return;
    this.trim.stop();
    this.voice.drop();
    this.voice.audio.pause();
  }

  /** Ask a route about the open story; gives whether it was answered. */
  async ask(route, body) {
    try {
      await this.attempt((project) => call(route, { project, ...body }));
      return true;
    } catch (error) {
      if (!error.silent || route !== 'film_desk') complain(error); // the desk is asked for again, an edit is not
      return false;
    }
  }

  /** Ask something about the story that is open now, one question after the other, and show the answer while it is open. */
  attempt(work) {
    const { project } = this;
    return this.turns.take(async () => {
      await this.settled();
      const view = await work(project);
      if (view.project === this.project) this.adopt(view);
    });
  }

  adopt(view) {
    this.view = view;
    if (!this.scene()) this.selected = view.scenes.length ? view.scenes[0].id : '';
    if (JSON.stringify(view.film) !== JSON.stringify(this.head.film)) {
      this.head = { ...this.head, film: view.film };
      this.changed(view.film);
    }
    this.drawFilm();
  }

  drawFilm() {
    const { view } = this;
    this.finished.draw(this.head.film, { stills: view.stills, files: this.head.files, coming: this.coming });
    this.told.textContent = `${filmWords(view)}.`;
    this.undo.hidden = !this.undos.length;
    this.undo.title = this.undos.length ? `Undo: ${this.undos.at(-1).words}` : '';
    this.strip.draw(view, this.selected);
    this.choices.draw(view);
    this.drawScene();
  }

  drawScene() {
    const scene = this.scene();
    this.bench.hidden = !scene;
    if (!scene) return;
    this.heading.textContent = `Scene ${scene.number}: ${scene.title || 'Untitled'}`;
    this.leave.textContent = scene.left_out ? 'Put it back' : 'Leave it out';
    this.back.disabled = scene.number === 1;
    this.on.disabled = scene.number === this.view.scenes.length;
    this.none.hidden = Boolean(scene.take);
    this.trim.root.hidden = !scene.take;
    if (scene.take) this.trim.draw(scene);
    this.voice.draw(scene);
  }

  scene() {
    return this.view ? this.view.scenes.find(({ id }) => id === this.selected) : null;
  }

  select(id) {
    this.trim.stop();
    this.selected = id;
    this.drawFilm();
    this.say(this.heading.textContent);
  }

  place(fields, words) {
    return this.change({ scenes: { [this.selected]: fields } }, `Scene ${this.scene().number} is ${words}`);
  }

  /** Keep a change of the film, and how it is taken back; gives whether it is kept. */
  async change(change, words) {
    const { undos } = this; // another story has others
    const back = { change: inverse(this.view, change), words };
    const done = await this.ask('film_edit', change);
    if (undos !== this.undos) return done;
    if (done) undos.push(back);
    this.drawFilm();
    if (done) this.say(`${words}. Saved.`);
    return done;
  }

  async takeBack() {
    const { undos } = this;
    const back = undos.pop();
    if (!back) return;
    const done = await this.ask('film_edit', back.change);
    if (undos !== this.undos) return;
    if (!done) undos.push(back);
    this.drawFilm();
    if (done) this.say(`Undone: ${back.words}.`);
  }

  /** Send a recording; throws an ApiError where it cannot be kept. */
  async bring(id, file) {
    const { undos } = this;
    const back = { change: inverse(this.view, { scenes: { [id]: { voice: null } } }), words: 'the recording' };
    await this.attempt((project) => upload(`voice?${new URLSearchParams({ project, scene: id })}`, file));
    if (undos !== this.undos) return;
    undos.push(back);
    this.drawFilm();
  }

  /** Put a scene before another one (null: last): the board's order is the film's. */
  async move(id, before) {
    const order = this.view.scenes.map((scene) => scene.id).filter((one) => one !== id);
    order.splice(order.includes(before) ? order.indexOf(before) : order.length, 0, id);
    await this.send({ op: 'reorder', order });
    await this.load();
    this.say(`It is scene ${order.indexOf(id) + 1} of ${order.length} now, on the boards too.`);
  }

  step(by) {
    this.strip.step(this.view.scenes.indexOf(this.scene()), by);
  }

  /** Ctrl+Z takes the last edit of the film back, but for words that are typed. */
  pressed(event) {
    if (event.key !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.target.matches('input:not([type]), input[type="text"], textarea')) return;
    event.preventDefault();
    this.takeBack();
  }

  reveal() {
    this.finished.reveal();
  }
}

function makeWords(film, rendered, scenes) {
  if (rendered && rendered < scenes) return `Make the film of ${rendered} rendered ${rendered === 1 ? 'scene' : 'scenes'}`;
  return film ? 'Make the film again' : 'Make the film';
}
