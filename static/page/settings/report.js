// A report of a problem to attach to a message: without keys, and without words unless they are asked for.
import { call } from '../api.js';
import { download } from '../download.js';
import { el } from '../dom.js';
import { section } from './section.js';

/** The part of the window; `project()` gives the story that is open, '' = none. */
export class Report {
  constructor(version, project) {
    this.project = project;
    this.words = el('input', { type: 'checkbox' });
    this.ask = el('label', { class: 'settings-tick' }, this.words, el('span', { text: 'with the words of this story' }));
    this.place = el('span');
    this.words.addEventListener('change', () => this.draw());
    const note = el('p', { class: 'note', text: 'A zip with versions, settings, the last work and its log: no keys, and no words of stories unless you tick it. Look through it before you send it.' });
    this.root = section('Something is wrong?', note, el('div', { class: 'settings-line' }, this.place, this.ask),
      el('p', { class: 'note', text: `DreamRunner Studio ${version}` }));
  }

  async load() {
    const project = this.project();
    this.view = await call('report', project ? { project } : {});
    this.draw();
  }

  draw() {
    const { plain, words, file } = this.view;
    this.ask.hidden = !words;
    this.place.replaceChildren(download('Download a report', words && this.words.checked ? words : plain, file));
  }
}
