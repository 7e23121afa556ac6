// The line above the board: what can be done with all scenes at once.
import { button, counted, el } from '../dom.js';
import { standInWords } from './saying.js';

/** The line; `playBoxes()` plays the whole story as boxes, `renderAll()` renders the scenes that need it, `cast()` goes to who plays whom. */
export class BoardsLine {
  constructor({ playBoxes, renderAll, cast }) {
    this.play = button('plain', 'Play the boxes', playBoxes);
    this.play.title = 'The whole story as moving boxes with its narration, without a model';
    this.render = button('plain', '', renderAll);
    this.told = el('p', { class: 'note' });
    this.played = el('span');
    const change = button('link', 'Change', cast);
    change.title = 'Say who plays whom';
    change.setAttribute('aria-label', 'Change the cast');
    this.cast = el('p', { class: 'note stand-ins' }, this.played, ' ', change);
    this.root = el('div', { class: 'boards-line' }, this.cast, this.told, el('div', { class: 'doings' }, this.play, this.render));
    this.jobs = [];
  }

  draw({ head, scenes }) {
    this.missing = scenes.filter(({ state }) => state !== 'done').length;
    this.render.textContent = [renderWords(this.missing, scenes.length), head.cost].filter(Boolean).join(', ');
    this.render.title = this.missing ? 'In final quality, each with the seed it had' : '';
    this.told.textContent = toldWords(scenes);
    this.played.textContent = standInWords(head);
    this.cast.hidden = !this.played.textContent;
    this.live(this.jobs);
  }

  /** Show the work that goes on: what is asked for already cannot be asked for again. */
  live(jobs) {
    this.jobs = jobs;
    this.render.disabled = !this.missing || jobs.some((job) => job.scene_id);
  }
}

/** Say what to do first, where nothing was rendered yet. */
function toldWords(scenes) {
  if (scenes.some(({ takes }) => takes.length)) return '';
  const boxes = scenes.some(({ regions }) => regions.length);
  return boxes ? 'Drag a box to where somebody shall be, then render the scene.' : 'Nobody is on stage yet: draw a box, or say in the form who comes in.';
}

function renderWords(missing, scenes) {
  if (missing === 0) return 'Every scene is rendered';
  if (missing === scenes) return scenes === 1 ? 'Render the scene' : 'Render all scenes';
  return `Render ${missing === 1 ? '1 more scene' : `${counted(missing, 'more scene')}`}`;
}
