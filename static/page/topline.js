// The line above the story: its title, when it was saved, and what can be done with all of it.
import { el } from './dom.js';
import { Field } from './field.js';
import { download } from './film.js';
import { openMenu } from './menu.js';

/** The top line; `send(op)` sends the title, the other functions do what their button says. */
export class TopLine {
  constructor({ send, saved, renderAll, makeFilm, filmWindow, playBoxes, makeAnimatic, motions, learned, models, history, keep }) {
    this.title = new Field({ label: 'Title of the story', kind: 'line', max: 200, hint: 'Untitled', send: (value) => send({ op: 'title', value }) });
    this.title.root.classList.add('story-title');
    this.play = button('plain', 'Play the boxes', playBoxes);
    this.play.title = 'The whole story as moving boxes with its narration, without a model';
    this.motions = button('plain', 'Motions', motions);
    this.motions.setAttribute('aria-haspopup', 'dialog');
    this.motions.title = 'What the motions of the story need, and clips to learn them from';
    this.learned = button('plain', 'Learned', learned);
    this.learned.setAttribute('aria-haspopup', 'dialog');
    this.learned.title = 'The motions and looks that were learned so far, in any story';
    this.render = button('accent', '', () => renderAll(null));
    this.film = button('plain', 'Make the film', makeFilm);
    this.how = button('plain how', '▾', () => filmWindow(!this.film.disabled));
    Object.entries({ 'aria-haspopup': 'dialog', 'aria-label': 'How the film is made', title: 'How the film is made: cross-fades, cards, subtitles' }).forEach(([name, value]) => this.how.setAttribute(name, value));
    this.models = button('plain', 'Model', models);
    this.models.setAttribute('aria-haspopup', 'dialog');
    this.models.title = 'Which model plays the story, and others to be had';
    this.more = button('plain', 'Keep ▾', () => this.open({ makeAnimatic, history, keep }));
    Object.entries({ 'aria-haspopup': 'menu', 'aria-label': 'Keep this story, earlier versions' }).forEach(([name, value]) => this.more.setAttribute(name, value));
    this.heading = el('h2', { class: 'unseen' });
    this.root = el('header', { class: 'topline' }, this.heading, this.title.root, saved.root,
      el('div', { class: 'doings' }, this.play, this.motions, this.learned, this.models, this.render, el('span', { class: 'with-how' }, this.film, this.how), this.more));
  }

  draw({ head, scenes }) {
    this.head = head;
    this.title.set(head.title);
    this.heading.textContent = head.title || 'Untitled';
    const missing = scenes.filter(({ state }) => state !== 'done').length;
    const rendered = scenes.filter(({ takes }) => takes.length).length;
    this.rendered = missing === 0;
    this.render.textContent = [renderWords(missing, scenes.length), head.cost].filter(Boolean).join(', ');
    this.render.title = missing ? 'In final quality, each with the seed it had' : '';
    this.film.textContent = filmWords(rendered, scenes.length);
    this.film.title = rendered ? '' : 'Render a scene first';
    this.render.className = missing ? 'accent' : 'plain';
    this.film.className = missing ? 'plain' : 'accent';
    this.how.className = `${this.film.className} how`;
    this.film.disabled = !rendered;
    this.models.hidden = !head.models;
    this.live(this.jobs || []);
  }

  /** Show the work that goes on: what is asked for already cannot be asked for again. */
  live(jobs) {
    this.jobs = jobs;
    this.render.disabled = this.rendered || jobs.some((job) => job.scene_id);
    this.making = jobs.some(({ kind }) => kind === 'film' || kind === 'animatic');
  }

  open({ makeAnimatic, history, keep }) {
    const { animatic } = this.head;
    const save = () => download('', animatic.video, animatic.file).click();
    openMenu(this.more, [
      { words: 'Keep this story (zip, json, plan) …', run: keep },
      { words: 'Earlier versions …', run: history },
      ...(animatic ? [{ words: 'Download the animatic (mp4)', run: save }] : []),
      { words: animatic ? 'Make the animatic again' : 'Make the animatic (mp4)', disabled: this.making, run: makeAnimatic },
    ]);
  }
}

function button(kind, text, run) {
  const made = el('button', { type: 'button', class: kind, text });
  made.addEventListener('click', run);
  return made;
}

function renderWords(missing, scenes) {
  if (missing === 0) return 'Every scene is rendered';
  if (missing === scenes) return scenes === 1 ? 'Render the scene' : 'Render all scenes';
  return missing === 1 ? 'Render 1 more scene' : `Render ${missing} more scenes`;
}

function filmWords(rendered, scenes) {
  if (rendered === 0 || rendered === scenes) return 'Make the film';
  return `Make the film of ${rendered} rendered ${rendered === 1 ? 'scene' : 'scenes'}`;
}
